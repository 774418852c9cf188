"""Het half uur erna: which meetings of today a college member has not answered for yet.

`promise_cards` is for any page: the page of the college, that of the meeting. Draw them with
templates/meetings/promise_cards.html."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from accounts.models import CollegeMember
from accounts.roles import Act, Role
from deventer_crm.core import clock
from meetings.models import Meeting, Participant, PromiseAnswer
from meetings.services.mandates import mandated_members

if TYPE_CHECKING:
    from accounts.models import User

#: Without an end a meeting is taken to last this long.
USUAL_LENGTH = dt.timedelta(hours=1)


@dataclass(frozen=True)
class PromiseCard:
    """One meeting that is over, one member; `answer` once given today, to be corrected. `is_own`: the member
    looks; else somebody with a mandate answers."""

    meeting: Meeting
    member: CollegeMember
    answer: PromiseAnswer | None
    is_own: bool

    @property
    def can_correct(self) -> bool:
        """On the day of the answer."""
        return self.answer is not None and self.answer.answered_on == clock.today()


def members_of(user: "User") -> list[CollegeMember]:
    """For whom this person may answer today: the member they are, and those they have a mandate of."""
    today = clock.today()
    rows = CollegeMember.objects.on(today).filter(
        Q(user=user) | Q(pk__in=mandated_members(user).values("pk"))
    )
    return list(rows.order_by("position", "pk"))


def promise_cards(user: "User", meeting: Meeting | None = None) -> list[PromiseCard]:
    """Meetings of today that are over, the last first; of the others of the college nothing. Also with what
    was answered today, for it can still be corrected. At most four queries, none for who
    answers for nobody."""
    members = {member.pk: member for member in members_of(user)} if _may_answer(user) else {}
    if not members:
        return []
    now = clock.now()
    today = clock.start_of(clock.local_date(now))
    visible = Meeting.objects.visible_to(user).filter(
        Q(ends_at__lte=now) | Q(ends_at__isnull=True, starts_at__lte=now - USUAL_LENGTH),
        starts_at__gte=today,
        starts_at__lte=now,
        state__in=[Meeting.State.PLANNED, *Meeting.HELD_STATES],
    )
    if meeting is not None:
        visible = visible.filter(pk=meeting.pk)
    seats = (
        Participant.objects.filter(college_member__in=members, meeting__in=visible.order_by().values("pk"))
        .filter(~Q(meeting__state__in=Meeting.HELD_STATES) | Q(is_present=True))
        .select_related("meeting__kind")
        .prefetch_related("meeting__employers")
        .order_by("-meeting__starts_at", "pk")
    )
    listed = list(seats)
    if not listed:
        return []
    answers = {
        (row.meeting_id, row.member_id): row
        for row in PromiseAnswer.objects.filter(
            meeting__in=[seat.meeting_id for seat in listed], member__in=members
        ).select_related("follow_up")
    }
    return [
        PromiseCard(
            seat.meeting,
            members[seat.college_member_id or 0],
            answers.get((seat.meeting_id, seat.college_member_id or 0)),
            members[seat.college_member_id or 0].user_id == user.pk,
        )
        for seat in listed
    ]


def _may_answer(user: "User") -> bool:
    return user.has_role(Role.COLLEGE_MEMBER) or user.can(Act.ACT_FOR_COLLEGE)
