"""Opening register files: what is taken, and each kind of file that is refused (R11)."""

import os
import threading
import time
import zipfile
from pathlib import Path

import pytest

from employers.register_import.columns import Recogniser
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.reading import open_table
from employers.spreadsheets.sniffing import Limits

from .files import HEADER, csv_text, line, lines, repack, write_csv, write_xlsx

JUDGE = Recogniser().score
QUICK = Limits(settle_seconds=0)


def read(path: Path, limits: Limits = QUICK, **options):
    with open_table(path, JUDGE, limits=limits, **options) as table:
        return table, list(table.rows)


def refusal(path: Path, limits: Limits = QUICK) -> RefusedFile:
    with pytest.raises(RefusedFile) as caught:
        read(path, limits)
    assert caught.value.message
    return caught.value


@pytest.fixture
def xlsx(tmp_path):
    return write_xlsx(tmp_path / "goed.xlsx", lines(3))


def test_an_xlsx_gives_header_and_rows_with_their_own_numbers(xlsx):
    table, rows = read(xlsx)
    assert (table.kind, table.header_row, table.header) == ("xlsx", 1, HEADER)
    assert [number for number, _cells in rows] == [2, 3, 4]
    assert rows[0][1][:4] == ("Proefbedrijf 1", "Proefbedrijf 1 B.V.", "90000001", "990000000001")


def test_title_rows_blank_rows_and_trailing_blanks_are_passed_over(tmp_path):
    path = write_xlsx(
        tmp_path / "titel.xlsx",
        [line(), [None] * 20, [" ", "\xa0"], [*line(naam_vestiging="Tweede"), None, " ", None]],
        above=[["Levering werkgelegenheidsregister"], [], ["Peildatum", "1 april"], [None]],
    )
    table, rows = read(path)
    assert table.header_row == 5
    assert [number for number, _cells in rows] == [6, 9]
    assert len(rows[1][1]) == len(HEADER)


def test_the_sheet_with_the_table_is_found(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["Toelichting", "op de levering"])
    sheet = book.create_sheet("Data")
    sheet.append(HEADER)
    sheet.append(line())
    book.save(tmp_path / "twee.xlsx")
    table, rows = read(tmp_path / "twee.xlsx")
    assert table.sheet == "Data"
    assert len(rows) == 1


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_every_usual_form(tmp_path, delimiter, encoding):
    path = write_csv(
        tmp_path / "x.csv",
        [line(naam_vestiging="Café “Zilver”; één")],
        encoding=encoding,
        delimiter=delimiter,
    )
    table, rows = read(path)
    assert table.header == HEADER
    assert rows[0][0] == 2
    assert rows[0][1][0] == "Café “Zilver”; één"


def test_csv_rows_count_as_excel_counts_them(tmp_path):
    text = "sep=;\r\n" + csv_text([line(naam_vestiging="Twee\nregels"), line(), line()], end="\r\n")
    path = tmp_path / "a.csv"
    path.write_text(text, newline="")
    _table, rows = read(path)
    assert [number for number, _cells in rows] == [2, 3, 4]


def test_content_decides_not_the_name(tmp_path, xlsx):
    as_csv = tmp_path / "eigenlijk.csv"
    as_csv.write_bytes(xlsx.read_bytes())
    assert read(as_csv)[0].kind == "xlsx"
    as_xlsx = write_csv(tmp_path / "eigenlijk.xlsx", [line()])
    assert read(as_xlsx)[0].kind == "csv"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7 proef", "not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_spreadsheet"),
        (b"<html><table><tr><td>KVK</td></tr></table>", "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old_excel"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted_file"),
        (b"geen tabel, alleen tekst\nnog een regel\n", "no_table"),
        (b"KVK;Vestigingsnummer;Naam\r\n", "no_rows"),
    ],
)
def test_files_that_are_no_register(tmp_path, content, code):
    path = tmp_path / "register.xlsx"
    path.write_bytes(content)
    assert refusal(path).code == code


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    assert refusal(tmp_path / "weg.xlsx").code == "missing_file"
    assert refusal(tmp_path).code == "missing_file"


def test_a_macro_file_is_refused_whatever_its_name(tmp_path, xlsx):
    assert refusal(repack(xlsx, tmp_path / "m.xlsx", {"xl/vbaProject.bin": b"x"})).code == "macro_file"
    with zipfile.ZipFile(xlsx) as package:
        types = package.read("[Content_Types].xml")
    macro = types.replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert macro != types
    assert refusal(repack(xlsx, tmp_path / "n.xlsx", {"[Content_Types].xml": macro})).code == "macro_file"


def test_other_packages_are_refused(tmp_path, xlsx):
    ods = tmp_path / "x.ods"
    with zipfile.ZipFile(ods, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refusal(ods).code == "other_spreadsheet"
    plain = tmp_path / "foto.zip"
    with zipfile.ZipFile(plain, "w") as package:
        package.writestr("foto.txt", "x")
    assert refusal(plain).code == "not_a_spreadsheet"
    assert refusal(repack(xlsx, tmp_path / "b.xlsx", {"xl/workbook.bin": b"x"})).code == "other_spreadsheet"


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, xlsx):
    sheet = b"<worksheet>" + b" " * (30 * 1024 * 1024) + b"</worksheet>"
    bomb = repack(xlsx, tmp_path / "bom.xlsx", {"xl/worksheets/sheet1.xml": sheet})
    started = time.monotonic()
    assert refusal(bomb).code == "suspicious_archive"
    assert refusal(bomb, Limits(unpacked_size=1024 * 1024, settle_seconds=0)).code == "unpacked_too_large"
    many = repack(xlsx, tmp_path / "veel.xlsx", {f"xl/x{n}.xml": b"" for n in range(50)})
    assert refusal(many, Limits(entries=40, settle_seconds=0)).code == "suspicious_archive"
    assert time.monotonic() - started < 5


def test_an_entity_bomb_is_refused(tmp_path, xlsx):
    bomb = b"""<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>
    <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>"""
    path = repack(xlsx, tmp_path / "entiteit.xlsx", {"xl/worksheets/sheet1.xml": bomb})
    assert refusal(path).code == "damaged_file"


def test_a_forged_row_number_does_not_run_for_ever(tmp_path, xlsx):
    forged = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
    <row r="1"><c r="A1" t="str"><v>KVK</v></c><c r="B1" t="str"><v>Naam</v></c></row>
    <row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData></worksheet>"""
    path = repack(xlsx, tmp_path / "rij.xlsx", {"xl/worksheets/sheet1.xml": forged})
    started = time.monotonic()
    assert refusal(path).code == "damaged_file"
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("share", [0.2, 0.6, 0.98])
def test_a_half_written_xlsx_is_refused(tmp_path, xlsx, share):
    content = xlsx.read_bytes()
    half = tmp_path / "half.xlsx"
    half.write_bytes(content[: int(len(content) * share)])
    assert refusal(half).code == "unfinished_file"


@pytest.mark.parametrize("cut", ["990000000003;Besloten venno", '990000000003;"Besloten venno'])
def test_a_half_written_csv_is_refused(tmp_path, cut):
    path = tmp_path / "half.csv"
    path.write_text(csv_text(lines(2)) + f"Proefbedrijf 3;;90000003;{cut}", newline="")
    assert refusal(path).code == "unfinished_file"


def test_a_last_row_without_line_end_is_fine_when_it_is_whole(tmp_path):
    path = tmp_path / "heel.csv"
    path.write_text(csv_text(lines(2)).rstrip("\r\n"), newline="")
    assert len(read(path)[1]) == 2


def test_a_file_that_grows_while_it_is_looked_at_is_refused(tmp_path):
    path = write_csv(tmp_path / "groeit.csv", lines(2))

    def grow():
        time.sleep(0.1)
        with path.open("a") as file:
            file.write(csv_text(lines(1, start=9)).split("\r\n")[1] + "\r\n")

    writer = threading.Thread(target=grow)
    writer.start()
    assert refusal(path, Limits(settle_seconds=0.5)).code == "unfinished_file"
    writer.join()


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path):
    path = write_csv(tmp_path / "groeit.csv", lines(2))
    os.utime(path, (1, 1))

    def read_while_it_grows():
        with open_table(path, JUDGE, limits=QUICK) as table:
            next(table.rows)
            with path.open("a") as file:
                file.write("x\r\n")

    with pytest.raises(RefusedFile) as caught:
        read_while_it_grows()
    assert caught.value.code == "unfinished_file"


def test_size_rows_and_columns_are_limited(tmp_path, xlsx):
    assert refusal(xlsx, Limits(file_size=100, settle_seconds=0)).code == "too_large"
    assert refusal(xlsx, Limits(rows=2, settle_seconds=0)).code == "too_many_rows"
    wide = write_xlsx(tmp_path / "breed.xlsx", [[*line(), *range(400)]])
    assert refusal(wide).code == "too_many_columns"


def test_an_unknown_header_can_be_guessed_for_the_mapping_page(tmp_path):
    path = write_csv(
        tmp_path / "vreemd.csv", [["a", "b", "c"]], header=["Veld een", "Veld twee", "Veld drie"]
    )
    assert refusal(path).code == "no_table"
    assert read(path, guess=True)[0].header == ("Veld een", "Veld twee", "Veld drie")
