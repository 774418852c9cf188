"""A week of one person as a grid: rows are what the hours went into, columns the days."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.models import User
from budget.models import TimeEntry
from budget.services.closed import closed_days
from employers.models import Employer, Track

from .split import ZERO

#: Rows of the weeks before come back empty, the most used first.
LOOK_BACK = dt.timedelta(weeks=4)
MOST_SUGGESTED = 3


@dataclass(frozen=True, order=True)
class RowKey:
    """What hours go into; an employer of 0 is none."""

    employer: int
    track: int
    kind: str

    @property
    def code(self) -> str:
        """As it travels in the names of fields."""
        return f"{self.employer}-{self.track}-{self.kind}"

    @classmethod
    def parse(cls, code: str) -> "RowKey | None":
        """None for what is no key."""
        parts = code.split("-")
        if len(parts) != 3 or parts[2] not in TimeEntry.Kind.values:
            return None
        numbers = [int(part) for part in parts[:2] if part.isascii() and part.isdecimal() and len(part) < 18]
        return cls(numbers[0], numbers[1], parts[2]) if len(numbers) == 2 else None


@dataclass(frozen=True)
class Cell:
    """Hours of a row on a day; `fixed` of them belong to contacts, meetings or a file and change there."""

    day: dt.date
    hours: Decimal
    fixed: Decimal
    closed: str = ""


@dataclass(frozen=True)
class WeekRow:
    """`is_hidden`: of an employer this person may no longer know of (R10): shown without a name, not to
    change."""

    key: RowKey
    label: str
    track: str
    kind: str
    cells: list[Cell]
    is_hidden: bool = False

    @property
    def total(self) -> Decimal:
        return sum((cell.hours for cell in self.cells), ZERO)


@dataclass(frozen=True)
class Week:
    """`closed`: why a day takes no hours; employers and tracks of the rows by key."""

    days: list[dt.date]
    rows: list[WeekRow]
    closed: dict[dt.date, str]
    employers: dict[int, Employer]
    tracks: dict[int, Track]

    @property
    def totals(self) -> list[Decimal]:
        return [sum((row.cells[at].hours for row in self.rows), ZERO) for at in range(7)]

    @property
    def total(self) -> Decimal:
        return sum(self.totals, ZERO)


def days_of(year: int, week: int) -> list[dt.date]:
    """Monday to Sunday of an ISO week. Raises ValueError when there is no such week."""
    monday = dt.date.fromisocalendar(year, week, 1)
    return [monday + dt.timedelta(days=at) for at in range(7)]


def week_of(user: User, year: int, week: int, extra: list[RowKey] | None = None) -> Week:
    """The grid of a week; `extra`: rows that somebody had on the screen. Five queries or so, whatever is
    booked."""
    days = days_of(year, week)
    entries = TimeEntry.objects.filter(user=user, day__range=(days[0] - LOOK_BACK, days[-1]))
    cells: dict[tuple[RowKey, dt.date], list[Decimal]] = {}
    keys: dict[RowKey, None] = {}
    before: dict[RowKey, int] = {}
    for entry in entries.order_by("day", "pk"):
        key = RowKey(entry.employer_id or 0, entry.track_id, entry.kind)
        if entry.day < days[0]:
            before[key] = before.get(key, 0) + 1
            continue
        keys[key] = None
        found = cells.setdefault((key, entry.day), [ZERO, ZERO])
        found[0] += entry.hours
        found[1] += entry.hours if entry.is_fixed else ZERO
    usual = sorted(before, key=lambda key: (-before[key], key))
    suggested = [key for key in usual if key not in keys][:MOST_SUGGESTED]
    for key in [*(extra or []), *suggested]:
        keys.setdefault(key, None)
    seen = {
        row.pk: row
        for row in Employer.objects.visible_to(user).filter(pk__in={key.employer for key in keys} - {0})
    }
    tracks = Track.objects.in_bulk({key.track for key in keys})
    kinds = dict(TimeEntry.Kind.choices)
    closed = closed_days(user.pk, days)
    rows = []
    for key in keys:
        is_hidden = bool(key.employer) and key.employer not in seen
        has_hours = any((key, day) in cells for day in days)
        if key.track not in tracks or (is_hidden and not has_hours):
            continue
        name = _("confidential") if is_hidden else seen[key.employer].name if key.employer else ""
        rows.append(
            WeekRow(
                key=key,
                label=name or tracks[key.track].name,
                track=tracks[key.track].name,
                kind=str(kinds[TimeEntry.Kind(key.kind)]),
                cells=[_cell(cells.get((key, day)), day, closed) for day in days],
                is_hidden=is_hidden,
            )
        )
    return Week(days, rows, closed, seen, tracks)


def _cell(found: list[Decimal] | None, day: dt.date, closed: dict[dt.date, str]) -> Cell:
    hours, fixed = found or (ZERO, ZERO)
    return Cell(day, hours, fixed, closed.get(day, ""))
