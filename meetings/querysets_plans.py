"""Reads of the annual plan (R10)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from accounts.roles import Act
from employers.hidden import hidden_keys
from employers.models import Employer

if TYPE_CHECKING:
    from accounts.models import User


class PlanProposalQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Proposals of the annual plan."""

    def visible_to(self, user: "User") -> Self:
        """Not those about an employer this reader may not know of, and not those whose meeting is hidden."""
        from meetings.models import Meeting

        if user.can(Act.VIEW_CONFIDENTIAL):
            return self
        rows = self
        keys = hidden_keys(Employer, user)
        if keys != []:
            secret = Q(employer__in=keys) | Q(employer__merged_into__in=keys)
            rows = rows.filter(Q(employer__isnull=True) | ~secret)
        known = Meeting.objects.visible_to(user).order_by()
        return rows.filter(Q(meeting__isnull=True) | Q(meeting__in=known.values("pk")))

    def placed(self) -> Self:
        """With a day: proposed, fixed or accepted."""
        return self.filter(state__in=["proposed", "fixed", "accepted"])
