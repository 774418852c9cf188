"""The months of a year for who closes them: how much is booked, how many confirmed, open or closed. Numbers
of people, no names (R9)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from accounts.models import User
from accounts.roles import Role
from budget.models import MonthClosing, MonthConfirmation, TimeEntry
from deventer_crm.core import clock

from .split import ZERO


@dataclass(frozen=True)
class ClosingRow:
    """`asked`: whose work is booked; `confirmed`: of those. `history`: closings that were opened again."""

    first: dt.date
    hours: Decimal
    asked: int
    confirmed: int
    closing: MonthClosing | None
    history: list[MonthClosing]
    is_over: bool


def closing_rows(year: int) -> list[ClosingRow]:
    """The months of a year that have begun, the newest first; a fixed number of queries."""
    today = clock.today()
    firsts = [dt.date(year, month, 1) for month in range(1, 13) if dt.date(year, month, 1) <= today]
    managers = list(User.objects.with_role(Role.ACCOUNT_MANAGER).order_by().values_list("pk", "date_joined"))
    hours: dict[dt.date, Decimal] = {}
    booked: dict[dt.date, set[int]] = {}
    rows = (
        TimeEntry.objects.filter(day__year=year)
        .order_by()
        .annotate(first=TruncMonth("day"))
        .values_list("first", "user")
        .annotate(total=Sum("hours"))
    )
    for first, user, total in rows:
        hours[first] = hours.get(first, ZERO) + total
        booked.setdefault(first, set()).add(user)
    confirmed: dict[dt.date, set[int]] = {}
    for first, user in MonthConfirmation.objects.filter(month__year=year).values_list("month", "user"):
        confirmed.setdefault(first, set()).add(user)
    closings: dict[dt.date, list[MonthClosing]] = {}
    for row in MonthClosing.objects.filter(month__year=year).select_related("created_by", "modified_by"):
        closings.setdefault(row.month, []).append(row)
    found = []
    for first in reversed(firsts):
        following = (first + dt.timedelta(days=32)).replace(day=1)
        asked = booked.get(first, set()) | {
            pk for pk, joined in managers if clock.local_date(joined) < following
        }
        said = confirmed.get(first, set())
        of_month = closings.get(first, [])
        found.append(
            ClosingRow(
                first=first,
                hours=hours.get(first, ZERO),
                asked=len(asked | said),
                confirmed=len(said),
                closing=next((row for row in of_month if row.reopened_on is None), None),
                history=[row for row in of_month if row.reopened_on is not None],
                is_over=first < today.replace(day=1),
            )
        )
    return found


def closed_months(year: int) -> set[dt.date]:
    """First days of the months that are closed now."""
    rows = MonthClosing.objects.filter(month__year=year, reopened_on__isnull=True)
    return set(rows.values_list("month", flat=True))


__all__ = ["ClosingRow", "closed_months", "closing_rows"]
