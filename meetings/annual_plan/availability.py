"""On which days a member of the college has no room. Who knows of such days registers a source; the plan asks
all of them at once:

    @availability_source("blocked")
    def blocked_days(member_ids, start, end): return {member_id: {day, …}}
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from deventer_crm.core import clock
from deventer_crm.core.statements import Prepared
from meetings.calendar.busy import busy_days
from meetings.models import Meeting, Participant

#: Members, first and last day → days without room, by member. A fixed number of queries, whatever is asked.
Source = Callable[[Collection[int], dt.date, dt.date], Mapping[int, Collection[dt.date]]]

_sources: dict[str, Source] = {}


def availability_source(name: str) -> Callable[[Source], Source]:
    """Register a source of days without room. Raises ValueError when that was done before."""

    def register(function: Source) -> Source:
        if name in _sources:
            raise ValueError(f"availability source {name} is registered twice")
        _sources[name] = function
        return function

    return register


def unavailable(members: Collection[int], start: dt.date, end: dt.date) -> dict[int, set[dt.date]]:
    """The days from `start` to `end` on which each of these members has no room, by all sources together."""
    found: dict[int, set[dt.date]] = {member: set() for member in members}
    for source in _sources.values():
        for member, days in source(members, start, end).items():
            if member in found:
                found[member].update(day for day in days if start <= day <= end)
    return found


@Prepared
def _seats(member_ids: list[int], start: dt.datetime, end: dt.datetime) -> "QuerySet[Any, Any]":
    rows = Participant.objects.filter(
        college_member__in=member_ids,
        meeting__state__in=[Meeting.State.DRAFT, Meeting.State.PLANNED],
        meeting__starts_at__gte=start,
        meeting__starts_at__lt=end,
        meeting__kind__counts_for_visit=False,
        meeting__kind__series__isnull=True,
    )
    return rows.values_list("college_member_id", "meeting__starts_at", "meeting__ends_at")


@availability_source("meetings")
def days_with_meetings(
    members: Collection[int], start: dt.date, end: dt.date
) -> Mapping[int, Collection[dt.date]]:
    """Days with another meeting in the agenda. Visits and series are no such days: the plan sees them for
    what they are, so that a second company nearby may be visited on the same day."""
    found: dict[int, set[dt.date]] = defaultdict(set)
    after = clock.start_of(end + dt.timedelta(days=1))
    for member, starts_at, ends_at in _seats.rows(list(members), clock.start_of(start), after):
        day, last = clock.local_date(starts_at), clock.local_date(ends_at or starts_at)
        while day <= last:
            found[member].add(day)
            day += dt.timedelta(days=1)
    return found


#: Minutes that a visit takes, the way to it included.
VISIT_MINUTES = 120


@availability_source("calendar")
def full_days(members: Collection[int], start: dt.date, end: dt.date) -> Mapping[int, Collection[dt.date]]:
    """Days on which blocked times, the agenda and the own calendar together leave no gap for a visit."""
    found: dict[int, set[dt.date]] = defaultdict(set)
    for (member, day), busy in busy_days(members, start, end).items():
        if not busy.fits(VISIT_MINUTES):
            found[member].add(day)
    return found
