"""The 80/20 figures of a year as of a day (R6): reserved, spent, forecast, and what it takes.

Shares are fractions of the sector track over both tracks; "niet toe te rekenen" stays outside. A share is
None when there is nothing to divide. Hours and euros are Decimal and rounded only on the screen."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from accounts.models import User
from budget.models import BudgetYear, TimeEntry, TrackBudget
from deventer_crm.core import policy
from deventer_crm.core.commitments import Norm, Period, State, norm_of
from deventer_crm.core.memo import shared
from deventer_crm.core.statements import Prepared
from employers.models import Track

ZERO = Decimal(0)
WINDOW_DAYS = 56  # R6: the last eight weeks
PACE_FLOOR, PACE_CEILING = Decimal("0.5"), Decimal("1.5")  # R6
DEFAULT_NORM = Norm(Decimal(80), Decimal(2))


@dataclass(frozen=True)
class Pair:
    """An amount for the sector track and one for the inner city."""

    sectors: Decimal = ZERO
    inner_city: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.sectors + self.inner_city

    @property
    def share(self) -> Decimal | None:
        """The part of the sector track, 0 to 1; None when there is nothing."""
        return self.sectors / self.total if self.total else None


@dataclass(frozen=True)
class Month:
    first_day: dt.date
    hours: Pair
    unassigned: Decimal


@dataclass(frozen=True)
class Needed:
    """Of the hours still to spend: how many must go to the sectors to end within the band, and exactly on the
    norm. None: out of reach with what is left."""

    left: Decimal
    least: Decimal | None
    most: Decimal | None
    exact: Decimal | None

    @property
    def exact_rest(self) -> Decimal | None:
        """What then goes to the inner city."""
        return None if self.exact is None else self.left - self.exact


@dataclass(frozen=True)
class Split:
    """Everything the 80/20 page, the monitor and the reminders say, from one reading."""

    year: int
    as_of: dt.date
    budget_year: BudgetYear | None
    norm: Norm
    in_hours: bool
    plan_hours: Pair
    plan_euros: Pair
    unassigned_hours: Decimal
    unassigned_euros: Decimal
    planned_on: dt.date | None
    booked: Pair
    booked_unassigned: Decimal
    forecast: Pair
    months: tuple[Month, ...]
    min_booked: Decimal
    lines: tuple[TrackBudget, ...]

    @property
    def plan(self) -> Pair:
        """The reservation in the unit of the agreement."""
        return self.plan_hours if self.in_hours else self.plan_euros

    @property
    def has_plan(self) -> bool:
        return self.plan.total > 0

    def is_within(self, share: Decimal | None) -> bool:
        """R6: |share - norm| ≤ tolerance, unrounded and inclusive."""
        if share is None:
            return False
        return abs(share * 100 - self.norm.value) <= self.norm.tolerance

    @property
    def plan_state(self) -> State:
        """C5 itself: a reservation."""
        if not self.has_plan:
            return State.NOT_MEASURED
        return State.ACHIEVED if self.is_within(self.plan.share) else State.AT_RISK

    @property
    def spending_is_judged(self) -> bool:
        """R6: only from min_booked_hours on, and only against a plan."""
        return self.plan_hours.total > 0 and self.booked.total >= self.min_booked > ZERO

    @property
    def spending_state(self) -> State:
        """The line beside C5: whether the year is heading for the band. What is booked cannot be changed any
        more, so the forecast decides; without hours left both are the same."""
        if not self.spending_is_judged:
            return State.NOT_MEASURED
        return State.ON_TRACK if self.is_within(self.forecast.share) else State.AT_RISK

    @property
    def needed(self) -> Needed:
        """What it takes to end within the band and on the norm."""
        left = max(self.plan_hours.total - self.booked.total, ZERO)
        end = self.booked.total + left
        low = (self.norm.value - self.norm.tolerance) / 100 * end - self.booked.sectors
        high = (self.norm.value + self.norm.tolerance) / 100 * end - self.booked.sectors
        exact = self.norm.value / 100 * end - self.booked.sectors

        def reachable(hours: Decimal) -> Decimal | None:
            return hours if ZERO <= hours <= left else None

        least = max(low, ZERO) if low <= left and high >= ZERO else None
        most = min(high, left) if least is not None else None
        return Needed(left, least, most, reachable(exact))

    @property
    def band(self) -> tuple[Decimal, Decimal]:
        """Lower and upper end of the margin, in percent."""
        return self.norm.value - self.norm.tolerance, self.norm.value + self.norm.tolerance


def remaining_plan(plan: Decimal, year: int, as_of: dt.date) -> Decimal:
    """What is left of the plan after that day, spread evenly over the days of the year."""
    period = Period.year(year)
    if as_of < period.start:
        return plan
    return plan * (1 - period.elapsed(min(as_of, period.end)))


def forecast_hours(*, booked: Decimal, plan: Decimal, recent: Decimal, year: int, as_of: dt.date) -> Decimal:
    """R6 for one track: booked + remaining plan × clamp(booked ÷ planned over the last eight weeks, 0.5,
    1.5).

    The plan is spread evenly over the days of the year; the window never reaches into the year before. Before
    the year starts the forecast is the plan."""
    period = Period.year(year)
    if as_of < period.start:
        return plan
    last_day = min(as_of, period.end)
    days = Decimal((period.end - period.start).days + 1)
    window = Decimal(min(WINDOW_DAYS, (last_day - period.start).days + 1))
    planned_recently = plan * window / days
    pace = recent / planned_recently if planned_recently else Decimal(1)
    return booked + remaining_plan(plan, year, as_of) * min(max(pace, PACE_FLOOR), PACE_CEILING)


def forecast_range(*, booked: Decimal, plan: Decimal, year: int, as_of: dt.date) -> tuple[Decimal, Decimal]:
    """Between which hours the forecast of a track lies whatever the pace: the ends of the clamp of R6."""
    if as_of < dt.date(year, 1, 1):
        return plan, plan
    remaining = remaining_plan(plan, year, as_of)
    return booked + remaining * PACE_FLOOR, booked + remaining * PACE_CEILING


def plan_of(lines: Iterable[TrackBudget]) -> tuple[Pair, Pair, Decimal, Decimal]:
    """Hours and euros of both tracks, then hours and euros that cannot be assigned: the sum of all lines."""
    hours: dict[str, Decimal] = {}
    euros: dict[str, Decimal] = {}
    for line in lines:
        hours[line.track.code] = hours.get(line.track.code, ZERO) + line.hours
        euros[line.track.code] = euros.get(line.track.code, ZERO) + line.euros
    return (
        Pair(hours.get(Track.SECTORS, ZERO), hours.get(Track.INNER_CITY, ZERO)),
        Pair(euros.get(Track.SECTORS, ZERO), euros.get(Track.INNER_CITY, ZERO)),
        hours.get(Track.NONE, ZERO),
        euros.get(Track.NONE, ZERO),
    )


def split_norm(as_of: dt.date) -> Norm:
    """The norm of C5 valid on that day; 80 with 2 points tolerance when nobody recorded one."""
    return norm_of("C5", as_of) or DEFAULT_NORM


@Prepared
def _lines(years: list[int], *, as_of: dt.date) -> "QuerySet[TrackBudget]":
    rows = TrackBudget.objects.filter(budget_year__year__in=years, planned_on__lte=as_of)
    return rows.select_related("budget_year", "track", "modified_by")


def plan_lines(year: int, as_of: dt.date) -> list[TrackBudget]:
    """Lines of the plan of a year and of the year before, as of a day; inside memo.remembering() read once
    for C5 and C14."""
    return shared(("plan_lines", year, as_of), lambda: _lines.rows([year - 1, year], as_of=as_of))


def split(year: int, as_of: dt.date, norm: Norm | None = None) -> Split:
    """Read the 80/20 figures of a year as of a day (R1): plan lines and hours dated after it do not count."""
    settings = policy.values(["budget_split_in_hours", "min_booked_hours"], as_of)
    lines = tuple(line for line in plan_lines(year, as_of) if line.budget_year.year == year)
    budget_year = lines[0].budget_year if lines else BudgetYear.objects.filter(year=year).first()
    plan_hours, plan_euros, loose_hours, loose_euros = plan_of(lines)
    months, recent = _booked(year, as_of)
    booked = Pair(
        sum((month.hours.sectors for month in months), ZERO),
        sum((month.hours.inner_city for month in months), ZERO),
    )
    forecast = Pair(
        forecast_hours(
            booked=booked.sectors, plan=plan_hours.sectors, recent=recent.sectors, year=year, as_of=as_of
        ),
        forecast_hours(
            booked=booked.inner_city,
            plan=plan_hours.inner_city,
            recent=recent.inner_city,
            year=year,
            as_of=as_of,
        ),
    )
    return Split(
        year=year,
        as_of=as_of,
        budget_year=budget_year,
        norm=norm or split_norm(as_of),
        in_hours=settings["budget_split_in_hours"],
        plan_hours=plan_hours,
        plan_euros=plan_euros,
        unassigned_hours=loose_hours,
        unassigned_euros=loose_euros,
        planned_on=max((line.planned_on for line in lines), default=None),
        booked=booked,
        booked_unassigned=sum((month.unassigned for month in months), ZERO),
        forecast=forecast,
        months=months,
        min_booked=Decimal(settings["min_booked_hours"]),
        lines=lines,
    )


@Prepared
def _by_month(*, year: int, as_of: dt.date) -> "QuerySet[Any, Any]":
    """Sums of each month, and of its days that lie in the last eight weeks (R6), inside the year."""
    last_day = min(as_of, dt.date(year, 12, 31))
    recently = Q(day__gt=last_day - dt.timedelta(days=WINDOW_DAYS))
    rows: QuerySet[Any, Any] = (
        TimeEntry.objects.filter(day__year=year, day__lte=as_of)
        .order_by()
        .annotate(first_day=TruncMonth("day"))
        .values("first_day")
        .annotate(
            sectors=Sum("hours", filter=Q(track__code=Track.SECTORS)),
            inner_city=Sum("hours", filter=Q(track__code=Track.INNER_CITY)),
            unassigned=Sum("hours", filter=Q(track__code=Track.NONE)),
            recent_sectors=Sum("hours", filter=Q(recently, track__code=Track.SECTORS)),
            recent_inner_city=Sum("hours", filter=Q(recently, track__code=Track.INNER_CITY)),
        )
        .order_by("first_day")
    )
    return rows


def booked_by_month(year: int, as_of: dt.date) -> tuple[Month, ...]:
    """Booked hours per month and track, months without hours left out; one query."""
    return _booked(year, as_of)[0]


def _booked(year: int, as_of: dt.date) -> tuple[tuple[Month, ...], Pair]:
    """Hours by month, and those of the last eight weeks up to that day; one query."""
    rows = _by_month.rows(year=year, as_of=as_of)
    recent = Pair(
        sum((row["recent_sectors"] or ZERO for row in rows), ZERO),
        sum((row["recent_inner_city"] or ZERO for row in rows), ZERO),
    )
    months = tuple(
        Month(
            row["first_day"],
            Pair(row["sectors"] or ZERO, row["inner_city"] or ZERO),
            row["unassigned"] or ZERO,
        )
        for row in rows
    )
    return months, recent


def planned_by_track(budget_year: BudgetYear) -> dict[int, tuple[Decimal, Decimal]]:
    """What the lines of a year add up to: hours and euros by id of the track, amendments to come included."""
    rows = budget_year.lines.order_by().values("track").annotate(h=Sum("hours"), e=Sum("euros"))
    return {row["track"]: (row["h"], row["e"]) for row in rows}


def planned_by_person(budget_year: BudgetYear, user: User | None = None) -> dict[tuple[User, Track], Decimal]:
    """What the lines of people add up to, of one person or of all, amendments to come included."""
    rows = budget_year.person_lines.select_related("user", "track")
    if user is not None:
        rows = rows.filter(user=user)
    sums: dict[tuple[User, Track], Decimal] = {}
    for row in rows:
        key = (row.user, row.track)
        sums[key] = sums.get(key, ZERO) + row.hours
    return sums
