"""Reminders of the budget (R7): the plan is not 80/20, spending leaves the band, hours are not confirmed."""

import datetime as dt

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from budget import checking, selectors
from budget.models import BudgetYear, MonthClosing, MonthConfirmation, TimeEntry
from deventer_crm.core import policy
from deventer_crm.core.commitments import State, commitment_on
from deventer_crm.core.reminders import Wanted, rule, year_is_over


@rule(
    "budget_not_split",
    label=_("The budget plan is not 80/20"),
    act=_("Adjust or explain the plan"),
    target="core.Commitment",
    period_over=year_is_over,
    asks=(Role.TEAM_LEAD,),
)
def budget_not_split(today: dt.date, targets: list[int] | None = None) -> list[Wanted]:
    """At once, to the lead, from the day the plan left the margin."""
    commitment = commitment_on("C5", today, among=targets)
    if commitment is None:
        return []
    view = selectors.split(today.year, today)
    if view.plan_state != State.AT_RISK or view.planned_on is None:
        return []
    return [
        Wanted(commitment.pk, lead, view.planned_on, str(today.year))
        for lead in User.objects.ids_with_role(Role.TEAM_LEAD)
    ]


@rule(
    "spending_outside_band",
    label=_("Spending is heading outside the margin"),
    act=_("Look at what is needed"),
    target="core.Commitment",
    period_over=lambda period, today: period < f"{today:%Y-%m}",
    asks=(Role.TEAM_LEAD,),
)
def spending_outside_band(today: dt.date, targets: list[int] | None = None) -> list[Wanted]:
    """Once a month, to the lead, from min_booked_hours on."""
    commitment = commitment_on("C5", today, among=targets)
    if commitment is None or selectors.split(today.year, today).spending_state != State.AT_RISK:
        return []
    return [
        Wanted(commitment.pk, lead, today.replace(day=1), f"{today:%Y-%m}")
        for lead in User.objects.ids_with_role(Role.TEAM_LEAD)
    ]


__all__ = ["checking"]  # its explanation registers itself


def _month_is_closed(period: str, today: dt.date) -> bool:
    """A month can still be confirmed in the first quarter of the next year."""
    return today > dt.date(int(period[:4]) + 1, 3, 31)


@rule(
    "hours_not_confirmed",
    label=_("Your hours are not confirmed"),
    act=_("Confirm your hours"),
    target="budget.BudgetYear",
    period_over=_month_is_closed,
    asks=(Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD),
    personal=True,
)
def hours_not_confirmed(today: dt.date, targets: list[int] | None = None) -> list[Wanted]:
    """To everybody whose work is booked (account managers, and who booked hours in that month), on the fifth
    of the next month. The target is the budget year: a month has no record of its own."""
    day = policy.value("hours_confirmed_by_day", today)
    years = BudgetYear.objects.filter(year__in=[today.year - 1, today.year], locked_on__isnull=True)
    if targets is not None:
        years = years.filter(pk__in=targets)
    by_year = {row.year: row.pk for row in years}
    closed = set(MonthClosing.objects.filter(reopened_on__isnull=True).values_list("month", flat=True))
    wanted: list[Wanted] = []
    for months_back in range(1, 16):
        first = _months_before(today, months_back)
        due = _months_before(today, months_back - 1).replace(day=max(1, min(day, 28)))
        period = f"{first:%Y-%m}"
        if first.year not in by_year or due > today or _month_is_closed(period, today):
            continue
        booked = TimeEntry.objects.filter(
            user=OuterRef("pk"), day__gte=first, day__lt=_months_before(today, months_back - 1)
        )
        if first in closed:
            continue  # the lead closed it: nobody can confirm any more
        confirmed = MonthConfirmation.objects.filter(user=OuterRef("pk"), month=first)
        managers = User.objects.with_role(Role.ACCOUNT_MANAGER).filter(
            date_joined__date__lt=_months_before(today, months_back - 1)
        )
        people = User.objects.filter(is_active=True).filter(~Exists(confirmed))
        ids = people.filter(Exists(booked)) | people.filter(pk__in=managers.values("pk"))
        wanted += [
            Wanted(by_year[first.year], person, due, period)
            for person in ids.distinct().values_list("pk", flat=True)
        ]
    return wanted


def _months_before(day: dt.date, months: int) -> dt.date:
    """The first day of the month that many months before."""
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, 1)
