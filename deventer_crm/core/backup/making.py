"""Making a back-up: dump, checksums of the tables and uploaded files, all of one moment."""

import os
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from deventer_crm.core import clock

from . import tables
from .archive import DUMP, MEDIA, BackupError, writing
from .programs import environment, find_programs, server_major


def default_name() -> str:
    return f"deventer-crm-{clock.now().astimezone():%Y-%m-%d-%H%M%S}.tar"


def version() -> str:
    """Of this checkout or image."""
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def make_backup(target: Path) -> dict[str, Any]:
    """Write everything to a new file and return its manifest. A folder as target: a name with the moment in
    it. People may go on working; what they save meanwhile is in the next one.

    Raises BackupError when the file exists already, the programs are missing or the dump fails; nothing is
    left then."""
    if target.is_dir():
        target = target / default_name()
    if target.exists():
        raise BackupError("exists", f"{target} exists already and is not overwritten.")
    major = server_major()
    programs = find_programs(major)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder,
            writing(target) as archive,
        ):
            dump = Path(folder) / DUMP
            with _snapshot() as (cursor, snapshot):
                found = _dump(programs, dump, snapshot, cursor)
            archive.add(DUMP, dump)
            for path in _media_files():
                _add_media(archive, path)
            manifest = archive.finish(
                {"made_at": clock.now().isoformat(), "version": version(), "server_major": major, **found}
            )
    except OSError as problem:
        raise BackupError("cannot_write", f"{target} cannot be written: {problem}") from problem
    return {"file": str(target), "bytes": target.stat().st_size, **manifest}


@contextmanager
def _snapshot() -> Iterator[tuple[Any, str]]:
    """A connection of its own that sees the database as it is now, and the name of what it sees."""
    own = connection.get_new_connection(connection.get_connection_params())
    try:
        own.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]
    finally:
        own.close()


def _dump(programs: Path, target: Path, snapshot: str, cursor: Any) -> dict[str, Any]:
    """pg_dump and the checksums at the same time: both read the same snapshot."""
    migrations = tables.applied_migrations(cursor)
    if not migrations:
        raise BackupError(
            "empty", "There is nothing to keep: this database has no tables of the application."
        )
    command = [
        *(str(programs / "pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password"),
        *(f"--snapshot={snapshot}", f"--file={target}"),
    ]
    with subprocess.Popen(command, env=environment(), cwd="/", stderr=subprocess.PIPE, text=True) as running:
        try:
            found = {"migrations": migrations, "tables": tables.fingerprints(cursor)}
            _out, complaint = running.communicate()
        except BaseException:
            running.kill()
            raise
    if running.returncode:
        raise BackupError("dump_failed", f"pg_dump failed: {complaint.strip()}")
    return found


def _media_files() -> list[Path]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(
        Path(folder) / name for folder, _folders, names in os.walk(root) for name in names if name[0] != "."
    )


def _add_media(archive: Any, path: Path) -> None:
    name = MEDIA + path.relative_to(settings.MEDIA_ROOT).as_posix()
    try:
        archive.add(name, path)
    except FileNotFoundError:
        return  # an import that was finished in this very moment took its file away
