"""R7: an invitation whose mail was not delivered, a wish for another date, and guests who did not answer.

What is asked of one invitation goes to the secretaries who act for the member in whose name it went, else to
who looks after the meeting, else to who sent it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock, policy
from deventer_crm.core.reminders import Wanted, rule
from meetings.models import Invitation, Meeting, MeetingStep

from .meeting import secretaries_by_member


def _to_come(today: dt.date, prefix: str = "meeting__") -> Q:
    return Q(**{f"{prefix}state__in": ["draft", "planned"], f"{prefix}starts_at__gte": clock.start_of(today)})


def _asked(rows: "QuerySet[Any]", today: dt.date, since: str) -> Iterable[Wanted]:
    listed = list(
        rows.filter(Q(meeting__isnull=True) | _to_come(today)).values_list(
            "pk", since, "college_member_id", "meeting__owner_id", "created_by_id"
        )
    )
    if not listed:
        return
    by_member = secretaries_by_member(today)
    active = set(User.objects.filter(is_active=True).values_list("pk", flat=True))
    for pk, day, member_id, owner_id, maker_id in listed:
        people = by_member.get(member_id) or [who for who in (owner_id, maker_id) if who in active][:1]
        for person in people:
            yield Wanted(pk, person, day, f"invitation:{pk}")


@rule(
    "invitation_undelivered",
    label=_("Invitation that was not delivered"),
    act=_("Mend the address and try again, or call"),
    target="meetings.Invitation",
    asks=(Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD),
)
def invitation_undelivered(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """At once; over when it was sent after all, answered or withdrawn, or the meeting is behind us."""
    rows = Invitation.objects.undelivered().filter(undelivered_on__lte=today)
    return list(_asked(rows if targets is None else rows.filter(pk__in=targets), today, "undelivered_on"))


@rule(
    "invitation_other_date",
    label=_("Wish for another date"),
    act=_("Propose another date"),
    target="meetings.Invitation",
    asks=(Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD),
)
def invitation_other_date(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """From the answer on; over with another answer, or when the meeting was moved or planned since. A guest
    list is not moved for one guest."""
    moved = MeetingStep.objects.filter(
        meeting=OuterRef("meeting"), to_state=Meeting.State.PLANNED, on__gte=OuterRef("answered_on")
    )
    rows = (
        Invitation.objects.without_guests()
        .filter(answer=Invitation.Answer.OTHER_DATE, withdrawn_on__isnull=True, answered_on__lte=today)
        .filter(direction=Invitation.Direction.OUT)
        .filter(~Exists(moved))
    )
    return list(_asked(rows if targets is None else rows.filter(pk__in=targets), today, "answered_on"))


@rule(
    "guests_unanswered",
    label=_("Guests who have not answered"),
    act=_("Remind the guests, or call them"),
    target="meetings.Meeting",
    url=lambda meeting, period: meeting.get_guests_url(),
    asks=(
        Role.ACCOUNT_MANAGER,
        Role.SECRETARY,
        Role.TEAM_LEAD,
    ),
)
def guests_unanswered(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """One for each guest list, to who invited them last: as long after the last invitation as for a single
    one (a setting). Over when everybody answered or the meeting is behind us."""
    days: int = policy.value("invitation_answer_days", today)
    waiting = Q(
        guests__invitation__answer="",
        guests__invitation__withdrawn_on__isnull=True,
        guests__invitation__undelivered_on__isnull=True,
        guests__invitation__isnull=False,
    )
    rows = Meeting.objects.filter(_to_come(today, prefix="")).annotate(
        open=Count("guests", filter=waiting),
        last=Max("guests__invitation__sent_on", filter=waiting),
        maker=Max("guests__invitation__created_by", filter=waiting),
    )
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    listed = rows.filter(open__gt=0, last__lte=today - dt.timedelta(days=days))
    found = list(listed.order_by().values_list("pk", "maker", "last"))
    active = set(User.objects.filter(is_active=True).values_list("pk", flat=True)) if found else set()
    return [
        Wanted(pk, who, last + dt.timedelta(days=days), f"meeting:{pk}")
        for pk, who, last in found
        if who in active
    ]
