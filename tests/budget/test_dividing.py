"""Dividing hours and forecasting: properties that hold for any numbers."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budget.dividing import CENT, by_percentage, divide
from budget.selectors import Pair, forecast_hours, forecast_range
from budget.selectors.spending import share_range
from deventer_crm.core.commitments import Period
from tests.budget.test_split import make_split

hours = st.decimals(min_value=0, max_value=9999, places=2)
weights = st.lists(st.integers(min_value=0, max_value=50), min_size=1, max_size=25).filter(any)
amounts = st.decimals(min_value=0, max_value=5000, places=2)
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(total=hours, shares=weights)
def test_parts_add_up_and_are_within_a_hundredth_of_their_share(total, shares):
    parts = divide(total, shares)
    assert sum(parts) == total
    for part, weight in zip(parts, shares, strict=True):
        exact = total * weight / sum(shares)
        assert part >= 0
        assert abs(part - exact) < CENT
        assert part == part.quantize(CENT)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(total=hours, shares=weights)
def test_who_weighs_more_never_gets_less(total, shares):
    found = sorted(zip(shares, divide(total, shares), strict=True))
    assert [part for _weight, part in found] == sorted(part for _weight, part in found) or all(
        abs(left[1] - right[1]) <= CENT for left in found for right in found if left[0] == right[0]
    )


@given(total=hours, percent=st.decimals(min_value=0, max_value=100, places=1))
def test_a_percentage_and_its_rest_add_up(total, percent):
    first, rest = by_percentage(total, percent)
    assert first + rest == total
    assert abs(first - total * percent / 100) <= CENT / 2
    assert min(first, rest) >= 0


@pytest.mark.parametrize("wrong", [[], [0, 0], [1, -1]])
def test_nothing_to_weigh_by_is_refused(wrong):
    with pytest.raises(ValueError, match="cannot be divided"):
        divide(Decimal(1), wrong)


# ── R6: the clamp of the forecast, exactly ───────────────────────────────────────────────────────


@given(booked=amounts, planned=amounts, recent=amounts, day=days)
def test_the_forecast_never_leaves_the_ends_of_the_clamp(booked, planned, recent, day):
    least, most = forecast_range(booked=booked, plan=planned, year=2026, as_of=day)
    assert least <= forecast_hours(booked=booked, plan=planned, recent=recent, year=2026, as_of=day) <= most


@given(booked=amounts, planned=st.decimals(min_value=1, max_value=5000, places=2), day=days)
def test_no_work_at_all_gives_the_lower_end_and_a_rush_the_upper(booked, planned, day):
    least, most = forecast_range(booked=booked, plan=planned, year=2026, as_of=day)
    assert forecast_hours(booked=booked, plan=planned, recent=Decimal(0), year=2026, as_of=day) == least
    rush = planned * 3
    assert forecast_hours(booked=booked, plan=planned, recent=rush, year=2026, as_of=day) == most


@pytest.mark.parametrize(
    ("pace", "counted"),
    [
        pytest.param("0.49", "0.5", id="just below the floor"),
        pytest.param("0.5", "0.5", id="on the floor"),
        pytest.param("0.51", "0.51", id="just above the floor"),
        pytest.param("1.49", "1.49", id="just below the ceiling"),
        pytest.param("1.5", "1.5", id="on the ceiling"),
        pytest.param("1.51", "1.5", id="just above the ceiling"),
    ],
)
def test_the_pace_is_cut_off_at_half_and_at_one_and_a_half(pace, counted):
    """A plan of an hour a day: 56 are planned in eight weeks."""
    day, plan = dt.date(2026, 6, 30), Decimal(365)
    left = plan * (1 - Period.year(2026).elapsed(day))
    found = forecast_hours(booked=Decimal(100), plan=plan, recent=Decimal(pace) * 56, year=2026, as_of=day)
    assert found == pytest.approx(100 + left * Decimal(counted), abs=Decimal("1e-20"))


@given(sectors=amounts, inner=amounts, plan_sectors=amounts, plan_inner=amounts)
def test_what_is_needed_ends_exactly_on_the_norm_and_on_the_ends_of_the_band(
    sectors, inner, plan_sectors, plan_inner
):
    view = make_split(plan_=Pair(plan_sectors, plan_inner), booked=Pair(sectors, inner))
    needed = view.needed
    end = view.booked.total + needed.left
    if needed.exact is not None:
        assert sectors + needed.exact == Decimal("0.8") * end
        assert needed.exact + (needed.exact_rest or 0) == needed.left
        assert needed.least is not None
        assert needed.least <= needed.exact <= needed.most
    if needed.least is not None and needed.least > 0:
        assert sectors + needed.least == Decimal("0.78") * end
    if needed.most is not None and needed.most < needed.left:
        assert sectors + needed.most == Decimal("0.82") * end


@given(sectors=amounts, inner=amounts, plan_sectors=amounts, plan_inner=amounts)
def test_the_share_lies_between_its_ends(sectors, inner, plan_sectors, plan_inner):
    plan, booked = Pair(plan_sectors, plan_inner), Pair(sectors, inner)
    day = dt.date(2026, 7, 1)
    expected = Pair(
        *(
            forecast_hours(booked=done, plan=total, recent=done, year=2026, as_of=day)
            for done, total in ((sectors, plan_sectors), (inner, plan_inner))
        )
    )
    ends = share_range(make_split(plan_=plan, booked=booked))
    if ends is not None and expected.share is not None:
        assert ends[0] <= expected.share <= ends[1]
