"""Working days: the terms of the reminders are counted in them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deventer_crm.core import workdays
from deventer_crm.core.models import PolicySetting
from deventer_crm.core.workdays import easter_sunday, holidays, kings_day


def is_working_day(day: dt.date) -> bool:
    """Where the municipality has no free days of its own."""
    return workdays.is_working_day(day, free=())


def shift(day: dt.date, number: int) -> dt.date:
    return workdays.shift(day, number, free=())


days = st.dates(dt.date(2000, 1, 1), dt.date(2080, 12, 31))
EASTERS = {2008: (3, 23), 2011: (4, 24), 2019: (4, 21), 2024: (3, 31), 2026: (4, 5), 2038: (4, 25)}


@pytest.mark.parametrize(("year", "month_and_day"), EASTERS.items())
def test_easter_falls_where_the_almanac_says(year: int, month_and_day: tuple[int, int]) -> None:
    assert easter_sunday(year) == dt.date(year, *month_and_day)


def test_holidays_of_2026() -> None:
    assert sorted(holidays(2026)) == [
        dt.date(2026, 1, 1),
        dt.date(2026, 4, 6),
        dt.date(2026, 4, 27),
        dt.date(2026, 5, 14),
        dt.date(2026, 5, 25),
        dt.date(2026, 12, 25),
        dt.date(2026, 12, 26),
    ]


def test_good_friday_and_liberation_day_are_working_days() -> None:
    assert is_working_day(dt.date(2026, 4, 3))
    assert is_working_day(dt.date(2026, 5, 5))


def test_kings_day_moves_to_saturday_when_it_falls_on_a_sunday() -> None:
    assert kings_day(2025) == dt.date(2025, 4, 26)


@given(st.integers(1900, 2199))
def test_easter_is_a_sunday_in_its_season(year: int) -> None:
    easter = easter_sunday(year)
    assert easter.weekday() == 6
    assert dt.date(year, 3, 22) <= easter <= dt.date(year, 4, 25)


@given(st.integers(1950, 2100))
def test_no_holiday_that_moves_falls_on_a_sunday(year: int) -> None:
    fixed = {(1, 1), (12, 25), (12, 26)}
    assert all(day.weekday() != 6 for day in holidays(year) if (day.month, day.day) not in fixed)


@given(days, st.integers(-60, 60))
def test_shift_lands_on_a_working_day_and_passes_exactly_that_many(day: dt.date, number: int) -> None:
    end = shift(day, number)
    if number == 0:
        assert end == day
        return
    assert is_working_day(end)
    low, high = (day, end) if number > 0 else (end - dt.timedelta(1), day - dt.timedelta(1))
    passed = sum(is_working_day(low + dt.timedelta(i)) for i in range(1, (high - low).days + 1))
    assert passed == abs(number)


@given(days.filter(is_working_day), st.integers(-40, 40))
def test_from_a_working_day_the_way_back_leads_home(day: dt.date, number: int) -> None:
    assert shift(shift(day, number), -number) == day


@given(days, st.integers(1, 40))
def test_shift_adds_up(day: dt.date, number: int) -> None:
    assert shift(shift(day, number), 1) == shift(day, number + 1)


@pytest.mark.django_db
def test_the_municipality_has_free_days_of_its_own() -> None:
    friday = dt.date(2026, 5, 15)  # after Ascension Day
    assert workdays.is_working_day(friday)
    assert workdays.shift(dt.date(2026, 5, 13), 1) == friday
    PolicySetting.objects.create(name="free_days", value=["2026-05-15"], starts_on=dt.date(2020, 1, 1))
    assert not workdays.is_working_day(friday)
    assert workdays.shift(dt.date(2026, 5, 13), 1) == dt.date(2026, 5, 18)
    assert workdays.shift(dt.date(2026, 5, 18), -1) == dt.date(2026, 5, 13)
