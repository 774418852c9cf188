"""Contact persons and their dated positions."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities
from employers.models import ContactMoment, ContactPerson, Employer, Position

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def add_person(person: ContactPerson, *, by: "User", position: Position | None = None) -> ContactPerson:
    """Save a new contact person, with a first position when given. Raises ValidationError."""
    save_tracked(person, by=by)
    if position is not None:
        position.person = person
        save_position(position, by=by)
    return person


@transaction.atomic
def make_way(position: Position, *, by: "User") -> None:
    """Before saving a position: who becomes the first to contact replaces whoever was. That is a preference
    of today, not history."""
    if not position.is_primary:
        return
    others = Position.objects.filter(employer_id=position.employer_id, is_primary=True).exclude(
        pk=position.pk
    )
    others = others.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=position.starts_on))
    if position.ends_on is not None:
        others = others.filter(starts_on__lte=position.ends_on)
    for other in others:
        other.is_primary = False
        save_tracked(other, by=by)


@transaction.atomic
def position_changed(position: Position) -> None:
    """After a position was saved: its lines in the timeline, and the contacts with this person, which count
    for every employer where they held a position that day."""
    refresh_activities("position", [position.pk])
    talks = ContactMoment.objects.filter(people=position.person_id).order_by()
    refresh_activities("contact", talks.values_list("pk", flat=True))


@transaction.atomic
def save_position(position: Position, *, by: "User") -> Position:
    """Add or change a position. Raises ValidationError, for instance when somebody else has the chair."""
    make_way(position, by=by)
    save_tracked(position, by=by)
    position_changed(position)
    return position


@transaction.atomic
def end_position(position: Position, *, by: "User", ends_on: dt.date | None = None) -> Position:
    """The last day of a position (default today). Raises ValidationError for a day before its first."""
    position.ends_on = ends_on or clock.today()
    save_tracked(position, by=by)
    position_changed(position)
    return position


@transaction.atomic
def change_job(
    position: Position, *, by: "User", employer: Employer, title: str, starts_on: dt.date, seat: str = ""
) -> Position:
    """Somebody moves to another position: the old one ends the day before the new one begins, and so both
    stay readable. Returns the new one. Raises ValidationError."""
    end_position(position, by=by, ends_on=max(starts_on - dt.timedelta(days=1), position.starts_on))
    return save_position(
        Position(person=position.person, employer=employer, title=title, seat=seat, starts_on=starts_on),
        by=by,
    )
