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
from django.db.models import Q, QuerySet

from deventer_crm.core import clock
from deventer_crm.core.tasks import enqueue
from employers.models import RegisterDelivery
from employers.spreadsheets.errors import RefusedFile

from .busy import RegisterBusy
from .running import Order, Progress, Result, check_order, dry_run, run

log = structlog.get_logger(__name__)

State = RegisterDelivery.State
UNFINISHED = (State.UPLOADED, State.CHECKING, State.QUEUED, State.RUNNING)
CLAIM_LASTS = dt.timedelta(seconds=90)  # a live run shows itself by its lock; this only spares the queue
PROGRESS_EVERY = dt.timedelta(seconds=1)
KEEP_UNUSED = dt.timedelta(days=7)  # an uploaded file that nobody imports is personal data without a purpose


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
    _move(delivery, (State.CHECKED, State.REFUSED), State.UPLOADED, by, mapping=chosen, problem={}, counts={})


def start(delivery: RegisterDelivery, *, by: Any) -> None:
    """Import a checked file. Pressing twice starts it once."""
    _move(delivery, (State.CHECKED,), State.QUEUED, by)


def discard(delivery: RegisterDelivery) -> None:
    """Throw away a delivery that was never imported, with its file and rows."""
    with transaction.atomic():
        found = RegisterDelivery.objects.select_for_update().get(pk=delivery.pk)
        if found.state not in (State.UPLOADED, State.CHECKED, State.REFUSED, State.FAILED):
            return
        _drop_file(found)
        found.delete()


def _move(delivery: RegisterDelivery, allowed: tuple[Any, ...], state: Any, by: Any, **changes: Any) -> None:
    with transaction.atomic():
        moved = RegisterDelivery.objects.filter(pk=delivery.pk, state__in=allowed).update(
            state=state, modified_by=by, claimed_at=None, rows_done=0, phase="", **changes
        )
        if moved:
            _enqueue(delivery)


def _enqueue(delivery: RegisterDelivery) -> None:
    from employers.tasks import run_import

    enqueue(run_import, delivery.pk)


def unfinished() -> QuerySet[RegisterDelivery]:
    """Deliveries somebody waits for and nobody seems to work on."""
    stale = Q(claimed_at__isnull=True) | Q(claimed_at__lt=clock.now() - CLAIM_LASTS)
    return RegisterDelivery.objects.filter(stale, state__in=UNFINISHED).order_by("pk")


def sweep() -> int:
    """Start what is unfinished again and clear what nobody came back for; returns how many were started."""
    for delivery in RegisterDelivery.objects.filter(
        state__in=(State.CHECKED, State.REFUSED), created_at__lt=clock.now() - KEEP_UNUSED
    ):
        discard(delivery)
    started = 0
    for delivery in unfinished():
        if not delivery.file:  # of the command line: its process was killed and took the file along
            _close(delivery, State.FAILED, problem={"code": "interrupted"})
        else:
            _enqueue(delivery)
            started += 1
    return started


def work_on(delivery_id: int) -> None:
    """Do what the delivery waits for: look at it, or import it. Safe to call twice or at the same moment:
    the register's lock lets one through, and the other leaves the row to the sweep."""
    delivery = RegisterDelivery.objects.filter(pk=delivery_id, state__in=UNFINISHED).first()
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
                progress=_progress(delivery, State.RUNNING),
            )
            _drop_file(delivery)
        else:
            result = dry_run(order, delivery_id=delivery.pk, progress=_progress(delivery, State.CHECKING))
            _close(delivery, State.CHECKED, **_outcome(result))
    except RegisterBusy:
        log.info("register_import_waits", delivery=delivery.pk, source=delivery.source)
    except RefusedFile as refusal:
        problem = {
            "code": refusal.code,
            "params": refusal.params,
            "row": refusal.row,
            "column": refusal.column,
        }
        _close(delivery, State.REFUSED, problem=problem, preview=_header_of(order))
    except Exception:
        # Ours, not the user's: the page says so, the log has the rest, and the register is as it was.
        _close(delivery, State.FAILED, problem={"code": "failed"})
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
    save = _progress(delivery, State.RUNNING)

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


def _progress(delivery: RegisterDelivery, state: Any) -> Progress:
    """Writes the progress at most once a second, and at each phase; outside the run's transaction."""
    last: list[Any] = [None, None]

    def save(phase: str, rows: int) -> None:
        now = clock.now()
        if phase == last[0] and last[1] and now - last[1] < PROGRESS_EVERY:
            return
        last[:] = [phase, now]
        RegisterDelivery.objects.filter(pk=delivery.pk).update(
            state=state, phase=phase, rows_done=rows, claimed_at=now
        )

    return save


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
    _close(delivery, State.DONE, finished_at=clock.now(), **_outcome(result))


def _close(delivery: RegisterDelivery, state: Any, **changes: Any) -> None:
    RegisterDelivery.objects.filter(pk=delivery.pk).update(
        state=state, phase="", modified_at=clock.now(), **changes
    )


def _drop_file(delivery: RegisterDelivery) -> None:
    """The register's own file is no longer needed: rows for a person to look at are kept apart."""
    if delivery.file:
        delivery.file.delete(save=False)
        RegisterDelivery.objects.filter(pk=delivery.pk).update(file="")


def _header_of(order: Order) -> dict[str, Any]:
    """The likeliest column names of a refused file, so that a person can say which is which."""
    from employers.spreadsheets.reading import open_table

    from .running import limits, recogniser

    try:
        with open_table(order.path, recogniser(order).score, limits=limits(), guess=True) as table:
            return {"header": list(table.header), "positions": {}, "samples": {}}
    except RefusedFile:
        return {}
