"""Reads of employers; every page starts from visible_to(user) (R10)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.roles import Act

if TYPE_CHECKING:
    from accounts.models import User


class ConfidentialQuerySet(models.QuerySet):  # type: ignore[type-arg]  # the model is each subclass's
    """R10: a confidential record exists only for its readers and for those with view_confidential."""

    def visible_to(self, user: "User") -> Self:
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        through = self.model.readers.through
        mine = through.objects.filter(user_id=user.pk).values(f"{self.model._meta.model_name}_id")
        return self.filter(Q(is_confidential=False) | Q(pk__in=mine))


class EmployerQuerySet(ConfidentialQuerySet):
    """Reads of employers."""

    def current(self) -> Self:
        """In use, and not grouped under another."""
        return self.filter(retired_on__isnull=True, merged_into__isnull=True)
