"""Reads around one contact moment: what the form guesses, and who changed it."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.visibility import with_who
from deventer_crm.core import clock
from deventer_crm.core.models import TrailEvent
from employers.models import ContactMoment, ContactPerson, Employer, Position

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_CHANGES = 30


@dataclass(frozen=True)
class Change:
    """Who changed which fields when. Values are left out: the trail keeps no texts (R13)."""

    at: dt.datetime
    who: str
    fields: list[str]


def changes_of(moment: ContactMoment) -> list[Change]:
    """The changes after it was logged, newest first, in one query."""
    events = TrailEvent.objects.filter(
        table_name=ContactMoment._meta.db_table, object_id=moment.pk, action=TrailEvent.Action.UPDATE
    )
    names = {field.column: str(field.verbose_name) for field in ContactMoment._meta.concrete_fields}
    return [
        Change(event.at, event.who_name or "", [names.get(name, name) for name in event.changed])
        for event in with_who(events)[:SHOWN_CHANGES]
    ]


def last_kind(employer: Employer, user: "User") -> str:
    """The kind this person logged last with this employer; "" when never."""
    rows = ContactMoment.objects.standing().filter(employers=employer, user=user)
    found: Any = rows.values_list("kind", flat=True).first()
    return found or ""


def main_position(person: ContactPerson, user: "User") -> Position | None:
    """Where somebody is, for who wants to log a contact: the place where this person is the first to
    contact, else the newest position. None: nowhere now, or nowhere this reader may know of."""
    rows = Position.objects.visible_to(user).on(clock.today()).filter(person=person)
    return rows.select_related("employer").order_by("-is_primary", "-starts_on", "-pk").first()
