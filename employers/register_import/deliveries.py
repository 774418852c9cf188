"""The life of a RegisterDelivery: uploaded, checked, run, and picked up again when a worker was killed.

States (RegisterDelivery.State): uploaded → checking → checked → queued → running → done. A refused file
ends as refused, a fault of ours as failed; nothing of the register is written in either case.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import structlog
from django.core.files.base import File
from django.db import transaction

from deventer_crm.core import clock
from deventer_crm.core.tasks import enqueue
from employers.models import RegisterDelivery
from employers.spreadsheets import jobs
from employers.spreadsheets.errors import RefusedFile

from .busy import RegisterBusy
from .running import Order, Progress, Result, check_order, dry_run, run

log = structlog.get_logger(__name__)

State = RegisterDelivery.State
UNFINISHED = (State.UPLOADED, State.CHECKING, State.QUEUED, State.RUNNING)


def upload(
    file: File[bytes],
    *,
    by: Any,
    source: str,
    reference_date: dt.date,
    sbi_version: int | None,
    is_partial: bool,
) -> RegisterDelivery:
    """Keep an uploaded file and start looking at it in the background.

    Raises RefusedFile when the order itself cannot be (a reference date in the future)."""
    check_order(Order(Path(), source, reference_date))
    with transaction.atomic():
        delivery = RegisterDelivery.objects.create(
            file_name=(file.name or "")[:200],
            source=source,
            reference_date=reference_date,
            sbi_version=sbi_version,
            is_partial=is_partial,
            by=by,
            created_by=by,
            modified_by=by,
        )
        # Our own name: what the sender called it decides nothing, least of all a path.
        delivery.file.save(f"{delivery.pk}.register", file)
        _enqueue(delivery)
    return delivery


def remap(delivery: RegisterDelivery, chosen: dict[str, str], *, by: Any) -> None:
    """Look again with other columns. Only for a file that is not being imported."""
    jobs.move(
        delivery,
        (State.CHECKED, State.REFUSED),
        State.UPLOADED,
        by,
        _enqueue,
        mapping=chosen,
        problem={},
        counts={},
    )


def start(delivery: RegisterDelivery, *, by: Any) -> None:
    """Import a checked file. Pressing twice starts it once."""
    jobs.move(delivery, (State.CHECKED,), State.QUEUED, by, _enqueue)


def discard(delivery: RegisterDelivery) -> None:
    """Throw away a delivery that was never imported, with its file and rows."""
    jobs.discard(delivery)


def _enqueue(delivery: RegisterDelivery) -> None:
    from employers.tasks import run_import

    enqueue(run_import, delivery.pk)


def sweep() -> int:
    """Start what is unfinished again and clear what nobody came back for; returns how many were started."""
    return jobs.sweep(RegisterDelivery, _enqueue)


def work_on(delivery_id: int) -> None:
    """Do what the delivery waits for: look at it, or import it. Safe to call twice or at the same moment:
    the register's lock lets one through, and the other leaves the row to the sweep."""
    delivery = RegisterDelivery.objects.filter(pk=delivery_id, state__in=jobs.UNFINISHED).first()
    if delivery is None or not delivery.file:
        return
    importing = delivery.state in (State.QUEUED, State.RUNNING)
    order = _order(delivery)
    try:
        if importing:
            run(
                order,
                delivery_id=delivery.pk,
                by_id=delivery.by_id,
                finish=lambda result: _finish(delivery, result),
                progress=jobs.progress_of(delivery, State.RUNNING),
            )
            jobs.drop_file(delivery)
        else:
            result = dry_run(
                order, delivery_id=delivery.pk, progress=jobs.progress_of(delivery, State.CHECKING)
            )
            jobs.close(delivery, State.CHECKED, **_outcome(result))
    except RegisterBusy:
        log.info("register_import_waits", delivery=delivery.pk, source=delivery.source)
    except RefusedFile as refusal:
        problem = {
            "code": refusal.code,
            "params": refusal.params,
            "row": refusal.row,
            "column": refusal.column,
        }
        jobs.close(delivery, State.REFUSED, problem=problem, preview=_header_of(order))
    except Exception as fault:
        if jobs.is_passing(fault):
            raise  # the task tries again, and the sweep after it
        # Ours, not the user's: the page says so, the log has the rest, and the register is as it was.
        jobs.close(delivery, State.FAILED, problem={"code": "failed"})
        raise


def import_file(order: Order, *, file_name: str, progress: Progress | None = None) -> Result:
    """Import a file at once, for the command line. Raises RefusedFile or RegisterBusy, and leaves no row."""
    check_order(order)
    delivery = RegisterDelivery.objects.create(
        file_name=file_name[:200],
        source=order.source,
        reference_date=order.reference_date,
        sbi_version=order.sbi_version,
        is_partial=order.is_partial,
        mapping=dict(order.chosen),
        state=State.RUNNING,
        claimed_at=clock.now(),
    )
    save = jobs.progress_of(delivery, State.RUNNING)

    def both(phase: str, rows: int) -> None:
        save(phase, rows)
        if progress:
            progress(phase, rows)

    try:
        return run(
            order,
            delivery_id=delivery.pk,
            by_id=None,
            finish=lambda result: _finish(delivery, result),
            progress=both,
        )
    except BaseException:
        delivery.delete()
        raise


def _order(delivery: RegisterDelivery) -> Order:
    return Order(
        path=Path(delivery.file.path),
        source=delivery.source,
        reference_date=delivery.reference_date,
        sbi_version=delivery.sbi_version,
        chosen=delivery.mapping,
        is_partial=delivery.is_partial,
    )


def _outcome(result: Result) -> dict[str, Any]:
    return {
        "counts": result.counts,
        "rows_total": result.counts["rows"],
        "rows_done": result.counts["rows"],
        "sbi_version": result.sbi_version,
        "preview": {
            "header": list(result.columns.header),
            "positions": dict(result.columns.positions),
            "samples": result.samples,
        },
    }


def _finish(delivery: RegisterDelivery, result: Result) -> None:
    jobs.close(delivery, State.DONE, finished_at=clock.now(), **_outcome(result))


def _header_of(order: Order) -> dict[str, Any]:
    """The likeliest column names of a refused file, so that a person can say which is which."""
    from employers.spreadsheets.reading import open_table

    from .running import limits, recogniser

    try:
        with open_table(order.path, recogniser(order).score, limits=limits(), guess=True) as table:
            return {"header": list(table.header), "positions": {}, "samples": {}}
    except RefusedFile:
        return {}
