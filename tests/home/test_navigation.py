"""Who sees which doors."""

import pytest
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils.translation import override

from accounts.roles import Role
from deventer_crm.home.navigation import BOTTOM_BAR, Shell, entries_for


def names(*roles: Role) -> list[str]:
    return [entry.name for entry in entries_for(frozenset(role.value for role in roles))]


def test_the_college_lands_on_its_visits_and_sees_no_settings_or_hours():
    doors = names(Role.COLLEGE_MEMBER)
    assert doors[:4] == ["meetings:college", "employers:list", "meetings:agenda", "home:monitor"]
    assert not {"budget:year", "admin:index", "employers:import_list"} & set(doors)


def test_an_account_manager_sees_the_week_first():
    assert names(Role.ACCOUNT_MANAGER) == [
        "home:week",
        "employers:list",
        "meetings:agenda",
        "employers:follow_ups",
        "home:monitor",
        "home:reports",
        "budget:year",
        "budget:hours",
        "employers:portfolios",
    ]


def test_a_reader_sees_employers_only():
    assert names(Role.READER) == ["employers:list"]


def test_two_roles_do_not_double_a_door():
    doors = names(Role.COLLEGE_MEMBER, Role.SECRETARY, Role.TEAM_LEAD)
    assert len(doors) == len(set(doors))


def test_import_is_for_the_functional_admin():
    assert "employers:import_list" in names(Role.FUNCTIONAL_ADMIN)
    assert "employers:import_list" not in names(Role.TEAM_LEAD)


@pytest.mark.parametrize("role", list(Role))
def test_every_door_opens_on_a_page(role):
    for entry in entries_for(frozenset({role.value})):
        assert resolve(entry.url).view_name == entry.name


@pytest.mark.parametrize(
    ("view", "lit"),
    [
        ("employers:detail", "employers:list"),
        ("employers:top", "employers:top"),
        ("employers:follow_ups", "employers:follow_ups"),
        ("employers:follow_up", "employers:follow_ups"),
        ("meetings:college", "meetings:college"),
        ("meetings:detail", "meetings:agenda"),
        ("budget:hours", "budget:hours"),
        ("budget:week", "budget:hours"),
        ("budget:spending", "budget:year"),
        ("budget:months", "budget:year"),
        ("budget:import_detail", "budget:import_list"),
        ("account_login", None),
    ],
)
def test_the_door_of_the_page_is_lit_and_no_other(view, lit):
    entries = entries_for(frozenset({Role.TEAM_LEAD.value}), view)
    assert [entry.name for entry in entries if entry.current] == ([lit] if lit else [])


def test_labels_follow_the_language():
    entry = entries_for(frozenset({Role.READER.value}))[0]
    with override("en"):
        assert str(entry.label) == "Employers"


def test_the_bottom_bar_has_the_first_four_and_the_rest_is_not_lost(db, tl):
    request = RequestFactory().get("/")
    request.user = tl
    shell = Shell(request)
    assert len(shell.bar) == BOTTOM_BAR
    assert [*shell.bar, *shell.more] == shell.entries
    assert shell.home_url == reverse("home:week")


def test_nobody_is_shown_nothing():
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    shell = Shell(request)
    assert (shell.is_open, shell.entries, shell.reminders, shell.user_label) == (False, [], 0, "")


def test_menus_cost_two_queries(db, tl, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.user = type(tl).objects.get(pk=tl.pk)
    shell = Shell(request)
    with django_assert_num_queries(2):  # roles, and the count of reminders
        assert shell.entries
        assert shell.bar
        assert shell.role_label
        assert shell.reminders == 0
