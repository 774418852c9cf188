"""Reads a timeline: keys by an index, then what they say in one statement over all sources.

What a reader may not know of has a key and no line (R10), so a page is filled by asking on until it is full:
nobody can tell from a short page that something was left out."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from deventer_crm.core import clock
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.statements import PreparedFor, PreparedPart
from deventer_crm.core.timeline import Happening
from employers.hidden import hidden_keys
from employers.models import Activity, Employer

from .registry import SOURCES, Key, as_sql, sources_of

if TYPE_CHECKING:
    from accounts.models import User

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
#: Keys beyond this year cannot be asked for; a cursor of somebody's own making must not overflow.
LAST_MOMENT = int((dt.datetime(2100, 1, 1, tzinfo=dt.UTC) - EPOCH) / MICROSECOND)
#: A page asks a few keys more than it shows: one tells whether there are more, some may vanish.
SPARE = 4


@dataclass(frozen=True)
class Place:
    """Where a page ends: the next one begins after this key."""

    at: dt.datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.pk}"

    @classmethod
    def read(cls, text: str | None) -> "Place | None":
        """From an address; None for nonsense."""
        moment, _dash, key = (text or "").partition("-")
        micros, pk = whole_number(moment), whole_number(key)
        if micros is None or pk is None or micros > LAST_MOMENT:
            return None
        return cls(EPOCH + micros * MICROSECOND, pk)


@dataclass(frozen=True)
class Narrowing:
    """What of a timeline is asked for. Both days count."""

    groups: tuple[str, ...] = ()
    user_id: int | None = None
    theme_id: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def is_empty(self) -> bool:
        return self == Narrowing()


@dataclass(frozen=True)
class Reading:
    """Lines newest first, what is to come soonest first, and where older ones begin (None: no more)."""

    lines: list[Happening] = field(default_factory=list)
    upcoming: list[Happening] = field(default_factory=list)
    older: Place | None = None
    #: The same with their keys, for who goes on with them.
    told: list[tuple[Key, Happening]] = field(default_factory=list)


def read_timeline(
    employer_ids: Sequence[int],
    user: "User",
    *,
    narrowing: Narrowing | None = None,
    before: Place | None = None,
    size: int = 20,
    upcoming: int = 0,
) -> Reading:
    """A page of what happened and, when asked, the first of what is to come: two statements, and two more for
    each time that too much of it was not for this reader. The first employer is whose page it is."""
    ids, kinds = _of_reader(employer_ids, user, narrowing or Narrowing())
    if not ids or not kinds:
        return Reading()
    lines: list[tuple[Key, Happening]] = []
    coming: list[tuple[Key, Happening]] = []
    asked_past, asked_coming = size + 1 + SPARE, upcoming + SPARE if upcoming else 0
    after_coming: Place | None = None
    while asked_past or asked_coming:
        keys = _fetch(
            user, ids, narrowing or Narrowing(), kinds, before, asked_past, after_coming, asked_coming
        )
        past = [key for key in keys if not key.is_upcoming]
        future = [key for key in keys if key.is_upcoming]
        said = lines_of(keys, user)
        lines += [(key, said[key]) for key in past if key in said]
        coming += [(key, said[key]) for key in future if key in said]
        if past:
            before = Place(past[-1].at, past[-1].pk)
        if future:
            after_coming = Place(future[-1].at, future[-1].pk)
        asked_past = 2 * asked_past if len(past) == asked_past and len(lines) <= size else 0
        asked_coming = 2 * asked_coming if len(future) == asked_coming and len(coming) < upcoming else 0
    last = lines[size - 1][0] if len(lines) > size else None
    return Reading(
        [line for _key, line in lines[:size]],
        [line for _key, line in coming[:upcoming]],
        Place(last.at, last.pk) if last else None,
        [*lines[:size], *coming[:upcoming]],
    )


def keys_for(
    employer_ids: Sequence[int],
    user: "User",
    narrowing: Narrowing | None = None,
    *,
    groups: Collection[str] = (),
) -> "QuerySet[Activity] | None":
    """The rows of the index that this reader may look behind; None when there can be none. Each record once,
    also when it is with two of these employers."""
    asked = narrowing or Narrowing()
    ids, kinds = _of_reader(employer_ids, user, asked, groups)
    return _index(user, ids[0], ids, asked, kinds, with_family=len(ids) > 1) if ids and kinds else None


def _of_reader(
    employer_ids: Sequence[int], user: "User", asked: Narrowing, groups: Collection[str] = ()
) -> tuple[list[int], tuple[str, ...]]:
    """The employers that are no secret to this reader, where that is known, and the kinds to ask for."""
    wanted = asked.groups or groups
    chosen = sources_of(wanted) if wanted else list(SOURCES.values())
    hidden = hidden_keys(Employer, user)
    secret = hidden if isinstance(hidden, list) else []
    ids = [pk for pk in employer_ids if pk not in secret]
    return ids, tuple(source.kind for source in chosen if user.can(source.act))


def _index(
    user: "User", page_of: int, ids: list[int], asked: Narrowing, kinds: tuple[str, ...], *, with_family: bool
) -> "QuerySet[Activity]":
    hidden = hidden_keys(Employer, user)
    here = Q(employer__in=ids)
    if not isinstance(hidden, list):
        here &= ~Q(employer__in=hidden)
    if with_family:
        # Whose account manager somebody was is a matter of that employer alone.
        here &= Q(employer=page_of) | ~Q(kind__in=[s.kind for s in SOURCES.values() if s.of_itself])
    rows: QuerySet[Activity] = Activity.objects.filter(here, kind__in=kinds)
    if asked.user_id is not None:
        rows = rows.filter(user=asked.user_id)
    if asked.theme_id is not None:
        rows = rows.filter(theme=asked.theme_id)
    if asked.since is not None:
        rows = rows.filter(at__gte=clock.start_of(asked.since))
    if asked.until is not None:
        rows = rows.filter(at__lt=clock.start_of(asked.until + dt.timedelta(days=1)))
    if with_family:
        twin = Activity.objects.filter(
            here, kind=OuterRef("kind"), record_id=OuterRef("record_id"), pk__gt=OuterRef("pk")
        )
        rows = rows.filter(~Exists(twin))
    return rows


def still_to_come() -> Q:
    """Planned for later today or after; or late, where the source says that it stays. What has a day and no
    hour (somebody begins today) has happened."""
    stays = [source.kind for source in SOURCES.values() if source.stays_open]
    return Q(is_plan=True) & (Q(at__gt=clock.start_of(clock.today())) | Q(kind__in=stays))


def _fetch(
    user: "User",
    ids: list[int],
    asked: Narrowing,
    kinds: tuple[str, ...],
    before: Place | None,
    past: int,
    after: Place | None,
    coming: int,
) -> list[Key]:
    """Keys of what happened (newest first) and of what is to come (soonest first), in one statement."""
    before, after = before if past else None, after if coming else None
    edges = [value for place in (before, after) if place is not None for value in (place.at, place.pk)]
    found = _keys.rows(
        user,
        ids[0],
        *([ids] if len(ids) > 1 else []),
        *edges,
        asked=asked,
        kinds=kinds,
        past=past,
        coming=coming,
        is_before=before is not None,
        is_after=after is not None,
        with_family=len(ids) > 1,
    )
    keys = [Key(*row) for row in found]
    newest_first = sorted((k for k in keys if not k.is_upcoming), key=_place, reverse=True)
    return [*newest_first, *sorted((k for k in keys if k.is_upcoming), key=_place)]


@PreparedFor
def _keys(
    user: "User",
    page_of: int,
    *values: Any,
    asked: Narrowing,
    kinds: tuple[str, ...],
    past: int,
    coming: int,
    is_before: bool,
    is_after: bool,
    with_family: bool,
) -> "QuerySet[Activity, Any]":
    """`values`: the employers, when there are several; then moment and key of the place before which, and of
    that after which, rows are asked for."""
    rest = list(values)
    ids = rest.pop(0) if with_family else [page_of]
    rows = _index(user, page_of, ids, asked, kinds, with_family=with_family)
    parts = []
    if past:
        found = rows.filter(~still_to_come()).order_by("-at", "-pk")
        if is_before:
            at, pk = rest.pop(0), rest.pop(0)
            found = found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
        parts.append(_as_keys(found, page_of, Value(False, BooleanField()))[:past])
    if coming:
        found = rows.filter(still_to_come()).order_by("at", "pk")
        if is_after:
            at, pk = rest.pop(0), rest.pop(0)
            found = found.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk), at__gte=at)
        parts.append(_as_keys(found, page_of, Value(True, BooleanField()))[:coming])
    return parts[0].union(parts[1], all=True) if len(parts) > 1 else parts[0]


def _place(key: Key) -> tuple[dt.datetime, int]:
    return key.at, key.pk


def read_keys(rows: "QuerySet[Activity]", page_of: int) -> list[Key]:
    """All of these rows, with whether each is still to come."""
    flag = Case(When(still_to_come(), then=Value(value=True)), default=Value(value=False))
    return [Key(*row) for row in _as_keys(rows, page_of, flag)]


def _as_keys(rows: "QuerySet[Activity]", page_of: int, flag: Any) -> "QuerySet[Activity, Any]":
    name = Case(When(employer=page_of, then=Value("")), default=F("employer__name"))
    return rows.values_list("pk", "employer_id", "kind", "record_id", "at", "user_id", name, flag)


@PreparedPart
def _content(user: "User", record_ids: list[int], employer_ids: list[int], *, kind: str) -> Any:
    """The content of a source; it asks no more of its keys than which records and employers they are of."""
    keys = [Key(0, employer_ids[0], kind, record_id, EPOCH) for record_id in record_ids]
    return SOURCES[kind].content(keys, user)


def lines_of(keys: Collection[Key], user: "User") -> dict[Key, Happening]:
    """What this reader may know of these keys, in one statement."""
    by_kind: dict[str, list[Key]] = {}
    for key in keys:
        by_kind.setdefault(key.kind, []).append(key)
    parts, values = [], []
    for kind, some in by_kind.items():
        if kind not in SOURCES or not user.can(SOURCES[kind].act):
            continue
        known = _content.text(
            user,
            [key.record_id for key in some],
            sorted({key.employer_id for key in some}),
            kind=kind,
        )
        if known is None:
            content = SOURCES[kind].content(some, user)
            known = None if _is_nothing(content) else as_sql(content)
        if known is not None:
            sql, given = known
            parts.append(f"SELECT %s AS kind, c.record_id, c.data FROM ({sql}) c(record_id, data)")  # noqa: S608 - no value is pasted in
            values += [kind, *given]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        found = {(kind, pk): json.loads(data) for kind, pk, data in cursor.fetchall()}
    lines: dict[Key, Happening] = {}
    for key in keys:
        data = found.get((key.kind, key.record_id))
        line = SOURCES[key.kind].line(key, data, user) if data is not None else None
        if line is not None:
            lines[key] = replace(line, of=key.of) if key.of else line
    return lines


def _is_nothing(content: Any) -> bool:
    return isinstance(content, QuerySet) and content.query.is_empty()


def happened(
    employer_ids: Sequence[int], user: "User", *, kinds: Iterable[str] = (), limit: int = 20
) -> list[Happening]:
    """The newest of what happened, of some groups or of all."""
    return read_timeline(employer_ids, user, narrowing=Narrowing(tuple(kinds)), size=limit).lines


def coming_up(employer_ids: Sequence[int], user: "User", *, limit: int = 10) -> list[Happening]:
    """The first of what is to come."""
    return read_timeline(employer_ids, user, size=0, upcoming=limit).upcoming
