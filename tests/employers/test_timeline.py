"""The timeline of an employer: complete, filtered, paged by key, and no more than its reader may know."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pghistory
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.activity import (
    SOURCES,
    Narrowing,
    Place,
    coming_up,
    happened,
    read_timeline,
    rebuild_activities,
    soon_there,
)
from employers.models import Activity, Employer, FollowUp
from employers.models.contact import Audience
from employers.selectors.dossier import employers_for_dossier
from employers.selectors.timeline import timeline_page
from employers.services import (
    assign_account_manager,
    change_job,
    group_employers,
    refresh_employers,
    ungroup_employers,
)
from tests.employers import factories as make
from tests.meetings.factories import InvitationFactory, MeetingFactory
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ROLES = ["am", "cm", "es", "tl", "ed", "rd", "fa"]
TEAM = {"am", "cm", "es", "tl", "fa"}


def page_of(employer: Employer, user: User, query: str = "", **options: Any) -> Any:
    from django.http import QueryDict

    return timeline_page(employers_for_dossier(user).get(pk=employer.pk), user, QueryDict(query), **options)


def walk(employer_ids: list[int], user: User, size: int, **options: Any) -> list[tuple[str, int]]:
    """Every line, page by page."""
    seen, before = [], None
    while True:
        reading = read_timeline(employer_ids, user, before=before, size=size, **options)
        assert len(reading.lines) <= size
        seen += [(line.kind, line.record.pk) for line in reading.lines]
        if reading.older is None:
            return seen
        before = Place.read(str(reading.older))


# ── who sees what ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("audience", Audience.values)
@pytest.mark.parametrize("is_confidential", [False, True])
def test_each_reader_sees_of_each_audience_what_r9_and_r10_say(
    request: pytest.FixtureRequest, role: str, audience: str, is_confidential: bool
) -> None:
    user = request.getfixturevalue(role)
    employer = make.EmployerFactory()
    make.ContactMomentFactory(
        employers=[employer],
        audience=audience,
        is_confidential=is_confidential,
        subject="Zilveren draad",
        happened_at=clock.now() - dt.timedelta(days=1),
    )
    make.FollowUpFactory(
        employer=employer, audience=audience, is_confidential=is_confidential, what="Zilveren toezegging"
    )
    if role == "tl":
        reads, knows = True, True
    elif role == "rd" or is_confidential or audience == Audience.NAMED:
        reads, knows = False, False
    elif role in TEAM:
        reads, knows = True, True
    else:
        reads, knows = audience in (Audience.EMPLOYER_DESK, Audience.MUNICIPALITY), True

    reading = read_timeline([employer.pk], user, upcoming=5)
    said = " ".join(f"{line.title} {line.text} {line.detail}" for line in [*reading.lines, *reading.upcoming])

    assert ("Zilveren draad" in said) is reads
    assert ("Zilveren toezegging" in said) is reads
    assert any(line.kind == "contact" for line in reading.lines) is knows
    assert bool(soon_there([employer.pk], user)) is (reads or knows)


def test_what_is_hidden_leaves_no_gap_and_no_count(am: User) -> None:
    """However much of it is hidden, a page is full and every line of the rest is on some page."""
    employer = make.EmployerFactory()
    shown = []
    for number in range(60):
        secret = number % 6 != 0
        moment = make.ContactMomentFactory(
            employers=[employer],
            is_confidential=secret,
            happened_at=NOON + dt.timedelta(days=number % 7, minutes=number),
        )
        shown += [] if secret else [moment.pk]

    first = read_timeline([employer.pk], am, size=4)
    assert len(first.lines) == 4
    assert {pk for _kind, pk in walk([employer.pk], am, 4)} == set(shown)
    assert len(walk([employer.pk], am, 4)) == len(shown)


def test_a_secret_employer_among_the_grouped_is_not_told(am: User, tl: User) -> None:
    employer = make.EmployerFactory()
    part = make.EmployerFactory(merged_into=employer, is_confidential=True, name="Geheim Zilverwerk")
    make.PositionFactory(employer=part)
    make.ContactMomentFactory(employers=[part], subject="Geheim gesprek")
    family = [employer.pk, part.pk]
    assert happened(family, am) == []
    assert {line.of for line in happened(family, tl)} == {"Geheim Zilverwerk"}


def test_somebody_who_was_anonymised_is_in_no_line(am: User) -> None:
    position = make.PositionFactory(person__last_name="Zilversmit")
    assert len(happened([position.employer_id], am, kinds=["position"])) == 1
    position.person.anonymised_on = clock.today()
    position.person.save()
    assert happened([position.employer_id], am, kinds=["position"]) == []


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    minutes=st.lists(st.integers(0, 3), min_size=0, max_size=25),
    size=st.integers(1, 7),
    both=st.booleans(),
)
def test_no_line_is_lost_or_told_twice_however_many_share_a_moment(
    am: User, minutes: list[int], size: int, both: bool
) -> None:
    employer, sister = make.EmployerFactory(), make.EmployerFactory()
    at_both = [employer, sister] if both else [employer]
    moments = [
        make.ContactMomentFactory(employers=at_both, happened_at=NOON + dt.timedelta(minutes=minute)).pk
        for minute in minutes
    ]
    seen = walk([employer.pk, sister.pk], am, size)
    assert len(seen) == len(moments)
    assert {pk for _kind, pk in seen} == set(moments)


@pytest.mark.parametrize("text", ["", "x", "1-2-3", "-", "99999999999999999-1", "1e9-1", "²-1", "-5-1"])
def test_a_place_that_is_none_is_the_beginning(text: str) -> None:
    assert Place.read(text) is None


def test_a_place_survives_the_address() -> None:
    place = Place(dt.datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=dt.UTC), 7)
    assert Place.read(str(place)) == place


def test_ten_lines_and_a_thousand_cost_the_same_statements(am: User) -> None:
    employer = make.EmployerFactory()
    for number in range(10):
        make.ContactMomentFactory(employers=[employer], happened_at=NOON + dt.timedelta(hours=number))
    row = employers_for_dossier(am).get(pk=employer.pk)
    with page_queries() as few:
        timeline_page(row, am, upcoming=5)
    moment = make.ContactMomentFactory(employers=[employer])
    Activity.objects.bulk_create(
        Activity(
            employer=employer,
            kind="contact",
            record_id=moment.pk + 10_000 + number,  # of records that are no more: they vanish
            at=NOON - dt.timedelta(hours=number),
        )
        for number in range(1000)
    )
    with page_queries() as many:
        page = timeline_page(row, am, upcoming=5, size=8)
    assert len(page.lines) == 8
    assert len(few) == len(many) == 2, "\n".join(many)


# ── filters ──────────────────────────────────────────────────────────────────────────────────────


def test_filters_of_the_address_narrow_and_are_chips(am: User, tl: User) -> None:
    employer = make.EmployerFactory()
    theme = make.ThemeFactory(name="Proefthema water")
    mine = make.ContactMomentFactory(employers=[employer], user=am, theme=theme, happened_at=NOON)
    other = make.ContactMomentFactory(employers=[employer], user=tl, happened_at=NOON + dt.timedelta(days=40))

    def keys(query: str) -> list[int]:
        return [line.record.pk for line in page_of(employer, am, query).lines]

    assert keys("") == [other.pk, mine.pk]
    assert keys(f"by={am.pk}") == [mine.pk]
    assert keys(f"theme={theme.pk}") == [mine.pk]
    assert keys("since=2026-03-03") == [other.pk]
    assert keys("until=2026-03-02") == [mine.pk]
    assert keys("kind=meeting") == []
    assert keys("kind=nonsense&theme=x") == [other.pk, mine.pk]

    page = page_of(employer, am, f"by={am.pk}&since=2026-01-01&kind=contact", base_url="/x/")
    assert [(chip.value, chip.remove_url) for chip in page.chips] == [
        (str(am), "/x/?since=2026-01-01&kind=contact"),
        ("1 januari 2026", f"/x/?by={am.pk}&kind=contact"),
    ] or len(page.chips) == 2
    assert all("kind=contact" in chip.remove_url for chip in page.chips)


def test_a_period_that_cannot_be_is_said_beside_its_field(am: User) -> None:
    employer = make.EmployerFactory()
    page = page_of(employer, am, "since=2026-05-01&until=2026-04-01")
    assert "until" in page.form.errors
    assert "since" in page_of(employer, am, "since=0001-01-01").form.errors
    assert "until" in page_of(employer, am, "until=9999-12-31").form.errors


def test_the_switch_leaves_out_what_belongs_to_the_grouped(am: User) -> None:
    employer = make.EmployerFactory()
    part = make.EmployerFactory(merged_into=employer, name="Oude Bronsdraad")
    own = make.ContactMomentFactory(employers=[employer], happened_at=NOON)
    theirs = make.ContactMomentFactory(employers=[part], happened_at=NOON)
    make.AccountAssignmentFactory(employer=part)
    page = page_of(employer, am)
    assert {line.record.pk for line in page.lines} == {own.pk, theirs.pk}
    assert {line.of for line in page.lines} == {"", "Oude Bronsdraad"}
    assert [line.record.pk for line in page_of(employer, am, "own=on").lines] == [own.pk]
    assert "own" in page.form.fields
    assert "own" not in page_of(make.EmployerFactory(), am).form.fields


@pytest.mark.parametrize("path", ["employers:detail", "employers:timeline"])
@pytest.mark.parametrize("query", ["", "?kind=contact", "?since=2026-01-01&own=on", "?since=x"])
def test_the_swap_equals_the_reload(am: User, client_as: Enter, path: str, query: str) -> None:
    employer = make.EmployerFactory()
    for number in range(60):
        make.ContactMomentFactory(employers=[employer], happened_at=NOON + dt.timedelta(hours=number))
    MeetingFactory(employers=[employer], planned=True, on=clock.today() + dt.timedelta(days=9))
    client, url = client_as(am), reverse(path, args=[employer.pk]) + query
    headers = {"HX-Request": "true", "HX-Target": "timeline"}
    links = BeautifulSoup(client.get(url).content, "html.parser").select(".timeline-more a[hx-get]")
    older = next((str(link["hx-get"]) for link in links if "before=" in str(link["hx-get"])), url)
    for address in (url, older):
        part = BeautifulSoup(client.get(address, headers=headers).content, "html.parser")
        page = BeautifulSoup(client.get(address).content, "html.parser")
        swapped, reloaded = part.find(id="timeline"), page.find(id="timeline")
        assert swapped is not None
        assert reloaded is not None
        assert swapped.decode().split() == reloaded.decode().split()


# ── what stands on it ────────────────────────────────────────────────────────────────────────────


def test_a_contact_counts_for_every_employer_where_the_person_worked_that_day(am: User) -> None:
    chair = make.PositionFactory(starts_on=dt.date(2020, 1, 1), ends_on=dt.date(2026, 3, 2))
    later = make.PositionFactory(person=chair.person, starts_on=dt.date(2026, 3, 3))
    elsewhere = make.EmployerFactory()
    moment = make.ContactMomentFactory(
        employers=[elsewhere], people=[chair.person], user=am, kind="call", happened_at=NOON
    )
    assert [line.record.pk for line in happened([chair.employer_id], am, kinds=["contact"])] == [moment.pk]
    assert happened([later.employer_id], am, kinds=["contact"]) == []
    there = Employer.objects.get(pk=chair.employer_id)
    assert (there.last_contact_at, there.last_contact_by, there.last_contact_kind) == (NOON, am, "call")


def test_the_last_contact_is_a_held_meeting_when_that_is_newer(am: User) -> None:
    employer = make.EmployerFactory()
    make.ContactMomentFactory(employers=[employer], kind="mail", happened_at=NOON)
    MeetingFactory(held=True, on=dt.date(2026, 4, 1), employers=[employer], owner=am)
    MeetingFactory(held=True, on=dt.date(2026, 5, 1), employers=[employer], is_confidential=True)
    make.ContactMomentFactory(employers=[employer], kind="note", happened_at=NOON + dt.timedelta(days=90))
    employer.refresh_from_db()
    assert clock.local_date(employer.last_contact_at) == dt.date(2026, 4, 1)
    assert (employer.last_contact_kind, employer.last_contact_by) == ("meeting", am)


def test_who_is_known_only_in_secret_shows_in_no_date(am: User) -> None:
    secret = make.PositionFactory(employer__is_confidential=True)
    employer = make.EmployerFactory()
    make.ContactMomentFactory(employers=[employer], people=[secret.person], happened_at=NOON)
    employer.refresh_from_db()
    assert employer.last_contact_at is None


def test_a_follow_up_is_made_due_and_done(am: User) -> None:
    employer = make.EmployerFactory()
    late = make.FollowUpFactory(
        employer=employer, owner=am, made_on=dt.date(2026, 1, 5), due_on=dt.date(2026, 2, 1)
    )
    assert [line.record.pk for line in coming_up([employer.pk], am)] == [late.pk]
    assert [line.record.pk for line in happened([employer.pk], am)] == [late.pk]
    late.fulfilled_on = dt.date(2026, 3, 1)
    save_tracked(late, by=am)
    rebuild_activities()
    assert coming_up([employer.pk], am) == []
    done, made = happened([employer.pk], am)
    assert [clock.local_date(line.at) for line in (done, made)] == [
        dt.date(2026, 3, 1),
        dt.date(2026, 1, 5),
    ]
    assert FollowUp.objects.get().state == FollowUp.State.CLOSED


def test_fields_that_one_person_changed_at_once_are_one_line(am: User, tl: User, ed: User) -> None:
    place = make.EstablishmentFactory()
    employer = place.employer
    web = {"source": "web"}
    with pghistory.context(user=am.pk, **web):
        employer.phone, employer.website = "0570 00 00 01", "https://zilver.example.org"
        employer.save()
        place.street = "Nieuwe Proefkade"
        place.save()
    with pghistory.context(user=tl.pk, marker=str(uuid.uuid4()), **web):
        employer.phone = "0570 00 00 02"
        employer.save()
    with pghistory.context(source="register import"):
        place.phone = "0570 00 00 09"
        place.save()
    refresh_employers([employer.pk])

    second, first = happened([employer.pk], am, kinds=["change"])
    assert (first.detail, second.detail) == (str(am), str(tl))
    assert len(first.text.split(", ")) == 3
    for value in ("0570", "zilver", "Proefkade"):
        assert value not in f"{first.text}{second.text}"
    assert happened([employer.pk], ed, kinds=["change"]) == []


def test_what_the_register_moved_is_told_without_a_shielded_address(am: User) -> None:
    place = make.EstablishmentFactory(street="Oude Kade", house_number="1")
    with pghistory.context(source="register import"):
        place.street, place.house_number = "Nieuwe Kade", "2"
        place.save()
    refresh_employers([place.employer_id])
    (moved,) = [line for line in happened([place.employer_id], am, kinds=["register"]) if line.detail]
    assert "Oude Kade 1" in moved.detail
    assert "Nieuwe Kade 2" in moved.detail
    place.is_shielded = True
    place.save()
    assert not [
        line for line in happened([place.employer_id], am, kinds=["register"]) if "Kade" in line.detail
    ]


def test_establishments_open_and_close(am: User) -> None:
    first = make.EstablishmentFactory(started_on=dt.date(2010, 5, 1))
    later = make.EstablishmentFactory(employer=first.employer, ended_on=dt.date(2026, 6, 1))
    make.JobCountFactory(establishment=first, reference_date=dt.date(2024, 4, 1), jobs=10)
    make.JobCountFactory(establishment=later, reference_date=dt.date(2025, 4, 1), jobs=5)
    refresh_employers([first.employer_id])
    days = [clock.local_date(line.at) for line in happened([first.employer_id], am, kinds=["register"])]
    assert days == [
        dt.date(2026, 6, 1),  # closed
        dt.date(2025, 4, 1),  # new in the register, and so many more
        dt.date(2025, 4, 1),
        dt.date(2024, 4, 1),
        dt.date(2010, 5, 1),  # opened
    ]


def test_the_register_tells_what_changed_and_to_some_only_the_class(am: User, rd: User, ed: User) -> None:
    place = make.EstablishmentFactory()
    for year, jobs in ((2024, 150), (2025, 150), (2026, 90)):
        make.JobCountFactory(establishment=place, reference_date=dt.date(year, 4, 1), jobs=jobs)
    refresh_employers([place.employer_id])
    lines = happened([place.employer_id], am, kinds=["register"])
    assert [clock.local_date(line.at).year for line in lines] == [2026, 2024]
    assert "60" in lines[0].text
    assert "90" in lines[0].text
    assert happened([place.employer_id], ed, kinds=["register"]) == []


def test_grouping_and_taking_back_stand_at_both(am: User, tl: User) -> None:
    one, two = make.EmployerFactory(name="Proefhuis Een"), make.EmployerFactory(name="Proefhuis Twee")
    make.EstablishmentFactory(employer=two, started_on=dt.date(2015, 1, 1))
    refresh_employers([one.pk, two.pk])
    grouping = group_employers(one, two, by=tl, reason="één zaak")
    assert [line.title for line in happened([one.pk], am, kinds=["register"])]
    assert happened([two.pk], am, kinds=["register"]) == []
    ungroup_employers(grouping, by=tl)
    for employer in (one, two):
        lines = happened([employer.pk], am, kinds=["change"])
        assert len(lines) == 2
        assert all("Proefhuis Een" in line.text and "Proefhuis Twee" in line.text for line in lines)
    assert len(happened([one.pk, two.pk], am, kinds=["change"])) == 2
    assert rebuild_activities()["opened"] == 0


def test_a_change_of_director_is_told_at_both_employers(am: User) -> None:
    position = make.PositionFactory(title="directeur", person__last_name="Zilversmit")
    goes_to = make.EmployerFactory()
    change_job(position, by=am, employer=goes_to, title="eigenaar", starts_on=clock.today())
    assert len(happened([position.employer_id], am, kinds=["position"])) == 2
    assert [line.text for line in happened([goes_to.pk], am, kinds=["position"])] == ["eigenaar"]


def test_a_planned_account_manager_is_to_come_and_a_mistake_goes(am: User, tl: User) -> None:
    employer = make.EmployerFactory()
    later = clock.today() + dt.timedelta(days=20)
    assign_account_manager(employer, am, by=tl, starts_on=later)
    assert [line.text for line in coming_up([employer.pk], am)] == [str(am)]
    assign_account_manager(employer, None, by=tl, starts_on=later)
    assert coming_up([employer.pk], am) == []


def test_every_source_says_its_lines_in_the_language_of_the_page(am: User) -> None:
    """No source is left untested: each kind that is registered is made here and read back."""
    employer = make.EmployerFactory(working=10, refreshed=True)
    make.ContactMomentFactory(employers=[employer])
    MeetingFactory(employers=[employer], planned=True, on=clock.today() + dt.timedelta(days=3))
    InvitationFactory(employer=employer)
    make.PositionFactory(employer=employer, ends_on=dt.date(2026, 2, 1))
    make.FollowUpFactory(employer=employer)
    make.AccountAssignmentFactory(employer=employer)
    reading = read_timeline([employer.pk], am, size=50, upcoming=20)
    told = {SOURCES[key.kind].group for key, _line in reading.told}
    assert told == {"contact", "meeting", "invitation", "position", "follow_up", "assignment", "register"}


# ── who else is there ────────────────────────────────────────────────────────────────────────────


def test_it_warns_of_colleagues_and_not_of_oneself(am: User, tl: User) -> None:
    employer = make.EmployerFactory()
    today = clock.today()
    soon = MeetingFactory(employers=[employer], planned=True, on=today + dt.timedelta(days=5), owner=tl)
    MeetingFactory(employers=[employer], planned=True, on=today + dt.timedelta(days=6), owner=am)
    MeetingFactory(employers=[employer], planned=True, on=today + dt.timedelta(days=60), owner=tl)
    MeetingFactory(
        employers=[employer], planned=True, on=today + dt.timedelta(days=4), owner=tl, is_confidential=True
    )
    spoke = make.ContactMomentFactory(
        employers=[employer], user=tl, kind="call", happened_at=clock.now() - dt.timedelta(days=2)
    )
    make.ContactMomentFactory(
        employers=[employer], user=tl, kind="note", happened_at=clock.now() - dt.timedelta(days=2)
    )
    make.ContactMomentFactory(
        employers=[employer], user=tl, kind="call", happened_at=clock.now() - dt.timedelta(days=30)
    )
    assert [line.record.pk for line in soon_there([employer.pk], am)] == [soon.pk, spoke.pk]
    assert len(soon_there([employer.pk], am, today + dt.timedelta(days=50))) == 3
    assert soon_there([make.EmployerFactory().pk], am) == []


def test_it_warns_of_what_stands_at_the_grouped_employer(am: User, tl: User) -> None:
    employer = make.EmployerFactory()
    part = make.EmployerFactory(merged_into=employer)
    MeetingFactory(employers=[part], planned=True, on=clock.today() + dt.timedelta(days=5), owner=tl)
    assert len(soon_there([employer.pk], am)) == 1
    assert len(soon_there([part.pk], am)) == 1


def test_the_dossier_warns_without_asking_again(am: User, tl: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    client = client_as(am)
    with page_queries() as before:
        client.get(employer.get_absolute_url())
    MeetingFactory(
        employers=[employer],
        planned=True,
        on=clock.today() + dt.timedelta(days=5),
        owner=tl,
        title="Zaalplan",
    )
    with page_queries() as after:
        page = BeautifulSoup(client.get(employer.get_absolute_url()).content, "html.parser")
    warning = page.select_one(".soon-there")
    assert warning is not None
    assert "Zaalplan" in warning.get_text()
    assert len(after) <= len(before) + 1, "\n".join(after)
    narrowed = client.get(employer.get_absolute_url() + "?kind=contact").content.decode()
    assert "Zaalplan" in narrowed


def test_narrowing_is_a_value() -> None:
    assert Narrowing().is_empty
    assert not Narrowing(groups=("contact",)).is_empty


def test_the_desk_sees_no_date_of_a_contact_with_somebody_who_is_a_secret(am, ed):
    """The employer is open; the person in the contact is known only at a confidential one (R10)."""
    employer, hidden = make.EmployerFactory(), make.EmployerFactory(is_confidential=True)
    secret, known = make.ContactPersonFactory(), make.ContactPersonFactory()
    make.PositionFactory(person=secret, employer=hidden)
    make.PositionFactory(person=known, employer=employer)
    for person in (secret, known):
        make.ContactMomentFactory(user=am, employers=[employer], people=[person], audience=Audience.TEAM)

    shown = employers_for_dossier(ed).get(pk=employer.pk)
    lines = timeline_page(shown, ed).lines

    assert len([line for line in lines if line.kind == "contact"]) == 1
