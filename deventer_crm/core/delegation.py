"""Passing a reminder to a colleague for some time (R7). It stays the duty of who was asked: the row is one,
so an end of the cause ends it for both, and who hears of it when it is late does not change. Up to and with
the chosen day the colleague has it on the list and in the mail; the day after it is back."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock, formatting, policy, reminders
from deventer_crm.core.models import Reminder
from deventer_crm.core.targets import lines_for

ONE_DAY = dt.timedelta(days=1)


def latest_day(today: dt.date | None = None) -> dt.date:
    """The last day until which a colleague can have it."""
    day = today or clock.today()
    return day + dt.timedelta(days=int(policy.value("delegate_at_most_days", day)))


@transaction.atomic
def give_to(reminder_id: int, *, by: Any, to: Any, until: dt.date, reason: str) -> Reminder:
    """Let a colleague do it until a day. A reminder that was put off is taken up by it.

    Raises Reminder.DoesNotExist when it is not theirs, no longer open or given already, or when only they can
    do it, and ValidationError
    for a colleague who may not know of the record (R10), has the same reminder or has no account, a day that
    is past or too far away, or no reason."""
    today = clock.today()
    reminder = Reminder.objects.select_for_update(of=("self",)).get(
        pk=reminder_id, recipient_id=by.pk, state=Reminder.State.OPEN
    )
    if not may_be_given(reminder, today):
        raise Reminder.DoesNotExist
    _check_day(until, today)
    _check_colleague(reminder, by, to)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why, so that your colleague knows what is asked.")})
    reminder.delegated_to, reminder.delegated_on, reminder.delegated_until = to, today, until
    reminder.delegation_reason = reason.strip()
    reminder.snoozed_until = None
    reminder.news_on = today
    reminder.save()
    return reminder


def may_be_given(reminder: Reminder, today: dt.date) -> bool:
    """Whether its owner can pass it to a colleague now."""
    rule = reminders.RULES.get(reminder.kind)
    return not reminder.is_given_away(today) and not (rule and rule.personal)


def _check_day(until: dt.date, today: dt.date) -> None:
    if until < today:
        raise ValidationError({"until": _("This day has gone by. Choose today or a later day.")})
    latest = latest_day(today)
    if until > latest:
        raise ValidationError(
            {
                "until": _("A reminder can be passed to a colleague until %(day)s at most.")
                % {"day": formatting.nl_date(latest)}
            }
        )


def _check_colleague(reminder: Reminder, by: Any, to: Any) -> None:
    if to.pk == by.pk or not to.is_active:
        raise ValidationError({"to": _("Choose a colleague.")})
    if lines_for([reminder], to)[0].hidden:
        raise ValidationError({"to": _("%(name)s may not see this record.") % {"name": to}})
    same = Reminder.objects.filter(
        kind=reminder.kind,
        target_type_id=reminder.target_type_id,
        target_id=reminder.target_id,
        period=reminder.period,
        state=Reminder.State.OPEN,
        recipient_id=to.pk,
    )
    if same.exists():
        raise ValidationError({"to": _("%(name)s has this reminder already.") % {"name": to}})


@transaction.atomic
def take_back(reminder_id: int, *, by: Any) -> Reminder:
    """End it before its day: by who gave it, or by the colleague, who gives it back. Whoever then has it and
    did not do this hears of it in the mail. Raises Reminder.DoesNotExist for anybody else."""
    today = clock.today()
    reminder = Reminder.objects.select_for_update(of=("self",)).get(
        pk=reminder_id, state=Reminder.State.OPEN, delegated_until__gte=today
    )
    if by.pk not in {reminder.recipient_id, reminder.delegated_to_id}:
        raise Reminder.DoesNotExist
    _end(reminder)
    reminder.news_on = today if by.pk != reminder.recipient_id else None
    reminder.save()
    return reminder


def _end(reminder: Reminder) -> None:
    reminder.delegated_to = reminder.delegated_on = reminder.delegated_until = None
    reminder.delegation_reason = ""


def return_from_who_left(today: dt.date) -> int:
    """What lies with somebody whose account was closed goes back to who gave it; how many there were."""
    return Reminder.objects.filter(
        state=Reminder.State.OPEN, delegated_until__gte=today, delegated_to__is_active=False
    ).update(delegated_to=None, delegated_on=None, delegated_until=None, delegation_reason="", news_on=today)
