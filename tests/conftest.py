"""Fixtures every test may use. Servers start only when a test asks for the database or the broker."""

from __future__ import annotations

import pytest

from deventer_crm.localservers.lifecycle import ensure_started


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """pytest-django's hook just before it makes the test database: the moment to have a server."""
    ensure_started()
