"""Reads of establishments: as confidential as their employer (R10)."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.roles import Act
from deventer_crm.core.search import matches

if TYPE_CHECKING:
    from accounts.models import User


class EstablishmentQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Establishments."""

    def visible_to(self, user: "User") -> Self:
        """Those of employers that exist for this reader."""
        from employers.models import Employer

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.exclude(employer__in=Employer.objects.secret_to(user).order_by().values("pk"))

    def secret_to(self, user: "User") -> Self:
        """The others."""
        from employers.models import Employer

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self.none()
        return self.filter(employer__in=Employer.objects.secret_to(user).order_by().values("pk"))

    def search(self, text: str) -> Self:
        """In whose name, numbers and address every term of the text occurs."""
        return self.filter(matches(text))
