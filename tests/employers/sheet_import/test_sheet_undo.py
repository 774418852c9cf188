"""Deciding about doubtful rows, taking an import back, and emptying what is old."""

import datetime as dt

import pytest

from deventer_crm.core import clock
from employers.models import (
    AccountAssignment,
    ContactPerson,
    Employer,
    ExternalNumber,
    Position,
    Registration,
    SheetImport,
    SheetRow,
    Tag,
)
from employers.services_retention import anonymise_person
from employers.sheet_import import sheets
from employers.sheet_import.deciding import NEW, SKIP, decide
from employers.sheet_import.undoing import undo
from employers.spreadsheets.errors import RefusedFile
from tests.accounts.factories import UserFactory
from tests.employers.factories import (
    ContactMomentFactory,
    ContactPersonFactory,
    EmployerFactory,
    PositionFactory,
    kvk_number,
)

from .conftest import outcomes

pytestmark = pytest.mark.django_db
NEW_ONES = ("naam", "kvk", "labels", "postcode", "relatienummer")


def new_rows(*numbers):
    return [(f"Proefbedrijf {at}", kvk_number(100 + at), "energie", "9999ZZ", f"R-{at}") for at in numbers]


def test_everything_that_was_made_goes(deliver, tl):
    manager = UserFactory(role="AM")
    header = (*NEW_ONES, "accountmanager")
    sheet = deliver("employers", header, [(*row, manager.email) for row in new_rows(1, 2)])

    assert undo(sheet, by=tl) == {"undone": 2, "kept": 0}
    for model in (Employer, Registration, Tag, AccountAssignment, ExternalNumber):
        assert not model.objects.exists()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.counts["undone"]) == (SheetImport.State.UNDONE, 2)
    with pytest.raises(RefusedFile):
        undo(sheet, by=tl)


def test_what_was_changed_becomes_what_it_was(deliver, tl):
    old, new = UserFactory(role="AM"), UserFactory(role="AM")
    employer = EmployerFactory(name="Oude Naam", phone="0570 00 00 01", is_relation=False)
    AccountAssignment.objects.create(employer=employer, user=old, starts_on="2020-01-01")
    sheet = deliver(
        "employers",
        ("crm nummer", "naam", "telefoon", "relatie", "accountmanager"),
        [(employer.pk, "Nieuwe Naam", "0570 00 00 02", "ja", new.email)],
        overwrite=True,
    )
    undo(sheet, by=tl)

    employer.refresh_from_db()
    assert (employer.name, employer.phone, employer.is_relation) == ("Oude Naam", "0570 00 00 01", False)
    assert employer.name_is_own is False
    assignment = AccountAssignment.objects.get()
    assert (assignment.user, assignment.ends_on) == (old, None)


def test_what_somebody_changed_or_used_since_stays_and_is_named(deliver, tl):
    header = (*NEW_ONES, "telefoon")
    sheet = deliver("employers", header, [(*row, "0570 00 00 00") for row in new_rows(1, 2, 3)])
    used, changed, alone = Employer.objects.order_by("name")
    ContactMomentFactory(employers=[used])
    changed.email = "later@example.org"
    changed.version += 1
    changed.save()

    assert undo(sheet, by=tl) == {"undone": 1, "kept": 2}
    assert set(Employer.objects.all()) == {used, changed}
    assert not Employer.objects.filter(pk=alone.pk).exists()
    assert list(sheet.rows.order_by("number").values_list("kept", flat=True)) == [
        "in_use",
        "changed_since",
        "",
    ]
    assert Tag.objects.get().name == "energie"  # those that stay keep their label
    assert Registration.objects.count() == 2


def test_a_field_that_changed_since_is_kept_and_the_others_go_back(deliver, tl):
    employer = EmployerFactory(phone="", email="")
    sheet = deliver(
        "employers",
        ("crm nummer", "telefoon", "e-mail"),
        [(employer.pk, "0570 00 00 00", "a@example.org")],
    )
    Employer.objects.filter(pk=employer.pk).update(phone="0570 11 11 11")

    assert undo(sheet, by=tl) == {"undone": 0, "kept": 1}
    employer.refresh_from_db()
    assert (employer.phone, employer.email) == ("0570 11 11 11", "")


def test_people_go_back_too_with_who_was_first_to_contact(deliver, tl):
    first = PositionFactory(is_primary=True)
    header = ("naam", "e-mail", "crm nummer organisatie", "functie", "eerste aanspreekpunt")
    sheet = deliver(
        "people",
        header,
        [
            ("Anne Proef", "anne@example.org", first.employer_id, "directeur", "ja"),
            ("Anne Proef", "anne@example.org", EmployerFactory().pk, "voorzitter", ""),
        ],
        overwrite=True,
    )
    assert Position.objects.count() == 3

    assert undo(sheet, by=tl) == {"undone": 2, "kept": 0}
    first.refresh_from_db()
    assert first.is_primary
    assert ContactPerson.objects.get() == first.person


def test_a_person_of_whom_one_position_is_used_stays(deliver, tl):
    header = ("naam", "e-mail", "crm nummer organisatie", "functie")
    one, other = EmployerFactory(), EmployerFactory()
    sheet = deliver(
        "people",
        header,
        [
            ("Anne Proef", "anne@example.org", one.pk, "directeur"),
            ("Anne Proef", "anne@example.org", other.pk, "voorzitter"),
        ],
    )
    Position.objects.filter(employer=other).update(title="penningmeester", version=2)

    assert undo(sheet, by=tl) == {"undone": 0, "kept": 2}
    assert Position.objects.count() == 2


@pytest.fixture
def doubtful(deliver):
    """A row that looks like a known organisation, and which one."""
    known = EmployerFactory(name="Proefwerkplaats Zilverlinde", email="")
    sheet = deliver("employers", ("naam", "e-mail"), [("Proefwerkplaats Zilverlinde BV", "a@example.org")])
    return sheet.rows.get(), known


def test_a_doubtful_row_is_the_one_it_looks_like(doubtful, tl):
    row, known = doubtful
    row = decide(row, known.pk, by=tl)

    known.refresh_from_db()
    assert (row.outcome, row.employer, known.email) == ("changed", known, "a@example.org")
    assert SheetImport.objects.get().counts["changed"] == 1
    assert SheetImport.objects.get().counts["doubtful"] == 0
    undo(SheetImport.objects.get(), by=tl)
    known.refresh_from_db()
    assert known.email == ""


def test_a_doubtful_row_is_a_new_one(doubtful, tl):
    row, _known = doubtful
    row = decide(row, NEW, by=tl)

    assert (row.outcome, Employer.objects.count()) == ("new", 2)
    assert decide(row, NEW, by=tl).outcome == "new"
    assert Employer.objects.count() == 2


def test_a_doubtful_row_is_left_out(doubtful, tl):
    row, _known = doubtful
    row = decide(row, SKIP, by=tl)

    assert (row.outcome, row.reason, Employer.objects.count()) == ("unchanged", "left_out_by_hand", 1)


def test_only_what_was_shown_can_be_chosen(doubtful, tl, fa):
    row, known = doubtful
    with pytest.raises(RefusedFile):
        decide(row, EmployerFactory().pk, by=tl)
    Employer.objects.filter(pk=known.pk).update(is_confidential=True)
    with pytest.raises(RefusedFile):
        decide(row, known.pk, by=fa)


def test_one_question_after_another(deliver, tl):
    employer = EmployerFactory(name="Testsmederij Vlierbloesem")
    person = ContactPersonFactory(first_name="Anne", last_name="Proef", email="")
    sheet = deliver("people", ("naam", "organisatie"), [("Anne Proef", "Testsmederij Vlierbloesem")])
    row = decide(sheet.rows.get(), employer.pk, by=tl)
    assert (row.outcome, row.reason, row.candidates) == ("doubtful", "same_person_name", [person.pk])
    row = decide(row, person.pk, by=tl)

    assert row.outcome == "changed"
    assert Position.objects.get().employer == employer
    assert Position.objects.get().person == person


def test_rows_are_emptied_when_nothing_can_be_taken_back(deliver, tl):
    sheet = deliver(
        "employers", ("naam", "e-mail"), [("Proefbedrijf", "a@example.org"), ("", "b@example.org")]
    )
    assert sheets.empty_old_rows() == 0
    SheetImport.objects.update(finished_at=clock.now() - dt.timedelta(days=31))

    assert sheets.empty_old_rows() == 1
    assert "example.org" not in str(list(SheetRow.objects.values()))
    assert outcomes(sheet) == [(2, "new", ""), (3, "refused", "no_sheet_name")]
    with pytest.raises(RefusedFile):
        undo(sheet, by=tl)


def test_who_is_taken_out_of_the_books_is_in_no_row(deliver, tl):
    employer = EmployerFactory(name="Testsmederij Vlierbloesem")
    deliver(
        "people",
        ("voornaam", "achternaam", "e-mail", "relatienummer", "crm nummer organisatie"),
        [("Anne", "Uitgeschreven", "anne@example.org", "R-1", employer.pk)],
    )
    deliver(
        "people",
        ("voornaam", "achternaam", "organisatie"),
        [("Anne", "Uitgeschreven", "Onbekend bedrijf"), ("Bram", "Ander", "")],
    )
    anonymise_person(ContactPerson.objects.get(last_name="Uitgeschreven"), by=tl)

    said = str(list(SheetRow.objects.values()))
    assert "Uitgeschreven" not in said
    assert "anne@example.org" not in said
    assert "Ander" in said
    assert not ExternalNumber.objects.exists()
