"""What the address of a list asks for, checked against its definition; and the address back from it."""

import copy
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from deventer_crm.core.formatting import nl_date
from deventer_crm.core.lists.address import COLUMNS, PASSING, SORT, TEXT, VIEW
from deventer_crm.core.lists.definition import (
    Choices,
    Column,
    Filter,
    ListDefinition,
    Offered,
    Reader,
    Sort,
)
from deventer_crm.core.parsing import whole_number

if TYPE_CHECKING:
    from deventer_crm.core.models import SavedView

MOST_LETTERS = 200
#: Between codes of columns: survives an address unescaped.
DOT = "."


class Problem(Exception):
    """A value in the address that does not fit its filter."""


@dataclass(frozen=True)
class Chip:
    """A filter that is on; `remove_url` is the list without it."""

    label: Any
    value: Any
    remove_url: str


class ReadWhenNeeded(Mapping[str, Choices]):
    """What the filters of a list offer: read once, and only when the first filter looks into it."""

    def __init__(self, read: Callable[[Reader], Offered] | None, reader: Reader) -> None:
        self._read, self._reader = read, reader

    @cached_property
    def _found(self) -> Offered:
        return self._read(self._reader) if self._read else {}

    def __getitem__(self, name: str) -> Choices:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class Asked:
    """One question to a list: text, filters, order and columns, as far as they are valid for this reader.
    What is not valid is left out and named in `problems`."""

    def __init__(
        self,
        definition: ListDefinition,
        reader: Reader,
        params: QueryDict,
        view: "SavedView | None" = None,
    ) -> None:
        self.definition, self.reader, self.view = definition, reader, view
        self.params = params
        self.text = " ".join(params.get(TEXT, "").replace("\0", "").split())[:MOST_LETTERS]
        self.chosen: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.problems: dict[str, str] = {}
        for item in self.filters:
            self._read(item, params.get(item.name, "").strip())
        self.sort = self._sort(params.get(SORT, ""))
        self.picked = self._columns(params.getlist(COLUMNS))

    @cached_property
    def filters(self) -> list[Filter]:
        """Those this reader may use."""
        return [item for item in self.definition.filters if self.reader.can(item.right)]

    @cached_property
    def _offered(self) -> "ReadWhenNeeded":
        return ReadWhenNeeded(self.definition.offers, self.reader)

    def options(self, item: Filter) -> Choices:
        """The options of a filter, groups included."""
        return item.choices(self._offered, self.reader) if item.choices else []

    def _read(self, item: Filter, raw: str) -> None:
        if not raw:
            return
        try:
            self.values[item.name] = self._value(item, raw)
        except Problem as problem:
            self.problems[item.name] = str(problem)
        else:
            self.chosen[item.name] = raw

    def _value(self, item: Filter, raw: str) -> Any:
        if item.kind == "day":
            try:
                return dt.date.fromisoformat(raw)
            except ValueError:
                raise Problem(_("This is not a date.")) from None
        if item.kind == "hidden":
            number = whole_number(raw)
            if number is None:
                raise Problem(_("This is not a number."))
            return number
        if raw not in self._labels(item):
            raise Problem(_("This choice does not exist (any more)."))
        return raw

    def _labels(self, item: Filter) -> dict[str, Any]:
        return _flat(self.options(item))

    def _sort(self, asked: str) -> str:
        """The order asked for, unless it is the usual one or would tell what this reader may not know."""
        sort = self.definition.sorts.get(asked)
        if sort is None or not self.reader.can(sort.right) or asked == self._usual_sort:
            return ""
        return asked

    @property
    def _usual_sort(self) -> str:
        """A search puts the best first, so there every order is a choice."""
        return "" if self.text and self.definition.search_sort else self.definition.default_sort

    @property
    def order(self) -> Sort:
        """The order, when it does not follow from a search."""
        return self.definition.sorts[self.sort or self.definition.default_sort]

    # ── columns ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def possible_columns(self) -> list[Column]:
        """Every column this reader may see."""
        from deventer_crm.core.lists.registered import registered_columns

        found = [*self.definition.columns, *registered_columns(self.definition)]
        return [column for column in found if self.reader.can(column.right)]

    def _columns(self, raw: Iterable[str]) -> tuple[str, ...]:
        wanted = {code for value in raw for code in value.split(DOT)}
        picked = tuple(column.code for column in self.possible_columns[1:] if column.code in wanted)
        return () if set(picked) == {column.code for column in self._usual_columns[1:]} else picked

    @property
    def _usual_columns(self) -> list[Column]:
        return [
            column
            for column in self.possible_columns
            if column.shown or any(name in self.chosen for name in column.shown_with)
        ]

    @cached_property
    def columns(self) -> list[Column]:
        """The columns of the page: the chosen ones, else the usual ones. The first is always there."""
        if not self.picked:
            return self._usual_columns
        first, *others = self.possible_columns
        return [first, *(column for column in others if column.code in self.picked)]

    # ── the address ──────────────────────────────────────────────────────────────────────────────

    def pairs(
        self, *, without: str = "", changes: Mapping[str, str] | None = None, view: bool = True
    ) -> list[tuple[str, str]]:
        """What is asked for as names and values, always in the same order."""
        found = {TEXT: self.text} if self.text else {}
        found |= {item.name: self.chosen[item.name] for item in self.filters if item.name in self.chosen}
        if self.sort:
            found[SORT] = self.sort
        if self.picked:
            found[COLUMNS] = DOT.join(self.picked)
        found.pop(without, None)
        for name, value in (changes or {}).items():
            found[name] = value
        pairs = [(name, value) for name, value in found.items() if value]
        if view and self.view is not None:
            # Without anything else the address would mean: the view as it was saved.
            pairs = [(VIEW, str(self.view.pk)), *(pairs or [(TEXT, "")])]
        return pairs

    @property
    def query(self) -> str:
        """The question itself: what a saved view keeps, an export and a bulk act get."""
        return urlencode(self.pairs(view=False))

    def url(self, *, without: str = "", changes: Mapping[str, str] | None = None) -> str:
        """The list with something changed, on its first page."""
        return f"{self.definition.path}?{urlencode(self.pairs(without=without, changes=changes))}"

    @property
    def own_url(self) -> str:
        """This very list; a view that was not changed has a short address."""
        if self.view is not None and not self.is_changed:
            return f"{self.definition.path}?{VIEW}={self.view.pk}"
        pairs = urlencode(self.pairs())
        return f"{self.definition.path}?{pairs}" if pairs else self.definition.path

    @cached_property
    def is_changed(self) -> bool:
        """Whether the opened view was changed since it was saved. Compared by what it means, so that a choice
        that no longer exists does not look like a change by this reader."""
        if self.view is None:
            return False
        saved = Asked(self.definition, self.reader, QueryDict(self.view.query))
        return saved.query != self.query

    def chips(self) -> list[Chip]:
        """Every filter that is on, each with the address without it."""
        found = [Chip(_("Search"), self.text, self.url(without=TEXT))] if self.text else []
        for item in self.filters:
            if item.name in self.chosen:
                found.append(Chip(item.label, self._says(item), self.url(without=item.name)))
        return found

    def _says(self, item: Filter) -> Any:
        value = self.values[item.name]
        if item.says:
            return item.says(value, self.reader)
        if item.kind == "day":
            return nl_date(value)
        return self._labels(item).get(str(value), value)

    @property
    def has_filters(self) -> bool:
        return bool(self.text or self.chosen)

    def read_by(self, user: Any) -> "Asked":
        """The same question of another reader with the same rights."""
        other = copy.copy(self)
        other.reader = Reader(user, self.reader.today)
        return other

    # ── rows ─────────────────────────────────────────────────────────────────────────────────────

    def rows(self, *, with_text: bool = True) -> Any:
        """What is asked for, without order and without what the columns need."""
        rows = self.definition.base(self.reader)
        for name, value in self.values.items():
            narrow = self.definition.by_name[name].narrow
            if narrow is not None:
                rows = narrow(rows, value, self.reader)
        if self.definition.narrow is not None:
            rows = self.definition.narrow(rows, self.values, self.reader)
        if self.text and with_text:
            rows = self.definition.search(rows, self.text, self.reader)
        return rows

    def anchors(self) -> Any:
        """Every row this reader may see, with what the order needs: where a page can begin."""
        return self.ordered(self.dressed(self.definition.base(self.reader), ()))[0]

    def ordered(self, rows: Any) -> tuple[Any, Sort]:
        """The rows with what their order needs, and that order."""
        if self.text and not self.sort and self.definition.search_sort is not None:
            found: tuple[Any, Sort] = self.definition.search_sort(rows, self.text)
            return found
        return rows, self.order

    def dressed(self, rows: Any, columns: Iterable[Column] | None = None) -> Any:
        """The rows with what these columns (those of the page) show, and what the order needs."""
        codes = {column.code for column in (self.columns if columns is None else columns)}
        codes |= {self.sort.removeprefix("-") or self.definition.default_sort.removeprefix("-")}
        return self.definition.dress(rows, self.reader, frozenset(codes))


def ask(definition: ListDefinition, reader: Reader, params: QueryDict) -> Asked:
    """Read an address. `view=3` alone opens that saved view; with anything beside it, the address counts and
    is compared with the view."""
    from deventer_crm.core.lists.saved import find_view

    number = whole_number(params.get(VIEW))
    view = find_view(definition, reader, number) if number is not None else None
    if view is not None and not any(name not in PASSING for name in params):
        return Asked(definition, reader, QueryDict(view.query), view)
    return Asked(definition, reader, params, view)


def ask_text(definition: ListDefinition, reader: Reader, query: str) -> Asked:
    """The same for a question that was kept as text: a saved view, a quick list, the list of a bulk act."""
    return Asked(definition, reader, QueryDict(query))


def _flat(choices: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """Choices with groups as one dictionary."""
    found: dict[str, Any] = {}
    for key, label in choices:
        if isinstance(label, list | tuple):
            found.update(_flat(label))
        else:
            found[str(key)] = label
    return found
