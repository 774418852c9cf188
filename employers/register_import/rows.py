"""One line of the file → a clean RegisterRow with remarks, or a refusal with cell and reason (R11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from employers.spreadsheets import values
from employers.spreadsheets.columns import Columns
from employers.spreadsheets.errors import Remark
from employers.spreadsheets.lines import Line, RefusedLine
from employers.spreadsheets.reading import Cell
from employers.spreadsheets.values import BadValue

from .columns import JOB_FIELDS

# Widths of the database columns; nothing in a real register is longer.
TEXT_FIELDS = {
    "naam_vestiging": 200,
    "onderneming": 200,
    "lisa_nummer": 20,
    "rechtsvorm": 80,
    "straat": 100,
    "huisletter": 2,
    "toevoeging": 10,
    "plaats": 80,
    "telefoon": 30,
    "grootteklasse": 20,
}


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A line after cleaning. Empty text: not given. `jobs` = total when given, else the sum (R2); None: no
    number given. `doubts` hold the row back for a person; `notes` say what was repaired."""

    row: int
    name: str
    enterprise: str
    kvk: str
    number: str
    lisa_number: str
    legal_form: str
    street: str
    house_number: str
    house_letter: str
    addition: str
    postcode: str
    town: str
    phone: str
    sbi: str
    size_class: str
    bag_id: str
    x: Decimal | None
    y: Decimal | None
    is_main: bool | None
    ended_on: date | None
    men_full: int | None
    women_full: int | None
    men_part: int | None
    women_part: int | None
    jobs: int | None
    notes: tuple[Remark, ...]
    doubts: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A line that is not taken. The keys that could be read travel along, so that a full delivery does not
    end an establishment whose row was merely damaged."""

    row: int
    reason: Remark
    cells: tuple[Cell, ...]
    number: str = ""
    kvk: str = ""
    lisa_number: str = ""
    postcode: str = ""
    house_number: str = ""


class RowReader:
    """Cleans the lines of one file; remembers establishment numbers to refuse a repetition."""

    def __init__(self, columns: Columns, reference_date: date) -> None:
        self.columns = columns
        self.reference_date = reference_date
        self._seen: dict[str, int] = {}

    def read(self, row: int, cells: Sequence[Cell]) -> RegisterRow | RefusedRow:
        """Never raises: whatever is in the cells becomes a row or a refusal."""
        line = _Line(self.columns, cells)
        try:
            return self._read(row, line)
        except RefusedLine as refusal:
            return RefusedRow(row, refusal.remark, tuple(cells), **line.keys())

    def _read(self, row: int, line: _Line) -> RegisterRow:
        number = line.number("vestigingsnummer", 12, "bad_vestigingsnummer")
        name, enterprise = line.text("naam_vestiging"), line.text("onderneming")
        if not name and not enterprise:
            raise RefusedLine(line.remark("no_name", "naam_vestiging"))
        if number in self._seen:
            raise RefusedLine(
                line.remark("repeated_vestigingsnummer", "vestigingsnummer", first=self._seen[number])
            )
        kvk = line.number("kvk", 8, "bad_kvk")
        postcode = line.convert("postcode", values.postcode) or ""
        house = line.house()
        counts = [line.convert(field, values.count) for field in JOB_FIELDS]
        total = line.convert("werkzame_personen", values.count)
        jobs = self._jobs(line, total, counts)
        ended_on = line.plain("einddatum", values.day)
        stated = line.plain("peildatum", values.day)
        if stated and stated != self.reference_date:
            line.doubt("other_reference_date", "peildatum", value=stated.isoformat())
        found = RegisterRow(
            row=row,
            name=name or enterprise,
            enterprise=enterprise,
            kvk=kvk,
            number=number,
            lisa_number=line.text("lisa_nummer"),
            legal_form=line.text("rechtsvorm"),
            street=line.text("straat"),
            house_number=house[0],
            house_letter=house[1],
            addition=house[2],
            postcode=postcode,
            town=line.text("plaats"),
            phone=line.phone(),
            sbi=line.plain("sbi", values.sbi) or "",
            size_class=line.text("grootteklasse"),
            bag_id=line.bag_id(),
            x=line.coordinate("x", 0, 300_000),
            y=line.coordinate("y", 300_000, 650_000),
            is_main=line.plain("hoofdvestiging", values.yes),
            ended_on=ended_on,
            men_full=counts[0],
            women_full=counts[1],
            men_part=counts[2],
            women_part=counts[3],
            jobs=jobs,
            notes=tuple(line.notes),
            doubts=tuple(line.doubts),
        )
        if number:
            self._seen[number] = row
        return found

    @staticmethod
    def _jobs(line: _Line, total: int | None, counts: list[int | None]) -> int | None:
        given = [number for number in counts if number is not None]
        summed = sum(given)
        if given and total is None and summed > values.MAX_JOBS:
            raise RefusedLine(
                line.remark("too_many_jobs", JOB_FIELDS[0], value=summed, limit=values.MAX_JOBS)
            )
        if total is None:
            return summed if given else None
        comparable = bool(given) and all(field in line.columns.positions for field in JOB_FIELDS)
        if (comparable and summed != total) or summed > total:
            line.doubt("jobs_differ", "werkzame_personen", total=total, sum=summed)
        return total


class _Line(Line):
    """A line of the register; its keys are worth saving when the rest is not."""

    widths = TEXT_FIELDS

    def bag_id(self) -> str:
        try:
            return values.digits(self.cell("bag_id"), 16, "bad_bag_id")[0]
        except BadValue as bad:
            self.note("bad_bag_id", "bag_id", value=bad.value)
            return ""

    def coordinate(self, field: str, low: int, high: int) -> Decimal | None:
        cell = self.cell(field)
        try:
            found = values.coordinate(cell, low, high)
            blank = not values.text(cell) or values.text(cell) == "0"
        except BadValue:
            found, blank = None, False
        if found is None and not blank:
            self.note("bad_coordinate", field, value=str(cell)[:30])
        return found

    def keys(self) -> dict[str, str]:
        """What still can be read of the keys of a refused line."""
        found = {"number": "", "kvk": "", "lisa_number": "", "postcode": "", "house_number": ""}
        readers: tuple[tuple[str, Callable[[], str]], ...] = (
            ("number", lambda: values.digits(self.cell("vestigingsnummer"), 12, "")[0]),
            ("kvk", lambda: values.digits(self.cell("kvk"), 8, "")[0]),
            ("lisa_number", lambda: values.text(self.cell("lisa_nummer"))),
            ("postcode", lambda: values.postcode(self.cell("postcode"))[0]),
            ("house_number", lambda: (values.house_number(values.text(self.cell("huisnummer"))) or ("",))[0]),
        )
        for key, read in readers:
            try:
                found[key] = read()
            except BadValue:
                continue
        return found
