"""Paging that costs the same on page 1 and at 100,000 rows: one query fetches a page together with the count,
and the count goes no further than a cap."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, QuerySet, Subquery

from deventer_crm.core.parsing import whole_number

#: Nobody pages through more; beyond it a list says "more than" and asks for a filter.
DEFAULT_CAP = 10_000


class CountOf(Subquery):
    """How many rows a queryset has, as one column beside other rows."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # no [] at run time
    """A Paginator that knows its count already; `is_capped` tells that there are more than it counts."""

    def __init__(
        self, rows: "QuerySet[Any, Any] | Sequence[Any]", per_page: int, counted: int, cap: int
    ) -> None:
        super().__init__(rows, per_page)
        self.count = min(counted, cap)
        self.is_capped = counted > cap


def page_of(
    rows: "QuerySet[Any, Any]", number: str | None, per_page: int = 25, *, cap: int = DEFAULT_CAP
) -> "Page[Any]":
    """The asked page in one query; a number that is no page gives the nearest one, in two queries more. The
    rows carry `rows_counted`."""
    counted = rows.annotate(rows_counted=CountOf(rows.order_by().values("pk")[: cap + 1]))
    asked = whole_number(number) or 1
    if asked > -(-cap // per_page):
        asked = 1
    start = (asked - 1) * per_page
    found = list(counted[start : min(start + per_page, cap)])
    if not found and asked > 1:
        total = rows.order_by().values("pk")[: cap + 1].count()
        asked = max(1, -(-min(total, cap) // per_page))
        start = (asked - 1) * per_page
        found = list(counted[start : min(start + per_page, cap)])
    total = found[0].rows_counted if found else 0
    return Page(found, asked, CappedPaginator(rows, per_page, total, cap))
