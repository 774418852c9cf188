"""R7: a visit of the college without a briefing, and a report that nobody signed off."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock, policy, workdays
from deventer_crm.core.reminders import Wanted, rule
from meetings.models import Meeting, Participant

from .meeting import secretaries_by_member, with_manager


def _day_is_over(period: str, today: dt.date) -> bool:
    """Of "meeting:123:2026-12-03": a briefing helps nobody after that day."""
    return dt.date.fromisoformat(period.rpartition(":")[2]) < today


@rule(
    "briefing_missing",
    label=_("Briefing missing"),
    act=_("Write the points and say that it is ready"),
    target="meetings.Meeting",
    url=lambda meeting, period: meeting.get_briefing_url(),
    period_over=_day_is_over,
    for_manager=True,
    deadline=lambda meeting: clock.local_date(meeting.starts_at),
    asks=(Role.ACCOUNT_MANAGER,),
)
def briefing_missing(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """Of a visit of the college that is planned, until somebody says that the briefing is ready: to the
    account manager, a day before also to the secretary of the member, else to all secretaries."""
    settings = policy.values(["briefing_due_days", "briefing_secretary_days", "free_days"], today)
    free = workdays.as_days(settings["free_days"])
    at_most = max(settings["briefing_due_days"], settings["briefing_secretary_days"])
    until = workdays.shift(today, at_most + 1, free) + dt.timedelta(days=1)
    at_table = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
    rows = with_manager(
        Meeting.objects.filter(
            Exists(at_table),
            Q(briefing__isnull=True) | Q(briefing__ready_on__isnull=True),
            state=Meeting.State.PLANNED,
            kind__counts_for_visit=True,
            starts_at__gte=clock.start_of(today),
            starts_at__lt=clock.start_of(until),
        ),
        today,
    )
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    listed = list(rows.values_list("pk", "starts_at", "who"))
    if not listed:
        return []
    members: dict[int, list[int]] = {}
    seats = Participant.objects.filter(meeting__in=[row[0] for row in listed], college_member__isnull=False)
    for meeting_id, member_id in seats.values_list("meeting_id", "college_member_id"):
        members.setdefault(meeting_id, []).append(member_id)
    by_member, everybody = secretaries_by_member(today), User.objects.ids_with_role(Role.SECRETARY)
    wanted = []
    for pk, starts_at, who in listed:
        day = clock.local_date(starts_at)
        period = f"meeting:{pk}:{day}"
        due = workdays.shift(day, -settings["briefing_due_days"], free)
        late = workdays.shift(day, -settings["briefing_secretary_days"], free)
        if due <= today and who is not None:
            wanted.append(Wanted(pk, who, due, period))
        if late <= today:
            found = {person for member in members.get(pk, ()) for person in by_member.get(member, ())}
            wanted += [
                Wanted(pk, person, late, period, escalated=True)
                for person in sorted(found or everybody)
                if person != who
            ]
    return wanted


@rule(
    "report_unsigned",
    label=_("Report not signed off"),
    act=_("Read the report and sign it off"),
    target="meetings.Meeting",
    url=lambda meeting, period: f"{meeting.get_absolute_url()}#report",
    for_manager=True,
    asks=(Role.ACCOUNT_MANAGER,),
)
def report_unsigned(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the account manager, when somebody else wrote the report. Over when it is signed off or the meeting
    is closed."""
    settings = policy.values(["report_sign_off_days", "free_days"], today)
    days, free = settings["report_sign_off_days"], workdays.as_days(settings["free_days"])
    rows = with_manager(
        Meeting.objects.filter(
            state=Meeting.State.REPORTED, report__signed_off_on__isnull=True, reported_on__lt=today
        ),
        today,
    ).exclude(report__created_by=F("who"))
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    wanted = []
    for pk, reported_on, who in rows.values_list("pk", "reported_on", "who"):
        due = workdays.shift(reported_on, days, free)
        if due <= today and who is not None:
            wanted.append(Wanted(pk, who, due, f"meeting:{pk}"))
    return wanted
