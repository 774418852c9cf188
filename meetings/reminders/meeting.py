"""R7: an invitation without an answer, and a meeting without its report."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Mandate, User
from accounts.roles import Role
from deventer_crm.core import clock, policy, workdays
from deventer_crm.core.reminders import Wanted, rule
from employers.models import AccountAssignment
from meetings.models import Invitation, Meeting, MeetingEmployer


def secretaries_by_member(today: dt.date) -> dict[int, list[int]]:
    """College member → the secretaries with a mandate of that day."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Mandate.objects.on(today).filter(secretary__is_active=True)
    for member_id, secretary_id in rows.values_list("college_member_id", "secretary_id"):
        found[member_id].append(secretary_id)
    return found


@rule(
    "invitation_unanswered",
    label=_("Invitation without an answer"),
    act=_("Ask for the answer, or record it"),
    target="meetings.Invitation",
    asks=(Role.SECRETARY,),
)
def invitation_unanswered(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the secretaries who act for the member in whose name it went, else to all secretaries. It is over
    once there is an answer, it was withdrawn, or the meeting it leads to was called off or is behind us."""
    days: int = policy.value("invitation_answer_days", today)
    rows = (
        Invitation.objects.unanswered()
        .without_guests()
        .filter(sent_on__lte=today - dt.timedelta(days=days))
        .filter(
            Q(meeting__isnull=True)
            | Q(meeting__state__in=["draft", "planned"], meeting__starts_at__gte=clock.start_of(today))
        )
    )
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    # Of a member who left: whoever took it over, else everybody.
    rows = rows.annotate(answering=Coalesce("taken_over_by_id", "college_member_id"))
    listed = list(rows.values_list("pk", "sent_on", "answering"))
    if not listed:
        return []
    by_member, everybody = secretaries_by_member(today), User.objects.ids_with_role(Role.SECRETARY)
    return [
        Wanted(pk, person, sent_on + dt.timedelta(days=days), f"invitation:{pk}")
        for pk, sent_on, member_id in listed
        for person in by_member.get(member_id, everybody)
    ]


def with_manager(rows: "QuerySet[Meeting]", today: dt.date) -> "QuerySet[Any]":
    """`who`: the account manager of the meeting, else of its first employer, else who planned it."""
    first = (
        MeetingEmployer.objects.filter(meeting=OuterRef(OuterRef("pk")))
        .order_by("pk")
        .annotate(survivor=Coalesce("employer__merged_into", "employer"))
        .values("survivor")[:1]
    )
    manager = AccountAssignment.objects.on(today).filter(employer=Subquery(first), user__is_active=True)
    active = User.objects.filter(is_active=True, pk=OuterRef("owner_id"))
    found: QuerySet[Any] = rows.annotate(
        who=Coalesce(
            Subquery(active.values("pk")[:1]),
            Subquery(manager.values("user_id")[:1]),
            "created_by_id",
            output_field=IntegerField(),
        )
    )
    return found


@rule(
    "report_missing",
    label=_("Report missing"),
    act=_("Write the report"),
    target="meetings.Meeting",
    url=lambda meeting, period: meeting.get_report_url(),
    for_manager=True,
    asks=(Role.ACCOUNT_MANAGER,),
    later=(Role.TEAM_LEAD,),
)
def report_missing(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the account manager of the meeting, else of its first employer, else to who planned it; later also
    to the lead."""
    settings = policy.values(["report_due_days", "report_escalates_days", "free_days"], today)
    free = workdays.as_days(settings["free_days"])
    due_days, lead_days = settings["report_due_days"], settings["report_escalates_days"]
    rows = with_manager(Meeting.objects.filter(state=Meeting.State.HELD, held_on__lt=today), today)
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    leads: list[int] | None = None
    wanted = []
    for pk, held_on, who in rows.values_list("pk", "held_on", "who"):
        due, late = (workdays.shift(held_on, days, free) for days in (due_days, lead_days))
        period = f"meeting:{pk}"
        if due <= today and who is not None:
            wanted.append(Wanted(pk, who, due, period))
        if late <= today:
            leads = User.objects.ids_with_role(Role.TEAM_LEAD) if leads is None else leads
            wanted += [Wanted(pk, lead, late, period, escalated=True) for lead in leads if lead != who]
    return wanted
