"""Whether hours on a day can change, and letting reminders be looked at again."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import BudgetYear, MonthClosing, MonthConfirmation
from deventer_crm.core import clock
from deventer_crm.core.reconcile import request_reconcile

FUTURE, YEAR, MONTH, CONFIRMED = "future", "year", "month", "confirmed"


@dataclass(frozen=True)
class ClosedBooks:
    """Everything that is closed: locked years, months the lead closed, months people confirmed."""

    years: frozenset[int]
    months: frozenset[dt.date]
    confirmed: frozenset[tuple[int, dt.date]]
    today: dt.date

    @classmethod
    def load(cls, **confirmed_by: object) -> "ClosedBooks":
        """Three queries; `confirmed_by` narrows the confirmations that are read."""
        years = BudgetYear.objects.filter(locked_on__isnull=False).values_list("year", flat=True)
        months = MonthClosing.objects.filter(reopened_on__isnull=True).values_list("month", flat=True)
        said = MonthConfirmation.objects.filter(**confirmed_by).values_list("user_id", "month")
        return cls(frozenset(years), frozenset(months), frozenset(said), clock.today())

    def why(self, user_id: int, day: dt.date) -> str:
        """Why a day takes no hours of this person; empty when it does."""
        first = day.replace(day=1)
        if day > self.today:
            return FUTURE
        if day.year in self.years:
            return YEAR
        if first in self.months:
            return MONTH
        return CONFIRMED if (user_id, first) in self.confirmed else ""


def closed_days(user_id: int, days: Collection[dt.date]) -> dict[dt.date, str]:
    """Which of these days take no hours of this person, and why: the day is still to come, the year is
    locked, the lead closed the month, or the person confirmed it. Three queries for any number of days."""
    books = ClosedBooks.load(user_id=user_id, month__in={day.replace(day=1) for day in days})
    return {day: code for day in days if (code := books.why(user_id, day))}


def why_closed(code: str) -> str:
    """The sentence of one of the codes of `closed_days`."""
    return {
        FUTURE: _("This day is still to come."),
        YEAR: _("This year is locked; it takes no changes."),
        MONTH: _("The team lead closed this month; it takes no changes."),
        CONFIRMED: _("You confirmed the hours of this month. Open the month again first."),
    }[code]


def refuse_closed_day(user: User, day: dt.date) -> None:
    """Raise ValidationError when hours on that day cannot change any more, or not yet."""
    code = closed_days(user.pk, [day]).get(day)
    if code:
        raise ValidationError({"day": why_closed(code)})


def hold_months() -> None:
    """Until the end of the transaction: nobody closes a month while hours are written, and the other way
    round. Writers share the lock, closing takes it alone (see hold_months_alone)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext('budget-months'))")


def hold_months_alone() -> None:
    """The other side of hold_months: waits for who is writing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('budget-months'))")


def reconsider(*kinds: str) -> None:
    """Let the reminders of these kinds be looked at again once this is committed."""
    request_reconcile(list(kinds))
