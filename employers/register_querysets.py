"""Reads of the register's counts (R2)."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, IntegerField, OuterRef, Subquery, Sum, Value, When

from deventer_crm.core import policy

if TYPE_CHECKING:
    from django.db.models import QuerySet


class JobCountQuerySet(models.QuerySet):  # type: ignore[type-arg]  # avoids a cycle with the model
    """Which count holds for an establishment on a day."""

    def in_preference_order(self, day: dt.date) -> "JobCountQuerySet":
        """Counts up to that day: the preferred source first, of it the newest date and version."""
        order = policy.value("job_source_order", day)
        ranks = [When(source=source, then=Value(rank)) for rank, source in enumerate(order)]
        return (
            self.filter(reference_date__lte=day)
            .annotate(source_rank=Case(*ranks, default=Value(len(order)), output_field=IntegerField()))
            .order_by("source_rank", "-reference_date", "-version")
        )


def jobs_per_employer(employers: "QuerySet", day: dt.date) -> "QuerySet":  # type: ignore[type-arg]
    """Annotate employers with `jobs_then`: the sum over establishments inside the municipality that had not
    ended on or before that day; null when no establishment has a count (R2)."""
    from employers.models import Establishment, JobCount

    best = JobCount.objects.in_preference_order(day).filter(establishment=OuterRef("pk"))
    sums = (
        Establishment.objects.filter(employer=OuterRef("pk"), in_municipality=True)
        .order_by()
        .annotate(
            jobs_then=Case(
                When(ended_on__lte=day, then=Value(0)),
                default=Subquery(best.values("jobs")[:1]),
                output_field=IntegerField(),
            )
        )
        .values("employer")
        .annotate(total=Sum("jobs_then"))
        .values("total")
    )
    return employers.annotate(jobs_then=Subquery(sums, output_field=IntegerField()))
