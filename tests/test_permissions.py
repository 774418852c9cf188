"""The permission matrix: role × URL × method for every URL there is. Rows: tests/permission_matrix.py."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.permission_matrix import ADMIN, ADMIN_SITE, ROWS, TL, Row

pytestmark = pytest.mark.django_db

#: Answers of a page that lets somebody in: shown, moved on, or "this form is not right yet".
LET_IN = {200, 204, 302, 303, 400, 409, 422}
NOWHERE = 999_999_999

ClientAs = Callable[[User], Client]


def url_names(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from url_names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"


def is_login(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.url.split("?")[0] == resolve_url(settings.LOGIN_URL)


def ask(client: Client, row: Row, method: str, arguments: list[Any]) -> HttpResponse:
    url = reverse(row.name, args=arguments)
    if method == "post":
        return client.post(url, row.data)
    return client.get(url, row.query)


def test_every_address_has_a_row():
    names = {name for name in url_names(get_resolver().url_patterns) if not name.startswith("admin:")}
    rows = [row.name for row in ROWS]

    assert names - set(rows) == set(), "add rows to tests/permission_matrix.py"
    assert set(rows) - names == set(), "rows of addresses that are gone"
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_role_gets_in_exactly_where_it_should(row: Row, role: Role, client_as: ClientAs):
    user = UserFactory(role=role, password="een-lang-wachtwoord")

    for method, allowed in (("get", row.get), ("post", row.post)):
        client = client_as(user)
        response = ask(client, row, method, row.arguments(user))
        found = f"{method} {row.name} as {role}: {response.status_code}"
        if allowed is None:
            assert response.status_code in {405, 404 if role in row.hidden else 403}, found
        elif role not in allowed:
            assert response.status_code == (404 if role in row.hidden else 403), found
        elif role in row.hidden:
            assert response.status_code in LET_IN | {404}, found
        else:
            assert response.status_code in LET_IN | row.also, found
            assert row.open or not is_login(response), found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nobody_gets_in_without_logging_in(row: Row, client: Client):
    arguments = row.arguments(UserFactory(role=TL))

    for method, allowed in (("get", row.get), ("post", row.post)):
        response = ask(client, row, method, arguments)
        if row.open:
            assert allowed is None or response.status_code in LET_IN | row.also, response.status_code
        else:
            assert is_login(response), f"{method} {row.name}: {response.status_code}"


@pytest.mark.parametrize("row", [row for row in ROWS if callable(row.args)], ids=lambda row: row.name)
def test_what_does_not_exist_is_not_found(row: Row, client_as: ClientAs):
    for method, allowed in (("get", row.get), ("post", row.post)):
        if not allowed:
            continue
        user = UserFactory(role=min(allowed))
        arguments = [
            NOWHERE if isinstance(value, int) else value[::-1] if row.open else value
            for value in row.arguments(user)
        ]
        assert ask(client_as(user), row, method, arguments).status_code == 404, f"{method} {row.name}"


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("row", [row for row in ROWS if row.confidential], ids=lambda row: row.name)
def test_a_confidential_record_does_not_exist_for_others(row: Row, role: Role, client_as: ClientAs):
    """R10: 404, as if it were not there; the lead has the right view_confidential."""
    assert row.confidential is not None
    user = UserFactory(role=role)

    for method, allowed in (("get", row.get), ("post", row.post)):
        if not allowed or role not in allowed:
            continue
        response = ask(client_as(user), row, method, list(row.confidential(user)))
        if role == TL:
            assert response.status_code in LET_IN, f"{method}: {response.status_code}"
        else:
            assert response.status_code == 404, f"{method} {row.name} as {role}: {response.status_code}"


# ── the admin ────────────────────────────────────────────────────────────────────────────────────


def test_every_model_of_the_admin_has_a_row():
    registered = {model._meta.label for model in admin.site._registry}

    assert registered == set(ADMIN)


@pytest.mark.parametrize("role", Role, ids=str)
def test_the_admin_lets_in_who_manages(role: Role, client_as: ClientAs):
    client = client_as(UserFactory(role=role))

    expected = 200 if role in ADMIN_SITE else 403
    assert client.get(reverse("admin:index")).status_code == expected
    assert client.get(reverse("admin:app_list", args=["core"])).status_code == expected
    assert client.get(reverse("admin:jsi18n")).status_code == expected


@pytest.mark.parametrize("role", Role, ids=str)
@pytest.mark.parametrize("label", ADMIN)
def test_a_role_sees_adds_and_changes_what_it_may_in_the_admin(label: str, role: Role, client_as: ClientAs):
    see, add, change = ADMIN[label]
    model = apps.get_model(label)
    user = UserFactory(role=role)
    client = client_as(user)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert client.get(reverse(f"{name}_changelist")).status_code == (200 if role in see else 403)
    response = client.get(reverse(f"{name}_add"))
    assert response.status_code in ({200, 302} if role in add else {403})
    response = client.post(reverse(f"{name}_add"), {})
    assert response.status_code in ({200, 302} if role in add else {403})
    request = RequestFactory().get("/")
    request.user = user
    page = admin.site._registry[model]
    assert page.has_change_permission(request) is (role in change)
    assert page.has_delete_permission(request) is False


def test_nobody_sees_a_page_of_the_admin_without_logging_in(client: Client):
    assert is_login(client.get(reverse("admin:login")))
    for name in url_names(get_resolver().url_patterns):
        if not name.startswith("admin:") or name == "admin:login":
            continue
        for arguments in ([], ["1"], ["1", "1"], ["core"]):
            try:
                url = reverse(name, args=arguments)
            except NoReverseMatch:
                continue
            for response in (client.get(url), client.post(url)):
                to_log_in = response.status_code == 302 and response.url.startswith(reverse("admin:login"))
                assert to_log_in or is_login(response), name
            break
        else:
            # Patterns without a name: old addresses and everything that is not there.
            assert name in {"admin:<path:object_id>/", "admin:(?P<url>.*)$"}, name
