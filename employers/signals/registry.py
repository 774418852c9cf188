"""Signals are registered functions, of any app from employers upward:

@signal_kind("shrinking", label=_("Fewer working persons"), icon="arrow-down", order=30)
class Shrinking(SignalKind): …
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db.models import QuerySet

if TYPE_CHECKING:
    from accounts.models import User
    from employers.models import Employer


@dataclass(frozen=True)
class Signal:
    """One fact about one employer. `reason` says what is the matter, `source` who says so, `on` since when.
    `cause` names the facts: an objection holds as long as it is the same."""

    code: str
    employer_id: int
    reason: str
    source: str
    on: dt.date | None
    cause: str
    url: str = ""

    @property
    def label(self) -> Any:
        return SIGNALS[self.code].label

    @property
    def icon(self) -> str:
        return SIGNALS[self.code].icon


@dataclass(frozen=True)
class Asked:
    """What a function of signals gets: employers by key (no natural persons), each with `is_listed` (on
    the yearly list of that day), the reader, the day and the settings of that day."""

    employers: Mapping[int, "Employer"]
    user: "User"
    day: dt.date
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: Whether numbers of jobs may be told (R2).
    exact: bool = False


class SignalKind:
    """A kind of signal. The two readings say the same: `find` for given employers, `narrow` for a filter."""

    code: ClassVar[str]
    label: ClassVar[Any]
    icon: ClassVar[str]
    order: ClassVar[int]
    #: Policy settings that find() and narrow() read.
    settings: ClassVar[tuple[str, ...]] = ()

    def find(self, asked: Asked) -> Iterable[Signal]:
        """The signals of these employers, in one query at most."""
        raise NotImplementedError

    def narrow(
        self, rows: "QuerySet[Employer]", user: "User", day: dt.date, settings: Mapping[str, Any]
    ) -> "QuerySet[Employer]":
        """Those of these employers that have this signal, objections left aside."""
        raise NotImplementedError


SIGNALS: dict[str, SignalKind] = {}
_Kind = TypeVar("_Kind", bound=type[SignalKind])


def signal_kind(code: str, *, label: Any, icon: str, order: int) -> Callable[[_Kind], _Kind]:
    """Register a kind; `order`: the most pressing first. Raises ValueError for a code that is taken."""

    def register(made: _Kind) -> _Kind:
        if code in SIGNALS:
            raise ValueError(f"signal {code} is registered twice")
        made.code, made.label, made.icon, made.order = code, label, icon, order
        known = sorted([*SIGNALS.values(), made()], key=lambda kind: kind.order)
        SIGNALS.clear()
        SIGNALS.update((kind.code, kind) for kind in known)
        return made

    return register


def signal_choices() -> list[tuple[str, Any]]:
    """Code and words, for a filter."""
    return [(code, kind.label) for code, kind in SIGNALS.items()]
