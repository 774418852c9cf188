"""Running everything together: servers, database, web, worker with beat; and ending it again.

One supervisor per local folder, known by a lock the kernel frees when it dies. It restarts what falls
over. When it is killed hard itself, a small watcher notices (its pipe closes) and ends what is left;
when that is killed too, the next start or `make stop` finds the left-overs by their command line."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import lifecycle
from .errors import LocalServerError
from .paths import LocalPaths
from .processes import (
    Process,
    clean_environment,
    end_process,
    exclusive,
    find,
    is_alive,
    is_locked,
    open_log,
    tail,
    wait_until,
)

STOP_SECONDS = 12  # a warm stop of web and worker
FIRST_PAGE_SECONDS = 60
WEB_MARK = "deventer_crm.wsgi"
WORKER_MARK = "deventer_crm"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(Exception):
    """Ctrl-C, `make stop`, or the terminal went away."""


def running(paths: LocalPaths) -> dict[str, Any] | None:
    """Pid and address of the supervisor that runs for this folder now, or None."""
    if not is_locked(paths.run_lock):
        return None
    try:
        found: dict[str, Any] = json.loads(paths.run_state.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None  # it holds the lock and is about to write
    return found if is_alive(found["pid"]) else None  # else a watcher holds the lock, cleaning up


def stop_everything(servers: lifecycle.LocalServers) -> list[str]:
    """End supervisor, web, worker, beat and both servers; names of what ran. For `make stop`."""
    ended = []
    state = running(servers.paths)
    if state:
        if not end_process(state["pid"], (signal.SIGTERM, STOP_SECONDS + 30), (signal.SIGKILL, 2)):
            raise LocalServerError(f"The supervisor (process {state['pid']}) does not stop.")
        ended.append("web and worker")
    if end_left_overs(servers.paths):
        ended.append("left-overs of an earlier run")
    return ended + lifecycle.stop_servers(servers)


def end_left_overs(paths: LocalPaths) -> int:
    """End web and worker processes of this folder that outlived their supervisor (beat outlives a
    killed worker, a web worker its master); how many there were."""
    left = _ours(paths)
    for step, seconds in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)):
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, step)
        if wait_until(lambda: not any(is_alive(process.pid) for process in left), seconds):
            break
    return len(left)


def _ours(paths: LocalPaths) -> list[Process]:
    # Both carry a path in the local folder as an argument; see Supervisor.commands().
    return find(WEB_MARK, str(paths.root / "web.pid")) + find(WORKER_MARK, str(paths.beat_schedule))


@dataclass
class Child:
    """A process the supervisor keeps going."""

    name: str
    command: list[str]
    log: Path
    pid_file: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)

    def start(self, environment: dict[str, str]) -> None:
        if self.pid_file is not None:
            # One of before a hard kill: gunicorn would take whoever has that number now for itself.
            self.pid_file.unlink(missing_ok=True)
        descriptor = open_log(self.log)
        try:
            self.process = subprocess.Popen(
                self.command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,  # a Ctrl-C reaches the supervisor alone; it stops us in order
            )
        finally:
            os.close(descriptor)
        self.started = [*self.started[-5:], time.monotonic()]

    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def keeps_falling(self) -> bool:
        """Six starts within two minutes."""
        return len(self.started) >= 6 and time.monotonic() - self.started[0] < 120

    def kill_group(self, step: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, step)


class Supervisor:
    """`manage.py run_local`."""

    def __init__(
        self,
        servers: lifecycle.LocalServers,
        *,
        host: str,
        port: int,
        base_dir: Path,
        say: Callable[[str], object],
    ) -> None:
        self.servers = servers
        self.paths = servers.paths
        self.host, self.port = host, port
        self.base_dir = base_dir
        self.say = say
        self.children = self._children()

    @property
    def address(self) -> str:
        return f"http://{'localhost' if self.host in ('127.0.0.1', '0.0.0.0') else self.host}:{self.port}/"  # noqa: S104 - compared, not bound

    # ── the run ──────────────────────────────────────────────────────────────────────────────
    def run(self, prepare: Callable[[], None]) -> None:
        """Start everything, call `prepare` when the database is up, and stay until asked to stop.

        Raises LocalServerError: already running, port taken, or something that does not start."""
        lifecycle.prepare_folders(self.paths)
        # Locked without a supervisor: a watcher is cleaning up, or another start is about to tell.
        wait_until(lambda: running(self.paths) is not None or not is_locked(self.paths.run_lock), 30)
        if state := running(self.paths):
            raise LocalServerError(f"It is already running: {state['address']} ('make stop' ends it).")
        busy = "Another start for this folder is under way."
        with exclusive(self.paths.run_lock, wait=1, busy=busy), _signals():
            try:
                end_left_overs(self.paths)
                self._refuse_taken_port()
                self._write_state()
                with self._watcher():
                    self._start_and_stay(prepare)
            except StopAsked:
                self.say("Stopping …")
            finally:
                # A second Ctrl-C must not leave half of it running.
                for step in STOPPING:
                    signal.signal(step, signal.SIG_IGN)
                self._stop()

    def _start_and_stay(self, prepare: Callable[[], None]) -> None:
        lifecycle.ensure_started(self.servers)
        prepare()
        environment = self._environment()
        for child in self.children:
            child.start(environment)
        self._wait_for_first_page()
        self.say_address()
        while True:
            time.sleep(1)
            self._mend(environment)

    def _mend(self, environment: dict[str, str]) -> None:
        """Start again what fell over: a server, the web, the worker, or the worker's beat."""
        lifecycle.ensure_started(self.servers)
        for child in self.children:
            if child.name == "worker" and self._lost_beat(child):
                self.say("The scheduler (beat) is gone; the worker is started again.")
                child.kill_group(signal.SIGTERM)
                if child.process is not None:
                    end_process(child.process.pid, (signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 2))
            if child.ended():
                if child.keeps_falling():
                    raise LocalServerError(
                        f"The {child.name} keeps falling over. The end of {child.log}:\n{tail(child.log)}"
                    )
                child.kill_group(signal.SIGKILL)  # what a killed parent left behind
                self.say(f"The {child.name} ended by itself; starting it again.")
                child.start(environment)

    def _lost_beat(self, worker: Child) -> bool:
        """Whether the worker lives and its beat process does not (killed on its own)."""
        if worker.ended() or not worker.started or time.monotonic() - worker.started[-1] < 20:
            return False
        return len(find(WORKER_MARK, str(self.paths.beat_schedule))) == 1

    # ── parts ────────────────────────────────────────────────────────────────────────────────
    def _children(self) -> list[Child]:
        python = sys.executable
        web = [
            *(python, "-m", "gunicorn", f"{WEB_MARK}:application"),
            *("--bind", f"{self.host}:{self.port}", "--worker-class", "gthread"),
            *("--workers", os.environ.get("WEB_WORKERS", "2"), "--threads", "4"),
            *("--pid", str(self.paths.root / "web.pid")),
            # Its control socket goes to the home folder, which may not be writable.
            "--no-control-socket",
            *("--log-level", "warning", "--graceful-timeout", "8", "--timeout", "120"),
        ]
        web.append("--reload" if os.environ.get("DEBUG") in ("1", "true", "True", "on") else "--preload")
        worker = [
            *(python, "-m", "celery", "--app", WORKER_MARK, "worker", "--beat"),
            *("--schedule", str(self.paths.beat_schedule)),
            *("--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"),
            # One worker: no others to greet, which saves a second at the start.
            *("--without-gossip", "--without-mingle"),
        ]
        return [
            Child("web", web, self.paths.logs / "web.log", self.paths.root / "web.pid"),
            Child("worker", worker, self.paths.logs / "worker.log"),
        ]

    def _environment(self) -> dict[str, str]:
        return clean_environment() | {
            "DEBUG": os.environ.get("DEBUG", "0"),
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser:RuntimeWarning",
        }

    def _refuse_taken_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as problem:
                raise LocalServerError(
                    f"{self.host}:{self.port} cannot be used ({problem.strerror}). "
                    f"Choose another port: make run PORT={self.port + 1}"
                ) from problem

    def _write_state(self) -> None:
        fresh = self.paths.run_state.with_suffix(".new")
        fresh.write_text(json.dumps({"pid": os.getpid(), "address": self.address}))
        fresh.replace(self.paths.run_state)

    def _wait_for_first_page(self) -> None:
        web = self.children[0]

        def answers_or_ended() -> bool:
            return web.ended() or self._livez()

        if not wait_until(answers_or_ended, FIRST_PAGE_SECONDS, 0.1) or web.ended():
            raise LocalServerError(f"The web server does not start. The end of {web.log}:\n{tail(web.log)}")

    def _livez(self) -> bool:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104 - compared, not bound
        try:
            connection = http.client.HTTPConnection(host, self.port, timeout=5)
            connection.request("GET", "/livez", headers={"Host": "localhost"})
            # 400: ALLOWED_HOSTS was set to something without localhost; the web server is up.
            return connection.getresponse().status in (200, 400)
        except (OSError, http.client.HTTPException):
            return False

    def say_address(self) -> None:
        self.say(f"\n  Deventer CRM   {self.address}\n")
        if self.paths.demo_accounts.exists():
            self.say(self.paths.demo_accounts.read_text().rstrip() + "\n")
        self.say(f"  Logs: {self.paths.logs}   Mail: {self.paths.root / 'mail'}   Ctrl-C stops everything.")

    @contextlib.contextmanager
    def _watcher(self) -> Iterator[None]:
        """A process that reads a pipe only this process holds open. End of file without a word before
        it: we were killed, and it ends what we left."""
        reader, writer = os.pipe()
        subprocess_arguments = [
            sys.executable,
            "-m",
            "deventer_crm.localservers.watcher",
            str(reader),
            str(self.paths.root),
        ]
        log = open_log(self.paths.logs / "watcher.log")
        try:
            watcher = subprocess.Popen(
                subprocess_arguments,
                cwd=self.base_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[reader],
                start_new_session=True,
            )
        finally:
            os.close(log)
            os.close(reader)
        try:
            yield
        finally:
            with contextlib.suppress(BrokenPipeError):  # it was killed; there is nobody to tell
                os.write(writer, b"bye")
            os.close(writer)
            watcher.wait(10)

    def _stop(self) -> None:
        for child in reversed(self.children):
            if not child.ended() and child.process is not None:
                child.process.terminate()
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(STOP_SECONDS)
                child.kill_group(signal.SIGKILL)
                child.process.wait()
        end_left_overs(self.paths)
        lifecycle.stop_servers(self.servers)
        self.paths.run_state.unlink(missing_ok=True)


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """Turn the signals that ask us to stop into an exception."""

    def stop(*_: object) -> None:
        raise StopAsked

    # nohup sets SIGHUP to "ignore" so that a closing terminal leaves us alone; keep it so.
    heard = [step for step in STOPPING if step != signal.SIGHUP or signal.getsignal(step) != signal.SIG_IGN]
    before = {step: signal.signal(step, stop) for step in heard}
    try:
        yield
    finally:
        for step, handler in before.items():
            signal.signal(step, handler)


def fingerprint(base_dir: Path, apps: list[Path], extra: str) -> str:
    """Changes whenever code or reference files of the applications do: then migrate runs again, with
    what follows it. Otherwise a start skips it and saves two seconds."""
    digest = hashlib.sha256(extra.encode())
    for app in sorted(apps):
        for path in sorted(app.rglob("*")):
            if path.suffix in (".py", ".csv", ".json") and "__pycache__" not in path.parts:
                found = path.stat()
                digest.update(f"{path.relative_to(base_dir)}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
