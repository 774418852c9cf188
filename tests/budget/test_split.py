"""The 80/20 figures (R6): reservation, spending, forecast, what is needed."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget import selectors
from budget.selectors import Needed, Norm, Pair, Split, forecast_hours
from deventer_crm.core.commitments import State
from employers.models import Track
from tests.budget.factories import TimeEntryFactory, plan, tracks

NORM = Norm(Decimal(80), Decimal(2))
amounts = st.decimals(min_value=0, max_value=5000, places=2)
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


NOTHING = Pair()


def make_split(
    *, plan_: Pair = NOTHING, booked: Pair = NOTHING, forecast: Pair = NOTHING, minimum: int = 200
) -> Split:
    return Split(
        year=2026,
        as_of=dt.date(2026, 7, 1),
        budget_year=None,
        norm=NORM,
        in_hours=True,
        plan_hours=plan_,
        plan_euros=plan_,
        unassigned_hours=Decimal(0),
        unassigned_euros=Decimal(0),
        planned_on=None,
        booked=booked,
        booked_unassigned=Decimal(0),
        forecast=forecast,
        months=(),
        min_booked=Decimal(minimum),
        lines=(),
    )


@pytest.mark.parametrize(
    ("sectors", "inner_city", "state"),
    [
        pytest.param("780", "220", State.ACHIEVED, id="lower end of the margin counts"),
        pytest.param("820", "180", State.ACHIEVED, id="upper end of the margin counts"),
        pytest.param("779.99", "220.01", State.AT_RISK, id="a hair below, although it rounds to 78"),
        pytest.param("820.01", "179.99", State.AT_RISK, id="a hair above"),
        pytest.param("0", "0", State.NOT_MEASURED, id="no plan"),
    ],
)
def test_the_plan_is_judged_unrounded_and_inclusive(sectors, inner_city, state):
    view = make_split(plan_=Pair(Decimal(sectors), Decimal(inner_city)))
    assert view.plan_state == state


@given(booked=amounts, planned=amounts, recent=amounts, day=days)
def test_a_forecast_lies_between_half_and_one_and_a_half_of_the_remaining_plan(booked, planned, recent, day):
    result = forecast_hours(booked=booked, plan=planned, recent=recent, year=2026, as_of=day)
    elapsed = Decimal((day - dt.date(2026, 1, 1)).days + 1) / 365
    remaining = planned * (1 - elapsed)
    assert (
        booked + remaining / 2 - Decimal("0.001")
        <= result
        <= booked + remaining * Decimal("1.5") + Decimal("0.001")
    )


@given(planned=amounts, more=amounts, recent=amounts, day=days)
def test_booking_more_never_lowers_the_forecast(planned, more, recent, day):
    fewer = forecast_hours(booked=recent, plan=planned, recent=recent, year=2026, as_of=day)
    higher = forecast_hours(booked=recent + more, plan=planned, recent=recent + more, year=2026, as_of=day)
    assert higher >= fewer


def test_working_exactly_to_plan_forecasts_the_plan():
    day = dt.date(2026, 6, 30)
    done = Decimal(1460) * 181 / 365
    recent = Decimal(1460) * 56 / 365
    assert forecast_hours(
        booked=done, plan=Decimal(1460), recent=recent, year=2026, as_of=day
    ) == pytest.approx(Decimal(1460))


def test_after_the_year_the_forecast_is_what_was_booked():
    assert forecast_hours(
        booked=Decimal(900), plan=Decimal(1000), recent=Decimal(0), year=2026, as_of=dt.date(2027, 2, 1)
    ) == Decimal(900)


@given(sectors=amounts, inner=amounts, plan_sectors=amounts, plan_inner=amounts)
def test_spending_what_is_needed_ends_within_the_margin(sectors, inner, plan_sectors, plan_inner):
    view = make_split(plan_=Pair(plan_sectors, plan_inner), booked=Pair(sectors, inner))
    needed: Needed = view.needed
    end = view.booked.total + needed.left
    assert needed.left >= 0
    if not end:
        return
    for hours in (needed.least, needed.most):
        if hours is not None:
            assert 0 <= hours <= needed.left
            share = (sectors + hours) / end * 100
            assert Decimal("77.9999") <= share <= Decimal("82.0001")
    if needed.exact is not None:
        assert (sectors + needed.exact) / end * 100 == pytest.approx(Decimal(80))
    if needed.least is None and needed.left:
        all_to_sectors = (sectors + needed.left) / end * 100
        none_to_sectors = sectors / end * 100
        assert all_to_sectors < 78 or none_to_sectors > 82


def test_the_sketch_reads_the_same():
    """Of 2,400 hours 2,000 are booked, 76 % of them: at least 352 of the 400 left, all 400 to be exact."""
    view = make_split(plan_=Pair(Decimal(1920), Decimal(480)), booked=Pair(Decimal(1520), Decimal(480)))
    assert view.needed == Needed(Decimal(400), Decimal(352), Decimal(400), Decimal(400))


def test_spending_is_judged_only_from_the_minimum_on():
    below = make_split(plan_=Pair(Decimal(800), Decimal(200)), booked=Pair(Decimal(100), Decimal(99)))
    reached = make_split(
        plan_=Pair(Decimal(800), Decimal(200)),
        booked=Pair(Decimal(100), Decimal(100)),
        forecast=Pair(Decimal(600), Decimal(400)),
    )
    assert below.spending_state == State.NOT_MEASURED
    assert reached.spending_state == State.AT_RISK


@pytest.mark.django_db
def test_as_of_a_day_later_amendments_and_hours_do_not_count():
    plan(800, 200)
    plan(100, 0, on=dt.date(2026, 6, 1))
    sectors = tracks()[Track.SECTORS]
    TimeEntryFactory(day=dt.date(2026, 3, 2), hours=5, track=sectors)
    TimeEntryFactory(day=dt.date(2026, 6, 2), hours=7, track=sectors)
    march = selectors.split(2026, dt.date(2026, 3, 31))
    july = selectors.split(2026, dt.date(2026, 7, 1))
    assert (march.plan_hours.sectors, march.booked.sectors) == (800, 5)
    assert (july.plan_hours.sectors, july.booked.sectors) == (900, 12)


@pytest.mark.django_db
def test_hours_that_cannot_be_assigned_stay_outside_the_share():
    plan(800, 200)
    found = tracks()
    for code, hours in ((Track.SECTORS, 8), (Track.INNER_CITY, 2), (Track.NONE, 5)):
        TimeEntryFactory(hours=hours, track=found[code])
    view = selectors.split(2026, dt.date(2026, 3, 31))
    assert view.booked.share == Decimal("0.8")
    assert view.booked_unassigned == 5


@pytest.mark.django_db
def test_reading_a_split_takes_the_same_few_queries_for_one_and_for_many_hours(django_assert_num_queries):
    plan(800, 200)
    sectors = tracks()[Track.SECTORS]
    TimeEntryFactory.create_batch(40, track=sectors)
    with django_assert_num_queries(5):
        selectors.split(2026, dt.date(2026, 3, 31))
