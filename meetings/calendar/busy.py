"""When people are busy: meetings that are planned or kept as a draft, blocked times, and what their own
calendar says. A college member who logs in is the same person as that user.

R10: of a meeting that the reader may not know of only "busy" is told, and of contact persons nothing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import BlockedTime, CollegeMember, User
from deventer_crm.core import clock, policy
from deventer_crm.core.workdays import as_days, is_working_day
from meetings.calendar.spans import ONE_DAY, Span, at_time, blocked_days, days, gaps, merged
from meetings.models import BusyTime, Meeting, Participant

if TYPE_CHECKING:
    from datetime import date, datetime

#: ("member" | "user" | "person", key).
Key = tuple[str, int]
EVERYBODY: Key = ("college", 0)
#: Of these states a meeting takes time that is still to come.
TAKES_TIME = (Meeting.State.DRAFT, Meeting.State.PLANNED)


@dataclass(frozen=True)
class Asked:
    """Whose time is asked for, by key."""

    members: frozenset[int] = frozenset()
    users: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.members or self.users or self.people)

    def __sub__(self, other: "Asked") -> "Asked":
        return Asked(self.members - other.members, self.users - other.users, self.people - other.people)


@dataclass(frozen=True)
class Busy:
    """Somebody is busy. `source` tells the cause apart from others ("meeting:12"); `what` and `url` only say
    what the reader may know; `who` is EVERYBODY for what blocks the whole college."""

    who: Key
    name: str
    kind: str  # meeting, draft, blocked, own
    source: str
    span: Span
    what: str
    url: str = ""


@dataclass(frozen=True)
class Hours:
    """What the municipality decided (policy settings): how long a meeting without an end takes, and between
    which hours of a day moments are proposed."""

    minutes: int
    first: int
    last: int
    closed: frozenset["date"] = frozenset()

    @classmethod
    def read(cls) -> "Hours":
        """One query. What cannot be is read as the nearest that can."""
        names = ["meeting_minutes", "agenda_from_hour", "agenda_until_hour", "free_days"]
        minutes, first, last, closed = policy.values(names).values()
        first = min(first, 22)
        last = min(max(last, first + 1), 23)
        return cls(min(max(minutes, 5), 24 * 60), first, last, as_days(closed))

    def of(self, day: "date") -> Span:
        """Those hours of one day."""
        return Span(at_time(day, dt.time(self.first)), at_time(day, dt.time(self.last)))


@dataclass
class _Who:
    """The asked people under one key each, with their names."""

    members: dict[int, Key] = field(default_factory=dict)
    users: dict[int, Key] = field(default_factory=dict)
    names: dict[Key, str] = field(default_factory=dict)


def _who(asked: Asked) -> _Who:
    """Two queries. Somebody who is asked for as a member and as a user is one person."""
    found = _Who()
    rows = CollegeMember.objects.filter(Q(pk__in=asked.members) | Q(user__in=asked.users))
    for member in rows:
        key: Key = ("member", member.pk) if member.pk in asked.members else ("user", member.user_id or 0)
        found.members[member.pk] = key
        if member.user_id:
            found.users[member.user_id] = key
        if key[0] == "member":
            found.names[key] = member.titled_name
    for user in User.objects.filter(pk__in=asked.users):
        key = found.users.setdefault(user.pk, ("user", user.pk))
        found.names.setdefault(key, str(user))
    return found


def meeting_span(starts_at: "datetime", ends_at: "datetime | None", minutes: int) -> Span:
    """From when until when; without an end a meeting takes so many minutes."""
    if ends_at is None or ends_at <= starts_at:
        ends_at = starts_at.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)
    return Span(starts_at, ends_at)


def read_busy(asked: Asked, within: Span, *, reader: "User | None", exclude: int | None = None) -> list[Busy]:
    """Everything that keeps these people busy in that time, the earliest first; seven queries at most.

    `reader`: who gets to see it (R10); None tells nothing but "busy". `exclude`: the meeting that is being
    moved does not stand in its own way."""
    if not asked:
        return []
    who = _who(asked)
    found = [*_meetings(asked, who, within, reader, exclude), *_blocked(who, within), *_own(who, within)]
    return sorted(found, key=lambda row: (row.span, row.name, row.source))


def _at_the_table(asked: Asked, who: _Who, within: Span, minutes: int) -> "QuerySet[Participant]":
    earliest = within.starts_at - dt.timedelta(minutes=minutes)
    return (
        Participant.objects.filter(
            Q(college_member__in=list(who.members))
            | Q(user__in=list(who.users))
            | Q(person__in=asked.people),
            Q(meeting__ends_at__gt=within.starts_at) | Q(meeting__starts_at__gt=earliest),
            meeting__state__in=TAKES_TIME,
            meeting__starts_at__lt=within.ends_at,
        )
        .select_related("meeting__kind", "person")
        .order_by("meeting__starts_at", "pk")
    )


def _meetings(
    asked: Asked, who: _Who, within: Span, reader: "User | None", exclude: int | None
) -> Iterator[Busy]:
    minutes = Hours.read().minutes
    rows = [row for row in _at_the_table(asked, who, within, minutes) if row.meeting_id != exclude]
    known = _known(rows, reader)
    for row in rows:
        meeting = row.meeting
        span = meeting_span(meeting.starts_at, meeting.ends_at, minutes)
        if not span.overlaps(within):
            continue
        told = meeting.pk in known
        if row.person_id:
            # That somebody of a company meets us at all is not told to who may not know of it.
            if not told or row.person is None:
                continue
            key, name = ("person", row.person_id), str(row.person)
        else:
            key = who.members[row.college_member_id] if row.college_member_id else who.users[row.user_id or 0]
            name = who.names.get(key, "")
        yield Busy(
            who=key,
            name=name,
            kind="draft" if told and meeting.state == Meeting.State.DRAFT else "meeting",
            source=f"meeting:{meeting.pk}",
            span=span,
            what=meeting.name if told else _("busy"),
            url=meeting.get_absolute_url() if told else "",
        )


def _known(rows: Collection[Participant], reader: "User | None") -> set[int]:
    """Keys of the meetings that the reader may know of."""
    if reader is None or not rows:
        return set()
    seen = Meeting.objects.visible_to(reader).filter(pk__in={row.meeting_id for row in rows})
    return set(seen.order_by().values_list("pk", flat=True))


def _blocked(who: _Who, within: Span) -> Iterator[Busy]:
    first, last = clock.local_date(within.starts_at), clock.local_date(within.ends_at)
    rows = BlockedTime.objects.between(first, last).concerning(who.members, who.users)
    for row in rows:
        if row.college_member_id:
            key = who.members[row.college_member_id]
            name = who.names.get(key, "")
        elif row.user_id:
            key = who.users[row.user_id]
            name = who.names.get(key, "")
        elif who.members:
            key, name = EVERYBODY, _("the whole college")
        else:
            continue
        for _day, span in blocked_days(row, first, last):
            if span.overlaps(within):
                yield Busy(key, name, "blocked", f"blocked:{row.pk}", span, row.label)


def _own(who: _Who, within: Span) -> Iterator[Busy]:
    rows = BusyTime.objects.filter(
        Q(source__college_member__in=list(who.members)) | Q(source__user__in=list(who.users)),
        starts_at__lt=within.ends_at,
        ends_at__gt=within.starts_at,
    ).select_related("source")
    for row in rows:
        member, user = row.source.college_member_id, row.source.user_id
        key = who.members[member] if member else who.users[user or 0]
        yield Busy(
            key,
            who.names.get(key, ""),
            "own",
            f"own:{row.source_id}:{row.starts_at.isoformat()}",
            Span(row.starts_at, row.ends_at),
            _("busy in their own calendar"),
        )


# ── whole days, for plans of a year ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class BusyDay:
    """A working day of one member. `free`: the gaps within the hours of the agenda (policy settings
    agenda_from_hour and agenda_until_hour); `minutes`: how much of those hours is taken."""

    minutes: int
    free: tuple[Span, ...]

    def fits(self, minutes: int) -> bool:
        """Whether a meeting of so many minutes finds a place."""
        return any(span.minutes >= minutes for span in self.free)


def busy_days(
    members: Iterable[int], first: "date", last: "date", *, exclude: int | None = None
) -> dict[tuple[int, "date"], BusyDay]:
    """For each of these college members (keys) and each working day from first to last: how much of the day
    is taken by meetings, drafts, blocked times and their own calendar. A day that is not in the answer is no
    working day. Names nothing, so it needs no reader (R10). Six queries, whatever is asked.

    `busy_days([member.pk], monday, friday)[member.pk, monday].fits(90)`"""
    keys = frozenset(members)
    hours = Hours.read()
    asked = [day for day in days(first, last) if is_working_day(day, hours.closed)]
    if not asked or not keys:
        return {}
    within = Span(clock.start_of(first), clock.start_of(last + ONE_DAY))
    taken: dict[Key, dict[date, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for row in read_busy(Asked(members=keys), within, reader=None, exclude=exclude):
        start = max(clock.local_date(row.span.starts_at), first)
        for day in days(start, min(clock.local_date(row.span.ends_at), last)):
            taken[row.who][day].append(row.span)
    found = {}
    for pk in keys:
        for day in asked:
            open_for = hours.of(day)
            spans = merged([*taken[EVERYBODY][day], *taken["member", pk][day]])
            parts = [part for part in (span.cut_to(open_for) for span in spans) if part]
            found[pk, day] = BusyDay(sum(part.minutes for part in parts), tuple(gaps(parts, open_for)))
    return found
