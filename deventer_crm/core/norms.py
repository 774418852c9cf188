"""Norms of commitments, dated (R6). The lead adds one; what has begun is history and stays.

A norm from an earlier day on would change what was already said of that day (R1), so a new one starts today
at the earliest. Only a commitment without any norm may get one from an earlier day: nothing was judged
yet."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.models import Commitment, CommitmentNorm

HUNDRED = Decimal(100)


@transaction.atomic
def add_norm(
    commitment: Commitment,
    *,
    value: Decimal,
    starts_on: dt.date,
    by: Any,
    reason: str,
    tolerance: Decimal = Decimal(0),
) -> CommitmentNorm:
    """From that day on this is the norm. `value` in the unit of the commitment, `tolerance` in percentage
    points and only for a division (C5). Raises ValidationError, beside the field it is about."""
    # Two people at once: the second sees the norm of the first.
    held = Commitment.objects.select_for_update().get(pk=commitment.pk)
    norm = CommitmentNorm(
        commitment=held, value=value, tolerance=tolerance, starts_on=starts_on, reason=reason.strip()
    )
    errors = _problems(held, norm)
    if errors:
        raise ValidationError(errors)
    norm.full_clean()
    with pghistory.context(user=by.pk):
        norm.save()
    return norm


def _problems(commitment: Commitment, norm: CommitmentNorm) -> dict[str, str]:
    """What is wrong with a new norm, by field."""
    found: dict[str, str] = {}
    if not norm.reason:
        found["reason"] = _("Say why the norm changes.")
    if norm.value < 0:
        found["value"] = _("A norm cannot be negative.")
    elif commitment.unit == Commitment.Unit.COUNT and norm.value != norm.value.to_integral_value():
        found["value"] = _("Give a whole number.")
    elif commitment.unit != Commitment.Unit.COUNT and norm.value > HUNDRED:
        found["value"] = _("A share is at most 100 percent.")
    if norm.tolerance and commitment.unit != Commitment.Unit.SPLIT:
        found["tolerance"] = _("Only a division has a margin.")
    day = _day_problem(commitment, norm.starts_on)
    if day:
        found["starts_on"] = day
    return found


def _day_problem(commitment: Commitment, starts_on: dt.date) -> str:
    if starts_on < commitment.starts_on or (
        commitment.ends_on is not None and starts_on > commitment.ends_on
    ):
        return _("The commitment is not in force on that day.")
    days = set(commitment.norms.values_list("starts_on", flat=True))
    if starts_on in days:
        return _("There is already a norm from that day.")
    if days and starts_on < clock.today():
        return _("A norm starts today at the earliest: what was judged by the norm of then stays as it is.")
    return ""


@transaction.atomic
def withdraw_norm(norm: CommitmentNorm, *, by: Any) -> None:
    """Take back a norm that has not begun yet; the trail keeps that it was there. Raises ValidationError for
    one that has begun."""
    held = CommitmentNorm.objects.select_for_update().get(pk=norm.pk)
    if held.starts_on <= clock.today():
        day = nl_date(held.starts_on)
        raise ValidationError(_("This norm holds since %(day)s and cannot be taken back.") % {"day": day})
    with pghistory.context(user=by.pk):
        held.delete()
