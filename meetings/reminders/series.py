"""R7: meetings of the boards (C2), of the chairs (C3) and about a theme (C4) that are not in the agenda.

They ask the measures of the monitor, so that a reminder never says something else than the monitor does."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import policy
from deventer_crm.core.commitments import Measure, evaluate
from deventer_crm.core.models import Commitment
from deventer_crm.core.reminders import Wanted, rule, year_is_over


def _short(measure_name: str, today: dt.date, targets: list[int] | None) -> list[Measure]:
    """The commitments with that measure of which done and planned together stay under the norm."""
    rows = Commitment.objects.on(today).filter(measure=measure_name).prefetch_related("norms")
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    measures = [evaluate(row, today) for row in rows]
    return [
        seen
        for seen in measures
        if seen.count is not None and seen.norm is not None and seen.count + seen.seen.planned < seen.norm
    ]


def _to(role: Role, short: list[Measure], due: dt.date, *, escalated: bool = False) -> list[Wanted]:
    return [
        Wanted(seen.commitment.pk, person, due, str(due.year), escalated=escalated)
        for seen in short
        for person in User.objects.ids_with_role(role)
    ]


@rule(
    "boards_not_planned",
    label=_("Meeting of the boards not planned"),
    act=_("Plan the meeting of boards and college"),
    target="core.Commitment",
    period_over=year_is_over,
    asks=(Role.SECRETARY,),
    later=(Role.TEAM_LEAD,),
)
def boards_not_planned(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the secretary, later to the lead, when the year's meeting is neither held nor planned."""
    settings = policy.values(["boards_planned_by", "boards_not_planned_lead"], today)
    first = policy.month_day(settings["boards_planned_by"], today.year)
    second = policy.month_day(settings["boards_not_planned_lead"], today.year)
    if today < min(first, second):
        return []
    short = _short("boards_meeting", today, targets)
    wanted = _to(Role.SECRETARY, short, first) if today >= first else []
    return wanted + (_to(Role.TEAM_LEAD, short, second, escalated=True) if today >= second else [])


@rule(
    "chairs_behind",
    label=_("Meetings of the chairs fall behind"),
    act=_("Plan the next meeting of the chairs"),
    target="core.Commitment",
    period_over=year_is_over,
    asks=(Role.SECRETARY,),
)
def chairs_behind(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the secretary when done and planned together are less than the part of the norm that the year has
    come to."""
    short = _short("chairs_meeting", today, targets)
    behind = [(seen, due) for seen in short if (due := _behind_since(seen)) <= today]
    return [wanted for seen, due in behind for wanted in _to(Role.SECRETARY, [seen], due)]


def _behind_since(seen: Measure) -> dt.date:
    """The first day at whose end norm × elapsed is more than what is done and planned; days are whole, so
    this is exact."""
    have = (seen.count or Decimal(0)) + seen.seen.planned
    days = (seen.period.end - seen.period.start).days + 1
    passed = Fraction(have) * days / Fraction(seen.norm or 1)
    return seen.period.start + dt.timedelta(days=int(passed))


@rule(
    "themed_not_planned",
    label=_("Themed meeting not planned"),
    act=_("Choose a subject and plan the meeting"),
    target="core.Commitment",
    period_over=year_is_over,
    asks=(Role.TEAM_LEAD,),
)
def themed_not_planned(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the lead when the year's themed meeting is neither held nor planned."""
    due = policy.month_day(policy.value("themed_planned_by", today), today.year)
    return _to(Role.TEAM_LEAD, _short("themed_meeting", today, targets), due) if today >= due else []
