"""From when until when somebody is busy, out of a calendar file: events and free/busy lists, with what
repeats. Titles, places and people in it are not looked at."""

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any

import recurring_ical_events
from django.utils import timezone
from icalendar import Calendar

from deventer_crm.core import clock
from meetings.calendar.spans import ONE_DAY, Span, merged

#: A calendar with more than this is no calendar of a person.
MOST_PARTS, MOST_TIMES, MOST_RULES = 10_000, 10_000, 2_000
#: What repeats by the hour or faster would be a thousand times a month; no appointment does.
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
MOST_A_DAY = 24
#: Exchange and Outlook say more than the standard: "tentative" and "away" are busy, these are not.
NOT_BUSY = {"FREE", "WORKINGELSEWHERE"}


class NoCalendar(Exception):
    """The file cannot be read as a calendar."""


def busy_spans(content: bytes, within: Span) -> list[Span]:
    """The busy times in that time, joined where they touch or overlap. Raises NoCalendar."""
    try:
        found = list(_all(content, within))
    except NoCalendar:
        raise
    # A file of others can break a parser in more ways than its documentation has names for.
    except Exception as broken:
        raise NoCalendar from broken
    cut = [part for part in (span.cut_to(within) for span in found) if part]
    return merged(cut)


def _all(content: bytes, within: Span) -> Iterator[Span]:
    calendars = Calendar.from_ical(content, multiple=True)
    if not calendars:
        raise NoCalendar
    for calendar in calendars:
        yield from _of(calendar, within)


def _of(calendar: Any, within: Span) -> Iterator[Span]:
    if getattr(calendar, "name", "") != "VCALENDAR" or len(calendar.subcomponents) > MOST_PARTS:
        raise NoCalendar
    for part in calendar.walk("VFREEBUSY"):
        yield from _listed(part)
    _check_rules(calendar)
    events = recurring_ical_events.of(calendar, components=["VEVENT"], skip_bad_series=True)
    for number, event in enumerate(events.between(within.starts_at, within.ends_at)):
        if number > MOST_TIMES:
            raise NoCalendar
        if _is_busy(event):
            span = _span(event)
            if span is not None:
                yield span


def _check_rules(calendar: Any) -> None:
    found = 0
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            found += 1
            a_day = math.prod(len(rule.get(name, [0])) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
            is_often = TOO_OFTEN & {str(word).upper() for word in rule.get("FREQ", [])}
            if is_often or a_day > MOST_A_DAY or found > MOST_RULES:
                raise NoCalendar


def _is_busy(event: Any) -> bool:
    names = ("TRANSP", "STATUS", "X-MICROSOFT-CDO-BUSYSTATUS")
    shown, state, outlook = (str(event.get(name, "")).upper() for name in names)
    return shown != "TRANSPARENT" and state != "CANCELLED" and outlook not in NOT_BUSY


def _span(event: Any) -> Span | None:
    """An event of dates takes whole Dutch days; a time without a zone is Dutch."""
    start, end = event.start, event.end
    if not isinstance(start, dt.datetime):
        last = end if end > start else start + ONE_DAY
        return Span(clock.start_of(start), clock.start_of(last))
    begin, until = _aware(start), _aware(end)
    return Span(begin, until) if until > begin else None


def _aware(moment: dt.datetime) -> dt.datetime:
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment.astimezone(dt.UTC)


def _listed(part: Any) -> Iterator[Span]:
    """The periods of a free/busy list that are not free."""
    rows = part.get("FREEBUSY", [])
    rows = rows if isinstance(rows, list) else [rows]
    if len(rows) > MOST_TIMES:
        raise NoCalendar
    for period in rows:
        begin, until = _aware(period.start), _aware(period.end)
        if str(period.params.get("FBTYPE", "BUSY")).upper() != "FREE" and until > begin:
            yield Span(begin, until)
