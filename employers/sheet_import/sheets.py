"""The life of a SheetImport: uploaded, checked, run, and picked up again when a worker was killed; its rows
are emptied when it can no longer be taken back.

States: uploaded → checking → checked → queued → running → done (→ undone). A refused file ends as refused, a
fault of ours as failed; nothing is written in either case.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import structlog
from django.core.files.base import File
from django.db import transaction

from deventer_crm.core import clock, policy
from deventer_crm.core.tasks import enqueue
from employers.models import SheetImport, SheetRow
from employers.spreadsheets import jobs
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.jobs import Progress
from employers.spreadsheets.reading import open_table

from .keeping import EMPTY
from .plans import Terms
from .running import Order, Result, SheetBusy, dry_run, limits, recogniser, run

log = structlog.get_logger(__name__)

State = SheetImport.State


def upload(file: File[bytes], *, by: Any, **terms: Any) -> SheetImport:
    """Keep an uploaded file and start looking at it in the background. `terms`: what, list_name, mode,
    person_source and reason of SheetImport."""
    with transaction.atomic():
        sheet = SheetImport.objects.create(
            file_name=(file.name or "")[:200], by=by, created_by=by, modified_by=by, **terms
        )
        # Our own name: what the sender called it decides nothing, least of all a path.
        sheet.file.save(f"{sheet.pk}.sheet", file)
        _enqueue(sheet)
    return sheet


def remap(sheet: SheetImport, chosen: dict[str, str], *, by: Any) -> None:
    """Look again with other columns. Only for a file that is not being imported."""
    again = {"mapping": chosen, "problem": {}, "counts": {}}
    jobs.move(sheet, (State.CHECKED, State.REFUSED), State.UPLOADED, by, _enqueue, **again)


def start(sheet: SheetImport, *, by: Any) -> None:
    """Import a checked file. Pressing twice starts it once. Whoever started it is who wrote it."""
    jobs.move(sheet, (State.CHECKED,), State.QUEUED, by, _enqueue, by=by)


def sweep() -> int:
    """Start what is unfinished again, empty what is old; returns how many were started."""
    empty_old_rows()
    return jobs.sweep(SheetImport, _enqueue)


def empty_old_rows() -> int:
    """What rows say is personal data without a purpose once nothing can be taken back or decided any more.
    Returns how many imports were emptied."""
    days = dt.timedelta(days=int(policy.value("sheet_import_keep_days", clock.today())))
    old = SheetImport.objects.filter(
        state__in=(State.DONE, State.UNDONE), finished_at__lt=clock.now() - days, emptied_at__isnull=True
    )
    emptied = 0
    for pk in old.values_list("pk", flat=True):
        with transaction.atomic():
            SheetRow.objects.filter(sheet=pk).update(**EMPTY)
            SheetImport.objects.filter(pk=pk).update(emptied_at=clock.now())
        emptied += 1
    return emptied


def work_on(sheet_id: int) -> None:
    """Do what the sheet waits for: look at it, or import it. Safe to call twice or at the same moment: the
    lock lets one through, and the other leaves the row to the sweep."""
    found = SheetImport.objects.filter(pk=sheet_id, state__in=jobs.UNFINISHED).select_related("by")
    sheet = found.first()
    if sheet is None or not sheet.file:
        return
    order = Order(Path(sheet.file.path), Terms.of(sheet), sheet.mapping)
    try:
        if sheet.state in (State.QUEUED, State.RUNNING):
            progress = jobs.progress_of(sheet, State.RUNNING)
            run(order, sheet_id=sheet.pk, finish=lambda result: _finish(sheet, result), progress=progress)
            jobs.drop_file(sheet)
        else:
            result = dry_run(order, sheet_id=sheet.pk, progress=jobs.progress_of(sheet, State.CHECKING))
            jobs.close(sheet, State.CHECKED, **_outcome(result))
    except SheetBusy:
        log.info("sheet_import_waits", sheet=sheet.pk)
    except RefusedFile as refusal:
        place = {"row": refusal.row, "column": refusal.column}
        problem = {"code": refusal.code, "params": refusal.params, **place}
        jobs.close(sheet, State.REFUSED, problem=problem, preview=_header_of(order))
    except Exception as fault:
        if jobs.is_passing(fault):
            raise  # the task tries again, and the sweep after it
        # Ours, not the user's: the page says so, the log has the rest, and nothing was written.
        jobs.close(sheet, State.FAILED, problem={"code": "failed"})
        raise


def import_file(
    order: Order, *, file_name: str, dry: bool = False, progress: Progress | None = None
) -> tuple[SheetImport, Result]:
    """Import a file at once, for the command line. The sheet of a dry run is the caller's to throw away, once
    its rows were read. Raises RefusedFile or SheetBusy, and then leaves nothing."""
    terms = order.terms
    sheet = SheetImport.objects.create(
        what=terms.what,
        file_name=file_name[:200],
        list_name=terms.list_name,
        mode=SheetImport.Mode.OVERWRITE if terms.overwrite else SheetImport.Mode.FILL,
        person_source=terms.person_source,
        reason=terms.reason,
        mapping=dict(order.chosen),
        state=State.CHECKING if dry else State.RUNNING,
        claimed_at=clock.now(),
        by=terms.by,
        created_by=terms.by,
    )
    save = jobs.progress_of(sheet, sheet.state)

    def both(phase: str, rows: int) -> None:
        save(phase, rows)
        if progress:
            progress(phase, rows)

    try:
        if dry:
            return sheet, dry_run(order, sheet_id=sheet.pk, progress=both)
        found = run(order, sheet_id=sheet.pk, finish=lambda result: _finish(sheet, result), progress=both)
    except BaseException:
        sheet.delete()
        raise
    return sheet, found


def _enqueue(sheet: SheetImport) -> None:
    from employers.tasks import run_sheet_import

    enqueue(run_sheet_import, sheet.pk)


def _outcome(result: Result) -> dict[str, Any]:
    return {
        "counts": result.counts,
        "rows_total": result.counts["rows"],
        "rows_done": result.counts["rows"],
        "preview": {
            "header": list(result.columns.header),
            "positions": dict(result.columns.positions),
        },
    }


def _finish(sheet: SheetImport, result: Result) -> None:
    jobs.close(sheet, State.DONE, finished_at=clock.now(), **_outcome(result))


def _header_of(order: Order) -> dict[str, Any]:
    """The likeliest column names of a refused file, so that a person can say which is which."""
    try:
        with open_table(order.path, recogniser(order).score, limits=limits(), guess=True) as table:
            return {"header": list(table.header), "positions": {}}
    except RefusedFile:
        return {}
