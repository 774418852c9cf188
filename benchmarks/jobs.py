"""Work behind the screen, in a copy of the database: the register import, and making all reminders."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connections

COPY = "bench_copy"


@dataclass(frozen=True)
class Run:
    """`seconds` from start to end of the process, `peak` in megabytes of memory, `answer` what it printed.

    The system counts in what the process held before it became the program: this one, which therefore stays
    small and leaves the making of files to another."""

    seconds: float
    peak: float
    answer: dict[str, Any]


@contextlib.contextmanager
def copied_database() -> Iterator[str]:
    """A copy of the measured database for work that changes it, dropped at the end. Nobody may be connected
    to the original while it is copied."""
    connections.close_all()
    database = settings.DATABASES["default"]
    server = psycopg2.connect(
        dbname="postgres", user=database["USER"], host=database["HOST"], port=database["PORT"]
    )
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {COPY} TEMPLATE {database['NAME']}")
            try:
                yield COPY
            finally:
                cursor.execute(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
    finally:
        server.close()


def import_runs(size: str) -> tuple[int, Run, Run]:
    """Rows of a delivery as xlsx, its dry run and its run, each from the command line."""
    with tempfile.TemporaryDirectory() as folder, copied_database() as database:
        path = Path(folder) / "delivery.xlsx"
        made = _timed(["-m", "benchmarks.delivery", str(path), size], database).answer
        rows, day = int(made["rows"]), str(made["day"])
        command = ["manage.py", "import_register", str(path), "--reference-date", day, "--json"]
        trial = _timed([*command, "--dry-run"], database)
        return rows, trial, _timed(command, database)


def reconcile_run() -> Run:
    with copied_database() as database:
        return _timed(["-m", "benchmarks.reconciling"], database)


def _timed(arguments: list[str], database: str) -> Run:
    """Raises SystemExit with what the process complained of."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, "BENCH_DATABASE": database},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
        )
        _pid, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        printed = out.read().decode()
        if process.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {printed}{errors.read().decode()}")
    # Linux counts in kilobytes, macOS in bytes.
    peak = used.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)
    return Run(seconds, peak, json.loads(printed))
