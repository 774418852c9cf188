"""/beheer/herinneringsregels/: every rule and job with its last run, and one rule worked out at request."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import reminders, rule_runs
from deventer_crm.core.models import Heartbeat, JobRun, Reminder
from deventer_crm.core.periodic import reconcile_reminders, reconcile_rule_now
from deventer_crm.core.reconcile import ReconcileFailed, reconcile_and_record
from tests.accounts.factories import UserFactory
from tests.home.factories import ReminderFactory

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
PAGE = "/beheer/herinneringsregels/"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would go to the broker; it does at once."""
    messages: list[Any] = []

    def send(task: Any, *args: Any) -> bool:
        messages.append((task.name, args))
        task(*args)
        return True

    monkeypatch.setattr("accounts.admin.rules.send", send)
    return messages


@pytest.mark.parametrize("role", Role)
def test_only_who_keeps_the_settings_gets_in(role: Role, client_as: Enter, sent: list[Any]) -> None:
    client = client_as(UserFactory(role=role))
    allowed = role in {Role.TEAM_LEAD, Role.FUNCTIONAL_ADMIN}
    run = reverse("admin:reminder_rule_run", args=["register_old"])
    assert client.get(PAGE).status_code == (200 if allowed else 403)
    assert client.get(run).status_code == (405 if allowed else 403)
    assert client.post(run).status_code == (302 if allowed else 403)
    assert len(sent) == allowed
    assert (PAGE in client.get(reverse("admin:index")).content.decode()) == allowed


def test_every_rule_is_there_with_who_is_asked(tl: User, client_as: Enter) -> None:
    html = client_as(tl).get(PAGE).content.decode()
    for rule in reminders.RULES.values():
        assert str(rule.label) in html
        assert rule.asks, f"{rule.kind} does not say whom it asks"
    assert "later: teamleider" in html


def test_running_one_now_does_it_and_says_what_came_of_it(
    tl: User, client_as: Enter, sent: list[Any]
) -> None:
    gone = ReminderFactory(kind="register_old")  # no register: nothing that aged
    other = ReminderFactory(kind="list_not_frozen", period="1999")
    client = client_as(tl)
    page = client.post(reverse("admin:reminder_rule_run", args=["register_old"]), follow=True)
    assert sent == [("core.reconcile_now", ("register_old",))]
    assert Reminder.objects.get(pk=gone.pk).state == "resolved"
    assert Reminder.objects.get(pk=other.pk).state == "open"
    line = next(row["line"] for row in page.context["rules"] if row["line"].rule.kind == "register_old")
    assert (line.last.counts["resolved"], line.states["resolved"], line.states["open"]) == (1, 1, 0)
    assert "wordt uitgerekend" in page.content.decode()


def test_an_unknown_rule_is_nowhere(tl: User, client_as: Enter, sent: list[Any]) -> None:
    assert client_as(tl).post(f"{PAGE}bestaat-niet/uitvoeren/").status_code == 404
    assert sent == []


def test_without_a_broker_it_says_that_the_round_of_each_hour_does_it(
    tl: User, client_as: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.admin.rules.send", lambda task, *args: False)
    page = client_as(tl).post(reverse("admin:reminder_rule_run", args=["register_old"]), follow=True)
    assert "de ronde van elk uur" in page.content.decode()


def test_a_rule_that_fails_shows_its_error_and_the_others_their_run(
    tl: User, client_as: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(today: dt.date, targets: list[int] | None = None) -> list[Any]:
        raise RuntimeError("de meting ontbreekt")

    whole = reminders.RULES["register_old"]
    monkeypatch.setitem(
        reminders.RULES,
        "kapot",
        reminders.Rule("kapot", "Kapot", "", whole.target, broken, whole.period_over),
    )
    with pytest.raises(ReconcileFailed):
        reconcile_and_record()
    html = client_as(tl).get(PAGE).content.decode()
    assert "RuntimeError: de meting ontbreekt" in html
    assert "wie het aangaat" in html
    lines = {line.rule.kind: line for line in rule_runs.rule_lines()}
    assert lines["kapot"].last.error  # type: ignore[union-attr]  # it ran
    assert lines["register_old"].last.error == ""  # type: ignore[union-attr]  # it ran


def test_the_page_takes_a_fixed_number_of_queries(tl: User, client_as: Enter) -> None:
    client = client_as(tl)
    client.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        client.get(PAGE)
    for _ in range(20):
        ReminderFactory(kind="register_old")
        JobRun.objects.create(name="reconcile_now", started_at=dt.datetime.now(dt.UTC), counts={"rules": {}})
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(many) == len(few) <= 12


# ── what runs by itself ──────────────────────────────────────────────────────────────────────────


def test_every_task_of_the_schedule_says_what_it_does(tl: User, client_as: Enter) -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - {"core.heartbeat"}
    assert {job.name for job in rule_runs.job_lines()} == scheduled, "give crm_task a label"
    assert "elk uur, om 20 over" in client_as(tl).get(PAGE).content.decode()


def test_when_a_task_of_the_schedule_succeeded_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    reconcile_reminders(["register_old"], None)  # what a service asks for
    assert not Heartbeat.objects.exists()
    reconcile_reminders()
    job = next(job for job in rule_runs.job_lines() if job.name == "core.reconcile_reminders")
    assert job.succeeded_at
    Heartbeat.objects.all().delete()
    monkeypatch.setattr("deventer_crm.core.periodic.reconcile_and_record", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reconcile_reminders()
    assert not Heartbeat.objects.exists()


def test_a_rule_asked_for_alone_leaves_a_row() -> None:
    reconcile_rule_now("register_old")
    run = JobRun.objects.get(name="reconcile_now")
    assert (run.state, list(run.counts["rules"])) == ("done", ["register_old"])
