"""Reads for the plan: its rules, the college, and what stands in the agenda."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import CollegeMember, User
from deventer_crm.core import clock, policy
from deventer_crm.core.workdays import as_days
from employers.models import Employer
from employers.toplist.families import families
from meetings.models import (
    AnnualPlan,
    Meeting,
    MeetingEmployer,
    MemberInterest,
    Participant,
)

from .availability import unavailable
from .inputs import Kept, Member, Place, Rules

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: A meeting in one of these states is, or will be, a talk with who sits at the table.
LIVE = (Meeting.State.DRAFT, Meeting.State.PLANNED, *Meeting.HELD_STATES)


def rules_of(plan: AnnualPlan) -> Rules:
    """What the plan was asked with, and the policy of its year."""
    day = min(max(clock.today(), dt.date(plan.year, 1, 1)), dt.date(plan.year, 12, 31))
    settings = policy.values(
        ["plan_visits_a_day", "plan_nearby_metres", "plan_days_between_visits", "free_days"],
        day,
    )
    return Rules(
        most_a_month=plan.most_a_month,
        most_a_day=max(1, settings["plan_visits_a_day"]),
        months_off=frozenset(plan.months_off),
        near_metres=settings["plan_nearby_metres"],
        days_apart=settings["plan_days_between_visits"],
        closed=as_days(settings["free_days"]),
    )


def place_of(employer: Employer) -> Place:
    """Where the main establishment is."""
    main = employer.main_establishment
    if main is None:
        return Place()
    if main.rd_x is None or main.rd_y is None:
        return Place(main.postcode)
    return Place(main.postcode, float(main.rd_x), float(main.rd_y))


def moment_of(day: dt.date, hour: int) -> dt.datetime:
    """The aware moment of that hour of a Dutch day."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)))


# ── the college ──────────────────────────────────────────────────────────────────────────────────


def college_of(first: dt.date, last: dt.date) -> "QuerySet[CollegeMember]":
    """Mayor and aldermen in office on one of these days, in the order of the college."""
    rows: QuerySet[CollegeMember] = CollegeMember.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last
    )
    return rows.exclude(office=CollegeMember.Office.MUNICIPAL_SECRETARY)


def members_for(
    first: dt.date, last: dt.date, college: Iterable[CollegeMember] | None = None
) -> tuple[Member, ...]:
    """With remit, district and the days without room; a fixed number of queries."""
    listed = list(college_of(first, last) if college is None else college)
    sectors: dict[int, set[int]] = defaultdict(set)
    areas: dict[int, set[int]] = defaultdict(set)
    rows = MemberInterest.objects.filter(college_member__in=[row.pk for row in listed])
    for member, sector, area in rows.values_list("college_member_id", "sector_id", "area_id"):
        (sectors if sector else areas)[member].add(sector or area)
    taken = unavailable([row.pk for row in listed], first, last)
    return tuple(
        Member(
            row.pk,
            frozenset(sectors[row.pk]),
            frozenset(areas[row.pk]),
            frozenset(taken[row.pk]),
            row.starts_on,
            row.ends_on or dt.date.max,
        )
        for row in listed
    )


# ── what stands ──────────────────────────────────────────────────────────────────────────────────


def known_to_all() -> "QuerySet[Meeting]":
    """Meetings that nobody of the team may not know: the plan is read by all of them."""
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(User())
    return rows


def meetings_between(first: dt.date, last: dt.date) -> "QuerySet[Meeting]":
    """Visits of the college and meetings of series on these days that were not called off."""
    at_table = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
    rows: QuerySet[Meeting] = Meeting.objects.filter(
        Q(kind__counts_for_visit=True) & Exists(at_table) | Q(kind__series__isnull=False),
        state__in=LIVE,
        starts_at__gte=clock.start_of(first),
        starts_at__lt=clock.start_of(last + dt.timedelta(days=1)),
    )
    return rows


def kept_meetings(rows: "QuerySet[Meeting]", known: "QuerySet[Meeting]") -> dict[int, Kept]:
    """What is in the agenda, by meeting. Days of members always count; with which employer only as far as
    that may be known."""
    listed = list(rows.order_by("pk").values_list("pk", "starts_at", "kind__series_id"))
    keys = [pk for pk, _starts, _series in listed]
    members: dict[int, set[int]] = defaultdict(set)
    seats = Participant.objects.filter(meeting__in=keys, college_member__isnull=False)
    for meeting, member in seats.values_list("meeting_id", "college_member_id"):
        members[meeting].add(member)
    employers: dict[int, list[Employer]] = defaultdict(list)
    tables = MeetingEmployer.objects.filter(
        meeting__in=keys, meeting_id__in=known.order_by().values("pk")
    ).select_related("employer__main_establishment")
    for row in tables.order_by("pk"):
        employers[row.meeting_id].append(row.employer)
    family = families(employer.pk for found in employers.values() for employer in found)
    return {
        pk: Kept(
            clock.local_date(starts_at),
            frozenset(members[pk]),
            frozenset(family.survivor(employer.pk) for employer in employers[pk]),
            series,
            place_of(employers[pk][0]) if employers[pk] else Place(),
        )
        for pk, starts_at, series in listed
    }


def last_spoken(employer_ids: Iterable[int], before: dt.date) -> dict[int, dt.date]:
    """The last day on which the college spoke each employer (R5), as far as everybody may know it."""
    family = families(employer_ids)
    there = Participant.objects.filter(
        meeting=OuterRef("meeting"), college_member__isnull=False, is_present=True
    )
    rows = MeetingEmployer.objects.filter(
        Exists(there),
        employer__in=list(family.members),
        is_present=True,
        meeting__state__in=Meeting.HELD_STATES,
        meeting__kind__counts_for_visit=True,
        meeting__held_on__lt=before,
        meeting__in=known_to_all().order_by().values("pk"),
    )
    found: dict[int, dt.date] = {}
    for employer, day in rows.values_list("employer_id", "meeting__held_on"):
        root = family.members[employer]
        if day is not None:
            found[root] = max(day, found.get(root, dt.date.min))
    return found
