"""What is still missing, for those who arrange the visits."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext as _

from deventer_crm.core.formatting import nl_date
from deventer_crm.core.statements import PreparedFor
from employers.models import TopListEntry
from meetings.duty import Duty, personal_invitations
from meetings.models import Invitation, Meeting, Participant

if TYPE_CHECKING:
    from accounts.models import User

#: How many lines a list of gaps has.
GAPS = 6


@dataclass(frozen=True)
class Gap:
    """A line of what is still missing."""

    label: str
    note: str
    url: str


@dataclass(frozen=True)
class Gaps:
    """One kind of missing thing: all of them counted, the first few named, and the list with the rest."""

    count: int
    lines: list[Gap]
    url: str

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    @property
    def link(self) -> str:
        """Nothing missing: nowhere to go."""
        return self.url if self.count else ""


def nothing_done(entries: list[TopListEntry], mine: Mapping[int, Duty], year: int) -> Gaps:
    """Employers of the list with whom nothing was done or planned, in the order of the list."""
    rows = [entry for entry in entries if mine[entry.employer_id].is_open]
    lines = [
        Gap(
            entry.resolved_employer.name,
            str(mine[entry.employer_id].remark),
            entry.resolved_employer.get_absolute_url(),
        )
        for entry in rows[:GAPS]
    ]
    return Gaps(len(rows), lines, reverse("employers:top", args=[year]))


def _in_all(found: list[Any]) -> int:
    """How many there are in all, as each of the first lines knows."""
    return found[0].rows_in_all if found else 0


@PreparedFor
def _without_answer(user: "User", *, today: dt.date) -> "QuerySet[Invitation]":
    rows: QuerySet[Invitation] = (
        personal_invitations(today.year, today)
        .visible_to(user)
        .filter(answer=Invitation.Answer.NONE)
        .exclude(meeting__state__in=[Meeting.State.PLANNED, *Meeting.HELD_STATES])
        .select_related("employer")
        .order_by("sent_on", "pk")
        .annotate(rows_in_all=Window(Count("pk")))
    )
    return rows


def unanswered(user: "User", today: dt.date) -> Gaps:
    """Personal invitations of this year without an answer that led to no meeting yet, the oldest first."""
    found = _without_answer.rows(user, today=today, first=GAPS)
    lines = [
        Gap(
            row.employer.name,
            _("sent on %(date)s") % {"date": nl_date(row.sent_on, "day")},
            row.get_absolute_url(),
        )
        for row in found
    ]
    return Gaps(_in_all(found), lines, reverse("meetings:invitations") + "?answer=none&purpose=personal")


@PreparedFor
def _without_report(user: "User", *, today: dt.date) -> "QuerySet[Meeting]":
    at_table = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(user)
        .filter(Exists(at_table), state=Meeting.State.HELD, held_on__lte=today)
        .select_related("kind")
        .prefetch_related("employers")
        .order_by("held_on", "pk")
        .annotate(rows_in_all=Window(Count("pk")))
    )
    return rows


def unreported(user: "User", today: dt.date) -> Gaps:
    """Meetings with a college member that were held and have no report, the oldest first."""
    found = _without_report.rows(user, today=today, first=GAPS)
    lines = [
        Gap(
            ", ".join(employer.name for employer in row.employers.all()) or row.title or str(row.kind),
            _("held on %(date)s") % {"date": nl_date(row.held_on, "day")},
            row.get_absolute_url(),
        )
        for row in found
    ]
    return Gaps(_in_all(found), lines, reverse("meetings:agenda") + "?state=held")
