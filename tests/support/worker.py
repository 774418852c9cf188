"""A real worker process on the test database and the test broker, to be killed at will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from deventer_crm.celery import app
from deventer_crm.localservers.processes import wait_until

if TYPE_CHECKING:
    from pathlib import Path

START_SECONDS = 40


class WorkerProcess:
    """`celery worker` as production runs it, with a small pool. `pool="prefork"` for time limits."""

    def __init__(self, log: Path, *, pool: str = "threads", beat: bool = False) -> None:
        self.log = log
        self.pool = pool
        self.beat = beat
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> WorkerProcess:
        command = [
            *(sys.executable, "-m", "celery", "-A", "deventer_crm", "worker"),
            *("--pool", self.pool, "--concurrency", "2", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle"),
            *("--hostname", f"{settings.TEST_PROCESS}-{id(self)}@test"),
        ]
        if self.beat:
            command += ["--beat", "--schedule", str(self.log.with_suffix(".schedule"))]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "TEST_DATABASE_NAME": connection.settings_dict["NAME"],
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        if not wait_until(lambda: self._ended() or self._answers(), START_SECONDS) or self._ended():
            self.kill()
            raise AssertionError(f"The worker does not start:\n{self.log.read_text()[-3000:]}")
        return self

    def kill(self) -> None:
        """SIGKILL for the worker and everything it started, as the kernel or a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """A warm stop: running tasks finish."""
        self._end(signal.SIGTERM)

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _answers(self) -> bool:
        return bool(app.control.inspect(timeout=0.5).ping())

    def _end(self, step: signal.Signals) -> None:
        if self.process is None:
            return
        for chosen in (step, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, chosen)
            except ProcessLookupError:
                break
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                continue
        self.process.wait()
        self.process = None
