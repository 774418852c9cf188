"""An import of rows made in the test, as the command line does it."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from employers.register_import.deliveries import import_file
from employers.register_import.running import Order, Result, dry_run
from employers.spreadsheets.sniffing import Limits

from .files import HEADER, write_csv

APRIL_2025 = dt.date(2025, 4, 1)
APRIL_2026 = dt.date(2026, 4, 1)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Files of a test are complete; do not look twice whether they grow."""
    monkeypatch.setattr("employers.register_import.running.limits", lambda: Limits(settle_seconds=0))


@pytest.fixture
def deliver(db, tmp_path) -> Callable[..., Result]:
    """deliver(rows, on=date, header=…, dry=False, partial=False, source="lisa", chosen={})"""

    def run(
        rows: Sequence[Sequence[Any]],
        *,
        on: dt.date = APRIL_2026,
        header: Sequence[str] = HEADER,
        dry: bool = False,
        partial: bool = False,
        source: str = "lisa",
        chosen: dict[str, str] | None = None,
    ) -> Result:
        path = write_csv(tmp_path / "levering.csv", rows, header=header)
        order = Order(path, source, on, chosen=chosen or {}, is_partial=partial)
        return dry_run(order) if dry else import_file(order, file_name=path.name)

    return run
