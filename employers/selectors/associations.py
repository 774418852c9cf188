"""An association: its board now and before, and its members."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from deventer_crm.core.statements import PreparedFor
from employers.models import Membership, Position

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_FORMER = 10
MOST_SEATS = 60


@dataclass(frozen=True)
class Board:
    """Seats of today, of who comes, and of who left; the chair first."""

    now: list[Position] = field(default_factory=list)
    coming: list[Position] = field(default_factory=list)
    before: list[Position] = field(default_factory=list)


@PreparedFor
def _seats(user: "User", family: list[int]) -> "QuerySet[Position]":
    rows: QuerySet[Position] = (
        Position.objects.visible_to(user)
        .filter(employer__in=family, person__anonymised_on__isnull=True)
        .exclude(seat="")
        .select_related("person")
        .order_by(F("ends_on").desc(nulls_first=True), "-seat", "person__last_name", "pk")
    )
    return rows


def board_of(family: list[int], user: "User", today: dt.date) -> Board:
    """One query. "A new chair is invited next" needs nothing here: an invitation asks who holds the seat on
    its own day."""
    board = Board()
    for row in _seats.rows(user, family, first=MOST_SEATS):
        if row.is_valid_on(today):
            board.now.append(row)
        elif row.starts_on > today:
            board.coming.append(row)
        elif len(board.before) < SHOWN_FORMER:
            board.before.append(row)
    board.now.sort(key=lambda row: (row.seat != Position.Seat.CHAIR, row.person.last_name))
    return board


def members_row(user: "User", today: dt.date) -> Coalesce:
    """In the statement of an association: members of today that this reader may know of."""
    rows = (
        Membership.objects.visible_to(user)
        .on(today)
        .filter(Q(association=OuterRef("pk")) | Q(association__merged_into=OuterRef("pk")))
        .order_by()
        .annotate(number=Func(F("pk"), function="COUNT"))
    )
    return Coalesce(Subquery(rows.values("number"), output_field=IntegerField()), 0)


def members_of(
    family: list[int], user: "User", today: dt.date, *, former: bool
) -> "QuerySet[Membership, Any]":
    """Members of today by name, or those that left, the last first."""
    rows = Membership.objects.visible_to(user).filter(association__in=family).select_related("employer")
    if former:
        return rows.filter(ends_on__lt=today).order_by("-ends_on", "employer__sort_name", "pk")
    return rows.exclude(ends_on__lt=today).order_by("employer__sort_name", "pk")
