"""The steps of a meeting (R8). Each takes the row's lock first, so that of two people who press the same
button one is told that the other was first; each stores its own date (R1) and leaves a MeetingStep."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from meetings.letters import Use
from meetings.models import Meeting, MeetingStep, Report

from . import participants
from .briefings import freeze_briefing, thaw_briefing
from .effects import meeting_changed
from .errors import IllegalStep
from .mailing import overtake, tell_reached
from .mandates import check_mandate
from .reports import NotedSignal, write_report

if TYPE_CHECKING:
    from accounts.models import User

State = Meeting.State

#: R8. Planned to planned is a move: another date, the same meeting.
ALLOWED: dict[str, frozenset[str]] = {
    State.DRAFT: frozenset({State.PLANNED, State.CANCELLED}),
    State.PLANNED: frozenset({State.HELD, State.CANCELLED, State.PLANNED}),
    State.HELD: frozenset({State.REPORTED, State.PLANNED}),
    State.REPORTED: frozenset({State.CLOSED, State.HELD}),
    State.CLOSED: frozenset(),
    State.CANCELLED: frozenset(),
}
#: Steps that undo one: only for who may, and with a reason.
BACK: dict[str, str] = {State.HELD: State.PLANNED, State.REPORTED: State.HELD}


def lock(meeting: Meeting) -> Meeting:
    """Take the row's lock and read what is stored now into this same object."""
    meeting.refresh_from_db(from_queryset=Meeting.objects.select_for_update(of=("self",)))
    return meeting


def leave_step(
    meeting: Meeting,
    from_state: str,
    *,
    by: "User",
    on: dt.date,
    on_behalf_of: CollegeMember | None = None,
    reason: str = "",
    moved: tuple[dt.datetime, dt.datetime] | None = None,
) -> MeetingStep:
    """Write the history line of a step that was taken."""
    return MeetingStep.objects.create(
        meeting=meeting,
        from_state=from_state,
        to_state=meeting.state,
        on=on,
        by=by,
        on_behalf_of=on_behalf_of,
        reason=reason.strip(),
        moved_from=moved[0] if moved else None,
        moved_to=moved[1] if moved else None,
    )


def enter(meeting: Meeting, *, from_states: Iterable[str], to: str) -> str:
    """Lock the meeting and return its state. Raises IllegalStep unless this step is allowed from there."""
    lock(meeting)
    if meeting.state not in set(from_states) or to not in ALLOWED[meeting.state]:
        raise IllegalStep(meeting, to)
    return meeting.state


def not_in_future(day: dt.date, field: str) -> None:
    """Raises ValidationError for a day to come: a step is recorded when it was taken."""
    if day > clock.today():
        raise ValidationError({field: _("This day lies in the future.")})


def on_day(moment: dt.datetime, day: dt.date) -> dt.datetime:
    """The same Dutch time of day on another day."""
    local = timezone.localtime(moment)
    return timezone.make_aware(dt.datetime.combine(day, local.time()))


@transaction.atomic
def hold_meeting(
    meeting: Meeting,
    *,
    by: "User",
    present_employer_ids: Iterable[int],
    present_participant_ids: Iterable[int] = (),
    held_on: dt.date | None = None,
    on_behalf_of: CollegeMember | None = None,
) -> Meeting:
    """planned → held, with who was there. `held_on`: default the planned day. When it was held on another day
    the meeting moves to that day and the step keeps both.

    Raises IllegalStep, and ValidationError for a day in the future or when no employer was there."""
    from_state = enter(meeting, from_states=[State.PLANNED], to=State.HELD)
    check_mandate(by, on_behalf_of)
    day = held_on or clock.local_date(meeting.starts_at)
    not_in_future(day, "held_on")
    freeze_briefing(meeting, by=by)
    participants.tick(meeting, present_employer_ids, present_participant_ids)
    moved = _shift_to(meeting, day)
    meeting.state, meeting.held_on = State.HELD, day
    # Recorded late: on the day itself it was planned, whenever somebody wrote that down.
    meeting.planned_on = min(meeting.planned_on or day, day)
    save_tracked(meeting, by=by)
    leave_step(meeting, from_state, by=by, on=day, on_behalf_of=on_behalf_of, moved=moved)
    meeting_changed(meeting)
    return meeting


def _shift_to(meeting: Meeting, day: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
    """Put the meeting on the day it was held; returns both moments when that is another day."""
    before = meeting.starts_at
    if clock.local_date(before) == day:
        return None
    length = meeting.ends_at - before if meeting.ends_at else None
    meeting.starts_at = on_day(before, day)
    meeting.ends_at = meeting.starts_at + length if length is not None else None
    return before, meeting.starts_at


@transaction.atomic
def report_meeting(
    meeting: Meeting,
    *,
    by: "User",
    summary: str,
    reported_on: dt.date | None = None,
    on_behalf_of: CollegeMember | None = None,
    signals: "Iterable[NotedSignal]" = (),
    **texts: Any,
) -> Meeting:
    """held → reported, which needs the report. A report that was there before a step back is rewritten.
    `texts`: other fields of the report (company_news, asks, agreements, opinions, audience,
    given_in_confidence, woo_ground). What the account manager writes is signed off with it.

    Raises IllegalStep, and ValidationError for an empty report or a day before the meeting."""
    from_state = enter(meeting, from_states=[State.HELD], to=State.REPORTED)
    check_mandate(by, on_behalf_of)
    day = reported_on or clock.today()
    not_in_future(day, "reported_on")
    if meeting.held_on is not None and day < meeting.held_on:
        raise ValidationError({"reported_on": _("The report cannot be earlier than the meeting.")})
    report = Report.objects.filter(meeting=meeting).first() or Report(meeting=meeting)
    write_report(report, meeting, by=by, signals=signals, summary=summary, **texts)
    meeting.state, meeting.reported_on = State.REPORTED, day
    save_tracked(meeting, by=by)
    leave_step(meeting, from_state, by=by, on=day, on_behalf_of=on_behalf_of)
    meeting_changed(meeting)
    return meeting


@transaction.atomic
def save_report(
    report: Report,
    *,
    by: "User",
    expected_version: int | None = None,
    signals: "Iterable[NotedSignal] | None" = None,
) -> Report:
    """Correct a report as long as its meeting is not closed; without `signals` they stay. A text that
    somebody else changes is to be signed off again. Raises IllegalStep, StaleRecord."""
    meeting = lock(Meeting(pk=report.meeting_id))
    if meeting.state not in (State.HELD, State.REPORTED):
        raise IllegalStep(meeting, State.REPORTED)
    write_report(report, meeting, by=by, signals=signals, expected_version=expected_version)
    meeting_changed(meeting)
    return report


@transaction.atomic
def close_meeting(
    meeting: Meeting,
    *,
    by: "User",
    closed_on: dt.date | None = None,
    on_behalf_of: CollegeMember | None = None,
) -> Meeting:
    """reported → closed: nothing is to be added any more. Raises IllegalStep, ValidationError."""
    from_state = enter(meeting, from_states=[State.REPORTED], to=State.CLOSED)
    check_mandate(by, on_behalf_of)
    day = closed_on or clock.today()
    not_in_future(day, "closed_on")
    if meeting.reported_on is not None and day < meeting.reported_on:
        raise ValidationError({"closed_on": _("This lies before the day of the report.")})
    meeting.state, meeting.closed_on = State.CLOSED, day
    save_tracked(meeting, by=by)
    leave_step(meeting, from_state, by=by, on=day, on_behalf_of=on_behalf_of)
    meeting_changed(meeting)
    return meeting


@transaction.atomic
def cancel_meeting(
    meeting: Meeting,
    *,
    by: "User",
    cancelled_by: str,
    reason: str,
    cancelled_on: dt.date | None = None,
    on_behalf_of: CollegeMember | None = None,
    tell: bool = False,
) -> Meeting:
    """draft or planned → cancelled. Who called it off decides whether an invitation still counts (R5).
    `tell`: who was invited by mail and did not decline gets a message.

    Raises IllegalStep, and ValidationError without a reason or for a day outside the meeting's life."""
    from_state = enter(meeting, from_states=[State.DRAFT, State.PLANNED], to=State.CANCELLED)
    check_mandate(by, on_behalf_of)
    day = cancelled_on or clock.today()
    not_in_future(day, "cancelled_on")
    if meeting.planned_on is not None and day < meeting.planned_on:
        raise ValidationError({"cancelled_on": _("This lies before the day it was planned.")})
    if cancelled_by not in Meeting.CancelledBy.values:
        raise ValidationError({"cancelled_by": _("Say who called it off.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is called off.")})
    meeting.state, meeting.cancelled_on = State.CANCELLED, day
    meeting.cancelled_by, meeting.cancel_reason = cancelled_by, reason.strip()
    meeting.ics_sequence += 1
    save_tracked(meeting, by=by)
    leave_step(meeting, from_state, by=by, on=day, on_behalf_of=on_behalf_of, reason=reason)
    if tell:
        tell_reached(meeting, Use.CANCELLED, by=by)
    meeting_changed(meeting)
    return meeting


@transaction.atomic
def move_meeting(
    meeting: Meeting,
    *,
    by: "User",
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    reason: str = "",
    on_behalf_of: CollegeMember | None = None,
    tell: bool = False,
) -> Meeting:
    """Another date for a planned meeting; it stays the same meeting and the step keeps both moments. Without
    `ends_at` it takes as long as before. `tell`: who was invited by mail and did not decline gets a message.

    Raises IllegalStep, and ValidationError when nothing moves or a member has left the college by then."""
    from_state = enter(meeting, from_states=[State.PLANNED], to=State.PLANNED)
    check_mandate(by, on_behalf_of)
    before = meeting.starts_at
    if ends_at is None and meeting.ends_at is not None:
        ends_at = starts_at + (meeting.ends_at - before)
    if (starts_at, ends_at) == (before, meeting.ends_at):
        raise ValidationError({"starts_on": _("This is the date and time it already has.")})
    if ends_at is not None and ends_at < starts_at:
        raise ValidationError({"end_time": _("The end lies before the start.")})
    members = CollegeMember.objects.filter(participations__meeting=meeting)
    participants.check_members(members, clock.local_date(starts_at))
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    overtake(meeting)
    save_tracked(meeting, by=by)
    leave_step(
        meeting,
        from_state,
        by=by,
        on=clock.today(),
        on_behalf_of=on_behalf_of,
        reason=reason,
        moved=(before, starts_at),
    )
    if tell:
        tell_reached(meeting, Use.MOVED, by=by)
    meeting_changed(meeting)
    return meeting


@transaction.atomic
def step_back(
    meeting: Meeting, *, by: "User", reason: str, on_behalf_of: CollegeMember | None = None
) -> Meeting:
    """reported → held (the text of the report stays), held → planned (the ticks go). For secretary and lead.

    Raises PermissionDenied, IllegalStep, and ValidationError without a reason."""
    if not by.can(Act.STEP_BACK_MEETING):
        raise PermissionDenied
    lock(meeting)
    from_state = meeting.state
    if from_state not in BACK:
        raise IllegalStep(meeting, State.PLANNED)
    check_mandate(by, on_behalf_of)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why you take this back.")})
    meeting.state = BACK[from_state]
    if meeting.state == State.HELD:
        meeting.reported_on = None
    else:
        meeting.held_on = None
        thaw_briefing(meeting, by=by)
        meeting.employer_rows.update(is_present=False)
        meeting.participants.update(is_present=False)
    save_tracked(meeting, by=by)
    leave_step(meeting, from_state, by=by, on=clock.today(), on_behalf_of=on_behalf_of, reason=reason)
    meeting_changed(meeting)
    return meeting
