"""Gets a calendar from an address that somebody typed, without becoming a way into our own network: https
only, no machine with a private address, no redirect to another host, a limit on size and time.

A name is looked up once and the connection is made to what was found, so that a second answer of the name
server cannot lead elsewhere. Hosts of the environment switch CALENDAR_HOSTS (the mail server of the
municipality, usually) may be inside, and may be http."""

import http.client
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings

from meetings.models import BusyAddress

Problem = BusyAddress.Problem

#: Bytes; seconds for a single answer of the other side, and for all of it.
LARGEST, PATIENCE, ALL_PATIENCE = 5_000_000, 10.0, 30.0
MOST_REDIRECTS = 3
PORTS = {"https": 443, "http": 80}
#: Addresses of IPv6 in which one of IPv4 is packed by rule, so that a private one could hide in them.
PACKED = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96")]


class Unreachable(Exception):
    """It was not read; `problem` is one of BusyAddress.Problem."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is None when it has not changed since the etag."""

    body: bytes | None
    etag: str


def parse_address(address: str) -> SplitResult:
    """The parts of an address that may be read, as far as the address itself tells. Raises Unreachable."""
    text = address.strip()
    if text.lower().startswith("webcal://"):
        text = f"https{text[6:]}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as broken:
        raise Unreachable(Problem.ADDRESS) from broken
    host = parts.hostname or ""
    is_ours = _is_ours(host)
    sound = (
        host.isascii()
        and text.isascii()
        and text.isprintable()
        and " " not in text
        and (parts.scheme == "https" or (parts.scheme == "http" and is_ours))
        and parts.username is None
        and (port is None or port == PORTS[parts.scheme] or is_ours)
    )
    if not host or not sound:
        raise Unreachable(Problem.ADDRESS)
    return parts


def _is_ours(host: str) -> bool:
    """Whether the environment says that this host may be inside."""
    return host.lower() in {name.lower() for name in settings.CALENDAR_HOSTS}


def may_reach(ip: str) -> bool:
    """Whether an address is one of the internet: not private, local, reserved or for many at once."""
    try:
        found = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return may_reach(str(found.ipv4_mapped))
        if any(found in net for net in PACKED):
            return False
    return found.is_global and not found.is_multicast


def _look_up(host: str, port: int) -> list[tuple[Any, ...]]:
    """Addresses to connect to. Raises Unreachable when any of them is inside: such a name is no accident."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as away:
        raise Unreachable(Problem.AWAY) from away
    found = [row[4] for row in rows]
    if not _is_ours(host) and not all(may_reach(str(address[0])) for address in found):
        raise Unreachable(Problem.ADDRESS)
    return found


class _ToThere(http.client.HTTPConnection):
    """A connection to an address that was looked up and judged before."""

    def __init__(self, host: str, port: int, address: tuple[Any, ...], is_safe: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self.address, self.is_safe = address, is_safe

    def connect(self) -> None:
        self.sock = socket.create_connection(self.address[:2], self.timeout)
        if self.is_safe:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def fetch_calendar(address: str, etag: str = "") -> Answer:
    """The calendar at that address. Raises Unreachable."""
    deadline = time.monotonic() + ALL_PATIENCE
    parts = parse_address(address)
    for _turn in range(MOST_REDIRECTS + 1):
        response, body = _ask(parts, etag, deadline)
        if response.status == 304 and etag:
            return Answer(None, etag)
        if response.status in {301, 302, 303, 307, 308}:
            parts = _redirected(parts, response.headers.get("Location", ""))
            continue
        if response.status in {401, 403, 404, 410}:
            raise Unreachable(Problem.REFUSED)
        if response.status != 200:
            raise Unreachable(Problem.AWAY)
        return Answer(body, (response.headers.get("ETag") or "")[:300])
    raise Unreachable(Problem.AWAY)


def _redirected(parts: SplitResult, location: str) -> SplitResult:
    """The next address: only on the same host, and never back to http."""
    following = parse_address(urljoin(parts.geturl(), location))
    if following.hostname != parts.hostname or (parts.scheme, following.scheme) == ("https", "http"):
        raise Unreachable(Problem.ADDRESS)
    return following


def _ask(parts: SplitResult, etag: str, deadline: float) -> tuple[http.client.HTTPResponse, bytes]:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    headers = {
        "Accept": "text/calendar, */*;q=0.5",
        "Accept-Encoding": "identity",
        "User-Agent": "deventer-crm",
    }
    if etag:
        headers["If-None-Match"] = etag
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection: _ToThere | None = None
    try:
        for address in _look_up(host, port):
            connection = _ToThere(host, port, address, parts.scheme == "https")
            try:
                connection.connect()
                break
            except OSError:
                connection.close()
                connection = None
        if connection is None:
            raise Unreachable(Problem.AWAY)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response, _read(response, deadline) if response.status == 200 else b""
    except (OSError, http.client.HTTPException, ValueError) as trouble:
        raise Unreachable(Problem.AWAY) from trouble
    finally:
        if connection is not None:
            connection.close()


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body, unless it is too large or takes too long."""
    found = bytearray()
    while chunk := response.read1(65_536):
        found += chunk
        if len(found) > LARGEST:
            raise Unreachable(Problem.TOO_LARGE)
        if time.monotonic() > deadline:
            raise Unreachable(Problem.AWAY)
    return bytes(found)
