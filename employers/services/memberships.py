"""Memberships of associations: from a day, until a day; what ended stays readable."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core.services import save_tracked
from employers.models import Employer, Membership

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def add_membership(
    *,
    by: "User",
    employer: Employer,
    association: Employer,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
) -> Membership:
    """From that day on the employer is a member. Raises ValidationError when the other is no association, is
    the employer itself, or when it is a member already in that period."""
    if association.kind != Employer.Kind.ASSOCIATION:
        raise ValidationError({"association": _("Only an association has members.")})
    if association.pk == employer.pk:
        raise ValidationError({"association": _("An association is no member of itself.")})
    return save_tracked(
        Membership(employer=employer, association=association, starts_on=starts_on, ends_on=ends_on), by=by
    )


@transaction.atomic
def end_membership(membership: Membership, *, by: "User", ends_on: dt.date) -> Membership:
    """The last day of a membership. Raises ValidationError for a day before its first."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    membership.ends_on = ends_on
    return save_tracked(membership, by=by)
