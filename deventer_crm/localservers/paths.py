"""Where everything local lives. Pure arithmetic on paths, so that settings can import it without
touching a disk or starting a process."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

# sun_path holds 108 bytes on Linux and 104 on macOS, with a closing zero; the longest name we put
# in the folder is PostgreSQL's `.s.PGSQL.5432.lock`.
SOCKET_PATH_LIMIT = 103
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]*")

DATABASE_NAME = "deventer_crm"
DATABASE_USER = "crm"
PORT_IN_NAME = 5432  # only part of the socket's file name; no TCP port is opened


@dataclass(frozen=True)
class LocalPaths:
    """Every path under the local folder (`LOCAL_DIR`, by default `.local/` in the checkout)."""

    root: Path

    @property
    def sockets(self) -> Path:
        """Folder of the unix sockets: inside the local folder, or a short one under /tmp.

        The short one is used when the path is longer than a socket address may be, or holds
        characters (a space, a comma, a quote) that connection addresses have to escape."""
        inside = self.root / "run"
        length = len(os.fsencode(inside / LONGEST_SOCKET_NAME))
        if length <= SOCKET_PATH_LIMIT and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        # Not tempfile.gettempdir(): every process must find the same folder, whatever its TMPDIR.
        return Path(f"/tmp/deventer-crm-{os.getuid()}-{digest}")  # noqa: S108 - made 0700, owner checked

    @property
    def pg_data(self) -> Path:
        return self.root / "postgres"

    @property
    def pg_socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT_IN_NAME}"

    @property
    def valkey_data(self) -> Path:
        return self.root / "valkey"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def server_lock(self) -> Path:
        """Held (flock) while servers are made, started or stopped."""
        return self.root / "servers.lock"

    @property
    def run_lock(self) -> Path:
        """Held (flock) by a running supervisor for as long as it lives."""
        return self.root / "run.lock"

    @property
    def run_state(self) -> Path:
        """JSON: pid and address of the running supervisor."""
        return self.root / "run.json"

    @property
    def prepared(self) -> Path:
        """JSON: fingerprint of the code whose migrations and reference rows are in the database."""
        return self.root / "prepared.json"

    @property
    def seeding(self) -> Path:
        """Exists while demo data is being written; found at a start, that work was cut off."""
        return self.root / "seeding"

    @property
    def demo_accounts(self) -> Path:
        return self.root / "demo-accounts.txt"

    @property
    def beat_schedule(self) -> Path:
        return self.root / "beat-schedule"

    @property
    def secret_key(self) -> Path:
        return self.root / "secret-key"

    def broker_url(self, database: int = 0) -> str:
        return f"redis+socket://{self.valkey_socket}?virtual_host={database}"


def local_paths(base_dir: Path) -> LocalPaths:
    """Paths for this checkout; `LOCAL_DIR` moves them (a relative one counts from the checkout)."""
    chosen = os.environ.get("LOCAL_DIR") or ".local"
    return LocalPaths((base_dir / Path(chosen).expanduser()).resolve())
