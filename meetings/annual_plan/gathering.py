"""What the planner is asked, read from the database: the list of the year, the series, the college, and what
stands already."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.commitments import norm_on
from deventer_crm.core.models import Commitment
from employers.models import Employer
from employers.toplist.families import families
from employers.toplist.selectors import year_list
from meetings.duty import Duty, Status, duties
from meetings.models import AnnualPlan, Meeting, MeetingEmployer, PlanProposal, Series

from .inputs import Gathering, Kept, Question, Reason, Visit
from .planner import parts_without
from .reading import (
    college_of,
    kept_meetings,
    known_to_all,
    last_spoken,
    meetings_between,
    members_for,
    place_of,
    rules_of,
)

if TYPE_CHECKING:
    from accounts.models import User

State = PlanProposal.State

#: Which measure of the monitor says how often a series meets in a year.
MEASURES = {
    Series.BOARDS: "boards_meeting",
    Series.CHAIRS: "chairs_meeting",
    Series.THEMED: "themed_meeting",
}


@dataclass(frozen=True)
class Asked:
    """The question, and which rows of the plan its answers belong to. `rows`: those that may be planned anew,
    by employer; `numbers`: the row of each meeting of a series that is asked for, by series and part;
    `doubles`: rows of employers that were grouped under one that has a row."""

    question: Question
    rows: Mapping[int, PlanProposal] = field(default_factory=dict)
    series_rows: Mapping[tuple[int, int], PlanProposal] = field(default_factory=dict)
    numbers: Mapping[tuple[int, int], int] = field(default_factory=dict)
    doubles: Sequence[int] = ()


def fell_through(row: PlanProposal, members: Mapping[int, CollegeMember]) -> Reason | None:
    """Why something that stood does not stand any more: its meeting was called off or deleted, or the member
    is not in the college on that day."""
    if row.state == State.ACCEPTED:
        if row.meeting is None:
            return Reason("meeting_gone")
        if row.meeting.state == Meeting.State.CANCELLED and row.meeting.cancelled_on:
            return Reason(
                "cancelled", {"on": row.meeting.cancelled_on.isoformat(), "by": row.meeting.cancelled_by}
            )
        return None
    if row.college_member_id is not None and row.day is not None:
        member = members.get(row.college_member_id)
        if member is None or not member.is_valid_on(row.day):
            return Reason("member_left", {"member": row.college_member_id})
    return None


@dataclass
class _Sorted:
    """The rows of a plan: what may be planned anew, what stays, and why what stood fell through."""

    open: list[PlanProposal] = field(default_factory=list)
    held: list[PlanProposal] = field(default_factory=list)
    before: dict[int, Reason] = field(default_factory=dict)
    kept: list[Kept] = field(default_factory=list)


def ask(plan: AnnualPlan, by: "User", *, planned_around: PlanProposal | None = None) -> Asked:
    """Everything the planner needs for this plan, as far as who asks may know it (R10): what is hidden from
    them stays where it is. `planned_around`: only this one is to be placed, everything else stands."""
    first_of_year, last = dt.date(plan.year, 1, 1), dt.date(plan.year, 12, 31)
    rules = rules_of(plan)
    first = max(plan.first_day, first_of_year, clock.today() + dt.timedelta(days=1))
    college = {row.pk: row for row in college_of(first_of_year, last)}
    around = dt.timedelta(days=max(rules.days_apart, 92))
    meetings = kept_meetings(meetings_between(first_of_year - around, last + around), known_to_all())
    rows = _sorted(plan, by, college, planned_around)
    kept = [*meetings.values(), *rows.kept]
    asks_series = plan.with_series and planned_around is None
    gatherings, numbers = _gatherings(plan, kept, rows) if asks_series else ([], {})
    in_office = [row for row in college.values() if row.ends_on is None or row.ends_on >= first]
    question = Question(
        first,
        last,
        members_for(first, last, in_office),
        tuple(_visits(plan, by, rows)) if planned_around is None else (),
        tuple(gatherings),
        tuple(kept),
        rules,
    )
    by_employer = {_survivor(row): row for row in reversed(rows.open) if row.employer_id}
    chosen = {row.pk for row in by_employer.values()}
    return Asked(
        question,
        by_employer,
        {(row.series_id, row.number): row for row in rows.open if row.series_id},
        numbers,
        [row.pk for row in rows.open if row.employer_id and row.pk not in chosen],
    )


def _sorted(
    plan: AnnualPlan,
    by: "User",
    college: Mapping[int, CollegeMember],
    planned_around: PlanProposal | None,
) -> _Sorted:
    found = _Sorted()
    shown = set(plan.proposals.visible_to(by).values_list("pk", flat=True))
    rows = plan.proposals.select_related("employer__main_establishment", "meeting").order_by("pk")
    for row in rows:
        if planned_around is not None:
            if row.pk != planned_around.pk and row.day is not None and row.state in PlanProposal.STANDING:
                found.kept.append(kept_row(row, college, is_known=row.pk in shown))
            continue
        why = fell_through(row, college)
        is_open = row.state in (State.PROPOSED, State.UNPLACED) or why is not None
        if row.pk in shown and is_open and row.state != State.DROPPED:
            found.open.append(row)
            if why is not None:
                found.before[row.pk] = why
            continue
        found.held.append(row)
        if row.state in PlanProposal.STANDING:
            found.kept.append(kept_row(row, college, is_known=row.pk in shown))
    return found


def _survivor(row: PlanProposal) -> int:
    employer = row.employer
    return (employer.merged_into_id or employer.pk) if employer else 0


def kept_row(row: PlanProposal, college: Iterable[int], *, is_known: bool = True) -> Kept:
    """A proposal as something that stands."""
    own = () if row.college_member_id is None else (row.college_member_id,)
    members = frozenset(college if row.with_college else own)
    if row.series_id is not None or row.day is None or row.employer is None:
        return Kept(row.day or dt.date.min, members, series=row.series_id)
    if not is_known:
        return Kept(row.day, members)
    return Kept(row.day, members, frozenset({_survivor(row)}), None, place_of(row.employer))


def _visits(plan: AnnualPlan, by: "User", rows: _Sorted) -> list[Visit]:
    """Employers of the list of the year who were not spoken, are not in the agenda and stand nowhere in the
    plan. As long as the list is not frozen the concept is planned."""
    standing = {_survivor(row) for row in rows.held if row.employer_id}
    ranks = {row.employer.pk: row.rank for row in year_list(plan.year).with_duty}
    seen = Employer.objects.visible_to(by).filter(pk__in=ranks.keys() - standing, retired_on__isnull=True)
    employers = list(seen.select_related("main_establishment").order_by("pk"))
    keys = [employer.pk for employer in employers]
    found = duties(keys, plan.year, clock.today(), user=by)
    spoken = last_spoken(keys, dt.date(plan.year + 1, 1, 1))
    prepared = _prepared(keys, plan.year, by)
    before = {_survivor(row): rows.before.get(row.pk) for row in rows.open if row.employer_id}
    return [
        Visit(
            employer.pk,
            ranks[employer.pk],
            spoken.get(employer.pk),
            employer.sector_id,
            employer.area_id,
            place_of(employer),
            before.get(employer.pk),
        )
        for employer in employers
        if employer.pk not in prepared
        and _asks_for_a_visit(found[employer.pk], plan, fell_through=before.get(employer.pk) is not None)
    ]


def _asks_for_a_visit(duty: Duty, plan: AnnualPlan, *, fell_through: bool) -> bool:
    if duty.is_spoken or duty.status == Status.PLANNED:
        return False
    return duty.is_open or fell_through or plan.with_invited


def _prepared(employer_ids: Iterable[int], year: int, by: "User") -> set[int]:
    """Employers with whom a visit of the college is drafted already; a draft is no duty yet (R5)."""
    family = families(employer_ids)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    drafts = meetings_between(first, last).filter(state=Meeting.State.DRAFT, kind__counts_for_visit=True)
    rows = MeetingEmployer.objects.filter(
        employer__in=list(family.members),
        meeting__in=drafts.filter(pk__in=Meeting.objects.visible_to(by).order_by().values("pk"))
        .order_by()
        .values("pk"),
    )
    return {family.members[pk] for pk in rows.values_list("employer_id", flat=True)}


def yearly(year: int) -> dict[str, int]:
    """How often each series meets in that year, by the norms of the policy of today's day in it."""
    day = min(max(clock.today(), dt.date(year, 1, 1)), dt.date(year, 12, 31))
    rows = Commitment.objects.on(day).filter(measure__in=MEASURES.values()).prefetch_related("norms")
    norms = {row.measure: norm for row in rows if (norm := norm_on(row, day)) is not None}
    return {code: int(norms[measure].value) for code, measure in MEASURES.items() if measure in norms}


def _gatherings(
    plan: AnnualPlan, kept: Iterable[Kept], rows: _Sorted
) -> tuple[list[Gathering], dict[tuple[int, int], int]]:
    """The meetings of each series that the year still lacks, and the number of the row for each."""
    days: dict[int, list[dt.date]] = defaultdict(list)
    for item in kept:
        if item.series is not None and item.day.year == plan.year:
            days[item.series].append(item.day)
    found, numbers = [], {}
    wanted = yearly(plan.year)
    for series in Series.objects.filter(code__in=wanted, disabled_on__isnull=True).order_by("position", "pk"):
        count = wanted[series.code]
        held = {row.number for row in rows.held if row.series_id == series.pk}
        dropped = sum(row.series_id == series.pk and row.state == State.DROPPED for row in rows.held)
        free = [number for number in range(1, count + len(held) + 1) if number not in held]
        short = max(0, count - len(days[series.pk]) - dropped)
        lacking = parts_without(plan.year, count, days[series.pk])[:short]
        before = {
            row.number: rows.before[row.pk]
            for row in rows.open
            if row.series_id == series.pk and row.pk in rows.before
        }
        for part, number in zip(lacking, free, strict=False):
            found.append(Gathering(series.pk, part, count, series.needs_college, before.get(number)))
            numbers[series.pk, part] = number
    return found, numbers
