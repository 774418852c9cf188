"""Cleaning one row: everything R11 says is repaired, doubted or refused."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employers.register_import.columns import Recogniser
from employers.register_import.rows import RefusedRow, RegisterRow, RowReader
from employers.spreadsheets import values
from employers.spreadsheets.texts import sentence

from .files import HEADER, line

ON = dt.date(2026, 4, 1)
COLUMNS = Recogniser().columns(HEADER, row=1)


def read(**changes):
    return RowReader(COLUMNS, ON).read(7, line(**changes))


def taken(**changes) -> RegisterRow:
    row = read(**changes)
    assert isinstance(row, RegisterRow), row
    return row


def codes(remarks) -> list[str]:
    return [remark.code for remark in remarks]


def test_a_good_row_comes_through_without_remarks():
    row = taken()
    assert (row.name, row.kvk, row.number, row.postcode) == (
        "Proefwerkplaats Zilverlinde B.V.", "90000011", "990000000011", "7418AB",
    )  # fmt: skip
    assert (row.house_number, row.jobs, row.men_full) == ("12", 12, 6)
    assert row.notes == row.doubts == ()


@pytest.mark.parametrize(
    ("changes", "field", "expected", "note"),
    [
        ({"kvk": 123456}, "kvk", "00123456", "zeros_restored"),
        ({"kvk": "123456"}, "kvk", "00123456", "zeros_restored"),
        ({"kvk": 123456.0}, "kvk", "00123456", "zeros_restored"),
        ({"kvk": "12345678.0"}, "kvk", "12345678", "number_cleaned"),
        ({"kvk": "12.345.678"}, "kvk", "12345678", "number_cleaned"),
        ({"kvk": " 12345678\xa0"}, "kvk", "12345678", None),
        ({"kvk": "0"}, "kvk", "", "all_zeros"),
        ({"vestigingsnummer": 15000011}, "number", "000015000011", "zeros_restored"),
        ({"vestigingsnummer": "0000 1500 0011"}, "number", "000015000011", "number_cleaned"),
        ({"postcode": "7411kt"}, "postcode", "7411KT", "postcode_spacing"),
        ({"postcode": "7411  KT "}, "postcode", "7411KT", None),
        ({"postcode": "7411-KT"}, "postcode", "7411KT", "postcode_spacing"),
        ({"naam_vestiging": "  Proef \xa0 Twee  "}, "name", "Proef Twee", None),
        ({"naam_vestiging": "Proef\x07Drie"}, "name", "ProefDrie", "text_cleaned"),
        ({"naam_vestiging": 123.0}, "name", "123", None),
        ({"werkzame_personen": "1.234", "mannen_fulltime": None, "vrouwen_fulltime": None,
          "mannen_parttime": None, "vrouwen_parttime": None}, "jobs", 1234, "number_cleaned"),
        ({"telefoon": 570000000}, "phone", "0570000000", "zeros_restored"),
        ({"huisnummer": "12-A"}, "house_letter", "A", "house_number_split"),
        ({"huisnummer": "12bis"}, "addition", "bis", "house_number_split"),
        ({"huisnummer": "hoek"}, "house_number", "", "bad_house_number"),
    ],
)  # fmt: skip
def test_damage_that_can_be_repaired(changes, field, expected, note):
    row = taken(**changes)
    assert getattr(row, field) == expected
    if note:
        assert note in codes(row.notes)
    for remark in row.notes:
        assert sentence(remark.code, remark.params)


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"naam_vestiging": " ", "onderneming": None}, "no_name", "A"),
        ({"vestigingsnummer": "1,23E+11"}, "digits_lost", "D"),
        ({"vestigingsnummer": "1.23e11"}, "digits_lost", "D"),
        ({"vestigingsnummer": "1234567890123"}, "bad_vestigingsnummer", "D"),
        ({"vestigingsnummer": "onbekend"}, "bad_vestigingsnummer", "D"),
        ({"vestigingsnummer": -15}, "bad_vestigingsnummer", "D"),
        ({"kvk": "123456789"}, "bad_kvk", "C"),
        ({"kvk": "NL1234567"}, "bad_kvk", "C"),
        ({"kvk": 1234.5}, "bad_kvk", "C"),
        ({"kvk": "#N/A"}, "spreadsheet_error", "C"),
        ({"werkzame_personen": -1}, "negative_jobs", "Q"),
        ({"werkzame_personen": 20001}, "too_many_jobs", "Q"),
        ({"werkzame_personen": "20.001"}, "too_many_jobs", "Q"),
        ({"werkzame_personen": "tien"}, "bad_jobs", "Q"),
        ({"werkzame_personen": 12.5}, "bad_jobs", "Q"),
        ({"werkzame_personen": "12,5"}, "bad_jobs", "Q"),
        ({"werkzame_personen": True}, "bad_jobs", "Q"),
        ({"mannen_fulltime": "x"}, "bad_jobs", "M"),
        ({"postcode": "0411 AB"}, "bad_postcode", "I"),
        ({"postcode": "7411 SS"}, "bad_postcode", "I"),
        ({"postcode": "7411"}, "bad_postcode", "I"),
    ],
)
def test_rows_that_are_refused_name_cell_and_reason(changes, code, column):
    row = read(**changes)
    assert isinstance(row, RefusedRow)
    assert (row.row, row.reason.code, row.reason.column) == (7, code, column)
    assert sentence(row.reason.code, row.reason.params)


def test_a_refused_row_keeps_the_keys_that_can_be_read():
    row = read(vestigingsnummer="1,23E+11", kvk=123456)
    assert (row.number, row.kvk, row.postcode, row.house_number) == ("", "00123456", "7418AB", "12")


def test_a_repeated_establishment_number_points_at_the_first():
    reader = RowReader(COLUMNS, ON)
    assert isinstance(reader.read(2, line()), RegisterRow)
    again = reader.read(3, line(naam_vestiging="Ander"))
    assert again.reason.code == "repeated_vestigingsnummer"
    assert again.reason.params == {"first": 2}


def test_a_number_of_a_refused_row_is_not_taken_as_seen():
    reader = RowReader(COLUMNS, ON)
    assert isinstance(reader.read(2, line(postcode="fout")), RefusedRow)
    assert isinstance(reader.read(3, line()), RegisterRow)


@pytest.mark.parametrize("text", ["31-02-2026", "20261301", "2026-00-10", "volgend jaar", "99999"])
def test_an_impossible_date_refuses_the_row(text):
    columns = Recogniser().columns(["Naam", "Vestigingsnr", "Einddatum"], row=1)
    row = RowReader(columns, ON).read(2, ["Proef", "990000000001", text])
    assert isinstance(row, RefusedRow)
    assert (row.reason.code, row.reason.column) == ("bad_date", "C")


@pytest.mark.parametrize(
    "cell",
    ["2026-04-01", "1-4-2026", "01-04-2026", "20260401", dt.datetime(2026, 4, 1), dt.date(2026, 4, 1), 46113],
)
def test_dates_in_every_usual_form(cell):
    assert values.day(cell) == ON


def test_another_reference_date_in_the_row_is_doubtful():
    columns = Recogniser().columns(["Naam", "Vestigingsnr", "Peildatum"], row=1)
    row = RowReader(columns, ON).read(2, ["Proef", "990000000001", "1-4-2025"])
    assert codes(row.doubts) == ["other_reference_date"]


def test_jobs_are_the_total_else_the_sum():
    assert taken(werkzame_personen=None).jobs == 12
    assert (
        taken(mannen_fulltime=None, vrouwen_fulltime=None, mannen_parttime=None, vrouwen_parttime=None).jobs
        == 12
    )
    nothing = dict.fromkeys(("mannen_fulltime", "vrouwen_fulltime", "mannen_parttime", "vrouwen_parttime"))
    assert taken(werkzame_personen=None, **nothing).jobs is None
    assert taken(werkzame_personen=0, **nothing).jobs == 0


def test_a_total_that_differs_from_the_sum_is_doubtful_and_counts():
    row = taken(werkzame_personen=13)
    assert row.jobs == 13
    assert codes(row.doubts) == ["jobs_differ"]
    assert row.doubts[0].params == {"total": 13, "sum": 12}


def test_wrong_coordinates_are_left_out_with_a_note():
    columns = Recogniser().columns(["Naam", "Vestigingsnr", "X", "Y", "BAG-id"], row=1)
    row = RowReader(columns, ON).read(2, ["Proef", "990000000001", "208.123,45", 6.15, 150010000012345])
    assert (row.x, row.y, row.bag_id) == (Decimal("208123.45"), None, "0150010000012345")
    assert codes(row.notes) == ["bad_coordinate"]


# ---- what Excel does to numbers, for every number


def excel_damage(digits: str) -> st.SearchStrategy:
    number = int(digits)
    return st.sampled_from(
        [digits, number, float(number), str(number), f" {digits} ", f"{number}.0", f"{number},0",
         f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " "), f"{digits}\xa0"]
    )  # fmt: skip


@given(
    st.from_regex(r"\A[0-9]{8}\Z")
    .filter(lambda text: int(text) > 0)
    .flatmap(lambda text: st.tuples(st.just(text), excel_damage(text)))
)
def test_a_kvk_number_survives_excel(pair):
    digits, damaged = pair
    assert values.digits(damaged, 8, "bad_kvk")[0] == digits


@given(
    st.from_regex(r"\A[0-9]{12}\Z")
    .filter(lambda text: int(text) > 0)
    .flatmap(lambda text: st.tuples(st.just(text), excel_damage(text)))
)
def test_an_establishment_number_survives_excel_or_is_refused_never_changed(pair):
    digits, damaged = pair
    assert values.digits(damaged, 12, "bad")[0] == digits
    with pytest.raises(values.BadValue):
        values.digits(f"{int(digits):.2E}", 12, "bad")


@given(st.integers(0, 20_000), st.data())
def test_a_number_of_jobs_survives_excel(number, data):
    damaged = data.draw(excel_damage(str(number)))
    assert values.count(damaged)[0] == number


@given(st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.datetimes()))
def test_no_cell_whatever_breaks_the_reader(cell):
    for at in range(len(HEADER)):
        cells = line()
        cells[at] = cell
        assert isinstance(RowReader(COLUMNS, ON).read(2, cells), RegisterRow | RefusedRow)
