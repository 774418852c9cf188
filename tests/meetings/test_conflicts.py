"""When people are busy: what stands in the way of a moment, for whom that is told, and which moments suit."""

import datetime as dt

import pytest
import time_machine

from deventer_crm.core.memo import remembering
from meetings.calendar import Asked, Span, busy_days, conflicts, look_at
from meetings.models import Meeting
from tests.accounts.factories import BlockedTimeFactory, CollegeMemberFactory, UserFactory
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import (
    BusyAddressFactory,
    BusyTimeFactory,
    MeetingFactory,
    ParticipantFactory,
    at,
)

#: A Wednesday.
DAY = dt.date(2026, 7, 1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def meet(member=None, *, hour=10, until=11, on=DAY, **details) -> Meeting:
    details.setdefault("employers", [EmployerFactory()])
    details.setdefault("planned", True)
    ends_at = at(on, until) if until else None
    return MeetingFactory(on=on, starts_at=at(on, hour), ends_at=ends_at,
                          college=[member] if member else [], **details)  # fmt: skip


def against(reader, start, end, *members, users=(), people=(), day=DAY, exclude=None) -> list[str]:
    found = conflicts(
        at(day, *start), at(day, *end), [one.pk for one in members], [one.pk for one in users],
        [one.pk for one in people], reader=reader, exclude=exclude,
    )  # fmt: skip
    return [f"{row.names}: {row.what}" for row in found]


# ── meetings ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "is_one"),
    [
        ((9, 0), (10, 0), False),
        ((9, 0), (10, 1), True),
        ((10, 0), (11, 0), True),
        ((10, 15), (10, 30), True),
        ((9, 0), (12, 0), True),
        ((10, 59), (12, 0), True),
        ((11, 0), (12, 0), False),
    ],
)
def test_meetings_that_only_touch_do_not_conflict(am, start, end, is_one):
    member = CollegeMemberFactory()
    meeting = meet(member, title="Proefbezoek")
    expected = [f"{member}: Proefbezoek"] if is_one else []
    assert against(am, start, end, member) == expected
    assert against(am, start, end, member, exclude=meeting.pk) == []
    assert against(am, start, end, CollegeMemberFactory()) == []


@pytest.mark.django_db
def test_a_meeting_without_an_end_takes_an_hour(am):
    member = CollegeMemberFactory()
    meet(member, until=None, title="Zonder einde")
    assert against(am, (10, 59), (12, 0), member) == [f"{member}: Zonder einde"]
    assert against(am, (11, 0), (12, 0), member) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("trait", "is_one"), [("planned", True), ("cancelled", False), ("held", False)])
def test_what_was_called_off_or_held_takes_no_time(am, trait, is_one):
    member = CollegeMemberFactory()
    meet(member, **{"planned": False, trait: True})
    assert bool(against(am, (10, 0), (11, 0), member)) is is_one


@pytest.mark.django_db
def test_a_draft_is_in_the_way_too(am):
    member = CollegeMemberFactory()
    meet(member, planned=False)
    (found,) = conflicts(at(DAY), at(DAY, 11), [member.pk], reader=am)
    assert (found.kind, found.asks) == ("draft", True)


@pytest.mark.django_db
def test_a_member_and_the_account_of_that_member_are_one_person(am):
    user = UserFactory(role="CM")
    member = CollegeMemberFactory(user=user)
    by_user = meet(title="Als gebruiker")
    ParticipantFactory(meeting=by_user, user=user)
    meet(member, hour=14, until=15, title="Als lid")
    assert against(am, (10, 0), (11, 0), member) == [f"{member}: Als gebruiker"]
    assert against(am, (14, 0), (15, 0), users=[user]) == [f"{user}: Als lid"]
    assert len(against(am, (10, 0), (15, 0), member, users=[user])) == 2


@pytest.mark.django_db
def test_a_contact_person_is_at_one_table_at_a_time(am, tl):
    position = PositionFactory()
    person, employer = position.person, position.employer
    meet(employers=[employer], people=[(person, employer)], title="Bij de voorbeeldfabriek")
    assert against(am, (10, 30), (11, 30), people=[person]) == [f"{person}: Bij de voorbeeldfabriek"]


@pytest.mark.django_db
def test_of_what_the_planner_may_not_know_only_busy_is_told(am, tl):
    """R10: for our own side; that a contact person meets us at all is not told."""
    member, position = CollegeMemberFactory(), PositionFactory()
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    meet(member, employers=[secret], people=[(position.person, None)], title="Fluisterhout verhuist")
    (found,) = conflicts(at(DAY), at(DAY, 11), [member.pk], people=[position.person_id], reader=am)
    assert found.who == (str(member),)
    assert found.url == ""
    assert "Fluisterhout" not in found.what
    (told,) = conflicts(at(DAY), at(DAY, 11), [member.pk], people=[position.person_id], reader=tl)
    assert told.what == "Fluisterhout verhuist"
    assert len(told.who) == 2


# ── blocked times and the own calendar ───────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_what_blocks_the_college_is_said_once_and_not_of_colleagues(am):
    first, second = CollegeMemberFactory(), CollegeMemberFactory()
    BlockedTimeFactory(
        label="Raadsavond", weekday=2, starts_on=dt.date(2026, 1, 1), start_time=dt.time(19),
        end_time=dt.time(23),
    )  # fmt: skip
    assert len(against(am, (20, 0), (21, 0), first, second)) == 1
    assert against(am, (18, 0), (19, 0), first) == []
    assert against(am, (20, 0), (21, 0), first, day=DAY + dt.timedelta(days=1)) == []
    assert against(am, (20, 0), (21, 0), first, day=DAY + dt.timedelta(days=7)) != []
    assert against(am, (20, 0), (21, 0), users=[am]) == []


@pytest.mark.django_db
def test_a_blocked_time_of_one_person_is_of_that_person(am):
    member, other = CollegeMemberFactory(), CollegeMemberFactory()
    BlockedTimeFactory(label="Vrij", college_member=member, starts_on=DAY, ends_on=DAY + dt.timedelta(days=3))
    BlockedTimeFactory(label="Cursus", user=am)
    assert against(am, (10, 0), (11, 0), member) == [f"{member}: Vrij"]
    assert against(am, (10, 0), (11, 0), other) == []
    assert against(am, (10, 0), (11, 0), users=[am]) == [f"{am}: Cursus"]


@pytest.mark.django_db
def test_the_own_calendar_of_somebody_counts_without_telling_what(am):
    member = CollegeMemberFactory()
    source = BusyAddressFactory(user=None, college_member=member)
    BusyTimeFactory(source=source, starts_at=at(DAY, 10), ends_at=at(DAY, 12))
    (found,) = conflicts(at(DAY, 11), at(DAY, 13), [member.pk], reader=am)
    assert (found.kind, found.url) == ("own", "")
    assert against(am, (12, 0), (13, 0), member) == []


@pytest.mark.django_db
def test_a_holiday_is_said_and_takes_no_tick(am):
    found = conflicts(at(dt.date(2026, 12, 25)), None, [], reader=am)
    assert [(row.kind, row.asks) for row in found] == [("holiday", False)]


@pytest.mark.django_db
def test_the_same_queries_for_one_and_for_many(am, django_assert_max_num_queries):
    members = [CollegeMemberFactory(user=UserFactory()) for _number in range(6)]
    people = [PositionFactory().person for _number in range(5)]
    for member in members:
        for hour in range(8, 18):
            meet(member, hour=hour, until=hour + 1, people=[*people[:2]])
        BlockedTimeFactory(college_member=member, weekday=2)
        BusyTimeFactory(source=BusyAddressFactory(user=None, college_member=member), starts_at=at(DAY))
    am.can("x")
    asked = [[one.pk for one in rows] for rows in (members, [am, UserFactory()], people)]
    with django_assert_max_num_queries(8):
        assert len(conflicts(at(DAY, 8), at(DAY, 18), *asked, reader=am)) > 20
    with django_assert_max_num_queries(8), remembering():
        look_at(DAY, at(DAY), at(DAY, 11), Asked(*map(frozenset, asked)), reader=am)
    with django_assert_max_num_queries(6):
        assert len(busy_days(asked[0], dt.date(2026, 1, 1), dt.date(2026, 12, 31))) > 1400


# ── free, and the first moments that suit ────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_gaps_and_proposals_suit_everybody_chosen(am):
    one, other = CollegeMemberFactory(), CollegeMemberFactory()
    meet(one, hour=9, until=12)
    meet(other, hour=13, until=14)
    BlockedTimeFactory(label="Collegedag", starts_on=DAY + dt.timedelta(days=1))
    asked = Asked(members=frozenset({one.pk, other.pk}))
    moment = look_at(DAY, at(DAY, 11), at(DAY, 12, 30), asked, reader=am)
    assert moment.free == [Span(at(DAY, 12), at(DAY, 13)), Span(at(DAY, 14), at(DAY, 17))]
    assert [row.who for row in moment.conflicts] == [(str(one),)]
    friday, monday = DAY + dt.timedelta(days=2), DAY + dt.timedelta(days=5)
    assert moment.proposals == [
        Span(at(DAY, 14), at(DAY, 15, 30)), Span(at(friday, 9), at(friday, 10, 30)),
        Span(at(monday, 9), at(monday, 10, 30)),
    ]  # fmt: skip


@pytest.mark.django_db
def test_nothing_is_proposed_that_is_past(am):
    member = CollegeMemberFactory()
    today = dt.date(2026, 6, 15)
    first = look_at(today, None, None, Asked(members=frozenset({member.pk})), reader=am).proposals[0]
    assert first == Span(at(today, 14, 30), at(today, 15, 30))
    past = look_at(dt.date(2026, 3, 2), None, None, Asked(members=frozenset({member.pk})), reader=am)
    assert past.proposals == []


@pytest.mark.django_db
def test_another_reason_than_the_one_that_was_ticked_asks_again(am):
    member = CollegeMemberFactory()
    asked = Asked(members=frozenset({member.pk}))
    meet(member)
    before = look_at(DAY, at(DAY), at(DAY, 11), asked, reader=am).fingerprint
    assert look_at(DAY, at(DAY, 10, 30), at(DAY, 11), asked, reader=am).fingerprint == before
    meet(member, hour=10, until=12)
    assert look_at(DAY, at(DAY), at(DAY, 11), asked, reader=am).fingerprint != before
    assert look_at(DAY, at(DAY, 13), at(DAY, 14), asked, reader=am).fingerprint == ""


@pytest.mark.django_db
def test_the_days_of_a_year_say_how_full_they_are(am):
    member, other = CollegeMemberFactory(), CollegeMemberFactory()
    secret = EmployerFactory(is_confidential=True)
    meet(member, hour=9, until=12, employers=[secret])
    meet(member, hour=11, until=13)
    BlockedTimeFactory(starts_on=DAY + dt.timedelta(days=1))
    found = busy_days([member.pk, other.pk], DAY, DAY + dt.timedelta(days=4))
    assert found[member.pk, DAY].minutes == 240
    assert found[member.pk, DAY].fits(240)
    assert not found[member.pk, DAY].fits(241)
    assert found[other.pk, DAY].minutes == 0
    thursday = DAY + dt.timedelta(days=1)
    assert found[other.pk, thursday].free == ()
    assert (member.pk, DAY + dt.timedelta(days=3)) not in found  # a Saturday
