"""Invitations as facts (R5): recorded by hand, answered, linked to the meeting they led to, withdrawn."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock, formatting
from deventer_crm.core.mails import withdraw_mails
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.services import save_tracked
from employers.models import Employer
from meetings.links import CLOSED, invitation_of, why_closed
from meetings.models import Invitation, Meeting, Participant

from .effects import invitation_changed
from .mandates import check_mandate, mandated_members

if TYPE_CHECKING:
    from accounts.models import User

Answer = Invitation.Answer


def invitation_problems(
    *,
    employer: Employer | None,
    sent_on: dt.date | None,
    college_member: CollegeMember | None = None,
    meeting: Meeting | None = None,
    purpose: str = "",
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
    # Of a guest list any employer can be: who takes part is known when they came.
    if meeting is not None and employer is not None and purpose != Invitation.Purpose.GROUP:
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
        purpose=invitation.purpose,
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
    invitation: Invitation,
    *,
    by: "User | None",
    answer: str,
    answered_on: dt.date | None = None,
    via: str = "",
    wish: str = "",
) -> Invitation:
    """Record what came back, how it came (`via`) and what was asked for (`wish`); "" takes a wrong answer
    away. Who accepts is a participant of the meeting from then on. `by`: None when they answered themselves.

    Raises ValidationError for a day in the future, a day before the invitation, or a withdrawn invitation."""
    _lock(invitation)
    day = (answered_on or clock.today()) if answer else None
    if day is not None and day > clock.today():
        raise ValidationError({"answered_on": _("This day lies in the future.")})
    if day is not None and day < invitation.sent_on:
        raise ValidationError({"answered_on": _("The answer cannot be earlier than the invitation.")})
    before = invitation.answer
    invitation.answer, invitation.answered_on = answer, day
    invitation.answered_via, invitation.wish = (via, wish.strip()) if answer else ("", "")
    if answer:
        invitation.undelivered_on = None  # whoever answers was reached
    save_tracked(invitation, by=by)
    seat_guest(invitation, before)
    invitation_changed(invitation)
    return invitation


@transaction.atomic
def answer_by_link(token: str, *, answer: str, wish: str = "") -> Invitation:
    """The answer of somebody with the link of the mail; may be changed as long as the link works. The same
    answer again changes nothing. Raises ValidationError when the link is void or the answer is none."""
    found = invitation_of(token)
    if found is None:
        raise ValidationError(_("This link is not complete. Open it from the mail again."))
    invitation = _lock(found)
    closed = why_closed(invitation)
    if closed:
        raise ValidationError(str(CLOSED[closed]))
    if answer not in (Answer.ACCEPTED, Answer.DECLINED, Answer.OTHER_DATE):
        raise ValidationError({"answer": _("Choose an answer.")})
    same = (invitation.answer, invitation.answered_via, invitation.wish)
    if same == (answer, Invitation.Via.LINK, wish.strip()):
        return invitation
    day = max(clock.today(), invitation.sent_on)
    return answer_invitation(
        invitation, by=None, answer=answer, answered_on=day, via=Invitation.Via.LINK, wish=wish
    )


def seat_guest(invitation: Invitation, before: str) -> None:
    """Who accepts takes part; who accepted and comes back on it does not any more, unless they are there."""
    meeting = invitation.meeting
    if meeting is None or invitation.person_id is None or meeting.state not in ("draft", "planned"):
        return
    if invitation.direction != Invitation.Direction.OUT:
        return
    mine = Participant.objects.filter(meeting=meeting, person=invitation.person_id)
    if invitation.answer == Answer.ACCEPTED:
        seat, is_new = Participant.objects.get_or_create(
            meeting=meeting, person_id=invitation.person_id, defaults={"employer_id": invitation.employer_id}
        )
        if not is_new and seat.employer_id is None:
            mine.update(employer=invitation.employer_id)
    elif before == Answer.ACCEPTED:
        mine.filter(is_present=False, arrived_at__isnull=True).delete()


@transaction.atomic
def withdraw_invitation(
    invitation: Invitation, *, by: "User", withdrawn_on: dt.date | None = None
) -> Invitation:
    """Take an invitation back: from that day it counts for nothing (R5). Raises ValidationError."""
    _lock(invitation)
    day = withdrawn_on or clock.today()
    if not invitation.sent_on <= day <= clock.today():
        raise ValidationError({"withdrawn_on": _("Choose a day from the invitation until today.")})
    before, invitation.withdrawn_on = invitation.answer, day
    save_tracked(invitation, by=by)
    if before == Answer.ACCEPTED and invitation.is_mailed:
        seats = Participant.objects.filter(meeting=invitation.meeting_id, person=invitation.person_id)
        seats.filter(is_present=False, arrived_at__isnull=True).delete()
    take_back_mails([invitation.pk])
    invitation_changed(invitation)
    return invitation


@transaction.atomic
def link_invitation(invitation: Invitation, meeting: Meeting | None, *, by: "User") -> Invitation:
    """Make invitation and meeting one chain, which counts once (R5); None unties them. Raises
    ValidationError when the employer does not take part."""
    _lock(invitation)
    invitation.meeting = meeting
    return save_invitation(invitation, by=by)


def take_back_mails(invitation_ids: Iterable[int]) -> int:
    """Of invitations that are withdrawn, what was not sent yet is not sent any more."""
    kind = ContentType.objects.get_for_model(Invitation)
    return withdraw_mails(OutgoingMail.objects.filter(about_type=kind, about_id__in=list(invitation_ids)))
