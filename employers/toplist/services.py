"""Adjusting and freezing the list of a year (R4). Who may do it is the caller's to check (R9: the lead)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.locks import lock_transaction
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.reminders import RULES
from deventer_crm.core.services import save_tracked
from employers.models import Employer, JobCount, TopList, TopListAdjustment, TopListEntry

from .families import families
from .selectors import ADDED, EXCLUDED, concept, standing_list

if TYPE_CHECKING:
    from accounts.models import User

#: Reminder rules whose cause a list changes; the first is registered by a higher app.
REMINDERS = ("top_list_nothing", "list_not_frozen")
MAX_SIZE = 500


class AlreadyFrozen(ValidationError):
    """The list of this year stands; replacing it needs a reason."""


def _lock_year(year: int) -> None:
    """One person at a time changes the list of a year; the second waits and then sees what the first did."""
    lock_transaction(f"top_list:{year}")


@transaction.atomic
def freeze_top_list(
    year: int,
    *,
    by: "User",
    size: int | None = None,
    reference_date: dt.date | None = None,
    reason: str = "",
) -> TopList:
    """Store the list of the year as it is computed now, in the name of `by`.

    A list that stands is replaced only with a `reason`. Raises AlreadyFrozen without one, and ValidationError
    when there is nothing to freeze, or the size or the reference date cannot be."""
    _lock_year(year)
    standing = standing_list(year)
    reason = reason.strip()
    if standing is not None and not reason:
        raise AlreadyFrozen({"reason": _("The list of this year is already frozen. Say why you replace it.")})
    _check_choice(year, size, reference_date)
    figures = concept(year, size=size, reference_date=reference_date)
    if figures.reference_date is None or not any(row.has_duty for row in figures.rows):
        raise ValidationError(
            {"reference_date": _("There is nothing to freeze: the register has no jobs on that date.")}
        )
    today = clock.today()
    if standing is not None:
        standing.superseded_on = today
        standing.superseded_reason = reason[:200]
        save_tracked(standing, by=by)
    frozen = save_tracked(
        TopList(
            year=year,
            size=figures.size,
            reference_date=figures.reference_date,
            frozen_on=today,
            frozen_by=by,
        ),
        by=by,
    )
    TopListEntry.objects.bulk_create(
        TopListEntry(
            top_list=frozen,
            employer=row.employer,
            rank=row.rank,
            jobs=row.jobs,
            status=row.status,
            reason=row.reason,
        )
        for row in figures.rows
    )
    request_reconcile([kind for kind in REMINDERS if kind in RULES])
    return frozen


def _check_choice(year: int, size: int | None, reference_date: dt.date | None) -> None:
    if size is not None and not 1 <= size <= MAX_SIZE:
        raise ValidationError({"size": _("Choose a size from 1 to %(most)d.") % {"most": MAX_SIZE}})
    if reference_date is None:
        return
    if reference_date > dt.date(year, 12, 31):
        raise ValidationError({"reference_date": _("This reference date lies after the year of the list.")})
    if not JobCount.objects.filter(reference_date=reference_date).exists():
        raise ValidationError({"reference_date": _("No register was loaded with this reference date.")})


@transaction.atomic
def adjust_top_list(
    year: int, employer: Employer, *, status: str, reason: str, by: "User"
) -> TopListAdjustment:
    """Leave an employer out of the list of that year, or add one, with the reason. It holds from the next
    time the list is frozen; a frozen list keeps its rows.

    Raises ValidationError when there is one already, without a reason, or when it changes nothing."""
    _lock_year(year)
    known = families([employer.pk])
    survivor = Employer.objects.get(pk=known.survivor(employer.pk))
    if status not in (EXCLUDED, ADDED):
        raise ValidationError({"status": _("Choose leaving out or adding.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this employer is left out or added.")})
    if survivor.retired_on:
        raise ValidationError({"employer": _("This employer is no longer used.")})
    if TopListAdjustment.objects.filter(year=year, employer__in=list(known.members)).exists():
        raise ValidationError(
            {"employer": _("There is already an adjustment for this employer in this year.")}
        )
    standing = standing_list(year)
    rows = concept(year, size=standing.size if standing else None).rows if status == ADDED else ()
    if any(row.employer.pk == survivor.pk and row.has_duty for row in rows):
        raise ValidationError({"employer": _("This employer is on the list already.")})
    return save_tracked(
        TopListAdjustment(year=year, employer=survivor, status=status, reason=reason.strip()), by=by
    )


@transaction.atomic
def withdraw_adjustment(adjustment: TopListAdjustment, *, by: "User") -> None:
    """Take an adjustment back; the trail keeps what it was and who withdrew it."""
    _lock_year(adjustment.year)
    save_tracked(adjustment, by=by)
    adjustment.delete()
