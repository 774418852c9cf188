"""What was spent: by track, month and kind, in hours and euros, and the entries behind each of these numbers.

A number and its list come from the same filter (`entries_of`), so they cannot differ. Euros are hours × the
rate of their day (Rate), exact; hours of before the first rate have none and are counted apart."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncMonth

from budget.models import Rate, TimeEntry
from employers.models import Track

from .split import ZERO, Pair, Split, forecast_range, remaining_plan

TRACKS = (Track.SECTORS, Track.INNER_CITY, Track.NONE)
EUROS: Any = DecimalField(max_digits=14, decimal_places=4)


@dataclass(frozen=True)
class Filters:
    """Which entries: a code of a track, the number of a month, a kind, a person; empty: all."""

    track: str = ""
    month: int | None = None
    kind: str = ""
    user: int | None = None


@dataclass
class Amount:
    """Hours and what they cost; `unpriced` hours have no rate."""

    hours: Decimal = ZERO
    euros: Decimal = ZERO
    unpriced: Decimal = ZERO

    def add(self, other: "Amount") -> None:
        self.hours += other.hours
        self.euros += other.euros
        self.unpriced += other.unpriced


@dataclass(frozen=True)
class MonthRow:
    """A month: by track, by kind, and everything."""

    first_day: dt.date
    tracks: dict[str, Amount]
    kinds: dict[str, Amount]
    total: Amount

    @property
    def share(self) -> Decimal | None:
        """Of the sector track, "cannot be assigned" left out."""
        return Pair(self.tracks[Track.SECTORS].hours, self.tracks[Track.INNER_CITY].hours).share


@dataclass(frozen=True)
class Spending:
    """The table of a year and its sums."""

    months: list[MonthRow]
    tracks: dict[str, Amount]
    kinds: dict[str, Amount]
    by_kind_and_track: dict[str, dict[str, Amount]]
    total: Amount = field(default_factory=Amount)


def entries_of(year: int, as_of: dt.date, filters: Filters = Filters()) -> "QuerySet[TimeEntry]":
    """The entries behind a number: of a year, up to that day, narrowed."""
    rows: QuerySet[TimeEntry] = TimeEntry.objects.filter(day__year=year, day__lte=as_of)
    if filters.track:
        rows = rows.filter(track__code=filters.track)
    if filters.month:
        rows = rows.filter(day__month=filters.month)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.user:
        rows = rows.filter(user=filters.user)
    return rows


def cost(rates: Iterable[Rate]) -> Any:
    """What an entry costs, as an expression: hours × the rate of its day; null before the first rate."""
    ordered = sorted(rates, key=lambda rate: rate.starts_on, reverse=True)
    rate = Case(
        *(When(day__gte=row.starts_on, then=Value(row.euros, EUROS)) for row in ordered),
        default=None,
        output_field=EUROS,
    )
    return Sum(F("hours") * rate, output_field=EUROS)


def unpriced(rates: Iterable[Rate]) -> Any:
    """Hours of before the first rate, as an expression."""
    first = min((rate.starts_on for rate in rates), default=None)
    return Sum("hours", filter=Q() if first is None else Q(day__lt=first))


def amount_of(rows: "QuerySet[TimeEntry]") -> Amount:
    """What these entries add up to."""
    rates = list(Rate.objects.all())
    found = rows.aggregate(h=Sum("hours"), e=cost(rates), u=unpriced(rates))
    return Amount(found["h"] or ZERO, found["e"] or ZERO, found["u"] or ZERO)


def spending(year: int, as_of: dt.date) -> Spending:
    """Everything that was booked in a year up to that day; two queries. Months without hours are left out."""
    rates = list(Rate.objects.all())
    rows = (
        entries_of(year, as_of)
        .order_by()
        .annotate(first_day=TruncMonth("day"))
        .values("first_day", "track__code", "kind")
        .annotate(h=Sum("hours"), e=cost(rates), u=unpriced(rates))
        .order_by("first_day")
    )
    months: dict[dt.date, MonthRow] = {}
    found = Spending([], _by(TRACKS), _by(TimeEntry.Kind.values), {})
    for row in rows:
        amount = Amount(row["h"] or ZERO, row["e"] or ZERO, row["u"] or ZERO)
        first, track, kind = row["first_day"], row["track__code"], row["kind"]
        month = months.setdefault(first, MonthRow(first, _by(TRACKS), _by(TimeEntry.Kind.values), Amount()))
        crossed = found.by_kind_and_track.setdefault(kind, _by(TRACKS))
        for sums, key in (
            (month.tracks, track),
            (month.kinds, kind),
            (found.tracks, track),
            (found.kinds, kind),
            (crossed, track),
        ):
            sums.setdefault(key, Amount()).add(amount)
        month.total.add(amount)
        found.total.add(amount)
    found.months.extend(months.values())
    return found


def _by(keys: Iterable[str]) -> dict[str, Amount]:
    return {key: Amount() for key in keys}


@dataclass(frozen=True)
class Outlook:
    """What is expected of a track on 31 December (R6): between which hours it ends whatever the pace, and
    what that costs at the rate of today. Euros are None as long as nobody recorded a rate."""

    booked: Decimal
    planned: Decimal
    expected: Decimal
    least: Decimal
    most: Decimal
    spent: Decimal
    expected_euros: Decimal | None
    reserved_euros: Decimal


def outlook(view: Split, spent: Spending) -> tuple[Outlook, Outlook]:
    """Of the sector track and of the inner city."""
    rate = Rate.objects.filter(starts_on__lte=view.as_of).order_by("-starts_on").first()

    def of(name: str, code: str) -> Outlook:
        booked, plan = getattr(view.booked, name), getattr(view.plan_hours, name)
        expected = getattr(view.forecast, name)
        least, most = forecast_range(booked=booked, plan=plan, year=view.year, as_of=view.as_of)
        euros = spent.tracks[code].euros
        return Outlook(
            booked=booked,
            planned=plan,
            expected=expected,
            least=least,
            most=most,
            spent=euros,
            expected_euros=euros + (expected - booked) * rate.euros if rate else None,
            reserved_euros=getattr(view.plan_euros, name),
        )

    return of("sectors", Track.SECTORS), of("inner_city", Track.INNER_CITY)


def share_range(view: Split) -> tuple[Decimal, Decimal] | None:
    """Between which shares of the sector track the year ends, whatever the pace of each track; None when
    there is nothing to divide."""
    low_sectors, high_sectors = forecast_range(
        booked=view.booked.sectors, plan=view.plan_hours.sectors, year=view.year, as_of=view.as_of
    )
    low_inner, high_inner = forecast_range(
        booked=view.booked.inner_city, plan=view.plan_hours.inner_city, year=view.year, as_of=view.as_of
    )
    least, most = Pair(low_sectors, high_inner).share, Pair(high_sectors, low_inner).share
    return None if least is None or most is None else (least, most)


__all__ = [
    "Amount",
    "Filters",
    "MonthRow",
    "Outlook",
    "Spending",
    "amount_of",
    "entries_of",
    "outlook",
    "remaining_plan",
    "share_range",
    "spending",
]
