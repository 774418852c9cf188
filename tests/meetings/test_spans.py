"""Stretches of time as they pass, also on the two days a year on which the clock is set."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import BlockedTime
from meetings.calendar import Span
from meetings.calendar.spans import blocked_days, gaps, merged, whole_day
from tests.meetings.factories import AMSTERDAM

#: Around both days a year on which the clock is set.
minutes = st.integers(0, 3 * 24 * 60)
begins = st.sampled_from([dt.datetime(2026, 3, 28), dt.datetime(2026, 10, 24), dt.datetime(2026, 7, 1)])


@st.composite
def spans(draw):
    start = draw(begins).replace(tzinfo=AMSTERDAM).astimezone(dt.UTC) + dt.timedelta(minutes=draw(minutes))
    return Span(start.astimezone(AMSTERDAM), start + dt.timedelta(minutes=draw(st.integers(1, 1500))))


@settings(deadline=None)
@given(spans(), spans())
def test_two_spans_overlap_when_they_share_a_minute(one, other):
    shared = range(
        max(int(one.starts_at.timestamp()), int(other.starts_at.timestamp())),
        min(int(one.ends_at.timestamp()), int(other.ends_at.timestamp())),
    )
    assert one.overlaps(other) is other.overlaps(one) is (len(shared) > 0)
    cut = one.cut_to(other)
    assert (cut.minutes if cut else 0) * 60 == len(shared)


@settings(deadline=None)
@given(st.lists(spans(), max_size=8), spans())
def test_taken_and_free_make_up_the_whole(taken, within):
    free = gaps(taken, within)
    inside = [cut for cut in (span.cut_to(within) for span in merged(taken)) if cut]
    assert sum(span.minutes for span in [*free, *inside]) == within.minutes
    assert all(not gap.overlaps(span) for gap in free for span in taken)
    assert merged([*free, *inside]) == [within]


@settings(deadline=None)
@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.integers(0, 400), st.integers(0, 6) | st.none(),
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.integers(0, 60),
)  # fmt: skip
def test_a_blocked_time_holds_on_the_days_of_its_period(starts_on, length, weekday, first, width):
    row = BlockedTime(starts_on=starts_on, ends_on=starts_on + dt.timedelta(days=length), weekday=weekday)
    last = first + dt.timedelta(days=width)
    found = dict(blocked_days(row, first, last))
    for offset in range(width + 1):
        day = first + dt.timedelta(days=offset)
        holds = starts_on <= day <= row.ends_on and weekday in (None, day.weekday())
        assert (day in found) is holds
        if holds:
            assert found[day] == whole_day(day)


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 7, 1), 24)])
def test_a_day_on_which_the_clock_is_set_is_shorter_or_longer(day, hours):
    assert whole_day(dt.date(*day)).minutes == hours * 60
