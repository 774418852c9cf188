"""Builds register files for the tests. Everything in them is made up."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

HEADER = (
    "Naam vestiging", "Onderneming", "KVK-nummer", "Vestigingsnr", "Rechtsvorm", "Straat", "Huisnummer",
    "Toevoeging", "Postcode", "Plaats", "Telefoon", "SBI-code", "Mannen fulltime", "Vrouwen fulltime",
    "Mannen parttime", "Vrouwen parttime", "Werkzame personen totaal",
)  # fmt: skip


def line(**changes: Any) -> list[Any]:
    """One good row in the order of HEADER; `changes` by the canonical name of the field."""
    values = {
        "naam_vestiging": "Proefwerkplaats Zilverlinde B.V.",
        "onderneming": "Zilverlinde Groep B.V.",
        "kvk": "90000011",
        "vestigingsnummer": "990000000011",
        "rechtsvorm": "Besloten vennootschap",
        "straat": "Proefstraat",
        "huisnummer": 12,
        "toevoeging": None,
        "postcode": "7418 AB",
        "plaats": "Deventer",
        "telefoon": "0570 00 00 00",
        "sbi": "25620",
        "mannen_fulltime": 6,
        "vrouwen_fulltime": 3,
        "mannen_parttime": 1,
        "vrouwen_parttime": 2,
        "werkzame_personen": 12,
    }
    unknown = set(changes) - set(values)
    assert not unknown, unknown
    values.update(changes)
    return list(values.values())


def lines(count: int, *, start: int = 1, **changes: Any) -> list[list[Any]]:
    """Rows that differ in name, KVK number, establishment number and house number."""
    return [
        line(
            **{
                "naam_vestiging": f"Proefbedrijf {at}",
                "onderneming": f"Proefbedrijf {at} B.V.",
                "kvk": f"90{at:06d}",
                "vestigingsnummer": f"99{at:010d}",
                "huisnummer": at % 90_000 + 1,
                **changes,
            }
        )
        for at in range(start, start + count)
    ]


def write_xlsx(
    path: Path,
    rows: Sequence[Sequence[Any]],
    header: Sequence[Any] = HEADER,
    above: Sequence[Sequence[Any]] = (),
) -> Path:
    """A workbook with one sheet: rows above, the column names, the rows."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Register")
    for row in (*above, header, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def csv_text(
    rows: Sequence[Sequence[Any]], header: Sequence[Any] = HEADER, delimiter: str = ";", end: str = "\r\n"
) -> str:
    """The same as delimited text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerows([header, *rows])
    return out.getvalue()


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8", **options: Any) -> Path:
    path.write_bytes(csv_text(rows, **options).encode(encoding))
    return path


def repack(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    """A copy of a package in which the named parts are replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return target
