"""Two people, or one who presses twice, at the very same moment: one act is done and the other is told."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.lists import LISTS, Reader
from deventer_crm.core.lists.asking import ask_text
from deventer_crm.core.lists.bulk import Selection, act_of, do_act, undo_act
from deventer_crm.core.lists.definition import ACTS
from deventer_crm.core.models import BulkAct
from employers.activity import rebuild_activities
from employers.models import AccountAssignment, Activity, Employer, HandOver, Tag
from employers.portfolios.handover import Scope, Undone, hand_over, undo_hand_over
from employers.services import assign_account_manager, log_contact
from employers.services.bulk import assign_many, label_many, undo_assign_many
from tests.accounts.factories import UserFactory
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory

DAY = dt.timedelta(days=1)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same moment, each on a connection of its own; what each returned or raised."""
    start = threading.Barrier(len(acts))

    def press(act: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(press, acts))


@pytest.fixture
def people(transactional_db):
    return [UserFactory(role=Role.ACCOUNT_MANAGER) for _ in range(3)]


@pytest.mark.django_db(transaction=True)
def test_of_two_hand_overs_at_once_the_second_finds_nothing(people):
    old, one, two = people
    lead = UserFactory(role=Role.TEAM_LEAD)
    employers = [EmployerFactory() for _ in range(4)]
    for employer in employers:
        AccountAssignmentFactory(employer=employer, user=old, starts_on=dt.date(2024, 1, 1))
    today = clock.today()

    answers = at_once(
        *(lambda new=new: hand_over(old, new, by=lead, starts_on=today, scope=Scope()) for new in (one, two))
    )

    done = [answer for answer in answers if isinstance(answer, HandOver)]
    told = [answer for answer in answers if isinstance(answer, ValidationError)]
    assert (len(done), len(told)) == (1, 1), answers
    assert HandOver.objects.count() == 1
    now = AccountAssignment.objects.on(today).filter(employer__in=employers)
    assert set(now.values_list("user_id", flat=True)) == {done[0].to_user_id}


@pytest.mark.django_db(transaction=True)
def test_a_hand_over_and_its_undo_do_not_lock_each_other_out(people):
    old, one, two = people
    lead = UserFactory(role=Role.TEAM_LEAD)
    for _ in range(12):
        AccountAssignmentFactory(employer=EmployerFactory(), user=old, starts_on=dt.date(2024, 1, 1))
    today = clock.today()
    for _ in range(4):
        handed = hand_over(old, one, by=lead, starts_on=today, scope=Scope())
        answers = at_once(
            lambda handed=handed: undo_hand_over(handed, by=lead),
            lambda: hand_over(one, two, by=lead, starts_on=today, scope=Scope()),
        )
        assert [got for got in answers if not isinstance(got, HandOver | Undone | ValidationError)] == []
        AccountAssignment.objects.all().delete()
        for employer in Employer.objects.all():
            AccountAssignmentFactory(employer=employer, user=old, starts_on=dt.date(2024, 1, 1))


@pytest.mark.django_db(transaction=True)
def test_two_people_make_the_same_label_at_once(people):
    by, other, _third = people
    employers = [EmployerFactory() for _ in range(2)]

    answers = at_once(
        lambda: label_many([employers[0].pk], by=by, name="Proefkring"),
        lambda: label_many([employers[1].pk], by=other, name="proefkring"),
    )

    assert [type(answer).__name__ for answer in answers] == ["Done", "Done"], answers
    assert Tag.objects.filter(name__iexact="proefkring").count() == 1
    assert Employer.objects.filter(employer_tags__tag__name__iexact="proefkring").count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_undo_of_two_at_once_is_done(people):
    by, new, _other = people
    employers = [EmployerFactory() for _ in range(3)]
    definition = LISTS["employers"]
    selection = Selection(ask_text(definition, Reader(by, clock.today()), ""), ())
    act = ACTS["employers"]["toewijzen"]
    kept, _done = do_act(selection, act, {"manager": new, "starts_on": clock.today()}, by=by)
    assert act_of(kept) is act

    answers = at_once(*(lambda: undo_act(BulkAct.objects.get(pk=kept.pk), by=by) for _ in range(2)))

    assert sorted(type(answer).__name__ for answer in answers) == ["Undone", "ValidationError"]
    assert not AccountAssignment.objects.filter(employer__in=employers).exists()


@pytest.mark.django_db
def test_taking_back_leaves_who_was_named_for_later_in_place():
    """The account manager of today was taken off; a successor was named since, from next week."""
    old, new, by = (UserFactory(role=Role.ACCOUNT_MANAGER) for _ in range(3))
    employer = EmployerFactory()
    today = clock.today()
    AccountAssignmentFactory(employer=employer, user=old, starts_on=today)
    done = assign_many([employer.pk], None, by=by)
    assign_account_manager(employer, new, by=by, starts_on=today + 7 * DAY)

    undone = undo_assign_many(done.undo, by)

    assert (undone.restored, undone.left) == (0, [employer.name])
    rows = AccountAssignment.objects.filter(employer=employer)
    assert list(rows.values_list("user_id", "starts_on")) == [(new.pk, today + 7 * DAY)]


@pytest.mark.django_db(transaction=True)
def test_the_nightly_repair_and_people_who_save_do_not_lock_each_other_out(people):
    """Contacts with the same employers in another order, while the index is made again."""
    by, other, _third = people
    employers = [EmployerFactory() for _ in range(6)]

    def log(user, listed):
        for _ in range(6):
            log_contact(by=user, employers=listed, subject="Proefgesprek", kind="call")

    def repair():
        for _ in range(3):
            rebuild_activities()

    answers = at_once(lambda: log(by, employers), lambda: log(other, employers[::-1]), repair)

    assert answers == [None, None, None]
    assert Activity.objects.filter(kind="contact").count() == 12 * len(employers)
    assert sum(rebuild_activities().values()) == 0
    assert not Employer.objects.filter(last_contact_at__isnull=True).exists()
