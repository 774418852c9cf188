"""The list of a year beside newer figures and beside last year's list: who came, who left, and why (R4)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from deventer_crm.core.formatting import number, size_class
from employers.models import Employer, TopList

from .ranking import Standing, newest_reference_dates, rank_employers
from .selectors import (
    ADDED,
    EXCLUDED,
    LISTED,
    Figures,
    Row,
    YearList,
    adjusted_standings,
    concept,
    default_size,
    standing_lists,
    stored_rows,
)

#: Who left the list is mostly found on so many times its size more places: no ranking needed again.
NEAR = 4


@dataclass(frozen=True)
class Movement:
    """Somebody who came onto the list or left it, with where it stood then and stands now."""

    employer: Employer
    is_newcomer: bool
    now: Standing | None
    before: Standing | None
    adjustment: str = ""
    reason: str = ""

    def explain(self, *, exact: bool) -> str:
        """One sentence. `exact`: the reader may see exact numbers of jobs (R2)."""
        if self.adjustment == EXCLUDED:
            return _("left out: %(reason)s") % {"reason": self.reason}
        if self.adjustment == ADDED:
            return _("added: %(reason)s") % {"reason": self.reason}
        if self.employer.retired_on:
            return _("no longer used: %(reason)s") % {"reason": self.employer.retired_reason}
        return self._explain_figures(number if exact else size_class)

    def _explain_figures(self, show: Callable[[int | None], str]) -> str:
        jobs_then = self.before.jobs if self.before else 0
        jobs_now = self.now.jobs if self.now else 0
        if not jobs_then:
            return _("no jobs in the register of last year, %(jobs)s now") % {"jobs": show(jobs_now)}
        if not jobs_now:
            return _("%(jobs)s jobs last year, none in the register now") % {"jobs": show(jobs_then)}
        values = {
            "rank_then": self.before.rank if self.before else 0,
            "rank_now": self.now.rank if self.now else 0,
            "jobs_then": show(jobs_then),
            "jobs_now": show(jobs_now),
        }
        if jobs_then == jobs_now:
            return (
                _("from place %(rank_then)s to %(rank_now)s with the same %(jobs_now)s jobs: others changed")
                % values
            )
        return (
            _("from place %(rank_then)s to %(rank_now)s: %(jobs_then)s jobs then, %(jobs_now)s now") % values
        )


@dataclass(frozen=True)
class Comparison:
    """A year's list with everything the page tells about it. `pending`: adjustments of a frozen list that
    hold when it is replaced."""

    shown: YearList
    newcomers: tuple[Movement, ...] = ()
    leavers: tuple[Movement, ...] = ()
    compared_with: str = ""
    newer_reference_date: dt.date | None = None
    pending: tuple[Row, ...] = ()

    @property
    def changed_rows(self) -> list[Row]:
        """Frozen rows that newer figures put elsewhere."""
        return [row for row in self.shown.rows if row.newer is not None]


@dataclass(frozen=True)
class _LastYear:
    """Last year's list, by survivor: the frozen one, else what the register said then."""

    listed: Mapping[int, Standing]
    standings: Mapping[int, Standing]
    label: str


def explained_list(
    year: int, *, size: int | None = None, reference_date: dt.date | None = None
) -> Comparison:
    """The list of a year, newer figures beside a frozen one, and what changed since last year.

    The ranking is what costs time, so it is computed once for now and once for last year; a third time only
    for somebody who fell far below the list."""
    frozen_lists = standing_lists([year, year - 1])
    frozen = frozen_lists.get(year)
    this_end, last_end = dt.date(year, 12, 31), dt.date(year - 1, 12, 31)
    newest = newest_reference_dates([this_end, last_end])
    day = frozen.reference_date if frozen else reference_date or newest[this_end]
    size = frozen.size if frozen else size or default_size(year)
    stored = tuple(stored_rows(frozen)) if frozen else ()
    figures = concept(
        year,
        size=size,
        reference_date=newest[this_end] if frozen else day,
        also=(row.employer.pk for row in stored),
        beyond=NEAR * size,
    )
    shown = YearList(year, size, day, frozen, stored if frozen else figures.rows)
    later: dt.date | None = None
    pending: tuple[Row, ...] = ()
    if frozen:
        shown = replace(shown, rows=_with_newer(stored, figures))
        later = figures.reference_date if figures.reference_date != day else None
        pending = _pending(stored, figures)
    ids = {row.employer.pk for row in shown.rows}
    last: _LastYear | None
    if year - 1 in frozen_lists:
        last = _frozen_last_year(frozen_lists[year - 1], ids)
    else:
        last = _computed_last_year(year - 1, newest[last_end], day, size, ids)
    if last is None:
        return Comparison(shown, newer_reference_date=later, pending=pending)
    shown = replace(
        shown, rows=tuple(replace(row, before=last.standings.get(row.employer.pk)) for row in shown.rows)
    )
    return Comparison(
        shown, _newcomers(shown, last), _leavers(shown, last, figures), last.label, later, pending
    )


def _pending(stored: tuple[Row, ...], figures: Figures) -> tuple[Row, ...]:
    """Adjustments made after freezing: they hold when the list is replaced."""
    kept = {(row.employer.pk, row.status) for row in stored}
    return tuple(
        row for row in figures.rows if row.status != LISTED and (row.employer.pk, row.status) not in kept
    )


def _with_newer(rows: tuple[Row, ...], figures: Figures) -> tuple[Row, ...]:
    """R4: newer figures stand apart, beside the stored row they would change."""
    standings = figures.standings or {}
    found = []
    for row in rows:
        newer = standings.get(row.employer.pk)
        if newer is None or row.status == EXCLUDED or newer.rank == row.rank:
            found.append(row)
        else:
            is_out = row.status == LISTED and not newer.is_listed
            found.append(replace(row, newer=newer, newer_is_out=is_out))
    return tuple(found)


def _frozen_last_year(frozen: TopList, ids: set[int]) -> _LastYear:
    """`ids`: the employers of this year, whose standing then is wanted whether they were listed or not."""
    listed = {
        row.employer.pk: Standing(row.employer.pk, row.jobs, row.rank, True)
        for row in stored_rows(frozen)
        if row.has_duty
    }
    missing = ids - set(listed)
    ranked = rank_employers(frozen.reference_date, frozen.size, also=missing) if missing else []
    label = _("the frozen list of %(year)s") % {"year": frozen.year}
    return _LastYear(listed, {**_standings_of(ids, ranked), **listed}, label)


def _computed_last_year(
    year: int, before: dt.date | None, day: dt.date | None, size: int, ids: set[int]
) -> _LastYear | None:
    """None when there is nothing to compare with: no older reference date."""
    if before is None or day is None or before >= day:
        return None
    standings, adjusted = adjusted_standings(year, size, before, also=ids)
    listed = {
        pk: replace(standing, is_listed=True)
        for pk, standing in standings.items()
        if standing.is_listed or (pk in adjusted and adjusted[pk].status == ADDED)
    }
    label = _("the register of %(year)s; no list was frozen then") % {"year": year}
    return _LastYear(listed, {**_standings_of(ids, standings.values()), **listed}, label)


def _standings_of(ids: set[int], ranked: Iterable[Standing]) -> dict[int, Standing]:
    return {item.employer_id: replace(item, is_listed=False) for item in ranked if item.employer_id in ids}


def _newcomers(shown: YearList, last: _LastYear) -> tuple[Movement, ...]:
    return tuple(
        Movement(
            row.employer,
            True,
            Standing(row.employer.pk, row.jobs, row.rank, True),
            row.before,
            row.status if row.status == ADDED else "",
            row.reason,
        )
        for row in shown.with_duty
        if row.employer.pk not in last.listed
    )


def _leavers(shown: YearList, last: _LastYear, figures: Figures) -> tuple[Movement, ...]:
    """In the order of last year. A frozen list is explained by the figures of its own reference date."""
    current = {row.employer.pk for row in shown.with_duty}
    gone = sorted(set(last.listed) - current, key=lambda pk: last.listed[pk].rank)
    if not gone or shown.reference_date is None:
        return ()
    standings = dict(figures.standings or {})
    if shown.reference_date != figures.reference_date or any(pk not in standings for pk in gone):
        left_out = {row.employer.pk for row in shown.rows if row.status == EXCLUDED}
        ranked = rank_employers(shown.reference_date, shown.size, left_out=left_out, also=gone)
        standings = {item.employer_id: item for item in ranked}
    employers = Employer.objects.in_bulk(gone)
    reasons = {row.employer.pk: row.reason for row in shown.rows if row.status == EXCLUDED}
    return tuple(
        Movement(
            employers[pk],
            False,
            standings.get(pk),
            last.listed[pk],
            EXCLUDED if pk in reasons else "",
            reasons.get(pk, ""),
        )
        for pk in gone
    )
