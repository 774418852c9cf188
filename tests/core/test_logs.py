"""Log lines are JSON and hold nothing about people."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from django.db import IntegrityError
from django.urls import reverse

from deventer_crm.core import logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client


@pytest.fixture
def lines() -> Iterator[Any]:
    """Reads what the configured handler writes, parsed."""
    handler = logging.getLogger().handlers
    ours = next(h for h in handler if isinstance(h.formatter, structlog.stdlib.ProcessorFormatter))
    stream = io.StringIO()
    before = ours.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    ours.setStream(before)


def test_a_traceback_shows_neither_local_variables_nor_the_row(lines: Any) -> None:
    def save(birth_date: str) -> None:
        raise IntegrityError(
            'duplicate key value violates unique constraint "people_mail"\n'
            "DETAIL:  Key (mail)=(z.proef@example.org) already exists."
        )

    try:
        save(str(1970))
    except IntegrityError:
        structlog.get_logger("deventer_crm.test").exception("save_failed", person=3)
    (line,) = lines()
    assert line["event"] == "save_failed"
    assert line["person"] == 3
    assert "people_mail" in line["exception"]
    assert "z.proef" not in json.dumps(line)
    # The line of code that called it is in the traceback; the value of its variable is not.
    assert "birth_date" not in json.dumps(line)


def test_lines_of_libraries_are_json_too(lines: Any) -> None:
    logging.getLogger("celery.worker").warning("lost %s", "connection")
    (line,) = lines()
    assert line["event"] == "lost connection"
    assert line["logger"] == "celery.worker"


@pytest.mark.django_db
def test_a_request_is_logged_without_what_was_searched_for(client: Client, lines: Any) -> None:
    answer = client.get("/bestaat-niet/", {"q": "Zilverlinde"}, headers={"X-Request-ID": "proxy-12345678"})
    line = next(line for line in lines() if line["event"] == "request")
    assert line["path"] == "/bestaat-niet/"
    assert line["request_id"] == "proxy-12345678" == answer.headers["X-Request-ID"]
    assert line["user"] is None
    assert "Zilverlinde" not in json.dumps(line)


@pytest.mark.django_db
@pytest.mark.parametrize("redirected", [False, True])
def test_a_link_that_is_a_secret_is_logged_by_its_route(
    client: Client, lines: Any, settings: Any, redirected: bool
) -> None:
    address = reverse("account_reset_password_from_key", kwargs={"uidb36": "2f", "key": "c0de-5ecret"})
    if redirected:  # before any view is looked up
        settings.SECURE_SSL_REDIRECT = True
    assert client.get(address).status_code == (301 if redirected else 200)
    logged = lines()
    line = next(line for line in logged if line["event"] == "request")
    assert "<key>" in line["route"]
    assert "5ecret" not in json.dumps(logged)


@pytest.mark.django_db
def test_an_odd_request_id_is_not_passed_on(client: Client, lines: Any) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": 'x"}{"event": "forged'})
    assert "forged" not in answer.headers["X-Request-ID"]
    assert [line for line in lines() if line["event"] == "request"] == [], "probes are not worth a line"


def test_settings_have_set_it_up() -> None:
    assert structlog.is_configured()
    assert "/livez" in logs.QUIET_PATHS
