"""What writes to a timeline: one source for each kind of happening, of any app from employers upward."""

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    Q,
    QuerySet,
    Value,
)

from accounts.roles import Act
from deventer_crm.core.timeline import Happening

if TYPE_CHECKING:
    from accounts.models import User

#: A queryset, or a statement of one's own with its values; always in the order of INDEX_COLUMNS.
Part = QuerySet[Any, Any] | tuple[str, Sequence[Any]]
INDEX_COLUMNS = ("employer_id", "record_id", "at", "is_plan", "is_contact", "user_id", "theme_id")


@dataclass(frozen=True)
class Key:
    """A row of the index: which record, at which employer, when, whose. `of`: the name of that employer when
    it is not the one whose page it is. `is_upcoming`: read as still to come."""

    pk: int
    employer_id: int
    kind: str
    record_id: int
    at: dt.datetime
    user_id: int | None = None
    of: str = ""
    is_upcoming: bool = False


class ActivitySource:
    """A kind of happening. `kind`: its code in the index; `group`: what people filter by and services
    refresh, several kinds may share it (with the keys of the same records); `label`: the group's.

    `act`: the right without which somebody sees nothing of it (R9). `stays_open`: what is planned stays to
    come after its day, until the record says that it is done. `of_itself`: not
    told on the page of the employer that this one is grouped under."""

    kind: ClassVar[str]
    group: ClassVar[str]
    label: ClassVar[Any]
    order: ClassVar[int]
    act: ClassVar[Act] = Act.SEE_DOSSIERS
    stays_open: ClassVar[bool] = False
    of_itself: ClassVar[bool] = False

    def rows(self) -> Part | Sequence[Part]:
        """Everything that should be in the index (see index_rows); the registry narrows it to the records or
        employers it refreshes. A row that several parts give is taken once."""
        raise NotImplementedError

    def content(self, keys: Collection[Key], user: "User") -> Part:
        """(record id, jsonb) of what this reader may see of these records (R10), in one statement that reads
        no others."""
        raise NotImplementedError

    def line(self, key: Key, data: dict[str, Any], user: "User") -> Happening | None:
        """What is shown of a record that content() gave; None: nothing to tell this reader after all."""
        raise NotImplementedError


#: By kind, in the order in which they are registered.
SOURCES: dict[str, ActivitySource] = {}
_Source = TypeVar("_Source", bound=type[ActivitySource])


def activity_source(
    kind: str, *, label: Any, group: str = "", order: int = 50
) -> Callable[[_Source], _Source]:
    """Register an ActivitySource, in `timeline.py` of its app; `order`: of its group as a filter. Raises
    ValueError for a kind that is taken."""

    def register(made: _Source) -> _Source:
        if kind in SOURCES:
            raise ValueError(f"{kind!r} is registered already")
        made.kind, made.group, made.label, made.order = kind, group or kind, label, order
        SOURCES[kind] = made()
        return made

    return register


def sources_of(names: Collection[str]) -> list[ActivitySource]:
    """Those of these kinds or groups."""
    return [source for source in SOURCES.values() if source.kind in names or source.group in names]


def group_labels() -> dict[str, Any]:
    """What people filter by: code and words."""
    return {source.group: source.label for source in sorted(SOURCES.values(), key=lambda s: s.order)}


def day_start(date: Any) -> Func:
    """The first moment of a day of the calendar here, as a column (a name or an expression): PostgreSQL's own
    cast takes that of UTC."""
    return Func(
        F(date) if isinstance(date, str) else date,
        template=day_start_sql("%(expressions)s"),
        output_field=DateTimeField(),
    )


def day_start_sql(date: str) -> str:
    """The same for a statement of one's own."""
    return f"(({date})::timestamp AT TIME ZONE '{settings.TIME_ZONE}')"


def index_rows(
    rows: "QuerySet[Any, Any]",
    *,
    employer: str,
    record: str,
    at: Any,
    is_plan: bool | Q | Expression = False,
    is_contact: bool | Q | Expression = False,
    user: Any = None,
    theme: str | None = None,
) -> "QuerySet[Any, Any]":
    """A queryset as rows of the index; every argument names a column or is an expression. `at` of a date:
    day_start(). `is_contact`: counts as contact, and a date everybody sees may show it (R9, R10)."""
    nothing = Value(None, output_field=BigIntegerField(null=True))
    return rows.order_by().values_list(
        F(employer),
        F(record),
        F(at) if isinstance(at, str) else at,
        _yes_or_no(is_plan),
        _yes_or_no(is_contact),
        (F(user) if isinstance(user, str) else user) if user is not None else nothing,
        F(theme) if theme else nothing,
    )


def _yes_or_no(value: bool | Q | Expression) -> Any:
    if isinstance(value, bool):
        return Value(value, output_field=BooleanField())
    return ExpressionWrapper(value, output_field=BooleanField()) if isinstance(value, Q) else value


def as_sql(part: Part) -> tuple[str, list[Any]]:
    """Statement and values of a part."""
    if isinstance(part, QuerySet):
        sql, values = part.query.sql_with_params()
        return sql, list(values)
    return part[0], list(part[1])
