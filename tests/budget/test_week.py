"""The week grid: only what somebody changed, and only what nobody changed meanwhile."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from budget.models import MonthConfirmation, TimeEntry
from budget.selectors.week import RowKey, week_of
from employers.models import Track
from tests.budget.factories import TimeEntryFactory, tracks
from tests.employers.factories import AccountAssignmentFactory, ContactMomentFactory, EmployerFactory

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 6, 8)  # week 24
URL = ("budget:week", [2026, 24])


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 19, 12, tzinfo=dt.UTC), tick=False):
        yield


def send(client, key: RowKey | None = None, was: str = "0", wanted: str = "", day: int = 0, **more):
    data = {"n0-kind": "contact", "n1-kind": "contact"}
    if key is not None:
        data |= {"rows": [key.code], f"was-{key.code}-{day}": was, f"{key.code}-{day}": wanted}
    return client.post(reverse(URL[0], args=URL[1]), data | more)


def entry(user, **options):
    return TimeEntryFactory(
        user=user, day=MONDAY, **{"track": tracks()[Track.SECTORS], "hours": 2, **options}
    )


def key_of(row: TimeEntry) -> RowKey:
    return RowKey(row.employer_id or 0, row.track_id, row.kind)


def test_rows_are_what_hours_went_into_and_the_weeks_before_come_back_empty(am):
    here = entry(am, employer=EmployerFactory())
    before = TimeEntryFactory(user=am, day=MONDAY - dt.timedelta(7), track=tracks()[Track.NONE])
    grid = week_of(am, 2026, 24)
    assert [row.key for row in grid.rows] == [key_of(here), key_of(before)]
    assert [row.total for row in grid.rows] == [2, 0]
    assert (grid.total, grid.totals[0], grid.days[0]) == (2, 2, MONDAY)


def test_a_cell_is_changed_emptied_and_filled(am, client_as):
    client, row = client_as(am), entry(am, note="met de trein")
    assert send(client, key_of(row), "2", "3,5").status_code == 302
    row.refresh_from_db()
    assert (row.hours, row.note) == (Decimal("3.5"), "met de trein")
    assert send(client, key_of(row), "0", "1", day=2).status_code == 302
    assert TimeEntry.objects.get(day=MONDAY + dt.timedelta(2)).hours == 1
    assert send(client, key_of(row), "3.5", "").status_code == 302
    assert not TimeEntry.objects.filter(day=MONDAY).exists()


def test_a_new_row_takes_the_track_of_the_employer(am, client_as):
    employer = EmployerFactory(track=tracks()[Track.INNER_CITY])
    AccountAssignmentFactory(employer=employer, user=am, starts_on=dt.date(2026, 1, 1))
    assert send(client_as(am), **{"n0-employer": employer.pk, "n0-1": "1,25"}).status_code == 302
    made = TimeEntry.objects.get()
    assert (made.employer, made.track.code, made.hours, made.day) == (
        employer,
        Track.INNER_CITY,
        Decimal("1.25"),
        MONDAY + dt.timedelta(1),
    )


def test_a_new_row_without_a_track_is_refused_beside_the_choice(am, client_as):
    tracks()
    page = send(client_as(am), **{"n0-1": "1"})
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"n0-track"}
    assert not TimeEntry.objects.exists()


def test_hours_that_somebody_changed_meanwhile_are_not_overwritten(am, client_as):
    row = entry(am, hours=4)
    page = send(client_as(am), key_of(row), "2", "3")
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {f"{key_of(row).code}-0"}
    row.refresh_from_db()
    assert row.hours == 4


def test_hours_of_a_contact_stay_and_the_rest_is_adjusted(am, client_as):
    employer = EmployerFactory(track=tracks()[Track.SECTORS])
    moment = ContactMomentFactory(user=am, employers=[employer])
    fixed = entry(am, employer=employer, hours=1, contact=moment)
    assert send(client_as(am), key_of(fixed), "1", "0,5").status_code == 422
    assert send(client_as(am), key_of(fixed), "1", "3").status_code == 302
    assert sorted(TimeEntry.objects.values_list("hours", "contact")) == [(1, moment.pk), (2, None)]


def test_a_closed_day_takes_nothing_whatever_is_sent(am, client_as):
    MonthConfirmation.objects.create(user=am, month=dt.date(2026, 6, 1), confirmed_on=dt.date(2026, 6, 18))
    row = entry(am)
    page = client_as(am).get(reverse(URL[0], args=URL[1])).content.decode()
    assert "disabled" in page
    assert send(client_as(am), key_of(row), "2", "9").status_code == 302
    row.refresh_from_db()
    assert row.hours == 2


def test_a_day_cannot_have_more_than_24_hours_in_a_cell(am, client_as):
    row = entry(am)
    assert send(client_as(am), key_of(row), "2", "24,5").status_code == 422


def test_nothing_is_booked_on_an_employer_by_a_number_that_is_sent(am, client_as):
    secret = EmployerFactory(is_confidential=True, track=tracks()[Track.SECTORS])
    key = RowKey(secret.pk, tracks()[Track.SECTORS].pk, "contact")
    send(client_as(am), key, "0", "5")
    assert send(client_as(am), **{"n0-employer": secret.pk, "n0-1": "1"}).status_code == 422
    assert not TimeEntry.objects.exists()


def test_hours_of_what_became_confidential_count_but_have_no_name_and_no_field(am, client_as):
    secret = EmployerFactory(name="Geheimhouderij Mistbank", is_confidential=True)
    row = entry(am, employer=secret)
    page = client_as(am).get(reverse(URL[0], args=URL[1])).content.decode()
    assert secret.name not in page
    assert f'name="{key_of(row).code}-0"' not in page
    assert week_of(am, 2026, 24).total == 2


@pytest.mark.parametrize(("year", "week"), [(2026, 54), (2026, 0), (1999, 10)])
def test_a_week_that_does_not_exist_is_not_found(am, client_as, year, week):
    assert client_as(am).get(reverse("budget:week", args=[year, week])).status_code == 404


def test_the_53rd_week_and_the_turn_of_the_year_are_there(am, client_as):
    page = client_as(am).get(reverse("budget:week", args=[2026, 53]))
    assert page.status_code == 200
    assert page.context["after"] == (2027, 1)
