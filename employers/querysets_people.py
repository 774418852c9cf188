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

    def secret_to(self, user: "User") -> Self:
        """The others: whoever holds positions only where this person may not look. A contact, meeting or
        invitation that names them is as secret as they are."""
        from employers.models import Employer, Position

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self.none()
        secret = Employer.objects.secret_to(user).values("pk")
        elsewhere = Position.objects.filter(person=OuterRef("pk")).exclude(employer__in=secret)
        there = Position.objects.filter(employer__in=secret).values("person_id")
        return self.filter(pk__in=there).filter(~Exists(elsewhere))

    def visible_to(self, user: "User") -> Self:
        """Without a position, or with one at an employer this person may see (R10)."""
        from employers.models import Position

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        any_position = Position.objects.filter(person=OuterRef("pk"))
        return self.filter(~Q(Exists(any_position)) | Q(Exists(any_position.visible_to(user))))
