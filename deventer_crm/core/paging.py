"""Paging that costs the same on page 1 and at 100,000 rows: it counts and goes no further than a cap."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

#: Nobody pages through more; beyond it a list says "more than" and asks for a filter.
DEFAULT_CAP = 10_000


class CappedPaginator(Paginator):
    """A Paginator over at most `cap` rows; `is_capped` tells that there are more."""

    def __init__(self, rows: "QuerySet[Any, Any]", per_page: int, *, cap: int = DEFAULT_CAP) -> None:
        super().__init__(rows, per_page)
        self.cap = cap

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet[Any, Any] = self.object_list  # type: ignore[assignment]  # wider in the stubs
        return rows.order_by().values("pk")[: self.cap + 1].count()

    @cached_property
    def count(self) -> int:  # type: ignore[override]  # a property in Paginator, too
        return min(self._counted, self.cap)

    @property
    def is_capped(self) -> bool:
        return self._counted > self.cap


def page_of(rows: "QuerySet[Any, Any]", number: str | None, per_page: int = 25) -> "Page[Any]":
    """The asked page; a number that is no page gives the nearest one. Never more than two queries."""
    return CappedPaginator(rows, per_page).get_page(number)
