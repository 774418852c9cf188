"""Opens a register file safely and streams its rows (R11).

Content decides what a file is, never its name. Everything here works in bounded memory: the largest file
allowed (100,000 rows and more) is read row by row. All refusals are `RefusedFile`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from .errors import RefusedFile
from .sniffing import MB, Limits, kind_of, settled_state, state_of

Cell = str | int | float | bool | date | datetime | None
NumberedRow = tuple[int, tuple[Cell, ...]]
Judge = Callable[[Sequence[Cell]], int]
"""How many register fields a row of column names holds; see `columns.Recogniser`."""

EXCEL_LAST_ROW = 1_048_576
HEADER_WITHIN = 40  # rows of titles and remarks allowed above the table
SHEETS_TRIED = 20


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a file. `rows` yields (row number as the spreadsheet shows it, cells), without
    blank rows; it can be read once."""

    kind: str
    sheet: str
    header_row: int
    header: tuple[str, ...]
    rows: Iterator[NumberedRow]


@contextmanager
def open_table(
    path: Path, judge: Judge, *, limits: Limits | None = None, guess: bool = False
) -> Iterator[Table]:
    """Open `path` and find the table in it.

    `guess` takes the likeliest row of column names even when `judge` knows none of them, so that a person
    can map the columns. Raises RefusedFile (also while the rows are read).
    """
    limits = limits or Limits()
    before = settled_state(path, limits)
    kind = kind_of(path, limits)
    opened = (
        _open_xlsx(path, judge, limits, guess) if kind == "xlsx" else _open_csv(path, judge, limits, guess)
    )
    with opened as table:
        yield table
    if state_of(path) != before:
        raise RefusedFile("unfinished_file")


# ---------------------------------------------------------------- xlsx


_BROKEN = (
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    zlib.error,
    zipfile.BadZipFile,
    ParseError,
    DefusedXmlException,
    InvalidFileException,
)
"""What openpyxl lets out on a workbook that breaks its own rules; it has no error of its own for it."""


@contextmanager
def _open_xlsx(path: Path, judge: Judge, limits: Limits, guess: bool) -> Iterator[Table]:
    # Remarks of openpyxl on styles and extensions say nothing about our cells.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    with path.open("rb") as file:  # a name would make openpyxl judge by its extension
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except _BROKEN as error:
            raise RefusedFile("damaged_file", where=type(error).__name__) from error
        with closing(book):
            yield from _xlsx_table(book, judge, limits, guess)


def _xlsx_table(book: openpyxl.Workbook, judge: Judge, limits: Limits, guess: bool) -> Iterator[Table]:
    best: tuple[int, int, str] | None = None
    candidates = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    for sheet in candidates[:SHEETS_TRIED]:
        sheet.reset_dimensions()  # what a file says about its own size is not to be believed
        with closing(_sheet_rows(sheet, limits)) as rows:
            found = _find_header(islice(rows, HEADER_WITHIN), judge, guess)
        if found and (best is None or found[0] > best[0]):
            best = (*found, sheet.title)
    if best is None:
        raise RefusedFile("no_table")
    with closing(_sheet_rows(book[best[2]], limits)) as rows:
        header = _skip_to(rows, best[1])
        yield Table("xlsx", best[2], best[1], header, _counted(rows, limits))


def _sheet_rows(sheet: Any, limits: Limits) -> Generator[NumberedRow, None, None]:
    """Rows of one sheet, blank ones left out, trailing blanks cut off. Numbers as the sheet shows them."""
    # Any: openpyxl's types do not know that a read-only sheet has iter_rows.
    try:
        with closing(sheet.iter_rows(values_only=True)) as all_rows:
            yield from _filled(all_rows, sheet.title, limits)
    except _BROKEN as error:
        raise RefusedFile("damaged_file", where=f"{sheet.title}: {type(error).__name__}") from error


def _filled(
    rows: Iterator[tuple[Cell, ...]], title: str, limits: Limits
) -> Generator[NumberedRow, None, None]:
    for number, cells in enumerate(rows, start=1):
        # A forged row number makes openpyxl fill the gap with empty rows without end.
        if number > EXCEL_LAST_ROW:
            raise RefusedFile("damaged_file", where=f"{title} {number}")
        trimmed = _trimmed(cells)
        if not trimmed:
            continue
        if len(trimmed) > limits.columns:
            raise RefusedFile("too_many_columns", row=number, limit=limits.columns)
        yield number, trimmed


# ---------------------------------------------------------------- csv


@contextmanager
def _open_csv(path: Path, judge: Judge, limits: Limits, guess: bool) -> Iterator[Table]:
    encoding = _encoding_of(path)
    # Five bytes mean nothing in Windows-1252; one of them in a name must not cost the file.
    errors = "replace" if encoding == "windows-1252" else "strict"
    best: tuple[int, int, str] | None = None
    for delimiter in (";", ",", "\t", "|"):
        with path.open(encoding=encoding, errors=errors, newline="") as file:
            rows = _csv_rows(file, delimiter, limits)
            found = _find_header(islice(rows, HEADER_WITHIN), judge, guess)
        if found and (best is None or found[0] > best[0]):
            best = (*found[:2], delimiter)
    if best is None:
        raise RefusedFile("no_table")
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        rows = _csv_rows(file, best[2], limits)
        header = _skip_to(rows, best[1])
        yield Table("csv", "", best[1], header, _counted(rows, limits))


def _encoding_of(path: Path) -> str:
    """UTF-16 and UTF-8 by their marks, else UTF-8 when every byte of the file is, else Windows-1252."""
    with path.open("rb") as file:
        first = file.read(4)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if first.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(MB):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "windows-1252"
    return "utf-8"


def _csv_rows(file: io.TextIOBase, delimiter: str, limits: Limits) -> Iterator[NumberedRow]:
    """Records of a delimited file, blank ones left out; numbers as Excel shows them after opening it.

    Raises RefusedFile("unfinished_file") when the last record breaks off: inside quotes, or short and
    without a line end. A half-written full delivery would otherwise end half the establishments.
    """
    lines = _RememberingLines(file)
    try:
        number = 0
        width = 0
        for record in csv.reader(lines, delimiter=delimiter):
            if number == 0 and re.fullmatch(r"sep=.\s*", "".join(lines.current), re.IGNORECASE):
                lines.current.clear()
                continue  # Excel's hint is not a row on the sheet
            number += 1
            if lines.ended and _breaks_off(lines.current, delimiter, len(record), width):
                raise RefusedFile("unfinished_file", row=number)
            lines.current.clear()
            trimmed = _trimmed(record)
            if not trimmed:
                continue
            width = len(record)
            if len(trimmed) > limits.columns:
                raise RefusedFile("too_many_columns", row=number, limit=limits.columns)
            yield number, trimmed
    except (csv.Error, UnicodeError) as error:
        raise RefusedFile("damaged_file", where=f"{number + 1}: {error}") from error


class _RememberingLines:
    """Hands lines to csv and keeps those of the record being read. `ended` says the last line is out."""

    def __init__(self, file: io.TextIOBase) -> None:
        self._lines = iter(file)
        self._next: str | None = next(self._lines, None)
        self.current: list[str] = []

    @property
    def ended(self) -> bool:
        return self._next is None

    def __iter__(self) -> _RememberingLines:
        return self

    def __next__(self) -> str:
        if self._next is None:
            raise StopIteration
        line, self._next = self._next, next(self._lines, None)
        self.current.append(line)
        return line


def _breaks_off(lines: list[str], delimiter: str, width: int, usual: int) -> bool:
    closed = not lines or lines[-1].endswith(("\n", "\r")) or width >= usual
    try:
        for _record in csv.reader(lines, delimiter=delimiter, strict=True):
            continue
    except csv.Error as error:
        return "unexpected end" in str(error) or not closed
    return not closed


# ---------------------------------------------------------------- both


def is_blank(cell: Cell) -> bool:
    """True for an empty cell and for one with only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip("\ufeff \t\r\n\xa0\u200b"))


def _trimmed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return tuple(cells[:end])


def _find_header(rows: Iterator[NumberedRow], judge: Judge, guess: bool) -> tuple[int, int] | None:
    """(score, row number) of the likeliest row of column names, or None. Titles above it score nothing."""
    best: tuple[int, int] | None = None
    guessed: tuple[int, int] | None = None
    for number, cells in rows:
        score = judge(cells)
        if score >= 2 and (best is None or score > best[0]):
            best = (score, number)
        names = {c.strip().lower() for c in cells if isinstance(c, str) and c.strip()}
        if len(names) >= 3 and (guessed is None or len(names) - 1000 > guessed[0]):
            guessed = (len(names) - 1000, number)  # always below a recognised one
    return best or (guessed if guess else None)


def _skip_to(rows: Iterator[NumberedRow], wanted: int) -> tuple[str, ...]:
    for number, cells in rows:
        if number == wanted:
            return tuple("" if is_blank(c) else " ".join(str(c).split()) for c in cells)
    raise RefusedFile("no_table")


def _counted(rows: Iterator[NumberedRow], limits: Limits) -> Iterator[NumberedRow]:
    first = next(rows, None)
    if first is None:
        raise RefusedFile("no_rows")
    for count, row in enumerate(chain([first], rows), start=1):
        if count > limits.rows:
            raise RefusedFile("too_many_rows", limit=limits.rows)
        yield row
