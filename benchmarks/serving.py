"""The real web server on a free port of this machine, and a client that times it."""

import contextlib
import gzip
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from accounts.roles import Role
from benchmarks.counting import ANSWER
from benchmarks.pages import Page

START_SECONDS = 60
TIMEOUT = 60  # seconds for one page


@dataclass
class Measured:
    """`times` in milliseconds, as the client saw them; `size` in bytes after gzip."""

    page: Page
    queries: int = 0
    size: int = 0
    times: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.times)


@contextlib.contextmanager
def web_server(log: Path) -> Iterator[int]:
    """gunicorn as `make run` starts it, with one process: the second would only share out the warming up.

    Yields the port. Raises SystemExit with the log's name when it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "deventer_crm.wsgi:application", "--preload"),
                *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "1"),
                *("--threads", "4", "--timeout", "120", "--log-level", "warning", "--no-control-socket"),
            ],
            env={**os.environ, "DEBUG": "0"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            _wait(process, port, log)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"The web server does not start; see {log}")


class Client:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int, session: Callable[[Role], str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self.session = session

    def get(self, page: Page, **headers: str) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Milliseconds, answer and body. Raises SystemExit when it is not the page."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.session(page.role)}"
        started = time.perf_counter()
        self.connection.request(
            "GET",
            page.path,
            headers={"Host": "localhost", "Cookie": cookie, "Accept": "text/html", **headers},
        )
        answer = self.connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"{page.name}: {page.path} answered {answer.status}")
        return taken, answer, body


def measure(client: Client, wanted: list[Page], rounds: int) -> list[Measured]:
    """Rounds over all pages instead of all rounds of a page: what else the machine does hits them alike."""
    found = [Measured(page) for page in wanted]
    for measured in found:
        client.get(measured.page)  # templates compiled, statistics and pages of the database in memory
        _taken, answer, body = client.get(measured.page, **{"X-Bench-Count": "1"})
        measured.queries = int(answer.headers[ANSWER])
        measured.size = len(gzip.compress(body, 6))
    for _round in range(rounds):
        for measured in found:
            measured.times.append(client.get(measured.page)[0])
    return found
