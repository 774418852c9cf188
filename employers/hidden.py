"""Which records do not exist for a reader (R10), read once for a page.

Confidential records are a handful. Their rules say so record by record (`visible_to`, `secret_to`); put into
every statement of a page those rules cost more than everything else on it. So a page that only reads asks for
the keys once, and its statements name those keys, or nothing at all when there are none."""

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import CharField, QuerySet, Value

from accounts.roles import Act
from deventer_crm.core.memo import is_remembering, shared
from deventer_crm.core.models import Confidential
from deventer_crm.core.statements import Prepared, secrets_by

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.models import User

Keys = dict[str, list[int]]


def _everything_hidden(user_id: int) -> "QuerySet[Any, Any]":
    """(label of the model, key) of every confidential record this person is no reader of, and of every
    contact person known only at such an employer."""
    from employers.models import ContactPerson

    parts = [
        _labelled(model, model._default_manager.not_read_by(user_id))  # type: ignore[attr-defined]
        for model in apps.get_models()
        if issubclass(model, Confidential) and not model._meta.proxy
    ]
    people = _labelled(ContactPerson, ContactPerson.objects.only_at_hidden(user_id))
    return people.union(*parts, all=True)


def _labelled(model: "type[Model]", rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    return rows.order_by().values_list(Value(model._meta.label_lower, CharField()), "pk")


HIDDEN = Prepared(_everything_hidden)


def hidden_from(user: "User") -> Keys | None:
    """Keys by label of the model, of what does not exist for this reader; None outside a page that reads:
    whoever writes asks the rule itself."""
    if not is_remembering():
        return None
    return shared(("hidden", user.pk), lambda: _read(user))


def _read(user: "User") -> Keys:
    found: Keys = {}
    if not user.can(Act.VIEW_CONFIDENTIAL):
        for label, key in HIDDEN.rows(user.pk):
            found.setdefault(label, []).append(key)
    return found


def hidden_keys(model: "type[Any]", user: "User") -> "list[int] | QuerySet[Any, Any]":
    """For `pk__in`: the keys of one model as a list when the page has read them, else as a subquery. An empty
    list says that nothing is hidden, so that a condition can be left out."""
    known = hidden_from(user)
    if known is not None:
        return known.get(model._meta.label_lower, [])
    return model._default_manager.secret_to(user).order_by().values("pk")  # type: ignore[no-any-return]


def hidden_ids(model: "type[Any]", user: "User") -> set[int]:
    """The keys themselves."""
    keys = hidden_keys(model, user)
    return set(keys) if isinstance(keys, list) else set(keys.values_list("pk", flat=True))


secrets_by(hidden_from)
