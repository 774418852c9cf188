"""Reads of contact persons and positions; a person at a confidential employer only is confidential too."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Act
from deventer_crm.core.models import DatedQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class PositionQuerySet(DatedQuerySet):
    """Dated positions."""

    def visible_to(self, user: "User") -> Self:
        """Positions at employers this person may see."""
        from employers.models import Employer

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.filter(employer__in=Employer.objects.visible_to(user).values("pk"))


class ContactPersonQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Contact persons."""

    def visible_to(self, user: "User") -> Self:
        """Without a position, or with one at an employer this person may see (R10)."""
        from employers.models import Position

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        any_position = Position.objects.filter(person=OuterRef("pk"))
        return self.filter(~Q(Exists(any_position)) | Q(Exists(any_position.visible_to(user))))
