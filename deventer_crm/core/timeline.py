"""The timeline of an employer is written by registered sources, one per kind of record, so that the page
knows no domain above it and each source applies R10 to its own rows."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Happening:
    """One line: when, what, by whom. `kind` is the code people filter by; `title` is bold, `text` follows it,
    `detail` is the small second line, `icon` the name of a vendored icon, `badge` a tone and a word."""

    at: dt.datetime
    kind: str
    title: Any
    text: str = ""
    detail: str = ""
    url: str = ""
    icon: str = ""
    badge: tuple[str, Any] | None = None
    record: Any = None


@dataclass(frozen=True)
class Source:
    kind: str
    label: Any
    function: Callable[..., Iterable[Happening]]


SOURCES: dict[str, Source] = {}


def source(kind: str, *, label: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register `function(employer_ids, user, *, upcoming, before, limit) -> Iterable[Happening]`.

    `upcoming`: what is still to come (oldest first) instead of what happened (newest first); `before`: only
    lines before that moment (paging by key); at most `limit` lines."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        SOURCES[kind] = Source(kind, label, function)
        return function

    return register


def happened(
    employer_ids: list[int],
    user: Any,
    *,
    kinds: Iterable[str] | None = None,
    before: dt.datetime | None = None,
    limit: int = 20,
) -> list[Happening]:
    """What happened, newest first."""
    return sorted(
        _collect(employer_ids, user, kinds, upcoming=False, before=before, limit=limit),
        key=lambda line: line.at,
        reverse=True,
    )[:limit]


def coming_up(employer_ids: list[int], user: Any, *, limit: int = 10) -> list[Happening]:
    """What is still to come, soonest first."""
    return sorted(
        _collect(employer_ids, user, None, upcoming=True, before=None, limit=limit), key=lambda line: line.at
    )[:limit]


def _collect(
    employer_ids: list[int],
    user: Any,
    kinds: Iterable[str] | None,
    *,
    upcoming: bool,
    before: dt.datetime | None,
    limit: int,
) -> list[Happening]:
    wanted = set(kinds) if kinds else set(SOURCES)
    lines: list[Happening] = []
    for kind, registered in SOURCES.items():
        if kind in wanted:
            lines += registered.function(employer_ids, user, upcoming=upcoming, before=before, limit=limit)
    return lines
