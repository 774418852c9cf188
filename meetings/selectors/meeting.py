"""One meeting as its page shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from deventer_crm.core import clock
from deventer_crm.core.memo import shared
from meetings.commitments.series import Attendance, attendances
from meetings.models import Invitation, Meeting, MeetingEmployer, MeetingStep, Participant
from meetings.permissions import acts_on
from meetings.selectors.mails import put_mail_states

if TYPE_CHECKING:
    from accounts.models import User

#: A page shows no more invitations than this; the list of invitations has them all.
MOST_INVITATIONS = 50


@dataclass(frozen=True)
class TheirSide:
    """An employer and who comes for it."""

    row: MeetingEmployer
    people: list[Participant]


@dataclass(frozen=True)
class MeetingPage:
    """`others`: contact persons who come for no employer of this meeting, guests apart. `acts`: what this
    reader may do now. `attendance`: for a held meeting of a series, which parties were there."""

    meeting: Meeting
    acts: frozenset[str]
    theirs: list[TheirSide]
    others: list[Participant]
    ours: list[Participant]
    invitations: list[Invitation]
    steps: list[MeetingStep]
    attendance: Attendance | None

    @property
    def primary(self) -> str:
        """The one next act of this state."""
        order = {
            Meeting.State.DRAFT: "plan",
            Meeting.State.PLANNED: "hold",
            Meeting.State.HELD: "report",
            Meeting.State.REPORTED: "close",
        }
        act = order.get(Meeting.State(self.meeting.state), "")
        return act if act in self.acts else ""

    @property
    def is_to_come(self) -> bool:
        """Before that day nobody is asked to say that it took place, though it can have come sooner."""
        return clock.local_date(self.meeting.starts_at) > clock.today()

    @property
    def has_more_acts(self) -> bool:
        """Whether the menu beside the next act has anything in it."""
        return bool(self.acts & {"edit", "move", "attendance", "cancel", "back", "next"})

    @property
    def lacks(self) -> str:
        """Why a held meeting of a series does not count, or ""."""
        series = self.meeting.kind.series
        return self.attendance.lacks(series) if self.attendance and series else ""


def meetings_for_page(user: "User") -> "QuerySet[Meeting]":
    """Visible meetings with what their header needs, in one query; `party_names`: of the employers."""
    parties = MeetingEmployer.objects.filter(meeting=OuterRef("pk")).order_by("employer__sort_name", "pk")
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(user)
        .select_related("kind__series", "theme", "owner", "created_by", "briefing")
        .annotate(party_names=ArraySubquery(parties.values("employer__name")))
    )
    return rows


def meeting_page(meeting: Meeting, user: "User") -> MeetingPage:
    """The page of a meeting from meetings_for_page(): at most ten queries more."""
    employers = list(meeting.employer_rows.select_related("employer").order_by("employer__sort_name", "pk"))
    people = list(
        meeting.participants.select_related("college_member", "user", "person", "employer").order_by(
            "college_member__position", "pk"
        )
    )
    theirs = [
        TheirSide(
            row, [person for person in people if person.person_id and person.employer_id == row.employer_id]
        )
        for row in employers
    ]
    at_table = {row.employer_id for row in employers}
    invitations = list(
        Invitation.objects.visible_to(user)
        .filter(meeting=meeting)
        .without_guests()
        .select_related("employer", "college_member", "person")[:MOST_INVITATIONS]
    )
    put_mail_states(invitations)
    guests = set(meeting.guests.values_list("person_id", flat=True))
    return MeetingPage(
        meeting=meeting,
        acts=acts_on(meeting, user),
        theirs=theirs,
        others=[
            row
            for row in people
            if row.person_id and row.employer_id not in at_table and row.person_id not in guests
        ],
        ours=sorted(
            (row for row in people if not row.person_id), key=lambda row: row.college_member_id is None
        ),
        invitations=invitations,
        steps=list(meeting.steps.select_related("by", "on_behalf_of")),
        attendance=attendance_of(meeting),
    )


def attendance_of(meeting: Meeting) -> Attendance | None:
    """Which parties were at a held meeting of a series, read once for a page."""
    series = meeting.kind.series
    if series is None or not meeting.is_held:
        return None
    return shared(("attendance", meeting.pk), lambda: attendances(series, [meeting])[0])
