"""What a list is: declared once, in the `lists` room of an app, and read by page, export, saved views, quick
counts and bulk acts alike, so that they can never disagree.

    EMPLOYERS = register(ListDefinition(key="employers", url="employers:list", …))

Rights are the codenames of acts (R9) as text: this floor knows no roles."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import reverse

from deventer_crm.core.lists.address import RESERVED

#: (value, label) or (name of a group, [(value, label), …])
Choices = list[tuple[Any, Any]]
Offered = Mapping[str, Choices]


@dataclass(frozen=True)
class Reader:
    """Who asks, and on which day."""

    user: Any
    today: dt.date

    def can(self, right: str) -> bool:
        """Whether this person may do that; no right asked for is always fine."""
        return not right or bool(self.user.can(right))


@dataclass(frozen=True)
class Filter:
    """One filter of a list, by its name in the address.

    `narrow(rows, value, reader)` gets the chosen code of a choice, or a day for `kind="day"`. A filter
    without it is handled by the list's `narrow` together with others. `choices` gives the options, from what
    the list's `offers` read for all its filters in one query. `kind="hidden"`: comes with a link, is not in
    the form; `says(value, reader)` names it on its chip."""

    name: str
    label: Any
    narrow: Callable[[Any, Any, Reader], Any] | None = None
    choices: Callable[[Offered, Reader], Choices] | None = None
    kind: str = "choice"
    everything: Any = ""
    right: str = ""
    says: Callable[[Any, Reader], Any] | None = None


@dataclass(frozen=True)
class Key:
    """One key of an order: a column or an annotation of the rows. Only the first key of an order may be null;
    then `nulls` says whether those come "first" or "last"."""

    name: str
    descending: bool = False
    nulls: str = ""

    def flipped(self) -> "Key":
        return Key(self.name, not self.descending, {"first": "last", "last": "first"}.get(self.nulls, ""))


@dataclass(frozen=True)
class Sort:
    """An order of a list; the last key is unique. `right` as for columns. `in_export=False`: the order itself
    would tell what a file may not (R2)."""

    keys: tuple[Key, ...]
    right: str = ""
    in_export: bool = True


@dataclass(frozen=True)
class Column:
    """`value(row, reader)` is what the export writes: text, a whole number, a day or None. `cell` is what the
    page shows, when that differs; text is escaped, unless it is a SafeString. `load(rows, reader)` puts on
    the rows of a page what the column needs, in a fixed number of queries. `sort`: name of the order that a
    click on the head gives. `shown_with`: filters that make it a column of the page by themselves."""

    code: str
    label: Any
    value: Callable[[Any, Reader], Any]
    cell: Callable[[Any, Reader], Any] | None = None
    load: Callable[[list[Any], Reader], None] | None = None
    sort: str = ""
    largest_first: bool = False
    shown: bool = True
    shown_with: tuple[str, ...] = ()
    is_number: bool = False
    right: str = ""
    in_export: bool = True


@dataclass(frozen=True)
class Quick:
    """A list that people ask for every day, under its own name with its count: a fixed set of filters."""

    code: str
    label: Any
    query: dict[str, str]
    right: str = ""
    only_for: Callable[[Reader], bool] | None = None

    def is_for(self, reader: Reader) -> bool:
        return reader.can(self.right) and (self.only_for is None or self.only_for(reader))


@dataclass(frozen=True)
class Done:
    """What a bulk act did: how many rows it changed, how many were so already or could not be changed, and
    what taking it back needs (keys only)."""

    changed: int
    undo: dict[str, Any]
    unchanged: int = 0


@dataclass(frozen=True)
class Undone:
    """What taking back did, and the records that were changed since and stay as they are."""

    restored: int
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Act:
    """One act on many rows of a list. `form(data, user=…)` asks what is needed; `do(ids, values, user)` and
    `undo(stored, user)` run inside a transaction. `has_free_text`: the page says that what is typed can
    become public."""

    code: str
    label: Any
    icon: str
    right: str
    question: Any
    form: type[Any]
    do: Callable[[list[int], dict[str, Any], Any], Done]
    undo: Callable[[dict[str, Any], Any], Undone]
    hint: Any = ""
    has_free_text: bool = False


@dataclass(frozen=True)
class Words:
    """What the list and its rows are called. `counted(n)` gives "312 employers"."""

    title: Any
    search: Any
    counted: Callable[[int], str]
    nothing: Any
    nothing_hint: Any = ""


def load_for(columns: Iterable[Column], rows: list[Any], reader: Reader) -> None:
    """Read what the cells of these columns need; columns that need the same have it read once."""
    for load in dict.fromkeys(column.load for column in columns if column.load is not None):
        load(rows, reader)


@dataclass(frozen=True)
class ListDefinition:
    """A list. Every function gets rows that `base(reader)` made: what this reader may see (R10).

    `dress(rows, reader, codes)` adds what the columns (and orders) of these codes show. `nearest` finds
    look-alikes when a search finds nothing. `search_sort(text)` orders what a search found, with the
    annotations it needs, when no order was asked for. `export_rows` leaves out what no file may hold;
    `places` is the name under which higher apps register columns (core.panels). `empty_template`
    says what to do first when there is nothing at all."""

    key: str
    url: str
    right: str
    words: Words
    base: Callable[[Reader], Any]
    search: Callable[[Any, str, Reader], Any]
    filters: tuple[Filter, ...]
    columns: tuple[Column, ...]
    sorts: dict[str, Sort]
    default_sort: str
    dress: Callable[[Any, Reader, frozenset[str]], Any]
    empty_template: str
    row_name: Callable[[Any], str] = str
    row_url: Callable[[Any], str] = lambda row: str(row.get_absolute_url())
    is_off: Callable[[Any], bool] = lambda row: False
    narrow: Callable[[Any, dict[str, Any], Reader], Any] | None = None
    offers: Callable[[Reader], Offered] | None = None
    quicks: tuple[Quick, ...] = ()
    nearest: Callable[[Any, str], list[Any]] | None = None
    search_sort: Callable[[Any, str], tuple[Any, Sort]] | None = None
    export_rows: Callable[[Any, Reader], Any] | None = None
    file_name: Any = ""
    places: str = ""

    @cached_property
    def by_name(self) -> dict[str, Filter]:
        return {item.name: item for item in self.filters}

    @property
    def path(self) -> str:
        return reverse(self.url)

    def acts_for(self, reader: Reader) -> list[Act]:
        """The bulk acts this reader may do here."""
        return [act for act in ACTS.get(self.key, {}).values() if reader.can(act.right)]


LISTS: dict[str, ListDefinition] = {}
ACTS: dict[str, dict[str, Act]] = {}


def register(definition: ListDefinition) -> ListDefinition:
    """Make a list known. Raises ValueError for a key that is taken, and for a filter whose name means
    something else in the address."""
    if definition.key in LISTS:
        raise ValueError(f"list {definition.key} is registered twice")
    if RESERVED & definition.by_name.keys():
        raise ValueError(f"list {definition.key} has a filter with a reserved name")
    LISTS[definition.key] = definition
    return definition


def register_act(list_key: str, act: Act) -> Act:
    """Give a list a bulk act; an app may do so for a list of a lower floor."""
    acts = ACTS.setdefault(list_key, {})
    if act.code in acts:
        raise ValueError(f"bulk act {act.code} of list {list_key} is registered twice")
    acts[act.code] = act
    return act
