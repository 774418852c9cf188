"""Imports of a list made in the test: `deliver("employers", header, rows, …)` as the command line does it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from accounts.models import User
from employers.models import SheetImport, SheetRow
from employers.sheet_import.plans import Terms
from employers.sheet_import.running import Order
from employers.sheet_import.sheets import import_file
from employers.spreadsheets.sniffing import Limits
from tests.employers.register_import.files import write_csv, write_xlsx


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    """Files of a test are complete; do not look twice whether they grow."""
    for module in ("running", "sheets"):
        monkeypatch.setattr(
            f"employers.sheet_import.{module}.limits", lambda: Limits(settle_seconds=0, rows=100_000)
        )


@pytest.fixture
def deliver(db, tmp_path, tl) -> Callable[..., SheetImport]:
    """The sheet of an import by the team lead, unless `by` says otherwise."""

    def run(
        what: str,
        header: Sequence[Any],
        rows: Sequence[Sequence[Any]],
        *,
        by: User | None = None,
        dry: bool = False,
        xlsx: bool = False,
        above: Sequence[Sequence[Any]] = (),
        encoding: str = "utf-8",
        chosen: dict[str, str] | None = None,
        **terms: Any,
    ) -> SheetImport:
        if xlsx:
            path = write_xlsx(tmp_path / "lijst.xlsx", rows, header=header, above=above)
        else:
            path = write_csv(tmp_path / "lijst.csv", rows, header=header, encoding=encoding)
        options = {"list_name": "Proeflijst", "person_source": "oude lijst", **terms}
        order = Order(path, Terms(what=what, by=by or tl, **options), chosen or {})
        sheet, result = import_file(order, file_name=path.name, dry=dry)
        sheet.refresh_from_db()
        counts = result.counts
        assert counts["rows"] == sum(counts[outcome] for outcome in SheetRow.Outcome.values)
        sheet.found = counts
        return sheet

    return run


def outcomes(sheet: SheetImport) -> list[tuple[int, str, str]]:
    """(row, outcome, reason) of every row."""
    return list(sheet.rows.order_by("number").values_list("number", "outcome", "reason"))
