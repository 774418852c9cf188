"""The search box: what it finds for whom, in which order, and what it costs."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core.search import SOURCES, search_everything
from employers.services import refresh_employers
from tests.employers import factories as make
from tests.meetings.factories import MeetingFactory
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
URL = "/zoeken/"
TYPING = {"HX-Request": "true", "HX-Target": "search-hits"}
#: What each role may find (R9).
ALL_KINDS = ["employers", "people", "establishments", "follow_ups", "meetings", "contacts"]
SEEN = {
    Role.ACCOUNT_MANAGER: ALL_KINDS,
    Role.COLLEGE_MEMBER: ALL_KINDS,
    Role.SECRETARY: ALL_KINDS,
    Role.TEAM_LEAD: ALL_KINDS,
    Role.EMPLOYER_DESK: ["employers"],
    Role.READER: ["employers"],
    Role.FUNCTIONAL_ADMIN: ALL_KINDS,
}


def world(word: str, **options: bool) -> None:
    """One of everything with the word in it."""
    employer = make.EmployerFactory(name=f"{word} B.V.", **options)
    make.EstablishmentFactory(employer=employer, name=f"{word} vestiging")
    make.PositionFactory(employer=employer, person__last_name=word)
    make.FollowUpFactory(employer=employer, what=f"Bel over {word}")
    make.ContactMomentFactory(employers=[employer], subject=f"Gesprek over {word}")
    MeetingFactory(title=f"Bezoek {word}", employers=[employer])
    refresh_employers([employer.pk])


def found(user: User, text: str) -> dict[str, list[str]]:
    answer = search_everything(text, user, 5)
    return {group.source.name: [hit.title for hit in group.found.hits] for group in answer.groups}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_finds_what_it_may_see(
    role: Role, make_user: Callable[..., User], client_as: Enter
) -> None:
    world("Zilverlinde")
    user = make_user(role)
    assert list(found(user, "zilverlinde")) == SEEN[role]
    for headers in ({}, TYPING):
        assert client_as(user).get(URL, {"q": "zilverlinde"}, headers=headers).status_code == 200


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("asked", ["fluisterhout", "fluisterhuot", "Fluisterhout B.V."])
def test_what_is_confidential_is_not_found(
    role: Role, asked: str, make_user: Callable[..., User], client_as: Enter
) -> None:
    """R10: by name, with a slip, on the page and while typing."""
    world("Fluisterhout", is_confidential=True)
    user = make_user(role)
    for headers in ({}, TYPING):
        page = BeautifulSoup(client_as(user).get(URL, {"q": asked}, headers=headers).content, "html.parser")
        hits = " ".join(hit.get_text() for hit in page.select(".hits-group .hit, .hit-lines .hit"))
        assert ("Fluisterhout" in hits) == (role == Role.TEAM_LEAD), headers


def test_a_person_shows_no_confidential_place(am: User) -> None:
    here = make.PositionFactory(person__last_name="Nikkel", employer__name="Openbaar")
    make.PositionFactory(person=here.person, employer__name="Geheim", employer__is_confidential=True)
    hit = search_everything("nikkel", am, 5).groups[0].found.hits[0]
    assert hit.where == "Openbaar"


def test_a_whole_number_comes_first_and_alone(am: User) -> None:
    place = make.EstablishmentFactory(employer__name="Zilverlinde", number="000000424242")
    other = make.EmployerFactory(name=f"Nummer {place.registration.kvk_number}")
    refresh_employers([place.employer_id, other.pk])
    assert found(am, place.registration.kvk_number)["employers"] == ["Zilverlinde"]
    assert found(am, f" {place.registration.kvk_number[:4]} {place.registration.kvk_number[4:]} ")[
        "employers"
    ] == ["Zilverlinde"]
    answer = search_everything("000000424242", am, 5)
    assert all(group.found.hits[0].is_exact for group in answer.groups)


def test_a_kvk_number_without_its_leading_zero(am: User) -> None:
    row = make.RegistrationFactory(kvk_number="01234567", employer__name="Zilverlinde")
    assert found(am, "1234567")["employers"] == [row.employer.name]


def test_names_that_begin_with_the_text_come_first(am: User) -> None:
    for name in ("Aarde en Zilver", "Zilverlinde", "Bronsdraad Zilver"):
        make.EmployerFactory(name=name, refreshed=True)
    assert found(am, "zilver")["employers"] == ["Zilverlinde", "Aarde en Zilver", "Bronsdraad Zilver"]


def test_a_person_by_name_comes_before_a_colleague_of_that_place(am: User) -> None:
    place = make.EmployerFactory(name="Zilverlinde", refreshed=True)
    make.PositionFactory(employer=place, person__last_name="Aarde", person__first_name="")
    make.PositionFactory(person__last_name="Zilverlinde", person__first_name="")
    assert found(am, "zilverlinde")["people"] == ["Zilverlinde", "Aarde"]


def test_a_slip_is_told_as_a_guess(am: User, client_as: Enter) -> None:
    make.EmployerFactory(name="Brink Metaal", refreshed=True)
    answer = search_everything("Brinck", am, 5)
    assert answer.are_guesses
    assert [hit.title for hit in answer.groups[0].found.hits] == ["Brink Metaal"]
    page = BeautifulSoup(client_as(am).get(URL, {"q": "Brinck"}).content, "html.parser")
    assert page.select_one("main .message.is-info")


def test_alle_leads_to_the_list_with_the_same_question(am: User, client_as: Enter) -> None:
    make.EmployerFactory.create_batch(9, name="Zilverlinde", refreshed=True)
    client = client_as(am)
    page = BeautifulSoup(client.get(URL, {"q": "zilver linde"}).content, "html.parser")
    link = page.select_one(".card-foot a")["href"]
    assert link == "/bedrijven/?q=zilver+linde"
    assert "9" in page.select_one(".card-foot a").get_text()
    assert client.get(link).status_code == 200


def test_every_list_behind_the_box_exists() -> None:
    assert all(kind.all_url("zilver").startswith("/") for kind in SOURCES.values() if kind.list_url)


def test_while_typing_only_the_hits_and_from_three_letters(am: User, client_as: Enter) -> None:
    make.EmployerFactory(name="Zilverlinde", refreshed=True)
    client = client_as(am)
    assert "Zilverlinde" in (part := client.get(URL, {"q": "zil"}, headers=TYPING).content.decode())
    assert "<html" not in part
    assert client.get(URL, {"q": "zi"}, headers=TYPING).content.decode().strip() == ""
    assert "Zilverlinde" in client.get(URL, {"q": "zi"}).content.decode()  # who asks the page gets an answer


def test_the_box_of_every_page_asks_this_page(rd: User, client_as: Enter) -> None:
    page = BeautifulSoup(client_as(rd).get("/bedrijven/").content, "html.parser")
    form = page.select_one("header form[role=search]")
    assert (form["action"], form["method"]) == (URL, "get")
    assert form.select_one("input")["name"] == "q"


def test_what_is_asked_is_never_markup(am: User, client_as: Enter) -> None:
    for headers in ({}, TYPING):
        page = client_as(am).get(URL, {"q": "<script>alert(1)</script>"}, headers=headers).content.decode()
        assert "<script>alert" not in page


def test_as_many_queries_for_one_hit_as_for_many(am: User, client_as: Enter) -> None:
    counts = []
    client = client_as(am)
    for _ in range(2):
        for _ in range(4):
            world("Zilverlinde")
        with page_queries() as queries:
            client.get(URL, {"q": "zilverlinde"}, headers=TYPING)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
