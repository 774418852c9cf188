"""What is still missing of visits of the college: one condition for each, for the dashboard that counts and
names them and for the lists its numbers lead to."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from deventer_crm.core import clock
from meetings.models import Invitation, Meeting, Participant

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from meetings.querysets import InvitationQuerySet, MeetingQuerySet

#: A briefing is asked for from so many days before the visit.
BRIEFING_AHEAD = dt.timedelta(days=14)


def lacks_report(rows: "MeetingQuerySet", today: dt.date) -> "MeetingQuerySet":
    """Held with somebody of the college, and no report yet."""
    return rows.filter(Exists(_at_table()), state=Meeting.State.HELD, held_on__lte=today)


def lacks_briefing(rows: "MeetingQuerySet", today: dt.date) -> "MeetingQuerySet":
    """Visits of the college in the coming two weeks whose briefing is not ready."""
    return rows.filter(
        Q(briefing__isnull=True) | Q(briefing__ready_on__isnull=True),
        Exists(_at_table()),
        state=Meeting.State.PLANNED,
        kind__counts_for_visit=True,
        starts_at__gte=clock.start_of(today),
        starts_at__lt=clock.start_of(today + BRIEFING_AHEAD + dt.timedelta(days=1)),
    )


def _at_table() -> "QuerySet[Participant]":
    return Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)


def without_answer(rows: "InvitationQuerySet") -> "InvitationQuerySet":
    """Of the personal invitations that stand: not answered, and not overtaken by a meeting."""
    return rows.filter(answer=Invitation.Answer.NONE).exclude(
        meeting__state__in=[Meeting.State.PLANNED, *Meeting.HELD_STATES]
    )
