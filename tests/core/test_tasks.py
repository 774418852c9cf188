"""Background work: sending never breaks a request, locks keep jobs single, the schedule is complete."""

from __future__ import annotations

import datetime as dt
import signal
import socket
import time
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest
from celery import current_app
from django.conf import settings
from django.db import OperationalError, connection, transaction
from kombu.exceptions import EncodeError

from deventer_crm.core import clock, locks, tasks
from deventer_crm.core.models import Heartbeat
from deventer_crm.localservers.lifecycle import LocalServers, stop_servers
from deventer_crm.localservers.paths import LocalPaths
from deventer_crm.localservers.processes import end_process, wait_until
from deventer_crm.localservers.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.worker import WorkerProcess

LIMIT = 2.0  # seconds a request may lose to a broker that is away


@pytest.fixture(autouse=True)
def _no_memory_of_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_broker_failed_at", None)


def use_broker(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    connection = current_app.connection_for_write(
        url,
        connect_timeout=tasks.BROKER_SECONDS,
        transport_options={
            "socket_connect_timeout": tasks.BROKER_SECONDS,
            "socket_timeout": tasks.BROKER_SECONDS,
        },
    )
    monkeypatch.setattr(tasks, "_connection", lambda: connection)


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def test_an_absent_broker_costs_little_and_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_broker(monkeypatch, f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0")
    started = time.monotonic()
    assert tasks.send(tasks.heartbeat) is False
    assert time.monotonic() - started < LIMIT


def test_a_broker_that_hangs_costs_little_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_broker(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        started = time.monotonic()
        assert tasks.send(tasks.heartbeat) is False
        assert time.monotonic() - started < LIMIT


def test_after_a_failure_the_next_tasks_of_a_request_do_not_wait_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_broker(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        tasks.send(tasks.heartbeat)
        started = time.monotonic()
        assert [tasks.send(tasks.heartbeat) for _ in range(20)] == [False] * 20
        assert time.monotonic() - started < 0.2


@pytest.mark.servers
def test_sending_works_again_as_soon_as_the_broker_is_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tasks, "QUIET_SECONDS", 0.0)
    servers = LocalServers(LocalPaths(tmp_path), postgres=False, valkey=True)
    valkey = Valkey(servers.paths)
    for folder in (servers.paths.logs, servers.paths.sockets):
        folder.mkdir(parents=True)
    use_broker(monkeypatch, servers.paths.broker_url())
    try:
        valkey.start()
        assert tasks.send(tasks.heartbeat) is True
        pid = valkey.pid()
        assert pid is not None
        end_process(pid, (signal.SIGKILL, 5))
        assert tasks.send(tasks.heartbeat) is False
        valkey.start()
        assert tasks.send(tasks.heartbeat) is True, "the pooled connection is one of before the restart"
    finally:
        stop_servers(servers)


@pytest.mark.django_db(transaction=True)
def test_a_task_is_sent_when_the_transaction_commits_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "send", lambda *args, **kwargs: sent.append(args))
    with transaction.atomic():
        tasks.enqueue(tasks.heartbeat, 7)
        assert sent == []
    assert sent == [(tasks.heartbeat, 7)]
    with transaction.atomic():
        tasks.enqueue(tasks.heartbeat, 8)
        transaction.set_rollback(True)
    assert len(sent) == 1


@pytest.mark.django_db
def test_arguments_that_are_no_plain_data_fail_before_the_commit() -> None:
    with pytest.raises((EncodeError, TypeError)):
        tasks.enqueue(tasks.heartbeat, object())


# ── the schedule ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("entry", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_every_scheduled_task_exists(entry: str) -> None:
    current_app.loader.import_default_modules()
    assert settings.CELERY_BEAT_SCHEDULE[entry]["task"] in current_app.tasks


def test_every_task_of_ours_is_made_by_the_one_decorator() -> None:
    current_app.loader.import_default_modules()
    ours = {name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")}
    assert "core.heartbeat" in ours
    for name, task in ours.items():
        assert task.acks_late, name
        assert task.reject_on_worker_lost, name
        assert task.time_limit, name
        assert task.ignore_result, name


@pytest.mark.django_db
def test_beat_shows_life_when_it_sends_the_heartbeat_even_without_a_broker() -> None:
    tasks.beat_is_alive()
    assert clock.now() - Heartbeat.objects.get(name="beat").at < dt.timedelta(seconds=5)
    tasks.heartbeat()
    tasks.heartbeat()
    assert sorted(Heartbeat.objects.values_list("name", flat=True)) == ["beat", "worker"]


# ── locks ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def other_session(db: None) -> Iterator[Any]:
    """A second database session, as another worker has one."""
    chosen = connection.get_connection_params()
    keys = ("dbname", "user", "password", "host", "port")
    session = psycopg2.connect(**{key: chosen[key] for key in keys if chosen.get(key)})
    session.autocommit = True
    yield session.cursor()
    session.close()


@pytest.mark.django_db
def test_a_single_task_ends_at_once_while_it_runs_elsewhere(other_session: Any) -> None:
    runs: list[int] = []

    @tasks.crm_task(name="tests.single", single=True)
    def single(number: int) -> None:
        runs.append(number)

    number = locks.lock_number("task:tests.single")
    try:
        single(1)
        other_session.execute("SELECT pg_advisory_lock(%s)", [number])
        single(2)
        other_session.execute("SELECT pg_advisory_unlock(%s)", [number])
        single(3)
    finally:
        current_app.tasks.pop("tests.single", None)
    assert runs == [1, 3]


@pytest.mark.django_db
def test_the_lock_is_let_go_when_the_job_fails(other_session: Any) -> None:
    def fail_alone() -> None:
        with locks.try_job_lock("a job") as alone:
            assert alone
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail_alone()
    other_session.execute("SELECT pg_try_advisory_lock(%s)", [locks.lock_number("a job")])
    assert other_session.fetchone() == (True,)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_lock_lasts_as_long_as_the_transaction(other_session: Any) -> None:
    def taken() -> bool:
        other_session.execute("SELECT pg_try_advisory_xact_lock(%s)", [locks.lock_number("import")])
        return not other_session.fetchone()[0]

    with transaction.atomic():
        locks.lock_transaction("import")
        assert taken()
    assert not taken()
    with pytest.raises(transaction.TransactionManagementError):
        locks.lock_transaction("import")


def test_lock_numbers_fit_postgresql_and_differ() -> None:
    numbers = {locks.lock_number(f"job {number}") for number in range(1000)}
    assert len(numbers) == 1000
    assert all(-(2**63) <= number < 2**63 for number in numbers)


# ── a real worker ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.celery
def test_a_task_travels_over_the_real_broker_to_a_real_worker(worker: WorkerProcess) -> None:
    assert tasks.send(tasks.heartbeat) is True
    assert wait_until(Heartbeat.objects.filter(name="worker").exists, 15), worker.log.read_text()[-2000:]


@pytest.mark.celery
def test_a_killed_worker_is_followed_by_one_that_goes_on(worker: WorkerProcess) -> None:
    worker.kill()
    tasks.send(tasks.heartbeat)
    worker.start()
    assert wait_until(Heartbeat.objects.filter(name="worker").exists, 15), worker.log.read_text()[-2000:]


def test_a_lost_database_connection_is_tried_again() -> None:
    tries: list[int] = []

    @tasks.crm_task(name="tests.flaky", max_retries=3)
    def flaky() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("server closed the connection unexpectedly")

    try:
        flaky.apply()
    finally:
        current_app.tasks.pop("tests.flaky", None)
    assert len(tries) == 3
