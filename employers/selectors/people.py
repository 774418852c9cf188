"""The page of one contact person."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, Prefetch

from accounts.roles import Act
from deventer_crm.core import clock
from employers.models import ContactMoment, ContactPerson, Employer, FollowUp, Position

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_MOMENTS = 10


@dataclass(frozen=True)
class PersonPage:
    """One person with current and former positions this reader may see, the last contacts, and what is still
    open that was agreed with them."""

    person: ContactPerson
    current: list[Position]
    former: list[Position]
    moments: list[ContactMoment]
    follow_ups: list[FollowUp]


def person_page(person: ContactPerson, user: "User") -> PersonPage:
    """Five queries."""
    today = clock.today()
    positions = list(
        Position.objects.visible_to(user)
        .filter(person=person)
        .select_related("employer")
        .order_by(F("ends_on").desc(nulls_first=True), "-starts_on")
    )
    moments: list[ContactMoment] = []
    follow_ups: list[FollowUp] = []
    if user.can(Act.SEE_DOSSIERS):
        shown = Employer.objects.visible_to(user).only("pk", "name")
        moments = list(
            ContactMoment.objects.visible_to(user)
            .standing()
            .filter(people=person)
            .select_related("user")
            .prefetch_related(Prefetch("employers", queryset=shown))[:SHOWN_MOMENTS]
        )
        open_rows = FollowUp.objects.visible_to(user).standing().filter(person=person)
        follow_ups = list(open_rows.select_related("employer", "owner")[:SHOWN_MOMENTS])
    return PersonPage(
        person=person,
        current=[row for row in positions if row.is_valid_on(today) or row.starts_on > today],
        former=[row for row in positions if row.ends_on is not None and row.ends_on < today],
        moments=moments,
        follow_ups=follow_ups,
    )
