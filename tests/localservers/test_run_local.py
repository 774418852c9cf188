"""`manage.py run_local` as a person meets it: starts, is killed in parts and whole, and stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from deventer_crm.localservers.lifecycle import LocalServers, stop_servers
from deventer_crm.localservers.paths import LocalPaths
from deventer_crm.localservers.processes import find, is_alive, wait_until
from deventer_crm.localservers.supervisor import end_left_overs, fingerprint, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.servers
ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Run:
    """One `run_local` in a folder of its own."""

    def __init__(self, root: Path, port: int) -> None:
        self.paths = LocalPaths(root)
        self.port = port
        self.output = root.parent / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, port: int | None = None) -> subprocess.Popen[bytes]:
        left_out = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL", "DEBUG"}
        environment = {key: value for key, value in os.environ.items() if key not in left_out}
        with self.output.open("ab") as output:
            return subprocess.Popen(
                [
                    *(sys.executable, "manage.py", "run_local", "--demo", "none"),
                    *("--port", str(port or self.port)),
                ],
                cwd=ROOT,
                env=environment | {"LOCAL_DIR": str(self.paths.root), "WEB_WORKERS": "1"},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def start_and_wait(self) -> None:
        self.process = self.start()
        assert wait_until(
            lambda: self.says("Ctrl-C stops everything") or self.process.poll() is not None, 120
        )
        assert self.process.poll() is None, self.output.read_text()
        assert self.get("livez")["status"] == "ok"

    def says(self, text: str) -> bool:
        return text in self.output.read_text()

    def get(self, page: str) -> dict:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{page}", timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answer:
            with answer:
                return json.load(answer)

    def processes(self) -> list[int]:
        return [process.pid for process in find(str(self.paths.root))]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "local", free_port())
    yield run
    if run.process is not None and run.process.poll() is None:
        run.process.kill()
        run.process.wait()
    wait_until(lambda: not find("watcher", str(run.paths.root)), 20)
    end_left_overs(run.paths)
    stop_servers(LocalServers(run.paths, postgres=True, valkey=True))


def test_a_day_in_the_life_of_a_run(run: Run) -> None:
    # One test, since making the database takes most of the time.
    run.start_and_wait()
    state = running(run.paths)
    assert state is not None
    assert state["address"] == f"http://localhost:{run.port}/"
    parts = run.get("healthz")["parts"]
    assert parts["broker"]["ok"]
    assert parts["migrations"]["ok"]

    # A second start is told where it runs.
    second = run.start(port=free_port())
    assert second.wait(60) == 1
    assert run.says(f"already running: http://localhost:{run.port}/")

    # The web server and the broker are killed: both come back.
    assert run.process is not None
    os.kill(int((run.paths.root / "web.pid").read_text()), signal.SIGKILL)
    for process in find("--unixsocket", str(run.paths.valkey_socket)):
        os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: run.says("The web ended by itself"), 20)
    assert wait_until(lambda: answers(run), 30)

    # The supervisor is killed: its shadow ends everything else.
    run.process.kill()
    run.process.wait()
    assert wait_until(lambda: not run.processes(), 40), find(str(run.paths.root))

    # Next start, then everything at once is killed, the shadow included.
    run.output.unlink()
    run.start_and_wait()
    for pid in [*run.processes(), run.process.pid]:
        os.kill(pid, signal.SIGKILL)
    run.process.wait()
    run.output.unlink()
    # Since then the web server's number went to another process.
    (run.paths.root / "web.pid").write_text(f"{os.getpid()}\n")

    # It starts again all the same, and an orderly stop leaves nothing.
    run.start_and_wait()
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(60) == 0, run.output.read_text()
    assert wait_until(lambda: not run.processes(), 10)


def answers(run: Run) -> bool:
    try:
        return run.get("livez")["status"] == "ok" and run.get("healthz")["parts"]["broker"]["ok"]
    except OSError:
        return False


def test_a_taken_port_is_told_with_the_way_out(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", run.port))
        taken.listen()
        process = run.start()
        assert process.wait(60) == 1
    assert run.says(f"make run PORT={run.port + 1}")
    assert not run.processes()


def test_left_overs_are_known_by_this_folder_alone(tmp_path: Path) -> None:
    def pretend(root: Path) -> subprocess.Popen[bytes]:
        code = "import time; time.sleep(60)"
        return subprocess.Popen([sys.executable, "-c", code, "deventer_crm.wsgi", str(root / "web.pid")])

    ours, theirs = pretend(tmp_path / "ours"), pretend(tmp_path / "theirs")
    try:
        assert wait_until(lambda: len(find("deventer_crm.wsgi", str(tmp_path))) == 2, 5)
        assert end_left_overs(LocalPaths(tmp_path / "ours")) == 1
        assert not is_alive(ours.pid)
        assert is_alive(theirs.pid)
    finally:
        for process in (ours, theirs):
            process.kill()
            process.wait()


def test_the_fingerprint_follows_code_and_reference_files(tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "models.py").write_text("a = 1\n")
    (app / "page.html").write_text("<p>")
    first = fingerprint(tmp_path, [app], "database 1")

    (app / "page.html").write_text("<p>more")
    assert fingerprint(tmp_path, [app], "database 1") == first
    assert fingerprint(tmp_path, [app], "database 2") != first
    (app / "sectors.csv").write_text("x;y\n")
    assert fingerprint(tmp_path, [app], "database 1") != first
