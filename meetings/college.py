"""What the college dashboard shows: the next visit, the duty of the year, who visited how often, and for
those who arrange the visits what is still missing."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value, Window
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import clock, policy
from deventer_crm.core.commitments import Period, State, decide_state
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.models import Commitment
from deventer_crm.core.statements import Prepared, PreparedFor, attach
from employers.models import Employer, Position, TopListEntry
from meetings.commitments.top_list import ListDuties, list_duties
from meetings.duty import Duty, Status, Tally, for_reader, personal_invitations
from meetings.models import Invitation, Meeting, MeetingEmployer, Participant

if TYPE_CHECKING:
    from accounts.models import User

#: How many coming visits stand below the next one, and how many lines a list of gaps has.
COMING, GAPS = 4, 6


@dataclass(frozen=True)
class Tile:
    """One employer of the list; fields as components/tiles.html asks."""

    rank: int
    name: str
    duty: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Visit:
    """A visit to come, ready to be read in a car park."""

    meeting: Meeting
    employers: list[Employer]
    people: list[tuple[str, str]]
    companions: list[str]
    address: str

    @property
    def name(self) -> str:
        """The employer; a gathering goes by its own name, four parties make no heading."""
        return self.employers[0].name if len(self.employers) == 1 else self.meeting.name

    @property
    def parties(self) -> str:
        """Who come to a gathering; empty when the name says it."""
        return ", ".join(employer.name for employer in self.employers) if len(self.employers) > 1 else ""


@dataclass(frozen=True)
class MemberVisits:
    """How often a member was at the table with a company this year, and how often that is planned."""

    member: CollegeMember | None
    spoken: int = 0
    planned: int = 0

    @property
    def url(self) -> str:
        """What this member did and will do, in the agenda."""
        chosen = f"&member={self.member.pk}" if self.member else ""
        return reverse("meetings:agenda") + f"?when=all{chosen}"


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


@dataclass(frozen=True)
class Dashboard:
    """The whole page."""

    year: int
    greeting: str
    member: CollegeMember | None
    next_visit: Visit | None
    coming: list[Visit]
    tally: Tally | None
    size: int
    state: str
    tiles: list[Tile]
    hidden: int
    counts_hidden_visits: bool
    own: MemberVisits | None
    total: MemberVisits | None
    division: list[MemberVisits]
    nothing: Gaps | None
    unanswered: Gaps | None
    unreported: Gaps | None

    @property
    def list_title(self) -> str:
        return _("Top %(size)d of %(year)s") % {"size": self.size, "year": self.year}

    @property
    def year_text(self) -> str:
        """For templates, where a number of four digits gets a thousands separator."""
        return str(self.year)

    @property
    def arranges(self) -> bool:
        """Whether this reader is shown what is still missing."""
        return self.unanswered is not None


@PreparedFor
def _member_of(user: "User", *, day: dt.date) -> "QuerySet[CollegeMember]":
    rows: QuerySet[CollegeMember] = CollegeMember.objects.on(day).for_user(user)
    return rows


def college_dashboard(user: "User", now: dt.datetime | None = None) -> Dashboard:
    """Everything on the page, for one reader (R10), in a fixed number of queries."""
    now = now or clock.now()
    today = clock.local_date(now)
    member = next(iter(_member_of.rows(user, day=today)), None)
    seen = list_duties(today.year, today)
    mine = for_reader(seen.found, today.year, today, user) if seen else {}
    shown = _visible_entries(seen, user) if seen else []
    visits = _visits_to_come(user, member, now)
    totals, by_member = _visits_of_the_year(today) if user.can(Act.SEE_OWN_DIVISION) else (None, {})
    is_mayor = member is not None and member.office == CollegeMember.Office.MAYOR
    sees_division = user.can(Act.SEE_DIVISION) or (is_mayor and totals is not None)
    arranges = user.can(Act.PLAN_MEETING)
    return Dashboard(
        year=today.year,
        greeting=greeting(now, member.titled_name if member else user.first_name),
        member=member,
        next_visit=visits[0] if visits else None,
        coming=visits[1:],
        tally=seen.tally if seen else None,
        size=len(seen.entries) if seen else 0,
        state=_state(seen, today) if seen else State.NOT_MEASURED.value,
        tiles=[_tile(entry, mine[entry.employer_id]) for entry in shown],
        hidden=len(seen.entries) - len(shown) if seen else 0,
        counts_hidden_visits=bool(seen) and mine is not seen.found if seen else False,
        own=_of(member, by_member) if member and totals else None,
        total=totals,
        division=_division(by_member, today) if sees_division else [],
        nothing=_nothing(shown, mine, today.year) if arranges and seen else None,
        unanswered=_unanswered(user, today) if arranges else None,
        unreported=_unreported(user, today) if arranges else None,
    )


def greeting(now: dt.datetime, name: str) -> str:
    """By the part of the Dutch day: morning until noon, afternoon until six."""
    hour = clock.local_hour(now)
    values = {"name": name}
    if hour < 12:
        text = _("Good morning, %(name)s") if name else _("Good morning")
    elif hour < 18:
        text = _("Good afternoon, %(name)s") if name else _("Good afternoon")
    else:
        text = _("Good evening, %(name)s") if name else _("Good evening")
    return text % values


def _visible_entries(seen: ListDuties, user: "User") -> list[TopListEntry]:
    """Without a query as long as nothing on the list is confidential."""
    secret = {
        employer.pk
        for entry in seen.entries
        for employer in (entry.employer, entry.resolved_employer)
        if employer.is_confidential
    }
    if secret:
        secret -= set(Employer.objects.visible_to(user).filter(pk__in=secret).values_list("pk", flat=True))
    return [
        entry for entry in seen.entries if secret.isdisjoint({entry.employer_id, entry.resolved_employer.pk})
    ]


def _tile(entry: TopListEntry, duty: Duty) -> Tile:
    employer = entry.resolved_employer
    note = str(duty.remark)
    if duty.status == Status.PLANNED and not note:
        note = nl_date(duty.date, "short")
    return Tile(entry.rank, employer.name, duty.status, employer.get_absolute_url(), note)


@Prepared
def _measured_by(*, measure: str, day: dt.date) -> "QuerySet[Commitment]":
    rows: QuerySet[Commitment] = Commitment.objects.on(day).filter(measure=measure)
    return rows


def _state(seen: ListDuties, today: dt.date) -> str:
    """The state of C1 by the very rule of the monitor (R6), without measuring twice."""
    commitment = next(iter(_measured_by.rows(measure="top_list_duty", day=today)), None)
    if commitment is None:
        return State.NOT_MEASURED.value
    return decide_state(
        done=Decimal(len(seen.met)),
        planned=Decimal(len(seen.planned)),
        norm=Decimal(len(seen.entries)),
        period=Period.year(today.year),
        as_of=today,
        warn_from=policy.month_day(commitment.warn_from, today.year),
    ).value


# ── visits to come ───────────────────────────────────────────────────────────────────────────────


@PreparedFor
def _to_come(
    user: "User", now: dt.datetime, member_id: int | None = None, *, today: dt.date
) -> "QuerySet[Meeting]":
    at_table = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
    if member_id is not None:
        at_table = at_table.filter(college_member=member_id)
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(user)
        .filter(Exists(at_table), state=Meeting.State.PLANNED)
        .filter(Q(starts_at__gte=now) | Q(starts_at__date=today, ends_at__gte=now))
        .select_related("kind")
        .order_by("starts_at", "pk")
    )
    return rows


@Prepared
def _employers_at(meeting_ids: list[int]) -> "QuerySet[MeetingEmployer]":
    rows = MeetingEmployer.objects.filter(meeting__in=meeting_ids)
    return rows.select_related("employer__main_establishment")


@Prepared
def _people_at(meeting_ids: list[int]) -> "QuerySet[Participant]":
    rows = Participant.objects.filter(meeting__in=meeting_ids).order_by("pk")
    return rows.select_related("college_member", "user", "person")


def _visits_to_come(user: "User", member: CollegeMember | None, now: dt.datetime) -> list[Visit]:
    """Of the member who looks; for everybody else those of the whole college."""
    today = clock.local_date(now)
    if member is None:
        meetings = _to_come.rows(user, now, today=today, first=COMING + 1)
    else:
        meetings = _to_come.rows(user, now, member.pk, today=today, first=COMING + 1)
    keys = [meeting.pk for meeting in meetings]
    attach(meetings, "employer_rows", _employers_at.rows(keys), by="meeting")
    attach(meetings, "participants", _people_at.rows(keys), by="meeting")
    titles = _titles(meetings, today)
    return [_visit(meeting, member, titles) for meeting in meetings]


@Prepared
def _positions_of(person_ids: list[int], *, day: dt.date) -> "QuerySet[Any, Any]":
    rows: QuerySet[Any, Any] = Position.objects.on(day).filter(person__in=person_ids).order_by("-starts_on")
    return rows.values_list("person_id", "employer_id", "title")


def _titles(meetings: Iterable[Meeting], today: dt.date) -> dict[int, str]:
    """What the contact persons of these meetings do, by person; one query."""
    people = {item.person_id for meeting in meetings for item in meeting.participants.all() if item.person_id}
    if not people:
        return {}
    places = {row.employer_id for meeting in meetings for row in meeting.employer_rows.all()}
    found: dict[int, str] = {}
    for person_id, employer_id, title in _positions_of.rows(list(people), day=today):
        if employer_id in places or person_id not in found:
            found[person_id] = title
    return found


def _visit(meeting: Meeting, member: CollegeMember | None, titles: Mapping[int, str]) -> Visit:
    employers = [row.employer for row in meeting.employer_rows.all()]
    at_company = meeting.place == Meeting.Place.COMPANY
    main = employers[0].main_establishment if employers and at_company else None
    people, companions = [], []
    for item in meeting.participants.all():
        if item.person_id:
            people.append((str(item.person), titles.get(item.person_id, "")))
        elif item.college_member_id:
            if member is None or item.college_member_id != member.pk:
                companions.append(str(item.college_member))
        elif item.user_id:
            companions.append(str(item.user))
    address = meeting.location or (main.address if main and not main.is_shielded else "")
    return Visit(meeting, employers, people, companions, address)


# ── who visited how often ────────────────────────────────────────────────────────────────────────


def _visits_of_the_year(today: dt.date) -> tuple[MemberVisits, dict[int, MemberVisits]]:
    """Visits that count (R5) with at least one employer present, per member and of the college together.

    A planning help for secretary and mayor: totals, so what is confidential counts too, without names."""
    total = MemberVisits(None)
    for spoken, planned in _counted_visits.rows(today=today, by_member=False):
        total = MemberVisits(None, spoken, planned)
    by_member = {
        member_id: MemberVisits(None, spoken, planned)
        for member_id, spoken, planned in _counted_visits.rows(today=today, by_member=True)
    }
    return total, by_member


@Prepared
def _counted_visits(*, today: dt.date, by_member: bool) -> "QuerySet[Any, Any]":
    """(member,) spoken, planned; without members one row of the whole college."""
    present = MeetingEmployer.objects.filter(meeting=OuterRef("meeting"), is_present=True)
    held = Q(
        meeting__state__in=Meeting.HELD_STATES,
        meeting__held_on__year=today.year,
        meeting__held_on__lte=today,
        is_present=True,
        employer_was_present=True,
    )
    planned = Q(
        meeting__state=Meeting.State.PLANNED,
        meeting__starts_at__year=today.year,
        meeting__planned_on__lte=today,
    )
    rows = Participant.objects.filter(
        college_member__isnull=False, meeting__kind__counts_for_visit=True
    ).annotate(employer_was_present=Exists(present))
    counts = {
        "spoken": Count("meeting", filter=held, distinct=True),
        "planned": Count("meeting", filter=planned, distinct=True),
    }
    by = ["college_member"] if by_member else []
    grouped = rows.order_by().annotate(everybody=Value(1)).values(*by or ["everybody"])
    return grouped.annotate(**counts).values_list(*by, *counts)


def _division(by_member: Mapping[int, MemberVisits], today: dt.date) -> list[MemberVisits]:
    """In the order of the college, never by number: it is no ranking. Who left this year stays in."""
    first, last = dt.date(today.year, 1, 1), dt.date(today.year, 12, 31)
    return [_of(member, by_member) for member in _visiting.rows(since=first, until=last)]


@Prepared
def _visiting(*, since: dt.date, until: dt.date) -> "QuerySet[CollegeMember]":
    members: QuerySet[CollegeMember] = CollegeMember.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=since), starts_on__lte=until
    )
    return members.exclude(office=CollegeMember.Office.MUNICIPAL_SECRETARY)


def _of(member: CollegeMember, by_member: Mapping[int, MemberVisits]) -> MemberVisits:
    return replace(by_member.get(member.pk, MemberVisits(None)), member=member)


# ── what is missing ──────────────────────────────────────────────────────────────────────────────


def _nothing(entries: list[TopListEntry], mine: Mapping[int, Duty], year: int) -> Gaps:
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


def _unanswered(user: "User", today: dt.date) -> Gaps:
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


def _unreported(user: "User", today: dt.date) -> Gaps:
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
