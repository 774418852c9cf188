"""R7: reminders about the yearly list and the register. They point at commitment C1, for they are about a
year and not about a record."""

import calendar
import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import policy
from deventer_crm.core.commitments import commitment_on
from deventer_crm.core.models import Commitment
from deventer_crm.core.reminders import Wanted, rule, year_is_over
from employers.toplist.ranking import newest_reference_date
from employers.toplist.selectors import standing_list


def _everyone(commitment: Commitment, role: Role, due_on: dt.date, period: str) -> list[Wanted]:
    return [Wanted(commitment.pk, person, due_on, period) for person in User.objects.ids_with_role(role)]


@rule(
    "list_not_frozen",
    label=_("The list of the largest employers is not frozen"),
    act=_("Look at the list and freeze it"),
    target="core.Commitment",
    period_over=year_is_over,
    asks=(Role.TEAM_LEAD,),
)
def list_not_frozen(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """From 1 March on (a setting) the lead is asked to freeze the list of the year."""
    due_on = policy.month_day(policy.value("top_list_frozen_by", today), today.year)
    commitment = commitment_on("C1", today, among=targets)
    if commitment is None or today < due_on or standing_list(today.year, today) is not None:
        return []
    return _everyone(commitment, Role.TEAM_LEAD, due_on, str(today.year))


@rule(
    "register_old",
    label=_("The register is old"),
    act=_("Import a newer register"),
    target="core.Commitment",
    asks=(Role.FUNCTIONAL_ADMIN,),
)
def register_old(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """The newest reference date is longer ago than 14 months (a setting). The period is that date: a newer
    delivery that is old again raises a new reminder. Without any register there is nothing that aged."""
    commitment = commitment_on("C1", today, among=targets)
    newest = newest_reference_date(today)
    if commitment is None or newest is None:
        return []
    old_from = add_months(newest, policy.value("register_old_after", today)) + dt.timedelta(days=1)
    if today < old_from:
        return []
    return _everyone(commitment, Role.FUNCTIONAL_ADMIN, old_from, f"register:{newest.isoformat()}")


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last day of the month where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
