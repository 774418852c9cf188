"""A list as a file: exactly what is filtered, in the chosen columns.

Cells that a spreadsheet would run as a formula are made text. Numbers of working persons are size classes in
every file (R2), because a file is passed on. Each export is a line of the access log (R13)."""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from deventer_crm.core.lists.asking import Asked
from deventer_crm.core.lists.definition import Column, load_for
from deventer_crm.core.lists.keyset import ordering

CHUNK = 1_000
#: A spreadsheet runs what begins with one of these (the wide ones are those of East Asian keyboards).
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
#: A smaller file needs none open while it is sent.
IN_MEMORY = 4_000_000
WIDEST, NARROWEST = 60, 10


def safe(value: Any) -> Any:
    """A value as a cell: text that would run gets an apostrophe in front; numbers and days stay as is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float | dt.date):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return f"'{text}" if text.startswith(DANGEROUS) else text


def exported_columns(asked: Asked) -> list[Column]:
    """The columns of the page that a file may have."""
    return [column for column in asked.columns if column.in_export]


def exported_rows(asked: Asked, rows: Any) -> Iterator[Any]:
    """The rows in the order of the list, some at a time; an order that tells more than its column (R2) is
    left."""
    definition = asked.definition
    if definition.export_rows is not None:
        rows = definition.export_rows(rows, asked.reader)
    rows = asked.dressed(rows)
    rows, sort = asked.ordered(rows)
    if not sort.in_export:
        sort = definition.sorts[definition.default_sort]
    columns = exported_columns(asked)
    reading = rows.order_by(*ordering(sort.keys)).iterator(CHUNK)
    while found := list(islice(reading, CHUNK)):
        load_for(columns, found, asked.reader)
        yield from found


def write_file(asked: Asked, rows: Any, kind: str) -> tuple[IO[bytes], int]:
    """The file, rewound, and how many rows it has. A large one is written to disk: memory stays the same for
    any number of rows, and the log can tell how many there were before the first byte leaves."""
    out = tempfile.TemporaryFile()  # noqa: SIM115 - it outlives this function; the answer closes it
    columns = exported_columns(asked)
    heads = [safe(str(column.label)) for column in columns]
    with transaction.atomic():  # one moment for all rows
        lines = (
            [safe(column.value(row, asked.reader)) for column in columns]
            for row in exported_rows(asked, rows)
        )
        count = (_write_csv if kind == "csv" else _write_xlsx)(out, heads, lines)
    size = out.tell()
    out.seek(0)
    if size > IN_MEMORY:
        return out, count
    with out:
        return io.BytesIO(out.read()), count


def write_table(heads: Iterable[Any], lines: Iterable[Iterable[Any]], kind: str) -> tuple[IO[bytes], int]:
    """A file of a table that is no list, as safe as one: rewound, and how many rows it has."""
    out = io.BytesIO()
    rows = ([safe(value) for value in line] for line in lines)
    count = (_write_csv if kind == "csv" else _write_xlsx)(out, [safe(str(head)) for head in heads], rows)
    out.seek(0)
    return out, count


def _write_csv(out: IO[bytes], heads: list[Any], lines: Iterable[list[Any]]) -> int:
    """For Excel in Dutch: a byte order mark and semicolons."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    count = 0
    for line in lines:
        writer.writerow([_in_csv(value) for value in line])
        count += 1
    text.flush()
    text.detach()  # the file stays open for the answer
    return count


def _in_csv(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%d-%m-%Y %H:%M")
    return value.strftime("%d-%m-%Y") if isinstance(value, dt.date) else value


def _write_xlsx(out: IO[bytes], heads: list[Any], lines: Iterable[list[Any]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("List"))
    sheet.freeze_panes = "A2"
    for at, head in enumerate(heads, 1):
        width = min(WIDEST, max(NARROWEST, len(str(head)) + 4)) if at > 1 else WIDEST * 2 / 3
        sheet.column_dimensions[get_column_letter(at)].width = width
    bold = Font(bold=True)
    titles = []
    for head in heads:
        cell = WriteOnlyCell(sheet, head)
        cell.font = bold
        titles.append(cell)
    sheet.append(titles)
    count = 0
    for line in lines:
        sheet.append([_in_xlsx(value) for value in line])
        count += 1
    book.save(out)
    return count


def _in_xlsx(value: Any) -> Any:
    """Excel knows no time zones."""
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
