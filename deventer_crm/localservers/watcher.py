"""The supervisor's shadow: `python -m deventer_crm.localservers.watcher FD ROOT`.

Needs no Django. Reads the pipe until its end. A word before the end means an orderly stop; silence means
that the supervisor was killed, and then web, worker and servers are ended here."""

import contextlib
import os
import sys
from pathlib import Path

from .errors import LocalServerError
from .lifecycle import LocalServers, stop_servers
from .paths import LocalPaths
from .processes import exclusive
from .supervisor import end_left_overs


def main(descriptor: int, root: Path) -> None:
    """Wait for the end of the supervisor, and clean up if it was a hard one."""
    with os.fdopen(descriptor, "rb") as pipe:
        last_words = pipe.read()
    paths = LocalPaths(root)
    if last_words:
        return
    # The lock keeps a new supervisor waiting meanwhile. Not free: one was quicker and has cleaned up.
    # It waits a little, since the kernel may close a killed process's pipe before it frees its lock.
    with contextlib.suppress(LocalServerError), exclusive(paths.run_lock, wait=5, busy="taken"):
        end_left_overs(paths)
        stop_servers(LocalServers(paths, postgres=True, valkey=True))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
