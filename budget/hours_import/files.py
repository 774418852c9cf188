"""The life of a HoursImport: uploaded, checked, run, and picked up again when a worker was killed; its rows
are emptied when it can no longer be taken back. The steps are those of employers.spreadsheets.jobs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import structlog
from django.core.files.base import File
from django.db import transaction

from budget.models import HoursImport, HoursLine
from deventer_crm.core import clock, policy
from deventer_crm.core.tasks import enqueue
from employers.spreadsheets import jobs
from employers.spreadsheets.columns import fingerprint
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.reading import open_table

from .running import HoursBusy, Order, Result, dry_run, limits, recogniser, run

log = structlog.get_logger(__name__)

State = HoursImport.State
#: A row that tells of nobody any more.
EMPTY: dict[str, Any] = {"values": [], "notes": [], "reason_values": {}, "made": [], "before": []}


def upload(file: File[bytes], *, by: Any) -> HoursImport:
    """Keep an uploaded file and start looking at it in the background."""
    with transaction.atomic():
        sheet = HoursImport.objects.create(
            file_name=(file.name or "")[:200], by=by, created_by=by, modified_by=by
        )
        # Our own name: what the sender called it decides nothing, least of all a path.
        sheet.file.save(f"{sheet.pk}.sheet", file)
        _enqueue(sheet)
    return sheet


def remap(sheet: HoursImport, chosen: dict[str, str], *, by: Any) -> None:
    """Look again with other columns. Only for a file that is not being imported."""
    again = {"mapping": chosen, "problem": {}, "counts": {}}
    jobs.move(sheet, (State.CHECKED, State.REFUSED), State.UPLOADED, by, _enqueue, **again)


def start(sheet: HoursImport, *, by: Any) -> None:
    """Import a checked file. Pressing twice starts it once. Whoever started it is who wrote it."""
    jobs.move(sheet, (State.CHECKED,), State.QUEUED, by, _enqueue, by=by)


def sweep() -> int:
    """Start what is unfinished again, empty what is old; returns how many were started."""
    empty_old_rows()
    return jobs.sweep(HoursImport, _enqueue)


def empty_old_rows() -> int:
    """What rows say is about people; it goes once nothing can be taken back. Returns how many imports."""
    days = dt.timedelta(days=int(policy.value("hours_import_keep_days", clock.today())))
    old = HoursImport.objects.filter(
        state__in=(State.DONE, State.UNDONE), finished_at__lt=clock.now() - days, emptied_at__isnull=True
    )
    emptied = 0
    for pk in old.values_list("pk", flat=True):
        with transaction.atomic():
            HoursLine.objects.filter(sheet=pk).update(**EMPTY)
            HoursImport.objects.filter(pk=pk).update(emptied_at=clock.now())
        emptied += 1
    return emptied


def work_on(sheet_id: int) -> None:
    """Do what the file waits for: look at it, or import it. Safe to call twice or at the same moment."""
    found = HoursImport.objects.filter(pk=sheet_id, state__in=jobs.UNFINISHED).select_related("by")
    sheet = found.first()
    if sheet is None or not sheet.file:
        return
    order = Order(Path(sheet.file.path), sheet.by, sheet.mapping)
    try:
        if sheet.state in (State.QUEUED, State.RUNNING):
            progress = jobs.progress_of(sheet, State.RUNNING)
            run(order, sheet_id=sheet.pk, finish=lambda result: _finish(sheet, result), progress=progress)
            jobs.drop_file(sheet)
        else:
            result = dry_run(order, sheet_id=sheet.pk, progress=jobs.progress_of(sheet, State.CHECKING))
            jobs.close(sheet, State.CHECKED, **_outcome(result))
    except HoursBusy:
        log.info("hours_import_waits", sheet=sheet.pk)
    except RefusedFile as refusal:
        place = {"row": refusal.row, "column": refusal.column}
        problem = {"code": refusal.code, "params": refusal.params, **place}
        jobs.close(sheet, State.REFUSED, problem=problem, preview=_header_of(order))
    except Exception as fault:
        if jobs.is_passing(fault):
            raise  # the task tries again, and the sweep after it
        jobs.close(sheet, State.FAILED, problem={"code": "failed"})
        raise


def _enqueue(sheet: HoursImport) -> None:
    from budget.tasks import run_hours_import

    enqueue(run_hours_import, sheet.pk)


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


def _finish(sheet: HoursImport, result: Result) -> None:
    named = result.columns.as_profile()
    mapping = {name: named.get(name, "") for name in sheet.mapping}
    known = {"mapping": mapping, "fingerprint": fingerprint(result.columns.header)} if mapping else {}
    jobs.close(sheet, State.DONE, finished_at=clock.now(), **known, **_outcome(result))


def _header_of(order: Order) -> dict[str, Any]:
    """The likeliest column names of a refused file, so that a person can say which is which."""
    try:
        with open_table(order.path, recogniser(order).score, limits=limits(), guess=True) as table:
            return {"header": list(table.header), "positions": {}}
    except RefusedFile:
        return {}
