"""Saving a week as a grid: only what somebody changed, and only what nobody changed meanwhile."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import TimeEntry
from deventer_crm.core import formatting
from deventer_crm.core.services import save_tracked
from employers.models import Employer, Track

from .closed import closed_days, hold_months, reconsider, why_closed

ZERO, MOST = Decimal(0), Decimal(24)


@dataclass(frozen=True)
class CellChange:
    """Hours of a day for an employer or track, as they were on the screen and as they are wanted. `field`: of
    the form, for what is wrong with it."""

    field: str
    employer: Employer | None
    track: Track
    kind: str
    day: dt.date
    was: Decimal
    wanted: Decimal


@transaction.atomic
def save_week(user: User, changes: Iterable[CellChange], *, by: User) -> int:
    """Make these cells what is wanted, all or none; returns how many changed.

    Hours of a contact, a meeting or a file stay as they are: the rest of the cell is adjusted. Raises
    ValidationError by field: a closed day, hours that belong to something else, somebody who was first, more
    than a day has."""
    hold_months()
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = [change for change in changes if change.was != change.wanted]
    closed = closed_days(user.pk, {change.day for change in wanted})
    errors: dict[str, str] = {}
    for change in wanted:
        if change.day in closed:
            errors[change.field] = why_closed(closed[change.day])
            continue
        try:
            _change(user, change, by)
        except ValidationError as refusal:
            errors[change.field] = " ".join(refusal.messages)
    if errors:
        raise ValidationError(errors)
    if wanted:
        reconsider("spending_outside_band")
    return len(wanted)


def _change(user: User, change: CellChange, by: User) -> None:
    rows = list(
        TimeEntry.objects.select_for_update().filter(
            user=user, day=change.day, track=change.track, employer=change.employer, kind=change.kind
        )
    )
    fixed = sum((row.hours for row in rows if row.is_fixed), ZERO)
    free = [row for row in rows if not row.is_fixed]
    stored = fixed + sum((row.hours for row in free), ZERO)
    if stored != change.was:
        raise ValidationError(
            _("There are %(hours)s by now. Look at the week again.") % {"hours": formatting.hours(stored)}
        )
    if change.wanted < fixed:
        said = _("%(hours)s of this belong to a contact, a meeting or a file. Remove them at My hours.")
        raise ValidationError(said % {"hours": formatting.hours(fixed)})
    more = change.wanted - stored
    # The last ones give way first; an entry with a note is changed, not replaced.
    for row in free:
        if more >= 0:
            break
        taken = min(row.hours, -more)
        more += taken
        if taken == row.hours:
            row.delete()
        else:
            row.hours -= taken
            save_tracked(row, by=by)
    if more > 0:
        if free and free[0].hours + more <= MOST:
            free[0].hours += more
            save_tracked(free[0], by=by)
        else:
            save_tracked(
                TimeEntry(
                    user=user,
                    day=change.day,
                    hours=more,
                    track=change.track,
                    employer=change.employer,
                    kind=change.kind,
                ),
                by=by,
            )
