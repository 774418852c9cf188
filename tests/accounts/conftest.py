"""Log-in by the form, as a person does it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

PASSWORD = "een-lang-wachtwoord"


@pytest.fixture(autouse=True)
def _no_old_attempts(db: None) -> None:
    """Counts of failed log-ins live in the cache table."""
    cache.clear()


@pytest.fixture
def log_in() -> Callable[..., Any]:
    """`log_in(client, email)` posts the log-in form; afterwards to the list of sessions."""

    def post(client: Client, email: str, password: str = PASSWORD) -> Any:
        return client.post(
            reverse("account_login"),
            {"login": email, "password": password, "next": reverse("usersessions_list")},
        )

    return post
