"""What a member of the college promised companies, and where the next promise is written down."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core.formatting import ago
from deventer_crm.core.statements import PreparedFor
from employers.models import FollowUp
from meetings.models import Meeting, MeetingEmployer

from .visits import Visit

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5
#: Companies of the last visits where a promise is one tap away.
PLACES = 3
RECENT = dt.timedelta(days=45)


@dataclass(frozen=True)
class Promise:
    """One open promise. `who`: with whom it lies."""

    follow_up: FollowUp
    who: str
    age: str


@dataclass(frozen=True)
class Promises:
    """Open promises of a member, the most urgent first, and the companies where a new one can be written down
    (name and address of its form)."""

    lines: list[Promise]
    total: int
    url: str
    places: list[tuple[str, str]]

    @property
    def link(self) -> str:
        """Nothing promised: nowhere to go."""
        return self.url if self.total else ""

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


@PreparedFor
def _open(user: "User", member_id: int, *, today: dt.date) -> "QuerySet[FollowUp]":
    rows: QuerySet[FollowUp] = (
        FollowUp.objects.visible_to(user)
        .filter(kind=FollowUp.Kind.PROMISE_TO, promised_by=member_id)
        .standing()
        .select_related("employer", "owner")
        .order_by("due_on", "pk")
        .annotate(rows_in_all=Window(Count("pk")))
    )
    return rows


@PreparedFor
def _visited(user: "User", member_id: int, *, since: dt.date, today: dt.date) -> "QuerySet[Any, Any]":
    meetings = (
        Meeting.objects.visible_to(user)
        .with_member(member_id)
        .held()
        .filter(held_on__gte=since, held_on__lte=today)
        .order_by()
    )
    rows = MeetingEmployer.objects.filter(
        meeting__in=meetings.values("pk"),
        employer__retired_on__isnull=True,
        employer__merged_into__isnull=True,
    )
    return rows.order_by("-meeting__held_on", "-pk").values_list("employer_id", "employer__name")


def promises_of(
    user: "User", member: CollegeMember, today: dt.date, following: Visit | None
) -> Promises | None:
    """Of the member who looks; two queries. `following`: the next visit, which may be going on now."""
    if not user.can(Act.SEE_FOLLOW_UPS):
        return None
    found = _open.rows(user, member.pk, today=today, first=SHOWN)
    lines = [
        Promise(row, str(row.owner or row.department or _("nobody")), ago(row.made_on, today))
        for row in found
    ]
    places: dict[int, str] = {}
    if user.can(Act.ADD_FOLLOW_UP):
        rows = _visited.rows(user, member.pk, since=today - RECENT, today=today, first=3 * PLACES)
        places = dict(list(dict(rows).items())[:PLACES])
        coming = following.employers if following else []
        if len(coming) == 1:
            places.setdefault(coming[0].pk, coming[0].name)
    url = reverse("employers:follow_ups") + f"?kind={FollowUp.Kind.PROMISE_TO}&promised={member.pk}"
    return Promises(
        lines,
        found[0].rows_in_all if found else 0,
        url,
        [(name, reverse("employers:follow_up_add", args=[pk])) for pk, name in places.items()],
    )
