"""What several pages of the budget need."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.http import Http404

from budget.models import TimeEntry
from employers.models import Employer

FIRST_YEAR, LAST_YEAR = 2015, 2100


def seen_employers(entries: Iterable[TimeEntry], user: Any) -> set[int]:
    """Which employers of these entries this reader may name: one can have become confidential (R10)."""
    named = {entry.employer_id for entry in entries if entry.employer_id}
    return set(Employer.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))


def known_year(year: int) -> int:
    """The year, or 404 for one that nobody can mean."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return year


def month_of(year: int, month: int) -> dt.date:
    """The first day of a month, or 404."""
    known_year(year)
    if not 1 <= month <= 12:
        raise Http404
    return dt.date(year, month, 1)
