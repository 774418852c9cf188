"""Het half uur erna: what a college member promised at a meeting, said with one tap or in one sentence."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import Employer, FollowUp, FollowUpStep
from employers.services.followup_rules import follow_ups_changed, leave_step
from meetings.models import Meeting, PromiseAnswer

from .mandates import mandated_members
from .outcomes import add_outcome

if TYPE_CHECKING:
    from accounts.models import User

CORRECTED = "Verbeterd op de dag zelf"  # stored among Dutch text


@transaction.atomic
def answer_promise(
    meeting: Meeting,
    member: CollegeMember,
    *,
    by: "User",
    what: str = "",
    due_on: dt.date | None = None,
    employer: Employer | None = None,
) -> PromiseAnswer:
    """Without `what` nothing was promised. With it, it becomes a promise that waits to be confirmed: it lies
    with the account manager, is tied to the meeting, and the reminder of R7 asks for it in five working days.
    A second answer of that day takes the place of the first.

    Raises PermissionDenied for who is neither the member nor a secretary with a mandate, ValidationError
    before the meeting began, after the day of the first answer, or once the promise was confirmed."""
    locked: Meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("owner").get(pk=meeting.pk)
    )
    _check(locked, member, by)
    today = clock.today()
    answer = PromiseAnswer.objects.filter(meeting=locked, member=member).first()
    if answer is None:
        answer = PromiseAnswer(meeting=locked, member=member, answered_on=today)
    elif answer.answered_on != today:
        raise ValidationError(_("This was answered on an earlier day. Change the promise itself instead."))
    sentence = " ".join(what.split())
    before = answer.follow_up
    if before is not None:
        if sentence and before.what == sentence and due_on in (None, before.due_on):
            return answer
        _take_back(before, by)
    answer.follow_up = None
    if sentence:
        answer.follow_up = add_outcome(
            locked,
            by=by,
            employer=employer or _first_employer(locked),
            kind=FollowUp.Kind.PROMISE_TO,
            what=sentence,
            due_on=due_on,
            promised_by=member,
            made_on=min(clock.local_date(locked.starts_at), today),
        )
    return save_tracked(answer, by=by)


def _check(meeting: Meeting, member: CollegeMember, by: "User") -> None:
    if member.user_id != by.pk and not mandated_members(by).filter(pk=member.pk).exists():
        raise PermissionDenied
    if not meeting.participants.filter(college_member=member).exists():
        raise ValidationError(_("%(member)s is not at this meeting.") % {"member": member})
    if meeting.state in (Meeting.State.DRAFT, Meeting.State.CANCELLED):
        raise ValidationError(_("This meeting did not take place."))
    if meeting.starts_at > clock.now():
        raise ValidationError(_("This meeting is still to come."))


def _first_employer(meeting: Meeting) -> Employer:
    row = meeting.employer_rows.select_related("employer").order_by("-is_present", "pk").first()
    if row is None:
        raise ValidationError(_("Say with which employer this meeting is."))
    return row.employer


def _take_back(promise: FollowUp, by: "User") -> None:
    """The first answer was wrong: it is dropped, and stays in the history. The member may do this although a
    promise is otherwise settled by others."""
    row = FollowUp.objects.select_for_update(of=("self",)).get(pk=promise.pk)
    if row.state != FollowUp.State.UNCONFIRMED:
        raise ValidationError(_("This promise was dealt with already. Ask the account manager to change it."))
    row.dropped_on, row.dropped_reason = clock.today(), CORRECTED
    save_tracked(row, by=by)
    leave_step(row, FollowUpStep.Act.DROPPED, by=by, on=row.dropped_on, reason=CORRECTED)
    follow_ups_changed([row.pk])
