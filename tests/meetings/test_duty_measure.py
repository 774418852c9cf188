"""C1 (R6), the reminders about the list (R7), and the badges on other pages, all from the same duties."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.roles import Act
from deventer_crm.core.commitments import State, evaluate, evidence_for
from deventer_crm.core.models import Commitment, PolicySetting, Reminder
from deventer_crm.core.panels import columns_of, panels_for
from deventer_crm.core.reconcile import reconcile
from employers.models import Employer, TopList, TopListEntry
from employers.reminders.yearly import add_months
from employers.selectors.dossier import employers_for_dossier
from employers.toplist.services import adjust_top_list, freeze_top_list
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory, JobCountFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def freeze_on(tl, time_machine):
    """`freeze_on(day)`: freeze the list of 2026 on that day; the clock stays there."""

    def freeze(day: dt.date, **fields) -> TopList:
        time_machine.move_to(dt.datetime(day.year, day.month, day.day, 9, tzinfo=dt.UTC))
        return freeze_top_list(2026, by=tl, **fields)

    return freeze


@pytest.fixture
def four() -> list[Employer]:
    """Four employers with 40, 30, 20 and 10 jobs."""
    return [
        EmployerFactory(working=jobs, working__reference_date=dt.date(2026, 1, 1))
        for jobs in (40, 30, 20, 10)
    ]


def c1(as_of: dt.date):
    return evaluate(Commitment.objects.get(code="C1"), as_of)


# ── C1 ───────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_frozen_list_c1_is_not_measured_and_says_why(four):
    found = c1(dt.date(2026, 6, 1))
    assert (found.state, found.count, found.forecast) == (State.NOT_MEASURED, None, None)
    assert "2026" in str(found.seen.missing)


def test_c1_counts_met_duties_and_planned_employers_of_the_frozen_list(four, freeze_on, tl):
    frozen = freeze_on(dt.date(2026, 2, 1), size=4)
    visited, invited, planned, _nothing = four
    MeetingFactory(held=True, on=dt.date(2026, 3, 3), employers=[visited], college=True)
    InvitationFactory(employer=invited, sent_on=dt.date(2026, 3, 5))
    for _ in range(2):  # two visits planned with one employer count once
        MeetingFactory(planned=True, on=dt.date(2026, 9, 9), employers=[planned], college=True)
    # The norm row only sets the size of a list.
    found = c1(dt.date(2026, 8, 31))
    assert (found.count, found.seen.planned, found.norm) == (Decimal(2), Decimal(1), Decimal(4))
    assert found.forecast == Decimal(3)
    evidence = evidence_for(found.seen.evidence, tl)
    assert {entry.employer for entry in evidence.visible} == {visited, invited}
    assert {entry.top_list for entry in evidence.visible} == {frozen}
    assert [e.employer for rows in found.seen.planned_evidence for e in rows] == [planned]
    assert len(evidence_for(found.seen.evidence).visible) == found.count
    for number in ("3", "1"):
        assert number in str(found.seen.outlook)


def test_c1_as_of_a_day_before_the_freeze_is_not_measured(four, freeze_on):
    freeze_on(dt.date(2026, 2, 1), size=4)
    assert c1(dt.date(2026, 1, 31)).state == State.NOT_MEASURED
    assert c1(dt.date(2026, 2, 1)).state == State.ON_TRACK


def test_c1_is_missed_only_after_the_year(four, freeze_on):
    freeze_on(dt.date(2026, 2, 1), size=4)
    assert c1(dt.date(2026, 12, 31)).state == State.AT_RISK
    commitment = Commitment.objects.get(code="C1")
    assert evaluate(commitment, dt.date(2027, 1, 1), year=2026).state == State.MISSED
    for employer in four:
        MeetingFactory(held=True, on=dt.date(2026, 12, 30), employers=[employer], college=True)
    assert evaluate(commitment, dt.date(2027, 1, 1), year=2026).state == State.ACHIEVED


def test_who_was_left_out_carries_no_duty_and_who_was_added_does(four, freeze_on, tl, time_machine):
    time_machine.move_to(dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC))
    adjust_top_list(2026, four[0], status="excluded", reason="uitzendbureau", by=tl)
    association = EmployerFactory(kind="association")
    adjust_top_list(2026, association, status="added", reason="veel vrijwilligers", by=tl)
    freeze_on(dt.date(2026, 2, 1), size=2)
    MeetingFactory(held=True, on=dt.date(2026, 3, 3), employers=[four[0], association], college=True)
    found = c1(dt.date(2026, 6, 1))
    assert (found.norm, found.count) == (Decimal(3), Decimal(1))


def test_confidential_entries_count_and_are_hidden_from_who_may_not_know(four, freeze_on, am):
    Employer.objects.filter(pk=four[0].pk).update(is_confidential=True)
    freeze_on(dt.date(2026, 2, 1), size=4)
    for employer in four:
        MeetingFactory(held=True, on=dt.date(2026, 3, 3), employers=[employer], college=True)
    found = c1(dt.date(2026, 6, 1))
    seen = evidence_for(found.seen.evidence, am)
    assert (found.count, len(seen.visible), seen.hidden) == (Decimal(4), 3, 1)


# ── reminders ────────────────────────────────────────────────────────────────────────────────────


def open_reminders(kind: str) -> set[tuple[int, int, bool]]:
    rows = Reminder.objects.filter(kind=kind, state="open")
    return set(rows.values_list("target_id", "recipient_id", "is_escalation"))


def test_nothing_yet_goes_to_the_account_manager_then_the_secretary_then_the_lead(
    four, freeze_on, am, es, tl
):
    freeze_on(dt.date(2026, 2, 1), size=1)
    entry = TopListEntry.objects.get()
    AccountAssignmentFactory(employer=four[0], user=am)
    expected = {
        dt.date(2026, 3, 31): set(),
        dt.date(2026, 4, 1): {(entry.pk, am.pk, False)},
        dt.date(2026, 9, 1): {(entry.pk, am.pk, False), (entry.pk, es.pk, True)},
        dt.date(2026, 11, 1): {(entry.pk, am.pk, False), (entry.pk, es.pk, True), (entry.pk, tl.pk, True)},
    }
    for day, rows in expected.items():
        reconcile(day, kinds=["top_list_nothing"])
        assert open_reminders("top_list_nothing") == rows
    MeetingFactory(planned=True, on=dt.date(2026, 12, 1), employers=four[:1], college=True)
    reconcile(dt.date(2026, 11, 2), kinds=["top_list_nothing"])
    assert open_reminders("top_list_nothing") == set()
    assert set(Reminder.objects.values_list("state", flat=True)) == {"resolved"}


def test_an_invitation_that_does_not_count_leaves_the_reminder(four, freeze_on, am):
    freeze_on(dt.date(2026, 2, 1), size=1)
    AccountAssignmentFactory(employer=four[0], user=am)
    InvitationFactory(employer=four[0], sent_on=dt.date(2026, 3, 1))
    reconcile(dt.date(2026, 5, 1), kinds=["top_list_nothing"])
    assert open_reminders("top_list_nothing") == set()
    PolicySetting.objects.create(name="invitation_counts", value=False, starts_on=dt.date(2026, 5, 2))
    reconcile(dt.date(2026, 5, 2), kinds=["top_list_nothing"])
    assert len(open_reminders("top_list_nothing")) == 1


def test_when_the_year_is_over_it_lapses(four, freeze_on, am):
    freeze_on(dt.date(2026, 2, 1), size=1)
    AccountAssignmentFactory(employer=four[0], user=am)
    reconcile(dt.date(2026, 12, 1), kinds=["top_list_nothing"])
    reconcile(dt.date(2027, 1, 2), kinds=["top_list_nothing"])
    assert set(Reminder.objects.values_list("state", flat=True)) == {"lapsed"}


def test_the_account_manager_of_the_survivor_is_asked(four, freeze_on, am):
    freeze_on(dt.date(2026, 2, 1), size=1)
    survivor = EmployerFactory()
    AccountAssignmentFactory(employer=survivor, user=am)
    Employer.objects.filter(pk=four[0].pk).update(merged_into=survivor)
    reconcile(dt.date(2026, 4, 1), kinds=["top_list_nothing"])
    assert {row[1] for row in open_reminders("top_list_nothing")} == {am.pk}


def test_the_rule_takes_the_same_queries_for_one_entry_and_for_many(
    four, freeze_on, am, django_assert_num_queries
):
    from meetings.reminders.top_list import top_list_nothing

    for employer in four:
        AccountAssignmentFactory(employer=employer, user=am)
    day = dt.date(2026, 11, 2)
    for size in (1, 4):
        freeze_on(dt.date(2026, 2, 1), size=size, reason="andere lengte")
        with django_assert_num_queries(11):
            assert len(list(top_list_nothing(day))) == size * 2  # account manager and lead


def test_the_lead_is_asked_to_freeze_from_the_first_of_march(tl, four, freeze_on):
    target = Commitment.objects.get(code="C1").pk
    reconcile(dt.date(2026, 2, 28), kinds=["list_not_frozen"])
    assert open_reminders("list_not_frozen") == set()
    reconcile(dt.date(2026, 3, 1), kinds=["list_not_frozen"])
    assert open_reminders("list_not_frozen") == {(target, tl.pk, False)}
    freeze_on(dt.date(2026, 3, 2))
    reconcile(dt.date(2026, 3, 2), kinds=["list_not_frozen"])
    assert open_reminders("list_not_frozen") == set()


def test_a_register_is_old_after_fourteen_months(fa, four):
    newest = dt.date(2026, 1, 1)
    reconcile(dt.date(2027, 3, 1), kinds=["register_old"])
    assert open_reminders("register_old") == set()
    reconcile(dt.date(2027, 3, 2), kinds=["register_old"])
    row = Reminder.objects.get(kind="register_old", state="open")
    assert (row.recipient, row.due_on, row.period) == (fa, dt.date(2027, 3, 2), f"register:{newest}")
    JobCountFactory(establishment=four[0].establishments.get(), reference_date=dt.date(2027, 1, 1))
    reconcile(dt.date(2027, 3, 3), kinds=["register_old"])
    assert open_reminders("register_old") == set()


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-12-31", 14, "2026-02-28"),
        ("2026-04-01", 14, "2027-06-01"),
        ("2026-10-15", 2, "2026-12-15"),
        ("2026-10-15", 3, "2027-01-15"),
    ],
)
def test_months_later(day, months, expected):
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


# ── badges ───────────────────────────────────────────────────────────────────────────────────────


def test_only_who_is_on_this_years_list_has_a_badge(four, freeze_on, am, rd):
    freeze_on(dt.date(2026, 2, 1), size=1)
    MeetingFactory(held=True, on=dt.date(2026, 1, 20), employers=four[:1], college=True)

    def header(employer, user):
        shown = employers_for_dossier(user).get(pk=employer.pk)
        return [p for p in panels_for("employer.header", shown, user) if "duty" in p.context]

    panel = header(four[0], am)[0]
    assert (panel.context["duty"].status, panel.context["rank"]) == ("visited", 1)
    assert header(four[1], am) == []
    assert header(four[0], rd) == []


def test_the_column_of_the_list_has_a_cell_for_listed_employers_only(
    four, freeze_on, am, django_assert_max_num_queries
):
    freeze_on(dt.date(2026, 2, 1), size=2)
    am.can(Act.SEE_DOSSIERS)  # rights are read once per request
    column = dict(columns_of("employers.list"))["duty_column"]
    with django_assert_max_num_queries(5):
        duty_cells = column.function(four, am)
    assert set(duty_cells) == {four[0].pk, four[1].pk}
    assert "2026" in str(column.label)
