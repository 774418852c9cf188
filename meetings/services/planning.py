"""New meetings: as a draft, planned, or logged after they took place; and changes of what they are about."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities
from employers.models import AccountAssignment, ContactPerson, Employer
from meetings.ics import place_of
from meetings.letters import Use
from meetings.models import Meeting, MeetingKind

from .effects import meeting_changed
from .errors import IllegalStep
from .mailing import tell_reached
from .mandates import check_mandate
from .participants import set_participants
from .steps import State, enter, hold_meeting, leave_step, lock

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def draft_meeting(
    *,
    by: "User",
    kind: MeetingKind,
    starts_at: dt.datetime,
    employers: Iterable[Employer] = (),
    college_members: Iterable[CollegeMember] = (),
    colleagues: Iterable["User"] = (),
    people: Iterable[ContactPerson] = (),
    organisers: Iterable[Employer] = (),
    readers: Iterable["User"] = (),
    owner: "User | None" = None,
    on_behalf_of: CollegeMember | None = None,
    **details: Any,
) -> Meeting:
    """A meeting that is not agreed yet. `details`: other fields of the model (ends_at, title, place,
    location, direction, theme, purpose, is_confidential).

    Without an owner it is the maker's when that is an account manager, else the account manager's of the
    first employer. Raises ValidationError."""
    check_mandate(by, on_behalf_of)
    concerned, members, staff = list(employers), list(college_members), list(colleagues)
    meeting = Meeting(kind=kind, starts_at=starts_at, **details)
    meeting.owner = owner or _default_owner(by, concerned)
    save_tracked(meeting, by=by)
    set_participants(
        meeting,
        employers=concerned,
        college_members=members,
        colleagues=staff,
        people=people,
        organisers=organisers,
    )
    meeting.readers.set(readers)
    keep_readers(meeting, by=by)
    refresh_activities("meeting", [meeting.pk])
    return meeting


def _default_owner(by: "User", employers: list[Employer]) -> "User | None":
    if by.has_role(Role.ACCOUNT_MANAGER) or not employers:
        return by if by.has_role(Role.ACCOUNT_MANAGER) else None
    current = (
        AccountAssignment.objects.on(clock.today())
        .filter(employer=employers[0].merged_into_id or employers[0].pk, user__is_active=True)
        .select_related("user")
        .first()
    )
    return current.user if current else None


def keep_readers(meeting: Meeting, *, by: "User") -> None:
    """A confidential meeting (R10) is known to who made it, its account manager and everybody on our side of
    the table; else they could not do their work."""
    if not meeting.is_confidential:
        return
    rows = meeting.participants.values_list("user_id", "college_member__user_id")
    ids = {by.pk, meeting.owner_id, *(pk for row in rows for pk in row)}
    meeting.readers.add(*(pk for pk in ids if pk is not None))


def _plan(meeting: Meeting, *, by: "User", on_behalf_of: CollegeMember | None) -> None:
    if not meeting.employer_rows.exists():
        raise ValidationError({"employers": _("Say with which employer this meeting is.")})
    from_state = meeting.state
    # A date in the past: on the day itself it was planned, whenever somebody wrote that down.
    day = min(clock.today(), clock.local_date(meeting.starts_at))
    meeting.state, meeting.planned_on = State.PLANNED, day
    save_tracked(meeting, by=by)
    leave_step(meeting, from_state, by=by, on=day, on_behalf_of=on_behalf_of)
    meeting_changed(meeting)


@transaction.atomic
def plan_meeting(*, by: "User", on_behalf_of: CollegeMember | None = None, **details: Any) -> Meeting:
    """A new meeting with a date that was agreed; the arguments of draft_meeting. Dates in the past are
    allowed (R8). Raises ValidationError, for instance without an employer."""
    meeting = draft_meeting(by=by, on_behalf_of=on_behalf_of, **details)
    _plan(meeting, by=by, on_behalf_of=on_behalf_of)
    return meeting


@transaction.atomic
def plan_draft(meeting: Meeting, *, by: "User", on_behalf_of: CollegeMember | None = None) -> Meeting:
    """draft → planned: the date is agreed. Raises IllegalStep, ValidationError."""
    enter(meeting, from_states=[State.DRAFT], to=State.PLANNED)
    check_mandate(by, on_behalf_of)
    _plan(meeting, by=by, on_behalf_of=on_behalf_of)
    return meeting


@transaction.atomic
def log_meeting(*, by: "User", on_behalf_of: CollegeMember | None = None, **details: Any) -> Meeting:
    """Plan and hold at once what already took place (R8); everybody named was there. Raises ValidationError
    for a moment to come."""
    starts_at: dt.datetime = details["starts_at"]
    if starts_at > clock.now():
        raise ValidationError({"starts_on": _("This is still to come. Plan it instead.")})
    meeting = plan_meeting(by=by, on_behalf_of=on_behalf_of, **details)
    return hold_meeting(
        meeting,
        by=by,
        present_employer_ids=list(meeting.employer_rows.values_list("employer_id", flat=True)),
        present_participant_ids=list(meeting.participants.values_list("pk", flat=True)),
        on_behalf_of=on_behalf_of,
    )


@transaction.atomic
def change_meeting(
    meeting: Meeting,
    *,
    by: "User",
    expected_version: int | None = None,
    employers: Iterable[Employer],
    college_members: Iterable[CollegeMember] = (),
    colleagues: Iterable["User"] = (),
    people: Iterable[ContactPerson] = (),
    organisers: Iterable[Employer] = (),
    tell: bool = False,
) -> Meeting:
    """Save what was edited on `meeting` and who takes part. Its state and the date of a planned meeting are
    not changed here: those are steps. Another place or title is a newer version of the appointment; `tell`:
    then who was invited by mail and did not decline gets a message.

    Raises StaleRecord when somebody else saved first, IllegalStep for a closed or cancelled meeting."""
    stored = lock(Meeting(pk=meeting.pk))
    if stored.state in (State.CLOSED, State.CANCELLED):
        raise IllegalStep(stored, State.PLANNED)
    concerned = list(employers)
    if not concerned and stored.state != State.DRAFT:
        raise ValidationError({"employers": _("Say with which employer this meeting is.")})
    was, now = (place_of(stored), stored.name), (place_of(meeting), meeting.name)
    is_news = was != now and stored.state == State.PLANNED and stored.starts_at > clock.now()
    if is_news:
        meeting.ics_sequence = stored.ics_sequence + 1
    save_tracked(meeting, by=by, expected_version=expected_version)
    gone = set_participants(
        meeting,
        employers=concerned,
        college_members=college_members,
        colleagues=colleagues,
        people=people,
        organisers=organisers,
    )
    keep_readers(meeting, by=by)
    if is_news and tell:
        tell_reached(meeting, Use.CHANGED, by=by)
    meeting_changed(meeting, also_employers=gone)
    return meeting
