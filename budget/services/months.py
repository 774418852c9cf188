"""A month of hours: booked and confirmed by the person in one act, closed for everybody by the lead."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import BudgetYear, MonthClosing, MonthConfirmation, TimeEntry
from budget.selectors.proposals import BY_EMPLOYERS, JOINT, Proposal, proposals
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import Track

from .closed import closed_days, hold_months, hold_months_alone, reconsider, why_closed
from .hours import book_hours


@dataclass(frozen=True)
class Chosen:
    """A proposal somebody says yes to: so many hours, on that track (a key, JOINT or BY_EMPLOYERS)."""

    key: str
    hours: Decimal
    choice: str


@transaction.atomic
def book_month(
    user: User, month: dt.date, chosen: Iterable[Chosen], *, by: User, confirm: bool = False
) -> list[TimeEntry]:
    """Book these proposals of a month and, with `confirm`, say that the month is complete: all of it or
    nothing. What was booked meanwhile, in another window, is not booked twice.

    Raises ValidationError for a closed month, or one that is not over when it is confirmed."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    offered = {proposal.key: proposal for proposal in proposals(user, month)}
    tracks = {str(track.pk): track for track in Track.objects.filter(disabled_on__isnull=True)}
    entries: list[TimeEntry] = []
    for choice in chosen:
        proposal = offered.get(choice.key)
        if proposal is not None:
            entries += _book(user, proposal, choice, tracks, by)
    if confirm:
        confirm_month(user, month, by=by)
    return entries


def _book(
    user: User, proposal: Proposal, choice: Chosen, tracks: dict[str, Track], by: User
) -> list[TimeEntry]:
    return book_hours(
        user=user,
        by=by,
        day=proposal.day,
        hours=choice.hours,
        kind=proposal.kind,
        employer=proposal.employer,
        track=tracks.get(choice.choice),
        is_joint=choice.choice == JOINT,
        weights=proposal.weights if choice.choice == BY_EMPLOYERS else None,
        **proposal.origin,
    )


@transaction.atomic
def confirm_month(user: User, month: dt.date, *, by: User) -> MonthConfirmation:
    """Say that a month is complete; it then takes no more entries. Raises ValidationError for a month that is
    not over, or that the lead closed."""
    hold_months()
    first = month.replace(day=1)
    if first >= clock.today().replace(day=1):
        raise ValidationError(_("This month is not over yet."))
    found = MonthConfirmation.objects.filter(user=user, month=first).first()
    if found is None:
        _refuse_closed(user, first)
        found = save_tracked(
            MonthConfirmation(user=user, month=first, confirmed_on=clock.today()),
            by=by,
        )
    reconsider("hours_not_confirmed")
    return found


@transaction.atomic
def reopen_month(user: User, month: dt.date, *, by: User) -> None:
    """Take a confirmation back, for a forgotten entry; the trail keeps it."""
    hold_months()
    first = month.replace(day=1)
    found = MonthConfirmation.objects.filter(user=user, month=first).first()
    if found is None:
        return
    found.delete()
    _refuse_closed(user, first)
    reconsider("hours_not_confirmed")


def _refuse_closed(user: User, first: dt.date) -> None:
    code = closed_days(user.pk, [first]).get(first)
    if code:
        raise ValidationError(why_closed(code))


@transaction.atomic
def close_month(month: dt.date, *, by: User) -> MonthClosing:
    """Close a month for everybody: no hours come in or go out, whoever confirmed. Raises ValidationError for
    a month that is not over or a locked year."""
    hold_months_alone()
    first = month.replace(day=1)
    if first >= clock.today().replace(day=1):
        raise ValidationError(_("This month is not over yet."))
    _refuse_locked(first.year)
    found = MonthClosing.objects.filter(month=first, reopened_on__isnull=True).first()
    if found is None:
        found = save_tracked(MonthClosing(month=first, closed_on=clock.today()), by=by)
    reconsider("hours_not_confirmed")
    return found


@transaction.atomic
def reopen_closed_month(month: dt.date, *, by: User, reason: str) -> None:
    """Open a closed month again, with a reason; the closing stays in the list. Confirmations of people stay:
    whoever must change something takes the own one back."""
    hold_months_alone()
    first = month.replace(day=1)
    _refuse_locked(first.year)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the month is opened again.")})
    found = MonthClosing.objects.select_for_update().filter(month=first, reopened_on__isnull=True).first()
    if found is None:
        return
    found.reopened_on, found.reopen_reason = clock.today(), reason.strip()
    save_tracked(found, by=by)
    reconsider("hours_not_confirmed")


def _refuse_locked(year: int) -> None:
    if BudgetYear.objects.filter(year=year, locked_on__isnull=False).exists():
        raise ValidationError(_("This year is locked; it takes no changes."))
