"""Budget years side by side (C14: is there money and staff for these commitments every year)."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from django.db.models import Sum
from django.db.models.functions import ExtractYear

from budget.models import Rate, TimeEntry, TrackBudget
from deventer_crm.core.commitments import Norm
from deventer_crm.core.models import CommitmentNorm
from employers.models import Track

from .spending import TRACKS, Amount, cost, unpriced
from .split import DEFAULT_NORM, ZERO, Pair, plan_lines

MOST_YEARS = 5


@dataclass
class YearColumn:
    """One year: what was reserved and booked of each track; `hours_before`: reserved in the year before, None
    when that has no plan."""

    year: int
    norm: Norm
    locked_on: dt.date | None = None
    hours: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(TRACKS, ZERO))
    euros: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(TRACKS, ZERO))
    booked: dict[str, Amount] = field(default_factory=lambda: {code: Amount() for code in TRACKS})
    before: "YearColumn | None" = None

    @property
    def total_hours(self) -> Decimal:
        return sum(self.hours.values(), ZERO)

    @property
    def total_euros(self) -> Decimal:
        return sum(self.euros.values(), ZERO)

    @property
    def total_booked(self) -> Decimal:
        return sum((amount.hours for amount in self.booked.values()), ZERO)

    @property
    def total_spent(self) -> Decimal:
        return sum((amount.euros for amount in self.booked.values()), ZERO)

    @property
    def share_hours(self) -> Decimal | None:
        return Pair(self.hours[Track.SECTORS], self.hours[Track.INNER_CITY]).share

    @property
    def share_euros(self) -> Decimal | None:
        return Pair(self.euros[Track.SECTORS], self.euros[Track.INNER_CITY]).share

    @property
    def share_booked(self) -> Decimal | None:
        return Pair(self.booked[Track.SECTORS].hours, self.booked[Track.INNER_CITY].hours).share

    @property
    def more_hours(self) -> Decimal | None:
        return self.total_hours - self.before.total_hours if self.before else None

    @property
    def more_euros(self) -> Decimal | None:
        return self.total_euros - self.before.total_euros if self.before else None


def years_side_by_side(as_of: dt.date, most: int = MOST_YEARS) -> list[YearColumn]:
    """The last years with a plan, the oldest first, as of a day: later plan lines and hours do not count.
    Five queries for any number of years."""
    lines = (
        TrackBudget.objects.filter(planned_on__lte=as_of)
        .order_by()
        .values("budget_year__year", "budget_year__locked_on", "track__code")
        .annotate(h=Sum("hours"), e=Sum("euros"))
    )
    found: dict[int, YearColumn] = {}
    norms = _norms()
    for row in lines:
        year = row["budget_year__year"]
        column = found.setdefault(
            year, YearColumn(year, _norm_on(norms, dt.date(year, 12, 31)), row["budget_year__locked_on"])
        )
        column.hours[row["track__code"]] = row["h"]
        column.euros[row["track__code"]] = row["e"]
    columns = [found[year] for year in sorted(found)]
    for before, column in pairwise(columns):
        column.before = before if before.year == column.year - 1 else None
    columns = columns[-most:]
    if columns:
        _add_booked({column.year: column for column in columns}, as_of)
    return columns


def _add_booked(columns: dict[int, YearColumn], as_of: dt.date) -> None:
    rates = list(Rate.objects.all())
    rows = (
        TimeEntry.objects.filter(day__gte=dt.date(min(columns), 1, 1), day__lte=as_of)
        .order_by()
        .annotate(of_year=ExtractYear("day"))
        .values("of_year", "track__code")
        .annotate(h=Sum("hours"), e=cost(rates), u=unpriced(rates))
    )
    for row in rows:
        if row["of_year"] in columns:
            columns[row["of_year"]].booked[row["track__code"]] = Amount(
                row["h"] or ZERO, row["e"] or ZERO, row["u"] or ZERO
            )


def _norms() -> list[CommitmentNorm]:
    rows = CommitmentNorm.objects.filter(commitment__code="C5").select_related("commitment")
    return list(rows.order_by("starts_on", "pk"))


def _norm_on(norms: list[CommitmentNorm], day: dt.date) -> Norm:
    """The norm of C5 on that day, of a commitment that holds on it."""
    found = DEFAULT_NORM
    for row in norms:
        if row.starts_on <= day and row.commitment.is_valid_on(day):
            found = Norm(row.value, row.tolerance)
    return found


def reserved_by_year(year: int, as_of: dt.date) -> dict[int, tuple[Decimal, Decimal]]:
    """Hours and euros that a year and the year before reserve as of a day, all tracks together. Years without
    a plan are left out."""
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for line in plan_lines(year, as_of):
        hours, euros = found.get(line.budget_year.year, (ZERO, ZERO))
        found[line.budget_year.year] = (hours + line.hours, euros + line.euros)
    return found
