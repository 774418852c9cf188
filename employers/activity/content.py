"""What sources of a timeline need to say what they read."""

from types import SimpleNamespace
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject

from accounts.names import colleague_name

from .registry import Key


def as_content(rows: "QuerySet[Any, Any]", **fields: Any) -> "QuerySet[Any, Any]":
    """The content() of a source: key and jsonb. A field is the name of a column or an expression."""
    return rows.order_by().values_list(F("pk"), JSONObject(**fields))


def colleague(path: str) -> Any:
    """The name of a user, as str(user) gives it; empty without one. `path`: of the foreign key."""
    return Coalesce(colleague_name(path), Value(""))


def record_of(key: Key, data: dict[str, Any]) -> SimpleNamespace:
    """What a template may need of the record behind a line."""
    return SimpleNamespace(pk=key.record_id, at=key.at, **data)
