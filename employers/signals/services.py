"""Saying that a signal is not so, and taking that back."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import Employer, SignalObjection

from .reading import signals_for

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def object_to_signal(
    employer: Employer, *, by: "User", code: str, cause: str, reason: str
) -> SignalObjection:
    """Hide one signal for everybody until its cause changes. Raises ValidationError without a reason, or when
    the signal is no longer there (its cause changed, or somebody said so before)."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this is not so.")})
    shown = signals_for([employer.pk], by).get(employer.pk, [])
    if not any((signal.code, signal.cause) == (code, cause) for signal in shown):
        raise ValidationError(_("This signal is no longer there. Somebody may have been first."))
    return save_tracked(
        SignalObjection(
            employer=employer, code=code, cause=cause, reason=reason.strip(), made_on=clock.today()
        ),
        by=by,
    )


@transaction.atomic
def withdraw_objection(objection: SignalObjection, *, by: "User") -> SignalObjection:
    """Show the signal again. Only who made the objection, or who keeps the portfolios, takes it back."""
    row = SignalObjection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if row.created_by_id != by.pk and not by.can(Act.KEEP_PORTFOLIOS):
        raise PermissionDenied
    if row.withdrawn_on is None:
        row.withdrawn_on, row.withdrawn_by = clock.today(), by
        save_tracked(row, by=by)
    return row
