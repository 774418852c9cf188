"""One file of hours from file to result: the same steps for looking at it and for importing it (compare
employers.sheet_import.running). All accepted rows are written in one transaction or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.db import transaction

from accounts.models import User
from budget.models import HoursImport, HoursLine
from budget.services.closed import hold_months, reconsider
from deventer_crm.core.locks import try_job_lock
from employers.sheet_import.running import as_cell
from employers.spreadsheets.columns import Columns, Recogniser
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.jobs import Progress
from employers.spreadsheets.reading import NumberedRow, open_table
from employers.spreadsheets.sniffing import Limits

from .columns import VOCABULARY
from .planning import REFUSED, Importer, Plan
from .rows import read_row

CHUNK = 500
MOST_ROWS = 50_000
OUTCOMES = tuple(HoursLine.Outcome.values)


class HoursBusy(RefusedFile):
    """Another file of hours is being imported."""

    def __init__(self) -> None:
        super().__init__("hours_busy")


@dataclass(frozen=True, slots=True)
class Order:
    """What to import, in whose name. `chosen`: a person's columns."""

    path: Path
    by: User
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """`counts`: rows, and new, changed, unchanged and refused, which add up to rows; `hours` of what was
    accepted, as text."""

    counts: dict[str, Any]
    columns: Columns


def limits() -> Limits:
    """Limits of a file of hours: those of settings.SHEET_IMPORT_LIMITS (a dict of Limits fields)."""
    return Limits(**{"rows": MOST_ROWS, **getattr(settings, "SHEET_IMPORT_LIMITS", {})})


@contextmanager
def hours_lock() -> Iterator[None]:
    """One file at a time: two could book the same row twice. Raises HoursBusy at once."""
    with try_job_lock("hours-import") as alone:
        if not alone:
            raise HoursBusy
        yield


def recogniser(order: Order) -> Recogniser:
    """Recognises columns with what people chose for such a file before, and the choices of this order."""
    before = HoursImport.objects.filter(state=HoursImport.State.DONE).exclude(fingerprint="")
    profiles = before.order_by("pk").values_list("fingerprint", "mapping")
    return Recogniser(order.chosen, dict(profiles), VOCABULARY)


def dry_run(order: Order, *, sheet_id: int, progress: Progress | None = None) -> Result:
    """What the import would do. Raises RefusedFile or HoursBusy."""
    with _opened(order) as (columns, rows), transaction.atomic():
        return _go_through(order, columns, rows, sheet_id, progress, write=False)


def run(
    order: Order, *, sheet_id: int, finish: Callable[[Result], None], progress: Progress | None = None
) -> Result:
    """Import the file; `finish` is called inside the transaction. Raises RefusedFile or HoursBusy; nothing is
    written then."""
    with (
        _opened(order) as (columns, rows),
        pghistory.context(source="hours import", sheet=sheet_id, user=order.by.pk),
        transaction.atomic(),
    ):
        hold_months()
        result = _go_through(order, columns, rows, sheet_id, progress, write=True)
        finish(result)
        reconsider("spending_outside_band", "hours_not_confirmed")
        return result


@contextmanager
def _opened(order: Order) -> Iterator[tuple[Columns, Iterator[NumberedRow]]]:
    with hours_lock():
        recognise = recogniser(order)
        with open_table(order.path, recognise.score, limits=limits(), guess=bool(order.chosen)) as table:
            yield recognise.columns(table.header, row=table.header_row), table.rows


def _go_through(
    order: Order,
    columns: Columns,
    rows: Iterator[NumberedRow],
    sheet_id: int,
    progress: Progress | None,
    *,
    write: bool,
) -> Result:
    HoursLine.objects.filter(sheet=sheet_id).delete()
    importer = Importer(order.by)
    counts, hours = Counter[str](), Decimal(0)
    while bunch := list(islice(rows, CHUNK)):
        plans = importer.plan([read_row(columns, number, cells) for number, cells in bunch])
        if write:
            importer.write(plans)
        HoursLine.objects.bulk_create([_line_of(plan, sheet_id) for plan in plans], batch_size=CHUNK)
        counts.update(plan.outcome for plan in plans)
        hours += sum((plan.row.hours for plan in plans if plan.outcome != REFUSED), Decimal(0))
        if progress:
            progress("writing" if write else "matching", counts.total())
    found = {"rows": counts.total(), **{outcome: counts[outcome] for outcome in OUTCOMES}}
    return Result({**found, "hours": str(hours)}, columns)


def _line_of(plan: Plan, sheet_id: int) -> HoursLine:
    reason = plan.reason
    return HoursLine(
        sheet_id=sheet_id,
        number=plan.row.number,
        outcome=plan.outcome,
        column=(reason.column or "") if reason else "",
        reason=reason.code if reason else "",
        reason_values=dict(reason.params) if reason else {},
        values=[as_cell(cell) for cell in plan.row.cells],
        notes=[note.as_json() for note in plan.row.notes],
        made=plan.made,
        before=plan.before,
        employer_id=plan.employer.pk if plan.employer else None,
    )
