"""The door through which the list learns what came of the duty: visits live in a higher app, which hands in
its function here when it is loaded. Without one the list is a list and nothing more."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

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


DutySource = Callable[[Iterable[int], int, "dt.date | None", "User | None"], Mapping[int, DutyLike]]
_sources: list[DutySource] = []


def supplies_duties(function: DutySource) -> DutySource:
    """Hand in `function(employer_ids, year, as_of, user) -> {employer_id: duty}`; there can be one."""
    if _sources:
        raise ValueError("the duties of the top list have a source already")
    _sources.append(function)
    return function


def duties(
    employer_ids: Iterable[int], year: int, as_of: dt.date | None = None, user: "User | None" = None
) -> Mapping[int, DutyLike]:
    """The duty of each employer in that year; empty when nobody supplies duties."""
    return _sources[0](employer_ids, year, as_of, user) if _sources else {}
