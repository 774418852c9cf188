"""Rows of an imported list as a reader may see them: what is about a confidential record is no row for who
may not know of it (R10), not even by what the file says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from employers.models import ContactPerson, Employer, SheetImport, SheetRow
from employers.sheet_import.columns import FIELD_LABELS
from employers.spreadsheets.refused import as_refused
from employers.spreadsheets.texts import sentence

if TYPE_CHECKING:
    from accounts.models import User

AT_ONCE = 500
NAME_FIELDS = {
    SheetImport.What.ORGANISATIONS: ("naam",),
    SheetImport.What.PEOPLE: ("voornaam", "tussenvoegsel", "achternaam", "naam"),
}


@dataclass(frozen=True)
class Difference:
    """One field: what we know and what the file says; `applied`: the file's becomes ours."""

    label: Any
    before: str
    after: str
    applied: bool


@dataclass(frozen=True)
class Line:
    """A row to show. `is_hidden`: nothing of it may be shown but its number. `title` is of the file, `about`
    the employer and person it became or is, `candidates` what it may be."""

    row: SheetRow
    is_hidden: bool
    title: str = ""
    where: str = ""
    about: list[Any] = field(default_factory=list)
    candidates: list[Any] = field(default_factory=list)
    said: str = ""
    kept: str = ""
    notes: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def lines_of(sheet: SheetImport, rows: Sequence[SheetRow], user: User) -> list[Line]:
    """These rows for this reader, in two queries."""
    employer_ids, person_ids = set[int](), set[int]()
    for row in rows:
        employer_ids.update([row.employer_id] if row.employer_id else [])
        person_ids.update([row.person_id] if row.person_id else [])
        (employer_ids if asks_employer(row) else person_ids).update(row.candidates)
    seen_employers = {row.pk: row for row in Employer.objects.visible_to(user).filter(pk__in=employer_ids)}
    seen_people = {row.pk: row for row in ContactPerson.objects.visible_to(user).filter(pk__in=person_ids)}
    return [_line(sheet, row, seen_employers, seen_people) for row in rows]


def refused_rows(sheet: SheetImport, user: User) -> Iterator[dict[str, Any]]:
    """What `write_refused` takes, row by row, without what this reader may not know of."""
    rows = SheetRow.objects.filter(sheet=sheet, outcome=SheetRow.Outcome.REFUSED).order_by("number", "pk")
    found = rows.iterator(chunk_size=AT_ONCE)
    while bunch := list(islice(found, AT_ONCE)):
        yield from (as_refused(line.row) for line in lines_of(sheet, bunch, user) if not line.is_hidden)


def asks_employer(row: SheetRow) -> bool:
    """Whether the candidates of a doubtful row are employers, not people."""
    return bool(row.reason_values.get("asks") == "employer")


def _line(
    sheet: SheetImport, row: SheetRow, employers: dict[int, Employer], people: dict[int, ContactPerson]
) -> Line:
    known: dict[int, Any] = dict(employers if asks_employer(row) else people)
    about: list[tuple[dict[int, Any], int | None]] = [
        (dict(employers), row.employer_id),
        (dict(people), row.person_id),
    ]
    if any(pk and pk not in seen for seen, pk in about) or any(pk not in known for pk in row.candidates):
        return Line(row, is_hidden=True)
    positions = sheet.preview.get("positions", {})
    where = _cell(row, positions, "organisatie") or _cell(row, positions, "plaats")
    return Line(
        row,
        is_hidden=False,
        title=" ".join(
            filter(None, (_cell(row, positions, name) for name in NAME_FIELDS[SheetImport.What(sheet.what)]))
        ),
        where=where,
        about=[seen[pk] for seen, pk in about if pk],
        candidates=[known[pk] for pk in row.candidates],
        # Of a row that was emptied only the code is left: its sentence would lack the values.
        said=sentence(row.reason, row.reason_values) if row.reason and row.values else "",
        kept=sentence(row.kept, {}) if row.kept else "",
        notes=[
            f"{FIELD_LABELS[note['field']]}: {sentence(note['code'], note['params'])}" for note in row.notes
        ],
        differences=[
            Difference(FIELD_LABELS[line["field"]], line["before"], line["after"], line["applied"])
            for line in row.differences
        ],
    )


def _cell(row: SheetRow, positions: dict[str, int], name: str) -> str:
    at = positions.get(name)
    if at is None or at >= len(row.values) or row.values[at] is None:
        return ""
    return str(row.values[at]).strip()
