"""What is taken while a year is planned: days, months and members, and how often an employer was spoken."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .inputs import Kept, Place, Question, quarter_of

Month = tuple[int, int]


@dataclass(frozen=True)
class There:
    """A visit of a member on a day."""

    employers: frozenset[int]
    place: Place


class Board:
    """Filled with what is kept, then with each proposal; answers whether something still fits."""

    def __init__(self, question: Question) -> None:
        self.rules = question.rules
        first, length = question.first, (question.last - question.first).days + 1
        every_day = (first + dt.timedelta(days=number) for number in range(max(length, 0)))
        self.days = [day for day in every_day if self.rules.allows(day)]
        self.month_of = {day: (day.year, day.month) for day in self.days}
        #: Days of a month on which a visit may be, and which of them a day is.
        self.count_of_month: Counter[Month] = Counter()
        self.rank_of: dict[dt.date, int] = {}
        for day, month in self.month_of.items():
            self.rank_of[day] = self.count_of_month[month]
            self.count_of_month[month] += 1
        self.week_of = {day: day.isocalendar()[:2] for day in self.days}
        self.free = {
            member.key: {day for day in self.days if member.is_free_on(day)} for member in question.members
        }
        self.visits: dict[tuple[int, dt.date], list[There]] = defaultdict(list)
        self.gatherings: dict[int, list[dt.date]] = defaultdict(list)
        self.gathering_days: Counter[dt.date] = Counter()
        self.spoken: dict[int, list[dt.date]] = defaultdict(list)
        self.in_month: Counter[tuple[int, Month]] = Counter()
        self.in_year: Counter[tuple[int, int]] = Counter()
        self.of_month: Counter[Month] = Counter()
        self.of_week: Counter[tuple[int, int]] = Counter()
        self.of_weekday: Counter[tuple[Month, int]] = Counter()
        for kept in question.kept:
            self.take(kept)

    def take(self, kept: Kept) -> None:
        """From now on this stands."""
        day, month = kept.day, (kept.day.year, kept.day.month)
        if kept.series is not None:
            self.gatherings[kept.series].append(day)
            self.gathering_days[day] += 1
            for member in kept.members:
                self.free.get(member, set()).discard(day)
            return
        for employer in kept.employers:
            self.spoken[employer].append(day)
        if not kept.members:
            return
        self.of_month[month] += 1
        self.of_week[day.isocalendar()[:2]] += 1
        self.of_weekday[month, day.weekday()] += 1
        for member in kept.members:
            self.visits[member, day].append(There(kept.employers, kept.place))
            self.in_month[member, month] += 1
            self.in_year[member, day.year] += 1

    def near_on(self, member: int, day: dt.date, place: Place) -> There | None:
        """A visit of this member on that day nearby."""
        here = self.visits.get((member, day))
        if not here:
            return None
        return next((there for there in here if place.is_near(there.place, self.rules.near_metres)), None)

    def obstacle(self, member: int, day: dt.date, employer: int, place: Place) -> str:
        """The first rule that forbids this visit, as a code; "" when it may be."""
        if day not in self.free[member]:
            return "unavailable"
        if self.too_soon(employer, day):
            return "spoken_around"
        if self.in_month[member, self.month_of[day]] >= self.rules.most_a_month:
            return "month_full"
        there = self.visits.get((member, day))
        if there and (len(there) >= self.rules.most_a_day or not self.near_on(member, day, place)):
            return "day_full"
        return ""

    def too_soon(self, employer: int, day: dt.date) -> bool:
        """Not two visits to one employer in a quarter, nor within the days of the rule."""
        return any(
            quarter_of(other) == quarter_of(day) or abs((other - day).days) < self.rules.days_apart
            for other in self.spoken.get(employer, ())
        )

    def months(self) -> list[Month]:
        """The months in which there is a day to plan on, in order."""
        return sorted({(day.year, day.month) for day in self.days})

    def visits_kept(self, months: Iterable[Month]) -> int:
        return sum(self.of_month[month] for month in months)
