"""People: look-alikes, what they must know, boards and members, who knows whom, anonymising."""

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import CollegeMember, User
from accounts.roles import Role
from deventer_crm.core import clock
from employers.models import ContactPerson, Employer, Membership, Position
from employers.selectors.alike import employers_alike, people_alike
from employers.selectors.associations import board_of
from employers.selectors.knowing import shared_boards, who_knows
from employers.services import change_job, save_position
from employers.services.memberships import add_membership, end_membership
from meetings.commitments.series import series_seats
from meetings.models import Participant
from tests.employers import factories as make
from tests.meetings.factories import MeetingFactory, SeriesPartyFactory
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
PEOPLE = "/contactpersonen/"


def typed(**fields: str) -> dict[str, str]:
    return {"first_name": "Sam", "last_name": "Kobalt", "source": "visitekaartje", **fields}


# ── look-alikes ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ({"email": "sam@zilver.example.org"}, {"email": "SAM@zilver.example.org", "last_name": "Anders"}),
        ({"mobile": "06 00 00 00 07"}, {"phone": "+31 6 00 00 00 07", "last_name": "Anders"}),
        ({"first_name": "Sam", "last_name": "Kobalt"}, {}),
    ],
)
def test_somebody_who_is_there_already_is_asked_about(
    am: User, client_as: Enter, stored: dict[str, str], asked: dict[str, str]
) -> None:
    known = make.ContactPersonFactory(**stored)
    data = typed(**asked)
    answer = client_as(am).post(f"{PEOPLE}nieuw/", data)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.select_one(f'.alike a[href="{known.get_absolute_url()}"]')
    assert page.select_one("input[name=last_name]")["value"] == data["last_name"]  # what was typed stays
    assert ContactPerson.objects.count() == 1
    answer = client_as(am).post(f"{PEOPLE}nieuw/", {**data, "anyway": "1"})
    assert answer.status_code == 302
    assert ContactPerson.objects.count() == 2


def test_a_name_with_a_slip_at_the_same_employer_is_asked_about(am: User) -> None:
    here = make.PositionFactory(person__first_name="Sam", person__last_name="Kwartelsteen")
    new = ContactPerson(first_name="Sam", last_name="Kwartlesteen")
    assert people_alike(am, new, here.employer) == [here.person]
    assert people_alike(am, new, make.EmployerFactory()) == []
    assert people_alike(am, ContactPerson(first_name="Kim", last_name="Zilver"), here.employer) == []


def test_the_number_of_the_office_makes_nobody_the_same(am: User) -> None:
    make.ContactPersonFactory(phone="0570 00 00 00")
    assert people_alike(am, ContactPerson(last_name="Anders", phone="0570 00 00 00")) == []


def test_a_doubt_never_tells_of_a_secret(am: User, tl: User) -> None:
    row = make.PositionFactory(person__email="sam@example.org", employer__is_confidential=True)
    secret = make.EmployerFactory(name="Fluisterhout B.V.", is_confidential=True, refreshed=True)
    new, place = ContactPerson(last_name="Anders", email="sam@example.org"), Employer(name="Fluisterhout")
    assert (people_alike(am, new), employers_alike(am, place)) == ([], [])
    assert (people_alike(tl, new), employers_alike(tl, place)) == ([row.person], [secret])


@pytest.mark.parametrize("name", ["Zilverlinde", "zilverlinde b.v.", "Zilverlidne BV", "ZILVERLINDE N.V."])
def test_an_employer_that_is_there_already_is_asked_about(am: User, client_as: Enter, name: str) -> None:
    known = make.EmployerFactory(name="Zilverlinde B.V.", refreshed=True)
    make.EmployerFactory(name="Bronsdraad B.V.", refreshed=True)
    data = {"name": name, "kind": "company"}
    answer = client_as(am).post("/bedrijven/nieuw/", data)
    assert answer.status_code == 422
    links = BeautifulSoup(answer.content, "html.parser").select(".alike a")
    assert [link["href"] for link in links] == [known.get_absolute_url()]
    assert client_as(am).post("/bedrijven/nieuw/", {**data, "anyway": "1"}).status_code == 302


def test_an_employer_like_no_other_is_added_at_once(am: User, client_as: Enter) -> None:
    make.EmployerFactory(name="Zilverlinde B.V.", refreshed=True)
    data = {"name": "Kwartelsteen B.V.", "kind": "company"}
    assert client_as(am).post("/bedrijven/nieuw/", data).status_code == 302


# ── one person ───────────────────────────────────────────────────────────────────────────────────


def test_a_day_of_informing_that_is_to_come_is_refused(am: User, client_as: Enter) -> None:
    tomorrow = clock.today() + dt.timedelta(days=1)
    answer = client_as(am).post(f"{PEOPLE}nieuw/", typed(informed_on=tomorrow.isoformat()))
    assert answer.status_code == 422
    assert not ContactPerson.objects.exists()


def test_the_page_shows_how_to_reach_somebody_and_what_is_open(am: User, client_as: Enter) -> None:
    person = make.PositionFactory(person__mobile="06 00 00 00 07", person__phone="0570 00 00 07").person
    row = make.FollowUpFactory(person=person, what="Terugbellen over glasvezel")
    make.FollowUpFactory(person=person, what="Geheim", employer__is_confidential=True)
    make.FollowUpFactory(person=person, what="Gedaan", fulfilled_on=clock.today())
    page = BeautifulSoup(client_as(am).get(f"{PEOPLE}{person.pk}/").content, "html.parser")
    links = {link["href"] for link in page.select("main a[href]")}
    assert {"tel:+31600000007", "tel:+31570000007"} <= links
    text = page.get_text()
    assert row.what in text
    assert "Geheim" not in text
    assert "Gedaan" not in text


def test_both_employers_keep_the_history_of_a_change_of_job(am: User) -> None:
    old = make.PositionFactory(starts_on=dt.date(2020, 1, 1), title="directeur", is_primary=True)
    day = clock.today()
    new_place = make.EmployerFactory()
    new = change_job(old, by=am, employer=new_place, title="bestuurder", starts_on=day)
    old.refresh_from_db()
    assert old.ends_on == day - dt.timedelta(days=1)
    assert list(old.employer.positions.on(day - dt.timedelta(days=1))) == [old]
    assert list(new_place.positions.on(day)) == [new]
    assert new.person == old.person


# ── boards and members ───────────────────────────────────────────────────────────────────────────


def association(**options: object) -> Employer:
    return make.EmployerFactory(kind=Employer.Kind.ASSOCIATION, **options)


def test_a_new_chair_is_invited_from_the_day_it_begins(am: User) -> None:
    """R6: the seat is asked for on the day of the meeting, not on the day it is planned."""
    party = SeriesPartyFactory(seat=Position.Seat.CHAIR)
    day = clock.today()
    change = day + dt.timedelta(days=30)
    old = make.PositionFactory(employer=party.association, seat="chair", starts_on=dt.date(2020, 1, 1))
    old.ends_on = change - dt.timedelta(days=1)
    save_position(old, by=am)
    new = save_position(
        Position(
            person=make.ContactPersonFactory(), employer=party.association, title="voorzitter", seat="chair",
            starts_on=change,
        ),
        by=am,
    )  # fmt: skip

    def invited(on: dt.date) -> list[Position]:
        return [row for _party, rows in series_seats(party.series, on) for row in rows]

    assert invited(change - dt.timedelta(days=1)) == [old]
    assert invited(change) == [new]
    board = board_of([party.association.pk], am, day)
    assert (board.now, board.coming, board.before) == ([old], [new], [])
    later = board_of([party.association.pk], am, change)
    assert (later.now, later.coming, later.before) == ([new], [], [old])


def test_two_chairs_at_once_are_refused(am: User) -> None:
    row = make.PositionFactory(seat="chair", starts_on=dt.date(2020, 1, 1))
    with pytest.raises(ValidationError):
        save_position(
            Position(
                person=make.ContactPersonFactory(), employer=row.employer, title="voorzitter", seat="chair",
                starts_on=clock.today(),
            ),
            by=am,
        )  # fmt: skip


def test_members_are_added_from_both_sides(am: User, client_as: Enter) -> None:
    club, one, two = association(name="Voorbeeldkring"), make.EmployerFactory(), make.EmployerFactory()
    for row in (club, one, two):
        make.EstablishmentFactory(employer=row)
    client = client_as(am)
    from employers.services import refresh_employers

    refresh_employers([club.pk, one.pk, two.pk])
    data = {"employer": one.pk, "q": one.name, "starts_on": "2026-01-01"}
    assert client.post(f"/bedrijven/{club.pk}/lidmaatschap/", data).status_code == 302
    data = {"association": club.pk, "starts_on": "2026-01-01"}
    assert client.post(f"/bedrijven/{two.pk}/lidmaatschap/", data).status_code == 302
    assert set(Membership.objects.values_list("employer", "association")) == {
        (one.pk, club.pk),
        (two.pk, club.pk),
    }
    twice = client.post(f"/bedrijven/{two.pk}/lidmaatschap/", {**data, "starts_on": "2026-02-01"})
    assert twice.status_code == 422
    assert Membership.objects.count() == 2


def test_a_member_that_left_stays_readable(am: User, client_as: Enter) -> None:
    row = make.MembershipFactory(starts_on=dt.date(2020, 1, 1))
    day = clock.today() - dt.timedelta(days=1)
    url = f"/bedrijven/lidmaatschappen/{row.pk}/beeindigen/"
    assert client_as(am).post(url, {"ends_on": "2019-01-01"}).status_code == 422
    assert client_as(am).post(url, {"ends_on": day.isoformat()}).status_code == 302
    page = f"/bedrijven/{row.association_id}/leden/"
    assert row.employer.name not in client_as(am).get(page).content.decode()
    assert row.employer.name in client_as(am).get(page, {"former": "1"}).content.decode()


def test_a_confidential_member_is_in_no_list_and_no_count(am: User, tl: User, client_as: Enter) -> None:
    club = association()
    make.MembershipFactory(association=club, employer__name="Fluisterhout", employer__is_confidential=True)
    make.MembershipFactory(association=club, employer__name="Openbaar")
    page = client_as(am).get(f"/bedrijven/{club.pk}/leden/").content.decode()
    assert "Openbaar" in page
    assert "Fluisterhout" not in page
    assert Membership.objects.visible_to(am).count() == 1
    assert Membership.objects.visible_to(tl).count() == 2


def test_only_an_association_has_members(am: User) -> None:
    one, club = make.EmployerFactory(), association()
    with pytest.raises(ValidationError):
        add_membership(by=am, employer=club, association=one, starts_on=clock.today())
    with pytest.raises(ValidationError):
        add_membership(by=am, employer=club, association=club, starts_on=clock.today())
    row = add_membership(by=am, employer=one, association=club, starts_on=clock.today())
    with pytest.raises(ValidationError):
        end_membership(row, by=am, ends_on=clock.today() - dt.timedelta(days=1))


def test_the_members_page_costs_the_same_for_any_number(am: User, client_as: Enter) -> None:
    club, client, counts = association(), client_as(am), []
    for _ in range(2):
        make.MembershipFactory.create_batch(8, association=club)
        with page_queries() as found:
            client.get(f"/bedrijven/{club.pk}/leden/")
        counts.append(len(found))
    assert counts[0] == counts[1] <= 8


# ── who knows whom ───────────────────────────────────────────────────────────────────────────────


def talk(employer: Employer, user: User, days: int, **options: object) -> None:
    make.ContactMomentFactory(
        employers=[employer], user=user, happened_at=clock.now() - dt.timedelta(days=days), **options
    )


def test_who_had_most_contact_stands_first_with_the_reason(am: User, make_user: Callable[..., User]) -> None:
    employer, other = (
        make.EmployerFactory(),
        make_user(Role.ACCOUNT_MANAGER, first_name="Ans", last_name="Proef"),
    )
    for days in (10, 40, 700):
        talk(employer, am, days)
    for days in (5, 400):
        talk(employer, other, days)
    talk(employer, other, 6, kind="note")  # no talk
    talk(employer, other, 900)  # too long ago
    lines = who_knows([employer.pk], am)
    assert [(line.name, line.times) for line in lines] == [(am.get_full_name(), 3), ("Ans Proef", 2)]
    assert (clock.now() - lines[0].last).days == 10


def test_contact_of_a_year_ago_weighs_half(am: User, make_user: Callable[..., User]) -> None:
    employer, other = make.EmployerFactory(), make_user(Role.ACCOUNT_MANAGER)
    for days in (400, 410, 420):
        talk(employer, am, days)
    for days in (10, 20):
        talk(employer, other, days)
    assert [line.times for line in who_knows([employer.pk], am)] == [2, 3]


def test_held_meetings_count_for_who_was_there(am: User, cm: User, make_user: Callable[..., User]) -> None:
    employer = make.EmployerFactory()
    meeting = MeetingFactory(held=True, employers=[employer])
    meeting.employer_rows.update(is_present=True)
    meeting.participants.all().delete()
    member = CollegeMember.objects.get(user=cm)
    Participant.objects.create(meeting=meeting, user=am, is_present=True)
    Participant.objects.create(meeting=meeting, college_member=member, is_present=True)
    Participant.objects.create(meeting=meeting, user=make_user(Role.SECRETARY), is_present=False)
    assert {line.name for line in who_knows([employer.pk], am)} == {am.get_full_name(), member.name}


def test_what_a_reader_may_not_see_is_not_counted(am: User, make_user: Callable[..., User]) -> None:
    employer, other = make.EmployerFactory(), make_user(Role.ACCOUNT_MANAGER)
    talk(employer, other, 10, is_confidential=True)
    talk(employer, other, 11, audience="named")
    assert who_knows([employer.pk], am) == []


def test_people_who_share_a_board_are_named_with_where_they_work(am: User) -> None:
    club = association(name="Voorbeeldkring")
    here, there = make.EmployerFactory(name="Hier"), make.EmployerFactory(name="Daar")
    ours = make.PositionFactory(employer=here)
    theirs = make.PositionFactory(employer=there)
    for row in (ours, theirs):
        make.PositionFactory(person=row.person, employer=club, seat="board")
    alone = make.PositionFactory(employer=association(), seat="board", person=ours.person)
    boards = shared_boards([here.pk], am)
    assert [board.employer for board in boards] == [club]
    assert boards[0].ours == [str(ours.person)]
    assert [(row.person, place) for row, place in boards[0].others] == [(theirs.person, "Daar")]
    assert alone.employer not in [board.employer for board in boards]


def test_a_confidential_workplace_is_not_named_beside_a_board(am: User) -> None:
    club, here = association(), make.EmployerFactory()
    ours, theirs = make.PositionFactory(employer=here), make.PositionFactory(employer__is_confidential=True)
    for row in (ours, theirs):
        make.PositionFactory(person=row.person, employer=club, seat="board")
    boards = shared_boards([here.pk], am)
    assert [place for _row, place in boards[0].others] == [""]


def test_the_card_is_fetched_apart_and_is_a_page_without_script(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    talk(employer, am, 10)
    client, url = client_as(am), f"/bedrijven/{employer.pk}/wie-kent-wie/"
    dossier = BeautifulSoup(client.get(employer.get_absolute_url()).content, "html.parser")
    assert dossier.select_one(f'[hx-get="{url}"] a[href="{url}"]')
    assert "<html" in client.get(url).content.decode()
    with page_queries() as found:
        card = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in card
    assert am.get_full_name() in card
    assert len(found) <= 8


# ── anonymising ──────────────────────────────────────────────────────────────────────────────────


def test_an_administrator_sees_what_goes_and_must_mean_it(
    make_user: Callable[..., User], client_as: Enter
) -> None:
    admin = make_user(Role.FUNCTIONAL_ADMIN)
    person = make.PositionFactory(
        title="directeur",
        person__first_name="Sam",
        person__last_name="Kobalt",
        person__mobile="06 00 00 00 07",
    ).person
    make.ContactMomentFactory(people=[person], subject="Sam Kobalt belde")
    client, url = client_as(admin), f"{PEOPLE}{person.pk}/anonimiseren/"
    text = BeautifulSoup(client.get(url).content, "html.parser").select_one("main").get_text()
    for shown in ("Sam", "Kobalt", "06 00 00 00 07", "directeur"):
        assert shown in text
    assert client.post(url, {}).status_code == 422
    person.refresh_from_db()
    assert person.anonymised_on is None  # neither looking nor a stray press does it
    assert client.post(url, {"sure": "on"}).status_code == 302
    person.refresh_from_db()
    assert person.anonymised_on == clock.today()
    assert client.get(url).status_code == 404
    assert not ContactPerson.objects.search("kobalt").exists()
