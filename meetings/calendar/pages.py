"""The agenda as a month and as a week: the same meetings and filters as the list, with blocked times and
holidays beside them. A fixed number of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import BlockedTime
from deventer_crm.core import badges, clock, formatting
from deventer_crm.core.workdays import holidays
from meetings.calendar.busy import meeting_span
from meetings.calendar.spans import ONE_DAY, Span, blocked_days, days, whole_day
from meetings.filters import CalendarFilter
from meetings.models import Meeting
from meetings.selectors.listing import Chip, address_of, chips_of, say_who_come, week_label, words_of

if TYPE_CHECKING:
    from accounts.models import User

WEEK = dt.timedelta(days=7)
#: A month shows no more than this; there the filters help.
MOST = 600
#: A day of a month names so many meetings, the rest is in its week.
IN_A_DAY = 5
#: The hours a week shows at least.
FIRST_HOUR, LAST_HOUR = 8, 18
#: So many minutes are drawn of a meeting without an end.
DRAWN = 60
#: Years of which there is a calendar.
YEARS = range(2000, 2101)


@dataclass(frozen=True)
class Shown:
    """A meeting on a day. `who`: the first employers; `look`: colour, icon and word of its state."""

    meeting: Any
    span: Span
    look: badges.Badge

    @property
    def start(self) -> str:
        return short_time(self.span.starts_at)

    @property
    def end(self) -> str:
        return short_time(self.span.ends_at) if self.meeting.ends_at else ""

    @property
    def who(self) -> str:
        names = ", ".join(str(employer) for employer in self.meeting.shown_employers)
        return f"{names} …" if self.meeting.more_employers else names


@dataclass(frozen=True)
class Blocked:
    """A blocked time on a day; the time is "" for whole days."""

    label: str
    whose: str
    span: Span
    time: str


@dataclass
class Day:
    """One day. `is_other`: of the month before or after."""

    day: dt.date
    is_today: bool = False
    is_other: bool = False
    is_holiday: bool = False
    meetings: list[Shown] = field(default_factory=list)
    blocked: list[Blocked] = field(default_factory=list)

    @property
    def first(self) -> list[Shown]:
        return self.meetings[:IN_A_DAY]

    @property
    def more(self) -> int:
        return max(len(self.meetings) - IN_A_DAY, 0)

    @property
    def is_off(self) -> bool:
        """No working day, or blocked from morning to evening."""
        return self.is_holiday or self.day.weekday() > 4 or any(not row.time for row in self.blocked)

    @property
    def is_empty(self) -> bool:
        return not self.meetings and not self.blocked and not self.is_holiday

    @property
    def is_bare(self) -> bool:
        """Nothing but what is blocked for some hours, which would fill the list of a month on a phone."""
        return not self.meetings and not self.is_holiday and all(row.time for row in self.blocked)


@dataclass(frozen=True)
class Cell:
    """An hour of a day in a week: what begins in it, and whether something runs on or it is blocked."""

    meetings: list[Shown]
    blocked: list[Blocked]
    is_blocked: bool
    is_running: bool


@dataclass(frozen=True)
class Hour:
    """A row of the week."""

    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Week:
    """A row of the month."""

    monday: dt.date
    number: int
    days: list[Day]
    url: str


@dataclass(frozen=True)
class CalendarPage:
    """What both pages share. `previous`, `next`, `today`: addresses with the same filters."""

    kind: str
    title: str
    filter: CalendarFilter
    chips: list[Chip]
    days: list[Day]
    previous: str
    next: str
    today: str
    list_url: str
    week_url: str
    month_url: str
    address: str
    clear_url: str
    is_cut: bool
    weeks: list[Week] = field(default_factory=list)
    hours: list[Hour] = field(default_factory=list)

    @property
    def is_bare(self) -> bool:
        """Nothing at all to show on a phone."""
        return all(
            day.is_other or (day.is_bare if self.kind == "month" else day.is_empty) for day in self.days
        )

    @property
    def looks(self) -> list[badges.Badge]:
        """The states that occur, for the legend."""
        states = dict.fromkeys(row.look for day in self.days for row in day.meetings)
        return list(states)


def short_time(moment: dt.datetime) -> str:
    """ "10.00", where a column of times says that they are times."""
    return formatting.clock_time(moment).removesuffix(" uur")


def month_url(day: dt.date) -> str:
    return reverse("meetings:month", args=[day.year, day.month])


def week_url(day: dt.date) -> str:
    year, week, _weekday = day.isocalendar()
    return reverse("meetings:week", args=[year, week])


def view_urls(params: QueryDict, day: dt.date | None = None) -> dict[str, str]:
    """The addresses of list, week and month around a day (default today) with the filters that are on."""
    kept = address_of(params, drop="when")
    kept = "" if kept == "?" else kept
    near = day or clock.today()
    return {
        "list_url": f"{reverse('meetings:agenda')}{kept}",
        "week_url": f"{week_url(near)}{kept}",
        "month_url": f"{month_url(near)}{kept}",
    }


class _Filled:
    """The days from first to last with what is on them."""

    def __init__(self, params: QueryDict, user: "User", first: dt.date, last: dt.date) -> None:
        self.filter = CalendarFilter(params, Meeting.objects.visible_to(user), user=user)
        found: Any = self.filter.qs.filter(
            starts_at__gte=clock.start_of(first), starts_at__lt=clock.start_of(last + ONE_DAY)
        )
        rows = list(found.select_related("kind")[: MOST + 1])
        self.is_cut = len(rows) > MOST
        rows = rows[:MOST]
        say_who_come(rows)
        today = clock.today()
        self.days = {
            day: Day(day, is_today=day == today, is_holiday=day in holidays(day.year))
            for day in days(first, last)
        }
        for row in rows:
            span = meeting_span(row.starts_at, row.ends_at, DRAWN)
            look = badges.MEETING.get(row.state, badges.UNKNOWN)
            self.days[clock.local_date(row.starts_at)].meetings.append(Shown(row, span, look))
        member = self.filter.form.cleaned_data.get("member")
        for blocked in _blocked(user, member, first, last):
            for day, span in blocked_days(blocked, first, last):
                self.days[day].blocked.append(_say(blocked, span))

    def chips(self, params: QueryDict, user: "User") -> list[Chip]:
        return chips_of(self.filter, params, words_of(self.filter, user), frozenset())


def _blocked(user: "User", member: str | None, first: dt.date, last: dt.date) -> Iterable[BlockedTime]:
    """Of the whole college, of the member that is looked at, and of who looks."""
    mine = Q(user=user) | Q(college_member__user=user)
    everybody = Q(user__isnull=True, college_member__isnull=True)
    wanted = everybody | (Q(college_member=int(member)) if member else mine)
    rows = BlockedTime.objects.between(first, last).filter(wanted)
    return rows.select_related("college_member", "user").order_by("start_time", "pk")


def _say(row: BlockedTime, span: Span) -> Blocked:
    whose = row.whose if row.college_member_id or row.user_id else ""
    if row.is_whole_day:
        return Blocked(row.label, whose, span, "")
    return Blocked(row.label, whose, span, f"{short_time(span.starts_at)}–{short_time(span.ends_at)}")


def _page(kind: str, filled: _Filled, params: QueryDict, user: "User", **rest: Any) -> CalendarPage:
    kept = address_of(params, drop="when")
    return CalendarPage(
        kind=kind,
        filter=filled.filter,
        chips=filled.chips(params, user),
        days=list(filled.days.values()),
        address=kept,
        clear_url="?",
        is_cut=filled.is_cut,
        **rest,
    )


def month_page(params: QueryDict, user: "User", year: int, month: int) -> CalendarPage:
    """The month, in whole weeks. Raises ValueError for a month that does not exist."""
    if year not in YEARS or month not in range(1, 13):
        raise ValueError(year)
    first = dt.date(year, month, 1)
    last = (first + dt.timedelta(days=31)).replace(day=1) - ONE_DAY
    monday = first - dt.timedelta(days=first.weekday())
    sunday = last + dt.timedelta(days=6 - last.weekday())
    filled = _Filled(params, user, monday, sunday)
    kept = address_of(params, drop="when").removesuffix("?")
    for day in filled.days.values():
        day.is_other = not first <= day.day <= last
    everything = list(filled.days.values())
    weeks = [
        Week(row[0].day, row[0].day.isocalendar().week, row, f"{week_url(row[0].day)}{kept}")
        for row in (everything[at : at + 7] for at in range(0, len(everything), 7))
    ]
    today = clock.today()
    near = today if first <= today <= last else first
    return _page(
        "month",
        filled,
        params,
        user,
        title=_capital(formatting.nl_date(first, "month")),
        previous=f"{month_url(first - ONE_DAY)}{kept}",
        next=f"{month_url(last + ONE_DAY)}{kept}",
        today=f"{month_url(today)}{kept}",
        weeks=weeks,
        **view_urls(params, near),
    )


def week_page(params: QueryDict, user: "User", year: int, week: int) -> CalendarPage:
    """The ISO week, by hours; a weekend without anything is left out. Raises ValueError for a week that does
    not exist."""
    if year not in YEARS or week not in range(1, 54):
        raise ValueError(year)
    monday = dt.date.fromisocalendar(year, week, 1)
    filled = _Filled(params, user, monday, monday + WEEK - ONE_DAY)
    weekend = (monday + 5 * ONE_DAY, monday + 6 * ONE_DAY)
    if all(not filled.days[day].meetings for day in weekend):
        for day in weekend:
            del filled.days[day]
    kept = address_of(params, drop="when").removesuffix("?")
    return _page(
        "week",
        filled,
        params,
        user,
        title=week_label(monday),
        previous=f"{week_url(monday - WEEK)}{kept}",
        next=f"{week_url(monday + WEEK)}{kept}",
        today=f"{week_url(clock.today())}{kept}",
        hours=_hours(list(filled.days.values())),
        **view_urls(params, clock.today() if monday <= clock.today() < monday + WEEK else monday),
    )


def _hours(shown: list[Day]) -> list[Hour]:
    """The rows: from 8 to 18, or as far as there is something."""
    begins = [timezone.localtime(row.span.starts_at).hour for day in shown for row in day.meetings]
    ends = [
        min(timezone.localtime(row.span.ends_at - dt.timedelta(seconds=1)).hour + 1, 24)
        for day in shown
        for row in day.meetings
        if clock.local_date(row.span.ends_at) == day.day
    ]
    blocked = [row for day in shown for row in day.blocked if row.time]
    begins += [timezone.localtime(row.span.starts_at).hour for row in blocked]
    ends += [timezone.localtime(row.span.ends_at - dt.timedelta(seconds=1)).hour + 1 for row in blocked]
    ends += [hour + 1 for hour in begins]
    rows: dict[int, list[Cell]] = defaultdict(list)
    for hour in range(min([FIRST_HOUR, *begins]), max([LAST_HOUR, *ends])):
        for day in shown:
            rows[hour].append(_cell(day, hour))
    return [Hour(short_time(clock.start_of(shown[0].day).replace(hour=hour)), cells)
            for hour, cells in rows.items()]  # fmt: skip


def _cell(day: Day, hour: int) -> Cell:
    start = clock.start_of(day.day).replace(hour=hour)
    span = Span(start, start + dt.timedelta(hours=1))

    def begins(other: Span) -> bool:
        return span.starts_at <= other.starts_at < span.ends_at

    timed = [row for row in day.blocked if row.time and row.span.overlaps(span)]
    return Cell(
        meetings=[row for row in day.meetings if begins(row.span)],
        blocked=[row for row in timed if begins(row.span)],
        is_blocked=bool(timed) or any(row.span == whole_day(day.day) for row in day.blocked),
        is_running=any(row.span.overlaps(span) and not begins(row.span) for row in day.meetings),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
