"""Planning a year: totals of the tracks, copying, locking."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import BudgetYear, PersonBudget, TrackBudget
from budget.selectors import planned_by_person, planned_by_track
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import Track

from .closed import hold_months_alone, reconsider


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
    off_norm_reason: str | None = None,
) -> BudgetYear:
    """Make the plan of a year equal to these totals. The first plan is a line per track; a later one adds
    lines with the difference and needs a reason, so that the plan of any earlier day can still be read.

    Raises ValidationError for a locked year, a missing reason or a negative total. A plan that is not 80/20
    is allowed: the monitor and a reminder say so, `off_norm_reason` explains it (R6)."""
    planned_on = planned_on or clock.today()
    budget_year = open_year(year, by=by)
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
    said = budget_year.off_norm_reason if off_norm_reason is None else off_norm_reason.strip()
    if budget_year.adopted_on is None or said != budget_year.off_norm_reason:
        budget_year.adopted_on = budget_year.adopted_on or planned_on
        budget_year.off_norm_reason = said
        save_tracked(budget_year, by=by)
    reconsider("budget_not_split", "spending_outside_band")
    return budget_year


def open_year(year: int, *, by: User) -> BudgetYear:
    """The row of a year, made when it is not there, locked against a second planner until the transaction
    ends. Raises ValidationError for a locked year."""
    budget_year = BudgetYear.objects.select_for_update().filter(year=year).first()
    if budget_year is None:
        budget_year = save_tracked(BudgetYear(year=year), by=by)
    if budget_year.locked_on:
        raise ValidationError(_("This year is locked; it takes no changes."))
    return budget_year


@transaction.atomic
def explain_plan(budget_year: BudgetYear, text: str, *, by: User) -> BudgetYear:
    """Say why the plan is off the norm. Raises ValidationError for a locked year."""
    budget_year = open_year(budget_year.year, by=by)
    budget_year.off_norm_reason = text.strip()
    return save_tracked(budget_year, by=by)


@transaction.atomic
def copy_plan(year: int, *, from_year: int, by: User, planned_on: dt.date | None = None) -> BudgetYear:
    """Start a year with what another ended with: the totals of the tracks, and the hours of people who are
    still here. Raises ValidationError when there is nothing to copy, or the year has a plan."""
    source = BudgetYear.objects.filter(year=from_year).first()
    totals = planned_by_track(source) if source else {}
    if source is None or not totals:
        raise ValidationError(_("There is no plan of %(year)s to copy.") % {"year": from_year})
    target = open_year(year, by=by)
    if target.lines.exists() or target.person_lines.exists():
        raise ValidationError(_("This year has a plan already."))
    tracks = Track.objects.in_bulk(list(totals))
    reservations = {tracks[pk]: Reservation(hours, euros) for pk, (hours, euros) in totals.items()}
    target = plan_budget(year, reservations, by=by, planned_on=planned_on)
    for (user, track), hours in planned_by_person(source).items():
        if hours > 0 and user.is_active:
            save_tracked(
                PersonBudget(
                    budget_year=target,
                    user=user,
                    track=track,
                    hours=hours,
                    planned_on=planned_on or clock.today(),
                ),
                by=by,
            )
    return target


@transaction.atomic
def lock_year(budget_year: BudgetYear, *, by: User, reason: str = "") -> BudgetYear:
    """Close a year: no plan lines and no hours any more. Raises ValidationError when it is locked already."""
    hold_months_alone()
    budget_year = open_year(budget_year.year, by=by)
    budget_year.locked_on = clock.today()
    _note(budget_year, _("Locked on %(day)s"), reason)
    budget_year = save_tracked(budget_year, by=by)
    reconsider("hours_not_confirmed")
    return budget_year


@transaction.atomic
def unlock_year(budget_year: BudgetYear, *, by: User, reason: str) -> BudgetYear:
    """Open a locked year again; the reason stands in the explanation, the trail keeps both moments."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the year is opened again.")})
    budget_year = BudgetYear.objects.select_for_update().get(pk=budget_year.pk)
    if budget_year.locked_on is None:
        return budget_year
    budget_year.locked_on = None
    _note(budget_year, _("Opened again on %(day)s"), reason)
    budget_year = save_tracked(budget_year, by=by)
    reconsider("hours_not_confirmed")
    return budget_year


def _note(budget_year: BudgetYear, what: str, reason: str) -> None:
    """One line more in the explanation: what happened, on which day, and why."""
    line = what % {"day": clock.today().strftime("%d-%m-%Y")}
    if reason.strip():
        line = f"{line}: {reason.strip()}"
    budget_year.explanation = f"{budget_year.explanation}\n{line}".strip()
