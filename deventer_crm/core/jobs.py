"""A row for each run of a periodic job, so that an administrator sees what ran, what it did and what
failed."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F

from deventer_crm.core import clock
from deventer_crm.core.models import JobRun

LOST_AFTER = dt.timedelta(hours=1)
KEPT_FOR = dt.timedelta(days=60)


@contextmanager
def recorded(name: str) -> Iterator[JobRun]:
    """Write down a run. The block fills `run.counts`, and `run.error` for a part that failed; an exception
    is recorded as the failure of the run and goes on its way."""
    run = JobRun.objects.create(name=name, started_at=clock.now())
    try:
        yield run
    except Exception as problem:
        run.error = run.error or f"{type(problem).__name__}: {problem}"[:2000]
        _finish(run)
        raise
    _finish(run)


def _finish(run: JobRun) -> None:
    run.finished_at = clock.now()
    run.state = JobRun.State.FAILED if run.error else JobRun.State.DONE
    run.save(update_fields=["finished_at", "state", "counts", "error"])


def tidy_job_runs() -> None:
    """A run whose process was killed cannot say so itself: it is called failed after an hour. Old runs go,
    but never the last of a job."""
    now = clock.now()
    JobRun.objects.filter(state=JobRun.State.RUNNING, started_at__lt=now - LOST_AFTER).update(
        state=JobRun.State.FAILED,
        finished_at=F("started_at") + LOST_AFTER,
        error="The process stopped half-way.",
    )
    newest = JobRun.objects.order_by("name", "-started_at").distinct("name").values_list("pk", flat=True)
    JobRun.objects.filter(started_at__lt=now - KEPT_FOR).exclude(pk__in=list(newest)).delete()
