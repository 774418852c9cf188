"""Small process helpers: locks, who is alive, and ending what is ours."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import LocalServerError

PROC = Path("/proc")
NOBODY_GROUP = 65534


@dataclass(frozen=True)
class Process:
    pid: int
    group: int
    arguments: tuple[str, ...]


def clean_environment() -> dict[str, str]:
    """The environment without libpq's PG* variables: PGDATA, PGHOST or PGOPTIONS of the person at
    the keyboard must not steer our own server or our connections to it."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")}


def drop_libpq_environment() -> None:
    """The same for this process: libpq reads PGSERVICE and PGOPTIONS at every connection."""
    for key in [key for key in os.environ if key.startswith("PG")]:
        del os.environ[key]


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs. A zombie counts as gone, and is collected if it is ours."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with contextlib.suppress(OSError, IndexError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return True


def arguments_of(pid: int) -> tuple[str, ...]:
    """The command line of a process, empty when it is gone or not ours to see."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return () if PROC.is_dir() else _arguments_by_ps(pid)
    return tuple(os.fsdecode(part) for part in raw.rstrip(b"\0").split(b"\0")) if raw else ()


def _arguments_by_ps(pid: int) -> tuple[str, ...]:
    # No /proc (macOS): one string for the whole line, so callers look for a substring.
    line = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (line,) if line else ()


def mentions(arguments: tuple[str, ...], marker: str) -> bool:
    """Whether a command line carries this text (a path of ours) in one of its arguments."""
    return any(marker in argument for argument in arguments)


def find(*markers: str) -> list[Process]:
    """Processes of this user (all, for root) whose command line mentions every marker."""
    found = []
    for pid, group in _all_pids():
        arguments = arguments_of(pid)
        if pid != os.getpid() and all(mentions(arguments, marker) for marker in markers):
            found.append(Process(pid, group, arguments))
    return found


def _all_pids() -> Iterator[tuple[int, int]]:
    if not PROC.is_dir():
        lines = subprocess.run(["ps", "-axo", "pid=,pgid="], capture_output=True, text=True, check=False)
        for line in lines.stdout.splitlines():
            pid, group = line.split()
            yield int(pid), int(group)
        return
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                if os.getuid() in (0, entry.stat().st_uid) and is_alive(int(entry.name)):
                    yield int(entry.name), os.getpgid(int(entry.name))


def start_detached(command: list[str], *, log: int, user: str | None = None) -> int:
    """Start a server that outlives this process, in a session of its own (a Ctrl-C in the terminal
    does not reach it), and return its pid. `log` is closed here."""
    try:
        process = subprocess.Popen(
            command,
            cwd="/",
            env=clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=user,
            group=NOBODY_GROUP if user else None,
            extra_groups=[] if user else None,
        )
    finally:
        os.close(log)
    # Popen warns when it is collected while its child runs; this child is meant to. is_alive()
    # collects it when it ends before we do.
    process.returncode = 0
    return process.pid


def wait_until(done: Callable[[], bool], seconds: float, pause: float = 0.05) -> bool:
    """Ask until the answer is yes; False when the time is over."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


def end_process(pid: int, *steps: tuple[signal.Signals, float]) -> bool:
    """Send each signal in turn, waiting so many seconds after each; True when the process is gone."""
    for step, seconds in steps:
        try:
            os.kill(pid, step)
        except ProcessLookupError:
            return True
        if wait_until(lambda: not is_alive(pid), seconds):
            return True
    return not is_alive(pid)


@contextlib.contextmanager
def exclusive(path: Path, *, wait: float, busy: str) -> Iterator[None]:
    """Hold a file lock; the kernel lets go of it when this process ends in whatever way.

    Raises LocalServerError with `busy` when another process still holds it after `wait` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not wait_until(lambda: _try_lock(descriptor), wait):
            raise LocalServerError(busy)
        yield
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock now."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def open_log(path: Path, *, limit: int = 5_000_000) -> int:
    """A descriptor that appends to a log; a log that grew past the limit (bytes) is set aside first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > limit:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def tail(path: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
