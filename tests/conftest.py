"""Fixtures every test may use. Servers start only when a test asks for the database or the broker."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from deventer_crm.localservers.lifecycle import ensure_started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.worker import WorkerProcess

# Playwright's synchronous interface keeps an event loop on this thread for the rest of the session,
# and Django then takes every query for one made from asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# How fast a machine makes examples up says nothing about what is tested with them.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

pytest_plugins = ["tests.accounts.fixtures"]

KINDS = ("unit", "database", "celery", "browser", "servers")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


# ── servers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    """pytest-django's hook just before it makes the test database: the moment to have a server, and a
    migrated database to copy."""
    from django.db import connection

    from tests.support.template_database import ensure_template

    ensure_started()
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = ensure_template(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database; at the end it is freed of the sessions that killed processes left behind, which
    the server may notice only seconds later."""
    from django.db import connection

    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def broker() -> None:
    """A running broker, emptied of what an earlier run of this test process left."""
    from deventer_crm.celery import app

    ensure_started()
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        prefix = app.conf.broker_transport_options["global_keyprefix"]
        # The client puts the prefix before keys it knows; a pattern and its answers are taken as they are.
        for key in client.scan_iter(match=f"{prefix}*"):
            client.execute_command("UNLINK", key.decode().removeprefix(prefix))


@pytest.fixture
def worker(
    broker: None, transactional_db: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """A running worker that sees what this test commits; one of its own for each test. Between tests the
    database is emptied and content types get new numbers: a worker that lived through it would take the
    next test's task and fail on the old ones."""
    from tests.support.worker import WorkerProcess

    process = WorkerProcess(tmp_path_factory.mktemp("worker") / "worker.log").start()
    yield process
    process.kill()


# ── browser ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium this machine has, without traffic of its own."""
    from deventer_crm.localservers.browser import HELP, find_browser

    path = find_browser()
    if path is None:
        pytest.fail(HELP, pytrace=False)
    quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--disable-gpu"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")  # Chromium's sandbox refuses root
    return {**browser_type_launch_args, "executable_path": path, "args": quiet}


# ── counting by kind ─────────────────────────────────────────────────────────────────────────────


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give each test its kind, and leave the browser out where there shall be none."""
    for item in items:
        item.user_properties.append(("kind", kind_of(item)))
    if os.environ.get("NO_BROWSER"):
        left_out = [item for item in items if kind_of(item) == "browser"]
        items[:] = [item for item in items if kind_of(item) != "browser"]
        config.hook.pytest_deselected(items=left_out)


def kind_of(item: pytest.Item) -> str:
    """browser, celery and servers by their mark; database when it uses one; else unit."""
    for mark in ("browser", "celery", "servers"):
        if item.get_closest_marker(mark):
            return mark
    fixtures = set(getattr(item, "fixturenames", ()))
    uses_database = item.get_closest_marker("django_db") is not None or fixtures & DATABASE_FIXTURES
    return "database" if uses_database else "unit"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line with the number of tests of each kind that ran."""
    ran: Counter[str] = Counter()
    for outcome in ("passed", "failed", "xfailed", "xpassed", "error"):
        for report in terminalreporter.stats.get(outcome, ()):
            ran[dict(getattr(report, "user_properties", ())).get("kind", "unit")] += 1
    counted = ", ".join(f"{ran[kind]} {kind}" for kind in KINDS)
    terminalreporter.write_line(f"Tests by kind: {counted}.")
    if os.environ.get("NO_BROWSER"):
        terminalreporter.write_line("The browser tests were left out (NO_BROWSER).")
