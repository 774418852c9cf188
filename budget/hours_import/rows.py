"""One row of a file of hours → clean values, or a refusal with cell and reason. Knows no database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import ClassVar

from budget.dividing import CENT
from budget.models import TimeEntry
from employers.spreadsheets import values
from employers.spreadsheets.columns import Columns, plain
from employers.spreadsheets.errors import Remark
from employers.spreadsheets.lines import Line, RefusedLine
from employers.spreadsheets.reading import Cell
from employers.spreadsheets.values import BadValue

IN_A_DAY = Decimal(24)
MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
    "november", "december",
)  # fmt: skip
SHORT = {name[:3]: at for at, name in enumerate(MONTHS, start=1)} | {"mrt": 3}
KINDS: dict[str, TimeEntry.Kind] = {
    **dict.fromkeys(
        ("contact", "contact met bedrijven", "bezoek", "gesprek", "extern"), TimeEntry.Kind.CONTACT
    ),
    **dict.fromkeys(
        ("preparation", "voorbereiding", "voorbereiding en uitwerking", "uitwerking"),
        TimeEntry.Kind.PREPARATION,
    ),
    **dict.fromkeys(("internal", "intern", "overleg", "intern overleg"), TimeEntry.Kind.INTERNAL),
}


@dataclass(slots=True)
class CleanRow:
    """A row after cleaning. A row of a whole month has the first day of it in `month` and no `day`; `kind` is
    None when the file does not say; `refused`: why it is not taken."""

    number: int
    cells: tuple[Cell, ...]
    columns: Columns
    key: str = ""
    email: str = ""
    staff: str = ""
    day: dt.date | None = None
    month: dt.date | None = None
    hours: Decimal = Decimal(0)
    track: str = ""
    kvk: str = ""
    kind: str | None = None
    notes: list[Remark] = field(default_factory=list)
    refused: Remark | None = None

    def remark(self, code: str, name: str, **params: object) -> Remark:
        return Remark(code, name, self.columns.letter(name), params)

    def note(self, code: str, name: str, **params: object) -> None:
        self.notes.append(self.remark(code, name, **params))


class HoursCells(Line):
    """The cells of one row by field."""

    widths: ClassVar[dict[str, int]] = {
        "regel": 60,
        "medewerker_email": 254,
        "medewerker_nummer": 20,
        "spoor": 60,
        "uren_soort": 60,
    }


def read_row(columns: Columns, number: int, cells: Sequence[Cell]) -> CleanRow:
    """Clean a row. What is wrong stands in `refused`; nothing is raised."""
    row = CleanRow(number, tuple(cells), columns)
    line = HoursCells(columns, cells)
    try:
        row.key = line.text("regel")
        _who_and_when(row, line)
        _hours(row, line)
        row.track = line.text("spoor")
        row.kvk = line.number("uren_kvk", 8, "bad_kvk")
        _kind(row, line)
    except RefusedLine as refusal:
        row.refused = refusal.remark
    row.notes = line.notes + row.notes
    return row


def _who_and_when(row: CleanRow, line: HoursCells) -> None:
    row.email = line.text("medewerker_email").lower()
    row.staff = line.text("medewerker_nummer")
    if not row.email and not row.staff:
        raise RefusedLine(line.remark("no_employee", "medewerker_email"))
    row.day = line.plain("datum", values.day)
    if row.day is None:
        row.month = line.plain("maand", month)
        if row.month is None:
            name = "datum" if "datum" in row.columns.positions else "maand"
            raise RefusedLine(line.remark("no_day", name))


def _kind(row: CleanRow, line: HoursCells) -> None:
    said = line.text("uren_soort")
    if not said:
        return
    row.kind = KINDS.get(plain(said))
    if row.kind is None:
        choices = ", ".join(str(label) for label in TimeEntry.Kind.labels)
        raise RefusedLine(line.remark("bad_kind", "uren_soort", value=said[:60], choices=choices))


def _hours(row: CleanRow, line: HoursCells) -> None:
    try:
        found = hours(line.cell("uren"))
    except BadValue as bad:
        raise RefusedLine(line.remark(bad.code, "uren", value=bad.value)) from bad
    row.hours = found.quantize(CENT, ROUND_HALF_UP)
    if row.hours <= 0:
        raise RefusedLine(line.remark("bad_hours", "uren", value=str(found)))
    if row.hours != found:
        row.note("hours_rounded", "uren", value=str(found)[:20], read=str(row.hours))
    if row.day is not None and row.hours > IN_A_DAY:
        raise RefusedLine(line.remark("too_many_hours", "uren", value=str(row.hours)))


def hours(cell: Cell) -> Decimal:
    """7,5 · 7.5 · 7:30 · 1.234,5 → exact hours. Raises BadValue("bad_hours")."""
    if isinstance(cell, bool) or cell is None:
        raise BadValue("bad_hours", "" if cell is None else cell)
    if isinstance(cell, int | float):
        # What a spreadsheet shows: 0.1 + 0.2 is three tenths to whoever typed it.
        found = Decimal(repr(round(cell, 6)))
        if not found.is_finite():
            raise BadValue("bad_hours", cell)
        return found
    text = values.text(cell).replace(" ", "")
    clock = re.fullmatch(r"(\d{1,3}):([0-5]\d)(?::00)?", text)
    if clock:
        return Decimal(clock[1]) + Decimal(clock[2]) / 60
    if "," in text and "." in text:
        text = text.replace(".", "") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    text = text.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,6}(\.\d{1,9})?", text):
        raise BadValue("bad_hours", values.text(cell))
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern above leaves none
        raise BadValue("bad_hours", text) from error


def month(cell: Cell) -> dt.date | None:
    """2026-05 · 05-2026 · 202605 · mei 2026 · a date in it → the first day. Raises BadValue("bad_month")."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, dt.date):
        return dt.date(cell.year, cell.month, 1)
    text = values.text(cell)
    if not text:
        return None
    found = re.fullmatch(r"(\d{4})[-/. ]?(\d{1,2})", text) or re.fullmatch(
        r"(\d{4})\s*[mp](\d{1,2})", text, re.IGNORECASE
    )
    if found:
        year, number = int(found[1]), int(found[2])
    elif found := re.fullmatch(r"(\d{1,2})[-/. ](\d{4})", text):
        year, number = int(found[2]), int(found[1])
    elif found := re.fullmatch(r"([a-z]{3,9})\.?[- ](\d{4})", text.lower()):
        year, number = int(found[2]), SHORT.get(found[1][:3], 0)
    else:
        try:
            day = values.day(cell)
        except BadValue as bad:
            raise BadValue("bad_month", text) from bad
        return day.replace(day=1) if day else None
    if not 1 <= number <= 12 or not 1900 <= year <= 2200:
        raise BadValue("bad_month", text)
    return dt.date(year, number, 1)
