"""Stretches of time, and what follows from them without asking anybody."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from accounts.models import BlockedTime
from deventer_crm.core import clock

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """From one aware moment until another; the end itself is free again, so touching spans do not overlap.
    Kept in UTC: Python compares two moments of one zone by the clock on the wall, which is set back once a
    year."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(dt.UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(dt.UTC))

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def cut_to(self, other: "Span") -> "Span | None":
        """The part inside the other one, or None."""
        if not self.overlaps(other):
            return None
        return Span(max(self.starts_at, other.starts_at), min(self.ends_at, other.ends_at))

    @property
    def minutes(self) -> int:
        """Real minutes that pass, also on the two days a year on which the clock is set."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order; what touches becomes one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.starts_at <= found[-1].ends_at:
            found[-1] = Span(found[-1].starts_at, max(found[-1].ends_at, span.ends_at))
        else:
            found.append(span)
    return found


def gaps(spans: Iterable[Span], within: Span) -> list[Span]:
    """What is left of `within` when these are taken."""
    left, at = [], within.starts_at
    for span in merged(spans):
        taken = span.cut_to(within)
        if taken is None:
            continue
        if taken.starts_at > at:
            left.append(Span(at, taken.starts_at))
        at = max(at, taken.ends_at)
    if at < within.ends_at:
        left.append(Span(at, within.ends_at))
    return left


def days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every day from the first to the last."""
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def whole_day(day: dt.date) -> Span:
    """A Dutch calendar day: 23, 24 or 25 hours."""
    return Span(clock.start_of(day), clock.start_of(day + ONE_DAY))


def at_time(day: dt.date, time: dt.time) -> dt.datetime:
    """The aware moment of a Dutch day and time."""
    return clock.start_of(day).replace(hour=time.hour, minute=time.minute, second=0)


def blocked_days(row: BlockedTime, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, Span]]:
    """The days from `first` to `last` on which it holds, each with from when until when."""
    begin = max(first, row.starts_on)
    end = last if row.ends_on is None else min(last, row.ends_on)
    if row.weekday is not None:
        begin += dt.timedelta(days=(row.weekday - begin.weekday()) % 7)
    step = 1 if row.weekday is None else 7
    while begin <= end:
        if row.start_time is None or row.end_time is None:
            yield begin, whole_day(begin)
        else:
            yield begin, Span(at_time(begin, row.start_time), at_time(begin, row.end_time))
        begin += dt.timedelta(days=step)
