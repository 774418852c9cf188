"""Reads that every page needs, with a statement that is built once per process instead of once per request.

Django builds a statement anew each time it is asked, and for a union of several rules that takes longer than
PostgreSQL takes to answer it. The rule stays a queryset; only its text is kept."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

#: Stands in the statement where the number belongs; no key is ever this.
PLACE = -2_147_000_123


class Prepared:
    """`build(number)` gives the queryset for one number, the key of a person for instance; nothing else in it
    may change from one moment to the next (no date of today)."""

    def __init__(self, build: Callable[[int], "QuerySet[Any, Any]"]) -> None:
        self.build = build

    @cached_property
    def _compiled(self) -> tuple[str, tuple[Any, ...]]:
        sql, params = self.build(PLACE).query.sql_with_params()
        # Wrapped: pghistory puts the trail's context before whatever does not begin with SELECT.
        return "SELECT * FROM (" + sql + ") AS found", params  # noqa: S608 - text made by Django, values apart

    def rows(self, number: int) -> list[tuple[Any, ...]]:
        """What the queryset gives for this number, as tuples."""
        sql, params = self._compiled
        with connection.cursor() as cursor:
            cursor.execute(sql, [number if param == PLACE else param for param in params])
            return cursor.fetchall()
