"""Background work: one decorator for tasks, one door to start them, and the sign of life.

A task is a thin shell: ids in, a service called. Everything it leads to is a row, so that a lost
message, a killed worker or an absent broker costs time and never work: the sweeps of each minute find
the unfinished rows again."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import structlog
from celery import Task, current_app, shared_task, signals
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, connection, transaction
from kombu import Connection, pools
from kombu.exceptions import LimitExceeded
from kombu.exceptions import OperationalError as BrokerError
from kombu.serialization import dumps
from redis.exceptions import RedisError

from deventer_crm.core import clock
from deventer_crm.core.locks import try_job_lock

log = structlog.get_logger(__name__)

BROKER_AWAY: tuple[type[Exception], ...] = (BrokerError, LimitExceeded, RedisError, OSError)
BROKER_SECONDS = 0.8  # at most this long for a connection, and for an answer on it
QUIET_SECONDS = 5.0  # after a failure this process does not try again for so long
_broker_failed_at: float | None = None

#: Name of a task on the schedule → what it does, for the administrator.
LABELS: dict[str, Any] = {}


def success_of(name: str) -> str:
    """The heartbeat that says when a task on the schedule last succeeded."""
    return f"task:{name}"[:40]


def crm_task(
    *,
    name: str,
    single: bool = False,
    time_limit: int = 600,
    max_retries: int = 5,
    retry_on: tuple[type[Exception], ...] = (),
    label: Any = "",
) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Make a function a task.

    `name` is what the schedule and the logs say ("core.sweep"). `single`: when the same job already runs
    anywhere, this run ends at once and says so in the log; use it for jobs that do everything there is to
    do, not for jobs about one record. `time_limit` in seconds, enforced in the process pool. The message
    is acknowledged after the work, so a killed worker's task is handed out again: tasks must bear that.
    Lost database connections are always retried, with a growing pause; `retry_on` adds to that. `label` says
    to an administrator what a task on the schedule does; when it last succeeded is kept."""
    if label:
        LABELS[name] = label

    def decorate(function: Callable[..., Any]) -> Task[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            if not single:
                function(*args, **kwargs)
            else:
                with try_job_lock(f"task:{name}") as alone:
                    if not alone:
                        log.info("task_already_running", task=name)
                        return
                    function(*args, **kwargs)
            if label and not args and not kwargs:  # what the schedule sends, not what a service asks for
                record_heartbeat(success_of(name))

        task: Task[..., Any] = shared_task(
            name=name,
            acks_late=True,
            reject_on_worker_lost=True,
            ignore_result=True,
            time_limit=time_limit,
            soft_time_limit=max(1, time_limit - 30),
            autoretry_for=(OperationalError, InterfaceError, *retry_on),
            max_retries=max_retries,
            retry_backoff=5,
            retry_backoff_max=300,
            retry_jitter=True,
        )(run)
        return task

    return decorate


def enqueue(task: Task[..., Any], *args: Any, **kwargs: Any) -> None:
    """Start a task when the transaction commits; at once outside one.

    Never breaks what was saved: with the broker away a line is logged and the sweep picks the row up.
    Raises kombu's EncodeError at once, inside the transaction, for arguments that are not plain data."""
    dumps([args, kwargs], serializer="json")
    transaction.on_commit(functools.partial(send, task, *args, **kwargs))


def send(task: Task[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Hand a task to the broker now; False when it could not be. Takes at most about two seconds."""
    global _broker_failed_at  # noqa: PLW0603 - a memory of this process only; losing it costs one attempt
    if _broker_failed_at is not None and time.monotonic() - _broker_failed_at < QUIET_SECONDS:
        log.warning("task_not_sent", task=task.name, reason="broker was away a moment ago")
        return False
    try:
        with pools.producers[_connection()].acquire(block=True, timeout=BROKER_SECONDS) as producer:
            task.apply_async(
                args,
                kwargs,
                producer=producer,
                retry=True,  # once: a pooled connection may be one of before the broker's restart
                retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0},
            )
    except BROKER_AWAY as problem:
        _broker_failed_at = time.monotonic()
        log.warning("task_not_sent", task=task.name, reason=type(problem).__name__)
        return False
    _broker_failed_at = None
    return True


@functools.cache
def _connection() -> Connection:
    """A connection of our own for sending: the worker's may wait long for work, a request may not."""
    return current_app.connection_for_write(
        connect_timeout=BROKER_SECONDS,
        transport_options={"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS},
    )


# ── signs of life ────────────────────────────────────────────────────────────────────────────────


@crm_task(name="core.heartbeat", time_limit=60, max_retries=0)
def heartbeat() -> None:
    """Ran by a worker, sent by beat: the row says that a worker works."""
    record_heartbeat("worker")


def record_heartbeat(name: str) -> None:
    """Write down that a process is alive."""
    from deventer_crm.core.models import Heartbeat

    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


@signals.before_task_publish.connect(sender="core.heartbeat")
def beat_is_alive(**_: Any) -> None:
    """Only beat sends this task, and it says so before it knows whether the broker listens."""
    try:
        record_heartbeat("beat")
    except DatabaseError as problem:
        log.warning("heartbeat_not_written", process="beat", reason=type(problem).__name__)
    finally:
        if not connection.in_atomic_block:
            connection.close()  # beat has no end of a request at which Django would drop a broken one
