"""The agenda on the dossier of an employer: what is next, and the way to plan a visit."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from accounts.roles import Act
from deventer_crm.core.panels import Panel, panel
from deventer_crm.core.statements import PreparedFor
from meetings.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User


@panel("employer.facts", order=40)
def next_in_the_agenda(employer: Any, user: "User") -> Panel | None:
    """The first planned meeting this reader may see, of this employer or one grouped under it; one query."""
    if not user.can(Act.SEE_AGENDA):
        return None
    family = [employer.pk, *getattr(employer, "family", [])]
    found = _planned.rows(user, family, first=1)
    return Panel("meetings/next_fact.html", {"meeting": found[0] if found else None})


@PreparedFor
def _planned(user: "User", family: list[int]) -> "QuerySet[Meeting]":
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(user)
        .with_employers(family)
        .upcoming()
        .filter(state=Meeting.State.PLANNED)
        .select_related("kind")
    )
    return rows


@panel("employer.acts", order=90)
def plan_a_visit(employer: Any, user: "User") -> Panel | None:
    """The primary act of a dossier, for who plans."""
    if not user.can(Act.PLAN_MEETING) or employer.retired_on or employer.merged_into_id:
        return None
    return Panel("meetings/plan_acts.html", {"employer": employer})
