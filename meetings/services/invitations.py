"""Invitations as facts (R5): recorded by hand, answered, linked to the meeting they led to, withdrawn."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock, formatting
from deventer_crm.core.services import save_tracked
from employers.models import Employer
from meetings.models import Invitation, Meeting

from .effects import invitation_changed
from .mandates import check_mandate, mandated_members

if TYPE_CHECKING:
    from accounts.models import User


def invitation_problems(
    *,
    employer: Employer | None,
    sent_on: dt.date | None,
    college_member: CollegeMember | None = None,
    meeting: Meeting | None = None,
) -> dict[str, str]:
    """What is wrong, by field: a day to come, a member who was not in the college, a meeting of others."""
    problems: dict[str, str] = {}
    if sent_on is not None and sent_on > clock.today():
        problems["sent_on"] = _("This day lies in the future. Record an invitation when it has been sent.")
    if sent_on is not None and college_member is not None and not college_member.is_valid_on(sent_on):
        problems["college_member"] = _("%(member)s is not in the college on %(day)s.") % {
            "member": college_member,
            "day": formatting.nl_date(sent_on),
        }
    if meeting is not None and employer is not None:
        takes_part = meeting.employer_rows.filter(employer__in=[employer.pk, employer.merged_into_id])
        if not takes_part.exists():
            problems["meeting"] = _("This employer does not take part in that meeting.")
    return problems


@transaction.atomic
def record_invitation(
    *,
    by: "User",
    employer: Employer,
    sent_on: dt.date,
    college_member: CollegeMember | None = None,
    on_behalf_of: CollegeMember | None = None,
    **details: Any,
) -> Invitation:
    """Record an invitation that was sent or received. `details`: other fields of the model (meeting, person,
    direction, purpose, channel, note). A secretary with a mandate of the day records in the name of that
    member (R9). Raises ValidationError beside the field."""
    invitation = Invitation(employer=employer, sent_on=sent_on, college_member=college_member, **details)
    return save_invitation(invitation, by=by, on_behalf_of=on_behalf_of)


@transaction.atomic
def save_invitation(
    invitation: Invitation,
    *,
    by: "User",
    expected_version: int | None = None,
    on_behalf_of: CollegeMember | None = None,
) -> Invitation:
    """Save a new or corrected invitation. Raises ValidationError, StaleRecord."""
    problems = invitation_problems(
        employer=invitation.employer,
        sent_on=invitation.sent_on,
        college_member=invitation.college_member,
        meeting=invitation.meeting,
    )
    if problems:
        raise ValidationError(problems)
    check_mandate(by, on_behalf_of)
    if invitation.pk is None:
        member = invitation.college_member
        if on_behalf_of is None and member is not None and member in mandated_members(by):
            on_behalf_of = member
        invitation.on_behalf_of = on_behalf_of
    save_tracked(invitation, by=by, expected_version=expected_version)
    invitation_changed(invitation)
    return invitation


def _lock(invitation: Invitation) -> Invitation:
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update(of=("self",)))
    if invitation.withdrawn_on is not None:
        raise ValidationError(_("This invitation was withdrawn."))
    return invitation


@transaction.atomic
def answer_invitation(
    invitation: Invitation, *, by: "User", answer: str, answered_on: dt.date | None = None
) -> Invitation:
    """Record what came back; "" takes a wrong answer away. Raises ValidationError for a day in the future, a
    day before the invitation, or a withdrawn invitation."""
    _lock(invitation)
    day = (answered_on or clock.today()) if answer else None
    if day is not None and day > clock.today():
        raise ValidationError({"answered_on": _("This day lies in the future.")})
    if day is not None and day < invitation.sent_on:
        raise ValidationError({"answered_on": _("The answer cannot be earlier than the invitation.")})
    invitation.answer, invitation.answered_on = answer, day
    save_tracked(invitation, by=by)
    invitation_changed(invitation)
    return invitation


@transaction.atomic
def withdraw_invitation(
    invitation: Invitation, *, by: "User", withdrawn_on: dt.date | None = None
) -> Invitation:
    """Take an invitation back: from that day it counts for nothing (R5). Raises ValidationError."""
    _lock(invitation)
    day = withdrawn_on or clock.today()
    if not invitation.sent_on <= day <= clock.today():
        raise ValidationError({"withdrawn_on": _("Choose a day from the invitation until today.")})
    invitation.withdrawn_on = day
    save_tracked(invitation, by=by)
    invitation_changed(invitation)
    return invitation


@transaction.atomic
def link_invitation(invitation: Invitation, meeting: Meeting | None, *, by: "User") -> Invitation:
    """Make invitation and meeting one chain, which counts once (R5); None unties them. Raises
    ValidationError when the employer does not take part."""
    _lock(invitation)
    invitation.meeting = meeting
    return save_invitation(invitation, by=by)
