"""Saved views: a list with its filters, order and columns under a name, of one person or of the team.

A view keeps the question, never the answer: whoever opens it gets what they themselves may see (R10)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from deventer_crm.core.lists import address
from deventer_crm.core.lists.definition import ListDefinition, Reader
from deventer_crm.core.memo import shared
from deventer_crm.core.models import SavedView
from deventer_crm.core.services import save_tracked
from deventer_crm.core.statements import Prepared

if TYPE_CHECKING:
    from deventer_crm.core.lists.asking import Asked

#: Who may put a view before the whole team, and who may change a locked view of somebody else (R9).
SHARE_RIGHT, LEAD_RIGHT = "see_dossiers", "change_norms"
#: Views of a list on its page; nobody keeps more apart.
MOST_TABS = 50


def _views(user_id: int, *, list_key: str) -> "QuerySet[SavedView]":
    rows = SavedView.objects.filter(Q(owner_id=user_id) | Q(is_shared=True), list_key=list_key)
    return rows.select_related("owner").order_by("is_shared", "name", "pk")[:MOST_TABS]


#: Own views of a list, and those of the team: on every page of the list.
VIEWS = Prepared(_views)


def views_of(definition: ListDefinition, user: Any) -> "QuerySet[SavedView]":
    """Own views, and those of the team."""
    return SavedView.objects.filter(Q(owner=user) | Q(is_shared=True), list_key=definition.key)


def find_view(definition: ListDefinition, reader: Reader, pk: int) -> SavedView | None:
    """The view, when this person may open it. The tabs of the page need all views anyway, so they are read
    once."""
    return next((view for view in _all_views(definition, reader) if view.pk == pk), None)


def _all_views(definition: ListDefinition, reader: Reader) -> list[SavedView]:
    key = ("saved views", definition.key, reader.user.pk)
    return shared(key, lambda: VIEWS.rows(reader.user.pk, list_key=definition.key))


@dataclass(frozen=True)
class ViewTab:
    """A view above the list. `owner` is empty for one's own."""

    view: SavedView
    url: str
    is_open: bool
    is_changed: bool
    owner: str
    may_change: bool

    @property
    def name(self) -> str:
        return self.view.name


def tabs(asked: "Asked") -> list[ViewTab]:
    """Every view this person can open; the opened one first knows whether it was changed."""
    user, opened = asked.reader.user, asked.view
    found = []
    for view in _all_views(asked.definition, asked.reader):
        is_open = opened is not None and view.pk == opened.pk
        found.append(
            ViewTab(
                view=view,
                url=f"{asked.definition.path}?{address.VIEW}={view.pk}",
                is_open=is_open,
                is_changed=is_open and asked.is_changed,
                owner="" if view.owner_id == user.pk else str(view.owner),
                may_change=may_change(view, user),
            )
        )
    return found


def may_change(view: SavedView, user: Any) -> bool:
    """A locked view: its owner and the team lead. Another view of the team: whoever may share one. An own
    view: its owner."""
    if view.owner_id == user.pk:
        return True
    if not view.is_shared:
        return False
    return bool(user.can(LEAD_RIGHT if view.is_locked else SHARE_RIGHT))


def may_share(user: Any) -> bool:
    return bool(user.can(SHARE_RIGHT))


def may_lock(view: SavedView, user: Any) -> bool:
    """Locking and unlocking: the owner and the team lead."""
    return view.owner_id in (None, user.pk) or bool(user.can(LEAD_RIGHT))


def _check(asked: "Asked") -> None:
    """Only what is valid is kept, so that a view never means something else later."""
    if asked.problems:
        raise ValidationError(_("A filter of this list is not right. Take it away first."))


@transaction.atomic
def add_view(
    asked: "Asked", *, by: Any, name: str, is_shared: bool = False, is_locked: bool = False
) -> SavedView:
    """Keep the question under a name. Raises ValidationError for a name this person uses already, a filter
    that is not valid, or sharing without the right."""
    _check(asked)
    view = SavedView(
        list_key=asked.definition.key,
        owner=by,
        name=name.strip(),
        is_shared=is_shared,
        is_locked=is_locked,
        query=asked.query,
    )
    if is_shared and not may_share(by):
        raise ValidationError({"is_shared": _("You may not share views with the team.")})
    return save_tracked(view, by=by)


@transaction.atomic
def save_filters(
    view: SavedView, asked: "Asked", *, by: Any, expected_version: int | None = None
) -> SavedView:
    """Let a view mean what the list shows now. Raises ValidationError, or StaleRecord when somebody else
    changed it meanwhile."""
    _check(asked)
    if not may_change(view, by):
        raise ValidationError(_("You may not change this view. Save it as a view of your own."))
    view.query = asked.query
    return save_tracked(view, by=by, expected_version=expected_version)


@transaction.atomic
def delete_view(view: SavedView, *, by: Any) -> None:
    """Throw a view away. Raises ValidationError without the right."""
    if not may_change(view, by):
        raise ValidationError(_("You may not delete this view."))
    view.delete()
