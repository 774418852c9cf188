"""Putting a reminder off, by the person it is for. A duty cannot be switched off: there is a longest time."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock, formatting, policy
from deventer_crm.core.models import Reminder


class CannotSnooze(Exception):
    """The day does not fit; the message is for the person who chose it."""


def latest_day(today: dt.date | None = None) -> dt.date:
    """The last day to which a reminder can be put off."""
    day = today or clock.today()
    return day + dt.timedelta(days=int(policy.value("snooze_at_most_days", day)))


@transaction.atomic
def snooze(reminder_id: int, *, by: Any, until: dt.date) -> Reminder:
    """Put off an open reminder of this person; on `until` it is back, and the mail of that day tells it.

    Raises Reminder.DoesNotExist when it is not theirs or no longer open, CannotSnooze for a day that is past
    or too far away."""
    today = clock.today()
    if until <= today:
        raise CannotSnooze(_("Choose a day after today."))
    latest = latest_day(today)
    if until > latest:
        raise CannotSnooze(
            _("A reminder can be put off until %(day)s at most.") % {"day": formatting.nl_date(latest)}
        )
    reminder = _own(reminder_id, by)
    reminder.snoozed_until = until
    reminder.news_on = until
    reminder.save(update_fields=["snoozed_until", "news_on"])
    return reminder


@transaction.atomic
def wake(reminder_id: int, *, by: Any) -> Reminder:
    """Take it up again at once. Raises Reminder.DoesNotExist as `snooze` does."""
    reminder = _own(reminder_id, by)
    reminder.snoozed_until = None
    reminder.news_on = None
    reminder.save(update_fields=["snoozed_until", "news_on"])
    return reminder


def _own(reminder_id: int, by: Any) -> Reminder:
    """What a colleague does now is not theirs to put off."""
    reminder = Reminder.objects.select_for_update().get(
        pk=reminder_id, recipient_id=by.pk, state=Reminder.State.OPEN
    )
    if reminder.is_given_away():
        raise Reminder.DoesNotExist
    return reminder
