"""The page of a series: who holds which seat, what counts and why, and following the seats to the table."""

import datetime as dt
import random

import pytest
import time_machine
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import CollegeMember
from deventer_crm.core.commitments import Norm, Period, evaluate, evidence_for
from deventer_crm.core.models import Commitment
from deventer_crm.home.seed import sync_commitments
from meetings.commitments.series import boards_meeting, measure_series
from meetings.models import Meeting, Participant, Series, SeriesParty
from meetings.selectors.renewal import renewal_of
from meetings.selectors.series import series_page
from meetings.services.table import renew_participants
from tests.accounts.factories import CollegeMemberFactory
from tests.employers.factories import ContactPersonFactory, EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory
from tests.meetings.series_world import make_series, meet

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 10, 15)
YEAR = Period.year(2026)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC), tick=False), override("en"):
        yield


@pytest.fixture
def chairs():
    return make_series(Series.CHAIRS, "chair")


@pytest.fixture
def boards():
    return make_series()


def new_chair(series, number=0, since=dt.date(2026, 10, 1)):
    """The chair of one party leaves and somebody else comes."""
    old = series.chairs[number]
    old.ends_on = since - dt.timedelta(days=1)
    old.save()
    return PositionFactory(employer=old.employer, seat="chair", title="voorzitter", starts_on=since)


# ── seats ────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_chair_is_named_with_since_when_and_the_old_one_as_gone(chairs, es, client_as):
    meet(chairs, dt.date(2026, 9, 22), held=True)
    came = new_chair(chairs)
    page = series_page(Series.CHAIRS, es, TODAY)
    (row,) = [row for row in page.parties if row.left]
    assert [holder.position for holder in row.holders] == [came]
    assert row.holders[0].is_new
    assert row.left == [chairs.chairs[0]]
    assert not any(holder.is_new for other in page.parties if other is not row for holder in other.holders)
    text = client_as(es).get("/agenda/reeksen/voorzittersoverleg/").content.decode()
    assert "nieuwe voorzitter sinds 1 oktober 2026, wordt nu uitgenodigd" in text


def test_seats_are_those_of_the_day_that_is_asked_for(chairs, es):
    meet(chairs, dt.date(2026, 9, 22), held=True)
    came = new_chair(chairs)
    before = series_page(Series.CHAIRS, es, dt.date(2026, 9, 30))
    assert came not in [holder.position for row in before.parties for holder in row.holders]


def test_a_seat_that_nobody_holds_is_vacant(chairs, es, client_as):
    chairs.chairs[1].delete()
    page = series_page(Series.CHAIRS, es, TODAY)
    assert [row.party.association for row in page.parties if row.is_vacant] == [chairs.clubs[1]]
    assert "onbezet" in client_as(es).get("/agenda/reeksen/voorzittersoverleg/").content.decode()


def test_a_party_and_a_chair_that_are_a_secret_are_counted_and_not_named(chairs, am, tl):
    chairs.clubs[0].is_confidential = True
    chairs.clubs[0].save()
    page = series_page(Series.CHAIRS, am, TODAY)
    assert chairs.clubs[0] not in [row.party.association for row in page.parties]
    assert page.hidden_parties == 1
    assert series_page(Series.CHAIRS, tl, TODAY).hidden_parties == 0


def test_a_party_counts_for_meetings_of_its_own_time_only(boards):
    joined = boards.parties.get(association=boards.clubs[3])
    joined.starts_on = dt.date(2026, 6, 1)
    joined.save()
    boards.quorum = 4
    boards.save()
    meet(boards, dt.date(2026, 4, 14), held=True)
    assert boards_meeting(None, YEAR, TODAY, Norm(1, 0)).count == 0
    SeriesParty.objects.filter(pk=joined.pk).update(starts_on=dt.date(2026, 4, 14))
    assert boards_meeting(None, YEAR, TODAY, Norm(1, 0)).count == 1


# ── meetings by year ─────────────────────────────────────────────────────────────────────────────


def test_each_meeting_says_whether_it_counts_why_not_and_who_was_absent(boards, es, client_as):
    good = meet(boards, dt.date(2026, 4, 14), held=True)
    bad = meet(boards, dt.date(2026, 6, 2), boards.chairs[:2], held=True)
    last_year = meet(boards, dt.date(2025, 4, 15), boards.chairs[:3], held=True)
    to_come = meet(boards, dt.date(2026, 12, 1), planned=True)
    page = series_page(Series.BOARDS, es, TODAY)
    lines = {line.meeting.pk: line for year in page.years for line in year.lines}
    assert lines[good.pk].counts
    assert not lines[bad.pk].counts
    assert "2 parties present" in lines[bad.pk].why
    assert lines[bad.pk].absent == "Proefvereniging 2, Proefvereniging 3"
    assert lines[last_year.pk].absent == "Proefvereniging 3"
    assert lines[to_come.pk].attendance is None
    assert {year.year: year.count for year in page.years} == {2026: 1, 2025: 1}
    assert page.next_meeting == to_come
    text = client_as(es).get("/agenda/reeksen/bestuurlijk-overleg/").content.decode()
    assert "telt niet mee" in text


def test_the_page_the_monitor_and_the_evidence_say_the_same_number(boards, es, am):
    sync_commitments()
    meet(boards, dt.date(2026, 4, 14), held=True)
    secret = meet(boards, dt.date(2026, 5, 12), held=True)
    Meeting.objects.filter(pk=secret.pk).update(is_confidential=True)
    page = series_page(Series.BOARDS, am, TODAY)
    measured = evaluate(Commitment.objects.get(code="C2"), TODAY)
    (year,) = [row for row in page.years if row.year == 2026]
    assert year.count == page.measure.count == measured.count == 2
    assert page.measure.state == measured.state
    assert (len(year.lines), year.hidden) == (1, 1)
    evidence = evidence_for(measured.seen.evidence, am)
    assert (len(evidence.visible), evidence.hidden) == (1, 1)


def test_the_list_of_series_shows_state_and_the_next_one(boards, es, client_as):
    sync_commitments()
    meet(boards, dt.date(2026, 12, 1), planned=True)
    text = client_as(es).get("/agenda/reeksen/").content.decode()
    assert "Bestuurlijk overleg" in text
    assert "1 december" in text


def test_an_unknown_series_is_not_there(es, client_as):
    assert client_as(es).get("/agenda/reeksen/bestaat-niet/").status_code == 404


# ── planning it ──────────────────────────────────────────────────────────────────────────────────


def test_the_button_proposes_the_parties_their_seats_and_the_whole_college(boards, es, client_as):
    members = [CollegeMemberFactory(), CollegeMemberFactory()]
    CollegeMemberFactory(ends_on=dt.date(2026, 1, 31))
    page = client_as(es).get("/agenda/nieuw/", {"kind": "bestuurlijk-overleg"})
    form = page.context["form"]
    assert set(map(int, form["college_members"].value())) == {member.pk for member in members}
    assert form.choice.employers == {club.pk for club in boards.clubs}
    assert form.choice.people == {row.person_id for row in (*boards.chairs, *boards.members)}


# ── following the seats ──────────────────────────────────────────────────────────────────────────


def test_who_left_goes_and_who_came_joins_in_one_act(chairs, es, client_as):
    meeting = meet(chairs, dt.date(2026, 12, 1), planned=True)
    came = new_chair(chairs)
    change = renewal_of(meeting, es)
    assert [row.position for row in change.join] == [came]
    assert [row.person for row in change.leave] == [chairs.chairs[0].person]
    client = client_as(es)
    assert str(came.person) in client.get(f"/agenda/{meeting.pk}/").content.decode()
    client.post(f"/agenda/{meeting.pk}/deelnemers-bijwerken/")
    people = set(meeting.participants.filter(person__isnull=False).values_list("person_id", flat=True))
    assert people == {came.person_id, *(row.person_id for row in chairs.chairs[1:])}
    joined = Participant.objects.get(meeting=meeting, person=came.person)
    assert joined.employer == chairs.clubs[0]
    assert not renewal_of(meeting, es)


def test_who_was_not_asked_on_purpose_is_not_proposed_again(boards, es):
    meeting = meet(boards, dt.date(2026, 12, 1), planned=True)  # chairs only; board members stayed at home
    assert not renewal_of(meeting, es)


def test_a_guest_without_a_seat_stays(chairs, es):
    meeting = meet(chairs, dt.date(2026, 12, 1), planned=True)
    guest = ContactPersonFactory()
    Participant.objects.create(meeting=meeting, person=guest, employer=chairs.clubs[0], role="guest")
    new_chair(chairs)
    renew_participants(meeting, by=es)
    assert meeting.participants.filter(person=guest).exists()


def test_a_seat_that_ends_before_the_day_goes_and_one_that_begins_after_it_does_not_join(chairs, es):
    meeting = meet(chairs, dt.date(2026, 12, 1), planned=True)
    new_chair(chairs, since=dt.date(2027, 1, 1))
    assert not renewal_of(meeting, es)


def test_the_college_follows_too(boards, es):
    meeting = meet(boards, dt.date(2026, 12, 1), planned=True)
    old = CollegeMember.objects.get(participations__meeting=meeting)
    old.ends_on = dt.date(2026, 11, 15)
    old.save()
    new = CollegeMemberFactory(starts_on=dt.date(2026, 11, 16))
    renew_participants(meeting, by=es)
    assert [row.college_member for row in meeting.participants.filter(college_member__isnull=False)] == [new]


def test_a_chair_who_is_a_secret_is_not_proposed_to_who_may_not_know(chairs, es, tl):
    meeting = meet(chairs, dt.date(2026, 12, 1), planned=True)
    came = new_chair(chairs)
    # The chair's association has another name below which nobody may know of it.
    part = EmployerFactory(kind="association", is_confidential=True, merged_into=chairs.clubs[0])
    came.employer = part
    came.save()
    assert came not in [row.position for row in renewal_of(meeting, es).join]
    assert came in [row.position for row in renewal_of(meeting, tl).join]


def test_a_themed_meeting_shows_who_organises_it_and_whether_that_is_enough(es, client_as):
    themed = make_series(Series.THEMED)
    meeting = MeetingFactory(
        kind=themed.kind,
        planned=True,
        on=dt.date(2026, 12, 8),
        employers=themed.clubs[2:],
        organisers=themed.clubs[:1],
    )
    text = client_as(es).get(f"/agenda/{meeting.pk}/").content.decode()
    assert "Georganiseerd door 1 partij" in text
    meeting.employer_rows.filter(employer=themed.clubs[2]).update(is_organiser=True)
    assert "Dat is genoeg om mee te tellen" in client_as(es).get(f"/agenda/{meeting.pk}/").content.decode()


# ── as a property ────────────────────────────────────────────────────────────────────────────────

MEETINGS = st.lists(
    st.tuples(
        st.integers(1, 12),  # month
        st.sets(st.integers(0, 3)),  # which parties had somebody at the table
        st.booleans(),  # with a college member
        st.sampled_from(["held", "planned", "cancelled", "draft"]),
    ),
    max_size=5,
)


class TestOracle(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(told=MEETINGS, month=st.integers(1, 12), seed=st.integers(0, 9))
    def test_the_count_is_what_the_rule_says_in_other_words(self, told, month, seed):
        """R6 and R1 written down a second time, on any day; page and evidence give the same."""
        with override("en"):
            series = make_series()
            left = random.Random(seed).randrange(4)
            series.chairs[left].ends_on = dt.date(2026, 6, 30)
            series.chairs[left].save()
            as_of = dt.date(2026, month, 15)
            expected = planned = 0
            for number, (moon, who, college, state) in enumerate(told):
                day = dt.date(2026, moon, 2 + number)
                asked = [series.chairs[index] for index in sorted(who)]
                traits = {} if state == "draft" else {state: True}
                if state == "planned":
                    traits["planned_on"] = day - dt.timedelta(30)
                meet(series, day, asked, college=college, **traits)
                there = {index for index in who if index != left or day <= dt.date(2026, 6, 30)}
                if state == "held" and day <= as_of:
                    expected += college and len(there) >= 3
                elif (state in {"held", "planned"} and day - dt.timedelta(30) <= as_of) or (
                    state == "cancelled" and day - dt.timedelta(30) <= as_of < day - dt.timedelta(3)
                ):
                    planned += 1
            seen = measure_series(Series.BOARDS, YEAR, as_of)
            assert (seen.count, seen.planned) == (expected, planned)
            assert sum(rows.count() for rows in seen.evidence) == expected
            assert sum(rows.count() for rows in seen.planned_evidence) == planned
