"""Planning the hours of one person."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import BudgetYear, PersonBudget
from budget.selectors import planned_by_person
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import Track

from .plan import open_year


@transaction.atomic
def plan_person(
    year: int,
    user: User,
    hours: Mapping[Track, Decimal],
    *,
    by: User,
    planned_on: dt.date | None = None,
    reason: str = "",
) -> BudgetYear:
    """Make the hours of one person in a year equal to these totals. As with tracks: the first time a line for
    each, later lines with the difference and a reason.

    Raises ValidationError for a locked year, a missing reason, hours below zero, or a day before a later
    line."""
    planned_on = planned_on or clock.today()
    budget_year = open_year(year, by=by)
    mine = budget_year.person_lines.filter(user=user)
    later = mine.filter(planned_on__gt=planned_on).first()
    if later is not None:
        raise ValidationError(
            {"planned_on": _("There is a later amendment, from %(day)s.") % {"day": later.planned_on}}
        )
    current = {track.pk: total for (_user, track), total in planned_by_person(budget_year, user).items()}
    changed = {track: total for track, total in hours.items() if total != current.get(track.pk, Decimal(0))}
    if any(total < 0 for total in hours.values()):
        raise ValidationError(_("A reservation cannot be negative."))
    if current and changed and not reason.strip():
        raise ValidationError({"reason": _("Say why the plan changes.")})
    for track, total in changed.items():
        save_tracked(
            PersonBudget(
                budget_year=budget_year,
                user=user,
                track=track,
                hours=total - current.get(track.pk, Decimal(0)),
                planned_on=planned_on,
                reason=reason.strip(),
            ),
            by=by,
        )
    return budget_year
