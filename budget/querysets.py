"""Reads of hours (R9: everybody sees the own hours, the lead all)."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.roles import Act

if TYPE_CHECKING:
    from accounts.models import User


class TimeEntryQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Time entries."""

    def visible_to(self, user: "User") -> Self:
        return self if user.can(Act.SEE_ALL_HOURS) else self.filter(user=user)


class HoursImportQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Imported files of hours."""

    def visible_to(self, user: "User") -> Self:
        """One's own, and all of them for who sees all hours: a file tells what colleagues did (R9)."""
        return self if user.can(Act.SEE_ALL_HOURS) else self.filter(by=user)
