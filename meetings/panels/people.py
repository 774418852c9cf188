"""People of an employer, as the agenda knows them: who of us met them, and of which series it is a party."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q, QuerySet

from accounts.names import colleague_name
from accounts.roles import Act
from deventer_crm.core.panels import Panel, panel
from deventer_crm.core.statements import Prepared
from employers.models import Employer
from employers.selectors.knowing import Contact, knowing_source
from meetings.models import Meeting, MeetingEmployer, Participant, SeriesParty

if TYPE_CHECKING:
    from accounts.models import User


@knowing_source
def by_held_meetings(
    family: list[int], user: "User", since: dt.datetime, recent: dt.datetime
) -> Iterable[Contact]:
    """Colleagues and college members who were ticked present at a held meeting with the employer."""
    there = MeetingEmployer.objects.filter(employer__in=family, is_present=True).values("meeting_id")
    held = Meeting.objects.visible_to(user).held().filter(pk__in=there, starts_at__gte=since).order_by()
    rows = (
        Participant.objects.filter(meeting__in=held.values("pk"), person__isnull=True, is_present=True)
        .filter(Q(user__is_active=True) | Q(college_member__ends_on__isnull=True, user__isnull=True))
        .order_by()
        .values("user_id", "college_member_id", "college_member__user_id", "college_member__name")
        .annotate(
            name=colleague_name("user"),
            times=Count("pk"),
            recent=Count("pk", filter=Q(meeting__starts_at__gte=recent)),
            last=Max("meeting__starts_at"),
        )
    )
    for row in rows:
        key = row["user_id"] or row["college_member__user_id"] or ("college", row["college_member_id"])
        name = row["college_member__name"] or row["name"]
        yield Contact(key, name, row["times"], row["recent"], row["last"])


@Prepared
def _parties(family: list[int]) -> "QuerySet[SeriesParty]":
    rows = SeriesParty.objects.filter(association__in=family).select_related("series")
    return rows.order_by("series__position", "series__name", "pk")


@panel("employer.side", order=8)
def party_of_series(employer: Any, user: "User") -> Panel | None:
    """Of an association: which yearly series it is a party of, and by which seat; one query."""
    if not user.can(Act.SEE_AGENDA) or employer.kind != Employer.Kind.ASSOCIATION:
        return None
    family = [employer.pk, *getattr(employer, "family", [])]
    parties = _parties.rows(family)
    return Panel("meetings/party_of.html", {"parties": parties}) if parties else None
