"""Promises and actions: what each act asks, leaves behind and refuses (R1, R9, R10)."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from deventer_crm.core import workdays
from deventer_crm.core.models import PolicySetting
from deventer_crm.core.services import StaleRecord
from employers import services
from employers.models import FollowUp, FollowUpStep
from employers.services.followup_rules import NotNow
from employers.services.followup_succession import pass_on_follow_ups
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    ContactMomentFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 11)
YESTERDAY, TOMORROW = TODAY - dt.timedelta(days=1), TODAY + dt.timedelta(days=1)
State, Kind = FollowUp.State, FollowUp.Kind


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(dt.datetime(2026, 11, 11, 10, tzinfo=dt.UTC), tick=False):
        yield


def confirmed(am, **fields) -> FollowUp:
    row = FollowUpFactory(promise=True, owner=am, made_on=YESTERDAY, **fields)
    return services.confirm_follow_up(row, by=am, exact_words="Wij bellen terug.", authority_checked=True)


# ── adding ───────────────────────────────────────────────────────────────────────────────────────


def test_one_sentence_is_enough_and_the_rest_is_guessed(am):
    manager = AccountAssignmentFactory()

    row = services.add_follow_up(by=am, employer=manager.employer, what="  Kaart van het gebied sturen ")

    assert (row.kind, row.what, row.owner, row.made_on) == (
        Kind.ACTION,
        "Kaart van het gebied sturen",
        manager.user,
        TODAY,
    )
    assert row.due_on == workdays.shift(TODAY, 10)
    assert row.audience == "team"
    assert row.state == State.OPEN
    assert row.created_by == am


def test_the_usual_term_is_a_setting_for_each_kind(am):
    PolicySetting.objects.create(name="follow_up_term_promise_by", value=3, starts_on=TODAY)

    row = services.add_follow_up(by=am, employer=EmployerFactory(), what="Cijfers sturen", kind="promise_by")

    assert row.due_on == workdays.shift(TODAY, 3)


def test_it_lies_with_the_account_manager_of_the_day_it_was_made_else_with_who_writes(am):
    employer = EmployerFactory()
    AccountAssignmentFactory(employer=employer, starts_on=TODAY)

    before = services.add_follow_up(by=am, employer=employer, what="Bellen", made_on=YESTERDAY)
    now = services.add_follow_up(by=am, employer=employer, what="Bellen")

    assert before.owner == am
    assert now.owner != am


def test_an_account_manager_who_left_gets_nothing(am):
    manager = AccountAssignmentFactory(user__is_active=False)

    assert services.add_follow_up(by=am, employer=manager.employer, what="Bellen").owner == am


def test_a_department_takes_the_place_of_a_colleague(am):
    manager = AccountAssignmentFactory()

    row = services.add_follow_up(by=am, employer=manager.employer, what="Vergunning", department=" Ruimte ")

    assert (row.owner, row.department) == (None, "Ruimte")


def test_for_a_grouped_employer_it_is_written_at_the_survivor(am, tl):
    survivor, absorbed = EmployerFactory(), EmployerFactory()
    services.group_employers(survivor, absorbed, by=tl, reason="proef")
    absorbed.refresh_from_db()

    assert services.add_follow_up(by=am, employer=absorbed, what="Bellen").employer == survivor


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"made_on": TOMORROW}, "made_on"),
        ({"due_on": YESTERDAY}, "due_on"),
        ({"given_in_confidence": True}, None),
        ({"what": "  "}, "what"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(am, fields, field):
    with pytest.raises(ValidationError) as refused:
        services.add_follow_up(by=am, employer=EmployerFactory(), **{"what": "Bellen", **fields})
    assert field is None or field in refused.value.message_dict
    assert not FollowUp.objects.exists()


def test_a_promise_starts_unconfirmed_whoever_made_it(am):
    member = CollegeMemberFactory()

    row = services.add_follow_up(by=am, employer=EmployerFactory(), what="Bezoek", promised_by=member)

    assert (row.kind, row.state, row.promised_by) == (Kind.PROMISE_TO, State.UNCONFIRMED, member)
    with pytest.raises(ValidationError):
        services.add_follow_up(
            by=am, employer=EmployerFactory(), what="Bezoek", kind="action", promised_by=member
        )


def test_with_words_and_authority_it_is_confirmed_at_once(am, es):
    given = {
        "employer": EmployerFactory(),
        "what": "Terugbellen",
        "kind": "promise_to",
        "exact_words": "Wij bellen u terug.",
        "authority_checked": True,
    }

    assert services.add_follow_up(by=am, **given).state == State.OPEN
    assert services.add_follow_up(by=es, **given).state == State.UNCONFIRMED
    assert services.add_follow_up(by=am, **{**given, "authority_checked": False}).state == State.UNCONFIRMED


def test_a_college_member_promises_in_person_and_nothing_else(cm, rd):
    row = services.add_follow_up(by=cm, employer=EmployerFactory(), what="Ik kom op bezoek")

    assert (row.kind, row.promised_by.user, row.state) == (Kind.PROMISE_TO, cm, State.UNCONFIRMED)
    with pytest.raises(PermissionDenied):
        services.add_follow_up(by=cm, employer=EmployerFactory(), what="Bellen", kind="action")
    with pytest.raises(PermissionDenied):
        services.add_follow_up(by=rd, employer=EmployerFactory(), what="Bellen")


def test_the_employer_desk_keeps_its_own_and_gives_nothing_to_others(ed):
    manager = AccountAssignmentFactory()

    row = services.add_follow_up(by=ed, employer=manager.employer, what="Terugbellen")

    assert (row.owner, row.audience) == (ed, "employer_desk")
    with pytest.raises(PermissionDenied):
        services.add_follow_up(by=ed, employer=manager.employer, what="Bellen", owner=manager.user)


# ── confidential (R10) ───────────────────────────────────────────────────────────────────────────


def test_confidence_is_inherited_with_its_readers_and_the_owner_among_them(am):
    colleague, other = UserFactory(role="AM"), UserFactory(role="AM")
    employer = EmployerFactory(is_confidential=True)
    employer.readers.set([am, colleague])

    row = services.add_follow_up(by=am, employer=employer, what="Bellen", owner=colleague)

    assert row.is_confidential
    assert set(row.readers.all()) == {am, colleague}
    assert row in FollowUp.objects.visible_to(colleague)
    assert row not in FollowUp.objects.visible_to(other)


def test_what_comes_from_a_confidential_contact_is_confidential_with_its_readers(am):
    colleague = UserFactory(role="AM")
    moment = ContactMomentFactory(is_confidential=True, readers=[colleague])

    row = services.add_follow_up(
        by=am, owner=am, employer=EmployerFactory(), what="Bellen", contact_moment=moment
    )

    assert row.is_confidential
    assert set(row.readers.all()) == {am, colleague}


def test_a_person_known_only_at_a_confidential_employer_hides_it(am):
    other = UserFactory(role="AM")
    person = PositionFactory(employer__is_confidential=True).person

    row = services.add_follow_up(by=am, owner=am, employer=EmployerFactory(), what="Bellen", person=person)

    assert row not in FollowUp.objects.visible_to(other)


def test_nobody_gets_what_they_may_not_know_of(am):
    employer = EmployerFactory(is_confidential=True)
    employer.readers.set([am])
    outsider = AccountAssignmentFactory(employer=employer).user

    row = services.add_follow_up(by=am, employer=employer, what="Bellen")

    assert row.owner == am
    with pytest.raises(ValidationError) as refused:
        services.reassign_follow_up(row, by=am, owner=outsider, reason="proef")
    assert "owner" in refused.value.message_dict


def test_named_readers_only_read_it_with_that_audience(am):
    colleague, other = UserFactory(role="AM"), UserFactory(role="AM")

    row = services.add_follow_up(
        by=am, employer=EmployerFactory(), what="Bellen", audience="named", readers=[colleague]
    )

    assert row in FollowUp.objects.visible_to(colleague)
    assert row in FollowUp.objects.visible_to(am)
    assert row not in FollowUp.objects.visible_to(other)


# ── confirming, fulfilling, reporting back ───────────────────────────────────────────────────────


def test_confirming_asks_the_words_and_the_authority_and_keeps_who_and_when(am):
    row = FollowUpFactory(promise=True)

    with pytest.raises(ValidationError) as refused:
        services.confirm_follow_up(row, by=am, exact_words=" ")
    assert set(refused.value.message_dict) == {"exact_words", "authority_checked"}

    row = services.confirm_follow_up(
        row, by=am, exact_words="Wij bellen.", reservation="Als de raad het goedvindt", authority_checked=True
    )
    assert (row.state, row.confirmed_on, row.confirmed_by) == (State.OPEN, TODAY, am)
    assert [(step.act, step.on, step.by) for step in row.steps.all()] == [("confirmed", TODAY, am)]


def test_nobody_confirms_a_promise_of_their_own_as_a_member_of_the_college(am, es):
    member = CollegeMemberFactory(user=am)
    row = FollowUpFactory(promise=True, promised_by=member)

    for person in (am, es):
        with pytest.raises(PermissionDenied):
            services.confirm_follow_up(row, by=person, exact_words="Wij bellen.", authority_checked=True)


def test_a_promise_closes_only_when_the_employer_was_told(am):
    row = services.fulfil_follow_up(confirmed(am), by=am, outcome="Gebeld", fulfilled_on=YESTERDAY)
    assert row.state == State.FULFILLED
    assert row.is_open

    row = services.report_back(row, by=am, how="mail")
    assert (row.state, row.fulfilled_on, row.reported_back_on) == (State.CLOSED, YESTERDAY, TODAY)
    assert [step.act for step in row.steps.all()] == ["confirmed", "fulfilled", "reported_back"]


def test_done_and_told_in_one_act(am):
    row = services.fulfil_follow_up(confirmed(am), by=am, reported_back_how="call")

    assert (row.state, row.reported_back_how) == (State.CLOSED, "call")
    assert [step.act for step in row.steps.all()] == ["confirmed", "fulfilled", "reported_back"]


def test_an_action_closes_when_it_is_done_and_is_never_reported_back(am):
    row = FollowUpFactory(owner=am, made_on=YESTERDAY)

    with pytest.raises(ValidationError):
        services.fulfil_follow_up(row, by=am, reported_back_how="call")
    assert services.fulfil_follow_up(row, by=am).state == State.CLOSED


def test_an_unconfirmed_promise_cannot_be_done_before_it_is_known_what_was_promised(am):
    with pytest.raises(NotNow):
        services.fulfil_follow_up(FollowUpFactory(promise=True), by=am, reported_back_how="call")


@pytest.mark.parametrize("day", [dt.date(2026, 11, 1), TOMORROW])
def test_a_day_before_it_was_made_or_to_come_is_refused(am, day):
    row = FollowUpFactory(owner=am)
    with pytest.raises(ValidationError) as refused:
        services.fulfil_follow_up(row, by=am, fulfilled_on=day)
    assert set(refused.value.message_dict) == {"fulfilled_on"}


def test_telling_comes_after_doing_and_says_how(am):
    row = services.fulfil_follow_up(confirmed(am), by=am)
    for wrong in ({"how": "mail", "reported_back_on": YESTERDAY}, {"how": ""}, {"how": "post"}):
        with pytest.raises(ValidationError):
            services.report_back(row, by=am, **wrong)


def test_the_database_refuses_a_promise_that_is_closed_without_telling_how(am):
    row = confirmed(am)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=row.pk).update(reported_back_on=TODAY)
    FollowUp.objects.filter(pk=row.pk).update(fulfilled_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=row.pk).update(reported_back_on=TODAY)


# ── dropping, giving, opening again, correcting ──────────────────────────────────────────────────


def test_dropping_needs_a_reason_and_opening_again_brings_it_back_as_it_was(am):
    row = services.fulfil_follow_up(confirmed(am), by=am)
    with pytest.raises(ValidationError):
        services.drop_follow_up(row, by=am, reason=" ")

    row = services.drop_follow_up(row, by=am, reason="Bedrijf is verhuisd")
    assert (row.state, row.dropped_on) == (State.DROPPED, TODAY)

    row = services.reopen_follow_up(row, by=am, reason="Verkeerd bedrijf")
    assert (row.state, row.dropped_on, row.dropped_reason) == (State.FULFILLED, None, "")


def test_opening_again_undoes_a_wrong_tick_and_the_history_keeps_it(am):
    row = services.fulfil_follow_up(FollowUpFactory(owner=am), by=am, outcome="Gedaan")
    with pytest.raises(ValidationError):
        services.reopen_follow_up(row, by=am, reason="")

    row = services.reopen_follow_up(row, by=am, reason="Verkeerde regel")

    assert (row.state, row.fulfilled_on, row.outcome) == (State.OPEN, None, "")
    assert [(step.act, step.reason) for step in row.steps.all()] == [
        ("fulfilled", "Gedaan"),
        ("reopened", "Verkeerde regel"),
    ]


def test_giving_keeps_with_whom_it_lay(am):
    colleague = UserFactory(role="AM")
    row = FollowUpFactory(owner=am)

    for wrong in ({"reason": "proef"}, {"owner": colleague, "reason": ""}, {"owner": am, "reason": "proef"}):
        with pytest.raises(ValidationError):
            services.reassign_follow_up(row, by=am, **wrong)
    row = services.reassign_follow_up(row, by=am, owner=colleague, reason="Vakantie")
    row = services.reassign_follow_up(row, by=colleague, department="Ruimte", reason="Hun werk")

    assert (row.owner, row.department) == (None, "Ruimte")
    assert [(step.owner_before, step.reason) for step in row.steps.all()] == [
        (am, "Vakantie"),
        (colleague, "Hun werk"),
    ]


def test_nothing_is_given_to_somebody_without_an_account(am):
    gone = UserFactory(role="AM", is_active=False)
    with pytest.raises(ValidationError):
        services.reassign_follow_up(FollowUpFactory(owner=am), by=am, owner=gone, reason="proef")


def test_another_due_date_leaves_a_step_and_other_changes_do_not(am):
    row = FollowUpFactory(owner=am)
    before = row.due_on

    row = services.edit_follow_up(row, by=am, what="Iets anders")
    row = services.edit_follow_up(row, by=am, due_on=before + dt.timedelta(days=7))

    assert [(step.act, step.due_before) for step in row.steps.all()] == [("rescheduled", before)]


def test_a_confirmed_promise_keeps_its_words_and_its_kind(am):
    row = confirmed(am)
    for change in ({"exact_words": "Wij komen langs."}, {"kind": "action"}, {"reservation": "Misschien"}):
        with pytest.raises(ValidationError):
            services.edit_follow_up(row, by=am, **change)


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("fulfil_follow_up", {}),
        ("drop_follow_up", {"reason": "proef"}),
        ("edit_follow_up", {"what": "Iets"}),
        ("reassign_follow_up", {"department": "Ruimte", "reason": "proef"}),
    ],
)
def test_a_second_editor_is_told_and_changes_nothing(am, act, given):
    row = FollowUpFactory(owner=am)
    opened_with = row.version
    services.edit_follow_up(row, by=am, what="Eerst")

    with pytest.raises(StaleRecord):
        getattr(services, act)(row, by=am, expected_version=opened_with, **given)

    row.refresh_from_db()
    assert (row.what, row.state, row.department) == ("Eerst", State.OPEN, "")


# ── who may (R9) ─────────────────────────────────────────────────────────────────────────────────


def test_who_must_do_it_may_do_it_whatever_the_role(ed, es):
    for person in (ed, es):
        row = FollowUpFactory(owner=person)
        assert services.fulfil_follow_up(row, by=person).state == State.CLOSED


def test_others_of_the_desk_and_the_secretary_settle_nothing_for_a_colleague(ed, es, cm, rd):
    for person in (ed, es, cm, rd):
        with pytest.raises(PermissionDenied):
            services.fulfil_follow_up(FollowUpFactory(), by=person)


def test_the_secretary_gives_what_lies_with_others(es, am):
    row = services.reassign_follow_up(FollowUpFactory(), by=es, owner=am, reason="Vakantie")

    assert row.owner == am


# ── succession ───────────────────────────────────────────────────────────────────────────────────


def test_open_ones_pass_to_the_successor_with_the_account_management(am, tl):
    successor = UserFactory(role="AM")
    employer = EmployerFactory()
    services.assign_account_manager(employer, am, by=tl, starts_on=YESTERDAY)
    open_one, promise = FollowUpFactory(employer=employer, owner=am), confirmed(am, employer=employer)
    elsewhere = FollowUpFactory(owner=am)
    other = FollowUpFactory(employer=employer)
    settled = services.fulfil_follow_up(FollowUpFactory(employer=employer, owner=am), by=am)

    services.assign_account_manager(employer, successor, by=tl)

    owners = dict(FollowUp.objects.values_list("pk", "owner_id"))
    assert owners[open_one.pk] == owners[promise.pk] == successor.pk
    assert owners[elsewhere.pk] == owners[settled.pk] == am.pk
    assert owners[other.pk] == other.owner_id
    step = FollowUpStep.objects.get(follow_up=open_one)
    assert (step.act, step.owner_before, step.by) == ("reassigned", am, tl)


def test_what_is_grouped_under_it_comes_along_and_what_is_secret_stays(am, tl):
    successor = UserFactory(role="AM")
    employer, absorbed = EmployerFactory(), EmployerFactory()
    below = FollowUpFactory(employer=absorbed, owner=am)
    secret = FollowUpFactory(employer=EmployerFactory(is_confidential=True), owner=am, is_confidential=True)
    services.group_employers(employer, absorbed, by=tl, reason="proef")

    moved = services.move_follow_ups(am, successor, [employer.pk, secret.employer_id], tl)

    below.refresh_from_db()
    secret.refresh_from_db()
    assert (moved, below.owner, secret.owner) == (1, successor, am)


def test_a_hand_over_is_a_fixed_number_of_statements(am, tl, django_assert_max_num_queries):
    successor = UserFactory(role="AM")
    rows = [FollowUpFactory(owner=am) for _number in range(15)]

    with django_assert_max_num_queries(20):
        moved = services.move_follow_ups(am, successor, [row.employer_id for row in rows], tl)

    assert moved == 15


def test_an_assignment_that_was_planned_ahead_brings_them_when_it_begins(am, tl):
    successor = UserFactory(role="AM")
    employer = EmployerFactory()
    services.assign_account_manager(employer, am, by=tl, starts_on=dt.date(2026, 1, 1))
    row, given_back = (FollowUpFactory(employer=employer, owner=am) for _number in range(2))
    services.assign_account_manager(employer, successor, by=tl, starts_on=TOMORROW)
    row.refresh_from_db()
    assert row.owner == am
    assert pass_on_follow_ups(TODAY) == 0

    with time_machine.travel(dt.datetime(2026, 11, 14, 10, tzinfo=dt.UTC), tick=False):
        assert pass_on_follow_ups() == 2
        row.refresh_from_db()
        given_back.refresh_from_db()
        services.reassign_follow_up(given_back, by=tl, owner=am, reason="Hij maakt dit af")
        assert row.owner == successor
        assert pass_on_follow_ups() == 0
    given_back.refresh_from_db()
    assert given_back.owner == am


def test_what_lies_with_nobody_is_found(am):
    gone = UserFactory(role="AM", is_active=False)
    left = CollegeMemberFactory(starts_on=dt.date(2022, 1, 1), ends_on=dt.date(2026, 10, 1))
    nobody, of_gone = FollowUpFactory(owner=None), FollowUpFactory(owner=gone)
    promise = FollowUpFactory(promise=True, owner=am, promised_by=left)
    FollowUpFactory(owner=None, department="Ruimte")
    FollowUpFactory(owner=am)
    services.drop_follow_up(FollowUpFactory(owner=None), by=am, reason="proef")

    assert set(FollowUp.objects.to_give(TODAY)) == {nobody, of_gone, promise}

    services.reassign_follow_up(promise, by=am, owner=UserFactory(role="AM"), reason="Nieuwe wethouder")
    assert set(FollowUp.objects.to_give(TODAY)) == {nobody, of_gone}
