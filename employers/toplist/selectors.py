"""The list of a year (R4): the frozen one when it stands, else the concept computed from today's records."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.db.models import QuerySet
from django.utils.translation import ngettext

from deventer_crm.core import clock
from deventer_crm.core.commitments import norm_of
from deventer_crm.core.statements import Prepared
from employers.hidden import hidden_ids
from employers.models import Employer, Registration, TopList, TopListAdjustment, TopListEntry
from employers.models.toplist import EntryStatus

from .families import Families, families
from .ranking import Standing, newest_reference_date, rank_employers

if TYPE_CHECKING:
    from accounts.models import User

#: How many employers the list has as long as C1 has no norm.
FALLBACK_SIZE = 20
LISTED, EXCLUDED, ADDED = EntryStatus.LISTED.value, EntryStatus.EXCLUDED.value, EntryStatus.ADDED.value


@dataclass(frozen=True)
class Row:
    """A line of the list. `employer` is the survivor; `stored_name` is filled when it was grouped since.
    `newer`: where it stands by newer figures, when that differs from a frozen row; `before`: last year."""

    rank: int
    employer: Employer
    jobs: int
    status: str
    reason: str = ""
    entry_id: int | None = None
    adjustment_id: int | None = None
    stored_name: str = ""
    before: Standing | None = None
    newer: Standing | None = None
    newer_is_out: bool = False

    @property
    def has_duty(self) -> bool:
        return self.status != EXCLUDED

    @property
    def change(self) -> int | None:
        """Places won (positive) or lost since last year's list; None for who was not on it."""
        return self.before.rank - self.rank if self.before and self.before.is_listed else None

    @property
    def places_down(self) -> int:
        """Places lost since last year's list."""
        return -(self.change or 0)


@dataclass(frozen=True)
class Figures:
    """A ranking computed now: what the list would be."""

    year: int
    size: int
    reference_date: dt.date | None
    rows: tuple[Row, ...] = ()
    standings: Mapping[int, Standing] | None = None


@dataclass(frozen=True)
class YearList:
    """Everything the page and the command show of a year's list."""

    year: int
    size: int
    reference_date: dt.date | None
    frozen: TopList | None
    rows: tuple[Row, ...]

    @property
    def is_frozen(self) -> bool:
        return self.frozen is not None

    @property
    def with_duty(self) -> list[Row]:
        return [row for row in self.rows if row.has_duty]

    @property
    def ties(self) -> list[tuple[int, list[Row]]]:
        """Places that more than one employer shares, in order."""
        shared: dict[int, list[Row]] = {}
        for row in self.rows:
            if row.status == LISTED:
                shared.setdefault(row.rank, []).append(row)
        return [(rank, rows) for rank, rows in shared.items() if len(rows) > 1]

    @property
    def extra_by_ties(self) -> int:
        """How many more than `size` are on the list because the last place is shared."""
        return max(0, sum(row.status == LISTED for row in self.rows) - self.size)

    def explain_extra(self) -> str:
        """Why the list is longer than its size, or nothing."""
        extra = self.extra_by_ties
        if not extra:
            return ""
        return ngettext(
            "%(extra)d more than %(size)d: the last place is shared, and everyone on it is in.",
            "%(extra)d more than %(size)d: the last place is shared, and everyone on it is in.",
            extra,
        ) % {"extra": extra, "size": self.size}


def default_size(year: int, today: dt.date | None = None) -> int:
    """The norm of C1 (R4) on today's day in that year: its first or last day when today lies outside."""
    day = min(max(today or clock.today(), dt.date(year, 1, 1)), dt.date(year, 12, 31))
    norm = norm_of("C1", day)
    return int(norm.value) if norm and norm.value >= 1 else FALLBACK_SIZE


@Prepared
def _standing(*, years: tuple[int, ...], day: dt.date) -> "QuerySet[TopList]":
    return TopList.objects.standing_in(years, day).select_related("frozen_by")


def standing_lists(years: Iterable[int], on: dt.date | None = None) -> dict[int, TopList]:
    """The frozen lists of several years as of that day, in one query."""
    rows = _standing.rows(years=tuple(years), day=on or clock.today())
    return {row.year: row for row in reversed(rows)}


def standing_list(year: int, on: dt.date | None = None) -> TopList | None:
    """The frozen list of that year as of that day (default today)."""
    return standing_lists([year], on).get(year)


@Prepared
def _with_keys(employer_ids: list[int]) -> "QuerySet[Employer]":
    return Employer.objects.filter(pk__in=employer_ids).order_by()


@Prepared
def _adjustments(*, year: int) -> "QuerySet[TopListAdjustment]":
    return TopListAdjustment.objects.filter(year=year).select_related("employer").order_by("pk")


@Prepared
def _entries(top_list_id: int) -> "QuerySet[TopListEntry]":
    rows = TopListEntry.objects.filter(top_list=top_list_id)
    found: QuerySet[TopListEntry] = rows.select_related("employer", "employer__merged_into")
    return found.order_by("rank", "pk")


def concept(
    year: int,
    *,
    size: int | None = None,
    reference_date: dt.date | None = None,
    also: Iterable[int] = (),
    beyond: int = 0,
) -> Figures:
    """The list of the year by today's records, with the adjustments people made; nothing is stored.

    `also`: employers whose standing is wanted too, and `beyond`: those of so many places below the list.
    Without any register loaded there are no rows."""
    size = size or default_size(year)
    day = reference_date or newest_reference_date(dt.date(year, 12, 31))
    if day is None:
        return Figures(year, size, None)
    standings, adjusted = adjusted_standings(year, size, day, also=also, beyond=beyond)
    shown = [pk for pk, standing in standings.items() if standing.is_listed or pk in adjusted]
    rows = []
    for employer in _with_keys.rows(shown):
        pk = employer.pk
        standing, adjustment = standings[pk], adjusted.get(pk)
        status = adjustment.status if adjustment and not standing.is_listed else LISTED
        reason = adjustment.reason if adjustment and status != LISTED else ""
        rows.append(
            Row(
                standing.rank,
                employer,
                standing.jobs,
                status,
                reason,
                adjustment_id=adjustment.pk if adjustment else None,
            )
        )
    rows.sort(key=_in_order)
    return Figures(year, size, day, tuple(rows), standings)


def adjusted_standings(
    year: int, size: int, day: dt.date, *, also: Iterable[int] = (), beyond: int = 0
) -> tuple[dict[int, Standing], dict[int, TopListAdjustment]]:
    """The ranking of a reference date with who was left out of that year's list left out, and the year's
    adjustments; both by survivor."""
    rows = _adjustments.rows(year=year)
    # A grouping is one level deep.
    adjusted = {row.employer.merged_into_id or row.employer_id: row for row in rows}
    left_out = {pk for pk, row in adjusted.items() if row.status == EXCLUDED}
    ranked = rank_employers(day, size, left_out=left_out, also={*also, *adjusted}, beyond=beyond)
    return {standing.employer_id: standing for standing in ranked}, adjusted


def _in_order(row: Row) -> tuple[Any, ...]:
    return (row.rank, -row.jobs, row.status != LISTED, row.employer.name.lower(), row.employer.pk)


def year_list(year: int, *, size: int | None = None, reference_date: dt.date | None = None) -> YearList:
    """The list of a year: a frozen list answers with its stored rows, whatever is asked beside the year."""
    frozen = standing_list(year)
    if frozen is None:
        figures = concept(year, size=size, reference_date=reference_date)
        return YearList(year, figures.size, figures.reference_date, None, figures.rows)
    return YearList(year, frozen.size, frozen.reference_date, frozen, tuple(stored_rows(frozen)))


def stored_rows(frozen: TopList) -> list[Row]:
    """The rows of a frozen list as they were stored, each with the employer as it is known now."""
    entries: list[TopListEntry] = _entries.rows(frozen.pk)
    rows = []
    for entry in entries:
        survivor = entry.resolved_employer  # a grouping is one level deep
        grouped = survivor.pk != entry.employer_id
        rows.append(
            Row(
                entry.rank,
                survivor,
                entry.jobs,
                entry.status,
                entry.reason,
                entry_id=entry.pk,
                stored_name=entry.employer.name if grouped else "",
            )
        )
    return rows


def kvk_numbers(employer_ids: Iterable[int]) -> dict[int, list[str]]:
    """KVK numbers by survivor, those of grouped employers included."""
    known: Families = families(employer_ids)
    found: dict[int, list[str]] = {pk: [] for pk in known.survivors.values()}
    rows = Registration.objects.filter(employer__in=list(known.members)).order_by("kvk_number")
    for employer_id, kvk_number in rows.values_list("employer_id", "kvk_number"):
        found[known.members[employer_id]].append(kvk_number)
    return found


class AboutEmployer(Protocol):
    """A line of the list, or of what changed in it."""

    @property
    def employer(self) -> Employer: ...


@Prepared
def managers_of(employer_ids: list[int], *, day: dt.date) -> "QuerySet[Any, Any]":
    """Employer and name of its account manager on that day; for employers the reader may see."""
    rows: QuerySet[Any, Any] = Employer.objects.filter(pk__in=employer_ids).with_manager(day).order_by()
    return rows.values_list("pk", "manager_name")


def hidden_among(rows: Iterable[AboutEmployer], user: "User") -> set[int]:
    """Ids of employers in these rows that this reader may not know of (R10)."""
    ids = {row.employer.pk for row in rows if row.employer.is_confidential}
    return ids & hidden_ids(Employer, user) if ids else ids
