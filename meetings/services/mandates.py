"""A secretary acts for a college member only with a mandate of that day (R9)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import CollegeMember, Mandate
from accounts.roles import Act
from deventer_crm.core import clock, formatting

if TYPE_CHECKING:
    from accounts.models import User


def mandated_members(user: "User", day: dt.date | None = None) -> "QuerySet[CollegeMember]":
    """The college members this person may act for on that day (default today)."""
    if not user.can(Act.ACT_FOR_COLLEGE):
        return CollegeMember.objects.none()
    on = day or clock.today()
    mandates = Mandate.objects.on(on).filter(secretary=user)
    return CollegeMember.objects.on(on).filter(pk__in=mandates.values("college_member"))


def check_mandate(by: "User", member: CollegeMember | None, day: dt.date | None = None) -> None:
    """Raises ValidationError (on_behalf_of) when this person may not act for that member on that day."""
    if member is None or member.user_id == by.pk:
        return
    on = day or clock.today()
    if not mandated_members(by, on).filter(pk=member.pk).exists():
        raise ValidationError(
            {
                "on_behalf_of": _("You have no mandate for %(member)s on %(day)s.")
                % {"member": member, "day": formatting.nl_date(on)}
            }
        )
