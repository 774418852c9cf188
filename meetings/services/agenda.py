"""The agenda of a meeting: items in an order, and documents that are to come for it (R10).

Every write locks the meeting first, so that two people who move the same item do not lose one."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.services import save_tracked
from employers.models import Employer
from meetings.models import AgendaDocument, AgendaItem, Meeting
from meetings.permissions import ACTS

from .effects import DOCUMENT_RULES
from .steps import lock

if TYPE_CHECKING:
    from accounts.models import User


def check_open(meeting: Meeting) -> None:
    """Raises ValidationError when the agenda of this meeting cannot change any more."""
    if meeting.state not in ACTS["agenda"][1]:
        raise ValidationError(
            _("This meeting is “%(state)s” now; its agenda does not change any more.")
            % {"state": meeting.get_state_display()}
        )


def check_party(meeting: Meeting, employer: Employer | None, field: str) -> None:
    """Raises ValidationError for a party that does not take part."""
    if employer is not None and not meeting.employer_rows.filter(employer=employer).exists():
        raise ValidationError({field: _("This employer does not take part in this meeting.")})


@transaction.atomic
def add_item(meeting: Meeting, *, by: "User", title: str, **details: Any) -> AgendaItem:
    """Put an item at the end of the agenda. `details`: other fields of the model. Raises ValidationError for
    a meeting that is over, a party that does not take part, or a point that is on the agenda already."""
    lock(meeting)
    check_open(meeting)
    item = AgendaItem(meeting=meeting, title=title.strip()[:200], position=_next_position(meeting), **details)
    check_party(meeting, item.brought_by, "brought_by")
    save_tracked(item, by=by)
    keep_item_readers(item, by=by)
    return item


def _next_position(meeting: Meeting) -> int:
    last = meeting.agenda_items.order_by("-position").values_list("position", flat=True).first()
    return (last or 0) + 1


def keep_item_readers(item: AgendaItem, *, by: "User") -> None:
    """A confidential item is known to who wrote it, who looks after the meeting and our side of the table
    (R10). An item that is open again keeps no readers."""
    if not item.is_confidential:
        item.readers.clear()
        return
    rows = item.meeting.participants.values_list("user_id", "college_member__user_id")
    ids = {by.pk, item.created_by_id, item.meeting.owner_id, *(pk for row in rows for pk in row)}
    item.readers.add(*(pk for pk in ids if pk is not None))


@transaction.atomic
def change_item(item: AgendaItem, *, by: "User", expected_version: int | None = None) -> AgendaItem:
    """Save what was edited on `item`. Raises StaleRecord, ValidationError."""
    check_open(lock(Meeting(pk=item.meeting_id)))
    check_party(item.meeting, item.brought_by, "brought_by")
    save_tracked(item, by=by, expected_version=expected_version)
    keep_item_readers(item, by=by)
    return item


@transaction.atomic
def remove_item(item: AgendaItem, *, by: "User") -> None:
    """Take an item off the agenda, with the documents that belong to it; the trail keeps that it was there.
    Raises ValidationError once something was said or decided about it, or another meeting goes on with it."""
    check_open(lock(Meeting(pk=item.meeting_id)))
    item.refresh_from_db()
    if item.notes or item.decision or item.follow_up_rows.exists() or item.carried_to.exists():
        raise ValidationError(_("Something was written down about this item; it stays on the agenda."))
    documents = list(item.documents.values_list("pk", flat=True))
    item.delete()
    request_reconcile(DOCUMENT_RULES, documents)


@transaction.atomic
def move_item(item: AgendaItem, *, by: "User", up: bool) -> None:
    """One place up or down among the items this person sees; the first stays first, the last stays last."""
    meeting = lock(Meeting(pk=item.meeting_id))
    check_open(meeting)
    rows = {row.pk: row for row in meeting.agenda_items.order_by("position", "pk")}
    seen = set(AgendaItem.objects.visible_to(by).filter(meeting=meeting).values_list("pk", flat=True))
    order = list(rows)
    here = order.index(item.pk)
    beside = range(here - 1, -1, -1) if up else range(here + 1, len(order))
    there = next((place for place in beside if order[place] in seen), None)
    if there is None:
        return
    order.insert(there, order.pop(here))
    for position, pk in enumerate(order, start=1):
        if rows[pk].position != position:
            rows[pk].position = position
            save_tracked(rows[pk], by=by)


@transaction.atomic
def save_document(
    document: AgendaDocument, *, by: "User", expected_version: int | None = None
) -> AgendaDocument:
    """Save a document that is to come, or a correction of it. Raises StaleRecord, ValidationError."""
    meeting = lock(Meeting(pk=document.meeting_id))
    check_open(meeting)
    check_party(meeting, document.from_employer, "from_employer")
    if document.item is not None and document.item.meeting_id != meeting.pk:
        raise ValidationError({"item": _("This item is on the agenda of another meeting.")})
    if document.received_on is not None and document.received_on > clock.today():
        raise ValidationError({"received_on": _("This day lies in the future.")})
    save_tracked(document, by=by, expected_version=expected_version)
    request_reconcile(DOCUMENT_RULES, [document.pk])
    return document


@transaction.atomic
def receive_document(
    document: AgendaDocument, *, by: "User", received_on: dt.date | None = None
) -> AgendaDocument:
    """It came in. Raises ValidationError for a day to come."""
    document.received_on = received_on or clock.today()
    return save_document(document, by=by)


@transaction.atomic
def remove_document(document: AgendaDocument, *, by: "User") -> None:
    """It is not expected any more."""
    check_open(lock(Meeting(pk=document.meeting_id)))
    key = document.pk
    document.delete()
    request_reconcile(DOCUMENT_RULES, [key])
