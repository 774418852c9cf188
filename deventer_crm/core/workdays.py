"""Working days of a Dutch municipality: terms of the reminders (R7) are counted in them.

The holidays are the ones on which a town hall is closed in every year: New Year's Day, Easter Monday, King's
Day, Ascension Day, Whit Monday and both days of Christmas. What a municipality closes on besides (Good
Friday, Liberation Day, a bridging day) is a policy setting, `free_days`: agreements differ.
"""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache

from deventer_crm.core import policy
from deventer_crm.core.memo import shared

ONE_DAY = dt.timedelta(days=1)
SATURDAY, SUNDAY = 5, 6


def easter_sunday(year: int) -> dt.date:
    """Easter in the Gregorian calendar (the anonymous computus, valid from 1583)."""
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    weekday = (32 + 2 * century_rest + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def kings_day(year: int) -> dt.date:
    """27 April, or the day before when that is a Sunday."""
    day = dt.date(year, 4, 27)
    return day - ONE_DAY if day.weekday() == SUNDAY else day


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[dt.date]:
    """The days of a year on which a town hall is closed although it may be a weekday."""
    easter = easter_sunday(year)
    return frozenset(
        {
            dt.date(year, 1, 1),
            easter + ONE_DAY,
            kings_day(year),
            easter + 39 * ONE_DAY,
            easter + 50 * ONE_DAY,
            dt.date(year, 12, 25),
            dt.date(year, 12, 26),
        }
    )


def as_days(value: Collection[str]) -> frozenset[dt.date]:
    """The value of the setting `free_days`. A rule that counts for many rows reads it with its other settings
    and passes it on."""
    return frozenset(map(dt.date.fromisoformat, value))


def free_days() -> frozenset[dt.date]:
    """Days of its own on which the municipality is closed; one query where nothing is remembered."""
    return shared("free_days", lambda: as_days(policy.value("free_days")))


def is_working_day(day: dt.date, free: Collection[dt.date] | None = None) -> bool:
    """Monday to Friday, without holidays and the free days of the municipality (`free`: None reads them)."""
    if day.weekday() >= SATURDAY or day in holidays(day.year):
        return False
    return day not in (free_days() if free is None else free)


def shift(day: dt.date, working_days: int, free: Collection[dt.date] | None = None) -> dt.date:
    """The day so many working days later, or earlier for a negative number; 0 gives the day itself.

    The start is never counted, whatever day it is: one working day after a Saturday is the Monday, and one
    working day before it the Friday."""
    step = ONE_DAY if working_days > 0 else -ONE_DAY
    left = abs(working_days)
    closed = free_days() if free is None and left else free or ()
    while left:
        day += step
        if is_working_day(day, closed):
            left -= 1
    return day
