"""Jobs of an employer over the years (R2), for the sparkline and the timeline."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from deventer_crm.core import clock, policy
from deventer_crm.core.models import PolicySetting
from deventer_crm.core.statements import Prepared
from employers.models import Establishment, JobCount

UNKNOWN_SOURCE = 99

T = TypeVar("T")
_memory: ContextVar[dict[Any, Any] | None] = ContextVar("employers_page_memory", default=None)


@dataclass(frozen=True)
class Count:
    """One stored count of an establishment."""

    on: dt.date
    source: str
    version: int
    jobs: int


@dataclass(frozen=True)
class History:
    """Establishments of an employer with their counts. `order`: sources of counts, the preferred first."""

    establishments: Sequence[Establishment]
    counts: dict[int, list[Count]] = field(default_factory=dict)
    order: tuple[str, ...] = ()

    def best(self, establishment: Establishment, day: dt.date) -> Count | None:
        """The count that holds for an establishment on a day: preferred source, newest, last version."""
        known = [count for count in self.counts.get(establishment.pk, []) if count.on <= day]
        return min(known, key=lambda c: (self._rank(c.source), -c.on.toordinal(), -c.version), default=None)

    def _rank(self, source: str) -> int:
        return self.order.index(source) if source in self.order else UNKNOWN_SOURCE

    def jobs_of(self, establishment: Establishment, day: dt.date) -> int | None:
        """Jobs of one establishment on a day; 0 when it had ended, None when nobody counted."""
        if establishment.ended_on is not None and establishment.ended_on <= day:
            return 0
        best = self.best(establishment, day)
        return best.jobs if best else None

    def total(self, day: dt.date) -> int | None:
        """Jobs of the employer on a day: its establishments in the municipality together."""
        known = [self.jobs_of(place, day) for place in self.establishments if place.in_municipality]
        counted = [jobs for jobs in known if jobs is not None]
        return sum(counted) if counted else None

    def reference_dates(self, until: dt.date) -> list[dt.date]:
        """Days on which somebody counted, oldest first."""
        inside = [place.pk for place in self.establishments if place.in_municipality]
        return sorted({count.on for pk in inside for count in self.counts.get(pk, []) if count.on <= until})

    def series(self, until: dt.date, years: int = 5) -> list[tuple[dt.date, int]]:
        """The newest total of each of the last years that has a count, oldest first: one point a year."""
        per_year: dict[int, tuple[dt.date, int]] = {}
        for day in self.reference_dates(until):
            total = self.total(day)
            if total is not None:
                per_year[day.year] = (day, total)
        return [per_year[year] for year in sorted(per_year) if year > until.year - years - 1][-years:]

    def source_on(self, day: dt.date) -> str:
        """Which source the figure of a day comes from, by its largest establishment."""
        best = [self.best(place, day) for place in self.establishments if place.in_municipality]
        known = [count for count in best if count]
        return max(known, key=lambda count: count.jobs).source if known else ""


def policy_value(name: str) -> "Subquery":
    """The value of a policy setting today, as a column: null as long as nobody set it."""
    rows = PolicySetting.objects.filter(name=name, starts_on__lte=clock.today()).order_by("-starts_on")
    return Subquery(rows.values("value")[:1])


def history_of(employer_ids: list[int]) -> History:
    """Read the establishments and all their counts, in one query."""
    return remembered(("history", *sorted(employer_ids)), lambda: _read(employer_ids))


@Prepared
def _places(employer_ids: list[int]) -> "QuerySet[Establishment]":
    rows = (
        JobCount.objects.filter(establishment=OuterRef("pk"))
        .order_by()
        .values(row=JSONObject(on="reference_date", source="source", version="version", jobs="jobs"))
    )
    places: QuerySet[Establishment] = (
        Establishment.objects.filter(employer__in=employer_ids)
        .select_related("area", "sbi", "registration")
        .annotate(count_rows=ArraySubquery(rows), source_order=policy_value("job_source_order"))
    )
    return places


def _read(employer_ids: list[int]) -> History:
    places = _places.rows(employer_ids)
    counts = {
        place.pk: [
            Count(dt.date.fromisoformat(row["on"]), row["source"], row["version"], row["jobs"])
            for row in place.count_rows
        ]
        for place in places
    }
    order = places[0].source_order if places else None
    return History(places, counts, tuple(order or policy.DEFINITIONS["job_source_order"].default))


def remembered(key: tuple[Any, ...], read: Callable[[], T]) -> T:
    """What `read` gives, read once within remembering(); outside it every time."""
    memory = _memory.get()
    if memory is None:
        return read()
    if key not in memory:
        memory[key] = read()
    found: T = memory[key]
    return found


@contextmanager
def remembering() -> Iterator[None]:
    """Within this block the parts of one page share what they read: the header and the timeline the register,
    what is to come and what happened the account managers."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)
