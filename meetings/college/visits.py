"""The visits to come, and who of the college visited how often."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.statements import Prepared, PreparedFor, attach
from employers.models import Employer, Position
from meetings.models import Meeting, MeetingEmployer, Participant

if TYPE_CHECKING:
    from accounts.models import User

#: How many coming visits stand below the next one.
COMING = 4
#: So many contact persons the card of the next visit names (templates/meetings/college_next.html).
NAMED_PEOPLE = 4


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
    def more_people(self) -> int:
        """Contact persons that the card does not name: of a gathering there are many."""
        return max(0, len(self.people) - NAMED_PEOPLE)

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


def visits_to_come(user: "User", member: CollegeMember | None, now: dt.datetime) -> list[Visit]:
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


def visits_of_the_year(today: dt.date) -> tuple[MemberVisits, dict[int, MemberVisits]]:
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


def division_of(
    by_member: Mapping[int, MemberVisits], college: Iterable[CollegeMember]
) -> list[MemberVisits]:
    """In the order of the college, never by number: it is no ranking. Who left this year stays in."""
    office = CollegeMember.Office.MUNICIPAL_SECRETARY
    return [visits_of(member, by_member) for member in college if member.office != office]


def college_of_the_year(today: dt.date) -> list[CollegeMember]:
    """Everybody who was in the college on some day of this year, in its order."""
    return _in_office.rows(since=dt.date(today.year, 1, 1), until=dt.date(today.year, 12, 31))


@Prepared
def _in_office(*, since: dt.date, until: dt.date) -> "QuerySet[CollegeMember]":
    members: QuerySet[CollegeMember] = CollegeMember.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=since), starts_on__lte=until
    )
    return members


def visits_of(member: CollegeMember, by_member: Mapping[int, MemberVisits]) -> MemberVisits:
    """Of one member; nothing yet is 0."""
    return replace(by_member.get(member.pk, MemberVisits(None)), member=member)
