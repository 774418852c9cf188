"""What spreadsheets do to lists: every kind of damage is mended, said or refused, and never guessed."""

import datetime as dt

import openpyxl
import pytest

from employers.models import ContactPerson, Employer, Registration, SheetImport
from employers.sheet_import.plans import Terms
from employers.sheet_import.running import Order
from employers.sheet_import.sheets import import_file
from employers.spreadsheets.errors import RefusedFile
from tests.employers.factories import EmployerFactory, RegistrationFactory, kvk_number
from tests.employers.register_import.files import write_xlsx

from .conftest import outcomes

pytestmark = pytest.mark.django_db
WHAT = "employers"


def test_lost_zeros_come_back_and_numbers_as_text_are_numbers(deliver):
    registration = RegistrationFactory(kvk_number="00123456")
    for value in (123456, 123456.0, "123456", "0012 3456", "123456.0"):
        sheet = deliver(WHAT, ("KvK", "e-mail"), [(value, "a@example.org")], xlsx=True)
        assert sheet.rows.get().employer_id == registration.employer_id
    assert Employer.objects.get(pk=registration.employer_id).email == "a@example.org"


def test_digits_that_are_gone_are_refused_not_guessed(deliver):
    sheet = deliver(WHAT, ("naam", "vestigingsnummer"), [("Proef", "1,23457E+11")], xlsx=True)

    assert outcomes(sheet) == [(2, "refused", "digits_lost")]


def test_titles_blanks_and_trailing_columns(deliver, tmp_path, tl):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Relaties van het bureau"])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["stand", dt.date(2026, 11, 1), "", ""])
    sheet.append(["Naam", "KvK-nummer", "E-mail", None, "  "])
    sheet.append(["  Proefbedrijf\u00a0 Eén ", kvk_number(3), " info@example.org ", None, "", " "])
    sheet.append([None, "", " ", None])
    path = tmp_path / "titels.xlsx"
    book.save(path)
    made, _result = import_file(Order(path, Terms(WHAT, tl, "Proef")), file_name="titels.xlsx")

    employer = Employer.objects.get()
    assert (employer.name, employer.email) == ("Proefbedrijf Eén", "info@example.org")
    assert outcomes(made) == [(5, "new", "")]


def test_the_same_column_twice_is_asked_about_and_chosen_by_letter(deliver):
    header = ("Naam", "Telefoon", "Telefoon")
    rows = [("Proefbedrijf", "0570 00 00 01", "0570 00 00 02")]
    with pytest.raises(RefusedFile) as refusal:
        deliver(WHAT, header, rows)
    assert refusal.value.code == "column_twice"
    deliver(WHAT, header, rows, chosen={"telefoon": "C"})

    assert Employer.objects.get().phone == "0570 00 00 02"


def test_formulas_count_as_the_value_that_was_saved_and_an_unsaved_one_as_nothing(deliver):
    # Written by a program that computes nothing: the cell has a formula and no value.
    sheet = deliver(WHAT, ("Naam", "Telefoon"), [("Proefbedrijf", "=CONCAT(A1)")], xlsx=True)

    assert outcomes(sheet) == [(2, "new", "")]
    assert Employer.objects.get().phone == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_every_usual_encoding(deliver, encoding):
    deliver(WHAT, ("Naam", "Plaats"), [("Proefcafé Zoë", "Súdproef")], encoding=encoding)

    assert Employer.objects.get().name == "Proefcafé Zoë"


def test_people_of_an_export_with_everything_as_text(deliver):
    employer = EmployerFactory()
    RegistrationFactory(employer=employer, kvk_number="01000003")
    deliver(
        "people",
        ("Naam", "E-mail", "KvK", "Vanaf", "Mobiel"),
        [("Anne Proef", "anne@example.org", "1000003", "1-2-2024 00:00:00", "612345678")],
    )

    person = ContactPerson.objects.get()
    assert person.mobile == "0612345678"
    assert person.positions.get().starts_on == dt.date(2024, 2, 1)
    assert person.positions.get().employer == employer


@pytest.mark.parametrize(
    ("header", "what", "code"),
    [
        (("Kleur", "Maat", "Gewicht"), WHAT, "no_table"),
        (("Telefoon", "E-mail", "Postcode"), WHAT, "no_organisation_column"),
        (("Telefoon", "Mobiel", "Functie"), "people", "no_person_column"),
    ],
)
def test_files_in_which_nobody_can_be_found(deliver, header, what, code):
    with pytest.raises(RefusedFile) as refusal:
        deliver(what, header, [("1", "2", "3")])

    assert refusal.value.code == code
    assert not SheetImport.objects.exists()


def test_a_file_of_too_many_rows_is_refused_as_a_whole(tmp_path, tl, monkeypatch):
    from employers.spreadsheets.sniffing import Limits

    monkeypatch.setattr("employers.sheet_import.running.limits", lambda: Limits(settle_seconds=0, rows=3))
    path = write_xlsx(
        tmp_path / "veel.xlsx", [(f"Proefbedrijf {at}", "x") for at in range(4)], header=("Naam", "Plaats")
    )
    with pytest.raises(RefusedFile) as refusal:
        import_file(Order(path, Terms(WHAT, tl, "Proef")), file_name="veel.xlsx")

    assert refusal.value.code == "too_many_rows"
    assert not Employer.objects.exists()
    assert not Registration.objects.exists()
