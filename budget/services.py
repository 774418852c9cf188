"""Writes of the budget: planning a year, booking hours, confirming a month."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import BudgetYear, MonthConfirmation, TimeEntry, TrackBudget
from budget.selectors import planned_by_track
from deventer_crm.core import clock, policy
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.services import save_tracked
from employers.models import Employer, Track

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Reservation:
    """What a track should have in total."""

    hours: Decimal
    euros: Decimal


@transaction.atomic
def plan_budget(
    year: int,
    reservations: dict[Track, Reservation],
    *,
    by: User,
    planned_on: dt.date | None = None,
    reason: str = "",
) -> BudgetYear:
    """Make the plan of a year equal to these totals. The first plan is a line per track; a later one adds
    lines with the difference and needs a reason, so that the plan of any earlier day can still be read.

    Raises ValidationError for a locked year, a missing reason or a negative total. A plan that is not 80/20
    is allowed: the monitor and a reminder say so (R6)."""
    planned_on = planned_on or clock.today()
    budget_year = BudgetYear.objects.select_for_update().filter(year=year).first()
    if budget_year is None:
        budget_year = save_tracked(BudgetYear(year=year), by=by)
    if budget_year.locked_on:
        raise ValidationError(_("This year is locked; it takes no changes."))
    later = budget_year.lines.filter(planned_on__gt=planned_on).first()
    if later is not None:
        raise ValidationError(
            {"planned_on": _("There is a later amendment, from %(day)s.") % {"day": later.planned_on}}
        )
    current = planned_by_track(budget_year)
    if current and not reason.strip():
        raise ValidationError({"reason": _("Say why the plan changes.")})
    for track, wanted in reservations.items():
        if wanted.hours < 0 or wanted.euros < 0:
            raise ValidationError(_("A reservation cannot be negative."))
        hours, euros = current.get(track.pk, (Decimal(0), Decimal(0)))
        if (wanted.hours, wanted.euros) == (hours, euros):
            continue
        save_tracked(
            TrackBudget(
                budget_year=budget_year,
                track=track,
                hours=wanted.hours - hours,
                euros=wanted.euros - euros,
                planned_on=planned_on,
                reason=reason.strip(),
            ),
            by=by,
        )
    if budget_year.adopted_on is None:
        budget_year.adopted_on = planned_on
        save_tracked(budget_year, by=by)
    _reconsider("budget_not_split", "spending_outside_band")
    return budget_year


@transaction.atomic
def lock_year(budget_year: BudgetYear, *, by: User) -> BudgetYear:
    """Close a year: no plan lines and no hours any more."""
    budget_year.locked_on = clock.today()
    return save_tracked(budget_year, by=by)


@transaction.atomic
def unlock_year(budget_year: BudgetYear, *, by: User, reason: str) -> BudgetYear:
    """Open a locked year again; the reason stands in the explanation, the trail keeps both moments."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the year is opened again.")})
    budget_year.locked_on = None
    note = _("Opened again on %(day)s: %(reason)s") % {
        "day": clock.today().strftime("%d-%m-%Y"),
        "reason": reason.strip(),
    }
    budget_year.explanation = f"{budget_year.explanation}\n{note}".strip()
    return save_tracked(budget_year, by=by)


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
    note: str = "",
) -> list[TimeEntry]:
    """Book hours on a day. The track is that of the employer, else the one named; joint hours are split by
    the policy setting into two entries that add up to what was typed (R3, R6).

    Raises ValidationError for a day in the future, a confirmed month, a locked year, or no track at all."""
    refuse_closed_day(user, day)
    parts: list[tuple[Track, Decimal]] = []
    if is_joint:
        share = Decimal(str(policy.value("joint_hours_sector_share", day))) / 100
        sectors = (hours * share).quantize(CENT, ROUND_HALF_UP)
        tracks = {row.code: row for row in Track.objects.filter(code__in=[Track.SECTORS, Track.INNER_CITY])}
        parts = [(tracks[Track.SECTORS], sectors), (tracks[Track.INNER_CITY], hours - sectors)]
    else:
        chosen = (employer.track if employer else None) or track
        if chosen is None:
            raise ValidationError({"track": _("Choose a track, or an employer that has one.")})
        parts = [(chosen, hours)]
    entries = [
        save_tracked(
            TimeEntry(user=user, day=day, hours=part, track=on, employer=employer, kind=kind, note=note),
            by=by,
        )
        for on, part in parts
        if part > 0
    ]
    _reconsider("spending_outside_band")
    return entries


@transaction.atomic
def remove_hours(entry: TimeEntry, *, by: User) -> None:
    """Take an own entry of an open month out of the books; the trail keeps what it was."""
    refuse_closed_day(entry.user, entry.day)
    entry.delete()
    _reconsider("spending_outside_band")


@transaction.atomic
def confirm_month(user: User, month: dt.date, *, by: User) -> MonthConfirmation:
    """Say that a month is complete; it then takes no more entries. Raises ValidationError for a month that is
    not over."""
    first = month.replace(day=1)
    if first >= clock.today().replace(day=1):
        raise ValidationError(_("This month is not over yet."))
    found = MonthConfirmation.objects.filter(user=user, month=first).first()
    if found is None:
        found = save_tracked(
            MonthConfirmation(user=user, month=first, confirmed_on=clock.today()),
            by=by,
        )
    _reconsider("hours_not_confirmed")
    return found


@transaction.atomic
def reopen_month(user: User, month: dt.date, *, by: User) -> None:
    """Take a confirmation back, for a forgotten entry; the trail keeps it."""
    year = BudgetYear.objects.filter(year=month.year, locked_on__isnull=False)
    if year.exists():
        raise ValidationError(_("This year is locked; it takes no changes."))
    MonthConfirmation.objects.filter(user=user, month=month.replace(day=1)).delete()
    _reconsider("hours_not_confirmed")


def refuse_closed_day(user: User, day: dt.date) -> None:
    """Raise ValidationError when hours on that day cannot change any more, or not yet."""
    if day > clock.today():
        raise ValidationError({"day": _("This day is still to come.")})
    if BudgetYear.objects.filter(year=day.year, locked_on__isnull=False).exists():
        raise ValidationError({"day": _("This year is locked; it takes no changes.")})
    if MonthConfirmation.objects.filter(user=user, month=day.replace(day=1)).exists():
        raise ValidationError(
            {"day": _("You confirmed the hours of this month. Open the month again first.")}
        )


def _reconsider(*kinds: str) -> None:
    """Let the reminders of these kinds be looked at again once this is committed."""
    request_reconcile(list(kinds))
