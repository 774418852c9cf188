"""The door through which the list learns what came of the duty: visits live in a higher app, which hands in
its function here when it is loaded. Without one the list is a list and nothing more."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from deventer_crm.core import clock

if TYPE_CHECKING:
    from accounts.models import User


class DutyLike(Protocol):
    """What the list shows of a duty (R5)."""

    @property
    def status(self) -> str: ...
    @property
    def date(self) -> dt.date | None: ...
    @property
    def remark(self) -> Any: ...
    @property
    def met(self) -> bool: ...


Duties = Mapping[int, DutyLike]


@dataclass(frozen=True)
class DutySource:
    """`read(employer_ids, year, as_of)`: from everything, for totals (R10). `narrow(duties, year, as_of,
    user)`: what this reader may see of them, for a badge beside a name."""

    read: Callable[[Iterable[int], int, dt.date], Duties]
    narrow: Callable[[Any, int, dt.date, "User"], Duties]


_sources: list[DutySource] = []


def supply_duties(source: DutySource) -> None:
    """Hand in where duties come from; there can be one."""
    if _sources:
        raise ValueError("the duties of the top list have a source already")
    _sources.append(source)


def duties(employer_ids: Iterable[int], year: int, as_of: dt.date | None = None) -> Duties:
    """The duty of each employer in that year (as of today), from everything; empty without a source."""
    return _sources[0].read(employer_ids, year, as_of or clock.today()) if _sources else {}


def visible_duties(found: Duties, year: int, user: "User", as_of: dt.date | None = None) -> Duties:
    """The same duties as far as this reader may know of what they come from."""
    return _sources[0].narrow(found, year, as_of or clock.today(), user) if _sources else found
