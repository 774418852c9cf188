"""Bad input at every address: nothing that somebody types, or puts in an address, may end in an error page.
The addresses come from the permission matrix, so a new page is attacked from its first day."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.permission_matrix import ROWS, Row
from tests.support.walk import asker, forms_of, names_asked

pytestmark = pytest.mark.django_db

#: What no field is meant for. NUL: PostgreSQL cannot store it. "²" is a digit to Python, and no number.
NONSENSE = (
    "\x00",
    "naam\x00",
    "²",
    "-1",
    "NaN",
    "Infinity",
    "1e400",
    "9" * 30,
    "9" * 5_000,
    "x" * 10_000,
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-02-30T10:00:00",
    "2026-01-01T10:00:00",
    "9999-12-31T23:59:59+00:00",
    "24:99",
    "abc",
    "' OR 1=1 --",
    "%s %(x)s {0}",
    "een " * 3_000,
    "Ünïcødé 名前 🏭\u202e",
)
#: Tried in one field after the other; the rest only in all at once.
SHARP = ("\x00", "²", "9" * 5_000, "2026-02-30T10:00:00", "9999-12-31T23:59:59+00:00", "9999-12-31", "-1")
#: A page of htmx asks for parts of it.
HTMX = {"HX-Request": "true", "HX-Target": "timeline"}
EXPECTED = {200, 204, 302, 303, 400, 403, 404, 405, 409, 413, 422}


def attack(
    client: Client, method: str, url: str, data: Any, *, also: frozenset[int] = frozenset(), **headers: Any
) -> str:
    """Nothing, or what went wrong; the database is as it was before."""
    said = ""
    try:
        with transaction.atomic():
            response = getattr(client, method)(url, data, headers=headers or None)
            if response.status_code not in EXPECTED | also:
                said = f"status {response.status_code}"
            transaction.set_rollback(True)
    except Exception as error:  # whatever a view lets through is the finding
        return f"{type(error).__name__}: {error}"[:200]
    return said


def shown(value: str) -> str:
    return value[:12] + ("…" if len(value) > 12 else "")


@pytest.mark.parametrize("row", [row for row in ROWS if row.get], ids=lambda row: row.name)
def test_no_parameter_of_an_address_breaks_a_page(row: Row, client_as: Any):
    user = asker(row)
    client = client_as(user)
    url = reverse(row.name, args=row.arguments(user))
    with names_asked() as names:
        client.get(url, row.query)
        client.get(url, row.query, headers=HTMX)
    names = (names | {"page", "q"}) - {"csrfmiddlewaretoken"}

    found = []
    trials = [("all", value, dict.fromkeys(names, value), way) for value in NONSENSE for way in ({}, HTMX)]
    trials += [(name, value, {name: value}, {}) for name in sorted(names) for value in SHARP]
    for which, value, params, headers in trials:
        said = attack(client, "get", url, params, also=row.also, **headers)
        if said:
            found.append(f"{which}={shown(value)!r}: {said}")
    assert not found, "\n".join([url, *found])


@pytest.mark.parametrize("row", [row for row in ROWS if row.post], ids=lambda row: row.name)
def test_no_value_of_a_form_breaks_it(row: Row, client_as: Any):
    """The form as a person would fill it in, with nonsense in one field at a time; and in all of them."""
    user = asker(row, "post")
    client = client_as(user)
    url = reverse(row.name, args=row.arguments(user))
    with names_asked() as asked:
        attack(client, "post", url, {})
        filled = {name: [value] for name, value in row.data.items()} | filled_in(client, row, url)
        attack(client, "post", url, filled)
    names = (asked | set(filled)) - {"csrfmiddlewaretoken"}

    found = []
    trials = [("all", value, dict.fromkeys(names, value)) for value in NONSENSE]
    trials += [(name, value, {**filled, name: value}) for name in sorted(names) for value in SHARP]
    for which, value, trial in trials:
        said = attack(client, "post", url, trial)
        if said:
            found.append(f"{which}={shown(value)!r}: {said}")
    assert not found, "\n".join([url, *found])


def filled_in(client: Client, row: Row, url: str) -> dict[str, list[str]]:
    """What a person would send from the page of that address."""
    response = client.get(url) if row.get else None
    if response is None or response.status_code != 200:
        return {}
    found: dict[str, list[str]] = {}
    for action, values in forms_of(response):
        if action in {"", url}:
            found |= values
    return found
