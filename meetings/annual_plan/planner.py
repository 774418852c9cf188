"""Proposes a year: greedy, one after the other, each with its reasons. No queries, no chance: the same
question has the same answer.

Series go first, for they need many people on one day. Then the employers, the longest unspoken first; each
gets the member and the day with the fewest penalty points, of which WEIGHTS is the whole list. What a rule
forbids (see Board.obstacle) is never done, however well it fits."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import ceil

from .board import Board, Month
from .inputs import Gathering, Kept, Member, Outcome, Proposal, Question, Reason, Unplaced, Visit

#: Penalty points; the fewest win, then the earliest day, then the order of the college.
NO_INTEREST, ONLY_AREA, ONLY_SECTOR = 12, 5, 3
EACH_VISIT_OF_MEMBER = 2
EACH_MONTH_LATER = 1
EACH_ABOVE_PACE = 15
SAME_WEEK, SAME_WEEKDAY = 2, 1
#: Visits of one month are spread over it: a point for every so many working days away from where one is due.
DAYS_OFF_BEAT = 3
NEARBY = -6
#: Of a meeting of a series: a member who cannot come, another series on that day or within five weeks, a
#: day further from the middle.
MISSING_MEMBER, SAME_DAY, CLOSE_BY, EACH_DAY_AWAY = 1000, 500, 40, 1
CLOSE_DAYS = 35


def plan(question: Question) -> Outcome:
    """The whole year at once."""
    board = Board(question)
    proposals: list[Proposal] = []
    unplaced: list[Unplaced] = []
    for gathering in sorted(question.gatherings, key=_most_people_first):
        _sort(place_gathering(board, question, gathering), board, proposals, unplaced)
    pace = _pace(board, len(question.visits))
    for visit in sorted(question.visits, key=_longest_unspoken_first):
        _sort(place_visit(board, question, visit, pace=pace), board, proposals, unplaced, visit)
    return Outcome(tuple(proposals), tuple(unplaced))


def place_one(
    question: Question, visit: Visit, *, members: Collection[int] | None = None, month: Month | None = None
) -> Proposal | Unplaced:
    """The best place for one employer beside everything that is kept; only with these members, or in that
    month, when they are given."""
    board = Board(question)
    return place_visit(board, question, visit, pace=_pace(board, 1), members=members, month=month)


def _sort(
    answer: Proposal | Unplaced,
    board: Board,
    proposals: list[Proposal],
    unplaced: list[Unplaced],
    visit: Visit | None = None,
) -> None:
    if isinstance(answer, Unplaced):
        unplaced.append(answer)
        return
    proposals.append(answer)
    board.take(as_kept(answer, visit))


def as_kept(proposal: Proposal, visit: Visit | None = None) -> Kept:
    """A proposal as something that stands, for what is placed after it."""
    employers = frozenset() if proposal.employer is None else frozenset({proposal.employer})
    members = frozenset(proposal.members)
    if visit is None:
        return Kept(proposal.day, members, employers, proposal.series)
    return Kept(proposal.day, members, employers, None, visit.place)


def _most_people_first(gathering: Gathering) -> tuple[bool, int, int]:
    return not gathering.with_college, gathering.series, gathering.number


def _longest_unspoken_first(visit: Visit) -> tuple[dt.date, int, int]:
    """Never spoken comes before long ago; of equal ones the largest employer."""
    return visit.last_spoken or dt.date.min, visit.rank, visit.employer


def _pace(board: Board, wanted: int) -> int:
    """So many visits a month keep up with the year."""
    months = board.months()
    return max(1, ceil((wanted + board.visits_kept(months)) / len(months))) if months else 1


# ── visits ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Fit:
    """One possibility. `points` and what follows decide, in this order."""

    points: int
    day: dt.date
    order: int
    member: Member

    @property
    def key(self) -> tuple[int, dt.date, int]:
        return self.points, self.day, self.order


def interest(member: Member, visit: Visit) -> tuple[int, str]:
    """How well remit and district of a member go with an employer: points and the code of the reason."""
    has_sector = visit.sector is not None and visit.sector in member.sectors
    has_area = visit.area is not None and visit.area in member.areas
    if has_sector and has_area:
        return 0, "sector_and_area"
    if has_sector:
        return ONLY_SECTOR, "sector"
    return (ONLY_AREA, "area") if has_area else (NO_INTEREST, "no_interest")


def _interest_reason(member: Member, visit: Visit) -> Reason:
    _points_of_it, code = interest(member, visit)
    values: dict[str, int | str] = {}
    if code in ("sector", "sector_and_area") and visit.sector is not None:
        values["sector"] = visit.sector
    if code in ("area", "sector_and_area") and visit.area is not None:
        values["area"] = visit.area
    return Reason(code, values)


def _spoken_reason(visit: Visit) -> Reason:
    if visit.last_spoken is None:
        return Reason("never_spoken")
    return Reason("last_spoken", {"on": visit.last_spoken.isoformat()})


def interest_reasons(visit: Visit, sectors: frozenset[int], areas: frozenset[int]) -> list[Reason]:
    """What speaks for a member with this remit and district, whoever chose them."""
    return [_spoken_reason(visit), _interest_reason(Member(0, sectors, areas), visit)]


def place_visit(
    board: Board,
    question: Question,
    visit: Visit,
    *,
    pace: int,
    members: Collection[int] | None = None,
    month: Month | None = None,
) -> Proposal | Unplaced:
    """The member and the day with the fewest points, or what stood in the way."""
    best: _Fit | None = None
    obstacles: Counter[str] = Counter()
    start = board.months()[:1]
    for order, member in enumerate(question.members):
        if members is not None and member.key not in members:
            continue
        points_of_member, _code = interest(member, visit)
        for day in board.days:
            if month is not None and board.month_of[day] != month:
                continue
            obstacle = board.obstacle(member.key, day, visit.employer, visit.place)
            if obstacle:
                obstacles[obstacle] += 1
                continue
            points = points_of_member + _points(board, member, day, visit, pace, start[0])
            if best is None or (points, day, order) < best.key:
                best = _Fit(points, day, order, member)
    if best is None:
        return Unplaced(visit.employer, reasons=_obstacles(question, board, obstacles))
    reasons = _reasons(board, question, visit, best, pace)
    return Proposal(best.day, (best.member.key,), visit.employer, reasons=reasons)


def _points(board: Board, member: Member, day: dt.date, visit: Visit, pace: int, start: Month) -> int:
    month = board.month_of[day]
    points = EACH_VISIT_OF_MEMBER * board.in_year[member.key, day.year]
    points += EACH_MONTH_LATER * ((month[0] - start[0]) * 12 + month[1] - start[1])
    if board.near_on(member.key, day, visit.place):
        # One trip: one more than the pace does no harm.
        return points + NEARBY + EACH_ABOVE_PACE * max(0, board.of_month[month] - pace)
    points += EACH_ABOVE_PACE * max(0, board.of_month[month] + 1 - pace)
    points += SAME_WEEK * board.of_week[board.week_of[day]]
    due = board.count_of_month[month] * (2 * board.of_month[month] + 1) // (2 * pace)
    points += abs(board.rank_of[day] - due) // DAYS_OFF_BEAT
    return points + SAME_WEEKDAY * board.of_weekday[month, day.weekday()]


def _reasons(board: Board, question: Question, visit: Visit, fit: _Fit, pace: int) -> tuple[Reason, ...]:
    """In the order in which one would say them."""
    found = [visit.before] if visit.before else []
    found.append(_spoken_reason(visit))
    points, _code = interest(fit.member, visit)
    found.append(_interest_reason(fit.member, visit))
    better = [row.key for row in question.members if interest(row, visit)[0] < points]
    if better:
        found.append(Reason("spread", {"member": better[0]}))
    near = board.near_on(fit.member.key, fit.day, visit.place)
    if near is not None:
        found.append(_near(visit, near.employers, near.place.metres_to(visit.place)))
    others = [day for day in board.spoken.get(visit.employer, ()) if abs((day - fit.day).days) < 366]
    if others:
        nearest = min(others, key=lambda day: (abs((day - fit.day).days), day))
        found.append(Reason("apart", {"on": nearest.isoformat()}))
    if near is None:
        found.append(Reason("pace", {"count": pace}))
    return tuple(found)


def _near(visit: Visit, employers: Iterable[int], metres: int | None) -> Reason:
    values: dict[str, int | str] = {"employer": min(employers, default=0)}
    if metres is not None:
        values["metres"] = metres
    else:
        values["postcode"] = visit.place.postcode[:4]
    return Reason("near", values)


def _obstacles(question: Question, board: Board, obstacles: Counter[str]) -> tuple[Reason, ...]:
    if not question.members:
        return (Reason("no_members"),)
    if not board.days or not obstacles:
        return (Reason("no_days"),)
    ordered = sorted(obstacles, key=lambda code: (-obstacles[code], code))
    return tuple(Reason(code, {"count": obstacles[code]}) for code in ordered)


# ── series ───────────────────────────────────────────────────────────────────────────────────────


def parts_of(year: int, count: int) -> list[tuple[dt.date, dt.date]]:
    """A year in so many equal parts: first and last day of each."""
    start, days = dt.date(year, 1, 1), (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days
    cuts = [start + dt.timedelta(days=days * number // count) for number in range(count + 1)]
    return [(cuts[number], cuts[number + 1] - dt.timedelta(days=1)) for number in range(count)]


def parts_without(year: int, count: int, taken: Iterable[dt.date]) -> list[int]:
    """Numbers (from 1) of the parts of a year that still ask for a meeting. Each that stands covers the part
    it lies in; a second one in a part covers the nearest part that has none."""
    parts = parts_of(year, count)
    left = set(range(1, count + 1))
    late: list[dt.date] = []
    for day in sorted(taken):
        number = next((n for n, (first, last) in enumerate(parts, 1) if first <= day <= last), None)
        if number in left:
            left.discard(number)
        elif number is not None:
            late.append(day)
    for day in late:
        if left:
            left.discard(min(left, key=lambda n: (abs((_middle(parts[n - 1]) - day).days), n)))
    return sorted(left)


def _middle(part: tuple[dt.date, dt.date]) -> dt.date:
    return part[0] + (part[1] - part[0]) // 2


def place_gathering(board: Board, question: Question, gathering: Gathering) -> Proposal | Unplaced:
    """Near the middle of its part of the year, on the day on which the most of the college can come."""
    part = parts_of(question.last.year, gathering.of)[gathering.number - 1]
    days = [day for day in board.days if part[0] <= day <= part[1]]
    is_late = not days
    days = days or board.days
    middle = _middle(part) if not is_late else question.first
    best: tuple[int, dt.date, tuple[int, ...]] | None = None
    for day in days:
        here = tuple(member.key for member in question.members if day in board.free[member.key])
        if gathering.with_college and not here:
            continue
        if day in board.gatherings.get(gathering.series, ()):
            continue
        missing = len(question.members) - len(here) if gathering.with_college else 0
        points = MISSING_MEMBER * missing + SAME_DAY * board.gathering_days[day]
        close = sum(abs((other - day).days) < CLOSE_DAYS for other in board.gathering_days)
        points += CLOSE_BY * close
        points += EACH_DAY_AWAY * abs((day - middle).days)
        if best is None or (points, day) < best[:2]:
            best = points, day, here if gathering.with_college else ()
    shared = {"series": gathering.series, "number": gathering.number, "with_college": gathering.with_college}
    if best is None:
        code = "nobody_free" if gathering.with_college and days and question.members else "no_days"
        if gathering.with_college and not question.members:
            code = "no_members"
        return Unplaced(reasons=(Reason(code),), **shared)  # type: ignore[arg-type]
    _points_of_day, day, here = best
    reasons = _reasons_of_gathering(question, gathering, here, is_late=is_late)
    return Proposal(day, here, reasons=reasons, **shared)  # type: ignore[arg-type]


def _reasons_of_gathering(
    question: Question, gathering: Gathering, here: tuple[int, ...], *, is_late: bool
) -> tuple[Reason, ...]:
    found = [gathering.before] if gathering.before else []
    spread: dict[str, int | str] = {"number": gathering.number, "of": gathering.of}
    found.append(Reason("late_part" if is_late else "part", spread))
    if gathering.with_college:
        missing = len(question.members) - len(here)
        count: dict[str, int | str] = {"present": len(here), "all": len(question.members)}
        found.append(Reason("some_college", count) if missing else Reason("whole_college"))
    return tuple(found)
