"""Making the plan of a year, changing it, and putting it into the agenda."""

import datetime as dt
import time
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.services import StaleRecord
from employers.models import Employer
from employers.services.grouping import RELATIONS, group_employers
from meetings.annual_plan import availability, services
from meetings.annual_plan.availability import availability_source, unavailable
from meetings.models import AnnualPlan, Meeting, MeetingKind, PlanProposal, Series
from meetings.services import cancel_meeting, plan_draft
from tests.accounts.factories import CollegeMemberFactory
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, MeetingKindFactory

pytestmark = pytest.mark.django_db

State = PlanProposal.State


def visits(plan: AnnualPlan, *states: str) -> list[PlanProposal]:
    rows = plan.proposals.filter(employer__isnull=False).order_by("day", "pk")
    return list(rows.filter(state__in=states) if states else rows)


def make(es, **options) -> AnnualPlan:
    return services.make_plan(2026, by=es, **{"with_series": False, **options})


# ── proposing ────────────────────────────────────────────────────────────────────────────────────


def test_each_employer_of_the_list_without_a_visit_is_proposed_with_reasons(es, world):
    plan = make(es)
    rows = visits(plan)
    assert {row.employer for row in rows} == set(world.employers)
    assert all(row.state == State.PROPOSED and row.why for row in rows)
    assert all(row.day > clock.today() and row.college_member in world.members for row in rows)


def test_who_was_spoken_is_planned_invited_or_drafted_is_not_proposed(es, world):
    first, second, third, fourth = world.employers
    MeetingFactory(held=True, on=dt.date(2026, 1, 2), employers=[first], college=world.members[:1])
    MeetingFactory(planned=True, on=dt.date(2026, 2, 2), employers=[second], college=world.members[:1])
    MeetingFactory(on=dt.date(2026, 4, 1), employers=[third], college=world.members[:1])
    InvitationFactory(employer=fourth, sent_on=dt.date(2026, 1, 4), college_member=world.members[0])
    assert visits(make(es)) == []
    assert [row.employer for row in visits(make(es, with_invited=True))] == [fourth]


def test_the_longest_unspoken_come_first_and_say_since_when(es, world):
    for number, employer in enumerate(world.employers[:3]):
        on = dt.date(2024, 3 + number, 5)
        MeetingFactory(held=True, on=on, employers=[employer], college=world.members[:1])
    rows = visits(make(es, most_a_month=1))
    assert [row.employer for row in rows] == [world.employers[3], *world.employers[:3]]
    assert {"code": "last_spoken", "on": "2024-03-05"} in rows[1].why


def test_a_remit_decides_who_goes(es, world):
    services.set_interests(world.members[1], sectors=[world.sectors[0]], areas=[], by=es)
    found = {row.employer: row for row in visits(make(es))}
    for employer in (world.employers[0], world.employers[2]):
        assert found[employer].college_member == world.members[1]
        assert {"code": "sector", "sector": world.sectors[0].pk} in found[employer].why


def test_interests_become_equal_to_what_is_ticked(es, world):
    member = world.members[0]
    services.set_interests(member, sectors=world.sectors, areas=[world.area], by=es)
    services.set_interests(member, sectors=world.sectors[1:], areas=[], by=es)
    assert [(row.sector, row.area) for row in member.interests.all()] == [(world.sectors[1], None)]


def test_without_a_frozen_list_the_concept_is_planned(es, world):
    plan = services.make_plan(2027, by=es, with_series=False)
    assert {row.employer for row in visits(plan)} == set(world.employers)
    assert all(row.day.year == 2027 for row in visits(plan))


def test_days_with_another_meeting_and_blocked_days_are_left_out(es, world, monkeypatch):
    monkeypatch.setattr(availability, "_sources", dict(availability._sources))
    member, kind = world.members[0], MeetingKindFactory()
    MeetingFactory(planned=True, on=dt.date(2026, 3, 3), kind=kind, college=[member])
    MeetingFactory(cancelled=True, on=dt.date(2026, 3, 4), kind=kind, college=[member])

    @availability_source("blocked")
    def blocked(members, start, end):
        return {member.pk: {dt.date(2026, 3, 5), dt.date(2027, 3, 5)}, 0: {dt.date(2026, 3, 6)}}

    found = unavailable([member.pk], dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert found == {member.pk: {dt.date(2026, 3, 3), dt.date(2026, 3, 5)}}
    with pytest.raises(ValueError, match="twice"):
        availability_source("blocked")(blocked)


def test_the_plan_of_a_year_that_is_over_is_refused(es, world):
    with pytest.raises(ValidationError):
        services.make_plan(2025, by=es)


def test_who_cannot_be_placed_stands_in_the_plan_with_why(es, world):
    CollegeMember.objects.update(ends_on=dt.date(2026, 1, 10))
    rows = visits(make(es))
    assert {row.state for row in rows} == {State.UNPLACED}
    assert {row.why[0]["code"] for row in rows} == {"no_members"}


def test_twenty_employers_and_six_members_are_planned_within_two_seconds(es, tl, world):
    """With reading and storing; of a processor's time, in which the database does not count."""
    for number in range(20):
        EmployerFactory(name=f"Proefloods {number}", working=300 + number)
    for _ in range(4):
        CollegeMemberFactory()
    start = time.process_time()
    plan = services.make_plan(2027, by=es)
    assert time.process_time() - start < 4  # the bar is 2; a machine that is busy elsewhere gets twice that
    assert len(visits(plan, State.PROPOSED)) >= 20


# ── planning again ───────────────────────────────────────────────────────────────────────────────


def test_planning_again_leaves_alone_what_is_fixed_accepted_or_left_out(es, world):
    plan = make(es)
    fixed, accepted, dropped, free = visits(plan)
    services.fix_proposal(fixed, by=es)
    services.accept_proposals(plan, by=es, only=[accepted.pk])
    services.drop_proposal(dropped, by=es, reason="niet dit jaar")
    before = {row.pk: (row.day, row.college_member_id, row.state) for row in visits(plan)}
    make(es, months_off=[free.day.month], most_a_month=1)
    after = {row.pk: (row.day, row.college_member_id, row.state) for row in visits(plan)}
    assert {pk: row for pk, row in after.items() if pk != free.pk} == {
        pk: row for pk, row in before.items() if pk != free.pk
    }
    assert after[free.pk][0].month != free.day.month


def test_the_same_year_asked_again_has_the_same_plan(es, world):
    plan = make(es)
    before = [(row.pk, row.day, row.college_member_id, row.why) for row in visits(plan)]
    make(es)
    assert [(row.pk, row.day, row.college_member_id, row.why) for row in visits(plan)] == before


def test_a_visit_that_was_called_off_is_planned_anew_and_says_so(es, world):
    plan = make(es)
    row = visits(plan)[0]
    (meeting,) = services.accept_proposals(plan, by=es, only=[row.pk])
    plan_draft(meeting, by=es)
    cancel_meeting(meeting, by=es, cancelled_by="employer", reason="ziek")
    make(es)
    row.refresh_from_db()
    assert (row.state, row.meeting) == (State.PROPOSED, None)
    assert row.why[0] == {"code": "cancelled", "on": "2026-01-05", "by": "employer"}


def test_a_member_who_left_is_replaced_also_where_it_was_fixed(es, world):
    plan = make(es)
    row = next(row for row in visits(plan) if row.college_member == world.members[0])
    services.fix_proposal(row, by=es)
    CollegeMember.objects.filter(pk=world.members[0].pk).update(ends_on=dt.date(2026, 1, 20))
    make(es)
    row.refresh_from_db()
    assert row.college_member == world.members[1]
    assert row.why[0] == {"code": "member_left", "member": world.members[0].pk}


def test_an_employer_that_was_spoken_meanwhile_leaves_the_plan(es, world):
    plan = make(es)
    MeetingFactory(
        held=True, on=dt.date(2026, 1, 4), employers=world.employers[:1], college=world.members[:1]
    )
    make(es)
    assert world.employers[0] not in {row.employer for row in visits(plan)}


def test_of_employers_that_were_grouped_one_visit_is_left(es, tl, world):
    plan = make(es)
    group_employers(world.employers[0], world.employers[1], by=tl, reason="één bedrijf")
    make(es)
    assert [row.employer for row in visits(plan)].count(world.employers[0]) == 1
    assert world.employers[1] not in {row.employer for row in visits(plan)}
    assert "meetings.PlanProposal.employer" in RELATIONS


# ── changing ─────────────────────────────────────────────────────────────────────────────────────


def test_another_month_takes_the_best_day_of_it_and_is_fixed(es, world):
    row = visits(make(es))[0]
    services.move_proposal(row, by=es, month=11, member=world.members[1])
    row.refresh_from_db()
    assert (row.day.month, row.college_member, row.state) == (11, world.members[1], State.FIXED)
    assert row.why[0]["code"] == "by_hand"


def test_a_month_without_room_is_refused_with_the_reason(es, world):
    row = visits(make(es, months_off=[8]))[0]
    with pytest.raises(ValidationError) as refusal:
        services.move_proposal(row, by=es, month=8)
    assert "month" in refusal.value.message_dict


def test_a_chosen_day_is_taken_as_it_is_within_the_year_and_to_come(es, world):
    row = visits(make(es))[0]
    services.move_proposal(row, by=es, day=dt.date(2026, 8, 15))  # a Saturday in the holidays
    assert row.day == dt.date(2026, 8, 15)
    for day in (dt.date(2026, 1, 5), dt.date(2027, 1, 5)):
        with pytest.raises(ValidationError):
            services.move_proposal(row, by=es, day=day)


def test_a_second_editor_is_told(es, world):
    row = visits(make(es))[0]
    services.fix_proposal(PlanProposal.objects.get(pk=row.pk), by=es)
    with pytest.raises(StaleRecord):
        services.move_proposal(row, by=es, month=11, expected_version=row.version)


def test_what_is_left_out_needs_a_reason_and_can_come_back(es, world):
    row = visits(make(es))[0]
    with pytest.raises(ValidationError):
        services.drop_proposal(row, by=es, reason=" ")
    services.drop_proposal(row, by=es, reason="verhuist")
    services.restore_proposal(row, by=es)
    row.refresh_from_db()
    assert (row.state, row.dropped_reason) == (State.PROPOSED, "")
    assert row.day is not None


def test_a_step_that_came_too_late_is_refused(es, world):
    row = visits(make(es))[0]
    services.fix_proposal(row, by=es)
    for step in (services.fix_proposal, services.restore_proposal, services.take_back):
        with pytest.raises(ValidationError):
            step(row, by=es)


# ── into the agenda ──────────────────────────────────────────────────────────────────────────────


def test_accepting_all_makes_drafts_of_the_college_visit_on_those_days(es, world):
    plan = make(es)
    made = services.accept_proposals(plan, by=es)
    assert len(made) == 4
    for row in visits(plan):
        meeting = row.meeting
        assert (row.state, meeting.state, meeting.kind.code) == (
            State.ACCEPTED,
            Meeting.State.DRAFT,
            "bedrijfsbezoek-college",
        )
        assert clock.local_date(meeting.starts_at) == row.day
        assert list(meeting.employers.all()) == [row.employer]
        assert [seat.college_member for seat in meeting.participants.all()] == [row.college_member]
    assert services.accept_proposals(plan, by=es) == []


def test_two_visits_of_a_member_on_one_day_begin_at_different_hours(es, world):
    plan = make(es)
    day = visits(plan)[0].day
    plan.proposals.update(day=day, college_member=world.members[0])
    made = services.accept_proposals(plan, by=es)
    assert len({meeting.starts_at for meeting in made}) == 4


def test_all_or_nothing_is_put_into_the_agenda(es, world):
    plan = make(es)
    MeetingKind.objects.filter(code="bedrijfsbezoek-college").update(disabled_on=dt.date(2026, 1, 1))
    with pytest.raises(ValidationError):
        services.accept_proposals(plan, by=es)
    assert not Meeting.objects.exists()
    assert {row.state for row in visits(plan)} == {State.PROPOSED}


def test_a_draft_can_be_taken_back_as_long_as_it_is_one(es, world):
    plan = make(es)
    first, second, *_rest = visits(plan)
    _one, two = services.accept_proposals(plan, by=es, only=[first.pk, second.pk])
    services.take_back(first, by=es)
    first.refresh_from_db()
    assert (first.state, first.meeting) == (State.FIXED, None)
    plan_draft(two, by=es)
    with pytest.raises(ValidationError):
        services.take_back(second, by=es)


# ── series ───────────────────────────────────────────────────────────────────────────────────────


def test_the_series_are_planned_as_often_as_the_policy_asks(es, world):
    plan = services.make_plan(2026, by=es)
    days: dict[str, list[dt.date]] = {}
    for row in plan.proposals.filter(series__isnull=False).select_related("series"):
        days.setdefault(row.series.code, []).append(row.day)
        assert row.with_college == (row.series.code == Series.BOARDS)
        assert row.college_member is None
    assert {code: len(found) for code, found in days.items()} == {
        Series.BOARDS: 1,
        Series.CHAIRS: 3,
        Series.THEMED: 1,
    }
    chairs = sorted(days[Series.CHAIRS])
    assert all((b - a).days > 60 for a, b in pairwise(chairs))


def test_a_series_that_stands_in_the_agenda_is_not_planned_twice(es, world):
    kind = MeetingKind.objects.get(code="voorzittersoverleg")
    MeetingFactory(planned=True, on=dt.date(2026, 2, 10), kind=kind)
    plan = services.make_plan(2026, by=es)
    rows = plan.proposals.filter(series__code=Series.CHAIRS)
    assert rows.count() == 2
    assert all(row.day >= dt.date(2026, 4, 1) for row in rows)


def test_the_meeting_of_the_boards_becomes_a_draft_with_the_college_and_its_parties(es, world):
    boards = Series.objects.get(code=Series.BOARDS)
    club = EmployerFactory(kind=Employer.Kind.ASSOCIATION)
    boards.parties.create(association=club)
    plan = services.make_plan(2026, by=es)
    row = plan.proposals.get(series=boards)
    (meeting,) = services.accept_proposals(plan, by=es, only=[row.pk])
    assert meeting.kind.series == boards
    assert list(meeting.employers.all()) == [club]
    assert {seat.college_member for seat in meeting.participants.all()} == set(world.members)


# ── R10 ──────────────────────────────────────────────────────────────────────────────────────────


def test_who_may_not_know_an_employer_neither_plans_nor_moves_its_visit(es, tl, world):
    secret = world.employers[0]
    Employer.objects.filter(pk=secret.pk).update(is_confidential=True)
    assert secret not in {row.employer for row in visits(make(es))}
    plan = make(tl)
    hidden = plan.proposals.get(employer=secret)
    make(es, months_off=[hidden.day.month])
    hidden.refresh_from_db()
    assert hidden.state == State.PROPOSED
    assert hidden.day is not None
    assert secret not in {
        row.employer for row in PlanProposal.objects.visible_to(es).select_related("employer")
    }
    services.accept_proposals(plan, by=es)
    hidden.refresh_from_db()
    assert hidden.state == State.PROPOSED


def test_a_reason_never_tells_the_day_of_a_confidential_visit(tl, world):
    MeetingFactory(
        held=True,
        on=dt.date(2025, 11, 3),
        employers=world.employers[:1],
        college=world.members[:1],
        confidential=True,
    )
    found = {row.employer: row for row in visits(make(tl))}
    assert "2025-11-03" not in str(found[world.employers[0]].why)
