"""A database with all migrations applied, kept in the test server and copied for each test run.

Applying them takes some seconds of processor time, copying takes a fraction of one. The copy's name holds a
fingerprint of the migrations, so a changed migration makes a new one. Rows that `post_migrate` writes are
not in it: the test run's own `migrate` writes them, from the code as it is now."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

if TYPE_CHECKING:
    from django.db.backends.postgresql.base import DatabaseWrapper

PREFIX = "test_template_"
LOCK = 2_020_112_321  # of this file alone; keeps parallel test processes from building it twice


def ensure_template(connection: DatabaseWrapper) -> str:
    """Name of a database to copy, made when there is none for these migrations."""
    name = PREFIX + fingerprint()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # let go when this session closes
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [PREFIX + "%"])
        found = {row[0] for row in cursor.fetchall()}
        if name in found:
            return name
        for old in found:
            try:
                cursor.execute(f'DROP DATABASE IF EXISTS "{old}"')
            except DatabaseError:
                continue  # a run of other code copies it right now; the next one drops it
        unfinished = f"{name}_unfinished"
        cursor.execute(f'CREATE DATABASE "{unfinished}"')
        _migrate(connection, unfinished)
        cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


def fingerprint() -> str:
    """Of every migration's file, ours and the libraries'."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    digest = hashlib.sha256(
        " ".join(map(version, ("django", "django-pgtrigger", "django-pghistory"))).encode()
    )
    for key in sorted(loader.disk_migrations):
        module = __import__(loader.disk_migrations[key].__module__, fromlist=["Migration"])
        digest.update(repr(key).encode() + Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]


def _migrate(connection: DatabaseWrapper, name: str) -> None:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())  # without the signals of the command
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
