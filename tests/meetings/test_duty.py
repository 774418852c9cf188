"""R5, case by case: what counts as a visit, when an invitation counts by itself, and as of when."""

import datetime as dt

import pytest

from deventer_crm.core.models import PolicySetting
from employers.models import Employer
from meetings.duty import Duty, Tally, duties, for_reader
from meetings.models import Invitation, Meeting, MeetingEmployer
from tests.accounts.factories import CollegeMemberFactory
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, MeetingKindFactory

pytestmark = pytest.mark.django_db

YEAR = 2026
END = dt.date(2026, 12, 31)
DAY = dt.date(2026, 5, 12)


def duty(employer, as_of=END, year=YEAR, **options) -> Duty:
    return duties([employer.pk], year, as_of, **options)[employer.pk]


def status(employer, as_of=END, year=YEAR) -> str:
    return duty(employer, as_of, year).status


def visit(employer, **fields):
    return MeetingFactory(**{"held": True, "on": DAY, "college": True, "employers": [employer], **fields})


# ── visits ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", ["held", "reported", "closed"])
def test_held_or_later_at_the_company_is_visited(state):
    employer = EmployerFactory()
    meeting = visit(employer, **{state: True})
    found = duty(employer)
    assert (found.status, found.date, found.meeting_id) == ("visited", DAY, meeting.pk)
    assert found.met


@pytest.mark.parametrize("place", ["town_hall", "elsewhere", "online"])
def test_anywhere_else_is_received(place):
    employer = EmployerFactory()
    visit(employer, place=place)
    assert status(employer) == "received"


def test_the_company_inviting_the_college_counts_the_same():
    employer = EmployerFactory()
    visit(employer, direction=Meeting.Direction.IN)
    assert status(employer) == "visited"


def test_without_a_college_member_present_it_is_no_visit():
    employer = EmployerFactory()
    visit(employer, college__present=False)
    assert status(employer) == "none"
    visit(employer, college=[])
    assert status(employer) == "none"


def test_an_employer_that_was_not_present_was_not_visited():
    here, absent = EmployerFactory(), EmployerFactory()
    meeting = visit(here)
    MeetingEmployer.objects.create(meeting=meeting, employer=absent, is_present=False)
    assert (status(here), status(absent)) == ("visited", "none")


def test_one_visit_counts_for_every_employer_present():
    one, two = EmployerFactory(), EmployerFactory()
    visit(one, employers=[one, two])
    assert (status(one), status(two)) == ("visited", "visited")


def test_a_kind_that_does_not_count_is_no_visit():
    employer = EmployerFactory()
    visit(employer, kind=MeetingKindFactory(counts_for_visit=False))
    assert status(employer) == "none"


def test_a_visit_counts_in_its_own_year():
    employer = EmployerFactory()
    visit(employer, on=dt.date(2025, 12, 31))
    assert (status(employer, year=2025), status(employer, year=2026)) == ("visited", "none")


def test_the_last_visit_gives_the_date():
    employer = EmployerFactory()
    visit(employer, on=dt.date(2026, 9, 1))
    visit(employer, on=dt.date(2026, 2, 1))
    assert duty(employer).date == dt.date(2026, 9, 1)


def test_planned_needs_a_college_member_who_is_to_come():
    with_member, without = EmployerFactory(), EmployerFactory()
    MeetingFactory(planned=True, on=DAY, employers=[with_member], college=True)
    MeetingFactory(planned=True, on=DAY, employers=[without])
    assert (status(with_member), status(without)) == ("planned", "none")
    assert not duty(with_member).met
    assert not duty(with_member).is_open
    assert duty(without).is_open


def test_a_draft_is_nothing_yet():
    employer = EmployerFactory()
    MeetingFactory(on=DAY, employers=[employer], college=True)
    assert status(employer) == "none"


def test_the_first_that_applies_is_shown():
    employer = EmployerFactory()
    InvitationFactory(employer=employer)
    assert status(employer) == "invited"
    MeetingFactory(planned=True, on=DAY, employers=[employer], college=True)
    assert status(employer) == "planned"
    visit(employer, place="town_hall")
    assert status(employer) == "received"
    visit(employer)
    assert status(employer) == "visited"


# ── invitations ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("", "invited"), ("declined", "invited"), ("accepted", "none"), ("other_date", "none")],
)
def test_a_personal_invitation_counts_alone_when_declined_or_unanswered(answer, expected):
    employer = EmployerFactory()
    InvitationFactory(employer=employer, answer=answer)
    assert status(employer) == expected


@pytest.mark.parametrize("purpose", ["appointment", "group"])
def test_other_invitations_never_count(purpose):
    employer = EmployerFactory()
    InvitationFactory(employer=employer, purpose=purpose)
    assert status(employer) == "none"


def test_an_invitation_from_the_company_does_not_count_by_itself():
    employer = EmployerFactory()
    InvitationFactory(employer=employer, direction=Invitation.Direction.IN)
    assert status(employer) == "none"


@pytest.mark.parametrize(("by", "expected"), [("employer", "invited"), ("us", "none"), ("other", "none")])
def test_an_accepted_invitation_counts_when_the_employer_called_the_meeting_off(by, expected):
    employer = EmployerFactory()
    meeting = MeetingFactory(cancelled=True, on=DAY, cancelled_by=by, employers=[employer], college=True)
    InvitationFactory(employer=employer, meeting=meeting, answer="accepted")
    found = duty(employer)
    assert found.status == expected
    assert found.was_cancelled
    assert str(found.remark)


def test_called_off_by_us_does_not_count_even_unanswered():
    employer = EmployerFactory()
    meeting = MeetingFactory(cancelled=True, on=DAY, cancelled_by="us", employers=[employer], college=True)
    InvitationFactory(employer=employer, meeting=meeting)
    assert status(employer) == "none"


def test_called_off_is_no_remark_after_a_visit():
    employer = EmployerFactory()
    MeetingFactory(cancelled=True, on=DAY, employers=[employer], college=True)
    visit(employer, on=dt.date(2026, 9, 1))
    assert duty(employer).status == "visited"
    assert not duty(employer).remark


def test_a_chain_counts_once_in_the_year_of_its_meeting():
    employer = EmployerFactory()
    meeting = visit(employer, on=dt.date(2027, 1, 20))
    InvitationFactory(employer=employer, meeting=meeting, sent_on=dt.date(2026, 12, 1))
    later = dt.date(2027, 12, 31)
    assert status(employer, later, 2027) == "visited"
    assert status(employer, later, 2026) == "none"
    # At the end of 2026 the talk was agreed but not held: it belongs to 2027 already.
    assert status(employer, dt.date(2026, 12, 30), 2026) == "none"
    assert status(employer, dt.date(2026, 12, 30), 2027) == "planned"


def test_a_declined_invitation_to_a_table_where_others_came_still_counts():
    absent, present = EmployerFactory(), EmployerFactory()
    meeting = visit(present)
    MeetingEmployer.objects.create(meeting=meeting, employer=absent, is_present=False)
    InvitationFactory(employer=absent, meeting=meeting, answer="declined")
    assert status(absent) == "invited"


def test_a_withdrawn_invitation_does_not_count():
    employer = EmployerFactory()
    InvitationFactory(employer=employer, sent_on=dt.date(2026, 4, 1), withdrawn_on=dt.date(2026, 4, 10))
    assert status(employer) == "none"
    assert status(employer, dt.date(2026, 4, 9)) == "invited"


def test_whether_an_invitation_counts_is_a_setting():
    employer = EmployerFactory()
    InvitationFactory(employer=employer)
    assert duty(employer).met
    PolicySetting.objects.create(name="invitation_counts", value=False, starts_on=dt.date(2026, 6, 1))
    assert not duty(employer).met
    assert duty(employer).is_open
    assert duty(employer, dt.date(2026, 5, 31)).met


# ── as of a day ──────────────────────────────────────────────────────────────────────────────────


def test_as_of_a_day_only_facts_up_to_that_day_count():
    employer = EmployerFactory()
    meeting = MeetingFactory(
        held=True,
        on=dt.date(2026, 6, 10),
        planned_on=dt.date(2026, 5, 20),
        employers=[employer],
        college=True,
    )
    InvitationFactory(
        employer=employer,
        meeting=meeting,
        sent_on=dt.date(2026, 5, 1),
        answer="accepted",
        answered_on=dt.date(2026, 5, 15),
    )
    story = [
        status(employer, dt.date(2026, month, day))
        for month, day in [(4, 30), (5, 1), (5, 14), (5, 15), (5, 20), (6, 9), (6, 10)]
    ]
    assert story == ["none", "invited", "invited", "none", "planned", "planned", "visited"]


def test_a_meeting_called_off_later_was_planned_until_then():
    employer = EmployerFactory()
    MeetingFactory(
        cancelled=True, on=DAY, cancelled_on=dt.date(2026, 5, 9), employers=[employer], college=True
    )
    assert status(employer, dt.date(2026, 5, 8)) == "planned"
    assert status(employer, dt.date(2026, 5, 9)) == "none"


# ── groupings, tallies, readers ──────────────────────────────────────────────────────────────────


def test_what_happened_with_a_grouped_employer_counts_for_the_survivor_and_back():
    survivor = EmployerFactory()
    middle = EmployerFactory(merged_into=survivor)
    absorbed = EmployerFactory(merged_into=middle)
    visit(absorbed)
    found = duties([survivor.pk, middle.pk, absorbed.pk], YEAR, END)
    assert {item.status for item in found.values()} == {"visited"}


def test_a_circle_of_groupings_ends():
    one, two = EmployerFactory(), EmployerFactory()
    Employer.objects.filter(pk=one.pk).update(merged_into=two)
    Employer.objects.filter(pk=two.pk).update(merged_into=one)
    visit(one)
    assert status(one) == "visited"


def test_the_headline_keeps_the_numbers_apart():
    tally = Tally.of([Duty("visited"), Duty("received"), Duty("invited"), Duty("planned"), Duty("none")])
    assert (tally.spoken, tally.invited, tally.planned, tally.nothing) == (2, 1, 1, 1)
    assert [str(tally).count(text) for text in ("2 ", "1 ")] == [1, 3]
    assert "0" not in Tally(spoken=1, invited=2, nothing=3).rest  # nothing planned is not mentioned


def test_a_confidential_visit_counts_in_totals_and_is_not_told_to_others(am, tl):
    employer = EmployerFactory()
    visit(employer, confidential=True)
    everything = duties([employer.pk], YEAR, END)
    assert everything[employer.pk].status == "visited"
    assert for_reader(everything, YEAR, END, am)[employer.pk].status == "none"
    assert for_reader(everything, YEAR, END, tl)[employer.pk].status == "visited"
    assert duty(employer, user=am).status == "none"


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    employers = [EmployerFactory() for _ in range(12)]
    member = CollegeMemberFactory()
    for employer in employers:
        visit(employer, college=[member])
        InvitationFactory(employer=employer, college_member=member)
    for some in (employers[:1], employers):
        with django_assert_num_queries(4):
            duties([employer.pk for employer in some], YEAR, END)
