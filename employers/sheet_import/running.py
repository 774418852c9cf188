"""One list from file to result: the same steps for a dry run and for the real one.

The lock, the reading and the progress live outside the transaction; everything that is written is inside
one, so a run happens as a whole or not at all. A killed run leaves its SheetImport row, from which the sweep
starts it again. Rows go through in bunches, so that memory stays flat whatever the size of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.db import connection, transaction

from deventer_crm.core.locks import try_job_lock
from employers.activity import refresh_employer_activities
from employers.models import MappingProfile, SheetImport, SheetRow
from employers.services import refresh_employers
from employers.spreadsheets.columns import Columns, Recogniser, fingerprint
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.jobs import Progress
from employers.spreadsheets.reading import Cell, NumberedRow, open_table
from employers.spreadsheets.sniffing import Limits

from .columns import VOCABULARIES
from .lines import RowReader
from .organisations import Organisations
from .people import People
from .plans import Plan, Terms, as_json

CHUNK = 500
MOST_ROWS = 100_000
REFRESHED_AT_ONCE = 5_000
OUTCOMES = tuple(SheetRow.Outcome.values)
IMPORTERS: dict[str, type[Organisations] | type[People]] = {
    SheetImport.What.ORGANISATIONS: Organisations,
    SheetImport.What.PEOPLE: People,
}


class SheetBusy(RefusedFile):
    """Another list is being imported; exit code 3 on the command line (R12)."""

    def __init__(self) -> None:
        super().__init__("sheet_busy")


@dataclass(frozen=True, slots=True)
class Order:
    """What to import and how. `chosen`: a person's columns."""

    path: Path
    terms: Terms
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """`counts`: rows, and new, changed, unchanged, doubtful and refused, which add up to rows."""

    counts: dict[str, int]
    columns: Columns


def limits() -> Limits:
    """Limits of a list: those of settings.SHEET_IMPORT_LIMITS (a dict of Limits fields)."""
    return Limits(**{"rows": MOST_ROWS, **getattr(settings, "SHEET_IMPORT_LIMITS", {})})


@contextmanager
def sheet_lock() -> Iterator[None]:
    """One list at a time: two could make the same organisation twice. Raises SheetBusy at once."""
    with try_job_lock("sheet-import") as alone:
        if not alone:
            raise SheetBusy
        yield


def recogniser(order: Order) -> Recogniser:
    """Recognises columns with what people chose for such a list before, and the choices of this order."""
    profiles = MappingProfile.objects.filter(source=order.terms.what).values_list("fingerprint", "mapping")
    return Recogniser(order.chosen, dict(profiles), VOCABULARIES[order.terms.what])


def dry_run(order: Order, *, sheet_id: int, progress: Progress | None = None) -> Result:
    """What the import would do; its rows are kept with the sheet for a person to look at.

    Raises RefusedFile or SheetBusy."""
    with _opened(order) as (columns, rows), transaction.atomic():
        SheetRow.objects.filter(sheet=sheet_id).delete()
        importer = IMPORTERS[order.terms.what](order.terms)
        counts = _go_through(order, importer, columns, rows, sheet_id, progress, write=False)
        return Result(counts, columns)


def run(
    order: Order, *, sheet_id: int, finish: Callable[[Result], None], progress: Progress | None = None
) -> Result:
    """Import the list: all accepted rows in one transaction or none. `finish` is called inside it.

    Raises RefusedFile or SheetBusy; nothing is written then."""
    with (
        _opened(order) as (columns, rows),
        pghistory.context(source="sheet import", sheet=sheet_id, user=order.terms.by.pk),
        transaction.atomic(),
    ):
        SheetRow.objects.filter(sheet=sheet_id).delete()
        importer = IMPORTERS[order.terms.what](order.terms)
        _check_at_once()
        counts = _go_through(order, importer, columns, rows, sheet_id, progress, write=True)
        refresh(importer.touched)
        result = Result(counts, columns)
        _remember_columns(order, columns)
        finish(result)
        return result


@contextmanager
def _opened(order: Order) -> Iterator[tuple[Columns, Iterator[NumberedRow]]]:
    with sheet_lock():
        recognise = recogniser(order)
        # Who names columns by letter need not have names that anybody recognises.
        with open_table(order.path, recognise.score, limits=limits(), guess=bool(order.chosen)) as table:
            yield recognise.columns(table.header, row=table.header_row), table.rows


def _check_at_once() -> None:
    """Foreign keys that wait for the commit make every row of the trail walk past all the others."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _go_through(
    order: Order,
    importer: Organisations | People,
    columns: Columns,
    rows: Iterator[NumberedRow],
    sheet_id: int,
    progress: Progress | None,
    *,
    write: bool,
) -> dict[str, int]:
    reader = RowReader(order.terms.what, columns)
    counts = Counter[str]()
    while bunch := list(islice(rows, CHUNK)):
        plans = importer.plan([reader.read(number, cells) for number, cells in bunch], lock=write)
        if write:
            importer.write(plans)
        SheetRow.objects.bulk_create([row_of(plan, sheet_id) for plan in plans], batch_size=CHUNK)
        counts.update(plan.outcome for plan in plans)
        if progress:
            progress("writing" if write else "matching", counts.total())
    return {"rows": counts.total(), **{outcome: counts[outcome] for outcome in OUTCOMES}}


def row_of(plan: Plan, sheet_id: int) -> SheetRow:
    """A row as it is kept. In a dry run nothing new has a key yet."""
    reason, employer, person = plan.reason, plan.employer, plan.person
    params = dict(reason.params) if reason else {}
    if plan.asks:
        params["asks"] = plan.asks
    return SheetRow(
        sheet_id=sheet_id,
        number=plan.row.number,
        outcome=plan.outcome,
        column=(reason.column or "") if reason else "",
        reason=reason.code if reason else "",
        reason_values=params,
        values=[as_cell(cell) for cell in plan.row.cells],
        notes=[note.as_json() for note in plan.row.notes],
        differences=plan.differences,
        written=[line for line in as_json(plan.written) if line["pk"]] if plan.is_accepted else [],
        candidates=plan.candidates,
        employer_id=employer.pk if employer else None,
        person_id=person.pk if person else None,
    )


def as_cell(value: Cell) -> Any:
    """A cell as JSON that PostgreSQL takes, and that is read the same again: no NUL, no half surrogates."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return int(value) if value.is_integer() else str(value)
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat()


def refresh(employer_ids: Iterable[int]) -> None:
    """What is derived of these employers: columns, search, timeline and last contact."""
    ids = sorted(employer_ids)
    for at in range(0, len(ids), REFRESHED_AT_ONCE):
        part = ids[at : at + REFRESHED_AT_ONCE]
        refresh_employers(part)
        refresh_employer_activities(part)


def _remember_columns(order: Order, columns: Columns) -> None:
    """A person's choices come back for the next file with the same header."""
    if order.chosen:
        named = columns.as_profile()
        chosen = {name: named.get(name, "") for name in order.chosen}
        MappingProfile.objects.update_or_create(
            source=order.terms.what, fingerprint=fingerprint(columns.header), defaults={"mapping": chosen}
        )
