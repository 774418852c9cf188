"""Reminders of the budget (R7): who, when, and for which period."""

import datetime as dt

import pytest

from budget.models import BudgetYear
from budget.reminders import budget_not_split, hours_not_confirmed, spending_outside_band
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument
from deventer_crm.core.reminders import RULES
from employers.models import Track
from tests.accounts.factories import UserFactory
from tests.budget.factories import TimeEntryFactory, plan, tracks

pytestmark = pytest.mark.django_db
JULY = dt.date(2026, 7, 1)


@pytest.fixture
def commitment():
    document, _made = PolicyDocument.objects.get_or_create(
        name="Proefvisie", defaults={"starts_on": dt.date(2020, 1, 1)}
    )
    found = Commitment.objects.filter(code="C5").first()
    if found is None:
        found = Commitment.objects.create(
            document=document,
            code="C5",
            sentence_nl="80/20",
            sentence_en="80/20",
            strength="hard",
            owner="municipality",
            measure="budget_split",
            starts_on=dt.date(2020, 1, 1),
        )
        CommitmentNorm.objects.create(commitment=found, value=80, tolerance=2, starts_on=dt.date(2020, 1, 1))
    return found


@pytest.fixture
def lead():
    return UserFactory(role="TL")


def book(user, sectors: int, inner_city: int, day: dt.date = dt.date(2026, 6, 10)):
    found = tracks()
    for code, hours in ((Track.SECTORS, sectors), (Track.INNER_CITY, inner_city)):
        whole, rest = divmod(hours, 24)
        for amount in [24] * whole + ([rest] if rest else []):
            TimeEntryFactory(user=user, day=day, hours=amount, track=found[code])


def test_a_plan_off_the_norm_reminds_the_lead_from_the_day_it_was_made(commitment, lead):
    plan(700, 300)
    (wanted,) = budget_not_split(JULY)
    assert (wanted.target_id, wanted.recipient_id, wanted.due_on, wanted.period) == (
        commitment.pk,
        lead.pk,
        dt.date(2026, 1, 9),
        "2026",
    )


def test_a_plan_on_the_edge_of_the_margin_reminds_nobody(commitment, lead):
    plan(780, 220)
    assert budget_not_split(JULY) == []


def test_no_plan_is_not_a_plan_off_the_norm(commitment, lead):
    assert budget_not_split(JULY) == []


def test_spending_is_not_judged_before_the_minimum(commitment, lead):
    plan(800, 200)
    book(lead, 50, 100)
    assert spending_outside_band(JULY) == []


def test_spending_reminds_once_a_month(commitment, lead):
    plan(800, 200)
    book(lead, 100, 110)
    (july,) = spending_outside_band(JULY)
    (august,) = spending_outside_band(dt.date(2026, 8, 3))
    assert (july.period, august.period) == ("2026-07", "2026-08")
    assert RULES["spending_outside_band"].period_over("2026-07", dt.date(2026, 8, 1))
    assert not RULES["spending_outside_band"].period_over("2026-07", dt.date(2026, 7, 31))


def test_hours_are_asked_for_from_the_fifth_of_the_next_month():
    manager = UserFactory(role="AM", date_joined=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    budget_year = plan(800, 200)
    assert hours_not_confirmed(dt.date(2026, 6, 4)) == []
    (wanted,) = hours_not_confirmed(dt.date(2026, 6, 5))
    assert (wanted.recipient_id, wanted.target_id, wanted.period, wanted.due_on) == (
        manager.pk,
        budget_year.pk,
        "2026-05",
        dt.date(2026, 6, 5),
    )


def test_who_booked_hours_is_asked_too_and_who_confirmed_is_not(lead):
    from budget.services import confirm_month

    plan(800, 200)
    book(lead, 10, 0, day=dt.date(2026, 5, 4))
    assert [w.recipient_id for w in hours_not_confirmed(dt.date(2026, 6, 8))] == [lead.pk]
    confirm_month(lead, dt.date(2026, 5, 1), by=lead)
    assert hours_not_confirmed(dt.date(2026, 6, 8)) == []


def test_somebody_who_left_is_asked_nothing(lead):
    plan(800, 200)
    book(lead, 10, 0, day=dt.date(2026, 5, 4))
    lead.is_active = False
    lead.save()
    assert hours_not_confirmed(dt.date(2026, 6, 8)) == []


def test_december_is_asked_for_in_january_and_ends_in_april():
    UserFactory(role="AM", date_joined=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
    plan(800, 200)
    (wanted,) = hours_not_confirmed(dt.date(2027, 1, 5))
    assert wanted.period == "2026-12"
    assert hours_not_confirmed(dt.date(2027, 4, 1)) == []
    assert RULES["hours_not_confirmed"].period_over("2026-12", dt.date(2027, 4, 1))


def test_the_number_of_queries_does_not_grow_with_people(django_assert_max_num_queries):
    plan(800, 200)
    UserFactory.create_batch(30, role="AM", date_joined=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert BudgetYear.objects.count() == 1
    with django_assert_max_num_queries(20):
        assert len(hours_not_confirmed(dt.date(2026, 12, 31))) == 30 * 11
