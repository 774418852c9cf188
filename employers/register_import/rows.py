"""One line of the file → a clean RegisterRow with remarks, or a refusal with cell and reason (R11)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from . import values
from .columns import JOB_FIELDS, Columns
from .errors import Remark
from .reading import Cell
from .values import BadValue

T = TypeVar("T")

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


class _Refusal(Exception):
    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.code)
        self.remark = remark


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
        except _Refusal as refusal:
            return RefusedRow(row, refusal.remark, tuple(cells), **line.keys())

    def _read(self, row: int, line: _Line) -> RegisterRow:
        number = line.number("vestigingsnummer", 12, "bad_vestigingsnummer")
        name, enterprise = line.text("naam_vestiging"), line.text("onderneming")
        if not name and not enterprise:
            raise _Refusal(line.remark("no_name", "naam_vestiging"))
        if number in self._seen:
            raise _Refusal(
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
            raise _Refusal(line.remark("too_many_jobs", JOB_FIELDS[0], value=summed, limit=values.MAX_JOBS))
        if total is None:
            return summed if given else None
        comparable = bool(given) and all(field in line.columns.positions for field in JOB_FIELDS)
        if (comparable and summed != total) or summed > total:
            line.doubt("jobs_differ", "werkzame_personen", total=total, sum=summed)
        return total


class _Line:
    """The cells of one line by field, with what was said about them."""

    def __init__(self, columns: Columns, cells: Sequence[Cell]) -> None:
        self.columns = columns
        self.cells = cells
        self.notes: list[Remark] = []
        self.doubts: list[Remark] = []

    def cell(self, field: str) -> Cell:
        at = self.columns.positions.get(field)
        return self.cells[at] if at is not None and at < len(self.cells) else None

    def remark(self, code: str, field: str, **params: object) -> Remark:
        return Remark(code, field, self.columns.letter(field), params)

    def note(self, code: str, field: str, **params: object) -> None:
        self.notes.append(self.remark(code, field, **params))

    def doubt(self, code: str, field: str, **params: object) -> None:
        self.doubts.append(self.remark(code, field, **params))

    def plain(self, field: str, read: Callable[[Cell], T]) -> T | None:
        """The cell through a function of `values`; a bad one refuses the row."""
        try:
            return read(self.cell(field))
        except BadValue as bad:
            raise _Refusal(self.remark(bad.code, field, value=bad.value, limit=values.MAX_JOBS)) from bad

    def convert(self, field: str, read: Callable[[Cell], tuple[T, str | None]]) -> T | None:
        """The same for functions that also tell what they repaired."""
        result = self.plain(field, read)
        if result is None:
            return None
        found, repair = result
        if repair:
            self.note(repair, field, value=str(self.cell(field))[:60], read=str(found))
        return found

    def number(self, field: str, length: int, code: str) -> str:
        try:
            found, repair = values.digits(self.cell(field), length, code)
        except BadValue as bad:
            raise _Refusal(self.remark(bad.code, field, value=bad.value)) from bad
        if repair == "number_cleaned":
            self.note(repair, field, value=str(self.cell(field))[:60], read=found)
        elif repair:
            self.note(repair, field, value=found)
        return found

    def text(self, field: str) -> str:
        cell = self.cell(field)
        if cell is None:
            return ""
        found = self.plain(field, values.text) or ""
        width = TEXT_FIELDS[field]
        if len(found) > width:
            self.note("text_shortened", field, limit=width)
            found = found[:width].rstrip()
        elif (
            isinstance(cell, str)
            and not cell.isprintable()
            and any(ord(c) < 32 and c not in "\t\r\n" for c in cell)
        ):
            self.note("text_cleaned", field)
        return found

    def house(self) -> tuple[str, str, str]:
        """Number, letter and addition; a number column that holds all three is split, with a note."""
        letter, addition = self.text("huisletter").upper(), self.text("toevoeging")
        stated = self.plain("huisnummer", values.text) or ""
        if not stated or stated == "0":
            return "", letter, addition
        found = values.house_number(stated)
        if found is None:
            self.note("bad_house_number", "huisnummer", value=stated[:20])
            return "", letter, addition
        if found[1] or found[2]:
            self.note("house_number_split", "huisnummer", value=stated[:20])
        return found[0], letter or found[1], addition or found[2]

    def phone(self) -> str:
        """A number stored as a number has lost its leading zero."""
        cell, found = self.cell("telefoon"), self.text("telefoon")
        if isinstance(cell, int | float) and len(found) == 9:
            self.note("zeros_restored", "telefoon", value=f"0{found}")
            return f"0{found}"
        return found

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
