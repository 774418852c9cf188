"""On mijn week of the lead: how much lies with the team, in numbers of the team as a whole. Who has how much
is not here: no ranking (R9)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.panels import Panel, panel
from deventer_crm.core.statements import PreparedFor
from employers.models import FollowUp
from meetings.college.gaps import unanswered, unfinished

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Number:
    """A number and the list with exactly those. `is_late`: time has passed."""

    label: Any
    count: int
    url: str
    is_late: bool = False


@PreparedFor
def _follow_ups(user: "User") -> "QuerySet[Any, Any]":
    """How many stand and how many of those are late; one row, or none."""
    late = Count("pk", filter=Q(due_on__lt=clock.today()))
    rows = FollowUp.objects.visible_to(user).standing().order_by()
    found: QuerySet[Any, Any] = rows.annotate(one=Value(1)).values("one").annotate(all=Count("pk"), late=late)
    return found


def lies_with_the_team(user: "User") -> list[Number]:
    """As far as this reader may see; three queries."""
    today = clock.today()
    follow_ups = next(iter(_follow_ups.rows(user)), {"all": 0, "late": 0})
    reports, briefings = unfinished(user, today)
    invitations = unanswered(user, today)
    listed = reverse("employers:follow_ups")
    return [
        Number(_("promises and actions to do"), follow_ups["all"], listed),
        Number(_("of which late"), follow_ups["late"], f"{listed}?due=late", is_late=True),
        Number(_("visits without a report"), reports.count, reports.url, is_late=True),
        Number(_("visits soon without a briefing"), briefings.count, briefings.url),
        Number(_("invitations without an answer"), invitations.count, invitations.url),
    ]


@panel("week.side", order=5)
def team_numbers(reader: Any, user: "User") -> Panel | None:
    """For the lead."""
    if not user.has_role(Role.TEAM_LEAD):
        return None
    return Panel("meetings/team_week.html", {"numbers": lies_with_the_team(user)})
