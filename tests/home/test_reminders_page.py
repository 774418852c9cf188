"""/herinneringen/: what is open, put off and done, of the person who asks and nobody else."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.models import PolicySetting, Reminder
from deventer_crm.home.selectors.inbox import inbox, open_reminder_count
from tests.employers.factories import EmployerFactory
from tests.home.factories import ReminderFactory

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
PAGE = "/herinneringen/"


def days(number: int) -> dt.date:
    return clock.today() + dt.timedelta(days=number)


def test_they_are_grouped_by_how_pressing_they_are(am: User) -> None:
    for due_in in (-3, 0, 4):
        ReminderFactory(recipient=am, due_in=due_in)
    groups = inbox(am, clock.today()).groups
    assert [(group.code, len(group.lines)) for group in groups] == [("late", 1), ("today", 1), ("soon", 1)]


def test_somebody_elses_are_not_shown_and_have_no_address(am: User, tl: User, client_as: Enter) -> None:
    row = ReminderFactory(recipient=tl)
    client = client_as(am)
    assert inbox(am, clock.today()).is_empty
    for name in ("home:snooze", "home:wake"):
        assert client.post(reverse(name, args=[row.pk]), {"until": days(3).isoformat()}).status_code == 404
    row.refresh_from_db()
    assert row.snoozed_until is None


def test_putting_off_takes_it_from_the_list_until_its_day(am: User, client_as: Enter) -> None:
    row = ReminderFactory(recipient=am)
    response = client_as(am).post(reverse("home:snooze", args=[row.pk]), {"until": days(3).isoformat()})
    assert response.status_code == 302
    row.refresh_from_db()
    assert (row.snoozed_until, row.news_on, row.state) == (days(3), days(3), "open")
    assert open_reminder_count(am) == 0
    box = inbox(am, clock.today())
    assert [line.reminder.pk for line in box.snoozed] == [row.pk]
    assert inbox(am, days(3)).page.paginator.count == 1


def test_taking_it_up_again(am: User, client_as: Enter) -> None:
    row = ReminderFactory(recipient=am, snoozed_until=days(5), news_on=days(5))
    assert client_as(am).post(reverse("home:wake", args=[row.pk])).status_code == 302
    assert open_reminder_count(am) == 1


@pytest.mark.parametrize("typed", ["", "gisteren", "2020-01-01", "2999-01-01"])
def test_a_day_that_does_not_fit_is_told_beside_the_field_and_kept(
    am: User, client_as: Enter, typed: str
) -> None:
    row = ReminderFactory(recipient=am)
    response = client_as(am).post(reverse("home:snooze", args=[row.pk]), {"until": typed})
    assert response.status_code == 422
    assert response.context["wrong"].errors["until"]
    assert response.context["wrong"]["until"].value() == typed
    html = response.content.decode()
    assert f'id="until-{row.pk}-error"' in html
    row.refresh_from_db()
    assert row.snoozed_until is None


def test_how_far_is_a_setting(am: User, client_as: Enter) -> None:
    PolicySetting.objects.create(name="snooze_at_most_days", value=5, starts_on=dt.date(2020, 1, 1))
    row = ReminderFactory(recipient=am)
    url = reverse("home:snooze", args=[row.pk])
    assert client_as(am).post(url, {"until": days(6).isoformat()}).status_code == 422
    assert client_as(am).post(url, {"until": days(5).isoformat()}).status_code == 302


def test_what_is_done_is_shown_for_two_weeks(am: User) -> None:
    new = ReminderFactory(recipient=am, state="resolved", resolved_on=days(-3))
    ReminderFactory(recipient=am, state="resolved", resolved_on=days(-20))
    assert [line.reminder.pk for line in inbox(am, clock.today()).done] == [new.pk]


def test_a_hidden_record_is_confidential_without_name_or_link(am: User, client_as: Enter) -> None:
    secret = EmployerFactory(name="Geheimwerk Zilverlinde B.V.", is_confidential=True)
    ReminderFactory(recipient=am, target=secret)
    html = client_as(am).get(PAGE).content.decode()
    assert "Zilverlinde" not in html
    assert f"/bedrijven/{secret.pk}/" not in html


def test_each_leads_to_where_the_act_is_done(am: User, client_as: Enter) -> None:
    employer = EmployerFactory()
    ReminderFactory(recipient=am, target=employer)
    assert employer.get_absolute_url() in client_as(am).get(PAGE).content.decode()


def test_the_number_of_queries_does_not_grow(am: User, client_as: Enter) -> None:
    client = client_as(am)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    for _ in range(3):
        ReminderFactory(recipient=am, target=EmployerFactory())
    ReminderFactory(recipient=am)
    count()
    few = count()
    for _ in range(30):
        ReminderFactory(recipient=am, target=EmployerFactory())
    assert count() == few <= 16


def test_more_than_a_page(am: User, client_as: Enter) -> None:
    target_type = ReminderFactory(recipient=am).target_type
    Reminder.objects.bulk_create(
        Reminder(
            kind="proef",
            target_type=target_type,
            target_id=1,
            recipient=am,
            period=f"p{number}",
            due_on=clock.today(),
            raised_on=clock.today(),
        )
        for number in range(70)
    )
    first = inbox(am, clock.today(), "1").page
    last = inbox(am, clock.today(), "2").page
    assert len(first) == 50
    assert len(first) + len(last) == last.paginator.count
