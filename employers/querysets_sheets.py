"""Reads of imported lists."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.roles import Act

if TYPE_CHECKING:
    from accounts.models import User


class SheetImportQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Imported lists."""

    def visible_to(self, user: "User") -> Self:
        """One's own: a list can name everything that its owner knows of (R10)."""
        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        return self.filter(by=user)
