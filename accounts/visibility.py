"""Which rows of any table a person may see (R10), for pages that show tables without knowing what they hold:
the admin and its trail. Pages of the product call `visible_to` themselves."""

from typing import Any

from django.apps import apps
from django.db.models import BigIntegerField, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.models import User
from accounts.names import colleague_name

#: How many steps of foreign keys lead from a row to the record whose confidentiality it inherits, at most
#: (row of a delivery → establishment → employer).
STEPS = 2


def has_own_rule(model: type[Model]) -> bool:
    return hasattr(model._default_manager, "visible_to")


def hidden_rows(model: type[Model], user: User) -> QuerySet[Any]:
    """The rows of a model with a rule of its own that this person may not see."""
    manager: Any = model._default_manager
    return manager.exclude(pk__in=manager.visible_to(user).order_by().values("pk")).order_by()  # type: ignore[no-any-return]


def paths_to_rules(model: type[Model], steps: int = STEPS) -> dict[str, type[Model]]:
    """Foreign keys that lead from a model without a rule to models with one, as "establishment__employer"."""
    found: dict[str, type[Model]] = {}
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not field.is_relation or not isinstance(target, type) or target is User:
            continue
        if has_own_rule(target):
            found[field.name] = target
        elif steps > 1 and target is not model:
            for path, end in paths_to_rules(target, steps - 1).items():
                found[f"{field.name}__{path}"] = end
    return found


def visible_rows(rows: QuerySet[Any], user: User) -> QuerySet[Any]:
    """The rows of any model this person may see: by its own rule if there is one, and only when what they
    belong to may be seen (somebody's own hours with an employer that became confidential, for instance)."""
    model = rows.model
    if has_own_rule(model):
        rows = rows.exclude(pk__in=hidden_rows(model, user).values("pk"))
    for path, end in paths_to_rules(model).items():
        rows = rows.exclude(**{f"{path}__in": hidden_rows(end, user).values("pk")})
    return rows


def visible_trail(events: QuerySet[Any], user: User) -> QuerySet[Any]:
    """Trail events of records this person may see; of a record that is gone only its numbers are left."""
    for model in apps.get_models():
        if not any(trigger.name == "trail" for trigger in getattr(model._meta, "triggers", [])):
            continue
        table = model._meta.db_table
        if has_own_rule(model):
            events = events.exclude(table_name=table, object_id__in=hidden_rows(model, user).values("pk"))
            continue
        for path, end in paths_to_rules(model).items():
            hidden = model._default_manager.filter(
                Q(**{f"{path}__in": hidden_rows(end, user).values("pk")})
            ).order_by()
            events = events.exclude(table_name=table, object_id__in=hidden.values("pk"))
    return events


def with_who(events: QuerySet[Any]) -> QuerySet[Any]:
    """Trail events with `who_name`: the name, as it is now, of the person in the context of the change."""
    number = Cast(KeyTextTransform("user", F("context__metadata")), BigIntegerField())
    named = User.objects.filter(pk=OuterRef("who_number")).order_by()
    name = named.values(full=colleague_name())
    named_events: QuerySet[Any] = events.annotate(who_number=number).annotate(who_name=Subquery(name[:1]))
    return named_events
