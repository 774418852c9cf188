"""Hours of one person, and what part of all hours was contact."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.models import User
from budget.models import MonthClosing, MonthConfirmation, TimeEntry
from deventer_crm.core import clock
from deventer_crm.core.statements import Prepared

from .split import ZERO


@Prepared
def _by_kind(*, year: int, as_of: dt.date) -> "QuerySet[Any, Any]":
    rows: QuerySet[Any, Any] = TimeEntry.objects.filter(day__year=year, day__lte=as_of).order_by()
    sums: QuerySet[Any, Any] = rows.values_list("kind").annotate(total=Sum("hours"))
    return sums


def contact_share(year: int, as_of: dt.date) -> Decimal | None:
    """The share of booked hours that was contact with companies, 0 to 1."""
    sums = dict(_by_kind.rows(year=year, as_of=as_of))
    total = sum(sums.values(), ZERO)
    return sums.get(TimeEntry.Kind.CONTACT, ZERO) / total if total else None


@dataclass(frozen=True)
class OwnMonth:
    """The hours of one person in one month; `confirmed_on` is empty as long as the month is open."""

    first: dt.date
    hours: Decimal
    confirmed_on: dt.date | None
    can_confirm: bool
    is_closed: bool = False


def own_months(user: User) -> list[OwnMonth]:
    """The last four months of a person: hours booked, confirmed or not, and whether it can be confirmed."""
    today = clock.today()
    firsts = [today.replace(day=1)]
    while len(firsts) < 4:
        firsts.append((firsts[-1] - dt.timedelta(days=1)).replace(day=1))
    confirmed = dict(
        MonthConfirmation.objects.filter(user=user, month__in=firsts).values_list("month", "confirmed_on")
    )
    closed = set(
        MonthClosing.objects.filter(month__in=firsts, reopened_on__isnull=True).values_list(
            "month", flat=True
        )
    )
    sums: dict[dt.date, Decimal] = {}
    for day, booked in TimeEntry.objects.filter(user=user, day__gte=firsts[-1]).values_list("day", "hours"):
        first = day.replace(day=1)
        sums[first] = sums.get(first, ZERO) + booked
    return [
        OwnMonth(
            first=first,
            hours=sums.get(first, ZERO),
            confirmed_on=confirmed.get(first),
            can_confirm=first < today.replace(day=1) and first not in confirmed and first not in closed,
            is_closed=first in closed,
        )
        for first in firsts
    ]
