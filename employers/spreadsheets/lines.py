"""One line of a file: its cells by field, cleaned, with what was repaired and what is doubtful (R11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from . import values
from .columns import Columns
from .errors import Remark
from .reading import Cell
from .values import BadValue

T = TypeVar("T")


class RefusedLine(Exception):
    """This line is not taken; the remark says why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.code)
        self.remark = remark


class Line:
    """The cells of one line by field, with what was said about them."""

    #: Of the database columns, by field; nothing in a real file is longer.
    widths: ClassVar[Mapping[str, int]] = {}

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
            raise RefusedLine(self.remark(bad.code, field, value=bad.value, limit=values.MAX_JOBS)) from bad

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
            raise RefusedLine(self.remark(bad.code, field, value=bad.value)) from bad
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
        width = self.widths[field]
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

    def phone(self, field: str = "telefoon") -> str:
        """A number stored as a number has lost its leading zero."""
        cell, found = self.cell(field), self.text(field)
        if isinstance(cell, int | float) and len(found) == 9:
            self.note("zeros_restored", field, value=f"0{found}")
            return f"0{found}"
        return found
