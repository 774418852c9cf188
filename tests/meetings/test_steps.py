"""R8: each step stores its own date, and no other step is possible."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from deventer_crm.core import clock
from meetings import services
from meetings.models import Meeting, MeetingStep, Participant
from tests.accounts.factories import CollegeMemberFactory, MandateFactory, UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    ContactPersonFactory,
    EmployerFactory,
    PositionFactory,
)
from tests.meetings.factories import MeetingFactory, MeetingKindFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)
State = Meeting.State


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def by(am):
    return am


def plan(by, day=dt.date(2026, 7, 1), **details):
    details.setdefault("employers", [EmployerFactory()])
    return services.plan_meeting(by=by, kind=MeetingKindFactory(visit=True), starts_at=at(day), **details)


def hold(meeting, by, **details):
    details.setdefault("present_employer_ids", [row.employer_id for row in meeting.employer_rows.all()])
    return services.hold_meeting(meeting, by=by, **details)


# ── planning ─────────────────────────────────────────────────────────────────────────────────────


def test_planning_stores_the_day_of_planning_and_a_step(by):
    meeting = plan(by)

    assert (meeting.state, meeting.planned_on, meeting.owner) == (State.PLANNED, TODAY, by)
    step = meeting.steps.get()
    assert (step.from_state, step.to_state, step.on, step.by) == (State.DRAFT, State.PLANNED, TODAY, by)


def test_a_date_in_the_past_may_be_planned_and_was_planned_by_then(by):
    assert plan(by, dt.date(2026, 3, 2)).planned_on == dt.date(2026, 3, 2)


def test_a_planned_meeting_needs_an_employer_and_a_draft_does_not(by):
    draft = services.draft_meeting(by=by, kind=MeetingKindFactory(), starts_at=at(TODAY))
    with pytest.raises(ValidationError) as refusal:
        services.plan_draft(draft, by=by)
    assert "employers" in refusal.value.error_dict
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_what_a_secretary_plans_is_the_account_managers(es):
    assignment = AccountAssignmentFactory()
    assert plan(es, employers=[assignment.employer]).owner == assignment.user


def test_a_college_member_must_be_in_office_on_the_day_of_the_meeting(by):
    left = CollegeMemberFactory(ends_on=dt.date(2026, 6, 30))
    with pytest.raises(ValidationError) as refusal:
        plan(by, dt.date(2026, 7, 1), college_members=[left])
    assert "college_members" in refusal.value.error_dict
    assert not Meeting.objects.exists()
    assert plan(by, dt.date(2026, 6, 30), college_members=[left]).participants.count() == 1


def test_people_come_for_the_employer_where_they_have_a_position_that_day(by):
    firm, association = EmployerFactory(), EmployerFactory(kind="association")
    person = ContactPersonFactory()
    PositionFactory(person=person, employer=firm)
    PositionFactory(person=person, employer=association, seat="chair")
    former = PositionFactory(employer=firm, ends_on=dt.date(2025, 12, 31)).person

    meeting = plan(by, employers=[firm, association], people=[person, former])

    assert meeting.participants.get(person=person).employer == association
    assert meeting.participants.get(person=former).employer is None


# ── mandates ─────────────────────────────────────────────────────────────────────────────────────


def test_a_secretary_acts_for_a_member_with_a_mandate_of_today(es):
    mandate = MandateFactory(secretary=es)
    meeting = plan(es, on_behalf_of=mandate.college_member)
    assert meeting.steps.get().on_behalf_of == mandate.college_member


@pytest.mark.parametrize(
    "mandate",
    [None, {"ends_on": dt.date(2026, 6, 14)}, {"starts_on": dt.date(2026, 6, 16)}],
    ids=["none", "ended", "later"],
)
def test_without_a_mandate_of_today_nobody_acts_for_a_member(es, mandate):
    member = CollegeMemberFactory()
    if mandate is not None:
        MandateFactory(secretary=es, college_member=member, **mandate)
    with pytest.raises(ValidationError) as refusal:
        plan(es, on_behalf_of=member)
    assert "on_behalf_of" in refusal.value.error_dict


def test_a_mandate_is_for_secretaries_only(am):
    mandate = MandateFactory(secretary=am)
    with pytest.raises(ValidationError):
        plan(am, on_behalf_of=mandate.college_member)


# ── holding ──────────────────────────────────────────────────────────────────────────────────────


def test_holding_ticks_exactly_who_was_there(by):
    came, stayed = EmployerFactory(), EmployerFactory()
    member, absent = CollegeMemberFactory(), CollegeMemberFactory()
    meeting = plan(by, dt.date(2026, 6, 10), employers=[came, stayed], college_members=[member, absent])
    there = meeting.participants.get(college_member=member)

    hold(meeting, by, present_employer_ids=[came.pk], present_participant_ids=[there.pk])

    assert (meeting.state, meeting.held_on) == (State.HELD, dt.date(2026, 6, 10))
    assert list(meeting.employer_rows.filter(is_present=True).values_list("employer", flat=True)) == [came.pk]
    assert list(meeting.participants.filter(is_present=True)) == [there]


def test_who_came_for_an_employer_makes_it_present(by):
    position = PositionFactory()
    meeting = plan(by, dt.date(2026, 6, 10), employers=[position.employer], people=[position.person])
    hold(meeting, by, present_employer_ids=[], present_participant_ids=[meeting.participants.get().pk])
    assert meeting.employer_rows.get().is_present


@pytest.mark.parametrize("field", ["present_employer_ids", "present_participant_ids"])
def test_nobody_of_another_meeting_can_be_ticked(by, field):
    meeting = plan(by, dt.date(2026, 6, 10))
    other = Participant.objects.create(meeting=MeetingFactory(planned=True), user=UserFactory())
    wrong = {"present_employer_ids": [EmployerFactory().pk], "present_participant_ids": [other.pk]}
    with pytest.raises(ValidationError):
        hold(meeting, by, **{field: wrong[field]})


def test_a_meeting_to_which_nobody_came_was_not_held(by):
    meeting = plan(by, dt.date(2026, 6, 10))
    with pytest.raises(ValidationError):
        hold(meeting, by, present_employer_ids=[])
    meeting.refresh_from_db()
    assert meeting.state == State.PLANNED


def test_nothing_was_held_in_the_future(by):
    meeting = plan(by, dt.date(2026, 6, 16))
    with pytest.raises(ValidationError) as refusal:
        hold(meeting, by)
    assert "held_on" in refusal.value.error_dict


def test_held_on_another_day_moves_the_meeting_and_keeps_both_days(by):
    meeting = plan(by, dt.date(2026, 6, 20), ends_at=at(dt.date(2026, 6, 20), 11))
    hold(meeting, by, held_on=dt.date(2026, 6, 12))

    assert clock.local_date(meeting.starts_at) == meeting.held_on == dt.date(2026, 6, 12)
    assert meeting.ends_at - meeting.starts_at == dt.timedelta(hours=1)
    step = meeting.steps.last()
    assert clock.local_date(step.moved_from) == dt.date(2026, 6, 20)
    assert step.moved_to == meeting.starts_at
    assert meeting.planned_on <= meeting.held_on


def test_the_time_of_day_stays_over_the_change_to_summer_time(by):
    meeting = plan(by, dt.date(2026, 3, 20))
    hold(meeting, by, held_on=dt.date(2026, 4, 3))
    assert meeting.starts_at == at(dt.date(2026, 4, 3), 10)


def test_logging_afterwards_plans_and_holds_in_one_act(by):
    employer, member = EmployerFactory(), CollegeMemberFactory()
    meeting = services.log_meeting(
        by=by,
        kind=MeetingKindFactory(visit=True),
        starts_at=at(dt.date(2026, 6, 3)),
        employers=[employer],
        college_members=[member],
    )
    assert (meeting.state, meeting.planned_on, meeting.held_on) == (
        State.HELD,
        dt.date(2026, 6, 3),
        dt.date(2026, 6, 3),
    )
    assert meeting.employer_rows.get().is_present
    assert meeting.participants.get().is_present
    employer.refresh_from_db()
    assert employer.last_contact_at == meeting.starts_at


def test_what_is_still_to_come_cannot_be_logged(by):
    with pytest.raises(ValidationError):
        services.log_meeting(
            by=by,
            kind=MeetingKindFactory(),
            starts_at=at(dt.date(2026, 6, 16)),
            employers=[EmployerFactory()],
        )
    assert not Meeting.objects.exists()


def test_a_visit_only_some_may_know_of_is_no_last_contact_for_everybody(by):
    employer = EmployerFactory()
    meeting = plan(by, dt.date(2026, 6, 3), employers=[employer], is_confidential=True)
    hold(meeting, by)
    employer.refresh_from_db()
    assert employer.last_contact_at is None


# ── report, close ────────────────────────────────────────────────────────────────────────────────


def test_reported_needs_the_report(by):
    meeting = MeetingFactory(held=True)
    with pytest.raises(ValidationError) as refusal:
        services.report_meeting(meeting, by=by, summary="  ")
    assert "summary" in refusal.value.error_dict
    services.report_meeting(meeting, by=by, summary="Besproken.")
    assert (meeting.state, meeting.reported_on) == (State.REPORTED, TODAY)
    assert meeting.report.summary == "Besproken."


def test_the_report_is_not_earlier_than_the_meeting_nor_in_the_future(by):
    meeting = MeetingFactory(held=True, on=dt.date(2026, 6, 10))
    for day in (dt.date(2026, 6, 9), dt.date(2026, 6, 16)):
        with pytest.raises(ValidationError) as refusal:
            services.report_meeting(meeting, by=by, summary="Besproken.", reported_on=day)
        assert "reported_on" in refusal.value.error_dict


def test_closing_ends_it(by):
    meeting = MeetingFactory(reported=True)
    services.close_meeting(meeting, by=by)
    assert (meeting.state, meeting.closed_on) == (State.CLOSED, TODAY)
    with pytest.raises(services.IllegalStep):
        services.step_back(meeting, by=UserFactory(role="TL"), reason="toch niet")
    with pytest.raises(services.IllegalStep):
        services.save_report(meeting.report, by=by)


# ── cancel, move, back ───────────────────────────────────────────────────────────────────────────


def test_cancelling_says_who_and_why(by):
    meeting = plan(by)
    for wrong in ({"cancelled_by": "", "reason": "ziek"}, {"cancelled_by": "us", "reason": " "}):
        with pytest.raises(ValidationError):
            services.cancel_meeting(meeting, by=by, **wrong)
    services.cancel_meeting(meeting, by=by, cancelled_by="employer", reason="verhuizing")
    assert (meeting.state, meeting.cancelled_on, meeting.cancelled_by, meeting.cancel_reason) == (
        State.CANCELLED,
        TODAY,
        "employer",
        "verhuizing",
    )


def test_a_moved_meeting_is_the_same_meeting_with_its_history(by):
    meeting = plan(by, ends_at=at(dt.date(2026, 7, 1), 11, 30))
    pk = meeting.pk
    services.move_meeting(meeting, by=by, starts_at=at(dt.date(2026, 9, 3), 14), reason="vakantie")

    assert (meeting.pk, meeting.state, meeting.planned_on) == (pk, State.PLANNED, TODAY)
    assert meeting.ends_at == at(dt.date(2026, 9, 3), 15, 30)
    step = meeting.steps.last()
    assert (step.moved_from, step.moved_to, step.reason) == (
        at(dt.date(2026, 7, 1)),
        at(dt.date(2026, 9, 3), 14),
        "vakantie",
    )


def test_a_meeting_does_not_move_to_where_it_is_nor_past_the_term_of_a_member(by):
    member = CollegeMemberFactory(ends_on=dt.date(2026, 8, 31))
    meeting = plan(by, college_members=[member])
    with pytest.raises(ValidationError):
        services.move_meeting(meeting, by=by, starts_at=meeting.starts_at)
    with pytest.raises(ValidationError):
        services.move_meeting(meeting, by=by, starts_at=at(dt.date(2026, 9, 3)))
    assert MeetingStep.objects.count() == 1


def test_a_step_back_takes_the_date_away_and_keeps_the_report(tl):
    meeting = MeetingFactory(reported=True, employers=[EmployerFactory()], college=True)
    services.step_back(meeting, by=tl, reason="verkeerde knop")
    assert (meeting.state, meeting.reported_on, meeting.held_on) == (State.HELD, None, meeting.held_on)
    services.step_back(meeting, by=tl, reason="was de verkeerde")
    assert (meeting.state, meeting.held_on) == (State.PLANNED, None)
    assert not meeting.participants.filter(is_present=True).exists()
    assert not meeting.employer_rows.filter(is_present=True).exists()
    assert meeting.report.summary
    assert [step.reason for step in meeting.steps.all()] == ["verkeerde knop", "was de verkeerde"]


def test_a_report_from_before_a_step_back_is_rewritten(tl):
    meeting = MeetingFactory(reported=True)
    services.step_back(meeting, by=tl, reason="onvolledig")
    services.report_meeting(meeting, by=tl, summary="Nu volledig.")
    assert Meeting.objects.get(pk=meeting.pk).report.summary == "Nu volledig."


@pytest.mark.parametrize(("role", "may"), [("AM", False), ("ES", True), ("TL", True), ("FA", False)])
def test_only_secretary_and_lead_step_back(role, may):
    meeting, user = MeetingFactory(held=True), UserFactory(role=role)
    if may:
        services.step_back(meeting, by=user, reason="vergissing")
    else:
        with pytest.raises(PermissionDenied):
            services.step_back(meeting, by=user, reason="vergissing")
    assert meeting.state == (State.PLANNED if may else State.HELD)


def test_a_step_back_needs_a_reason(tl):
    with pytest.raises(ValidationError):
        services.step_back(MeetingFactory(held=True), by=tl, reason="")


# ── who takes part, afterwards ───────────────────────────────────────────────────────────────────


def test_taking_somebody_off_keeps_the_ticks_of_the_others(by):
    one, two = EmployerFactory(), EmployerFactory()
    meeting = MeetingFactory(held=True, employers=[one, two])
    services.change_meeting(meeting, by=by, expected_version=meeting.version, employers=[one])
    assert list(meeting.employer_rows.values_list("employer", "is_present")) == [(one.pk, True)]


def test_attendance_can_be_corrected_until_the_meeting_is_closed(by):
    one, two = EmployerFactory(), EmployerFactory()
    meeting = MeetingFactory(reported=True, employers=[one, two])
    services.record_attendance(meeting, by=by, present_employer_ids=[two.pk], present_participant_ids=[])
    assert meeting.employer_rows.get(is_present=True).employer == two
    services.close_meeting(meeting, by=by)
    with pytest.raises(services.IllegalStep):
        services.record_attendance(meeting, by=by, present_employer_ids=[one.pk], present_participant_ids=[])


def test_who_sits_at_a_confidential_meeting_may_see_it(by, cm):
    colleague = UserFactory(role="AM")
    meeting = plan(by, is_confidential=True, college_members=[cm.college_member], colleagues=[colleague])
    for user in (by, cm, colleague):
        assert Meeting.objects.visible_to(user).filter(pk=meeting.pk).exists()
    assert not Meeting.objects.visible_to(UserFactory(role="AM")).exists()


def test_who_organises_and_for_whom_somebody_comes_follow_a_change(by):
    one, two = EmployerFactory(), EmployerFactory()
    person = PositionFactory(employer=one).person
    PositionFactory(person=person, employer=two)
    meeting = plan(by, employers=[one, two], people=[person])
    assert meeting.participants.get().employer == one
    services.change_meeting(
        meeting,
        by=by,
        expected_version=meeting.version,
        employers=[two],
        people=[person],
        organisers=[one, two],
    )
    assert meeting.participants.get().employer == two
    assert list(meeting.employer_rows.values_list("employer", "is_organiser")) == [(two.pk, True)]


def test_a_planned_meeting_keeps_an_employer_and_a_cancelled_one_stays_as_it_is(by):
    meeting = plan(by)
    with pytest.raises(ValidationError) as refusal:
        services.change_meeting(meeting, by=by, expected_version=meeting.version, employers=[])
    assert "employers" in refusal.value.error_dict
    services.cancel_meeting(meeting, by=by, cancelled_by="us", reason="proef")
    with pytest.raises(services.IllegalStep):
        services.change_meeting(
            meeting, by=by, expected_version=meeting.version, employers=[EmployerFactory()]
        )


def test_dates_before_the_step_they_follow_are_refused(by):
    reported = MeetingFactory(reported=True, on=dt.date(2026, 6, 1))
    with pytest.raises(ValidationError) as refusal:
        services.close_meeting(reported, by=by, closed_on=dt.date(2026, 6, 2))
    assert "closed_on" in refusal.value.error_dict
    meeting = plan(by)
    with pytest.raises(ValidationError) as refusal:
        services.cancel_meeting(
            meeting, by=by, cancelled_by="us", reason="proef", cancelled_on=dt.date(2026, 6, 14)
        )
    assert "cancelled_on" in refusal.value.error_dict
    with pytest.raises(ValidationError) as refusal:
        services.move_meeting(
            meeting, by=by, starts_at=at(dt.date(2026, 7, 2)), ends_at=at(dt.date(2026, 7, 1))
        )
    assert "end_time" in refusal.value.error_dict


def test_a_change_of_a_meeting_has_its_entries_of_the_yearly_list_looked_at(
    by, django_capture_on_commit_callbacks, monkeypatch
):
    from deventer_crm.core import tasks
    from employers.models import TopList, TopListEntry

    employer = EmployerFactory()
    absorbed = EmployerFactory(merged_into=employer)
    top_list = TopList.objects.create(year=2026, size=20, reference_date=TODAY, frozen_on=TODAY, frozen_by=by)
    entry = TopListEntry.objects.create(top_list=top_list, employer=absorbed, rank=1, jobs=1)
    sent = []
    monkeypatch.setattr(tasks, "send", lambda task, *args, **kwargs: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        plan(by, employers=[employer])
    assert [ids for kinds, ids in sent if kinds == ["top_list_nothing"]] == [[entry.pk]]


# ── two people at once ───────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_press_at_once_one_is_told():
    employer = EmployerFactory()
    meeting = MeetingFactory(planned=True, on=dt.date(2026, 6, 10), employers=[employer])
    users = [UserFactory(role="AM"), UserFactory(role="AM")]

    def press(user):
        try:
            services.hold_meeting(
                Meeting.objects.get(pk=meeting.pk), by=user, present_employer_ids=[employer.pk]
            )
        except services.IllegalStep as refusal:
            return refusal.messages[0]
        finally:
            connection.close()
        return "held"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, users))
    assert answers.count("held") == 1
    assert MeetingStep.objects.filter(meeting=meeting, to_state=State.HELD).count() == 1
