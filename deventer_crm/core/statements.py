"""Reads whose statement is built once per process instead of once per request.

Django builds a statement anew each time it is asked; for the rules of this application (whose is it, who may
know of it, which day is meant) that takes longer than PostgreSQL takes to answer. The rule stays a queryset
in one function; only its text is kept, and the values are put in when it runs."""

import copy
import datetime as dt
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Func, IntegerField, QuerySet
from django.utils.translation import get_language

from deventer_crm.core import clock
from deventer_crm.core.memo import only_knowing, shared

#: Stand in the statement where a value belongs; no record ever has these.
PLACE = 2_147_000_123
MOMENT = dt.datetime(1066, 10, 14, tzinfo=dt.UTC)
#: How many forms of one statement are kept: they differ by what is not a value (rights, lists, today).
MOST_FORMS = 200
HOLDER = re.compile(r"%[s%]")
LIST_OPEN, LIST_CLOSE = " IN (", ")"


class ReadWhileBuilding(Exception):
    """A statement that is kept may not depend on what the database held when it was built."""


Build = Callable[[list[Any]], "QuerySet[Any, Any]"]
Finish = Callable[["QuerySet[Any, Any]"], "QuerySet[Any, Any]"]


@dataclass(frozen=True)
class _Form:
    """One statement as PostgreSQL gets it. `places`: index among its values → index among ours."""

    queryset: Any
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]

    def filled(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values of the statement, with ours in their places."""
        params = list(self.params)
        for place, number in self.places:
            params[place] = values[number]
        return tuple(params)


class Prepared:
    """`build(*values, **shape)` gives the queryset. Values are numbers, moments and lists of numbers (for
    `__in`); any of them may change from one time to the next. What changes the statement itself (a switch, a
    day) is given by name and kept apart; so are the day of today and the language. `build` reads nothing."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"]) -> None:
        self.build = build
        self.forms: dict[Hashable, _Form | None] = {}
        self.__doc__ = build.__doc__

    def rows(self, *values: Any, first: int | None = None, after: int = 0, **shape: Hashable) -> list[Any]:
        """What the queryset gives for these values, all or the `first` so many `after` so many: records,
        tuples or dicts. Raises ValueError when a value has no place in the statement, TypeError for a value
        of another kind."""
        return self._ask(values, shape, _part(after, first), (after, first))

    def count(self, *values: Any, **shape: Hashable) -> int:
        """How many there are."""
        return int(self._ask(values, shape, counted, "count")[0])

    def _ask(
        self, values: tuple[Any, ...], shape: dict[str, Hashable], finish: Finish, way: Hashable
    ) -> list[Any]:
        key = (way, tuple([type(value) for value in values]), tuple(shape.items()))
        return self._kept(key, values, lambda places: finish(self.build(*places, **shape)))

    def _kept(
        self, key: Hashable, values: tuple[Any, ...], build: Build, optional: frozenset[int] = frozenset()
    ) -> list[Any]:
        form = self._form(key, values, build, optional)
        return _run(form, form.filled(values)) if form else list(build(list(values)))

    def _form(
        self, key: Hashable, values: tuple[Any, ...], build: Build, optional: frozenset[int]
    ) -> "_Form | None":
        key = (key, clock.today(), get_language())
        try:
            return self.forms[key]
        except KeyError:
            form = _make(build, values, optional)
            if len(self.forms) >= MOST_FORMS:
                self.forms.clear()
            self.forms[key] = form
            return form


_secrets: list[Callable[[Any], dict[str, list[int]] | None]] = []


def secrets_by(function: Callable[[Any], dict[str, list[int]] | None]) -> None:
    """Registers who says what is hidden from a reader: keys by label of the model, remembered as
    ("hidden", pk); None where nothing is remembered."""
    _secrets[:] = [function]


class PreparedFor(Prepared):
    """A kept statement about what one reader may know: `build(user, *values, **shape)`; `rows` and `count`
    take the same.

    Readers with the same rights, from whom the same is hidden, share its text; the user that `build` gets has
    those rights and a stand-in for the key. Where nothing is remembered, or for a reader who is nobody's
    account, it is built anew."""

    def _ask(
        self, values: tuple[Any, ...], shape: dict[str, Hashable], finish: Finish, way: Hashable
    ) -> list[Any]:
        key, build = self._for(values[0], values[1:], shape, finish, way)
        if key is None:
            return list(finish(self.build(*values, **shape)))
        return self._kept(key, (values[0].pk, *values[1:]), build, frozenset({0}))

    def _for(
        self, user: Any, others: tuple[Any, ...], shape: dict[str, Hashable], finish: Finish, way: Hashable
    ) -> tuple[Hashable, Build]:
        """What the form for this reader is kept by, and how it is built; no key: it is not kept."""
        hidden = _secrets[0](user) if user.pk else None

        def build(places: list[Any]) -> Any:
            reader = copy.copy(user)
            reader.pk = places[0]
            with only_knowing({("hidden", reader.pk): hidden}):
                return finish(self.build(reader, *places[1:], **shape))

        if hidden is None:
            return None, build
        rights = shared(("rights", user.pk), lambda: _rights(user, hidden))
        return (way, rights, tuple([type(value) for value in others]), tuple(shape.items())), build


class PreparedPart(PreparedFor):
    """The same for a part of a larger statement: `build` gives a queryset, or a text with its values."""

    def text(self, user: Any, *values: Any, **shape: Hashable) -> tuple[str, list[Any]] | None:
        """The text and its values; None where it is not kept. Only the first value must have a place."""
        key, build = self._for(user, values, shape, lambda part: part, "text")
        if key is None:
            return None
        optional = frozenset({0, *range(2, len(values) + 1)})
        form = self._form(key, (user.pk, *values), build, optional)
        return (form.sql, list(form.filled((user.pk, *values)))) if form else None


def _rights(user: Any, hidden: dict[str, list[int]]) -> Hashable:
    """What a statement about a reader depends on, besides the key."""
    keys = tuple(sorted((label, tuple(keys)) for label, keys in hidden.items()))
    return user.is_active, user.is_superuser, user.grants_key, keys


def counted(rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """How many there are, as a queryset of one number."""
    number = Func(template="COUNT(*)", output_field=IntegerField())
    return rows.order_by().values_list(number, flat=True)


class Loaded(QuerySet[Any, Any]):
    """What a relation of a record holds, read beforehand. It can be walked through and counted; whoever wants
    to filter it must ask the database."""

    def _chain(self) -> Any:
        raise TypeError("this was read beforehand; it cannot become another question")


def attach(records: Collection[Any], relation: str, found: Iterable[Any], by: str) -> None:
    """Gives records what was found for their relation: `record.relation.all()` asks nothing any more. `by`:
    the foreign key on what was found. It is what prefetch_related does, without a statement built for each
    record."""
    if not records:
        return
    held: dict[int, list[Any]] = {record.pk: [] for record in records}
    for row in found:
        held[getattr(row, f"{by}_id")].append(row)
    empty = Loaded(next(iter(records))._meta.get_field(relation).related_model)
    for record in records:
        rows = held[record.pk]
        loaded = object.__new__(Loaded)
        loaded.__dict__.update(empty.__dict__, _result_cache=rows)
        record.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = loaded
        for row in rows:
            row._state.fields_cache.setdefault(by, record)


def _part(after: int, first: int | None) -> Finish:
    return lambda rows: rows if first is None else rows[after : after + first]


def _place(value: Any, number: int) -> Any:
    if isinstance(value, list):
        return [PLACE + number]
    if isinstance(value, bool):
        raise TypeError("a switch is part of the shape: give it by name")
    if isinstance(value, int):
        return PLACE + number
    if isinstance(value, dt.datetime):
        return MOMENT + dt.timedelta(days=number)
    raise TypeError(f"{value!r} is not a number, a moment or a list of numbers")


def _make(build: Build, values: tuple[Any, ...], optional: frozenset[int]) -> _Form | None:
    """`optional`: values that need not be in the statement. None: Django sees that it never finds a row,
    which may be because of what stands in the places (a number that is too large for its column)."""
    places = [_place(value, number) for number, value in enumerate(values)]
    compiler = None
    with _no_reading():
        part: Any = build(places)
        if isinstance(part, QuerySet):
            compiler = part.query.get_compiler(DEFAULT_DB_ALIAS)
            try:
                sql, params = compiler.as_sql()
            except EmptyResultSet:
                return None
        else:
            sql, params = part
    found = [(index, number) for index, param in enumerate(params) for number in _numbers(param, places)]
    missing = set(range(len(values))) - {number for _index, number in found} - optional
    if missing:
        raise ValueError(f"value {missing.pop()} has no place in {sql}")
    single = {
        index
        for index, number in found
        if isinstance(values[number], list) and params[index] != places[number]
    }
    sql = _as_lists(sql, single)
    if sql.startswith("("):  # pghistory puts the trail's context before whatever does not begin with SELECT
        sql = f"SELECT * FROM ({sql}) AS found"  # noqa: S608 - text made by Django, values apart
    return _Form(part, compiler, sql, tuple(params), tuple(found))


def _numbers(param: Any, places: list[Any]) -> list[int]:
    """Which value belongs where this stands; a list stands there whole, or as its only member."""
    if type(param) not in {int, list, dt.datetime}:
        return []
    return [number for number, place in enumerate(places) if param in (place, [place]) or [param] == place][
        :1
    ]


def _as_lists(sql: str, indexes: set[int]) -> str:
    """`IN (one value)` becomes `= ANY (a list)`, so that any number of values fits."""
    if not indexes:
        return sql
    holders = [match.span() for match in HOLDER.finditer(sql) if match.group() == "%s"]
    for index in sorted(indexes, reverse=True):
        start, end = holders[index]
        before, after = sql[:start], sql[end:]
        if not (before.endswith(LIST_OPEN) and after.startswith(LIST_CLOSE)):
            raise ValueError(f"a list has no IN of its own in {sql}")
        sql = f"{before.removesuffix(LIST_OPEN)} = ANY (%s){after.removeprefix(LIST_CLOSE)}"
    return sql


@contextmanager
def _no_reading() -> Iterator[None]:
    def refuse(_execute: Any, sql: str, *_rest: Any) -> Any:
        raise ReadWhileBuilding(sql)

    with connections[DEFAULT_DB_ALIAS].execute_wrapper(refuse):
        yield


class _Query:
    """The query of a kept form, which compiles to what is known already."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)

    def get_compiler(self, *_arguments: Any, **_names: Any) -> Any:
        return self._compiler


def _run(form: _Form, params: tuple[Any, ...]) -> list[Any]:
    compiler = copy.copy(form.compiler)
    compiler.connection = connections[DEFAULT_DB_ALIAS]  # one for each thread
    compiler.as_sql = lambda *_arguments, **_names: (form.sql, params)
    # As a clone of the queryset that has yet to read, without cloning its query.
    queryset = object.__new__(type(form.queryset))
    queryset.__dict__.update(form.queryset.__dict__, _query=_Query(form.queryset.query, compiler))
    return list(queryset)
