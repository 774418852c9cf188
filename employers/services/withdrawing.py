"""Taking a contact back; apart from logging one, because what was agreed in it can go with it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import ContactMoment, FollowUp

from .contact import contact_changed, may_change
from .followups import drop_follow_up

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def withdraw_contact(
    moment: ContactMoment, *, by: "User", reason: str, dropping: Iterable[FollowUp] = ()
) -> ContactMoment:
    """Take a contact out of the timeline; the row stays, with the reason. `dropping`: open follow-ups that
    came from it and go with it; others stay open. Raises PermissionDenied for somebody else's,
    ValidationError without a reason."""
    if not may_change(moment, by):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError({"withdrawn_reason": _("Say why you withdraw this.")})
    moment.withdrawn_on = clock.today()
    moment.withdrawn_reason = reason.strip()
    save_tracked(moment, by=by)
    for follow_up in dropping:
        drop_follow_up(follow_up, by=by, reason=moment.withdrawn_reason)
    contact_changed(moment)
    return moment
