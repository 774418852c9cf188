"""Pages of the budget: what each role sees, what a wrong entry gets back, how many queries they take."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from budget.models import BudgetYear, TimeEntry, TrackBudget
from employers.models import Track
from tests.accounts.factories import UserFactory
from tests.budget.factories import TimeEntryFactory, plan, tracks
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def log_in(client, role):
    user = UserFactory(role=role)
    client.force_login(user)
    return user


def test_an_empty_year_tells_the_lead_what_to_do_first(client):
    log_in(client, "TL")
    page = client.get(reverse("budget:year", args=[2026]))
    assert page.status_code == 200
    assert reverse("budget:plan", args=[2026]) in page.content.decode()


def test_the_page_shows_share_and_what_is_needed(client):
    log_in(client, "AM")
    plan(1920, 480)
    page = client.get(reverse("budget:year", args=[2026]))
    assert page.context["view"].plan.share == Decimal("0.8")
    assert "80/20" in page.content.decode()


def test_a_year_nobody_can_mean_is_not_found(client):
    log_in(client, "TL")
    assert client.get(reverse("budget:year", args=[1999])).status_code == 404


def plan_data(**changes):
    found = tracks()
    data = {"planned_on": "2026-06-15", "reason": ""}
    for code, hours, euros in (
        (Track.SECTORS, "1.920", "153.600,50"),
        (Track.INNER_CITY, "480", "38.400"),
        (Track.NONE, "0", "0"),
    ):
        data[f"hours_{found[code].pk}"] = hours
        data[f"euros_{found[code].pk}"] = euros
    return data | changes


def test_dutch_numbers_are_understood(client):
    log_in(client, "TL")
    page = client.post(reverse("budget:plan", args=[2026]), plan_data())
    assert page.status_code == 302, page.context["form"].errors
    line = TrackBudget.objects.get(track__code=Track.SECTORS)
    assert (line.hours, line.euros) == (Decimal(1920), Decimal("153600.50"))


def test_a_change_without_reason_says_so_beside_the_field_and_keeps_what_was_typed(client):
    log_in(client, "TL")
    client.post(reverse("budget:plan", args=[2026]), plan_data())
    sectors = tracks()[Track.SECTORS]
    page = client.post(reverse("budget:plan", args=[2026]), plan_data(**{f"hours_{sectors.pk}": "1.500"}))
    assert page.status_code == 422
    assert "reason" in page.context["form"].errors
    assert 'value="1.500"' in page.content.decode()
    assert TrackBudget.objects.filter(track=sectors).count() == 1


def test_booking_on_an_own_employer_takes_its_track(client):
    user = log_in(client, "AM")
    employer = EmployerFactory(track=tracks()[Track.INNER_CITY])
    AccountAssignmentFactory(employer=employer, user=user, starts_on=dt.date(2026, 1, 1))
    page = client.post(
        reverse("budget:hours"),
        {"day": "2026-06-12", "hours": "1,5", "employer": employer.pk, "kind": "contact", "track": ""},
    )
    assert page.status_code == 302, page.context["form"].errors
    entry = TimeEntry.objects.get()
    assert (entry.hours, entry.track.code, entry.user) == (Decimal("1.5"), Track.INNER_CITY, user)


def test_a_wrong_entry_comes_back_with_what_was_typed(client):
    log_in(client, "AM")
    page = client.post(
        reverse("budget:hours"),
        {"day": "2026-06-12", "hours": "26", "kind": "contact", "note": "bij de Brink"},
    )
    assert page.status_code == 422
    assert page.content.decode().count('class="error-summary"') == 1
    assert {"hours", "track"} <= set(page.context["form"].errors)
    assert "bij de Brink" in page.content.decode()
    assert not TimeEntry.objects.exists()


def test_nobody_removes_another_persons_hours(client):
    log_in(client, "AM")
    entry = TimeEntryFactory(track=tracks()[Track.SECTORS])
    assert client.post(reverse("budget:remove_hours", args=[entry.pk])).status_code == 404
    assert TimeEntry.objects.exists()


def test_confirm_and_open_again(client):
    user = log_in(client, "AM")
    client.post(reverse("budget:confirm_month", args=[2026, 5]))
    assert user.month_confirmations.count() == 1
    client.post(reverse("budget:reopen_month", args=[2026, 5]))
    assert user.month_confirmations.count() == 0
    assert client.post(reverse("budget:confirm_month", args=[2026, 13])).status_code == 404


def test_the_lead_sees_entries_but_not_the_name_of_a_confidential_employer_without_the_right(client):
    from django.contrib.auth.models import Permission

    user = log_in(client, "TL")
    secret = EmployerFactory(name="Geheimhouderij Mistbank", is_confidential=True)
    TimeEntryFactory(track=tracks()[Track.SECTORS], employer=secret)
    with_right = client.get(reverse("budget:year_hours", args=[2026])).content.decode()
    assert secret.name in with_right
    user.groups.get(name="TL").permissions.remove(Permission.objects.get(codename="view_confidential"))
    without = client.get(reverse("budget:year_hours", args=[2026])).content.decode()
    assert secret.name not in without


@pytest.mark.parametrize("name", ["budget:year", "budget:year_hours"])
def test_the_number_of_queries_is_the_same_for_one_and_for_many_entries(
    client, name, django_assert_max_num_queries
):
    log_in(client, "TL")
    plan(800, 200)
    track = tracks()[Track.SECTORS]
    TimeEntryFactory.create_batch(60, track=track)
    with django_assert_max_num_queries(20):
        client.get(reverse(name, args=[2026]))


def test_the_menu_address_leads_to_this_year(client):
    log_in(client, "AM")
    assert client.get(reverse("budget:this_year")).url == reverse("budget:year", args=[2026])
    assert not BudgetYear.objects.exists()
