"""What an hour costs, and what a meeting usually takes: dated rows that somebody adds."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import BudgetYear, Rate, StandardHours
from deventer_crm.core.services import save_tracked
from meetings.models import MeetingKind


@transaction.atomic
def add_rate(euros: Decimal, starts_on: dt.date, *, by: User, reason: str = "") -> Rate:
    """An hour costs this from that day on; a rate that starts on that day already becomes this one, the trail
    keeps what it was. Raises ValidationError when hours of a locked year would cost something else."""
    following = Rate.objects.filter(starts_on__gt=starts_on).order_by("starts_on").first()
    until = following.starts_on - dt.timedelta(days=1) if following else None
    locked = BudgetYear.objects.filter(locked_on__isnull=False, year__gte=starts_on.year)
    if until is not None:
        locked = locked.filter(year__lte=until.year)
    year = locked.order_by("year").values_list("year", flat=True).first()
    if year is not None:
        raise ValidationError(
            {"starts_on": _("%(year)s is locked; a rate for it cannot change.") % {"year": year}}
        )
    rate = Rate.objects.select_for_update().filter(starts_on=starts_on).first() or Rate(starts_on=starts_on)
    rate.euros, rate.reason = euros, reason.strip()
    return save_tracked(rate, by=by)


@transaction.atomic
def set_standard_hours(kind: MeetingKind, hours: Decimal, starts_on: dt.date, *, by: User) -> StandardHours:
    """What a meeting of that kind usually takes from that day on; the row of the same day becomes this
    one."""
    rows = StandardHours.objects.select_for_update().filter(meeting_kind=kind, starts_on=starts_on)
    row = rows.first() or StandardHours(meeting_kind=kind, starts_on=starts_on)
    row.hours = hours
    return save_tracked(row, by=by)
