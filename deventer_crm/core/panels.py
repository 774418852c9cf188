"""Registries by which a higher app shows its data on a lower app's page without being imported by it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A piece of a page: a template of the registering app and what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


PanelFunction = Callable[[Any, Any], Panel | None]
ColumnFunction = Callable[[list[Any], Any], dict[int, Any]]

_panels: dict[str, list[tuple[int, str, PanelFunction]]] = {}
_columns: "dict[str, dict[str, RegisteredColumn]]" = {}


def panel(place: str, *, order: int = 50) -> Callable[[PanelFunction], PanelFunction]:
    """Register `function(record, user) -> Panel | None` for a place such as "employer.header",
    "employer.facts", "employer.main" or "employer.side". None: nothing to show, or not for this reader."""

    def register(function: PanelFunction) -> PanelFunction:
        _panels.setdefault(place, []).append((order, f"{function.__module__}.{function.__name__}", function))
        _panels[place].sort(key=lambda row: row[:2])
        return function

    return register


def panels_for(place: str, record: Any, user: Any) -> list[Panel]:
    """The panels of a place, in order."""
    found = (function(record, user) for _order, _name, function in _panels.get(place, []))
    return [item for item in found if item is not None]


@dataclass(frozen=True)
class RegisteredColumn:
    """A column of a higher app: `shown` by itself, or only with one of the filters of `shown_with`; `right`:
    the act (R9) without which it does not exist."""

    label: Any
    function: ColumnFunction
    order: int = 50
    shown: bool = True
    shown_with: tuple[str, ...] = ()
    right: str = ""


def column(
    place: str,
    *,
    label: Any,
    order: int = 50,
    shown: bool = True,
    shown_with: tuple[str, ...] = (),
    right: str = "",
) -> Callable[[ColumnFunction], ColumnFunction]:
    """Register a column of a list page: `function(records, user) -> {pk: cell}` for the whole page at once,
    in a fixed number of queries. A cell is rendered by its `template` key with itself as context; its `text`
    is what an export writes. The name of the function is the code of the column."""

    def register(function: ColumnFunction) -> ColumnFunction:
        found = RegisteredColumn(label, function, order, shown, shown_with, right)
        _columns.setdefault(place, {})[function.__name__] = found
        return function

    return register


def columns_of(place: str) -> list[tuple[str, RegisteredColumn]]:
    """Code and column of every registered column of a place, in order."""
    return sorted(_columns.get(place, {}).items(), key=lambda row: (row[1].order, row[0]))
