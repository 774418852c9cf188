"""What stands in the way of a moment that somebody picks, when the day is free, and the first moments that
suit everybody. Warnings: who plans may do it anyway, knowingly."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from deventer_crm.core import clock, formatting
from deventer_crm.core.workdays import holidays, is_working_day
from meetings.calendar.busy import Asked, Busy, Hours, meeting_span, read_busy
from meetings.calendar.spans import ONE_DAY, Span, days, gaps, merged, whole_day

if TYPE_CHECKING:
    from accounts.models import User

#: So many moments are proposed, each on a day of its own, from the next so many days.
PROPOSALS, LOOK_AHEAD = 3, 60
#: Proposals begin at whole and half hours.
STEP = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Conflict:
    """One reason against a moment, with everybody it holds for. `asks`: planning it anyway takes a tick."""

    who: tuple[str, ...]
    what: str
    kind: str
    source: str
    span: Span
    url: str = ""
    asks: bool = True

    @property
    def names(self) -> str:
        return ", ".join(self.who)

    @property
    def when(self) -> str:
        """ "10.00 uur tot 11.00 uur", or "the whole day"."""
        day = clock.local_date(self.span.starts_at)
        if self.span == whole_day(day):
            return _("the whole day")
        words = {
            "start": formatting.clock_time(self.span.starts_at),
            "end": formatting.clock_time(self.span.ends_at),
        }
        if clock.local_date(self.span.ends_at - dt.timedelta(seconds=1)) != day:
            words = {
                "start": formatting.nl_date(self.span.starts_at, "time"),
                "end": formatting.nl_date(self.span.ends_at, "time"),
            }
        return _("%(start)s to %(end)s") % words


def conflicts(
    starts_at: dt.datetime,
    ends_at: dt.datetime | None,
    members: Iterable[int] = (),
    users: Iterable[int] = (),
    people: Iterable[int] = (),
    *,
    reader: "User",
    exclude: int | None = None,
) -> list[Conflict]:
    """What keeps these people (keys) from a meeting then; eight queries at most. Touching ends are no
    conflict. R10: of what the reader may not know of it says "busy" only."""
    asked = Asked(frozenset(members), frozenset(users), frozenset(people))
    span = meeting_span(starts_at, ends_at, Hours.read().minutes)
    return _conflicts(read_busy(asked, span, reader=reader, exclude=exclude), span)


def _conflicts(rows: Iterable[Busy], span: Span) -> list[Conflict]:
    by_source: dict[str, list[Busy]] = {}
    for row in rows:
        if row.span.overlaps(span):
            by_source.setdefault(row.source, []).append(row)
    found = [
        Conflict(
            tuple(dict.fromkeys(row.name for row in same)),
            same[0].what,
            same[0].kind,
            source,
            same[0].span,
            same[0].url,
        )
        for source, same in by_source.items()
    ]
    day = clock.local_date(span.starts_at)
    if day in holidays(day.year):
        closed = Conflict(
            (),
            _("A holiday: the town hall is closed."),
            "holiday",
            f"holiday:{day}",
            whole_day(day),
            "",
            False,
        )
        found.insert(0, closed)
    return found


def fingerprint(found: Iterable[Conflict]) -> str:
    """Names what a tick "plan it anyway" was about: another reason asks again."""
    said = sorted(f"{row.source}|{'|'.join(row.who)}" for row in found if row.asks)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16] if said else ""


@dataclass(frozen=True)
class Moment:
    """Everything a form shows about the moment that is being picked. `free`: gaps of that day in the hours of
    the agenda; `proposals`: the first moments that suit everybody, each as long as the meeting."""

    day: dt.date | None = None
    conflicts: list[Conflict] = field(default_factory=list)
    free: list[Span] = field(default_factory=list)
    proposals: list[Span] = field(default_factory=list)
    has_people: bool = False
    hours: Span | None = None
    picked: Span | None = None

    @property
    def asking(self) -> list[Conflict]:
        """Those that take a tick."""
        return [row for row in self.conflicts if row.asks]

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.conflicts)

    @property
    def strip(self) -> list[tuple[dt.datetime, bool, bool]]:
        """The hours of the agenda in halves, to draw: when, whether it is free, whether it is picked."""
        if self.hours is None:
            return []
        found, at = [], self.hours.starts_at
        while at < self.hours.ends_at:
            half = Span(at, at + STEP)
            is_free = any(half.cut_to(gap) == half for gap in self.free)
            found.append((at, is_free, self.picked is not None and half.overlaps(self.picked)))
            at += STEP
        return found


def look_at(
    day: dt.date,
    starts_at: dt.datetime | None,
    ends_at: dt.datetime | None,
    asked: Asked,
    *,
    reader: "User",
    exclude: int | None = None,
) -> Moment:
    """The day and the moment for these people, from one reading of the weeks that follow: eight queries."""
    hours = Hours.read()
    within = Span(clock.start_of(day), clock.start_of(day + dt.timedelta(days=LOOK_AHEAD)))
    span = meeting_span(starts_at, ends_at, hours.minutes) if starts_at else None
    if span is not None and span.ends_at > within.ends_at:
        within = Span(within.starts_at, span.ends_at)
    rows = read_busy(asked, within, reader=reader, exclude=exclude)
    taken = merged(row.span for row in rows)
    length = dt.timedelta(minutes=span.minutes if span else hours.minutes)
    return Moment(
        day=day,
        conflicts=_conflicts(rows, span) if span else [],
        free=gaps(taken, hours.of(day)) if asked else [],
        proposals=_proposals(taken, day, length, hours) if asked else [],
        has_people=bool(asked),
        hours=hours.of(day),
        picked=span,
    )


def _proposals(taken: list[Span], day: dt.date, length: dt.timedelta, hours: Hours) -> list[Span]:
    found: list[Span] = []
    now = clock.now()
    begin = max(day, clock.today())
    for candidate in days(begin, day + dt.timedelta(days=LOOK_AHEAD) - ONE_DAY):
        if not is_working_day(candidate, hours.closed):
            continue
        within = hours.of(candidate)
        place = _first_place(gaps(taken, within), within.starts_at, length, now)
        if place is not None:
            found.append(place)
        if len(found) == PROPOSALS:
            break
    return found


def _first_place(free: list[Span], start: dt.datetime, length: dt.timedelta, now: dt.datetime) -> Span | None:
    """The first whole or half hour in these gaps from which the meeting fits."""
    for gap in free:
        at = start
        while at < gap.starts_at or at <= now:
            at += STEP
        if at + length <= gap.ends_at:
            return Span(at, at + length)
    return None
