"""What the planner is asked and what it answers: plain values, so that it can be tried on any year."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import hypot

from deventer_crm.core.workdays import is_working_day

#: The first characters of a postcode that say the neighbourhood.
PC4 = 4


def quarter_of(day: dt.date) -> tuple[int, int]:
    """Year and quarter, 1 to 4."""
    return day.year, (day.month - 1) // 3 + 1


@dataclass(frozen=True)
class Place:
    """Where an employer is: a postcode and, when the register gave them, RD coordinates in metres."""

    postcode: str = ""
    x: float | None = None
    y: float | None = None

    def metres_to(self, other: "Place") -> int | None:
        """As the crow flies, rounded to hundreds; None when one of the two has no coordinates."""
        if self.x is None or self.y is None or other.x is None or other.y is None:
            return None
        return round(hypot(self.x - other.x, self.y - other.y) / 100) * 100

    def is_near(self, other: "Place", metres: int) -> bool:
        """Within so many metres; without coordinates: in the same four digits of the postcode."""
        distance = self.metres_to(other)
        if distance is not None:
            return distance <= metres
        return len(self.postcode) >= PC4 and self.postcode[:PC4] == other.postcode[:PC4]


#: An employer of which nobody knows where it is: near to nothing.
NOWHERE = Place()


@dataclass(frozen=True)
class Reason:
    """Why, as a code with values; `annual_plan.wording` says it in the language of the reader. Values are
    numbers, ISO days and keys of records, never names."""

    code: str
    values: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """A member of the college: since when and until when, for what, and the days without room."""

    key: int
    sectors: frozenset[int] = frozenset()
    areas: frozenset[int] = frozenset()
    unavailable: frozenset[dt.date] = frozenset()
    starts_on: dt.date = dt.date.min
    ends_on: dt.date = dt.date.max

    def is_free_on(self, day: dt.date) -> bool:
        return self.starts_on <= day <= self.ends_on and day not in self.unavailable


@dataclass(frozen=True)
class Visit:
    """An employer to visit. `before`: why this is planned anew, when something fell through."""

    employer: int
    rank: int = 0
    last_spoken: dt.date | None = None
    sector: int | None = None
    area: int | None = None
    place: Place = NOWHERE
    before: Reason | None = None


@dataclass(frozen=True)
class Gathering:
    """A meeting of a series to be planned: the `number`-th of `of` in the year."""

    series: int
    number: int = 1
    of: int = 1
    with_college: bool = False
    before: Reason | None = None


@dataclass(frozen=True)
class Kept:
    """What stands already and is not touched: a meeting held, planned or prepared, or a fixed proposal."""

    day: dt.date
    members: frozenset[int] = frozenset()
    employers: frozenset[int] = frozenset()
    series: int | None = None
    place: Place = NOWHERE


@dataclass(frozen=True)
class Rules:
    """What the municipality decided: visits per member in a month and on a day, months without visits, what
    is near, and how many days lie between two visits to one employer (besides: one in a quarter)."""

    most_a_month: int = 2
    most_a_day: int = 2
    months_off: frozenset[int] = frozenset()
    near_metres: int = 1500
    days_apart: int = 90
    #: Days of its own on which the municipality is closed.
    closed: frozenset[dt.date] = frozenset()

    def is_open(self, day: dt.date) -> bool:
        """A working day of this municipality."""
        return is_working_day(day, self.closed)

    def allows(self, day: dt.date) -> bool:
        return day.month not in self.months_off and self.is_open(day)


@dataclass(frozen=True)
class Question:
    """One year to plan, from `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    members: tuple[Member, ...] = ()
    visits: tuple[Visit, ...] = ()
    gatherings: tuple[Gathering, ...] = ()
    kept: tuple[Kept, ...] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True)
class Proposal:
    """Where something was placed, with the reasons. `members`: who goes; the whole college for its series."""

    day: dt.date
    members: tuple[int, ...] = ()
    employer: int | None = None
    series: int | None = None
    number: int = 1
    with_college: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Unplaced:
    """What found no place, with what stood in the way, the most frequent obstacle first."""

    employer: int | None = None
    series: int | None = None
    number: int = 1
    with_college: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """In the order in which the planner took them: the longest unspoken first."""

    proposals: tuple[Proposal, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
