"""Reads of frozen lists."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

#: The entries that carry a duty (R5): not the ones somebody left out.
DUTY_STATUSES = ("listed", "added")


class TopListQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Frozen lists."""

    def standing_on(self, year: int, day: dt.date) -> Self:
        """The list of that year that held at the end of that day, R1: the first row when there are two, which
        is so only when one was replaced on the day it was frozen."""
        return self.standing_in([year], day)

    def standing_in(self, years: Iterable[int], day: dt.date) -> Self:
        """The same for several years, the last frozen first."""
        return self.filter(
            Q(superseded_on__isnull=True) | Q(superseded_on__gt=day), year__in=list(years), frozen_on__lte=day
        ).order_by("-frozen_on", "-pk")


class TopListEntryQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Entries of frozen lists."""

    def with_duty(self) -> Self:
        """Entries that carry a duty."""
        return self.filter(status__in=DUTY_STATUSES)

    def standing(self, year: int) -> Self:
        """The entries with a duty on the list of that year that was not superseded."""
        return self.with_duty().filter(top_list__year=year, top_list__superseded_on__isnull=True)

    def visible_to(self, user: "User") -> Self:
        """Entries whose employer this person may see, before and after a grouping (R10)."""
        from employers.models import Employer

        hidden = Employer.objects.secret_to(user)
        return self.exclude(
            Q(employer__in=hidden.values("pk")) | Q(employer__merged_into__in=hidden.values("pk"))
        )
