"""One page of a list, ready for its templates."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from deventer_crm.core import clock
from deventer_crm.core.lists import address, asking, table
from deventer_crm.core.lists.asking import Asked, ask, ask_text
from deventer_crm.core.lists.definition import Act, Column, Filter, ListDefinition, Reader, load_for
from deventer_crm.core.lists.keyset import KeyPage, Place, first_page, first_rows, page_by_key
from deventer_crm.core.lists.saved import ViewTab, tabs
from deventer_crm.core.paging import CountOf
from deventer_crm.core.statements import PreparedFor

PAGE_SIZE = 25
#: Quick counts go no further: a list of more is not a day's work.
QUICK_CAP = 1_000


@dataclass(frozen=True)
class Head:
    """A column's head; `url` sorts by it, `direction` is how it is sorted now (aria-sort)."""

    label: Any
    url: str = ""
    direction: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class FormField:
    """A filter as the form shows it: a select box, or a day."""

    name: str
    label: Any
    html: SafeString
    problem: str = ""


@dataclass(frozen=True)
class QuickLine:
    """A quick list; `count` is None as long as nobody counted."""

    label: Any
    url: str
    count: int | None = None

    @property
    def is_capped(self) -> bool:
        return self.count is not None and self.count > QUICK_CAP

    @property
    def shown(self) -> int:
        return min(self.count or 0, QUICK_CAP)


@dataclass(frozen=True)
class Listing:
    """A page of a list. `is_guess`: nothing matched, these rows look like it."""

    asked: Asked
    page: KeyPage
    is_guess: bool = False
    acts: list[Act] = field(default_factory=list)

    @property
    def definition(self) -> ListDefinition:
        return self.asked.definition

    @property
    def rows(self) -> list[Any]:
        return self.page.rows

    @property
    def total(self) -> int:
        return self.page.total

    @property
    def last(self) -> int:
        return self.page.first + len(self.page.rows) - 1

    @property
    def counted(self) -> str:
        """ "312 employers"."""
        return self.definition.words.counted(self.page.total)

    @cached_property
    def is_empty(self) -> bool:
        """Nothing there at all, as far as this reader may know."""
        return not self.page.rows and not self.asked.has_filters

    @cached_property
    def chips(self) -> list[asking.Chip]:
        return self.asked.chips()

    @property
    def problems(self) -> list[tuple[Any, str]]:
        """Label and sentence of every filter that was left out."""
        return [
            (self.definition.by_name[name].label, sentence) for name, sentence in self.asked.problems.items()
        ]

    @cached_property
    def heads(self) -> list[Head]:
        return [_head(self.asked, column) for column in self.asked.columns]

    @cached_property
    def head_row(self) -> SafeString:
        return table.head_row(self.heads, can_pick=bool(self.acts))

    @cached_property
    def body(self) -> SafeString:
        return table.body(self.rows, self.asked, can_pick=bool(self.acts))

    # ── addresses ────────────────────────────────────────────────────────────────────────────────

    @property
    def clear_url(self) -> str:
        """Without filters; order and columns stay."""
        pairs = [pair for pair in self.asked.pairs(view=False) if pair[0] in (address.SORT, address.COLUMNS)]
        return f"{self.definition.path}?{urlencode(pairs)}"

    def _page_url(self, name: str, place: Place | None) -> str:
        return self.asked.url(changes={name: str(place)}) if place else ""

    @property
    def next_url(self) -> str:
        return self._page_url(address.AFTER, self.page.after)

    @property
    def previous_url(self) -> str:
        return self._page_url(address.BEFORE, self.page.before)

    @property
    def columns_url(self) -> str:
        return self.asked.url(changes={address.PANEL: "columns"})

    @property
    def filters_url(self) -> str:
        return self.asked.url(changes={address.PANEL: "filters"})

    @property
    def counts_url(self) -> str:
        return f"{self.definition.path}?{address.PANEL}=counts"

    # ── saved views and quick lists ──────────────────────────────────────────────────────────────

    @cached_property
    def tabs(self) -> list[ViewTab]:
        return tabs(self.asked)

    @cached_property
    def view(self) -> ViewTab | None:
        """The opened view."""
        return next((tab for tab in self.tabs if tab.is_open), None)

    @property
    def quicks(self) -> list[QuickLine]:
        return quick_lines(self.definition, self.asked.reader)

    # ── the form ─────────────────────────────────────────────────────────────────────────────────

    @property
    def hidden_filters(self) -> list[tuple[str, str]]:
        return list(self.asked.chosen.items())

    @property
    def hidden_only(self) -> list[tuple[str, str]]:
        """Filters that came with a link: not in the form, and not lost by it."""
        return [
            (name, value)
            for name, value in self.asked.chosen.items()
            if self.definition.by_name[name].kind == "hidden"
        ]

    @property
    def picked(self) -> str:
        return asking.DOT.join(self.asked.picked)

    @cached_property
    def fields(self) -> list[FormField]:
        return [_field(self.asked, item) for item in self.asked.filters if item.kind != "hidden"]

    @cached_property
    def column_choices(self) -> list[tuple[Column, bool]]:
        """Every column but the first, and whether it is shown."""
        shown = {column.code for column in self.asked.columns}
        return [(column, column.code in shown) for column in self.asked.possible_columns[1:]]


def read_list(definition: ListDefinition, params: QueryDict, user: Any) -> Listing:
    """The page that the address asks for, in as many queries for ten rows as for any number."""
    reader = Reader(user, clock.today())
    asked = ask(definition, reader, params)
    page, is_guess = _page(asked, params)
    load_for(asked.columns, page.rows, reader)
    return Listing(asked, page, is_guess, definition.acts_for(reader))


class _Question:
    """What is asked of a list as the key of a kept statement: the same list, filters, order and columns. The
    statement stays; who asked first does not."""

    def __init__(self, asked: Asked) -> None:
        self._asked: list[Asked] = [asked]
        self._key = (asked.definition.key, asked.query)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def answer(self) -> list[Any]:
        found = FIRST_ROWS.rows(self._asked[0].reader.user, question=self)
        self._asked.clear()
        return found

    def rows(self, user: Any) -> Any:
        return _rows_of_first_page(self._asked[0].read_by(user))


def _rows_of_first_page(asked: Asked) -> Any:
    counted = asked.rows()
    return first_rows(counted, *asked.ordered(asked.dressed(counted)), PAGE_SIZE)


#: Most pages are the first of a list that somebody asked for before.
FIRST_ROWS = PreparedFor(lambda user, *, question: question.rows(user))


def _page(asked: Asked, params: QueryDict) -> tuple[KeyPage, bool]:
    after, before = Place.read(params.get(address.AFTER)), Place.read(params.get(address.BEFORE))
    page = None
    if after or before:
        counted = asked.rows()
        rows, sort = asked.ordered(asked.dressed(counted))
        page = page_by_key(counted, rows, asked.anchors(), sort, PAGE_SIZE, after=after, before=before)
    if page is None:
        # What people type is seldom typed twice.
        found = list(_rows_of_first_page(asked)) if asked.text else _Question(asked).answer()
        page = first_page(found, PAGE_SIZE)
    nearest = asked.definition.nearest
    if page.rows or not asked.text or nearest is None:
        return page, False
    guessed = nearest(asked.dressed(asked.rows(with_text=False)), asked.text)
    return KeyPage(guessed, len(guessed), False, 1, None, None), bool(guessed)


def _head(asked: Asked, column: Column) -> Head:
    """A second click on a head turns the order round."""
    sort = asked.definition.sorts.get(column.sort)
    if sort is None or not asked.reader.can(sort.right):
        return Head(column.label, is_number=column.is_number)
    name = column.sort
    searching = bool(asked.text and not asked.sort and asked.definition.search_sort)
    now = "" if searching else (asked.sort or asked.definition.default_sort)
    direction = {name: "ascending", f"-{name}": "descending"}.get(now, "")
    turn = direction == "ascending" or (not direction and column.largest_first)
    wanted = f"-{name}" if turn else name
    changes = {address.SORT: "" if wanted == asked.definition.default_sort and not asked.text else wanted}
    return Head(column.label, asked.url(changes=changes), direction, column.is_number)


def _field(asked: Asked, item: Filter) -> FormField:
    value = asked.chosen.get(item.name, "")
    problem = asked.problems.get(item.name, "")
    if problem:
        value = asked.params.get(item.name, "")
    html = (
        table.day_box(item.name, value, wrong=bool(problem))
        if item.kind == "day"
        else table.select_box(item.name, value, item.everything, asked.options(item), wrong=bool(problem))
    )
    return FormField(item.name, item.label, html, problem)


def quick_lines(definition: ListDefinition, reader: Reader, *, counted: bool = False) -> list[QuickLine]:
    """The quick lists for this reader; counted, all in one query."""
    quicks = [quick for quick in definition.quicks if quick.is_for(reader)]
    if not quicks:
        return []
    queries = [urlencode(quick.query) for quick in quicks]
    counts: list[int | None] = [None] * len(quicks)
    if counted:
        counts = list(_counts([ask_text(definition, reader, query) for query in queries]))
    return [
        QuickLine(quick.label, f"{definition.path}?{query}", count)
        for quick, query, count in zip(quicks, queries, counts, strict=True)
    ]


def _counts(questions: list[Asked]) -> tuple[int, ...]:
    """How many rows each question has, up to the cap: one statement."""
    named = {
        f"count_{number}": CountOf(asked.rows().order_by().values("pk")[: QUICK_CAP + 1])
        for number, asked in enumerate(questions)
    }
    # One row to hang the counts on: that of who asks.
    one_row = get_user_model()._default_manager.filter(pk=questions[0].reader.user.pk)
    return tuple(one_row.annotate(**named).values_list(*named)[0])
