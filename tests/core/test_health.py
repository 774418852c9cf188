"""What monitoring sees, and that nobody has to log in for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from celery import current_app
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

from deventer_crm.core import clock, health
from deventer_crm.core.models import Heartbeat

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_alive(broker: None) -> None:
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, at=clock.now())


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    original = current_app.connection_for_write
    away = f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0"
    monkeypatch.setattr(current_app, "connection_for_write", lambda **options: original(away, **options))


class BrokenCursor:
    def __enter__(self) -> None:
        raise OperationalError("the database is away")

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def cursor(self) -> BrokenCursor:
            return BrokenCursor()

    monkeypatch.setattr(health, "connection", Broken())


def test_all_parts_work(client: Client, all_alive: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200, answer.json()
    assert answer.json() == {
        "status": "ok",
        "parts": {
            part: {"ok": True, "reason": ""}
            for part in ("web", "database", "broker", "worker", "beat", "migrations")
        },
    }
    assert "no-cache" in answer.headers["Cache-Control"]


def test_an_absent_broker_fails_healthz_and_leaves_livez(
    client: Client, all_alive: None, no_broker: None
) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts["broker"]["ok"] is False
    assert parts["broker"]["reason"].startswith("no answer")
    assert parts["worker"]["ok"]
    assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_an_old_sign_of_life_is_told_by_name_and_age(client: Client, all_alive: None, name: str) -> None:
    Heartbeat.objects.filter(name=name).update(at=clock.now() - dt.timedelta(minutes=5))
    parts = client.get("/healthz").json()["parts"]
    assert parts[name]["ok"] is False
    assert "30" in parts[name]["reason"]
    assert [part for part, found in parts.items() if not found["ok"]] == [name]


def test_no_sign_of_life_at_all_is_told(client: Client, broker: None) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["beat"] == {"ok": False, "reason": "no sign of life yet"}


def test_a_migration_that_was_not_applied_is_counted(client: Client, all_alive: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="core").order_by("id").first().delete()
    assert client.get("/healthz").json()["parts"]["migrations"] == {"ok": False, "reason": "1 not applied"}


def test_a_migration_of_a_newer_version_beside_us_is_fine(client: Client, all_alive: None) -> None:
    MigrationRecorder.Migration.objects.create(app="core", name="9999_from_the_future", applied=clock.now())
    assert client.get("/healthz").json()["parts"]["migrations"]["ok"]


def test_without_a_database_both_fail_and_the_rest_is_unknown(client: Client, no_database: None) -> None:
    answer = client.get("/livez")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {
        "web": {"ok": True, "reason": ""},
        "database": {"ok": False, "reason": "no answer (OperationalError)"},
    }
    parts = client.get("/healthz").json()["parts"]
    assert parts["migrations"] == {"ok": False, "reason": "unknown: no database"}


@pytest.mark.parametrize("path", ["/livez", "/healthz"])
def test_probes_read_only(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
