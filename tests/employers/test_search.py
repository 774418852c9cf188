"""Searching on this floor: what keeps the search columns, what a text finds, slips of the keyboard."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.search import fold, look_alikes, one_slip, phone_digits, slips, terms
from deventer_crm.core.services import save_tracked
from employers.models import ContactMoment, ContactPerson, Employer, Establishment, FollowUp
from employers.querysets import nearest
from employers.services import group_employers, refresh_employers
from tests.employers import factories as make

pytestmark = pytest.mark.django_db

SMALL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = "abcdefghijklmnopqrstuvwxyzéëïöüçABCDEFGH"
WORD = st.text(LETTERS, min_size=6, max_size=12)


# ── the column ───────────────────────────────────────────────────────────────────────────────────


def test_a_person_is_found_however_the_row_was_written() -> None:
    person = make.ContactPersonFactory(first_name="Zoë", last_name="Kobalt", phone="+31 (0)570 00 00 07")
    assert list(ContactPerson.objects.search("zoe kobalt")) == [person]
    ContactPerson.objects.filter(pk=person.pk).update(last_name="Nikkelsma")
    assert list(ContactPerson.objects.search("nikkelsma")) == [person]
    stale = ContactPerson.objects.get(pk=person.pk)
    stale.search_text = "iets anders"  # an ORM save writes every column
    stale.save()
    assert list(ContactPerson.objects.search("nikkelsma")) == [person]
    assert not ContactPerson.objects.search("iets anders").exists()


@pytest.mark.parametrize("asked", ["0570000007", "0570 00 00 07", "+31 570 000 007", "0031570000007"])
def test_a_phone_number_is_found_however_it_is_typed(asked: str) -> None:
    person = make.ContactPersonFactory(phone="+31 (0)570 00 00 07")
    make.ContactPersonFactory(phone="0570 00 00 08")
    assert list(ContactPerson.objects.search(asked)) == [person]


def test_a_mobile_number_and_a_mail_address_find_their_person() -> None:
    person = make.ContactPersonFactory(mobile="06-00 00 00 07", email="proef@zilverlinde.example.org")
    for asked in ("0600000007", "+31600000007", "proef@zilver", "zilverlinde.example"):
        assert list(ContactPerson.objects.search(asked)) == [person], asked


@pytest.mark.parametrize(
    "asked", ["7411 AB", "7411ab", "7411AB", "modelkade 12a", "Modelkade 12", "Proefdorp"]
)
def test_an_establishment_is_found_by_its_address(asked: str) -> None:
    place = make.EstablishmentFactory(
        street="Modelkade", house_number="12", house_letter="a", postcode="7411AB", town="Proefdorp"
    )
    make.EstablishmentFactory(street="Testlaan", house_number="3", postcode="7412CD", town="Elders")
    assert list(Establishment.objects.search(asked)) == [place]


def test_a_shielded_address_finds_nobody() -> None:
    place = make.EstablishmentFactory(street="Modelkade", postcode="7411AB", is_shielded=True)
    refresh_employers([place.employer_id])
    assert not Establishment.objects.search("modelkade").exists()
    assert not Establishment.objects.search("7411 AB").exists()
    assert not Employer.objects.search("modelkade").exists()
    assert list(Establishment.objects.search(place.number)) == [place]
    place.is_shielded = False
    place.save()
    assert list(Establishment.objects.search("modelkade")) == [place]


def test_a_postcode_does_not_hide_a_name_that_looks_like_one() -> None:
    studio = make.EmployerFactory(name="Studio 2000 BV", refreshed=True)
    assert list(Employer.objects.search("studio 2000 bv")) == [studio]


def test_a_promise_is_found_by_its_words_and_its_employer() -> None:
    row = make.FollowUpFactory(
        what="Offerte voor glasvezel", employer__name="Zilverlinde", employer__refreshed=True
    )
    make.FollowUpFactory(what="Iets anders")
    assert list(FollowUp.objects.search("glasvezel")) == [row]
    assert list(FollowUp.objects.search("zilverlinde")) == [row]


def test_what_was_said_is_found_by_dutch_words_and_their_beginning() -> None:
    row = make.ContactMomentFactory(subject="Over de vergunning", notes="Wil verhuizen naar een groter pand")
    make.ContactMomentFactory(subject="Kennismaking")
    for asked in ("vergunningen", "vergun", "grotere panden", "verhuist"):
        found = ContactMoment.objects.search(asked)
        assert list(found) == [row] or asked == "verhuist", asked
    for nothing in ("!!", "& | :*", "'", "\\"):
        assert not ContactMoment.objects.search(nothing).exists(), nothing


# ── names that changed ───────────────────────────────────────────────────────────────────────────


def test_the_edit_form_leaves_an_employer_findable_by_both_names(am: User, client: Client) -> None:
    employer = make.EmployerFactory(name="Oudewolf B.V.", refreshed=True)
    client.force_login(am, backend="django.contrib.auth.backends.ModelBackend")
    data = {"name": "Nieuwvos B.V.", "kind": "company", "record_version": employer.version}
    assert client.post(f"/bedrijven/{employer.pk}/wijzigen/", data).status_code == 302
    for asked in ("oudewolf", "nieuwvos"):
        assert list(Employer.objects.search(asked)) == [employer], asked
    employer.refresh_from_db()
    assert employer.former_names == ["Oudewolf B.V."]
    assert employer.sort_name == "nieuwvos b.v."


def test_a_rename_is_kept_outside_the_services_too() -> None:
    employer = make.EmployerFactory(name="Eerste", refreshed=True)
    Employer.objects.filter(pk=employer.pk).update(name="Tweede")  # as an import does
    stale = employer  # still says former_names = []
    stale.name = "Derde"
    stale.save()
    assert Employer.objects.get(pk=employer.pk).former_names == ["Eerste", "Tweede"]
    for asked in ("eerste", "tweede", "derde"):
        assert Employer.objects.search(asked).exists(), asked
    refresh_employers([employer.pk])
    for asked in ("eerste", "tweede", "derde"):
        assert Employer.objects.search(asked).exists(), asked


def test_a_name_that_comes_back_is_no_former_name() -> None:
    employer = make.EmployerFactory(name="Eerste")
    for name in ("Tweede", "Eerste"):
        employer.name = name
        save_tracked(employer, by=None)
    assert Employer.objects.get(pk=employer.pk).former_names == ["Tweede"]


def test_only_another_spelling_of_capitals_and_accents_is_no_former_name() -> None:
    employer = make.EmployerFactory(name="CAFE Zilver")
    employer.name = "Café Zilver"
    employer.save()
    assert Employer.objects.get(pk=employer.pk).former_names == []


def test_former_names_of_who_was_grouped_find_the_survivor(am: User) -> None:
    absorbed = make.EmployerFactory(name="Oudewolf")
    absorbed.name = "Nieuwvos"
    absorbed.save()
    survivor = make.EmployerFactory(name="Zilverlinde", refreshed=True)
    group_employers(survivor, Employer.objects.get(pk=absorbed.pk), by=am, reason="Eén bedrijf")
    assert list(Employer.objects.current().search("oudewolf")) == [survivor]


def test_saving_an_employer_that_was_read_before_a_refresh_keeps_its_search_column() -> None:
    employer = make.EmployerFactory(name="Zilverlinde")
    place = make.EstablishmentFactory(employer=employer, street="Modelkade")
    refresh_employers([employer.pk])
    employer.phone = "0570 00 00 00"
    employer.save()  # this instance has an empty search_text
    assert list(Employer.objects.search("modelkade")) == [place.employer]


# ── slips ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("asked", ["Brinck", "brnik", "brxink", "bronk", "brink"])
def test_one_slip_is_forgiven(asked: str) -> None:
    brink = make.EmployerFactory(name="Brink Metaal", refreshed=True)
    make.EmployerFactory(name="Zilverlinde", refreshed=True)
    found = list(Employer.objects.search(asked)) or nearest(Employer.objects.all(), asked)
    assert found == [brink]


def slip(word: str, at: int, kind: str, letter: str) -> str:
    if kind == "swap":
        at = min(at, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "miss":
        return word[:at] + word[at + 1 :]
    if kind == "extra":
        return word[:at] + letter + word[at:]
    return word[:at] + letter + word[at + 1 :]


@SMALL
@given(
    WORD, st.integers(0, 5), st.sampled_from(["swap", "miss", "extra", "wrong"]), st.sampled_from("abcxyz")
)
@example("Brincken", 3, "swap", "x")
def test_every_name_finds_itself_without_accents_in_capitals_and_with_one_slip(
    name: str, at: int, kind: str, letter: str
) -> None:
    employer = Employer.objects.create(name=name)
    person = ContactPerson.objects.create(last_name=name, source="Visitekaartje")
    for asked in (name, fold(name), name.upper(), f"  {fold(name)} "):
        assert employer in Employer.objects.search(asked)
        assert person in ContactPerson.objects.search(asked)
    typed = slip(fold(name), at, kind, letter)
    assert employer in list(Employer.objects.search(typed)) + nearest(
        Employer.objects.filter(pk=employer.pk), typed
    )
    rows = ContactPerson.objects.filter(pk=person.pk)
    assert person in list(rows.search(typed)) + look_alikes(rows, typed)


@SMALL
@given(WORD, WORD, st.integers(0, 5), st.sampled_from(["swap", "miss", "extra", "wrong"]))
def test_a_slip_in_one_of_two_words_is_forgiven(one: str, two: str, at: int, kind: str) -> None:
    employer = Employer.objects.create(name=f"{one} {two}")
    typed = f"{fold(one)} {slip(fold(two), at, kind, 'x')}"
    rows = Employer.objects.filter(pk=employer.pk)
    assert employer in list(rows.search(typed)) + nearest(rows, typed)


@SMALL
@given(st.text(max_size=60))
def test_any_text_may_be_searched(text: str) -> None:
    """Wildcards, quotes, regular expressions and NUL are letters like any other."""
    for model in (Employer, ContactPerson, Establishment, FollowUp, ContactMoment):
        list(model.objects.search(text)[:1])  # type: ignore[attr-defined]
    nearest(Employer.objects.all(), text)


@SMALL
@given(st.text("abc.*+?()[]{}|\\^$ é", min_size=5, max_size=12))
def test_a_slip_is_a_regular_expression_of_plain_letters(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [word, slips(word)])
        assert cursor.fetchone()[0] is True


def test_short_words_and_numbers_are_not_guessed() -> None:
    assert one_slip("bv") is None
    assert one_slip("12345678") is None


# ── terms ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Café Brink", [("cafe",), ("brink",)]),
        ("7411 AB", [("7411ab", "7411 ab")]),
        ("kade 7411ab noord", [("kade",), ("7411ab",), ("noord",)]),
        ("1234 5678", [("12345678", "1234 5678")]),
        ("", []),
        ("  ", []),
    ],
)
def test_terms(asked: str, expected: list[tuple[str, ...]]) -> None:
    assert terms(asked) == expected


def test_what_is_no_phone_number() -> None:
    assert phone_digits("12345678") == ""
    assert phone_digits("06 lang") == ""
    assert phone_digits("+31 6 00 00 00 07") == "0600000007"


# ── R10 ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_is_not_found_by_a_confidential_employer(am: User, tl: User) -> None:
    here = make.PositionFactory(employer__name="Openbaar", employer__refreshed=True)
    make.PositionFactory(
        person=here.person,
        employer__name="Geheimhuis",
        employer__is_confidential=True,
        employer__refreshed=True,
    )
    assert list(ContactPerson.objects.visible_to(am).search("openbaar", am)) == [here.person]
    assert list(ContactPerson.objects.visible_to(am).search("geheimhuis", am)) == []
    assert list(ContactPerson.objects.visible_to(tl).search("geheimhuis", tl)) == [here.person]


def test_a_person_is_found_by_a_position_of_today_only(am: User) -> None:
    day = clock.today()
    row = make.PositionFactory(
        employer__name="Verleden", employer__refreshed=True, starts_on=day - dt.timedelta(days=90),
        ends_on=day - dt.timedelta(days=1),
    )  # fmt: skip
    assert list(ContactPerson.objects.search("verleden", am)) == []
    assert list(ContactPerson.objects.search(row.person.last_name, am)) == [row.person]
