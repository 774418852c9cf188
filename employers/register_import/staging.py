"""The rows of one file in a temporary table, so that matching and writing are a few set-based statements.

A temporary table belongs to one database session: it is invisible to others, needs no clean-up after a
killed worker, and the memory of the process stays flat whatever the size of the file.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from employers.spreadsheets.columns import Columns
from employers.spreadsheets.errors import Remark
from employers.spreadsheets.reading import Cell, NumberedRow

from .rows import RefusedRow, RegisterRow, RowReader

CHUNK = 2_000

# Column of the stage → type. Text columns are never null: '' is "not given".
TEXT_COLUMNS = (
    "number", "kvk", "lisa_number", "name", "enterprise_name", "legal_form", "street", "house_number",
    "house_letter", "house_addition", "postcode", "town", "phone", "sbi", "size_class", "bag_id",
)  # fmt: skip
TYPED_COLUMNS = {
    "rd_x": "numeric(9,2)", "rd_y": "numeric(9,2)", "is_main": "boolean", "ended_on": "date",
    "men_full": "integer", "women_full": "integer", "men_part": "integer", "women_part": "integer",
    "jobs": "integer",
}  # fmt: skip
DELIVERED = ("row", "outcome", "reason", "reason_column", "reason_values", "notes", "cells", "given")

CREATE = f"""
CREATE TEMPORARY TABLE register_stage (
    "row" integer PRIMARY KEY,
    outcome text NOT NULL,
    reason text NOT NULL,
    reason_column text NOT NULL,
    reason_values jsonb NOT NULL,
    notes jsonb NOT NULL,
    cells jsonb NOT NULL,
    given jsonb NOT NULL,
    {", ".join(f"{name} text NOT NULL" for name in TEXT_COLUMNS)},
    {", ".join(f"{name} {kind}" for name, kind in TYPED_COLUMNS.items())},
    sbi_id bigint,
    establishment_id bigint,
    employer_id bigint,
    registration_id bigint,
    renamed boolean NOT NULL DEFAULT false,
    applies boolean NOT NULL DEFAULT true
)
"""

# Field of the file → what `given` calls it: the names of Establishment, which own_fields uses too.
GIVEN_NAMES = {
    "onderneming": "enterprise_name",
    "kvk": "kvk",
    "vestigingsnummer": "number",
    "lisa_nummer": "lisa_number",
    "rechtsvorm": "legal_form",
    "straat": "street",
    "huisnummer": "house_number",
    "huisletter": "house_letter",
    "toevoeging": "house_addition",
    "postcode": "postcode",
    "plaats": "town",
    "telefoon": "phone",
    "sbi": "sbi",
    "grootteklasse": "size_class",
    "bag_id": "bag_id",
    "x": "rd_x",
    "y": "rd_y",
    "hoofdvestiging": "is_main",
    "einddatum": "ended_on",
}


class Stage:
    """Fills and drops the temporary table. One at a time per database session."""

    def __init__(self, columns: Columns, reference_date: date) -> None:
        self._columns = columns
        self._reader = RowReader(columns, reference_date)
        self._given = {"name", *(GIVEN_NAMES[field] for field in columns.positions if field in GIVEN_NAMES)}
        if "house_number" in self._given:  # "12-A" in the number column fills all three
            self._given |= {"house_letter", "house_addition"}
        self.rows = 0

    def __enter__(self) -> Stage:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS register_stage")
            cursor.execute(CREATE)
        return self

    def __exit__(self, *problem: object) -> None:
        if connection.is_usable() and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS register_stage")

    def fill(self, rows: Iterable[NumberedRow], progress: Callable[[int], None]) -> None:
        """Clean every row and copy it in; `progress` is told the number of rows after each chunk.

        Raises RefusedFile when the file turns out broken on the way."""
        chunk: list[str] = []
        for number, cells in rows:
            chunk.append(self._copy_line(self._reader.read(number, cells), cells))
            if len(chunk) == CHUNK:
                self._copy(chunk)
                progress(self.rows)
                chunk = []
        self._copy(chunk)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE register_stage")
        progress(self.rows)

    def _copy(self, chunk: list[str]) -> None:
        columns = ", ".join(f'"{name}"' for name in (*DELIVERED, *TEXT_COLUMNS, *TYPED_COLUMNS))
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY register_stage ({columns}) FROM STDIN", io.StringIO("".join(chunk)))
        self.rows += len(chunk)

    def _copy_line(self, row: RegisterRow | RefusedRow, cells: tuple[Cell, ...]) -> str:
        texts = dict.fromkeys(TEXT_COLUMNS, "")
        typed: dict[str, Any] = dict.fromkeys(TYPED_COLUMNS)
        outcome, reason, notes = "", None, list[Remark]()
        given: dict[str, Any] = {}
        if isinstance(row, RefusedRow):
            outcome, reason = "refused", row.reason
            for name in ("number", "kvk", "lisa_number", "postcode", "house_number"):
                texts[name] = getattr(row, name)
            for name, field in (("name", "naam_vestiging"), ("town", "plaats")):  # to show, never to match
                at = self._columns.positions.get(field, len(cells))
                texts[name] = str(_plain(cells[at]) or "")[:200] if at < len(cells) else ""
        else:
            texts |= {
                "number": row.number, "kvk": row.kvk, "lisa_number": row.lisa_number, "name": row.name,
                "enterprise_name": row.enterprise, "legal_form": row.legal_form, "street": row.street,
                "house_number": row.house_number, "house_letter": row.house_letter,
                "house_addition": row.addition, "postcode": row.postcode, "town": row.town,
                "phone": row.phone, "sbi": row.sbi[:10], "size_class": row.size_class, "bag_id": row.bag_id,
            }  # fmt: skip
            typed |= {
                "rd_x": row.x, "rd_y": row.y, "is_main": row.is_main, "ended_on": row.ended_on,
                "men_full": row.men_full, "women_full": row.women_full, "men_part": row.men_part,
                "women_part": row.women_part, "jobs": row.jobs,
            }  # fmt: skip
            notes = [*row.notes, *row.doubts[1:]]
            if row.doubts:
                outcome, reason = "doubtful", row.doubts[0]
            given = {name: _plain(texts.get(name, typed.get(name))) for name in sorted(self._given)}
        head = [
            row.row,
            outcome,
            reason.code if reason else "",
            (reason.column or "") if reason else "",
            json.dumps(reason.params if reason else {}),
            json.dumps([note.as_json() for note in notes]),
            json.dumps([_plain(cell) for cell in cells]),
            json.dumps(given),
        ]
        return "\t".join(_escaped(value) for value in (*head, *texts.values(), *typed.values())) + "\n"


def _plain(value: Any) -> Any:
    """A cell as JSON that PostgreSQL takes: no NUL, no half surrogates, no infinities."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return int(value) if value.is_integer() else str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool | int | None) else str(value)


def _escaped(value: Any) -> str:
    """One field of COPY's text format."""
    if value is None:
        return "\\N"
    text = str(value).replace("\x00", "")
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
