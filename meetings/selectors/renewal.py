"""A planned meeting of a series against who holds the seats on its day (R6): people change chairs between
planning and meeting."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.models import CollegeMember
from deventer_crm.core import clock
from employers.models import Employer, Position
from employers.toplist.families import families
from meetings.commitments.series import Attendance, party_names, seats_around
from meetings.models import Meeting, Participant

if TYPE_CHECKING:
    from accounts.models import User

#: How long ago a seat may have ended that somebody was still asked for.
LOOK_BACK = dt.timedelta(days=366)


@dataclass(frozen=True)
class Join:
    """Somebody who came on a seat, and the row of the meeting they come for."""

    position: Position
    employer_id: int


@dataclass(frozen=True)
class Renewal:
    """What would change: who joins, who goes, which college members join."""

    join: list[Join] = field(default_factory=list)
    leave: list[Participant] = field(default_factory=list)
    college: list[CollegeMember] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.join or self.leave or self.college)


def renewal_of(meeting: Meeting, user: "User") -> Renewal:
    """Who joins: a holder whose seat began, or was recorded, after the meeting was planned, and any holder of
    a party that would have nobody there. Who goes: somebody whose seat ends before that day, or who left the
    college. Who was not asked on purpose at planning is not proposed again. Nothing about what this reader
    may not know (R10)."""
    series = meeting.kind.series
    if series is None:
        return Renewal()
    day = clock.local_date(meeting.starts_at)
    since = meeting.planned_on or clock.local_date(meeting.created_at)
    people = list(meeting.participants.select_related("person", "college_member", "employer"))
    at_table = set(meeting.employer_rows.values_list("employer_id", flat=True))
    around = seats_around(series, min(since, day) - LOOK_BACK, day)
    associations = {party.association_id for party, _positions in around}
    known = families({*at_table, *associations, *(row.employer_id for row in people if row.employer_id)})
    seen = set(
        Position.objects.visible_to(user)
        .filter(employer__in=list(known.members))
        .exclude(person__anonymised_on__isnull=False)
        .values_list("pk", flat=True)
    )
    here = {row.person_id: row for row in people if row.person_id}
    join: list[Join] = []
    leave: list[Participant] = []
    for party, positions in around:
        root = known.survivor(party.association_id)
        place = next((pk for pk in at_table if known.survivor(pk) == root), None)
        if place is None or not party.takes_part_on(day):
            continue
        holders = [row for row in positions if row.is_valid_on(day)]
        holding = {row.person_id for row in holders}
        is_empty = not any(person in here for person in holding)
        taken = {row.position.person_id for row in join}
        join += [
            Join(row, place)
            for row in _once(holders)
            if row.person_id not in here
            and row.person_id not in taken
            and (is_empty or row.starts_on > since or row.created_at > meeting.created_at)
            and row.pk in seen
        ]
        left = {row.person_id for row in positions if not row.is_valid_on(day)} - holding
        leave += [
            here[person]
            for person in sorted(left & here.keys())
            if (here[person].employer_id or 0) in known.members
            and known.survivor(here[person].employer_id or 0) == root
        ]
    members = [row for row in people if row.college_member_id]
    leave += [row for row in members if row.college_member and not row.college_member.is_valid_on(day)]
    college: list[CollegeMember] = []
    if series.needs_college:
        college = list(
            CollegeMember.objects.on(day)
            .filter(starts_on__gt=since)
            .exclude(pk__in=[row.college_member_id for row in members])
        )
    return Renewal(join, leave, college)


def _once(positions: list[Position]) -> list[Position]:
    found: dict[int, Position] = {}
    for row in positions:
        found.setdefault(row.person_id, row)
    return list(found.values())


def names_at(attendance: Attendance, user: "User") -> tuple[str, str]:
    """Which parties were there and which were not, by name; what this reader may not know of as a number."""
    parties = [*attendance.present, *attendance.absent]
    hidden = hidden_parties([row.association for row in parties], user)
    keys = {row.pk for row in parties if row.association_id in hidden}
    return party_names(attendance.present, keys), party_names(attendance.absent, keys)


def hidden_parties(associations: list[Employer], user: "User") -> set[int]:
    """Which of these associations do not exist for this reader."""
    keys = [row.pk for row in associations]
    seen = set(Employer.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return set(keys) - seen
