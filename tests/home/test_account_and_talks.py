"""C6 and C7: who looks after whom, and talks about hiring and retraining, as of any day."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import connection

from deventer_crm.core import commitments
from deventer_crm.core.commitments import MEASURES, RULES, Measure, State, evaluate
from deventer_crm.core.models import Commitment, PolicyDocument, PolicySetting, TrailEvent
from employers.models import ContactMoment, Theme, TopList, TopListEntry
from tests.accounts.factories import UserFactory
from tests.employers.factories import AccountAssignmentFactory, ContactMomentFactory, EmployerFactory
from tests.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False):
        yield


def seen(code: str, day: dt.date = TODAY) -> Measure:
    return evaluate(Commitment.objects.get(code=code), day)


def listed(found: Measure) -> set[int]:
    return {row.pk for rows in found.seen.evidence for row in rows}


def lacking(found: Measure) -> set[int]:
    return {row.pk for rows in found.seen.open_evidence for row in rows}


def test_every_measure_says_how_it_measures() -> None:
    assert {name for name in MEASURES if not str(RULES.get(name, "")).strip()} == set()


# ── C6 ───────────────────────────────────────────────────────────────────────────────────────────


def test_without_any_relation_or_list_nothing_is_measured_and_the_reason_is_told() -> None:
    EmployerFactory(is_relation=False)
    found = seen("C6")
    assert found.state == State.NOT_MEASURED
    assert found.count is None
    assert found.seen.missing


def test_the_share_is_of_relations_and_of_those_on_the_list_each_once() -> None:
    both, relation, on_list = (EmployerFactory(is_relation=flag) for flag in (True, True, False))
    EmployerFactory(is_relation=False)
    frozen = frozen_list("2026-05-01")
    for rank, employer in enumerate((both, on_list), start=1):
        TopListEntry.objects.create(top_list=frozen, employer=employer, rank=rank, jobs=100)
    AccountAssignmentFactory(employer=both)
    AccountAssignmentFactory(employer=on_list)
    found = seen("C6")
    assert found.count == Decimal(200) / 3
    assert listed(found) == {both.pk, on_list.pk}
    assert lacking(found) == {relation.pk}
    assert found.seen.parts == {"managed": 2, "total": 3}


def test_who_was_left_out_of_the_list_needs_no_account_manager() -> None:
    AccountAssignmentFactory(employer=EmployerFactory(is_relation=True))
    out = EmployerFactory(is_relation=False)
    TopListEntry.objects.create(
        top_list=frozen_list("2026-05-01"), employer=out, rank=1, jobs=9, status="excluded", reason="x"
    )
    assert seen("C6").count == 100


def test_assignments_and_lists_count_as_of_the_day() -> None:
    relation, on_list = EmployerFactory(is_relation=True), EmployerFactory(is_relation=False)
    TopListEntry.objects.create(top_list=frozen_list("2026-05-01"), employer=on_list, rank=1, jobs=9)
    AccountAssignmentFactory(employer=relation, starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 6, 30))
    AccountAssignmentFactory(employer=on_list, starts_on=dt.date(2026, 6, 1))
    by_day = {
        dt.date(2026, 1, 31): (0, 1),
        dt.date(2026, 2, 1): (1, 1),
        dt.date(2026, 5, 1): (1, 2),
        dt.date(2026, 6, 30): (2, 2),
        dt.date(2026, 7, 1): (1, 2),
    }
    found = {day: seen("C6", day).seen.parts for day in by_day}
    assert {day: (parts["managed"], parts["total"]) for day, parts in found.items()} == by_day


def test_what_was_grouped_counts_as_its_survivor_and_what_is_out_of_use_not_any_more() -> None:
    survivor = EmployerFactory(is_relation=False)
    stored = EmployerFactory(is_relation=True, merged_into=survivor)
    TopListEntry.objects.create(top_list=frozen_list("2026-05-01"), employer=stored, rank=1, jobs=9)
    EmployerFactory(is_relation=True, retired_on=dt.date(2026, 8, 1), retired_reason="gestopt")
    assert lacking(seen("C6")) == {survivor.pk}
    assert seen("C6", dt.date(2026, 7, 31)).seen.parts["total"] == 2


def frozen_list(day: str) -> TopList:
    return TopList.objects.create(
        year=2026, size=2, reference_date="2026-04-01", frozen_on=day, frozen_by=UserFactory()
    )


# ── C7 ───────────────────────────────────────────────────────────────────────────────────────────


def talk(day: dt.date, **values: Any) -> ContactMoment:
    values.setdefault("theme", Theme.objects.get(code="werk-en-scholing"))
    values.setdefault("employers", [EmployerFactory()])
    when = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
    return ContactMomentFactory(happened_at=when, **values)


def test_contacts_and_held_meetings_about_the_theme_are_counted_and_not_judged() -> None:
    theme = Theme.objects.get(code="werk-en-scholing")
    moment = talk(dt.date(2026, 3, 1))
    meeting = MeetingFactory(held=True, on=dt.date(2026, 4, 1), employers=[EmployerFactory()], theme=theme)
    MeetingFactory(planned=True, on=dt.date(2026, 12, 1), employers=[EmployerFactory()], theme=theme)
    found = seen("C7")
    assert (found.count, found.state, found.norm) == (2, State.NOT_MEASURED, None)
    assert listed(found) == {moment.pk, meeting.pk}
    assert found.seen.parts == {"contacts": 1, "meetings": 1}
    assert seen("C7", dt.date(2026, 3, 31)).count == 1
    assert seen("C7", dt.date(2026, 2, 28)).count == 0


def test_other_themes_notes_other_years_and_what_was_withdrawn_do_not_count() -> None:
    talk(dt.date(2026, 3, 1), theme=Theme.objects.get(code="energie"))
    talk(dt.date(2026, 3, 1), theme=None)
    talk(dt.date(2026, 3, 1), kind="note")
    talk(dt.date(2026, 3, 1), employers=[])
    talk(dt.date(2025, 12, 31))
    talk(dt.date(2026, 3, 1), withdrawn_on=dt.date(2026, 3, 2), withdrawn_reason="vergissing")
    assert seen("C7").count == 0


def test_which_themes_count_is_a_dated_setting() -> None:
    talk(dt.date(2026, 3, 1), theme=Theme.objects.get(code="groei"))
    PolicySetting.objects.create(
        name="workforce_themes", value=["werk-en-scholing", "groei"], starts_on=dt.date(2026, 6, 1)
    )
    assert seen("C7", dt.date(2026, 5, 31)).count == 0
    assert seen("C7").count == 1
    PolicySetting.objects.create(name="workforce_themes", value=[], starts_on=dt.date(2026, 7, 1))
    assert seen("C7").seen.missing


# ── databases that were there before ─────────────────────────────────────────────────────────────


def run_the_migration() -> None:
    migration = import_module("deventer_crm.core.migrations.0006_measures")
    with connection.schema_editor() as editor:
        migration.fill(apps, editor)


def test_rows_of_before_get_their_measure_and_what_somebody_chose_stays() -> None:
    Commitment.objects.filter(code__in=["C6", "C7", "C8"]).update(measure="")
    Commitment.objects.filter(code="C7").update(measure="boards_meeting")
    other = PolicyDocument.objects.create(name="Opvolger", starts_on=dt.date(2027, 1, 1))
    Commitment.objects.filter(code="C6").first()
    Commitment.objects.create(
        document=other, code="C6", sentence_nl="x", sentence_en="x", strength="hard", owner="together",
        starts_on=dt.date(2027, 1, 1),
    )  # fmt: skip
    before = TrailEvent.objects.count()
    run_the_migration()
    run_the_migration()
    found = {(row.document_id == other.pk, row.code): row.measure for row in Commitment.objects.all()}
    assert found[False, "C6"] == "account_management"
    assert found[False, "C7"] == "boards_meeting"
    assert found[False, "C8"] == ""
    assert found[True, "C6"] == ""
    assert TrailEvent.objects.count() == before + 1


def test_the_registry_refuses_a_second_measure_of_one_name() -> None:
    with pytest.raises(ValueError, match="twice"):
        commitments.measure("account_management", rule="x")(lambda *_: commitments.Measured())
