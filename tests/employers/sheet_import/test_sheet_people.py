"""Lists of people: keys, positions, who objected, names that decide nothing."""

import datetime as dt

import pytest

from employers.models import Activity, ContactPerson, ExternalNumber, Position
from tests.employers.factories import (
    ContactPersonFactory,
    EmployerFactory,
    EstablishmentFactory,
    PositionFactory,
    RegistrationFactory,
)

from .conftest import outcomes

pytestmark = pytest.mark.django_db
WHAT = "people"


def test_everything_a_row_can_say_about_somebody_new(deliver, tl):
    place = EstablishmentFactory()
    sheet = deliver(
        WHAT,
        (
            "Lidnummer", "Voornaam", "Tussenvoegsel", "Achternaam", "E-mailadres", "Telefoon", "Mobiel",
            "Voorkeur", "Bron", "Geïnformeerd op", "Geen mailing", "Vestigingsnummer", "Functie", "Vanaf",
            "Eerste aanspreekpunt",
        ),
        [(
            "L-3", "Anne", "van der", "Proef", "Anne <anne@example.org>", "0570 00 00 00", 612345678,
            "bellen", "visitekaartje", "46000", "x", place.number, "directeur", "01-02-2024", "ja",
        )],
        xlsx=True,
    )  # fmt: skip

    person = ContactPerson.objects.get()
    assert outcomes(sheet) == [(2, "new", "")]
    assert (str(person), person.email, person.mobile) == (
        "Anne van der Proef",
        "anne@example.org",
        "0612345678",
    )
    assert (person.preferred_channel, person.source, person.objects_to_mail) == (
        "call",
        "visitekaartje",
        True,
    )
    assert ExternalNumber.objects.get().person == person
    position = Position.objects.get()
    assert (position.person, position.employer) == (person, place.employer)
    assert (position.title, position.starts_on, position.is_primary) == (
        "directeur",
        dt.date(2024, 2, 1),
        True,
    )
    assert person.created_by == tl
    assert Activity.objects.filter(employer=place.employer, kind="position").exists()


def test_a_date_that_became_a_number_is_a_date_again(deliver):
    deliver(WHAT, ("achternaam", "geinformeerd op"), [("Proef", 46000)], xlsx=True)

    assert ContactPerson.objects.get().informed_on == dt.date(2025, 12, 9)


def test_several_rows_are_several_positions_of_one_person(deliver):
    one, other = RegistrationFactory(), RegistrationFactory()
    header = ("naam", "e-mail", "kvk", "functie")
    rows = [
        ("Anne Proef", "anne@example.org", one.kvk_number, "directeur"),
        ("Anne Proef", "ANNE@example.org", other.kvk_number, "voorzitter"),
        ("Anne Proef", "anne@example.org", one.kvk_number, "secretaris"),
        ("Anne Proef", "anne@example.org", one.kvk_number, "directeur"),
    ]
    dry = deliver(WHAT, header, rows, dry=True)
    sheet = deliver(WHAT, header, rows)

    assert [outcome for _row, outcome, _reason in outcomes(sheet)] == [
        "new",
        "changed",
        "changed",
        "unchanged",
    ]
    assert outcomes(dry) == outcomes(sheet)
    assert ContactPerson.objects.count() == 1
    found = set(Position.objects.values_list("employer", "title"))
    assert found == {
        (one.employer_id, "directeur"),
        (other.employer_id, "voorzitter"),
        (one.employer_id, "secretaris"),
    }
    assert deliver(WHAT, header, rows).found["unchanged"] == 4


def test_somebody_known_is_found_by_mail_and_only_filled(deliver):
    position = PositionFactory(person__email="anne@example.org", person__mobile="", title="directeur")
    person = position.person
    sheet = deliver(
        WHAT,
        ("achternaam", "e-mail", "telefoon", "mobiel", "crm nummer organisatie", "functie"),
        [
            (
                person.last_name,
                "Anne@Example.org",
                "0570 99 99 99",
                "06 12345678",
                position.employer_id,
                "eigenaar",
            )
        ],
    )

    person.refresh_from_db()
    position.refresh_from_db()
    assert outcomes(sheet) == [(2, "changed", "")]
    assert (person.phone, person.mobile, position.title) == ("0570 00 00 00", "06 12345678", "directeur")
    applied = {line["field"]: line["applied"] for line in sheet.rows.get().differences}
    assert applied == {"telefoon": False, "mobiel": True, "functie": False}
    assert Position.objects.count() == 1


def test_overwriting_changes_title_and_period(deliver):
    position = PositionFactory(person__email="anne@example.org", title="directeur")
    deliver(
        WHAT,
        ("achternaam", "e-mail", "crm nummer organisatie", "functie", "tot en met"),
        [(position.person.last_name, "anne@example.org", position.employer_id, "adviseur", "31-12-2026")],
        overwrite=True,
    )

    position.refresh_from_db()
    assert (position.title, position.ends_on) == ("adviseur", dt.date(2026, 12, 31))


def test_another_title_from_a_day_on_is_another_position(deliver):
    position = PositionFactory(person__email="anne@example.org", title="directeur")
    deliver(
        WHAT,
        ("achternaam", "e-mail", "crm nummer organisatie", "functie", "vanaf"),
        [(position.person.last_name, "anne@example.org", position.employer_id, "adviseur", "2026-06-01")],
    )

    assert sorted(Position.objects.values_list("title", flat=True)) == ["adviseur", "directeur"]


def test_who_objected_is_never_recorded_again(deliver, fa):
    employer = EmployerFactory()
    ContactPersonFactory(email="weg@example.org", has_objected=True)
    named = PositionFactory(
        employer=employer, person__first_name="Anne", person__last_name="Bezwaar", person__has_objected=True
    ).person
    secret = PositionFactory(
        employer=EmployerFactory(is_confidential=True), person__email="stil@example.org"
    ).person
    secret.has_objected = True
    secret.save()
    sheet = deliver(
        WHAT,
        ("naam", "e-mail", "crm nummer organisatie"),
        [
            ("Iemand Weg", "WEG@example.org", ""),
            ("Anne Bezwaar", "nieuw@example.org", employer.pk),
            ("Iemand Stil", "stil@example.org", ""),
        ],
        by=fa,
    )

    assert [(outcome, reason) for _row, outcome, reason in outcomes(sheet)] == [
        ("refused", "has_objected")
    ] * 3
    assert ContactPerson.objects.count() == 3
    assert named.positions.count() == 1


def test_names_alone_decide_nothing(deliver):
    known = PositionFactory(person__first_name="Anne", person__last_name="Proef", person__email="")
    employer = EmployerFactory(name="Testsmederij Vlierbloesem")
    sheet = deliver(
        WHAT,
        ("naam", "e-mail", "organisatie", "crm nummer organisatie"),
        [
            ("Anne Proef", "", "", ""),
            ("Anne Proef", "anne@example.org", "", known.employer_id),
            ("Anne Proef", "ander@example.org", "", employer.pk),
            ("Bram Test", "", "Testsmederij Vlierbloesem", ""),
            ("Bram Test", "", "Onbekend Bedrijf", ""),
            ("Cees Toets", "", "", ""),
            ("Cees Toets", "", "", ""),
        ],
    )

    assert outcomes(sheet) == [
        (2, "doubtful", "same_person_name"),
        (3, "doubtful", "same_person_name"),
        (4, "new", ""),
        (5, "doubtful", "organisation_by_name"),
        (6, "refused", "unknown_organisation_name"),
        (7, "new", ""),
        (8, "doubtful", "same_name_in_file"),
    ]
    assert sheet.rows.get(number=5).candidates == [employer.pk]


def test_a_shared_address_is_not_a_person(deliver):
    first = ContactPersonFactory(first_name="Anne", last_name="Proef", email="info@example.org")
    header = ("voornaam", "achternaam", "e-mail")
    assert outcomes(deliver(WHAT, header, [("Bram", "Toets", "info@example.org")])) == [
        (2, "doubtful", "other_name")
    ]
    assert outcomes(deliver(WHAT, header, [("A.", "Proef", "info@example.org")])) == [(2, "unchanged", "")]
    ContactPersonFactory(first_name="Anne", last_name="Proef", email="info@example.org")
    sheet = deliver(WHAT, header, [("Anne", "Proef", "info@example.org")])

    assert outcomes(sheet) == [(2, "doubtful", "several_people")]
    assert first.pk in sheet.rows.get().candidates


def test_numbers_that_disagree_are_for_a_person(deliver):
    one, other = ContactPersonFactory(email="een@example.org"), ContactPersonFactory()
    sheet = deliver(
        WHAT, ("crm nummer", "e-mail", "achternaam"), [(other.pk, "een@example.org", other.last_name)]
    )

    assert outcomes(sheet) == [(2, "doubtful", "keys_disagree")]
    assert sheet.rows.get().candidates == sorted([one.pk, other.pk])


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        (("achternaam", "e-mail"), ("Proef", "geen adres"), "bad_email"),
        (("e-mail", "telefoon"), ("a@example.org", ""), "no_sheet_name"),
        (("achternaam", "vanaf", "tot en met"), ("Proef", "2026-02-01", "2026-01-01"), "ends_before"),
        (("achternaam", "vanaf"), ("Proef", "31-02-2026"), "bad_date"),
        (("achternaam", "kvk"), ("Proef", "90000000"), "unknown_organisation"),
        (("achternaam", "crm nummer"), ("Proef", "99999"), "unknown_crm_number"),
    ],
)
def test_refused_rows(deliver, header, row, reason):
    sheet = deliver(WHAT, header, [row])

    assert outcomes(sheet) == [(2, "refused", reason)]
    assert not ContactPerson.objects.exists()


def test_a_new_person_needs_a_source(deliver):
    header = ("achternaam", "bron")
    sheet = deliver(WHAT, header, [("Proef", ""), ("Toets", "beurs")], person_source="")

    assert outcomes(sheet) == [(2, "refused", "no_source"), (3, "new", "")]


def test_the_first_to_contact_steps_aside_only_when_asked(deliver):
    first = PositionFactory(is_primary=True)
    header = ("naam", "e-mail", "crm nummer organisatie", "eerste aanspreekpunt")
    rows = [("Anne Proef", "anne@example.org", first.employer_id, "ja")]
    sheet = deliver(WHAT, header, rows)
    first.refresh_from_db()
    assert first.is_primary
    assert "primary_kept" in {note["code"] for note in sheet.rows.get().notes}
    deliver(WHAT, header, rows, overwrite=True)

    first.refresh_from_db()
    assert not first.is_primary
    assert Position.objects.get(person__last_name="Proef").is_primary


def test_two_of_one_file_cannot_both_be_the_first_to_contact(deliver):
    employer = EmployerFactory()
    header = ("naam", "e-mail", "crm nummer organisatie", "eerste aanspreekpunt", "vanaf")
    rows = [(f"Proef {name}", f"{name}@example.org", employer.pk, "ja", "2020-01-01") for name in ("A", "B")]
    deliver(WHAT, header, rows, overwrite=True)

    assert Position.objects.filter(is_primary=True).count() == 1


def test_a_wish_not_to_be_mailed_is_never_taken_back(deliver):
    person = ContactPersonFactory(email="anne@example.org", objects_to_mail=True)
    deliver(
        WHAT,
        ("achternaam", "e-mail", "geen mailing"),
        [(person.last_name, "anne@example.org", "nee")],
        overwrite=True,
    )

    person.refresh_from_db()
    assert person.objects_to_mail


def test_people_and_organisations_that_may_not_be_seen_stay_unknown(deliver, fa):
    secret = EmployerFactory(name="Fluisterhout", is_confidential=True)
    hidden = PositionFactory(employer=secret, person__email="stil@example.org").person
    sheet = deliver(
        WHAT,
        ("achternaam", "e-mail", "crm nummer", "crm nummer organisatie", "organisatie"),
        [
            (hidden.last_name, "a@example.org", hidden.pk, "", ""),
            ("Proef", "b@example.org", "", secret.pk, ""),
            ("Toets", "c@example.org", "", "", "Fluisterhout"),
        ],
        by=fa,
    )

    assert [reason for _row, _outcome, reason in outcomes(sheet)] == [
        "unknown_crm_number",
        "unknown_organisation",
        "unknown_organisation_name",
    ]
