"""Planning and booking: every refusal, every consequence."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from budget import services
from budget.models import BudgetYear, MonthConfirmation, TimeEntry, TrackBudget
from budget.services import Reservation
from employers.models import Track
from tests.accounts.factories import UserFactory
from tests.budget.factories import TimeEntryFactory, tracks
from tests.employers.factories import EmployerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def lead():
    return UserFactory(role="TL")


def wanted(sectors: int, inner_city: int) -> dict[Track, Reservation]:
    found = tracks()
    return {
        found[Track.SECTORS]: Reservation(Decimal(sectors), Decimal(sectors * 100)),
        found[Track.INNER_CITY]: Reservation(Decimal(inner_city), Decimal(inner_city * 100)),
    }


def test_the_first_plan_is_a_line_per_track(lead):
    budget_year = services.plan_budget(2026, wanted(800, 200), by=lead)
    assert sorted(budget_year.lines.values_list("track__code", "hours")) == [
        (Track.INNER_CITY, 200),
        (Track.SECTORS, 800),
    ]
    assert budget_year.adopted_on == dt.date(2026, 6, 15)


def test_an_amendment_is_a_new_line_with_the_difference_and_a_reason(lead):
    services.plan_budget(2026, wanted(800, 200), by=lead)
    services.plan_budget(2026, wanted(700, 200), by=lead, reason="Een collega minder")
    last = TrackBudget.objects.latest("pk")
    assert (last.track.code, last.hours, last.euros, last.reason) == (
        Track.SECTORS,
        -100,
        -10000,
        "Een collega minder",
    )
    assert TrackBudget.objects.count() == 3


def test_an_amendment_without_a_reason_changes_nothing(lead):
    services.plan_budget(2026, wanted(800, 200), by=lead)
    with pytest.raises(ValidationError) as refusal:
        services.plan_budget(2026, wanted(700, 200), by=lead)
    assert "reason" in refusal.value.error_dict
    assert TrackBudget.objects.count() == 2


def test_an_amendment_cannot_be_dated_before_a_later_one(lead):
    services.plan_budget(2026, wanted(800, 200), by=lead)
    with pytest.raises(ValidationError) as refusal:
        services.plan_budget(2026, wanted(1, 1), by=lead, reason="x", planned_on=dt.date(2026, 1, 1))
    assert "planned_on" in refusal.value.error_dict


def test_a_negative_reservation_is_refused_as_a_whole(lead):
    with pytest.raises(ValidationError):
        services.plan_budget(2026, wanted(800, -1), by=lead)
    assert not BudgetYear.objects.exists()


def test_a_locked_year_takes_no_plan_and_no_hours_until_it_is_opened_with_a_reason(lead):
    budget_year = services.plan_budget(2026, wanted(800, 200), by=lead)
    services.lock_year(budget_year, by=lead)
    with pytest.raises(ValidationError):
        services.plan_budget(2026, wanted(1, 1), by=lead, reason="x")
    with pytest.raises(ValidationError):
        book(lead, track=tracks()[Track.SECTORS])
    with pytest.raises(ValidationError):
        services.unlock_year(budget_year, by=lead, reason=" ")
    services.unlock_year(budget_year, by=lead, reason="Nagekomen factuur")
    assert book(lead, track=tracks()[Track.SECTORS])
    budget_year.refresh_from_db()
    assert "Nagekomen factuur" in budget_year.explanation


def book(user, **changes):
    values = {"day": dt.date(2026, 6, 12), "hours": Decimal(3)} | changes
    return services.book_hours(user=user, by=user, **values)


def test_the_track_is_copied_from_the_employer_and_stays(lead):
    found = tracks()
    employer = EmployerFactory(track=found[Track.INNER_CITY])
    (entry,) = book(lead, employer=employer)
    employer.track = found[Track.SECTORS]
    employer.save()
    entry.refresh_from_db()
    assert entry.track.code == Track.INNER_CITY


def test_joint_hours_are_split_and_add_up(lead):
    tracks()
    entries = book(lead, hours=Decimal("0.33"), is_joint=True)
    assert {entry.track.code: entry.hours for entry in entries} == {
        Track.SECTORS: Decimal("0.26"),
        Track.INNER_CITY: Decimal("0.07"),
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"day": dt.date(2026, 6, 16)}, "day", id="a day to come"),
        pytest.param({"hours": Decimal(25)}, "hours", id="more than a day has"),
        pytest.param({"hours": Decimal(-1)}, None, id="negative hours book nothing"),
    ],
)
def test_impossible_hours_are_refused(lead, changes, field):
    track = tracks()[Track.SECTORS]
    if field is None:
        assert book(lead, track=track, **changes) == []
    else:
        with pytest.raises(ValidationError):
            book(lead, track=track, **changes)
    assert not TimeEntry.objects.exists()


def test_hours_without_track_or_employer_are_refused(lead):
    with pytest.raises(ValidationError) as refusal:
        book(lead)
    assert "track" in refusal.value.error_dict


def test_the_database_itself_refuses_a_day_of_25_hours():
    with pytest.raises(IntegrityError):
        TimeEntryFactory(hours=25)


def test_a_confirmed_month_is_closed_until_it_is_opened_again(lead):
    track = tracks()[Track.SECTORS]
    (entry,) = book(lead, track=track, day=dt.date(2026, 5, 4))
    services.confirm_month(lead, dt.date(2026, 5, 20), by=lead)
    with pytest.raises(ValidationError):
        book(lead, track=track, day=dt.date(2026, 5, 5))
    with pytest.raises(ValidationError):
        services.remove_hours(entry, by=lead)
    services.reopen_month(lead, dt.date(2026, 5, 1), by=lead)
    services.remove_hours(entry, by=lead)
    assert not TimeEntry.objects.exists()


def test_confirming_twice_is_one_confirmation_and_the_running_month_cannot_be_confirmed(lead):
    services.confirm_month(lead, dt.date(2026, 5, 1), by=lead)
    services.confirm_month(lead, dt.date(2026, 5, 1), by=lead)
    assert MonthConfirmation.objects.count() == 1
    with pytest.raises(ValidationError):
        services.confirm_month(lead, dt.date(2026, 6, 1), by=lead)
