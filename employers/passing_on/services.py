"""Asking a colleague without an account, asking again, taking it back; the answer, and what the owner does
with it. The owner stays responsible: an answer changes nothing by itself."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock, policy
from deventer_crm.core.mails import mails_about, withdraw_mails
from deventer_crm.core.services import save_tracked
from employers.models import FollowUp, FollowUpRequest
from employers.permissions_followups import STATES, may
from employers.services.followup_rules import NotNow, follow_ups_changed
from employers.services.followups import edit_follow_up, fulfil_follow_up

from .letter import send_question
from .links import Door, door_of, find_request
from .rules import allowed_domains, is_allowed, why_not_by_mail

if TYPE_CHECKING:
    from accounts.models import User

#: So long after the day on which the answer is wanted the link works at least.
GRACE = dt.timedelta(days=14)
#: What of an answer becomes the outcome of the follow-up.
OUTCOME_LETTERS = 300


class Shut(Exception):
    """The question of this link cannot be answered; `door` says why, None: there is no such link."""

    def __init__(self, door: Door | None) -> None:
        super().__init__(door or "no such link")
        self.door = door


@transaction.atomic
def pass_on(
    follow_up: FollowUp, *, by: "User", name: str, email: str, question: str, answer_by: dt.date
) -> FollowUpRequest:
    """Ask a colleague without an account, by mail. Raises PermissionDenied, NotNow when it is done already,
    ValidationError for what may not go by mail (R10), an address outside the allowed domains (a setting), a
    day that is past, or a colleague who was asked already and has not answered."""
    row = _follow_up(follow_up.pk, by)
    reason = why_not_by_mail(row)
    if reason:
        raise ValidationError(reason)
    _check_address(email)
    today = clock.today()
    if answer_by < today:
        raise ValidationError({"answer_by": _("The answer cannot be wanted before today.")})
    request = FollowUpRequest(
        follow_up=row,
        name=name.strip(),
        email=email.strip(),
        question=question.strip(),
        asked_on=today,
        answer_by=answer_by,
        expires_on=_link_until(answer_by),
    )
    save_tracked(request, by=by)
    send_question(request, by=by)
    _changed(request)
    return request


def _link_until(answer_by: dt.date) -> dt.date:
    return max(clock.today() + dt.timedelta(days=policy.value("pass_on_link_days")), answer_by + GRACE)


def _check_address(email: str) -> None:
    domains = allowed_domains()
    if not is_allowed(email.strip(), domains):
        raise ValidationError(
            {"email": _("Mail only to an address at: %(domains)s.") % {"domains": ", ".join(domains)}}
        )


@transaction.atomic
def ask_again(
    request: FollowUpRequest, *, by: "User", name: str = "", email: str = "", answer_by: dt.date | None = None
) -> FollowUpRequest:
    """Mail it once more, with a link that works as long as that of a new question. To another address: the
    link that went to the first one is dead from then on. Raises as pass_on, and when it was answered or
    withdrawn."""
    row = _request(request, by, "pass_on")
    if not row.is_unanswered:
        raise ValidationError(_("This question was answered or withdrawn already."))
    reason = why_not_by_mail(row.follow_up)
    if reason:
        raise ValidationError(reason)
    to = email.strip() or row.email
    _check_address(to)
    if to.casefold() != row.email.casefold():
        row.uid = uuid.uuid4()
    row.email, row.name = to, name.strip() or row.name
    row.answer_by = answer_by or max(row.answer_by, clock.today())
    if row.answer_by < clock.today():
        raise ValidationError({"answer_by": _("The answer cannot be wanted before today.")})
    row.expires_on = _link_until(row.answer_by)
    row.rounds += 1
    save_tracked(row, by=by)
    send_question(row, by=by)
    _changed(row)
    return row


@transaction.atomic
def withdraw_request(request: FollowUpRequest, *, by: "User") -> FollowUpRequest:
    """Take the question back: the link shows nothing any more, and a mail that did not go does not go.
    Raises ValidationError when it was answered."""
    row = _request(request, by, None)
    if row.is_answered:
        raise ValidationError(_("This question was answered already."))
    if row.withdrawn_on is None:
        row.withdrawn_on, row.withdrawn_at = clock.today(), clock.now()
        save_tracked(row, by=by)
        withdraw_mails(mails_about(row))
        _changed(row)
    return row


@transaction.atomic
def answer_request(
    token: str, *, answer: str, says_done: bool, promised_on: dt.date | None = None
) -> FollowUpRequest:
    """What the colleague says, once. Raises Shut when the link is good for nothing (any more),
    ValidationError for an empty answer or a day that is past."""
    row = find_request(token, lock=True)
    door = door_of(row) if row is not None else None
    if row is None or door != Door.OPEN:
        raise Shut(door)
    today = clock.today()
    if promised_on is not None and not says_done and promised_on < today:
        raise ValidationError({"promised_on": _("That day is past.")})
    row.answer, row.says_done = answer.strip(), says_done
    row.promised_on = None if says_done else promised_on
    row.answered_on, row.answered_at = today, clock.now()
    save_tracked(row, by=None)
    withdraw_mails(mails_about(row))
    _changed(row)
    return row


@transaction.atomic
def handle_answer(request: FollowUpRequest, *, by: "User", act: str) -> FollowUpRequest:
    """What the owner does with an answer: "done" takes over that it was done, with the answer as outcome;
    "date" takes over the day on which it will be; "seen" only says that it was read. Raises ValidationError
    when the answer says no such thing, NotNow when the follow-up is in a state that does not allow it."""
    row = _request(request, by, "edit" if act == "date" else "fulfil")
    if not row.is_answered:
        raise ValidationError(_("There is no answer yet."))
    if act == "done":
        if not row.says_done:
            raise ValidationError(_("The answer does not say that it was done."))
        fulfil_follow_up(row.follow_up, by=by, outcome=_outcome(row.answer), fulfilled_on=row.answered_on)
    elif act == "date":
        if row.promised_on is None:
            raise ValidationError(_("The answer names no day."))
        edit_follow_up(row.follow_up, by=by, due_on=row.promised_on)
    elif act != "seen":
        raise ValidationError(_("Choose what to do with the answer."))
    if row.handled_on is None:
        row.handled_on, row.handled_by = clock.today(), by
        save_tracked(row, by=by)
    _changed(row)
    return row


def _outcome(answer: str) -> str:
    said = " ".join(answer.split())
    return said if len(said) <= OUTCOME_LETTERS else said[: OUTCOME_LETTERS - 1].rstrip() + "…"


def _follow_up(pk: int, by: "User") -> FollowUp:
    """The stored follow-up, locked, for who may pass it on now."""
    rows = FollowUp.objects.select_for_update(of=("self",))
    row: FollowUp = rows.select_related("employer__merged_into", "person", "promised_by").get(pk=pk)
    if not may("pass_on", row, by):
        raise PermissionDenied
    if row.state not in STATES["pass_on"]:
        raise NotNow(row)
    return row


def _request(request: FollowUpRequest, by: "User", act: str | None) -> FollowUpRequest:
    """The stored question, locked after its follow-up, for who may do that act on the follow-up (None: who
    may pass it on, also when it is done)."""
    rows = FollowUp.objects.select_for_update(of=("self",))
    follow_up = rows.select_related("employer__merged_into", "person", "promised_by").get(
        pk=request.follow_up_id
    )
    if not may(act or "pass_on", follow_up, by):
        raise PermissionDenied
    row: FollowUpRequest = FollowUpRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    row.follow_up = follow_up
    return row


def _changed(request: FollowUpRequest) -> None:
    follow_ups_changed([request.follow_up_id])
