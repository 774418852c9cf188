"""R7: a colleague does it for some time; it stays one duty, of who was asked."""

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from deventer_crm.core import clock, delegation, digests, reminders
from deventer_crm.core.models import Commitment, Reminder
from deventer_crm.core.reconcile import Counts, reconcile
from deventer_crm.core.reminders import Wanted
from deventer_crm.core.snooze import snooze
from deventer_crm.home.selectors.inbox import inbox, open_reminder_count
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory
from tests.home.factories import ReminderFactory

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
TODAY = MONDAY.date()
FRIDAY = dt.date(2026, 11, 27)


@pytest.fixture(autouse=True)
def monday() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def colleague() -> User:
    return UserFactory(role="AM", first_name="Sanne")


def give(row: Reminder, to: User, until: dt.date = FRIDAY) -> Reminder:
    return delegation.give_to(row.pk, by=row.recipient, to=to, until=until, reason="vakantie")


def on_list(person: User, day: dt.date = TODAY) -> list[int]:
    return [line.reminder.pk for group in inbox(person, day).groups for line in group.lines]


def test_the_colleague_has_it_and_the_owner_sees_with_whom(
    am: User, colleague: User, client_as: Enter
) -> None:
    row = ReminderFactory(recipient=am)
    give(row, colleague)
    assert (on_list(am), on_list(colleague)) == ([], [row.pk])
    assert (open_reminder_count(am), open_reminder_count(colleague)) == (0, 1)
    assert [line.reminder.pk for line in inbox(am, TODAY).given] == [row.pk]
    assert f"doorgegeven aan {colleague}" in client_as(am).get("/herinneringen/").content.decode()
    html = client_as(colleague).get("/herinneringen/").content.decode()
    assert f"{am} gaf dit aan u door" in html
    assert "vakantie" in html
    assert reverse("home:snooze", args=[row.pk]) not in html


def test_after_the_last_day_it_is_back(am: User, colleague: User) -> None:
    row = ReminderFactory(recipient=am)
    give(row, colleague)
    saturday = FRIDAY + dt.timedelta(days=1)
    assert (on_list(am, FRIDAY), on_list(colleague, FRIDAY)) == ([], [row.pk])
    assert (on_list(am, saturday), on_list(colleague, saturday)) == ([row.pk], [])


def told(day: dt.date) -> dict[int, int]:
    rows = [digests.claim(person, day) for person in digests._people_with_news(day)]
    return {row.recipient_id: row.reminder_count for row in rows if row}


def test_the_mail_goes_to_who_has_it_and_to_the_owner_when_it_is_back(am: User, colleague: User) -> None:
    row = ReminderFactory(recipient=am, news_on=None)
    give(row, colleague)
    assert told(TODAY) == {colleague.pk: 1}
    assert told(FRIDAY) == {}
    assert told(FRIDAY + dt.timedelta(days=3)) == {am.pk: 1}
    assert told(FRIDAY + dt.timedelta(days=4)) == {}


def test_the_mail_says_from_whom_it_comes(am: User, colleague: User) -> None:
    give(ReminderFactory(recipient=am), colleague)
    (line,) = digests.claim(colleague.pk, TODAY).content["lines"]  # type: ignore[union-attr]  # there is news
    assert str(am) in line["note"]
    assert "vakantie" not in str(line)  # what somebody typed stays behind the log-in


def test_the_end_of_the_cause_ends_it_for_both_and_late_is_late_for_the_same(
    monkeypatch: pytest.MonkeyPatch, am: User, colleague: User
) -> None:
    lead, target = UserFactory(role="TL"), Commitment.objects.get(code="C2").pk
    causes = [Wanted(target, am.pk, TODAY, "2026"), Wanted(target, lead.pk, FRIDAY, "2026", escalated=True)]
    rule = reminders.Rule(
        "proef",
        "Proef",
        "",
        "core.Commitment",
        lambda day, targets=None: [row for row in causes if row.due_on <= day],
        reminders.never_over,
    )
    monkeypatch.setattr(reminders, "RULES", {"proef": rule})
    reconcile(TODAY)
    give(Reminder.objects.get(), colleague)
    assert reconcile(TODAY) == Counts(open=1)
    assert reconcile(FRIDAY) == Counts(raised=1, open=2)  # the lead hears of it as ever
    assert on_list(colleague, FRIDAY)
    causes.clear()
    assert reconcile(FRIDAY) == Counts(resolved=2)
    assert (on_list(am, FRIDAY), on_list(colleague, FRIDAY)) == ([], [])


def test_a_colleague_who_may_not_know_of_the_record_cannot_have_it(am: User, colleague: User) -> None:
    secret = EmployerFactory(name="Geheimwerk Zilverlinde B.V.", is_confidential=True)
    secret.readers.add(am)
    row = ReminderFactory(recipient=am, target=secret)
    with pytest.raises(ValidationError, match="mag dit niet zien"):
        give(row, colleague)
    secret.readers.add(colleague)
    give(row, colleague)
    assert on_list(colleague) == [row.pk]


@pytest.mark.parametrize("until", [TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=61)])
def test_a_day_that_does_not_fit_is_refused(am: User, colleague: User, until: dt.date) -> None:
    with pytest.raises(ValidationError) as caught:
        give(ReminderFactory(recipient=am), colleague, until)
    assert "until" in caught.value.message_dict


def test_not_to_oneself_nor_to_who_has_it_or_left(am: User, colleague: User) -> None:
    row = ReminderFactory(recipient=am, period="2026")
    ReminderFactory(recipient=colleague, period="2026")
    for person in (am, colleague, UserFactory(is_active=False)):
        with pytest.raises(ValidationError) as caught:
            give(row, person)
        assert "to" in caught.value.message_dict


def test_what_only_the_person_can_do_cannot_be_passed(am: User, colleague: User, client_as: Enter) -> None:
    row = ReminderFactory(recipient=am, kind="hours_not_confirmed")
    with pytest.raises(Reminder.DoesNotExist):
        give(row, colleague)
    url = reverse("home:reminder_give", args=[row.pk])
    client = client_as(am)
    assert client.get(url).status_code == 404
    assert url not in client.get("/herinneringen/").content.decode()


def test_both_can_end_it_and_nobody_else(am: User, colleague: User, client_as: Enter) -> None:
    row = ReminderFactory(recipient=am, news_on=None)
    url = reverse("home:reminder_take_back", args=[row.pk])
    give(row, colleague)
    assert client_as(UserFactory(role="TL")).post(url).status_code == 404
    assert client_as(am).post(url).status_code == 302
    row.refresh_from_db()
    assert (row.delegated_to, row.news_on, on_list(am)) == (None, None, [row.pk])
    give(row, colleague)
    assert client_as(colleague).post(url).status_code == 302
    row.refresh_from_db()
    assert (row.delegated_to, row.news_on, on_list(am)) == (None, TODAY, [row.pk])
    assert client_as(am).post(url).status_code == 404


def test_who_gave_it_away_cannot_put_it_off_or_give_it_again(am: User, colleague: User) -> None:
    row = give(ReminderFactory(recipient=am), colleague)
    with pytest.raises(Reminder.DoesNotExist):
        snooze(row.pk, by=am, until=FRIDAY)
    with pytest.raises(Reminder.DoesNotExist):
        give(row, UserFactory(role="AM"))


def test_passing_takes_up_what_was_put_off(am: User, colleague: User) -> None:
    row = ReminderFactory(recipient=am, snoozed_until=FRIDAY, news_on=FRIDAY)
    give(row, colleague)
    assert on_list(colleague) == [row.pk]


def test_of_a_colleague_who_left_it_comes_back_with_the_next_round(am: User, colleague: User) -> None:
    row = give(ReminderFactory(recipient=am), colleague)
    User.objects.filter(pk=colleague.pk).update(is_active=False)
    assert delegation.return_from_who_left(TODAY) == 1
    row.refresh_from_db()
    assert (row.delegated_to, row.news_on, on_list(am)) == (None, TODAY, [row.pk])


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(
    am: User, colleague: User, client_as: Enter
) -> None:
    row = ReminderFactory(recipient=am)
    url = reverse("home:reminder_give", args=[row.pk])
    client = client_as(am)
    typed = {"to": colleague.pk, "until": "2020-01-01", "reason": "ik ben er niet"}
    response = client.post(url, typed)
    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"until"}
    assert "ik ben er niet" in response.content.decode()
    assert client.post(url, {**typed, "until": FRIDAY.isoformat()}).status_code == 302
    row.refresh_from_db()
    assert (row.delegated_to, row.delegation_reason) == (colleague, "ik ben er niet")
    assert client.get(url).status_code == 404
    assert client_as(colleague).get(url).status_code == 404
    assert clock.today() == TODAY
