"""What was left behind, as far as one reader may know of it (R10)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import CollegeMember, User
from deventer_crm.core import clock
from employers.models import FollowUp
from meetings.hand_over import OPEN_STATES
from meetings.models import Invitation, Meeting, Participant

if TYPE_CHECKING:
    from collections.abc import Iterable


def promises_left(user: User, day: dt.date) -> Any:
    """Open promises for which somebody answers who left the college; `answering` is that member."""
    rows = FollowUp.objects.visible_to(user).standing()
    return rows.filter(rows.left(day)).annotate(answering=Coalesce("taken_over_by_id", "promised_by_id"))


def invitations_left(user: User, day: dt.date) -> Any:
    """Invitations that still ask something and for which somebody answers who left."""
    rows = Invitation.objects.visible_to(user).pending(day)
    return rows.filter(rows.left(day)).annotate(answering=Coalesce("taken_over_by_id", "college_member_id"))


def seats_left(user: User, day: dt.date) -> "QuerySet[Any]":
    """Seats of who left, at meetings that are drafted or planned for after the last day in office."""
    seen = Meeting.objects.visible_to(user).filter(state__in=["draft", "planned"])
    return Participant.objects.filter(
        college_member__ends_on__lt=day,
        meeting__starts_at__date__gt=F("college_member__ends_on"),
        meeting__in=seen.order_by().values("pk"),
    ).annotate(answering=F("college_member_id"))


@dataclass(frozen=True)
class LeftBehind:
    """How much a member left, as far as one reader may know."""

    member: CollegeMember
    promises: int
    invitations: int
    meetings: int

    @property
    def total(self) -> int:
        return self.promises + self.invitations + self.meetings


def left_behind(user: User, day: dt.date | None = None) -> list[LeftBehind]:
    """Members who left and left something behind; one statement."""
    today = day or clock.today()
    members = CollegeMember.objects.filter(ends_on__lt=today).annotate(
        left_promises=_count(promises_left(user, today)),
        left_invitations=_count(invitations_left(user, today)),
        left_meetings=_count(seats_left(user, today)),
    )
    found = [
        LeftBehind(row, row.left_promises, row.left_invitations, row.left_meetings)
        for row in members.order_by("position", "name", "pk")
    ]
    return [row for row in found if row.total]


def _count(rows: "QuerySet[Any]") -> Any:
    mine = rows.filter(answering=OuterRef("pk")).order_by().annotate(one=Value(1))
    counted = mine.values("one").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class Leaver:
    """A member who left, and what lies there."""

    member: CollegeMember
    promises: list[FollowUp] = field(default_factory=list)
    invitations: list[Invitation] = field(default_factory=list)
    seats: list[Participant] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.promises) + len(self.invitations) + len(self.seats)


@dataclass(frozen=True)
class Closed:
    """A colleague whose account was closed (None: nobody at all), and what still lies there."""

    user: User | None
    follow_ups: list[FollowUp] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.follow_ups) + len(self.meetings)


def leavers(user: User, day: dt.date | None = None) -> list[Leaver]:
    """Members who left with all they left behind; a fixed number of queries."""
    today = day or clock.today()
    promises = _by(promises_left(user, today).for_list().by_urgency())
    invitations = _by(
        invitations_left(user, today)
        .select_related("employer", "person", "college_member", "taken_over_by")
        .order_by("sent_on", "pk")
    )
    seats = _by(seats_left(user, today).select_related("meeting__kind").order_by("meeting__starts_at", "pk"))
    keys = {*promises, *invitations, *seats}
    if not keys:
        return []
    members = CollegeMember.objects.filter(pk__in=keys).order_by("position", "name", "pk")
    return [
        Leaver(row, promises.get(row.pk, []), invitations.get(row.pk, []), seats.get(row.pk, []))
        for row in members
    ]


def _by(rows: "Iterable[Any]") -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.answering].append(row)
    return found


def follow_ups_of_closed(user: User) -> "QuerySet[FollowUp]":
    """Open and with an owner whose account was closed, or with nobody at all."""
    rows = FollowUp.objects.visible_to(user).standing()
    found: QuerySet[FollowUp] = rows.filter(Q(owner__is_active=False) | Q(owner__isnull=True, department=""))
    return found


def meetings_of_closed(user: User) -> "QuerySet[Meeting]":
    """To come, or without their report, and looked after by somebody whose account was closed."""
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(user).filter(
        state__in=OPEN_STATES, owner__is_active=False
    )
    return rows


def closed_accounts(user: User) -> list[Closed]:
    """Colleagues without an account (any more) with what lies there; who is nobody comes first."""
    follow_ups: dict[User | None, list[FollowUp]] = defaultdict(list)
    meetings: dict[User | None, list[Meeting]] = defaultdict(list)
    for row in follow_ups_of_closed(user).for_list().by_urgency():  # type: ignore[attr-defined]  # own queryset
        follow_ups[row.owner].append(row)
    for meeting in meetings_of_closed(user).select_related("kind", "owner").order_by("starts_at", "pk"):
        meetings[meeting.owner].append(meeting)
    people = sorted({*follow_ups, *meetings}, key=lambda one: "" if one is None else str(one))
    return [Closed(one, follow_ups.get(one, []), meetings.get(one, [])) for one in people]
