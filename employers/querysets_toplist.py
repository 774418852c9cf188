"""Reads of frozen lists."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from accounts.models import User


class TopListEntryQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Entries of frozen lists."""

    def standing(self, year: int) -> Self:
        """The entries that carry a duty: listed or added on the list of that year that was not superseded."""
        return self.filter(
            top_list__year=year, top_list__superseded_on__isnull=True, status__in=["listed", "added"]
        )

    def with_survivor(self) -> Self:
        """`survivor_id`: the employer as it is known now (R4)."""
        return self.annotate(survivor_id=Coalesce("employer__merged_into_id", "employer_id"))

    def visible_to(self, user: "User") -> Self:
        """Entries whose employer this person may see (R10)."""
        from employers.models import Employer

        hidden = Employer.objects.filter(is_confidential=True).exclude(
            pk__in=Employer.objects.visible_to(user).values("pk")
        )
        return self.exclude(
            Q(employer__in=hidden.values("pk")) | Q(employer__merged_into__in=hidden.values("pk"))
        )
