"""Booking hours and taking them out again."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.dividing import by_percentage, divide
from budget.models import TimeEntry
from deventer_crm.core import policy
from deventer_crm.core.services import save_tracked
from employers.models import Employer, Track

from .closed import hold_months, reconsider, refuse_closed_day

__all__ = ["book_hours", "joint_parts", "refuse_closed_day", "remove_hours"]


def joint_parts(hours: Decimal, day: dt.date) -> list[tuple[Track, Decimal]]:
    """Joint hours over both tracks by the policy setting of that day; they add up to `hours` (R6)."""
    share = Decimal(str(policy.value("joint_hours_sector_share", day)))
    sectors, inner_city = by_percentage(hours, share)
    tracks = {row.code: row for row in Track.objects.filter(code__in=[Track.SECTORS, Track.INNER_CITY])}
    return [(tracks[Track.SECTORS], sectors), (tracks[Track.INNER_CITY], inner_city)]


@transaction.atomic
def book_hours(
    *,
    user: User,
    day: dt.date,
    hours: Decimal,
    by: User,
    kind: str = TimeEntry.Kind.CONTACT,
    employer: Employer | None = None,
    track: Track | None = None,
    is_joint: bool = False,
    weights: Mapping[Track, int] | None = None,
    note: str = "",
    **origin: Any,
) -> list[TimeEntry]:
    """Book hours on a day. The track is the one named, else that of the employer; joint hours are split by
    the policy setting, or by `weights` (employers for each track), into entries that add up to what was typed
    (R3, R6). `origin`: contact, meeting or import_key of TimeEntry.

    Raises ValidationError for a day in the future, a confirmed or closed month, a locked year, or no track at
    all."""
    hold_months()
    refuse_closed_day(user, day)
    parts: list[tuple[Track, Decimal]] = []
    if is_joint:
        parts = joint_parts(hours, day)
    elif weights:
        parts = list(zip(weights, divide(hours, list(weights.values())), strict=True))
    else:
        chosen = track or (employer.track if employer else None)
        if chosen is None:
            raise ValidationError({"track": _("Choose a track, or an employer that has one.")})
        parts = [(chosen, hours)]
    entries = [
        save_tracked(
            TimeEntry(
                user=user, day=day, hours=part, track=on, employer=employer, kind=kind, note=note, **origin
            ),
            by=by,
        )
        for on, part in parts
        if part > 0
    ]
    reconsider("spending_outside_band")
    return entries


@transaction.atomic
def remove_hours(entry: TimeEntry, *, by: User) -> None:
    """Take an own entry of an open month out of the books; the trail keeps what it was."""
    hold_months()
    refuse_closed_day(entry.user, entry.day)
    entry.delete()
    reconsider("spending_outside_band")
