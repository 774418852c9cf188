"""Work behind the screen, in a copy of the database: the register import, and making all reminders."""

import contextlib
import csv
import datetime as dt
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
from openpyxl import Workbook

from deventer_crm.core import clock
from deventer_crm.home.demo import register, story

COPY = "bench_copy"
SEED = 2026  # that of demo_data: the same establishments come again
#: One row in so many has changed since the last delivery.
CHANGED = 10


@dataclass(frozen=True)
class Run:
    """`seconds` from start to end of the process, `peak` in megabytes of memory, `answer` what it printed."""

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
        rows, day = _write_delivery(path, size)
        command = ["manage.py", "import_register", str(path), "--reference-date", day.isoformat(), "--json"]
        trial = _timed([*command, "--dry-run"], database)
        return rows, trial, _timed(command, database)


def reconcile_run() -> Run:
    with copied_database() as database:
        return _timed(["-m", "benchmarks.reconciling"], database)


def _write_delivery(path: Path, size: str) -> tuple[int, dt.date]:
    """The last delivery again, three months later, with more jobs in some of its rows."""
    years = register.reference_years(clock.today(), story.YEARS_OF_REGISTER[size])
    source = path.with_suffix(".csv")
    rows = register.write_delivery(source, register.make_places(size, SEED, years), years[-1])
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with source.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter=";")):
            sheet.append(_grown(row) if number and not number % CHANGED else row)
    book.save(path)
    return rows, dt.date(years[-1], 7, 1)


def _grown(row: list[str]) -> list[str]:
    """One man more, and one person more in total."""
    men, total = register.HEADER.index("Mannen 12 uur of meer"), len(register.HEADER) - 1
    grown = list(row)
    grown[men], grown[total] = str(int(row[men]) + 1), str(int(row[total]) + 1)
    return grown


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
