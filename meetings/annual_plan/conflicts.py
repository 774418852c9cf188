"""What is wrong with a plan as it stands: people may put anything anywhere, and are told what that breaks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .inputs import NOWHERE, Kept, Member, Place, Reason, Rules, quarter_of


@dataclass(frozen=True)
class Standing:
    """A row of the plan on its day. `is_fact`: it is in the agenda already, its own meeting is not among what
    is kept."""

    key: int
    day: dt.date
    members: tuple[int, ...] = ()
    employer: int | None = None
    series: int | None = None
    place: Place = NOWHERE
    is_over_when_past: bool = True

    def as_kept(self) -> Kept:
        employers = frozenset() if self.employer is None else frozenset({self.employer})
        return Kept(self.day, frozenset(self.members), employers, self.series, self.place)


def find_conflicts(
    rows: Sequence[Standing],
    kept: Iterable[Kept],
    members: Mapping[int, Member],
    rules: Rules,
    today: dt.date,
) -> dict[int, list[Reason]]:
    """By key of the row. `kept`: what is in the agenda besides these rows."""
    standing = [(row.key, row.as_kept()) for row in rows]
    other_facts = [(0, item) for item in kept]
    found: dict[int, list[Reason]] = {}
    for row in rows:
        others = [item for key, item in (*standing, *other_facts) if key != row.key]
        problems = _of_the_day(row, rules, today)
        for key in row.members:
            problems += _of_the_member(row, members.get(key), others, rules)
        if row.employer is not None:
            problems += _of_the_employer(row, others, rules)
        if problems:
            found[row.key] = _once(problems)
    return found


def _once(reasons: Iterable[Reason]) -> list[Reason]:
    return list({reason.code: reason for reason in reasons}.values())


def _of_the_day(row: Standing, rules: Rules, today: dt.date) -> list[Reason]:
    if row.day < today:
        return [Reason("past")] if row.is_over_when_past else []
    if row.day.month in rules.months_off:
        return [Reason("month_off")]
    return [] if rules.is_open(row.day) else [Reason("closed_day")]


def _of_the_member(
    row: Standing, member: Member | None, others: Sequence[Kept], rules: Rules
) -> list[Reason]:
    if member is None or not member.starts_on <= row.day <= member.ends_on:
        return [Reason("not_in_office")]
    mine = [item for item in others if member.key in item.members]
    same_day = [item for item in mine if item.day == row.day]
    found = []
    if row.day in member.unavailable or any(item.series is not None for item in same_day):
        found.append(Reason("clash_unavailable"))
    if row.series is not None:
        return found
    visits = [item for item in same_day if item.series is None]
    near = any(row.place.is_near(item.place, rules.near_metres) for item in visits)
    if visits and (len(visits) >= rules.most_a_day or not near):
        found.append(Reason("clash_day_full"))
    month = (row.day.year, row.day.month)
    in_month = sum(item.series is None and (item.day.year, item.day.month) == month for item in mine)
    if in_month >= rules.most_a_month:
        found.append(Reason("clash_month_full"))
    return found


def _of_the_employer(row: Standing, others: Sequence[Kept], rules: Rules) -> list[Reason]:
    days = [
        item.day
        for item in others
        if row.employer in item.employers
        and item.series is None
        and (quarter_of(item.day) == quarter_of(row.day) or abs((item.day - row.day).days) < rules.days_apart)
    ]
    if not days:
        return []
    nearest = min(days, key=lambda day: (abs((day - row.day).days), day))
    return [Reason("clash_spoken_around", {"on": nearest.isoformat()})]
