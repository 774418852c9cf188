"""What is still missing, for those who arrange the visits."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core.formatting import nl_date
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.statements import PreparedFor
from employers.models import Employer, TopListEntry
from meetings import gaps as missing
from meetings.duty import Duty, personal_invitations
from meetings.models import Invitation, Meeting, PlanProposal

if TYPE_CHECKING:
    from accounts.models import User

#: How many lines a list of gaps has.
GAPS = 6
#: From this month on the plan of the next year is asked for too.
NEXT_YEAR_FROM = 11


@dataclass(frozen=True)
class Gap:
    """A line of what is still missing."""

    label: str
    note: str
    url: str


@dataclass(frozen=True)
class Gaps:
    """One kind of missing thing: all of them counted, the first few named, and the list with exactly those.
    `rest`: the others, where there is no list of just these."""

    count: int
    lines: list[Gap]
    url: str
    rest: list[Gap] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.count - len(self.lines) - len(self.rest)

    @property
    def link(self) -> str:
        """Nothing missing: nowhere to go."""
        return self.url if self.count else ""


def _in_all(found: list[Any]) -> int:
    """How many there are in all, as each of the first lines knows."""
    return found[0].rows_in_all if found else 0


# ── the list of the year, and the plan ───────────────────────────────────────────────────────────


@PreparedFor
def _of_plans(user: "User", *, since: int, until: int) -> "QuerySet[Any, Any]":
    rows = PlanProposal.objects.visible_to(user).filter(plan__year__gte=since, plan__year__lte=until)
    keys = ("plan__year", "state", "employer_id", "employer__merged_into_id", "day")
    return rows.order_by("day", "pk").values_list(*keys)


@dataclass(frozen=True)
class Planning:
    """What the plans of this year and the next say, in one query. `years`: for which there should be one."""

    rows: list[tuple[int, str, int | None, int | None, dt.date | None]]
    year: int
    years: tuple[int, ...]

    def day_of(self, employer_id: int) -> dt.date | None:
        """On which day of this year the plan has this employer, when it is not in the agenda yet."""
        for year, state, employer, survivor, day in self.rows:
            if year == self.year and state in PlanProposal.STANDING and employer_id in (employer, survivor):
                return day
        return None

    def gaps(self) -> Gaps:
        """What the plans still ask for: to judge, without a place, or a whole plan."""
        lines = []
        total = 0
        for year in self.years:
            url = reverse("meetings:annual_plan", args=[year])
            states = [state for of_year, state, *_rest in self.rows if of_year == year]
            if not states:
                lines.append(Gap(_("There is no plan of %(year)s yet") % {"year": year}, "", url))
                continue
            for state in (*PlanProposal.STANDING, PlanProposal.State.UNPLACED):
                count = states.count(state)
                if count:
                    total += count
                    lines.append(Gap(_asks(state, count), str(year), f"{url}?show={state}"))
        return Gaps(total, lines, reverse("meetings:annual_plan", args=[self.years[0]]))


def _asks(state: str, count: int) -> str:
    """What so many proposals in that state ask for."""
    words = {
        PlanProposal.State.PROPOSED: ngettext(
            "%(count)d proposal to judge", "%(count)d proposals to judge", count
        ),
        PlanProposal.State.FIXED: ngettext(
            "%(count)d fixed, not in the agenda yet", "%(count)d fixed, not in the agenda yet", count
        ),
        PlanProposal.State.UNPLACED: ngettext(
            "%(count)d without a place", "%(count)d without a place", count
        ),
    }
    return words[PlanProposal.State(state)] % {"count": count}


def planning(user: "User", today: dt.date) -> Planning:
    """The plans of this year and of the next, as this reader may see them."""
    years = (today.year, today.year + 1) if today.month >= NEXT_YEAR_FROM else (today.year,)
    return Planning(_of_plans.rows(user, since=today.year, until=today.year + 1), today.year, years)


def nothing_done(entries: list[TopListEntry], mine: Mapping[int, Duty], year: int, plan: Planning) -> Gaps:
    """Employers of the list with whom nothing was done or planned, in the order of the list, and when the
    plan of the year has them."""
    rows = [entry for entry in entries if mine[entry.employer_id].is_open]
    lines = []
    for entry in rows:
        employer, notes = entry.resolved_employer, [str(mine[entry.employer_id].remark)]
        day = plan.day_of(employer.pk)
        if day is not None:
            notes.append(_("in the plan on %(day)s") % {"day": nl_date(day, "day")})
        lines.append(Gap(employer.name, ", ".join(filter(None, notes)), employer.get_absolute_url()))
    return Gaps(len(rows), lines[:GAPS], reverse("employers:top", args=[year]), lines[GAPS:])


# ── invitations ──────────────────────────────────────────────────────────────────────────────────


@PreparedFor
def _without_answer(user: "User", *, today: dt.date, about: int) -> "QuerySet[Invitation]":
    mail = OutgoingMail.objects.filter(about_type=about, about_id=OuterRef("pk")).order_by(
        "-claimed_at", "-pk"
    )
    rows: QuerySet[Invitation] = (
        missing.without_answer(personal_invitations(today.year, today).visible_to(user))
        .select_related("employer")
        .order_by("sent_on", "pk")
        .annotate(mail_state=Subquery(mail.values("state")[:1]))
        .annotate(rows_in_all=Window(Count("pk")))
    )
    return rows


def unanswered(user: "User", today: dt.date) -> Gaps:
    """Personal invitations of this year without an answer that led to no meeting yet, the oldest first; with
    what became of the mail, where one was sent from here."""
    about = ContentType.objects.get_for_model(Invitation).pk
    found = _without_answer.rows(user, today=today, about=about, first=GAPS)
    lines = []
    for row in found:
        notes = [_("sent on %(date)s") % {"date": nl_date(row.sent_on, "day")}]
        if row.mail_state and row.mail_state != OutgoingMail.State.SENT:
            state = OutgoingMail.State(row.mail_state).label
            notes.append(_("mail: %(state)s") % {"state": state})
        lines.append(Gap(row.employer.name, ", ".join(notes), row.get_absolute_url()))
    return Gaps(_in_all(found), lines, reverse("meetings:invitations") + "?gap=answer")


# ── meetings ─────────────────────────────────────────────────────────────────────────────────────


@PreparedFor
def _unfinished(user: "User", *, today: dt.date) -> "QuerySet[Meeting]":
    """What lacks a report (held) and what lacks a briefing (planned), the first few of both."""
    seen = Meeting.objects.visible_to(user)
    either = [
        condition(seen, today).order_by() for condition in (missing.lacks_report, missing.lacks_briefing)
    ]
    names = Employer.objects.filter(meeting_rows__meeting=OuterRef("pk")).order_by("sort_name", "pk")
    order = [F("held_on").asc(nulls_last=True), F("starts_at").asc(), F("pk").asc()]
    rows: QuerySet[Meeting] = (
        Meeting.objects.filter(Q(pk__in=either[0].values("pk")) | Q(pk__in=either[1].values("pk")))
        .select_related("kind")
        .annotate(
            names=ArraySubquery(names.values("name")),
            rows_in_all=Window(Count("pk"), partition_by=F("state")),
            line_number=Window(RowNumber(), partition_by=F("state"), order_by=order),
        )
        .filter(line_number__lte=GAPS)
        .order_by("line_number")
    )
    return rows


def unfinished(user: "User", today: dt.date) -> tuple[Gaps, Gaps]:
    """Meetings with a college member that were held and have no report, the oldest first; and visits of the
    coming two weeks without a briefing, the soonest first. One query."""
    lines: dict[str, list[Gap]] = {Meeting.State.HELD: [], Meeting.State.PLANNED: []}
    counts = dict.fromkeys(lines, 0)
    for row in _unfinished.rows(user, today=today):
        note = nl_date(row.starts_at, "weekday")
        if row.state == Meeting.State.HELD:
            note = _("held on %(date)s") % {"date": nl_date(row.held_on, "day")}
        name = ", ".join(row.names) or row.title or str(row.kind)
        lines[row.state].append(Gap(name, note, row.get_absolute_url()))
        counts[row.state] = row.rows_in_all
    agenda = reverse("meetings:agenda")
    return (
        Gaps(counts[Meeting.State.HELD], lines[Meeting.State.HELD], f"{agenda}?gap=report"),
        Gaps(counts[Meeting.State.PLANNED], lines[Meeting.State.PLANNED], f"{agenda}?gap=briefing"),
    )
