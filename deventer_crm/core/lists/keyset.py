"""Paging by key: the page after (or before) a row is found through the index of the order, so that page 400
of 100,000 rows costs what page 1 costs.

The address names the row, not its values: no name of a person gets into a log, and whoever may not see a row
learns nothing from where it would stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # no stubs yet
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)

from deventer_crm.core.lists.definition import Key, Sort
from deventer_crm.core.paging import CountOf
from deventer_crm.core.parsing import whole_number

#: A list counts no further; beyond it says "more than".
COUNT_CAP = 10_000


@dataclass(frozen=True)
class Place:
    """Where a page begins: after or before the row with this key, with so many rows in front of that row and
    itself (only to be shown)."""

    pk: int
    position: int = 0

    @classmethod
    def read(cls, text: str | None) -> "Place | None":
        pk, _dash, position = (text or "").partition("-")
        number = whole_number(pk)
        return cls(number, min(whole_number(position) or 0, 10**7)) if number is not None else None

    def __str__(self) -> str:
        return f"{self.pk}-{self.position}"


@dataclass(frozen=True)
class KeyPage:
    """One page. `first`: the position of its first row. `total` is counted up to the cap."""

    rows: list[Any]
    total: int
    is_capped: bool
    first: int
    after: Place | None
    before: Place | None


def ordering(keys: Sequence[Key]) -> list[Any]:
    """The keys as order_by() takes them."""
    found = []
    for key in keys:
        nulls = {"nulls_last": True} if key.nulls == "last" else {}
        nulls = {"nulls_first": True} if key.nulls == "first" else nulls
        found.append(F(key.name).desc(**nulls) if key.descending else F(key.name).asc(**nulls))
    return found


def _numbered(counted: Any, dressed: Any, cap: int) -> Any:
    return dressed.annotate(rows_counted=CountOf(counted.order_by().values("pk")[: cap + 1]))


def first_rows(counted: Any, dressed: Any, sort: Sort, size: int, cap: int = COUNT_CAP) -> Any:
    """The rows of the first page and the one behind it, with the count. `counted`: the same rows as `dressed`
    without what the columns need."""
    return _numbered(counted, dressed, cap).order_by(*ordering(sort.keys))[: size + 1]


def first_page(found: list[Any], size: int, cap: int = COUNT_CAP) -> KeyPage:
    """The page that first_rows() found."""
    return _page(found, size, None, backwards=False, cap=cap)


def page_by_key(
    counted: Any,
    dressed: Any,
    anchors: Any,
    sort: Sort,
    size: int,
    *,
    after: Place | None = None,
    before: Place | None = None,
    cap: int = COUNT_CAP,
) -> KeyPage | None:
    """The page of `dressed` after or before a row, in two to four queries. `anchors`: all rows this reader
    may see, among which that row is looked up: it may have left the list since, by what was done on the page
    before. None when it is not there at all, or nothing is behind it."""
    start = after or before
    if start is None:
        return None
    keys = sort.keys
    backwards = after is None
    if backwards:
        keys = tuple(key.flipped() for key in keys)
    values = anchors.filter(pk=start.pk).order_by().values_list(*(key.name for key in keys)).first()
    if values is None:
        return None
    found: list[Any] = []
    for part in _behind(_numbered(counted, dressed, cap), keys, values):
        found += part.order_by(*ordering(keys))[: size + 1 - len(found)]
        if len(found) > size:
            break
    return _page(found, size, start, backwards=backwards, cap=cap) if found else None


def _page(found: list[Any], size: int, start: Place | None, *, backwards: bool, cap: int) -> KeyPage:
    more = len(found) > size
    rows = found[:size]
    total = rows[0].rows_counted if rows else 0
    first = start.position + 1 if start else 1
    if backwards and start is not None:
        rows.reverse()
        first = max(1, start.position - len(rows)) if more else 1
    last = first + len(rows) - 1
    goes_back = more if backwards else start is not None
    goes_on = start is not None if backwards else more
    return KeyPage(
        rows=rows,
        total=min(total, cap),
        is_capped=total > cap,
        first=first,
        after=Place(rows[-1].pk, last) if goes_on and rows else None,
        before=Place(rows[0].pk, first) if goes_back and rows else None,
    )


def _behind(rows: Any, keys: Sequence[Key], values: Sequence[Any]) -> Iterator[Any]:
    """The rows that come after these values, in parts that each read one range of the index."""
    first, rest = keys[0], keys[1:]
    value = values[0]
    if not first.nulls and all(key.descending == first.descending for key in rest):
        yield rows.filter(_further(keys, values))
        return
    if rest:
        ties = {f"{first.name}__isnull": True} if value is None else {first.name: value}
        yield rows.filter(_further(rest, values[1:]), **ties)
    if value is not None:
        yield rows.filter(**{f"{first.name}__{'lt' if first.descending else 'gt'}": value})
        if first.nulls == "last":
            yield rows.filter(**{f"{first.name}__isnull": True})
    elif first.nulls == "first":
        yield rows.filter(**{f"{first.name}__isnull": False})


def _further(keys: Sequence[Key], values: Sequence[Any]) -> Any:
    """(a, b) > (1, 2), which PostgreSQL answers from an index. Keys of one direction."""
    lookup = TupleLessThan if keys[0].descending else TupleGreaterThan
    return lookup(Tuple(*(F(key.name) for key in keys)), tuple(values))
