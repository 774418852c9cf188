"""R6: what the state of a commitment is. Property tests over the pure rule, and the rule over rows."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deventer_crm.core import badges, commitments
from deventer_crm.core.commitments import Measured, Norm, Period, State, decide_state, evaluate
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument

YEAR = Period.year(2026)
RANK = {State.MISSED: 0, State.AT_RISK: 1, State.ON_TRACK: 2, State.ACHIEVED: 3}

amounts = st.integers(0, 40).map(Decimal)
norms = st.integers(1, 40).map(Decimal)
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 3, 31))
days_inside = st.dates(YEAR.start, YEAR.end)
warn_days = st.dates(YEAR.start, YEAR.end)


def state(done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date) -> State:
    return decide_state(done=done, planned=planned, norm=norm, period=YEAR, as_of=day, warn_from=warn)


@given(amounts, amounts, norms, days, warn_days, amounts)
def test_more_done_or_planned_is_never_worse(
    done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date, more: Decimal
) -> None:
    before = RANK[state(done, planned, norm, day, warn)]
    assert RANK[state(done + more, planned, norm, day, warn)] >= before
    assert RANK[state(done, planned + more, norm, day, warn)] >= before


@given(amounts, amounts, norms, days, warn_days)
def test_achieved_is_exactly_done_at_least_the_norm(
    done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date
) -> None:
    assert (state(done, planned, norm, day, warn) == State.ACHIEVED) == (done >= norm)


@given(amounts, amounts, norms, days_inside, warn_days)
def test_nothing_is_missed_before_the_period_ends(
    done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date
) -> None:
    assert state(done, planned, norm, day, warn) != State.MISSED


@given(amounts, amounts, norms, st.dates(dt.date(2027, 1, 1), dt.date(2028, 1, 1)), warn_days)
def test_after_the_period_it_is_achieved_or_missed(
    done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date
) -> None:
    assert state(done, planned, norm, day, warn) == (State.ACHIEVED if done >= norm else State.MISSED)


@given(amounts, amounts, norms, days_inside, warn_days)
def test_before_the_day_of_warning_nothing_is_at_risk(
    done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date
) -> None:
    if day < warn:
        assert state(done, planned, norm, day, warn) in {State.ON_TRACK, State.ACHIEVED}


@given(amounts, amounts, norms, days_inside, warn_days)
def test_at_risk_is_exactly_what_is_left(
    done: Decimal, planned: Decimal, norm: Decimal, day: dt.date, warn: dt.date
) -> None:
    expected = (
        day >= warn and done + planned < norm and done * 365 < norm * (day - dt.date(2025, 12, 31)).days
    )
    assert (state(done, planned, norm, day, warn) == State.AT_RISK) == expected


@pytest.mark.parametrize(
    ("done", "planned", "day", "expected"),
    [
        (0, 0, dt.date(2026, 6, 30), State.ON_TRACK),  # the day before warning
        (0, 0, dt.date(2026, 7, 1), State.AT_RISK),
        (0, 20, dt.date(2026, 12, 31), State.ON_TRACK),
        (0, 19, dt.date(2026, 12, 31), State.AT_RISK),
        (10, 0, dt.date(2026, 7, 1), State.ON_TRACK),  # 20 × 182/365 = 9.97
        (9, 0, dt.date(2026, 7, 1), State.AT_RISK),
        (19, 0, dt.date(2026, 12, 31), State.AT_RISK),
        (20, 0, dt.date(2026, 1, 1), State.ACHIEVED),
        (19, 1, dt.date(2027, 1, 1), State.MISSED),
    ],
)
def test_boundaries(done: int, planned: int, day: dt.date, expected: State) -> None:
    assert state(Decimal(done), Decimal(planned), Decimal(20), day, dt.date(2026, 7, 1)) == expected


def test_a_wish_that_was_not_kept_is_never_red() -> None:
    assert badges.commitment("missed").tone == "miss"
    assert badges.commitment("missed", wish=True).tone != "miss"


def test_the_whole_year_has_elapsed_on_its_last_day_and_after() -> None:
    assert YEAR.elapsed(dt.date(2026, 12, 31)) == 1
    assert YEAR.elapsed(dt.date(2027, 5, 1)) == 1
    assert YEAR.elapsed(dt.date(2025, 12, 31)) == 0


# ── over rows ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def commitment(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commitment]:
    monkeypatch.setattr(commitments, "MEASURES", {})
    document = PolicyDocument.objects.create(name="Proefvisie", starts_on=dt.date(2020, 1, 1))
    row = Commitment.objects.create(
        document=document,
        code="P1",
        sentence_nl="Proefafspraak",
        sentence_en="Test commitment",
        strength=Commitment.Strength.HARD,
        owner=Commitment.Owner.MUNICIPALITY,
        measure="proef",
        starts_on=dt.date(2020, 1, 1),
    )
    CommitmentNorm.objects.create(commitment=row, value=Decimal(4), starts_on=dt.date(2020, 1, 1))
    return row


def measured(result: Measured) -> list[Any]:
    """Register a measure with a fixed answer; returns the calls it gets."""
    calls: list[Any] = []

    @commitments.measure("proef")
    def _proef(row: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
        calls.append((period, as_of, norm))
        return result

    return calls


def test_the_norm_of_the_day_is_used_and_forecast_is_done_plus_planned(commitment: Commitment) -> None:
    CommitmentNorm.objects.create(commitment=commitment, value=Decimal(6), starts_on=dt.date(2026, 7, 1))
    calls = measured(Measured(count=Decimal(4), planned=Decimal(1)))
    before = evaluate(commitment, dt.date(2026, 6, 30))
    after = evaluate(commitment, dt.date(2026, 7, 1))
    assert (before.norm, before.state, before.forecast) == (4, State.ACHIEVED, 5)
    assert (after.norm, after.state) == (6, State.ON_TRACK)
    assert [call[2].value for call in calls] == [4, 6]


def test_without_a_measure_it_is_honestly_not_measured(commitment: Commitment) -> None:
    seen = evaluate(commitment, dt.date(2026, 6, 30))
    assert (seen.state, seen.forecast, bool(seen.seen.missing)) == (State.NOT_MEASURED, None, True)


def test_a_missing_condition_gives_its_reason(commitment: Commitment) -> None:
    measured(Measured(missing="no frozen list"))
    seen = evaluate(commitment, dt.date(2026, 12, 1))
    assert (seen.state, seen.seen.missing, seen.forecast) == (State.NOT_MEASURED, "no frozen list", None)


def test_a_measure_may_bring_its_own_norm(commitment: Commitment) -> None:
    measured(Measured(count=Decimal(4), norm=Decimal(5)))
    assert evaluate(commitment, dt.date(2026, 2, 1)).norm == 5


def test_a_past_year_is_judged_by_the_norm_of_its_end(commitment: Commitment) -> None:
    CommitmentNorm.objects.create(commitment=commitment, value=Decimal(9), starts_on=dt.date(2027, 1, 1))
    measured(Measured(count=Decimal(3)))
    seen = evaluate(commitment, dt.date(2027, 2, 1), year=2026)
    assert (seen.norm, seen.state) == (4, State.MISSED)


def test_commitments_count_from_their_first_to_their_last_day(commitment: Commitment) -> None:
    commitment.ends_on = dt.date(2026, 6, 30)
    commitment.save()
    codes = [m.commitment.code for m in commitments.evaluate_all(dt.date(2026, 6, 30))]
    assert "P1" in codes
    assert "P1" not in [m.commitment.code for m in commitments.evaluate_all(dt.date(2026, 7, 1))]
