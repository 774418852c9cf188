"""Visit, invitation and duty of an employer in a year (R5), as of any day (R1), set-based.

Per employer and year the first that applies: visited, received, planned, invited, none. What counts is only
ever read here: the monitor, the dashboards, the reminders, the badges and the command line all ask this."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from accounts.roles import Act
from deventer_crm.core import clock, policy
from deventer_crm.core.statements import Prepared, PreparedFor
from employers.models import Employer
from employers.toplist.families import Families, families
from meetings.models import Invitation, Meeting, MeetingEmployer, Participant
from meetings.querysets import InvitationQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class Status(models.TextChoices):
    """In the order in which the first that applies is taken."""

    VISITED = "visited", pgettext_lazy("visit", "visited")
    RECEIVED = "received", pgettext_lazy("visit", "received")
    PLANNED = "planned", pgettext_lazy("visit", "planned")
    INVITED = "invited", pgettext_lazy("visit", "invited")
    NONE = "none", pgettext_lazy("visit", "nothing yet")


ORDER = [status.value for status in Status]


@dataclass(frozen=True)
class Duty:
    """How an employer stands in a year. `date`: of the visit held (the last), planned (the first) or of the
    invitation sent (the last). `was_cancelled`: a visit of this year was called off; it is only a remark."""

    status: str = Status.NONE.value
    date: dt.date | None = None
    meeting_id: int | None = None
    invitation_id: int | None = None
    was_cancelled: bool = False
    invitation_counts: bool = True

    @property
    def is_spoken(self) -> bool:
        return self.status in (Status.VISITED, Status.RECEIVED)

    @property
    def met(self) -> bool:
        """R5: visited, received, or invited where the setting says that this counts."""
        return self.is_spoken or (self.status == Status.INVITED and self.invitation_counts)

    @property
    def remark(self) -> Any:
        """ "Afgezegd", as long as nothing came in its place."""
        return gettext_lazy("called off") if self.was_cancelled and not self.is_spoken else ""

    @property
    def is_open(self) -> bool:
        """Nothing that meets the duty, and nothing planned that will: somebody has to act."""
        return not self.met and self.status != Status.PLANNED


@dataclass(frozen=True)
class Tally:
    """The headline: spoken, only invited, planned and nothing are never one number."""

    spoken: int = 0
    invited: int = 0
    planned: int = 0
    nothing: int = 0

    @classmethod
    def of(cls, duties: Iterable[Duty]) -> "Tally":
        counts: dict[str, int] = defaultdict(int)
        for duty in duties:
            counts["spoken" if duty.is_spoken else duty.status] += 1
        return cls(counts["spoken"], counts["invited"], counts["planned"], counts["none"])

    @property
    def rest(self) -> str:
        """Everything after "12 spoken"; planned is left out when there is none."""
        parts = [gettext("%(count)d only invited") % {"count": self.invited}]
        if self.planned:
            parts.append(gettext("%(count)d planned") % {"count": self.planned})
        parts.append(gettext("%(count)d nothing yet") % {"count": self.nothing})
        return " · ".join(parts)

    @property
    def first(self) -> str:
        return gettext("%(count)d spoken") % {"count": self.spoken}

    def __str__(self) -> str:
        return f"{self.first} · {self.rest}"


def duties(
    employer_ids: Iterable[int],
    year: int,
    as_of: dt.date | None = None,
    *,
    user: "User | None" = None,
    known: Families | None = None,
) -> dict[int, Duty]:
    """The duty of every asked employer in that year, as of that day (default today), keyed by the asked id;
    what happened with grouped employers counts for the survivor.

    With `user`: only from meetings and invitations this reader may see (R10), for badges beside a name.
    Without: from all, for totals of the policy. Four queries, whatever the number of employers; one less for
    who has the families of all of them at hand (`known`)."""
    as_of = as_of or clock.today()
    asked = set(employer_ids)
    known = known or families(asked)
    if not asked:
        return {}
    counts: bool = policy.value("invitation_counts", as_of)
    outcomes, cancelled = _meetings(known.members, year, as_of, user)
    best: dict[int, tuple[int, Duty]] = {}
    for (_meeting_id, root), outcome in sorted(outcomes.items()):
        if outcome.year == year:
            _keep_best(best, root, outcome.duty(counts))
    for root, duty in _invitations(known.members, year, as_of, user, outcomes, cancelled, counts):
        _keep_best(best, root, duty)
    found: dict[int, Duty] = {}
    for employer_id in asked:
        root = known.survivor(employer_id)
        duty = best[root][1] if root in best else Duty(invitation_counts=counts)
        if root in cancelled:
            duty = _with_remark(duty)
        found[employer_id] = duty
    return found


def for_reader(found: Mapping[int, Duty], year: int, as_of: dt.date, user: "User") -> Mapping[int, Duty]:
    """What this reader may see of duties that were read from everything (R10): the same in one query when no
    meeting of these employers is hidden from the reader, else read again from what is visible."""
    if user.can(Act.VIEW_CONFIDENTIAL) or not found:
        return found
    ids = list(found)
    # A grouping is one level deep: the employers, who is grouped under them, and their survivor's family.
    family = Employer.objects.filter(
        Q(pk__in=ids) | Q(merged_into__in=ids) | Q(grouped__in=ids) | Q(merged_into__grouped__in=ids)
    )
    hidden = Meeting.objects.filter(employer_rows__employer__in=family.values("pk")).exclude(
        pk__in=Meeting.objects.visible_to(user).values("pk")
    )
    return duties(found, year, as_of, user=user) if hidden.exists() else found


@dataclass(frozen=True)
class _Outcome:
    """What a meeting is worth for one employer: a visit held, or one planned."""

    status: str
    date: dt.date
    meeting_id: int

    @property
    def year(self) -> int:
        return self.date.year

    def duty(self, counts: bool) -> Duty:
        return Duty(self.status, self.date, self.meeting_id, invitation_counts=counts)


def _with_remark(duty: Duty) -> Duty:
    return Duty(duty.status, duty.date, duty.meeting_id, duty.invitation_id, True, duty.invitation_counts)


def _keep_best(best: dict[int, tuple[int, Duty]], root: int, duty: Duty) -> None:
    """The first status that applies; of equal ones the last date, of planned ones the first."""
    place = ORDER.index(duty.status)
    held = best.get(root)
    if held is None or place < held[0]:
        best[root] = (place, duty)
    elif place == held[0] and duty.date and held[1].date:
        sooner = duty.date < held[1].date
        if duty.date != held[1].date and sooner == (duty.status == Status.PLANNED):
            best[root] = (place, duty)


def _tables(employer_ids: list[int], *, year: int) -> "QuerySet[MeetingEmployer]":
    """These employers at the tables of meetings that matter for that year."""
    college = Participant.objects.filter(meeting=OuterRef("meeting"), college_member__isnull=False)
    chained = Invitation.objects.filter(
        meeting=OuterRef("meeting"), employer__in=employer_ids, sent_on__year=year
    )
    return (
        MeetingEmployer.objects.filter(employer__in=employer_ids, meeting__kind__counts_for_visit=True)
        .filter(
            Q(meeting__held_on__year=year) | Q(meeting__starts_at__year=year) | Q(Exists(chained)),
        )
        .annotate(
            college_is_asked=Exists(college),
            college_was_present=Exists(college.filter(is_present=True)),
        )
        .select_related("meeting")
        .order_by("meeting_id", "employer_id")
    )


@PreparedFor
def _tables_for(user: "User", employer_ids: list[int], *, year: int) -> "QuerySet[MeetingEmployer]":
    rows = _tables(employer_ids, year=year)
    if user.can(Act.VIEW_CONFIDENTIAL):
        return rows
    return rows.filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))


_all_tables = Prepared(_tables)


def _meetings(
    members: Mapping[int, int], year: int, as_of: dt.date, user: "User | None"
) -> tuple[dict[tuple[int, int], _Outcome], set[int]]:
    """Outcomes by (meeting, survivor), and the survivors of whom a visit of this year was called off.

    Meetings of other years are read too when an invitation of this year led to them: a chain counts once."""
    if user is None:
        rows = _all_tables.rows(list(members), year=year)
    else:
        rows = _tables_for.rows(user, list(members), year=year)
    outcomes: dict[tuple[int, int], _Outcome] = {}
    cancelled: set[int] = set()
    for row in rows:
        meeting, root = row.meeting, members[row.employer_id]
        state = state_on(meeting, as_of)
        if state == Meeting.State.CANCELLED and clock.local_date(meeting.starts_at).year == year:
            cancelled.add(root)
        outcome = _outcome(row, state)
        if outcome is None:
            continue
        earlier = outcomes.get((meeting.pk, root))
        # Two employers of one family at one table: a visit when one of them was there.
        if earlier is None or ORDER.index(outcome.status) < ORDER.index(earlier.status):
            outcomes[meeting.pk, root] = outcome
    return outcomes, cancelled


def state_on(meeting: Meeting, day: dt.date) -> str:
    """The state as of a day (R1), from the dates of the steps as recorded now; "" when it did not exist for
    anybody yet. A step that was taken back never was."""
    if meeting.is_held and meeting.held_on is not None and meeting.held_on <= day:
        return Meeting.State.HELD.value
    if (
        meeting.state == Meeting.State.CANCELLED
        and meeting.cancelled_on is not None
        and meeting.cancelled_on <= day
    ):
        return Meeting.State.CANCELLED.value
    if meeting.state == Meeting.State.DRAFT or meeting.planned_on is None or meeting.planned_on > day:
        return ""
    return Meeting.State.PLANNED.value


def _outcome(row: Any, state: str) -> _Outcome | None:
    """R5: a held visit needs the employer and a college member ticked present; a planned one needs a college
    member who is to come. At the company's: visited, anywhere else: received."""
    meeting = row.meeting
    if state == Meeting.State.HELD:
        if not (row.is_present and row.college_was_present):
            return None
        at_company = meeting.place == Meeting.Place.COMPANY
        status = Status.VISITED if at_company else Status.RECEIVED
        return _Outcome(status.value, meeting.held_on, meeting.pk)
    if state == Meeting.State.PLANNED and row.college_is_asked:
        return _Outcome(Status.PLANNED.value, clock.local_date(meeting.starts_at), meeting.pk)
    return None


def personal_invitations(year: int, as_of: dt.date) -> InvitationQuerySet:
    """Personal invitations in the name of a college member, sent in that year, standing on that day. Requests
    for an appointment, invitations to a reception, what a company sends us, and what could not be delivered
    never count by themselves."""
    rows: InvitationQuerySet = Invitation.objects.filter(
        Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=as_of),
        Q(undelivered_on__isnull=True) | Q(undelivered_on__gt=as_of),
        purpose=Invitation.Purpose.PERSONAL,
        direction=Invitation.Direction.OUT,
        college_member__isnull=False,
        sent_on__year=year,
        sent_on__lte=as_of,
    )
    return rows


def _sent(employer_ids: list[int], *, year: int, as_of: dt.date) -> InvitationQuerySet:
    """Personal invitations to these employers, with their meetings."""
    rows = personal_invitations(year, as_of).filter(employer__in=employer_ids)
    return rows.select_related("meeting").order_by("pk")


@PreparedFor
def _sent_for(user: "User", employer_ids: list[int], *, year: int, as_of: dt.date) -> InvitationQuerySet:
    rows = _sent(employer_ids, year=year, as_of=as_of)
    return rows if user.can(Act.VIEW_CONFIDENTIAL) else rows.visible_to(user)


_all_sent = Prepared(_sent)


def _invitations(
    members: Mapping[int, int],
    year: int,
    as_of: dt.date,
    user: "User | None",
    outcomes: Mapping[tuple[int, int], _Outcome],
    cancelled: set[int],
    counts: bool,
) -> Iterable[tuple[int, Duty]]:
    if user is None:
        rows = _all_sent.rows(list(members), year=year, as_of=as_of)
    else:
        rows = _sent_for.rows(user, list(members), year=year, as_of=as_of)
    for invitation in rows:
        root = members[invitation.employer_id]
        # The chain counts once: through its meeting, when that is a visit or will be one.
        if invitation.meeting_id is not None and (invitation.meeting_id, root) in outcomes:
            continue
        if stands_alone(invitation, as_of):
            yield (
                root,
                Duty(
                    Status.INVITED.value,
                    invitation.sent_on,
                    invitation_id=invitation.pk,
                    invitation_counts=counts,
                ),
            )


def stands_alone(invitation: Invitation, as_of: dt.date) -> bool:
    """R5: declined, unanswered, or its meeting called off by the employer; called off by us it is nothing."""
    meeting = invitation.meeting
    if meeting is not None and state_on(meeting, as_of) == Meeting.State.CANCELLED:
        if meeting.cancelled_by == Meeting.CancelledBy.US:
            return False
        if meeting.cancelled_by == Meeting.CancelledBy.EMPLOYER:
            return True
    return answer_on(invitation, as_of) in (Invitation.Answer.NONE, Invitation.Answer.DECLINED)


def answer_on(invitation: Invitation, day: dt.date) -> str:
    """The answer as of a day; "" while there was none."""
    is_known = invitation.answered_on is not None and invitation.answered_on <= day
    return invitation.answer if is_known else Invitation.Answer.NONE.value
