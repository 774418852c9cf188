"""Bulk acts: one act on many rows of a list, in one transaction, with what is needed to take it back."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from deventer_crm.core import clock, policy
from deventer_crm.core.lists.asking import Asked, ask_text
from deventer_crm.core.lists.definition import ACTS, Act, Done, ListDefinition, Reader, Undone
from deventer_crm.core.models import BulkAct
from deventer_crm.core.parsing import whole_number

#: The key of no row.
NO_ROW = 0
#: How long an act can be taken back, and how many stand on the page of them.
UNDO_TIME = dt.timedelta(days=1)
MOST_SHOWN = 50
#: Names of rows on the page that asks once more.
NAMED = 10


@dataclass(frozen=True)
class Selection:
    """The rows an act or an export is about: the ticked ones of a list, or without ticks all that match."""

    asked: Asked
    ticked: tuple[int, ...] = ()

    @classmethod
    def read(cls, definition: ListDefinition, reader: Reader, params: QueryDict) -> "Selection":
        """`query` is the address of the list, `rows` what was ticked on it. Numbers of rows that are not in
        the list, or not for this reader, mean nothing."""
        numbers = (whole_number(value) for value in params.getlist("rows"))
        ticked = tuple(dict.fromkeys(number for number in numbers if number is not None))
        if params.getlist("rows") and not ticked:
            ticked = (NO_ROW,)  # something was ticked; that it is nonsense does not make it everything
        return cls(ask_text(definition, reader, params.get("query", "")), ticked)

    @property
    def rows(self) -> Any:
        rows = self.asked.rows()
        return rows.filter(pk__in=self.ticked) if self.ticked else rows

    @cached_property
    def limit(self) -> int:
        return int(policy.value("bulk_acts_at_most"))

    @cached_property
    def count(self) -> int:
        """Counted to one more than is allowed."""
        return int(self.rows.order_by().values("pk")[: self.limit + 1].count())

    @property
    def is_too_much(self) -> bool:
        return self.count > self.limit

    @property
    def counted(self) -> str:
        return self.asked.definition.words.counted(self.count)

    @cached_property
    def names(self) -> list[str]:
        """The first rows, so that people see what they are about to change."""
        name = self.asked.definition.row_name
        rows, sort = self.asked.ordered(self.asked.dressed(self.rows))
        from deventer_crm.core.lists.keyset import ordering

        return [name(row) for row in rows.order_by(*ordering(sort.keys))[:NAMED]]

    @property
    def others(self) -> int:
        """How many more there are than names."""
        return max(0, self.count - len(self.names))


@transaction.atomic
def do_act(selection: Selection, act: Act, values: dict[str, Any], *, by: Any) -> tuple[BulkAct, Done]:
    """Do it, all or nothing, and keep how to take it back. Raises ValidationError when a filter of the list
    is not valid, when nothing is selected or too much, or when the act itself refuses."""
    if selection.asked.problems:
        raise ValidationError(_("A filter of this list is not right. Take it away first."))
    # Locked, so that the count, the act and what is kept are about the same rows.
    keys = selection.rows.order_by("pk").values_list("pk", flat=True)[: selection.limit + 1]
    ids = list(keys.select_for_update(of=("self",)))
    if not ids:
        raise ValidationError(_("There is nothing in this selection."))
    if len(ids) > selection.limit:
        raise ValidationError(_("At most %(limit)s at once. Use a filter.") % {"limit": selection.limit})
    done = act.do(ids, values, by)
    kept = BulkAct.objects.create(
        list_key=selection.asked.definition.key,
        act=act.code,
        by=by,
        undo=done.undo,
        row_count=done.changed,
    )
    return kept, done


def undoable(user: Any) -> "QuerySet[BulkAct]":
    """Own acts of the last day; nobody takes back what a colleague did."""
    return BulkAct.objects.filter(by=user, at__gte=clock.now() - UNDO_TIME, row_count__gt=0)


def act_of(kept: BulkAct) -> Act | None:
    """What was done; None when the act is no longer there."""
    return ACTS.get(kept.list_key, {}).get(kept.act)


@transaction.atomic
def undo_act(kept: BulkAct, *, by: Any) -> Undone:
    """Put back exactly what was changed; what somebody changed since stays and is named. Raises
    ValidationError when it was taken back already."""
    kept = BulkAct.objects.select_for_update().get(pk=kept.pk)
    act = act_of(kept)
    if kept.undone_at is not None or act is None:
        raise ValidationError(_("This was taken back already."))
    if not by.can(act.right):
        raise ValidationError(_("You may not do this any more."))
    undone = act.undo(kept.undo, by)
    kept.undone_at = clock.now()
    kept.save(update_fields=["undone_at"])
    return undone
