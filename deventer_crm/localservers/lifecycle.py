"""The one door to the local servers: `ensure_started()`, `stop_servers()`, `status()`.

`manage.py`, the web server, the worker and the tests call `ensure_started()` on first use. Settings
never do: an image build that only collects static files must not start a database.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from .errors import LocalServerError
from .paths import LocalPaths
from .processes import drop_libpq_environment, exclusive

# Commands that need no database. Everything else gets the servers.
COMMANDS_WITHOUT_SERVERS = frozenset(
    {
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "localservers",
        "makemessages",
        "run_local",  # starts them itself, with progress on the screen
        "startapp",
        "version",
    }
)
LOCK_SECONDS = 90


@dataclass(frozen=True)
class LocalServers:
    """Which servers are ours to run; settings make one. Both False: all real servers."""

    paths: LocalPaths
    postgres: bool
    valkey: bool


class Server(Protocol):
    """What PostgreSQL and Valkey have in common here."""

    def is_running(self) -> bool: ...
    def start(self) -> None: ...
    def stop(self) -> bool: ...
    def pid(self) -> int | None: ...


@dataclass(frozen=True)
class ServerStatus:
    name: str
    ours: bool
    running: bool
    pid: int | None


def configured() -> LocalServers | None:
    """The local servers these settings ask for; None when they use real ones (production)."""
    from django.conf import settings

    return cast("LocalServers | None", getattr(settings, "LOCAL_SERVERS", None))


def ensure_started(servers: LocalServers | None = None) -> None:
    """Make and start what is not running yet. Cheap when all runs: one connection each.

    Raises LocalServerError with what to do about it."""
    servers = servers or configured()
    if servers is None or not (servers.postgres or servers.valkey):
        return
    if servers.postgres:
        drop_libpq_environment()
    missing = _missing(servers)
    if not missing:
        return
    prepare_folders(servers.paths)
    with _server_lock(servers.paths):
        for server in _missing(servers):  # another process may have been first
            server.start()


def stop_servers(servers: LocalServers) -> list[str]:
    """Stop both local servers, also when settings use real ones now; names of those that ran."""
    from .postgres import Postgres
    from .valkey import Valkey

    if not servers.paths.root.exists():
        return []
    with _server_lock(servers.paths):
        candidates: list[tuple[str, Server]] = [
            ("Valkey", Valkey(servers.paths)),
            ("PostgreSQL", Postgres(servers.paths)),
        ]
        return [name for name, server in candidates if server.stop()]


def status(servers: LocalServers) -> list[ServerStatus]:
    from .postgres import Postgres
    from .valkey import Valkey

    return [
        ServerStatus(name, ours, server.is_running(), server.pid())
        for name, ours, server in (
            ("PostgreSQL", servers.postgres, Postgres(servers.paths)),
            ("Valkey", servers.valkey, Valkey(servers.paths)),
        )
    ]


def before_command(arguments: Sequence[str]) -> None:
    """Called by manage.py before Django takes over: start the servers if this command needs them."""
    words = [word for word in arguments[1:] if not word.startswith("-")]
    if not words or words[0] in COMMANDS_WITHOUT_SERVERS or {"--help", "-h", "--version"} & set(arguments):
        return
    if words[0] == "check" and "--database" not in arguments:
        return
    for position, argument in enumerate(arguments):  # what Django itself does a moment later
        if argument.startswith("--settings="):
            os.environ["DJANGO_SETTINGS_MODULE"] = argument.partition("=")[2]
        elif argument == "--settings" and position + 1 < len(arguments):
            os.environ["DJANGO_SETTINGS_MODULE"] = arguments[position + 1]
    try:
        ensure_started()
    except LocalServerError as problem:
        sys.exit(f"Error: {problem}")


def prepare_folders(paths: LocalPaths) -> None:
    """Make the local folder and the socket folder, closed to other users.

    Raises LocalServerError when the socket folder under /tmp belongs to somebody else."""
    try:
        paths.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        paths.logs.mkdir(exist_ok=True, mode=0o700)
        paths.sockets.mkdir(exist_ok=True, mode=0o700)
    except OSError as problem:
        raise LocalServerError(f"The local folder cannot be made: {problem}") from problem
    found = paths.sockets.lstat()
    if not stat.S_ISDIR(found.st_mode) or (os.getuid() and found.st_uid != os.getuid()):
        raise LocalServerError(
            f"{paths.sockets} is not a folder of this user. Remove it, or set LOCAL_DIR to a shorter path."
        )
    paths.sockets.chmod(0o700)


def secret_key(path: Path) -> str:
    """A random key of this local folder, made at first use; sessions survive a restart with it."""
    import secrets

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        if key := path.read_text().strip():
            return key
    except FileNotFoundError:
        fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(50))
    try:
        os.link(fresh, path)  # of two processes at once, the first one's key stands
    except FileExistsError:
        return path.read_text().strip()
    finally:
        fresh.unlink()
    return path.read_text().strip()


def _missing(servers: LocalServers) -> list[Server]:
    from .postgres import Postgres
    from .valkey import Valkey

    wanted: list[Server] = []
    if servers.postgres:
        wanted.append(Postgres(servers.paths))
    if servers.valkey:
        wanted.append(Valkey(servers.paths))
    return [server for server in wanted if not server.is_running()]


def _server_lock(paths: LocalPaths) -> AbstractContextManager[None]:
    return exclusive(
        paths.server_lock,
        wait=LOCK_SECONDS,
        busy=f"Another process has been starting or stopping the local servers for {LOCK_SECONDS} seconds.",
    )
