"""What sources of a timeline need to say what they read."""

from types import SimpleNamespace
from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.db.models.functions import Concat, JSONObject, Trim

from .registry import Key


def as_content(rows: "QuerySet[Any, Any]", **fields: Any) -> "QuerySet[Any, Any]":
    """The content() of a source: key and jsonb. A field is the name of a column or an expression."""
    return rows.order_by().values_list(F("pk"), JSONObject(**fields))


def colleague(path: str) -> Any:
    """The name of a user, as str(user) gives it; empty without one. `path`: of the foreign key."""
    return Case(
        When(**{f"{path}__isnull": True, "then": Value("")}),
        When(**{f"{path}__last_name": "", f"{path}__first_name": "", "then": F(f"{path}__email")}),
        default=Trim(Concat(f"{path}__first_name", Value(" "), f"{path}__last_name")),
        output_field=CharField(),
    )


#: The same in a statement of one's own, for a user called `u`.
COLLEAGUE_SQL = "COALESCE(NULLIF(btrim(concat(u.first_name, ' ', u.last_name)), ''), u.email, '')"


def record_of(key: Key, data: dict[str, Any]) -> SimpleNamespace:
    """What a template may need of the record behind a line."""
    return SimpleNamespace(pk=key.record_id, at=key.at, **data)
