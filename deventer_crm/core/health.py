"""Two questions about health, answered as JSON and open to monitoring without a log-in.

`/livez` (may this process serve pages: web and database) is for containers and proxies: a process that
fails it is taken out. `/healthz` (does everything behind the pages work) is for monitoring: an absent
broker makes it fail and leaves the pages up. The words are for machines and administrators, in English."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from deventer_crm.core import clock
from deventer_crm.core.models import Heartbeat
from deventer_crm.core.tasks import BROKER_AWAY, BROKER_SECONDS

HEARTBEAT_LIMIT = dt.timedelta(seconds=120)  # beat sends one each 30 seconds


@dataclass(frozen=True)
class Part:
    """One thing that works or not; the reason is empty when it does."""

    name: str
    ok: bool
    reason: str = ""


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """Web and database."""
    return _answer([Part("web", ok=True), check_database()])


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Everything, each part named; 503 as soon as one fails."""
    database = check_database()
    parts = [Part("web", ok=True), database, check_broker()]
    later: list[tuple[str, Callable[[], Part]]] = [
        ("worker", functools.partial(check_heartbeat, "worker")),
        ("beat", functools.partial(check_heartbeat, "beat")),
        ("migrations", check_migrations),
    ]
    for name, check in later:
        parts.append(check() if database.ok else Part(name, ok=False, reason="unknown: no database"))
    return _answer(parts)


def check_database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        return Part("database", ok=False, reason=f"no answer ({type(problem).__name__})")
    return Part("database", ok=True)


def check_broker() -> Part:
    options = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with current_app.connection_for_write(
            connect_timeout=BROKER_SECONDS, transport_options=options
        ) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except BROKER_AWAY as problem:
        return Part("broker", ok=False, reason=f"no answer ({type(problem).__name__})")
    return Part("broker", ok=True)


def check_heartbeat(name: str) -> Part:
    try:
        last = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    except DatabaseError as problem:
        return Part(name, ok=False, reason=f"unknown ({type(problem).__name__})")
    if last is None:
        return Part(name, ok=False, reason="no sign of life yet")
    age = clock.now() - last
    if age > HEARTBEAT_LIMIT:
        return Part(name, ok=False, reason=f"last sign of life {int(age.total_seconds())} seconds ago")
    return Part(name, ok=True)


def check_migrations() -> Part:
    """Whether the database has every migration this process brings along. Migrations it does not know
    are fine: during a deploy two versions run side by side."""
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError as problem:
        return Part("migrations", ok=False, reason=f"unknown ({type(problem).__name__})")
    missing = len(_migrations_on_disk() - applied)
    return Part("migrations", ok=not missing, reason=f"{missing} not applied" if missing else "")


@functools.cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)  # no connection and no graph: only the files
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def _answer(parts: list[Part]) -> JsonResponse:
    healthy = all(part.ok for part in parts)
    return JsonResponse(
        {
            "status": "ok" if healthy else "failing",
            "parts": {part.name: {"ok": part.ok, "reason": part.reason} for part in parts},
        },
        status=200 if healthy else 503,
    )
