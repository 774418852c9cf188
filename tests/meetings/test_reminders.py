"""Reminders of meetings, invitations and series (R7): who, from when, and until when."""

import datetime as dt

import pytest
import time_machine

from deventer_crm.core.models import Commitment, PolicySetting, Reminder
from deventer_crm.core.reconcile import reconcile
from deventer_crm.home.seed import sync_commitments
from meetings import services
from meetings.models import Meeting, Series
from meetings.reference_data import load_reference_data
from meetings.reminders.meeting import invitation_unanswered, report_missing
from meetings.reminders.series import boards_not_planned, chairs_behind, themed_not_planned
from tests.accounts.factories import MandateFactory, UserFactory
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory, PositionFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, SeriesPartyFactory, at

pytestmark = pytest.mark.django_db
SENT = dt.date(2026, 4, 1)
DUE = dt.date(2026, 4, 15)


def who(wanted) -> set[int]:
    return {row.recipient_id for row in wanted}


# ── invitations ──────────────────────────────────────────────────────────────────────────────────


def test_an_invitation_is_asked_after_on_the_fourteenth_day(es):
    invitation = InvitationFactory(sent_on=SENT)
    assert list(invitation_unanswered(DUE - dt.timedelta(days=1))) == []
    (wanted,) = invitation_unanswered(DUE)
    assert (wanted.target_id, wanted.recipient_id, wanted.due_on, wanted.period) == (
        invitation.pk,
        es.pk,
        DUE,
        f"invitation:{invitation.pk}",
    )


def test_the_secretary_of_that_member_is_asked_and_no_other(es):
    mandate = MandateFactory()
    InvitationFactory(sent_on=SENT, college_member=mandate.college_member)
    assert who(invitation_unanswered(DUE)) == {mandate.secretary_id}
    mandate.ends_on = DUE - dt.timedelta(days=1)
    mandate.save()
    assert who(invitation_unanswered(DUE)) == {es.pk, mandate.secretary_id}


@pytest.mark.parametrize(
    "state",
    [
        {"answer": "declined"},
        {"withdrawn_on": dt.date(2026, 4, 2)},
        {"meeting": {"held": True, "on": dt.date(2026, 4, 10)}},
        {"meeting": {"cancelled": True, "on": dt.date(2026, 5, 10)}},
        {"meeting": {"planned": True, "on": dt.date(2026, 4, 14)}},
    ],
    ids=["answered", "withdrawn", "held", "called off", "the day has passed"],
)
def test_an_invitation_that_needs_no_answer_any_more_is_not_asked_after(es, state):
    if "meeting" in state:
        state = {"meeting": MeetingFactory(**state["meeting"])}
    InvitationFactory(sent_on=SENT, **state)
    assert list(invitation_unanswered(DUE)) == []


def test_an_invitation_for_a_meeting_to_come_is(es):
    InvitationFactory(sent_on=SENT, meeting=MeetingFactory(planned=True, on=DUE))
    assert who(invitation_unanswered(DUE)) == {es.pk}


def test_the_term_is_a_setting(es):
    InvitationFactory(sent_on=SENT)
    PolicySetting.objects.create(name="invitation_answer_days", value=7, starts_on=SENT)
    (wanted,) = invitation_unanswered(dt.date(2026, 4, 8))
    assert wanted.due_on == dt.date(2026, 4, 8)


# ── reports ──────────────────────────────────────────────────────────────────────────────────────

HELD = dt.date(2026, 4, 23)  # a Thursday; King's Day lies in between
REPORT_DUE = dt.date(2026, 5, 1)


def test_a_report_is_asked_for_after_five_working_days():
    owner = UserFactory(role="AM")
    meeting = MeetingFactory(held=True, on=HELD, owner=owner)
    assert list(report_missing(REPORT_DUE - dt.timedelta(days=1))) == []
    (wanted,) = report_missing(REPORT_DUE)
    assert (wanted.target_id, wanted.recipient_id, wanted.due_on, wanted.period, wanted.escalated) == (
        meeting.pk,
        owner.pk,
        REPORT_DUE,
        f"meeting:{meeting.pk}",
        False,
    )


def test_the_lead_hears_of_it_after_fifteen(tl):
    owner = UserFactory(role="AM")
    MeetingFactory(held=True, on=HELD, owner=owner)
    late = dt.date(2026, 5, 18)  # Ascension Day lies in between
    assert who(report_missing(late - dt.timedelta(days=3))) == {owner.pk}
    rows = report_missing(late)
    assert {(row.recipient_id, row.escalated) for row in rows} == {(owner.pk, False), (tl.pk, True)}


def test_a_lead_who_owns_the_meeting_is_asked_once(tl):
    MeetingFactory(held=True, on=HELD, owner=tl)
    assert [row.recipient_id for row in report_missing(dt.date(2026, 6, 1))] == [tl.pk]


def test_without_an_owner_the_account_manager_of_the_employer_is_asked():
    survivor = EmployerFactory()
    merged = EmployerFactory(merged_into=survivor)
    assignment = AccountAssignmentFactory(employer=survivor)
    gone = UserFactory(role="AM", is_active=False)
    MeetingFactory(held=True, on=HELD, owner=None, employers=[merged])
    MeetingFactory(held=True, on=HELD, owner=gone, employers=[survivor])
    assert who(report_missing(REPORT_DUE)) == {assignment.user_id}


def test_a_reported_meeting_is_not_asked_after():
    MeetingFactory(reported=True, on=HELD, owner=UserFactory(role="AM"))
    MeetingFactory(planned=True, on=HELD, owner=UserFactory(role="AM"))
    assert list(report_missing(dt.date(2026, 8, 1))) == []


def test_reporting_resolves_and_a_step_back_reopens_the_same_reminder(tl):
    owner = UserFactory(role="AM")
    day = dt.date(2026, 5, 4)
    with time_machine.travel(dt.datetime(2026, 5, 4, 10, tzinfo=dt.UTC), tick=False):
        meeting = MeetingFactory(held=True, on=HELD, owner=owner)
        reconcile(day, kinds=["report_missing"])
        reminder = Reminder.objects.get()
        assert reminder.state == Reminder.State.OPEN
        services.report_meeting(meeting, by=owner, summary="Besproken.")
        reconcile(day, kinds=["report_missing"], targets=[meeting.pk])
        reminder.refresh_from_db()
        assert reminder.state == Reminder.State.RESOLVED
        services.step_back(meeting, by=tl, reason="onvolledig")
        reconcile(day, kinds=["report_missing"], targets=[meeting.pk])
        reminder.refresh_from_db()
        assert reminder.state == Reminder.State.OPEN
        assert Reminder.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_meetings(tl, django_assert_max_num_queries):
    for _number in range(25):
        MeetingFactory(held=True, on=HELD, owner=UserFactory(role="AM"))
        InvitationFactory(sent_on=SENT)
    with django_assert_max_num_queries(10):
        assert len(list(report_missing(dt.date(2026, 6, 1)))) == 50
        list(invitation_unanswered(dt.date(2026, 6, 1)))


# ── series ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def series():
    """The three series, with four parties for boards and chairs, and the commitments that measure them."""
    load_reference_data()
    sync_commitments()
    found = {row.code: row for row in Series.objects.all()}
    positions = [
        PositionFactory(employer=EmployerFactory(kind="association"), seat="chair") for _number in range(4)
    ]
    for code, seat in ((Series.BOARDS, "board"), (Series.CHAIRS, "chair")):
        for position in positions:
            SeriesPartyFactory(series=found[code], association=position.employer, seat=seat)
    found["positions"] = positions
    return found


def meet(series, code, on, **traits):
    """Held, or planned as the year began."""
    if "planned" in traits:
        traits["planned_on"] = dt.date(2026, 1, 5)
    return MeetingFactory(
        kind=series[code].kinds.get(),
        on=on,
        organisers=[position.employer for position in series["positions"]],
        people=[(position.person, position.employer) for position in series["positions"]],
        college=True,
        **(traits or {"held": True}),
    )


def test_the_meeting_of_the_boards_is_asked_for_on_1_may_and_of_the_lead_on_1_september(series, es, tl):
    target = Commitment.objects.get(code="C2").pk
    assert list(boards_not_planned(dt.date(2026, 4, 30))) == []
    (first,) = boards_not_planned(dt.date(2026, 5, 1))
    assert (first.target_id, first.recipient_id, first.due_on, first.period, first.escalated) == (
        target,
        es.pk,
        dt.date(2026, 5, 1),
        "2026",
        False,
    )
    assert who(boards_not_planned(dt.date(2026, 8, 31))) == {es.pk}
    later = boards_not_planned(dt.date(2026, 9, 1))
    assert {(row.recipient_id, row.due_on, row.escalated) for row in later} == {
        (es.pk, dt.date(2026, 5, 1), False),
        (tl.pk, dt.date(2026, 9, 1), True),
    }
    assert list(boards_not_planned(dt.date(2026, 9, 1), targets=[target + 1])) == []


def test_a_planned_meeting_of_the_boards_is_enough_and_one_that_did_not_count_is_not(series, es):
    meeting = meet(series, Series.BOARDS, dt.date(2026, 10, 7), planned=True)
    assert list(boards_not_planned(dt.date(2026, 6, 1))) == []
    meeting.delete()
    too_few = meet(series, Series.BOARDS, dt.date(2026, 4, 7))
    too_few.participants.filter(college_member__isnull=False).update(is_present=False)
    assert who(boards_not_planned(dt.date(2026, 6, 1))) == {es.pk}


def test_the_chairs_are_behind_as_soon_as_done_and_planned_are_less_than_the_year_has_come_to(series, es):
    meet(series, Series.CHAIRS, dt.date(2026, 2, 4))
    # One of three: behind from the day after 365/3 = 121.67 days.
    assert list(chairs_behind(dt.date(2026, 5, 1))) == []
    (wanted,) = chairs_behind(dt.date(2026, 5, 2))
    assert (wanted.recipient_id, wanted.due_on) == (es.pk, dt.date(2026, 5, 2))
    meet(series, Series.CHAIRS, dt.date(2026, 6, 3), planned=True)
    assert list(chairs_behind(dt.date(2026, 5, 2))) == []


def test_with_all_meetings_planned_the_chairs_are_never_behind(series, es):
    for month in (3, 6, 11):
        meet(series, Series.CHAIRS, dt.date(2026, month, 4), planned=True)
    assert list(chairs_behind(dt.date(2026, 12, 31))) == []


def test_the_themed_meeting_is_asked_of_the_lead_from_1_july(series, es, tl):
    assert list(themed_not_planned(dt.date(2026, 6, 30))) == []
    (wanted,) = themed_not_planned(dt.date(2026, 7, 1))
    assert (wanted.recipient_id, wanted.due_on) == (tl.pk, dt.date(2026, 7, 1))
    meet(series, Series.THEMED, dt.date(2026, 11, 4), planned=True)
    assert list(themed_not_planned(dt.date(2026, 7, 1))) == []


def test_planning_through_the_service_asks_for_its_own_rules(
    series, es, django_capture_on_commit_callbacks, monkeypatch
):
    from deventer_crm.core import tasks

    sent = []
    monkeypatch.setattr(tasks, "send", lambda task, *args, **kwargs: sent.append((task.name, args)))
    with django_capture_on_commit_callbacks(execute=True):
        meeting = services.plan_meeting(
            by=es,
            kind=series[Series.BOARDS].kinds.get(),
            starts_at=at(dt.date(2027, 3, 3)),
            employers=[series["positions"][0].employer],
        )
    kinds = {kind for _task, args in sent for kind in args[0]}
    assert {"report_missing", "boards_not_planned"} <= kinds
    assert meeting.state == Meeting.State.PLANNED
