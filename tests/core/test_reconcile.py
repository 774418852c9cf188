"""R7: the table is made equal to what the rules say, whatever happened before."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from deventer_crm.core import reconcile as engine
from deventer_crm.core import reminders
from deventer_crm.core.models import JobRun, Reminder
from deventer_crm.core.reconcile import Counts, ReconcileFailed, reconcile, reconcile_and_record
from deventer_crm.core.reminders import Wanted
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 5, 1)
ONE = dt.timedelta(days=1)


class FakeRule:
    """A rule whose causes a test sets by hand: (target, recipient, period) → (due, escalated)."""

    def __init__(self) -> None:
        self.causes: dict[tuple[int, int, str], tuple[dt.date, bool]] = {}
        self.asked: list[dt.date] = []

    def __call__(self, today: dt.date, targets: list[int] | None = None) -> Iterator[Wanted]:
        self.asked.append(today)
        for (target, recipient, period), (due, escalated) in self.causes.items():
            inside = targets is None or target in targets
            if inside and due <= today and int(period[:4]) == today.year:
                yield Wanted(target, recipient, due, period, escalated)

    def cause(self, target: int, person: User, *, due: dt.date = DAY, escalated: bool = False) -> None:
        self.causes[target, person.pk, str(due.year)] = (due, escalated)

    def end(self, target: int, person: User, year: int = 2026) -> None:
        self.causes.pop((target, person.pk, str(year)), None)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, reminders.Rule]:
    """An empty registry of rules."""
    rules: dict[str, reminders.Rule] = {}
    monkeypatch.setattr(reminders, "RULES", rules)
    return rules


def register(rules: dict[str, reminders.Rule], kind: str, function: Any, **extra: Any) -> None:
    extra.setdefault("period_over", reminders.year_is_over)
    rules[kind] = reminders.Rule(kind, kind, "", "core.PolicyDocument", function, **extra)


@pytest.fixture
def fake(registry: dict[str, reminders.Rule]) -> FakeRule:
    rule = FakeRule()
    register(registry, "fake", rule)
    return rule


@pytest.fixture
def person() -> User:
    return UserFactory()


def only() -> Reminder:
    return Reminder.objects.get()


def test_a_cause_raises_one_reminder_and_a_second_run_changes_nothing(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    assert reconcile(DAY) == Counts(raised=1, open=1)
    assert reconcile(DAY) == Counts(open=1)
    row = only()
    assert (row.state, row.raised_on, row.due_on, row.news_on) == ("open", DAY, DAY, DAY)


def test_a_cause_that_went_resolves_and_keeps_the_date(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    fake.end(1, person)
    assert reconcile(DAY + ONE) == Counts(resolved=1)
    row = only()
    assert (row.state, row.resolved_on, row.news_on) == ("resolved", DAY + ONE, None)
    reconcile(DAY + 5 * ONE)
    assert only().resolved_on == DAY + ONE


def test_a_cause_that_comes_back_reopens_the_same_row(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    first = only().pk
    fake.end(1, person)
    reconcile(DAY + ONE)
    fake.cause(1, person)
    assert reconcile(DAY + 2 * ONE) == Counts(reopened=1, open=1)
    row = only()
    assert (row.pk, row.state, row.reopened_on) == (first, "open", DAY + 2 * ONE)
    assert row.resolved_on == DAY + ONE
    assert row.news_on == DAY + 2 * ONE


def test_a_period_that_is_over_lapses_what_was_never_done(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    assert reconcile(dt.date(2027, 1, 2)) == Counts(lapsed=1)
    row = only()
    assert (row.state, row.lapsed_on, row.resolved_on) == ("lapsed", dt.date(2027, 1, 2), None)


def test_what_was_done_in_the_last_days_of_a_period_without_a_run_is_resolved(
    fake: FakeRule, person: User
) -> None:
    fake.cause(1, person)
    fake.cause(2, person)
    reconcile(DAY)
    fake.end(1, person)
    assert reconcile(dt.date(2027, 1, 2)) == Counts(resolved=1, lapsed=1)
    assert Reminder.objects.get(target_id=1).state == "resolved"
    assert Reminder.objects.get(target_id=2).state == "lapsed"
    assert dt.date(2026, 12, 31) in fake.asked


def test_a_record_period_never_lapses(registry: dict[str, reminders.Rule], person: User) -> None:
    rule = FakeRule()
    register(registry, "fake", rule, period_over=reminders.never_over)
    rule.cause(1, person)
    reconcile(DAY)
    assert reconcile(dt.date(2027, 1, 2)) == Counts(resolved=1)


def test_escalation_to_another_is_a_new_row_and_leaves_the_first(fake: FakeRule, person: User) -> None:
    lead = UserFactory()
    fake.cause(1, person)
    reconcile(DAY)
    fake.cause(1, lead, due=DAY + 7 * ONE, escalated=True)
    assert reconcile(DAY + 7 * ONE) == Counts(raised=1, open=2)
    assert Reminder.objects.get(recipient=lead).is_escalation
    assert not Reminder.objects.get(recipient=person).is_escalation


def test_escalation_to_the_same_person_is_news_again(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    Reminder.objects.update(news_on=None)
    fake.cause(1, person, escalated=True)
    assert reconcile(DAY + ONE) == Counts(open=1)
    assert (only().is_escalation, only().news_on) == (True, DAY + ONE)


def test_another_recipient_takes_over(fake: FakeRule, person: User) -> None:
    successor = UserFactory()
    fake.cause(1, person)
    reconcile(DAY)
    fake.end(1, person)
    fake.cause(1, successor)
    assert reconcile(DAY + ONE) == Counts(raised=1, resolved=1, open=1)
    assert Reminder.objects.get(recipient=person).state == "resolved"
    assert Reminder.objects.get(recipient=successor).state == "open"


def test_nobody_who_left_is_reminded(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    person.is_active = False
    person.save()
    assert reconcile(DAY + ONE) == Counts(resolved=1)


def test_snoozed_stays_snoozed_through_runs_and_reopening(fake: FakeRule, person: User) -> None:
    until = DAY + 10 * ONE
    fake.cause(1, person)
    reconcile(DAY)
    Reminder.objects.update(snoozed_until=until, news_on=until)
    reconcile(DAY + ONE)
    fake.end(1, person)
    reconcile(DAY + 2 * ONE)
    fake.cause(1, person)
    reconcile(DAY + 3 * ONE)
    row = only()
    assert (row.state, row.snoozed_until, row.news_on) == ("open", until, until)
    assert not Reminder.objects.open_for(person, DAY + 9 * ONE).exists()
    assert Reminder.objects.open_for(person, until).exists()


def test_one_person_asked_twice_gets_one_reminder(registry: dict[str, reminders.Rule], person: User) -> None:
    def twice(today: dt.date, targets: list[int] | None = None) -> list[Wanted]:
        return [
            Wanted(1, person.pk, DAY, "2026"),
            Wanted(1, person.pk, DAY - ONE, "2026", escalated=True),
        ]

    register(registry, "twice", twice)
    assert reconcile(DAY).raised == 1
    assert (only().due_on, only().is_escalation) == (DAY - ONE, True)


def test_targets_narrow_both_what_is_raised_and_what_is_resolved(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    fake.cause(2, person)
    reconcile(DAY)
    fake.causes.clear()
    fake.cause(3, person)
    fake.cause(4, person)
    assert reconcile(DAY, targets=[1, 3]) == Counts(raised=1, resolved=1, open=2)
    assert set(Reminder.objects.filter(state="open").values_list("target_id", flat=True)) == {2, 3}


def test_a_moved_due_day_follows(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    fake.cause(1, person, due=DAY - 3 * ONE)
    reconcile(DAY)
    assert only().due_on == DAY - 3 * ONE


def test_periods_may_hold_any_text(registry: dict[str, reminders.Rule], person: User) -> None:
    odd = 'vergadering:"7", {a\\b}'
    register(
        registry,
        "odd",
        lambda today, targets=None: [Wanted(1, person.pk, DAY, odd)],
        period_over=reminders.never_over,
    )
    assert reconcile(DAY).raised == 1
    assert reconcile(DAY) == Counts(open=1)
    assert only().period == odd


def test_one_failing_rule_does_not_stop_the_others(registry: dict[str, reminders.Rule], person: User) -> None:
    def broken(today: dt.date, targets: list[int] | None = None) -> list[Wanted]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return []

    first, last = FakeRule(), FakeRule()
    register(registry, "a", first)
    register(registry, "m", broken)
    register(registry, "z", last)
    first.cause(1, person)
    last.cause(2, person)
    with pytest.raises(ReconcileFailed) as caught:
        reconcile_and_record(DAY)
    assert caught.value.counts == Counts(raised=2, open=2)
    assert list(caught.value.problems) == ["m"]
    run = JobRun.objects.get()
    assert (run.state, run.counts["raised"], list(run.counts["failed"])) == ("failed", 2, ["m"])
    assert run.counts["rules"]["a"]["raised"] == 1
    assert "m" in run.error


def test_a_good_run_is_recorded_too(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile_and_record(DAY)
    run = JobRun.objects.get()
    assert (run.state, run.counts["raised"], run.counts["open"]) == ("done", 1, 1)
    assert run.finished_at is not None


def test_reminders_of_a_rule_that_no_longer_exists_are_resolved(
    fake: FakeRule, registry: dict[str, reminders.Rule], person: User
) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    del registry["fake"]
    assert reconcile(DAY + ONE) == Counts(resolved=1)


def test_an_unknown_kind_is_an_error_for_the_programmer(registry: dict[str, reminders.Rule]) -> None:
    with pytest.raises(KeyError):
        engine.request_reconcile("nobody_made_this")


def test_the_statements_do_not_grow_with_the_rows(fake: FakeRule, person: User) -> None:
    fake.cause(1, person)
    reconcile(DAY)
    with CaptureQueriesContext(connection) as few:
        reconcile(DAY)
    for target in range(2, 500):
        fake.cause(target, person)
    with CaptureQueriesContext(connection) as many:
        reconcile(DAY)
    assert len(many) == len(few)


# ── any order of events, any missed night: the same end ──────────────────────────────────────────

events = st.lists(
    st.tuples(
        st.integers(0, 3),  # which cause
        st.booleans(),  # begins or ends
        st.integers(0, 12),  # days that pass afterwards
        st.booleans(),  # whether the night job runs
    ),
    min_size=1,
    max_size=12,
)


def play(rule: FakeRule, kind: str, person: User, story: list[Any], *, every_night: bool) -> set[Any]:
    """Run a story of causes that begin and end; returns what is open at its end."""
    today = dt.date(2026, 11, 20)
    for target, begins, days, runs in story:
        if begins:
            rule.cause(target, person, due=today)
        else:
            rule.causes.pop((target, person.pk, str(today.year)), None)
        if every_night or runs:
            reconcile(today, kinds=[kind])
        today += dt.timedelta(days=days)
    reconcile(today, kinds=[kind])
    rows = Reminder.objects.filter(kind=kind, state="open")
    return set(rows.values_list("target_id", "recipient_id", "period", "due_on", "is_escalation"))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=events)
def test_missed_nights_end_the_same(
    registry: dict[str, reminders.Rule], person: User, story: list[Any]
) -> None:
    Reminder.objects.all().delete()
    ends = []
    for kind, every_night in (("calm", True), ("stormy", False)):
        rule = FakeRule()
        register(registry, kind, rule)
        ends.append(play(rule, kind, person, story, every_night=every_night))
    assert ends[0] == ends[1]
    today = dt.date(2026, 11, 20) + dt.timedelta(days=sum(event[2] for event in story))
    wanted = {(row.target_id, row.period) for row in rule(today)}
    assert {(row[0], row[2]) for row in ends[0]} == wanted
