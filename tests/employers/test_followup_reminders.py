"""R7: a promise or action that is due or late, and a promise that nobody confirmed."""

import datetime as dt

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType

from deventer_crm.core.models import PolicySetting, Reminder
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.targets import Outsider, lines_for
from employers import services
from employers.models import FollowUp
from employers.reminders.followups import follow_up_due, promise_unconfirmed
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory, FollowUpFactory

pytestmark = pytest.mark.django_db
#: A Monday; five working days before it is the Monday a week earlier.
DUE = dt.date(2026, 11, 30)
ASKED = dt.date(2026, 11, 23)
#: A Monday too: five working days later is the next one.
MADE = dt.date(2026, 11, 2)
UNCONFIRMED = dt.date(2026, 11, 9)
DAY = dt.timedelta(days=1)


def who(wanted) -> dict[int, bool]:
    return {row.recipient_id: row.escalated for row in wanted}


def test_the_owner_is_asked_five_working_days_before(am):
    row = FollowUpFactory(owner=am)
    assert list(follow_up_due(ASKED - DAY)) == []
    (wanted,) = follow_up_due(ASKED)
    assert (wanted.target_id, wanted.recipient_id, wanted.due_on, wanted.period) == (
        row.pk,
        am.pk,
        ASKED,
        f"follow_up:{row.pk}",
    )


def test_a_due_date_in_the_weekend_counts_its_working_days_too(am):
    FollowUpFactory(owner=am, due_on=dt.date(2026, 11, 29))  # a Sunday: Friday, …, Monday
    assert list(follow_up_due(ASKED - DAY)) == []
    assert who(follow_up_due(ASKED)) == {am.pk: False}


def test_the_lead_hears_of_it_when_it_is_ten_days_late(am, tl):
    FollowUpFactory(owner=am)
    assert who(follow_up_due(DUE + 9 * DAY)) == {am.pk: False}
    assert who(follow_up_due(DUE + 10 * DAY)) == {am.pk: False, tl.pk: True}


def test_a_lead_who_is_the_owner_is_asked_once(tl):
    FollowUpFactory(owner=tl)
    assert [row.recipient_id for row in follow_up_due(DUE + 10 * DAY)] == [tl.pk]


@pytest.mark.parametrize("left", [True, False])
def test_without_somebody_it_goes_to_the_account_manager_else_to_the_lead(tl, left):
    owner = UserFactory(role="AM", is_active=False) if left else None
    row = FollowUpFactory(owner=owner, department="" if left else "Ruimte")
    assert who(follow_up_due(ASKED)) == {tl.pk: False}

    manager = AccountAssignmentFactory(employer=row.employer).user
    assert who(follow_up_due(ASKED)) == {manager.pk: False}


def test_of_a_grouped_employer_the_account_manager_of_the_survivor_is_asked(tl):
    survivor, absorbed = EmployerFactory(), EmployerFactory()
    FollowUpFactory(employer=absorbed, owner=None)
    manager = AccountAssignmentFactory(employer=survivor).user
    services.group_employers(survivor, absorbed, by=tl, reason="proef")

    assert who(follow_up_due(ASKED)) == {manager.pk: False}


def test_what_was_done_but_not_told_is_still_asked_after(am):
    row = FollowUpFactory(promise=True, owner=am)
    with time_machine.travel(dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC), tick=False):
        row = services.confirm_follow_up(row, by=am, exact_words="Wij bellen.", authority_checked=True)
        row = services.fulfil_follow_up(row, by=am)
        assert who(follow_up_due(DUE)) == {am.pk: False}
        services.report_back(row, by=am, how="call")
        assert list(follow_up_due(DUE)) == []


def test_the_terms_are_settings(am, tl):
    FollowUpFactory(owner=am)
    for name, value in (("follow_up_due_days", 1), ("follow_up_late_lead", 0)):
        PolicySetting.objects.create(name=name, value=value, starts_on=MADE)
    assert list(follow_up_due(ASKED)) == []
    assert who(follow_up_due(DUE)) == {am.pk: False, tl.pk: True}


def test_an_unconfirmed_promise_goes_to_the_account_manager_after_five_working_days(am):
    manager = AccountAssignmentFactory()
    FollowUpFactory(promise=True, employer=manager.employer, owner=am)
    FollowUpFactory(employer=manager.employer)
    assert list(promise_unconfirmed(UNCONFIRMED - DAY)) == []
    assert who(promise_unconfirmed(UNCONFIRMED)) == {manager.user_id: False}


def test_nobody_is_asked_to_confirm_a_promise_of_their_own(tl):
    alderman = UserFactory(role="CM")
    member = CollegeMemberFactory(user=alderman)
    FollowUpFactory(promise=True, owner=alderman, promised_by=member)
    assert who(promise_unconfirmed(UNCONFIRMED)) == {tl.pk: False}


def test_the_number_of_queries_does_not_grow(am, tl, django_assert_max_num_queries):
    for _number in range(12):
        FollowUpFactory(owner=None)
        FollowUpFactory(promise=True, owner=am)
    with django_assert_max_num_queries(3):
        assert len(list(follow_up_due(DUE + 30 * DAY))) == 36
    with django_assert_max_num_queries(3):
        assert len(list(promise_unconfirmed(DUE))) == 12


def test_confirming_and_doing_it_resolves_the_reminders(am):
    row = FollowUpFactory(promise=True, owner=am)
    AccountAssignmentFactory(employer=row.employer, user=am)
    reconcile(ASKED)
    assert {r.kind for r in Reminder.objects.filter(state="open")} == {"follow_up_due", "promise_unconfirmed"}

    with time_machine.travel(dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC), tick=False):
        row = services.confirm_follow_up(row, by=am, exact_words="Wij bellen.", authority_checked=True)
        reconcile(ASKED)
        assert {r.kind for r in Reminder.objects.filter(state="open")} == {"follow_up_due"}
        services.fulfil_follow_up(row, by=am, reported_back_how="mail")
    reconcile(ASKED)
    assert not Reminder.objects.filter(state="open").exists()


def test_a_mail_tells_nothing_that_was_given_in_confidence(am):
    """Everybody of the municipality may read the row, and a mail leaves the house (R10)."""
    plain, told = (
        FollowUpFactory(
            owner=am, what=what, audience="municipality", given_in_confidence=bool(ground), woo_ground=ground
        )
        for what, ground in (("Folder sturen", ""), ("Zwijgzame overname", "Woo 5.1"))
    )
    due_on = dt.date(2026, 11, 30)
    rows = [
        Reminder(
            kind="follow_up_due",
            target_type=ContentType.objects.get_for_model(FollowUp),
            target_id=row.pk,
            recipient=am,
            due_on=due_on,
            period=f"follow_up:{row.pk}",
        )
        for row in (plain, told)
    ]

    labels = [line.label for line in lines_for(rows, Outsider())]

    assert "Folder sturen" in labels[0]
    assert "Zwijgzame" not in labels[1]
    assert told.employer.name in labels[1]
