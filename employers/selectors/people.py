"""Contact persons: the list with its search, and one person."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.paging import page_of
from deventer_crm.core.search import MOST_WORDS
from employers.models import ContactMoment, ContactPerson, Employer, Position

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_MOMENTS = 10


@dataclass(frozen=True)
class PersonPage:
    """One person with current and former positions this reader may see, and the last contacts."""

    person: ContactPerson
    current: list[Position]
    former: list[Position]
    moments: list[ContactMoment]


def people_page(user: "User", *, asked: str, employer_id: int | None, page: str | None) -> "Page[Any]":
    """Contact persons with their positions of today: three queries for any number."""
    today = clock.today()
    rows = ContactPerson.objects.visible_to(user).filter(anonymised_on__isnull=True)
    for word in asked.split()[:MOST_WORDS]:
        at = Position.objects.visible_to(user).on(today).filter(person=OuterRef("pk"))
        rows = rows.filter(
            Q(first_name__unaccent__icontains=word)
            | Q(last_name__unaccent__icontains=word)
            | Q(email__icontains=word)
            | Exists(
                at.filter(Q(title__unaccent__icontains=word) | Q(employer__name__unaccent__icontains=word))
            )
        )
    if employer_id is not None:
        rows = rows.filter(
            Exists(
                Position.objects.visible_to(user)
                .on(today)
                .filter(person=OuterRef("pk"), employer=employer_id)
            )
        )
    return page_of(
        rows.order_by("last_name", "first_name", "pk").prefetch_related(_positions(user, today)), page
    )


def _positions(user: "User", today: dt.date) -> "Prefetch[Any]":
    held = Position.objects.visible_to(user).on(today).select_related("employer").order_by("-starts_on")
    return Prefetch("positions", queryset=held, to_attr="held")


def person_page(person: ContactPerson, user: "User") -> PersonPage:
    """Four queries."""
    today = clock.today()
    positions = list(
        Position.objects.visible_to(user)
        .filter(person=person)
        .select_related("employer")
        .order_by(F("ends_on").desc(nulls_first=True), "-starts_on")
    )
    moments: list[ContactMoment] = []
    if user.can(Act.SEE_DOSSIERS):
        shown = Employer.objects.visible_to(user).only("pk", "name")
        moments = list(
            ContactMoment.objects.visible_to(user)
            .standing()
            .filter(people=person)
            .select_related("user")
            .prefetch_related(Prefetch("employers", queryset=shown))[:SHOWN_MOMENTS]
        )
    return PersonPage(
        person=person,
        current=[row for row in positions if row.is_valid_on(today) or row.starts_on > today],
        former=[row for row in positions if row.ends_on is not None and row.ends_on < today],
        moments=moments,
    )
