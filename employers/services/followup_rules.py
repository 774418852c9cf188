"""What the acts on promises and actions share: defaults, checks, and what is kept or looked at after each."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deventer_crm.core import clock, policy, workdays
from deventer_crm.core.reconcile import request_reconcile
from employers.activity import refresh_activities
from employers.models import AccountAssignment, ContactPerson, Employer, FollowUp, FollowUpRequest
from employers.models.followup_steps import FollowUpStep
from employers.permissions_followups import kinds_for, may_choose_owner

if TYPE_CHECKING:
    from accounts.models import User

Kind = FollowUp.Kind

#: Rules of R7 that point at a follow-up.
RULES = ("follow_up_due", "promise_unconfirmed")
#: Rules that point at a question about one, to a colleague without an account.
REQUEST_RULES = ("request_answered", "request_unanswered")

TERMS = {
    Kind.ACTION: "follow_up_term_action",
    Kind.PROMISE_TO: "follow_up_term_promise_to",
    Kind.PROMISE_BY: "follow_up_term_promise_by",
}


class NotNow(ValidationError):
    """The follow-up is in a state in which this act makes no sense; somebody else may have been first."""

    def __init__(self, follow_up: FollowUp) -> None:
        super().__init__(
            _("This is “%(state)s” now; that is not possible any more.")
            % {"state": follow_up.get_state_display()},
            code="not_now",
        )


def default_due_on(kind: str, made_on: dt.date) -> dt.date:
    """The day it is due when nobody says one: so many working days later (settings)."""
    return workdays.shift(made_on, policy.value(TERMS[Kind(kind)], made_on))


def default_owner(
    employer: Employer, *, by: "User", on: dt.date, person: ContactPerson | None = None
) -> "User":
    """With whom it lies when nobody says so: the account manager of that day, else who writes it down. The
    employer desk keeps its own, and nobody gets what they may not know of (R10)."""
    if kinds_for(by) == list(Kind.values) and not may_choose_owner(by):
        return by
    assignment: AccountAssignment | None = (
        AccountAssignment.objects.on(on)
        .filter(employer=employer, user__is_active=True)
        .select_related("user")
        .first()
    )
    manager = assignment.user if assignment is not None else None
    if manager is not None and may_know(employer, manager) and may_know_person(person, manager):
        return manager
    return by


def may_know(employer: Employer, user: "User") -> bool:
    return not employer.is_confidential or Employer.objects.visible_to(user).filter(pk=employer.pk).exists()


def follow_ups_changed(pks: Iterable[int]) -> None:
    """After a save: what is derived from these follow-ups, and the reminders about them."""
    keys = list(pks)
    if keys:
        refresh_activities("follow_up", keys)
        request_reconcile(RULES, keys)
        asked = FollowUpRequest.objects.filter(follow_up__in=keys, handled_on__isnull=True)
        requests = list(asked.order_by().values_list("pk", flat=True))
        if requests:
            request_reconcile(REQUEST_RULES, requests)


def leave_step(
    row: FollowUp, act: str, *, by: "User", on: dt.date | None, reason: str = "", **before: Any
) -> None:
    FollowUpStep.objects.create(
        follow_up=row, act=act, by=by, on=on or clock.today(), reason=reason, **before
    )


def not_to_come(field: str, day: dt.date | None) -> dt.date:
    today = clock.today()
    if day is not None and day > today:
        raise ValidationError({field: _("This day is still to come.")})
    return day or today


def said(field: str, text: str, missing: str) -> str:
    if not text.strip():
        raise ValidationError({field: missing})
    return text.strip()


def check_due(row: FollowUp) -> None:
    if row.due_on < row.made_on:
        raise ValidationError({"due_on": _("It cannot be due before it was made.")})


def may_know_person(person: ContactPerson | None, user: "User") -> bool:
    return person is None or not ContactPerson.objects.secret_to(user).filter(pk=person.pk).exists()


def check_owner(employer: Employer, owner: "User | None", person: ContactPerson | None = None) -> None:
    """Whoever must do it must be able to read it (R10)."""
    if owner is None:
        return
    if not owner.is_active:
        raise ValidationError({"owner": _("This colleague no longer has an account.")})
    if not may_know(employer, owner):
        raise ValidationError({"owner": _("This colleague may not see this employer.")})
    if not may_know_person(person, owner):
        raise ValidationError({"owner": _("This colleague may not see this contact person.")})
