"""R9: what each role may do, and that the groups in the database follow the table in code."""

import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import GRANTS, Act, Role, sync_roles

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_exactly_the_acts_it_was_granted(role, make_user):
    user = make_user(role)

    assert {act for act in Act if user.can(act)} == {act for act in Act if role in GRANTS[act]}


def test_every_act_is_granted_or_given_by_hand():
    assert set(GRANTS) == set(Act)


def test_somebody_without_a_role_may_do_nothing(make_user):
    user = make_user()

    assert not [act for act in Act if user.can(act)]


def test_a_deactivated_person_may_do_nothing(make_user):
    user = make_user(Role.TEAM_LEAD, is_active=False)

    assert not [act for act in Act if user.can(act)]


def test_the_sync_repairs_a_role_and_leaves_other_groups_alone():
    other = Group.objects.create(name="anders")
    Group.objects.get(name=Role.READER.value).permissions.clear()

    sync_roles()

    reader = Group.objects.get(name=Role.READER.value)
    assert list(reader.permissions.values_list("codename", flat=True)) == [Act.SEE_HEADERS.value]
    assert not other.permissions.exists()


def test_a_single_act_can_be_given_to_a_single_person(make_user):
    from django.contrib.auth.models import Permission

    user = make_user(Role.ACCOUNT_MANAGER)
    user.user_permissions.add(Permission.objects.get(codename=Act.VIEW_CONFIDENTIAL.value))
    sync_roles()

    assert User.objects.get(pk=user.pk).can(Act.VIEW_CONFIDENTIAL)


def test_with_role_finds_active_people_once(make_user):
    both = make_user(Role.ACCOUNT_MANAGER)
    both.groups.add(Group.objects.get(name=Role.TEAM_LEAD.value))
    make_user(Role.ACCOUNT_MANAGER, is_active=False)
    make_user(Role.READER)

    assert list(User.objects.with_role(Role.ACCOUNT_MANAGER, Role.TEAM_LEAD)) == [both]
