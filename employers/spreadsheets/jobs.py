"""The life of a file that is worked on in the background, whatever is in it: uploaded, checked, run, and
picked up again when a worker was killed.

A job is a row with the columns state, file, phase, rows_done, claimed_at, created_at and problem
(RegisterDelivery, SheetImport), and a `State` with the names below. Steps write with QuerySet.update: of two
workers, or of somebody who presses twice, one finds nothing to do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from deventer_crm.core import clock

CLAIM_LASTS = dt.timedelta(seconds=90)  # a live run shows itself by its lock; this only spares the queue
PROGRESS_EVERY = dt.timedelta(seconds=1)
KEEP_UNUSED = dt.timedelta(days=7)  # an uploaded file that nobody imports is personal data without a purpose

#: States in which somebody waits for the worker, and those in which a file may be thrown away.
UNFINISHED = ("uploaded", "checking", "queued", "running")
UNUSED = ("uploaded", "checked", "refused", "failed")

#: Codes of PostgreSQL: a deadlock, and a transaction that could not be put in order.
PASSING = frozenset({"40P01", "40001"})

Progress = Callable[[str, int], None]
"""Told the phase (reading, matching, writing) and the number of rows done."""
Start = Callable[[Any], None]
"""Hands a job to the background."""


def move(job: Any, allowed: Collection[str], state: str, mover: Any, start: Start, /, **changes: Any) -> bool:
    """From one of the allowed states to another, and to the background. False: it was in none of them."""
    with transaction.atomic():
        moved = (
            type(job)
            .objects.filter(pk=job.pk, state__in=allowed)
            .update(state=state, modified_by=mover, claimed_at=None, rows_done=0, phase="", **changes)
        )
        if moved:
            start(job)
    return bool(moved)


def close(job: Any, state: str, **changes: Any) -> None:
    """The end of a step, with what came of it."""
    type(job).objects.filter(pk=job.pk).update(state=state, phase="", modified_at=clock.now(), **changes)


def progress_of(job: Any, state: str) -> Progress:
    """Writes the progress at most once a second, and at each phase; outside the run's transaction."""
    last: list[Any] = [None, None]

    def save(phase: str, rows: int) -> None:
        now = clock.now()
        if phase == last[0] and last[1] and now - last[1] < PROGRESS_EVERY:
            return
        last[:] = [phase, now]
        type(job).objects.filter(pk=job.pk).update(state=state, phase=phase, rows_done=rows, claimed_at=now)

    return save


def is_passing(problem: BaseException) -> bool:
    """Whether the database only gave way to somebody who saved at the same moment: nothing was written, and
    the same step can be taken again. psycopg2 tells it by its code."""
    return getattr(problem.__cause__, "pgcode", "") in PASSING


def drop_file(job: Any) -> None:
    """The file itself is no longer needed: rows for a person to look at are kept apart."""
    if job.file:
        job.file.delete(save=False)
        type(job).objects.filter(pk=job.pk).update(file="")


def discard(job: Any) -> None:
    """Throw away a job that never wrote anything, with its file and rows."""
    with transaction.atomic():
        found = type(job).objects.select_for_update().filter(pk=job.pk).first()
        if found is None or found.state not in UNUSED:
            return
        drop_file(found)
        found.delete()


def sweep(model: type[models.Model], start: Start) -> int:
    """Start what is unfinished again and clear what nobody came back for; returns how many were started."""
    jobs: Any = model._default_manager
    forgotten = clock.now() - KEEP_UNUSED
    for job in jobs.filter(state__in=("checked", "refused", "failed"), created_at__lt=forgotten):
        discard(job)
    # Killed between the commit and the throwing away.
    for job in jobs.filter(state__in=("done", "undone")).exclude(file=""):
        drop_file(job)
    stale = Q(claimed_at__isnull=True) | Q(claimed_at__lt=clock.now() - CLAIM_LASTS)
    started = 0
    for job in jobs.filter(stale, state__in=UNFINISHED).order_by("pk"):
        if not job.file:  # of the command line: its process was killed and took the file along
            close(job, "failed", problem={"code": "interrupted"})
        else:
            start(job)
            started += 1
    return started
