"""R7: who wants to be asked earlier is, never later; the mail can be left out, the duty cannot."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from deventer_crm.core import clock, digests, reminders
from deventer_crm.core.models import Reminder, ReminderPreference
from deventer_crm.core.preferences import Wish, kinds_for, set_wishes, wishes_of
from deventer_crm.core.reconcile import Counts, reconcile
from deventer_crm.core.reminders import Wanted
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)
PAGE = "/herinneringen/voorkeuren/"


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


@pytest.fixture
def causes(monkeypatch: pytest.MonkeyPatch) -> list[Wanted]:
    """What one rule wants from the due day on; a test fills it."""
    wanted: list[Wanted] = []

    def function(today: dt.date, targets: list[int] | None = None) -> list[Wanted]:
        return [
            row for row in wanted if row.due_on <= today and (targets is None or row.target_id in targets)
        ]

    rule = reminders.Rule(
        "proef", "Proef", "Doe iets", "core.Commitment", function, reminders.never_over, asks=("AM",)
    )
    monkeypatch.setattr(reminders, "RULES", {"proef": rule})
    return wanted


@pytest.fixture
def person() -> User:
    return UserFactory(role="AM")


def state_on(on: dt.date) -> list[tuple[int, str]]:
    reconcile(on)
    return sorted(Reminder.objects.values_list("target_id", "state"))


def test_somebody_who_wants_it_earlier_is_asked_earlier_and_others_are_not(
    causes: list[Wanted], person: User
) -> None:
    other = UserFactory(role="AM")
    causes += [Wanted(1, person.pk, day(5), "2026"), Wanted(2, other.pk, day(5), "2026")]
    set_wishes(person, {"proef": Wish(days_ahead=7)}, today=TODAY)
    assert reconcile(day(-3)) == Counts()  # eight days ahead
    assert state_on(day(-2)) == [(1, "open")]
    row = Reminder.objects.get()
    assert (row.due_on, row.news_on) == (day(5), day(-2))
    assert state_on(day(5)) == [(1, "open"), (2, "open")]
    assert Reminder.objects.get(target_id=1).pk == row.pk


def test_it_ends_early_when_it_is_done_early(causes: list[Wanted], person: User) -> None:
    causes.append(Wanted(1, person.pk, day(3), "2026"))
    set_wishes(person, {"proef": Wish(days_ahead=3)}, today=TODAY)
    assert state_on(TODAY) == [(1, "open")]
    causes.clear()
    assert state_on(TODAY) == [(1, "resolved")]


def test_what_is_passed_on_because_it_is_late_comes_no_earlier(causes: list[Wanted], person: User) -> None:
    causes.append(Wanted(1, person.pk, day(2), "2026", escalated=True))
    set_wishes(person, {"proef": Wish(days_ahead=14)}, today=TODAY)
    assert state_on(TODAY) == []
    assert state_on(day(2)) == [(1, "open")]


@pytest.mark.parametrize("fewer", [0, 1])
def test_less_early_takes_back_what_is_too_early_without_calling_it_done(
    causes: list[Wanted], person: User, fewer: int
) -> None:
    causes += [Wanted(1, person.pk, day(6), "2026"), Wanted(2, person.pk, day(-1), "2026")]
    set_wishes(person, {"proef": Wish(days_ahead=7)}, today=TODAY)
    assert state_on(TODAY) == [(1, "open"), (2, "open")]
    set_wishes(person, {"proef": Wish(days_ahead=fewer)}, today=TODAY)
    assert state_on(TODAY) == [(2, "open")]
    assert state_on(day(6)) == [(1, "open"), (2, "open")]


def test_runs_in_between_and_one_run_at_the_end_agree(causes: list[Wanted], person: User) -> None:
    causes += [Wanted(number, person.pk, day(number), "2026") for number in range(1, 12)]
    set_wishes(person, {"proef": Wish(days_ahead=3)}, today=TODAY)
    for number in range(5):
        reconcile(day(number))
    often = set(Reminder.objects.filter(state="open").values_list("target_id", "due_on"))
    Reminder.objects.all().delete()
    reconcile(day(4))
    assert set(Reminder.objects.filter(state="open").values_list("target_id", "due_on")) == often


def told(on: dt.date) -> dict[int, int]:
    """Person → reminders in the mail of that day."""
    people = digests._people_with_news(on)
    rows = [digests.claim(person, on) for person in people]
    return {row.recipient_id: row.reminder_count for row in rows if row}


def test_not_in_the_mail_stays_on_the_list(causes: list[Wanted], person: User) -> None:
    causes += [Wanted(1, person.pk, TODAY, "2026")]
    set_wishes(person, {"proef": Wish(in_mail=False)}, today=TODAY)
    reconcile(TODAY)
    assert told(TODAY) == {}
    assert Reminder.objects.open_for(person, TODAY).count() == 1
    # Wanted again: what stood on the list all the time is no news.
    set_wishes(person, {"proef": Wish(in_mail=True)}, today=day(3))
    assert told(day(3)) == {}
    causes.append(Wanted(2, person.pk, day(4), "2026"))
    reconcile(day(4))
    assert told(day(4)) == {person.pk: 1}


def test_what_is_passed_on_is_in_the_mail_whatever_was_chosen(causes: list[Wanted], person: User) -> None:
    causes.append(Wanted(1, person.pk, TODAY, "2026", escalated=True))
    set_wishes(person, {"proef": Wish(in_mail=False)}, today=TODAY)
    reconcile(TODAY)
    assert told(TODAY) == {person.pk: 1}


def test_only_what_is_offered_can_be_chosen(causes: list[Wanted], person: User) -> None:
    for kind, wish in (("onbekend", Wish(3)), ("proef", Wish(5)), ("proef", Wish(-1))):
        with pytest.raises(ValueError):
            set_wishes(person, {kind: wish})
    assert not ReminderPreference.objects.exists()


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def test_the_page_keeps_what_was_chosen_of_this_person_only(
    am: User, tl: User, client_as: Callable[[User], Client]
) -> None:
    set_wishes(tl, {"report_missing": Wish(7)})
    client = client_as(am)
    page = client.get(PAGE)
    offered = [form.rule.kind for form in page.context["forms"]]
    assert "report_missing" in offered
    assert "list_not_frozen" not in offered  # the lead's
    data: dict[str, Any] = {f"{kind}-days_ahead": "0" for kind in offered}
    data |= {f"{kind}-in_mail": "on" for kind in offered if kind != "report_missing"}
    data["report_missing-days_ahead"] = "3"
    assert client.post(PAGE, data).status_code == 302
    assert wishes_of(am) == {"report_missing": Wish(3, in_mail=False)}
    assert wishes_of(tl) == {"report_missing": Wish(7)}
    assert client.post(PAGE, {**data, "report_missing-days_ahead": "400"}).status_code == 422
    assert wishes_of(am) == {"report_missing": Wish(3, in_mail=False)}


def test_a_kind_that_came_once_is_offered_whatever_the_role(am: User) -> None:
    rule = reminders.RULES["list_not_frozen"]
    assert rule not in kinds_for(am)
    from tests.home.factories import ReminderFactory

    ReminderFactory(recipient=am, kind="list_not_frozen")
    assert rule in kinds_for(am)


def test_the_page_is_reached_from_the_list(am: User, client_as: Callable[[User], Client]) -> None:
    assert reverse("home:reminder_choices") == PAGE
    assert PAGE in client_as(am).get(reverse("home:reminders")).content.decode()
    assert clock.today()
