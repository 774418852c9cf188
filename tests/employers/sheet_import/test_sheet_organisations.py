"""Lists of organisations: keys, filling and overwriting, look-alikes, what is refused."""

import pytest

from employers.models import (
    AccountAssignment,
    Employer,
    EmployerTag,
    Establishment,
    ExternalNumber,
    Registration,
    Tag,
)
from employers.services import refresh_employers
from tests.accounts.factories import UserFactory
from tests.employers.factories import (
    AreaFactory,
    AreaPostcodeFactory,
    EmployerFactory,
    EstablishmentFactory,
    RegistrationFactory,
    SectorFactory,
    kvk_number,
)

from .conftest import outcomes

pytestmark = pytest.mark.django_db
WHAT = "employers"


def test_everything_a_row_can_say_about_a_new_one(deliver, tl):
    manager = UserFactory(role="AM", email="beheer@example.org")
    sector, area = SectorFactory(name="Proefbouw"), AreaFactory(name="Proefpark")
    AreaPostcodeFactory(area=area, postcode="9998")
    sheet = deliver(
        WHAT,
        (
            "Relatienummer", "Bedrijfsnaam", "KvK-nummer", "Soort", "Relatie", "Telefoonnummer", "E-mail",
            "Website", "Straat", "Huisnr", "Postcode", "Plaats", "Branche", "Reden branche", "Tags",
            "Accountmanager",
        ),
        [(
            "R-17", "Proefvereniging Zilverlinde", kvk_number(1), "Vereniging", "ja", 570000000,
            "info@example.org", "www.example.org", "Proefstraat", "12 a", "9998 zz", "Proefdorp", "proefbouw",
            "staat zo in het plan", "energie; Netcongestie", "Beheer@example.org",
        )],
    )  # fmt: skip

    employer = Employer.objects.get()
    assert outcomes(sheet) == [(2, "new", "")]
    assert (employer.name, employer.kind, employer.is_relation) == (
        "Proefvereniging Zilverlinde",
        Employer.Kind.ASSOCIATION,
        True,
    )
    assert (employer.phone, employer.email, employer.website) == (
        "0570000000",
        "info@example.org",
        "https://www.example.org",
    )
    assert (employer.sector, employer.sector_reason) == (sector, "staat zo in het plan")
    assert (employer.area, employer.area_reason) == (area, "")  # follows the establishment
    assert (employer.created_by, employer.name_is_own) == (tl, True)
    assert Registration.objects.get().kvk_number == kvk_number(1)
    place = Establishment.objects.get()
    assert (place.source, place.house_number, place.house_letter, place.postcode, place.area) == (
        "own",
        "12",
        "A",
        "9998ZZ",
        area,
    )
    assert employer.main_establishment == place
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Netcongestie", "energie"]
    assert AccountAssignment.objects.get(employer=employer).user == manager
    assert ExternalNumber.objects.get(employer=employer).number == "R-17"
    assert Employer.objects.search("9998zz").get() == employer


@pytest.mark.parametrize("key", ["kvk", "vestigingsnummer", "crm-nummer", "extern nummer"])
def test_a_known_one_is_found_by_each_key_and_only_filled(deliver, key):
    employer = EmployerFactory(name="Proefwerkplaats Kwartel", phone="0570 00 00 01")
    place = EstablishmentFactory(employer=employer)
    ExternalNumber.objects.create(list_name="Proeflijst", number="R-1", employer=employer)
    value = {
        "kvk": place.registration.kvk_number,
        "vestigingsnummer": place.number,
        "crm-nummer": employer.pk,
        "extern nummer": "R-1",
    }[key]
    sheet = deliver(
        WHAT, (key, "naam", "telefoon", "e-mail"), [(value, "Iets anders", "0570 00 00 02", "a@example.org")]
    )

    employer.refresh_from_db()
    assert outcomes(sheet) == [(2, "changed", "")]
    assert (employer.name, employer.phone, employer.email) == (
        "Proefwerkplaats Kwartel",
        "0570 00 00 01",
        "a@example.org",
    )
    applied = {line["field"]: line["applied"] for line in sheet.rows.get().differences}
    assert applied == {"telefoon": False, "email": True, "naam": False}
    assert Employer.objects.count() == 1


def test_overwriting_is_a_choice_and_keeps_the_old_name(deliver):
    employer = EmployerFactory(name="Oude Naam", phone="0570 00 00 01")
    kvk = RegistrationFactory(employer=employer).kvk_number
    deliver(WHAT, ("kvk", "naam", "telefoon"), [(kvk, "Nieuwe Naam", "0570 00 00 02")], overwrite=True)

    employer.refresh_from_db()
    assert (employer.name, employer.phone, employer.former_names) == (
        "Nieuwe Naam",
        "0570 00 00 02",
        ["Oude Naam"],
    )
    assert (employer.name_is_own, employer.version) == (True, 2)


def test_the_same_list_twice_changes_nothing_the_second_time(deliver):
    header = ("nr", "naam", "telefoon", "labels", "postcode", "huisnummer")
    rows = [(at, f"Proefbedrijf {at}", "0570 00 00 00", "energie", "9999 ZZ", at) for at in range(1, 4)]
    first = deliver(WHAT, header, rows, chosen={"extern_nummer": "nr"})
    second = deliver(WHAT, header, rows, chosen={"extern_nummer": "nr"})

    assert [first.found["new"], second.found["unchanged"]] == [3, 3]
    assert (Employer.objects.count(), EmployerTag.objects.count(), Tag.objects.count()) == (3, 3, 1)


def test_a_dry_run_says_the_same_and_writes_nothing(deliver):
    known = EmployerFactory(name="Proefbakkerij Hoefijzer", email="")
    header = ("crm nummer", "naam", "e-mail")
    rows = [(known.pk, "", "a@example.org"), ("", "Testbedrijf Regenkap", ""), ("", "", "b@example.org")]
    dry = deliver(WHAT, header, rows, dry=True)
    known.refresh_from_db()
    assert (known.email, Employer.objects.count()) == ("", 1)
    real = deliver(WHAT, header, rows)

    assert (
        outcomes(dry)
        == outcomes(real)
        == [(2, "changed", ""), (3, "new", ""), (4, "refused", "no_sheet_name")]
    )
    assert dry.rows.get(number=2).differences == real.rows.get(number=2).differences


def test_names_alone_decide_nothing(deliver):
    known = EmployerFactory(name="Proefwerkplaats Zilverlinde B.V.")
    sheet = deliver(
        WHAT,
        ("naam", "kvk"),
        [
            ("Proefwerkplats Zilverlinde", ""),
            ("Testsmederij Vlierbloesem", ""),
            ("Testsmederij Vlierbloesem BV", ""),
            ("Proefwerkplaats Zilverlinde", kvk_number(7)),
        ],
    )

    assert outcomes(sheet) == [
        (2, "doubtful", "same_name"),
        (3, "new", ""),
        (4, "doubtful", "same_name_in_file"),
        (5, "doubtful", "same_name"),
    ]
    assert sheet.rows.get(number=2).candidates == [known.pk]


def test_another_number_of_the_trade_register_is_another_organisation(deliver):
    known = EmployerFactory(name="Proefketen Mistral")
    RegistrationFactory(employer=known)
    sheet = deliver(WHAT, ("naam", "kvk"), [("Proefketen Mistral", kvk_number(31))])

    assert outcomes(sheet) == [(2, "new", "")]


def test_keys_that_disagree_are_for_a_person(deliver):
    one, other = RegistrationFactory(), RegistrationFactory()
    sheet = deliver(WHAT, ("crm nummer", "kvk"), [(one.employer_id, other.kvk_number)])

    assert outcomes(sheet) == [(2, "doubtful", "keys_disagree")]
    assert sheet.rows.get().candidates == sorted([one.employer_id, other.employer_id])


def test_a_grouped_one_is_read_as_its_survivor_and_a_retired_one_is_asked_about(deliver):
    survivor = EmployerFactory(name="Proefgroep")
    part = EmployerFactory(name="Proefdeel", merged_into=survivor)
    gone = EmployerFactory(name="Proefoud", retired_on="2025-01-01", retired_reason="gestopt")
    sheet = deliver(WHAT, ("crm nummer", "e-mail"), [(part.pk, "a@example.org"), (gone.pk, "b@example.org")])

    survivor.refresh_from_db()
    assert survivor.email == "a@example.org"
    assert outcomes(sheet) == [(2, "changed", ""), (3, "doubtful", "no_longer_used")]


@pytest.mark.parametrize(
    ("column", "value", "reason", "letter"),
    [
        ("kvk", "geen", "bad_kvk", "B"),
        ("kvk", "1,23E+07", "digits_lost", "B"),
        ("vestigingsnummer", "1234567890123", "bad_vestigingsnummer", "B"),
        ("crm nummer", "12a", "bad_crm_number", "B"),
        ("crm nummer", "999999", "unknown_crm_number", "B"),
        ("postcode", "12 AB", "bad_postcode", "B"),
        ("soort", "kasteel", "bad_choice", "B"),
        ("relatie", "misschien", "bad_yes_no", "B"),
        ("branche", "bestaat niet", "unknown_sector", "B"),
        ("gebied", "bestaat niet", "unknown_area", "B"),
        ("accountmanager", "niemand@example.org", "unknown_manager", "B"),
        ("telefoon", "#N/B", "spreadsheet_error", "B"),
    ],
)
def test_refused_rows_say_where_and_why(deliver, column, value, reason, letter):
    sheet = deliver(WHAT, ("naam", column), [("Proefbedrijf Eén", value), ("Proefbedrijf Twee", "")])

    row = sheet.rows.get(number=2)
    assert (row.outcome, row.reason, row.column) == ("refused", reason, letter)
    assert Employer.objects.get().name == "Proefbedrijf Twee"


def test_a_sector_needs_a_reason_of_the_row_or_of_the_file(deliver):
    SectorFactory(name="Proefbouw")
    header, rows = ("naam", "branche"), [("Proefbedrijf Eén", "Proefbouw")]

    assert outcomes(deliver(WHAT, header, rows)) == [(2, "refused", "no_reason")]
    assert outcomes(deliver(WHAT, header, rows, reason="indeling 2026")) == [(2, "new", "")]
    assert Employer.objects.get().sector_reason == "indeling 2026"


def test_what_is_wrong_but_no_key_is_left_out_with_a_note(deliver):
    sheet = deliver(
        WHAT,
        ("naam", "telefoon", "e-mail", "website"),
        [("Proefbedrijf", "bel maar", "geen", "niet een site")],
    )

    assert {note["code"] for note in sheet.rows.get().notes} == {
        "bad_phone",
        "bad_email_left_out",
        "bad_website",
    }
    assert Employer.objects.get().phone == ""


def test_two_rows_about_the_same_one(deliver):
    kvk = RegistrationFactory().kvk_number
    sheet = deliver(
        WHAT,
        ("kvk", "naam", "e-mail"),
        [
            (kvk, "", "a@example.org"),
            (kvk, "", "b@example.org"),
            (kvk_number(50), "Proef Nieuw", ""),
            (kvk_number(50), "Proef Nieuw", ""),
        ],
    )

    assert [(outcome, reason) for _row, outcome, reason in outcomes(sheet)] == [
        ("changed", ""),
        ("refused", "repeated_row"),
        ("new", ""),
        ("refused", "repeated_row"),
    ]
    assert sheet.rows.get(number=3).reason_values == {"first": 2}


def test_an_account_manager_is_given_and_replaced_only_when_asked(deliver):
    first, second = UserFactory(role="AM"), UserFactory(role="AM")
    employer = EmployerFactory()
    header = ("crm nummer", "accountmanager")
    deliver(WHAT, header, [(employer.pk, first.email)])
    deliver(WHAT, header, [(employer.pk, second.email)])
    assert AccountAssignment.objects.get().user == first
    AccountAssignment.objects.update(starts_on="2020-01-01")
    deliver(WHAT, header, [(employer.pk, second.email)], overwrite=True)

    rows = AccountAssignment.objects.order_by("starts_on")
    assert [row.user for row in rows] == [first, second]
    assert [row.ends_on is None for row in rows] == [False, True]


def test_the_address_of_the_register_stays(deliver):
    place = EstablishmentFactory(postcode="9999ZZ")
    refresh_employers([place.employer_id])
    sheet = deliver(
        WHAT,
        ("crm nummer", "straat", "huisnummer", "postcode"),
        [(place.employer_id, "Elders", 1, "9998AA")],
        overwrite=True,
    )

    assert Establishment.objects.get().postcode == "9999ZZ"
    assert [note["code"] for note in sheet.rows.get().notes] == ["address_kept"]


def test_what_may_not_be_seen_is_neither_named_nor_changed(deliver, fa):
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    kvk = RegistrationFactory(employer=secret).kvk_number
    sheet = deliver(
        WHAT,
        ("crm nummer", "kvk", "naam", "e-mail"),
        [
            (secret.pk, "", "", "a@example.org"),
            ("", kvk, "Proef", "b@example.org"),
            ("", "", "Fluisterhout", ""),
        ],
        by=fa,
    )

    assert outcomes(sheet) == [
        (2, "refused", "unknown_crm_number"),
        (3, "refused", "number_in_use"),
        (4, "new", ""),
    ]
    assert not sheet.rows.filter(employer=secret).exists()
    secret.refresh_from_db()
    assert secret.email == ""
