"""Recognising the columns of a register file (R11)."""

import pytest

from employers.register_import.columns import FIELDS, Recogniser, field_for, has_jobs, parse_mapping
from employers.spreadsheets.columns import fingerprint
from employers.spreadsheets.errors import RefusedFile

from .files import HEADER

SPELLINGS = {
    "kvk": ["KVK", "KvK-nummer", "Kvknr", "Dossiernummer", "K.v.K. nr."],
    "vestigingsnummer": ["Vestigingsnr", "Vest.nr.", "VESTIGINGSNUMMER", "KVK_VESTIGINGSNUMMER"],
    "lisa_nummer": ["LISA-nummer"],
    "naam_vestiging": ["Naam", "Handelsnaam"],
    "onderneming": ["Statutaire naam"],
    "straat": ["Straatnaam"],
    "huisnummer": ["Huisnr."],
    "toevoeging": ["Huisnummertoevoeging"],
    "postcode": ["PC6"],
    "plaats": ["Woonplaats"],
    "sbi": ["SBI 2025", "SBI-code"],
    "werkzame_personen": ["Werkzame personen totaal", "Aantal banen", "WP totaal 2025", "Totaal"],
    "mannen_fulltime": [
        "Aantal mannen >= 12 uur",
        "mannen 12 uur of meer",
        "Man FT",
        "MannenFulltime",
        "Fulltime mannen",
    ],
    "vrouwen_fulltime": ["Aantal vrouwen ≥ 12 uur"],
    "mannen_parttime": ["Mannen < 12 uur per week"],
    "vrouwen_parttime": ["vrouwen minder dan 12 uur", "V_PT", "vrouwen_parttime", "Part-time vrouwen"],
    "bag_id": ["BAG verblijfsobject-id"],
    "x": ["X-coördinaat"],
    "y": ["RD Y"],
    "grootteklasse": ["Grootteklasse"],
}


@pytest.mark.parametrize(
    ("name", "field"),
    [(name, field) for field, names in SPELLINGS.items() for name in names],
)
def test_usual_spellings_are_recognised(name, field):
    assert field_for(name)[0] == field


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Opmerking",
        "Werkzame personen fulltime",
        "Mannen",
        "Totaal mannen",
        "Correspondentieadres plaats",
        "Mail",
    ],
)
def test_other_names_are_left_alone(name):
    assert field_for(name) is None


def test_every_canonical_field_is_its_own_name():
    assert {field: field_for(field)[0] for field in FIELDS} == {field: field for field in FIELDS}


def test_a_certain_name_beats_a_likely_one():
    columns = Recogniser().columns(["Naam", "Vestigingsnaam", "KVK", "Vestigingsnr"], row=1)
    assert columns.letter("naam_vestiging") == "B"
    assert columns.unused == ("Naam",)


def refused(header, **chosen):
    with pytest.raises(RefusedFile) as caught:
        Recogniser(chosen).columns(header, row=3)
    return caught.value


def test_a_column_twice_names_both():
    error = refused(["Naam", "KVK", "Dossiernummer", "Vestigingsnr"])
    assert (error.code, error.row, error.column) == ("column_twice", 3, "C")
    assert "KVK" in error.message
    assert "Dossiernummer" in error.message


def test_a_choice_settles_a_column_twice():
    columns = Recogniser({"kvk": "Dossiernummer"}).columns(
        ["Naam", "KVK", "Dossiernummer", "Vestigingsnr"], row=1
    )
    assert columns.letter("kvk") == "C"


def test_a_table_without_key_or_name_is_refused():
    assert refused(["Naam", "KVK", "Postcode"]).code == "no_key_column"
    assert refused(["Naam", "Plaats", "Straat"]).code == "no_key_column"
    assert refused(["KVK", "Vestigingsnr"]).code == "no_name_column"
    assert Recogniser().columns(["Naam", "KVK", "Postcode", "Huisnummer"], row=1).letter("kvk") == "B"


def test_half_of_the_job_columns_is_refused_because_the_sum_would_be_wrong():
    error = refused(["Naam", "Vestigingsnr", "Mannen fulltime", "Vrouwen fulltime"])
    assert error.code == "incomplete_jobs"
    header = ["Naam", "Vestigingsnr", "Mannen fulltime", "Werkzame personen totaal"]
    assert has_jobs(Recogniser().columns(header, row=1))


def test_choices_by_name_letter_and_their_errors():
    header = ["Eerste", "Tweede", "Derde"]
    columns = Recogniser({"naam_vestiging": "eerste", "vestigingsnummer": "C"}).columns(header, row=1)
    assert dict(columns.positions) == {"naam_vestiging": 0, "vestigingsnummer": 2}
    assert refused(header, kvk="Vierde").code == "unknown_column"
    assert refused(header, kvk="ZZ").code == "unknown_column"
    assert refused(header, kvk="Eerste", sbi="Eerste").code == "column_twice"
    assert refused(header, bestaat_niet="Eerste").code == "unknown_field"


def test_an_empty_choice_leaves_a_recognised_column_unread():
    columns = Recogniser({"telefoon": ""}).columns(HEADER, row=1)
    assert columns.letter("telefoon") is None


def test_a_remembered_profile_is_used_for_the_same_header_only():
    header = ["Ref", "Benaming", "KVK", "Postcode", "Huisnr"]
    recogniser = Recogniser(profiles={fingerprint(header): {"naam_vestiging": "Benaming"}})
    assert recogniser.columns([name.upper() for name in header], row=1).letter("naam_vestiging") == "B"
    assert recogniser.score(["Benaming", "KVK"]) == 2
    with pytest.raises(RefusedFile):
        recogniser.columns(["Benaming", "KVK", "Postcode", "Huisnr"], row=1)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["kvk"], "bad_mapping"),
        (["=A"], "bad_mapping"),
        (["kvk="], "bad_mapping"),
        (["prijs=A"], "unknown_field"),
        (["kvk=A", "kvk=B"], "column_twice"),
    ],
)
def test_bad_mappings_of_the_command_line(texts, code):
    with pytest.raises(RefusedFile) as caught:
        parse_mapping(texts)
    assert caught.value.code == code


def test_mappings_of_the_command_line():
    assert parse_mapping(["kvk=Nummer = oud", " sbi =C"]) == {"kvk": "Nummer = oud", "sbi": "C"}
