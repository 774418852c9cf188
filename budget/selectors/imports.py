"""Rows of an imported file of hours, as its reader may see them: what is about a confidential employer is no
row for who may not know of it (R10), not even by what the file says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from budget.hours_import.columns import FIELD_LABELS
from budget.models import HoursImport, HoursLine
from employers.models import Employer
from employers.spreadsheets.refused import as_refused
from employers.spreadsheets.texts import sentence

if TYPE_CHECKING:
    from accounts.models import User

AT_ONCE = 500
#: What a row is called by, in this order.
SHOWN = ("medewerker_email", "medewerker_nummer", "datum", "maand", "uren", "spoor")


@dataclass(frozen=True)
class ShownLine:
    """A row to show; `is_hidden`: nothing of it but its number."""

    row: HoursLine
    is_hidden: bool
    title: str = ""
    said: str = ""
    kept: str = ""
    notes: list[str] = field(default_factory=list)


def lines_of(sheet: HoursImport, rows: Sequence[HoursLine], user: User) -> list[ShownLine]:
    """These rows for this reader, in one query."""
    ids = {row.employer_id for row in rows if row.employer_id}
    seen = (
        set(Employer.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))
        if ids
        else set()
    )
    return [_line(sheet, row, seen) for row in rows]


def refused_rows(sheet: HoursImport, user: User) -> Iterator[dict[str, Any]]:
    """What `write_refused` takes, row by row, without what this reader may not know of."""
    rows = HoursLine.objects.filter(sheet=sheet, outcome=HoursLine.Outcome.REFUSED)
    found = rows.iterator(chunk_size=AT_ONCE)
    while bunch := list(islice(found, AT_ONCE)):
        yield from (as_refused(line.row) for line in lines_of(sheet, bunch, user) if not line.is_hidden)


def _line(sheet: HoursImport, row: HoursLine, seen: set[int]) -> ShownLine:
    if row.employer_id and row.employer_id not in seen:
        return ShownLine(row, is_hidden=True)
    positions = sheet.preview.get("positions", {})
    cells = [str(row.values[positions[name]]) for name in SHOWN if _has(row, positions, name)]
    return ShownLine(
        row,
        is_hidden=False,
        title=" · ".join(cells),
        # Of a row that was emptied only the code is left: its sentence would lack the values.
        said=sentence(row.reason, row.reason_values) if row.reason and row.values else "",
        kept=sentence(row.kept, {}) if row.kept else "",
        notes=[
            f"{FIELD_LABELS[note['field']]}: {sentence(note['code'], note['params'])}" for note in row.notes
        ],
    )


def _has(row: HoursLine, positions: dict[str, int], name: str) -> bool:
    at = positions.get(name)
    return at is not None and at < len(row.values) and row.values[at] not in (None, "")
