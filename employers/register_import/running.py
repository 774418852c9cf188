"""One delivery from file to result: the same steps for a dry run and for the real one (R11).

The lock, the staging and the progress live outside the transaction; everything that changes the register is
inside one, so a run happens as a whole or not at all. A killed run leaves its RegisterDelivery row, from
which the sweep starts it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.db import connection, transaction

from deventer_crm.core import clock
from deventer_crm.core.locks import try_job_lock
from employers.models import MappingProfile
from employers.spreadsheets.columns import Columns, fingerprint
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.reading import open_table
from employers.spreadsheets.sniffing import Limits

from .applying import apply, write_rows
from .busy import RegisterBusy
from .columns import Recogniser
from .matching import Delivery, counts, find_sbi_version, match, missing_ids, newest_reference_date
from .staging import Stage

SAMPLE = 5  # first rows of each class on the preview
IMPORTED_SOURCES = ("lisa", "kvk")
JSON_COLUMNS = ("reason_values", "notes", "cells")

Progress = Callable[[str, int], None]
"""Told the phase (reading, matching, writing) and the number of rows done."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to import. `chosen`: a person's columns; `sbi_version` None: found from the codes."""

    path: Path
    source: str
    reference_date: date
    sbi_version: int | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """`counts`: rows, new, changed, unchanged, doubtful, refused (adding up to rows) and missing."""

    counts: dict[str, int]
    columns: Columns
    sbi_version: int
    samples: dict[str, list[dict[str, Any]]]
    refused: list[dict[str, Any]]


def limits() -> Limits:
    """Limits of a register file, from settings.REGISTER_IMPORT_LIMITS (a dict of Limits fields)."""
    return Limits(**getattr(settings, "REGISTER_IMPORT_LIMITS", {}))


@contextmanager
def register_lock(source: str) -> Iterator[None]:
    """One import per register at a time. Raises RegisterBusy at once, it never waits."""
    with try_job_lock(f"register-import:{source}") as alone:
        if not alone:
            raise RegisterBusy
        yield


def check_order(order: Order) -> None:
    """Refuse what can be refused without opening the file."""
    if order.source not in IMPORTED_SOURCES:
        raise RefusedFile("bad_source", value=order.source, sources=", ".join(IMPORTED_SOURCES))
    if order.reference_date > clock.today():
        raise RefusedFile("reference_date_in_future", date=order.reference_date.isoformat())


def recogniser(order: Order) -> Recogniser:
    """Recognises columns with what people chose for this source before, and the choices of this order."""
    profiles = MappingProfile.objects.filter(source=order.source).values_list("fingerprint", "mapping")
    return Recogniser(order.chosen, dict(profiles))


def dry_run(order: Order, *, delivery_id: int | None = None, progress: Progress | None = None) -> Result:
    """What the import would do. With `delivery_id` the doubtful and refused rows are kept for a person.

    Raises RefusedFile or RegisterBusy."""
    with _prepared(order, progress) as (_stage, columns, delivery):
        with transaction.atomic():
            match(delivery)
            found = {**counts(), "missing": len(missing_ids(delivery))}
            if delivery_id is not None:
                with connection.cursor() as cursor:
                    write_rows(cursor, delivery_id, only=("doubtful", "refused"))
        return Result(found, columns, delivery.sbi_version, _samples(), _refused())


def run(
    order: Order,
    *,
    delivery_id: int,
    by_id: int | None,
    finish: Callable[[Result], None],
    progress: Progress | None = None,
) -> Result:
    """Import the file: all accepted rows in one transaction or none. `finish` is called inside it, to mark
    the delivery as done together with its rows.

    Raises RefusedFile or RegisterBusy; nothing is written then."""
    with _prepared(order, progress) as (_stage, columns, delivery):
        if progress:
            progress("writing", _stage.rows)
        with pghistory.context(source="register import", delivery=delivery_id), transaction.atomic():
            match(delivery)
            found = {**counts(), **apply(delivery, delivery_id, by_id)}
            result = Result(found, columns, delivery.sbi_version, _samples(), _refused())
            _remember_columns(order, columns)
            finish(result)
        return result


@contextmanager
def _prepared(order: Order, progress: Progress | None) -> Iterator[tuple[Stage, Columns, Delivery]]:
    """Lock, read and stage the file."""
    check_order(order)
    report = progress or (lambda phase, rows: None)
    with register_lock(order.source):
        recognise = recogniser(order)
        report("reading", 0)
        # Who names columns by letter need not have names that anybody recognises.
        with open_table(order.path, recognise.score, limits=limits(), guess=bool(order.chosen)) as table:
            columns = recognise.columns(table.header, row=table.header_row)
            with Stage(columns, order.reference_date) as stage:
                stage.fill(table.rows, lambda rows: report("reading", rows))
                report("matching", stage.rows)
                newest = newest_reference_date(order.source)
                delivery = Delivery(
                    source=order.source,
                    reference_date=order.reference_date,
                    sbi_version=order.sbi_version or find_sbi_version(order.reference_date),
                    is_partial=order.is_partial,
                    older=newest is not None and order.reference_date < newest,
                )
                yield stage, columns, delivery


def _remember_columns(order: Order, columns: Columns) -> None:
    """A person's choices come back for the next file with the same header."""
    if order.chosen:
        named = columns.as_profile()
        chosen = {name: named.get(name, "") for name in order.chosen}
        MappingProfile.objects.update_or_create(
            source=order.source, fingerprint=fingerprint(columns.header), defaults={"mapping": chosen}
        )


def _samples() -> dict[str, list[dict[str, Any]]]:
    """The first rows of each class, for the preview."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT outcome, "row", name, town, jobs, reason, reason_column, reason_values, notes FROM (
                 SELECT *, row_number() OVER (PARTITION BY outcome ORDER BY "row") AS at FROM register_stage
               ) s WHERE at <= %s ORDER BY outcome, "row" """,
            [SAMPLE],
        )
        names = ("row", "name", "town", "jobs", "reason", "column", "reason_values", "notes")
        samples: dict[str, list[dict[str, Any]]] = {}
        for outcome, *values in cursor.fetchall():
            samples.setdefault(outcome, []).append(_named(names, values))
    return samples


def _refused() -> list[dict[str, Any]]:
    """Row, reason and cells of every refused row."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT "row", reason, reason_column, reason_values, cells FROM register_stage
                WHERE outcome = 'refused' ORDER BY "row" """
        )
        names = ("row", "reason", "column", "reason_values", "cells")
        return [_named(names, values) for values in cursor.fetchall()]


def _named(names: tuple[str, ...], values: Sequence[Any]) -> dict[str, Any]:
    """A raw row by name; Django leaves jsonb of a raw cursor as text."""
    row = dict(zip(names, values, strict=True))
    return {name: json.loads(value) if name in JSON_COLUMNS else value for name, value in row.items()}
