"""The embedded PostgreSQL and Valkey, really made, killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg2
import pytest

from deventer_crm.localservers import postgres as postgres_module
from deventer_crm.localservers.errors import LocalServerError
from deventer_crm.localservers.lifecycle import LocalServers, ensure_started, status, stop_servers
from deventer_crm.localservers.paths import DATABASE_NAME, DATABASE_USER, LocalPaths
from deventer_crm.localservers.postgres import Postgres
from deventer_crm.localservers.processes import find, is_alive, wait_until
from deventer_crm.localservers.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.servers


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[LocalServers]:
    servers = LocalServers(LocalPaths(tmp_path / "local"), postgres=True, valkey=True)
    yield servers
    stop_servers(servers)


def query(paths: LocalPaths, sql: str) -> list[tuple]:
    connection = psycopg2.connect(host=str(paths.sockets), user=DATABASE_USER, dbname=DATABASE_NAME)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_first_use_makes_and_starts_both_and_a_stop_ends_both(servers: LocalServers) -> None:
    ensure_started(servers)

    assert [(server.name, server.running) for server in status(servers)] == [
        ("PostgreSQL", True),
        ("Valkey", True),
    ]
    assert query(servers.paths, "SHOW listen_addresses") == [("",)]
    pids = [server.pid for server in status(servers)]

    assert stop_servers(servers) == ["Valkey", "PostgreSQL"]
    assert not any(is_alive(pid) for pid in pids if pid)
    assert stop_servers(servers) == []


def test_the_extensions_of_the_model_can_be_made(servers: LocalServers) -> None:
    ensure_started(servers)
    for extension in ("pg_trgm", "unaccent", "btree_gist"):
        query(servers.paths, f"CREATE EXTENSION {extension}")


def test_what_was_saved_survives_a_hard_kill_of_both(servers: LocalServers) -> None:
    ensure_started(servers)
    query(servers.paths, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    valkey = Valkey(servers.paths)
    assert valkey._ask("SET kept yes").startswith("+OK")
    for server in status(servers):
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)

    ensure_started(servers)

    assert query(servers.paths, "SELECT count(*) FROM kept") == [(1000,)]
    assert "yes" in valkey._ask("GET kept")


def test_a_hard_kill_under_a_busy_connection_is_waited_for(servers: LocalServers) -> None:
    ensure_started(servers)
    pid = Postgres(servers.paths).pid()
    assert pid is not None
    busy = psycopg2.connect(host=str(servers.paths.sockets), user=DATABASE_USER, dbname=DATABASE_NAME)
    busy.cursor().execute("CREATE TABLE half (number integer)")
    os.kill(pid, signal.SIGKILL)

    ensure_started(servers)

    assert query(servers.paths, "SELECT to_regclass('half')") == [(None,)]
    busy.close()


def test_pid_files_that_name_somebody_elses_process_are_not_believed(servers: LocalServers) -> None:
    # After a reboot, or on a machine that starts many processes, a number comes round again.
    ensure_started(servers)
    pid_file = servers.paths.pg_data / "postmaster.pid"
    lock_file = servers.paths.pg_socket.with_name(servers.paths.pg_socket.name + ".lock")
    before = {file: file.read_text().splitlines() for file in (pid_file, lock_file)}
    stop_servers(servers)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        for file, lines in before.items():
            file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        assert Postgres(servers.paths).pid() is None

        ensure_started(servers)

        assert Postgres(servers.paths).is_running()
        assert other.poll() is None, "the other process must be left alone"
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("folder", ["x" * 90, "a folder, with 'odd' characters"], ids=["long", "odd"])
def test_any_path_of_the_checkout_will_do(tmp_path: Path, folder: str) -> None:
    servers = LocalServers(LocalPaths(tmp_path / folder), postgres=True, valkey=True)
    try:
        ensure_started(servers)

        assert servers.paths.sockets.parent.name == "tmp"
        assert stat.S_IMODE(servers.paths.sockets.stat().st_mode) == 0o700
        assert query(servers.paths, "SELECT 1") == [(1,)]
    finally:
        stop_servers(servers)
        for left in servers.paths.sockets.iterdir():
            left.unlink()
        servers.paths.sockets.rmdir()


def test_a_socket_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    servers = LocalServers(LocalPaths(tmp_path / ("y" * 90)), postgres=True, valkey=False)
    servers.paths.sockets.symlink_to(tmp_path)  # what somebody else could have put under /tmp
    try:
        with pytest.raises(LocalServerError, match="not a folder of this user"):
            ensure_started(servers)
    finally:
        servers.paths.sockets.unlink()


def test_the_persons_own_postgres_variables_do_not_steer_it(
    servers: LocalServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PGHOST": "nowhere.invalid",
        "PGDATA": "/nonexistent",
        "PGSERVICE": "unknown",
        "PGOPTIONS": "-c nonsense=1",
        "PGPORT": "1",
    }.items():
        monkeypatch.setenv(name, value)

    ensure_started(servers)

    assert query(servers.paths, "SELECT 1") == [(1,)]
    assert "PGSERVICE" not in os.environ


def test_data_of_another_major_version_are_named_and_left_alone(servers: LocalServers) -> None:
    ensure_started(servers)
    stop_servers(servers)
    version = servers.paths.pg_data / "PG_VERSION"
    version.write_text("9\n")

    with pytest.raises(LocalServerError, match=r"made by PostgreSQL 9.*LOCAL_PG_BIN.*LOCAL_DIR.*reset"):
        ensure_started(servers)

    assert version.read_text() == "9\n"
    assert (servers.paths.pg_data / "base").is_dir()


def test_a_cluster_that_was_cut_off_while_being_made_is_made_again(servers: LocalServers) -> None:
    unfinished = servers.paths.root / "postgres.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    ensure_started(servers)

    assert query(servers.paths, "SELECT 1") == [(1,)]
    assert not unfinished.exists()


def test_starts_at_the_same_moment_make_one_server(servers: LocalServers) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ensure_started(servers), range(4)))

    assert len(find("-D", str(servers.paths.pg_data))) == 1
    assert len(find("--unixsocket", str(servers.paths.valkey_socket))) == 1


def test_as_root_it_says_what_to_do_when_nobody_cannot_reach_the_data(
    servers: LocalServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid():
        pytest.skip("only root has this problem")
    monkeypatch.setattr(postgres_module, "user_namespaces_work", lambda: False)
    servers.paths.root.mkdir()
    servers.paths.root.chmod(0o700)

    with pytest.raises(LocalServerError, match="must be able to reach"):
        ensure_started(LocalServers(servers.paths, postgres=True, valkey=False))


def test_a_program_that_is_not_there_is_named(servers: LocalServers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_PG_BIN", "/nonexistent/bin")
    with pytest.raises(LocalServerError, match="LOCAL_PG_BIN=/nonexistent/bin"):
        ensure_started(servers)
    monkeypatch.delenv("LOCAL_PG_BIN")
    monkeypatch.setenv("LOCAL_REDIS_BIN", "/nonexistent/redis")
    with pytest.raises(LocalServerError, match="LOCAL_REDIS_BIN=/nonexistent/redis"):
        ensure_started(servers)


def test_a_server_that_lost_its_socket_is_replaced(servers: LocalServers) -> None:
    ensure_started(servers)
    first = Valkey(servers.paths).pid()
    servers.paths.valkey_socket.unlink()

    ensure_started(servers)

    assert first is not None
    assert wait_until(lambda: not is_alive(first), 5)
    assert Valkey(servers.paths).is_running()


def test_a_silent_broker_is_not_mistaken_for_a_running_one(tmp_path: Path) -> None:
    paths = LocalPaths(tmp_path)
    paths.sockets.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(paths.valkey_socket))
        listener.listen()
        assert not Valkey(paths).is_running()
