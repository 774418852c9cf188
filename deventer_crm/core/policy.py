"""Policy settings: registered by the apps (their policy_settings.py), valued by dated rows.

Reading one is `policy.value("invitation_counts", on=day)`; a setting without a row has its default."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.memo import is_remembering, shared
from deventer_crm.core.statements import Prepared


@dataclass(frozen=True)
class Definition:
    """What a setting means, which values it takes and what it is as long as nobody set it."""

    name: str
    label: Any
    default: Any
    kind: str
    unit: Any = ""

    def problem_with(self, value: Any) -> Any | None:
        """A sentence for the person who typed the value, or None when it is fine."""
        return None if CHECKS[self.kind](value) else _("This value does not fit this setting.")


DEFINITIONS: dict[str, Definition] = {}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_month_day(value: Any) -> bool:
    try:
        dt.date.fromisoformat(f"2024-{value}")
    except (TypeError, ValueError):
        return False
    return isinstance(value, str) and len(value) == 5


def _are_days(value: Any) -> bool:
    try:
        return isinstance(value, list) and all(str(dt.date.fromisoformat(item)) == item for item in value)
    except (TypeError, ValueError):
        return False


CHECKS: dict[str, Callable[[Any], bool]] = {
    "bool": lambda value: isinstance(value, bool),
    "count": _is_count,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value >= 0,
    "month_day": _is_month_day,
    "text": lambda value: isinstance(value, str) and bool(value.strip()),
    "texts": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "days": _are_days,
}


def define(name: str, *, kind: str, default: Any, label: Any, unit: Any = "") -> None:
    """Register a setting. `kind` is a key of CHECKS; month_day values read "04-01", days
    are a list of "2026-05-05"."""
    if name in DEFINITIONS:
        raise ValueError(f"policy setting {name} is defined twice")
    if kind not in CHECKS:
        raise ValueError(f"policy setting {name} has an unknown kind {kind}")
    DEFINITIONS[name] = Definition(name, label, default, kind, unit)


def value(name: str, on: dt.date | None = None) -> Any:
    """The value valid on that day (default today). Raises KeyError for a name nobody registered."""
    return values([name], on)[name]


def values(names: list[str], on: dt.date | None = None) -> dict[str, Any]:
    """Several settings in one query; inside memo.remembering() all settings of all days are read once."""
    day = on or clock.today()
    rows = shared("policy", lambda: _stored(None if is_remembering() else names))
    stored = {name: value for name, starts_on, value in rows if starts_on <= day}
    return {name: stored.get(name, DEFINITIONS[name].default) for name in names}


def _stored(names: list[str] | None) -> list[tuple[str, dt.date, Any]]:
    """Name, first day and value, the oldest first; None: of all settings."""
    return _rows.rows(names=None if names is None else tuple(names))


@Prepared
def _rows(*, names: tuple[str, ...] | None) -> "QuerySet[Any, Any]":
    from deventer_crm.core.models import PolicySetting

    rows: QuerySet[PolicySetting] = PolicySetting.objects.order_by("starts_on", "pk")
    if names is not None:
        rows = rows.filter(name__in=names)
    return rows.values_list("name", "starts_on", "value")


def month_day(text: str, year: int) -> dt.date:
    """The day "MM-DD" falls on in that year; 29 February becomes 28 in a common year."""
    month, day = int(text[:2]), int(text[3:])
    if (month, day) == (2, 29):
        try:
            return dt.date(year, 2, 29)
        except ValueError:
            return dt.date(year, 2, 28)
    return dt.date(year, month, day)
