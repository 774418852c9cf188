"""Putting a back-up back: into an empty database, or in the place of what is there when that is asked for."""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from . import tables
from .archive import DUMP, MEDIA, BackupError, Reader
from .programs import environment, find_programs, server_major

LOCK_SECONDS = 60
PREAMBLE = 1 << 14  # bytes
FIRST_TRANSACTION_TIMEOUT = 17  # the first server with this setting
#: What stood there goes in the same transaction in which the back-up comes; a failure leaves all as it was.
MAKE_ROOM = f"""
SET lock_timeout = '{LOCK_SECONDS}s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


def restore_backup(source: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put database and files back as the back-up has them, compare every table with it, and apply the
    migrations that are newer than it. Returns what was done.

    Raises BackupError, having changed nothing, for a damaged file, a back-up of a newer version or server, or
    a place that is not empty without `replace`; and after the fact when a table differs."""
    reader = Reader(source)
    try:
        missing = _missing_migrations(reader.manifest)
        _refuse_older_server(reader.manifest)
        if not replace:
            _refuse_filled()
        reader.check()
        with _files_beside(reader) as put_files_in_place:
            _restore_database(reader, replace=replace)
            put_files_in_place()
        differing = _differing(reader.manifest)
    finally:
        reader.close()
    if differing:
        names = ", ".join(differing)
        raise BackupError("differs", f"Restored, but these tables differ from the back-up: {names}")
    if missing:
        call_command("migrate", interactive=False, verbosity=0)
    return {
        "version": reader.manifest["version"],
        "made_at": reader.manifest["made_at"],
        "tables": len(reader.manifest["tables"]),
        "rows": sum(rows for rows, _checksum in reader.manifest["tables"].values()),
        "files": len(reader.media()),
        "migrated": len(missing),
    }


def _missing_migrations(manifest: dict[str, Any]) -> list[str]:
    """Migrations of this version that the back-up has not had."""
    loader = MigrationLoader(None)
    ours = {f"{app}.{name}" for app, name in loader.disk_migrations}
    replaced = {
        f"{app}.{name}" for migration in loader.replacements.values() for app, name in migration.replaces
    }
    unknown = set(manifest["migrations"]) - ours - replaced
    if unknown:
        raise BackupError(
            "newer_version",
            f"This back-up is of version {manifest['version']}, which is newer than this program: it does "
            f"not know {', '.join(sorted(unknown)[:3])}. Restore it with that version.",
        )
    return sorted(ours - set(manifest["migrations"]))


def _refuse_older_server(manifest: dict[str, Any]) -> None:
    here = server_major()
    if here < manifest["server_major"]:
        raise BackupError(
            "older_server",
            f"This back-up comes from PostgreSQL {manifest['server_major']}; the server here is {here}.",
        )


def _refuse_filled() -> None:
    with connection.cursor() as cursor:
        found = tables.table_names(cursor)
    if found:
        raise BackupError(
            "not_empty",
            f"The database is not empty ({len(found)} tables). Restore into an empty one, or add --replace: "
            "then everything in it goes.",
        )
    root = Path(settings.MEDIA_ROOT)
    if root.is_dir() and any(path.is_file() for path in root.rglob("*")):
        raise BackupError(
            "not_empty", f"{root} is not empty. Empty it, or add --replace: then everything in it goes."
        )


def _restore_database(reader: Reader, *, replace: bool) -> None:
    """pg_restore writes statements, psql runs them in one transaction. psql is told that it has everything
    only after pg_restore said that it gave everything; before that its end undoes all."""
    major = server_major()
    programs = find_programs(max(major, reader.manifest["server_major"]))
    connection.close()
    with (
        tempfile.TemporaryDirectory(prefix="restore-") as folder,
        tempfile.TemporaryFile("w+") as complaints,
    ):
        dump = Path(folder) / DUMP
        reader.extract(DUMP, dump)
        give = [str(programs / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dump)]
        take = [
            *(str(programs / "psql"), "--no-psqlrc", "--quiet", "--no-password", "--single-transaction"),
            *("--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-"),
        ]
        with (
            subprocess.Popen(give, stdout=subprocess.PIPE, stderr=complaints, cwd="/") as giving,
            subprocess.Popen(
                take, stdin=subprocess.PIPE, stderr=complaints, env=environment(), cwd="/"
            ) as taking,
        ):
            assert giving.stdout is not None and taking.stdin is not None  # noqa: S101, PT018 - both are pipes
            try:
                taking.stdin.write((MAKE_ROOM if replace else "").encode())
                taking.stdin.write(_for_server(major, giving.stdout.read(PREAMBLE)))
                shutil.copyfileobj(giving.stdout, taking.stdin)
            except BrokenPipeError:  # psql stopped, and its own words say why; the other waits to be read
                giving.kill()
            gave = giving.wait()
            if gave and taking.poll() is None:
                taking.kill()
            with contextlib.suppress(BrokenPipeError):
                taking.stdin.close()
            took = taking.wait()
        if gave or took:
            complaints.seek(0)
            raise BackupError("restore_failed", f"Nothing was changed. {complaints.read().strip()[:2000]}")


def _for_server(major: int, preamble: bytes) -> bytes:
    """Programs that are newer than the server begin with a setting it does not know."""
    if major >= FIRST_TRANSACTION_TIMEOUT:
        return preamble
    return preamble.replace(b"SET transaction_timeout = 0;\n", b"")


def _differing(manifest: dict[str, Any]) -> list[str]:
    """Tables whose rows are not those of the back-up."""
    own = connection.get_new_connection(connection.get_connection_params())
    try:
        own.set_session(readonly=True, autocommit=False)
        with own.cursor() as cursor:
            found = tables.fingerprints(cursor)
    finally:
        own.close()
    told: dict[str, list[Any]] = manifest["tables"]
    return sorted(name for name in {*told, *found} if told.get(name) != found.get(name))


@contextlib.contextmanager
def _files_beside(reader: Reader) -> Iterator[Callable[[], None]]:
    """Uploaded files are written beside the present ones first, so that a full disk is known before anything
    changes; the function that is yielded lets them take the place of what is there."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=root) as folder:
        beside = Path(folder)
        for name in reader.media():
            reader.extract(name, beside / name.removeprefix(MEDIA))

        def put_in_place() -> None:
            for old in root.iterdir():
                if old != beside:
                    shutil.rmtree(old) if old.is_dir() else old.unlink()
            for new in list(beside.iterdir()):
                new.rename(root / new.name)

        yield put_in_place
