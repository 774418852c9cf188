"""A series (C2 to C4) as its page shows it: who sits on which seat, which meetings count and why others do
not, and the state the monitor gives."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.commitments import Measure, Period, evaluate
from deventer_crm.core.models import Commitment
from employers.models import Employer, Position
from meetings.commitments.series import Attendance, Sheet, party_names, seats_around, sheet, tally
from meetings.models import Meeting, MeetingKind, Series, SeriesParty

if TYPE_CHECKING:
    from accounts.models import User

#: Series by the measure that counts it.
MEASURES = {
    Series.BOARDS: "boards_meeting",
    Series.CHAIRS: "chairs_meeting",
    Series.THEMED: "themed_meeting",
}
#: The page goes back so many years.
YEARS = 4


@dataclass(frozen=True)
class Holder:
    """Somebody on a seat. `is_new`: since the last meeting; `is_asked`: takes part in the next one."""

    position: Position
    is_new: bool
    is_asked: bool

    @property
    def is_chair(self) -> bool:
        return self.position.seat == Position.Seat.CHAIR


@dataclass(frozen=True)
class PartyRow:
    """A party and who holds its seat on the day that is looked at. `left`: who held it at the last meeting
    and does not any more; `hidden`: holders this reader may not know of."""

    party: SeriesParty
    holders: list[Holder]
    left: list[Position]
    hidden: int

    @property
    def is_vacant(self) -> bool:
        return not self.holders and not self.hidden


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in its year. `why`: why it does not count, "" when it does or is still to come."""

    meeting: Meeting
    attendance: Attendance | None
    why: str = ""
    absent: str = ""

    @property
    def counts(self) -> bool:
        return self.attendance is not None and not self.why


@dataclass(frozen=True)
class Year:
    """One year of the series: how many count, the lines this reader may see, how many they may not."""

    year: int
    count: int
    lines: list[MeetingLine]
    hidden: int = 0


@dataclass(frozen=True)
class SeriesPage:
    """`measure`: what the monitor says, None without a commitment of today. `kind`: to plan the next one."""

    series: Series
    day: dt.date
    parties: list[PartyRow]
    hidden_parties: int
    years: list[Year]
    measure: Measure | None
    kind: MeetingKind | None
    next_meeting: Meeting | None
    last_held: dt.date | None
    members: list[CollegeMember] = field(default_factory=list)

    @property
    def is_themed(self) -> bool:
        return self.series.code == Series.THEMED


def measure_of(code: str, day: dt.date) -> Measure | None:
    """The commitment of that day that counts this series, as the monitor measures it."""
    found = measures_on(day)
    return found.get(code)


def measures_on(day: dt.date) -> dict[str, Measure]:
    """By code of the series."""
    rows = Commitment.objects.on(day).filter(measure__in=MEASURES.values()).prefetch_related("norms")
    codes = {name: code for code, name in MEASURES.items()}
    return {codes[row.measure]: evaluate(row, day) for row in rows}


@dataclass(frozen=True)
class IndexRow:
    """A series in the list of series."""

    series: Series
    measure: Measure | None
    parties: int
    next_meeting: Meeting | None


def series_index(user: "User") -> list[IndexRow]:
    """Every series in use with its state and its next meeting."""
    today = clock.today()
    read = sheet(today.replace(month=1, day=1), today.replace(month=12, day=31))
    measures = measures_on(today)
    upcoming: dict[int, Meeting] = {}
    rows = Meeting.objects.visible_to(user).upcoming().filter(state="planned", kind__series__isnull=False)
    for meeting in rows.select_related("kind"):
        upcoming.setdefault(meeting.kind.series_id or 0, meeting)
    listed = [row for row in read.series.values() if row.disabled_on is None]
    return [
        IndexRow(
            row,
            measures.get(row.code),
            sum(party.takes_part_on(today) for party in row.parties.all()),
            upcoming.get(row.pk),
        )
        for row in sorted(listed, key=lambda row: (row.position, row.name))
    ]


def series_page(code: str, user: "User", day: dt.date) -> SeriesPage | None:
    """The page of a series, its seats as on `day`; None when there is no such series. At most fourteen
    queries, however many meetings."""
    today = clock.today()
    this_year = Period.year(max(today.year, min(day.year, today.year + 1)))
    read = sheet(dt.date(today.year - YEARS, 1, 1), dt.date(today.year + 1, 12, 31))
    series = read.series.get(code)
    if series is None:
        return None
    rows = read.meetings.get(series.pk, [])
    seen = set(
        Meeting.objects.visible_to(user).filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    parties = list(series.parties.all())
    employers = set(
        Employer.objects.visible_to(user)
        .filter(pk__in=[row.association_id for row in parties])
        .values_list("pk", flat=True)
    )
    hidden = {row.pk for row in parties if row.association_id not in employers}
    last = max(
        (row.held_on for row in rows if row.pk in seen and row.held_on and row.held_on <= today), default=None
    )
    upcoming = next(
        (
            row
            for row in rows
            if row.state == Meeting.State.PLANNED
            and clock.local_date(row.starts_at) >= today
            and row.pk in seen
        ),
        None,
    )
    shown = [
        _party_row(party, positions, user_sees, day, last, upcoming)
        for party, positions, user_sees in _seats(read, series, user, day, last)
        if party.pk not in hidden and party.takes_part_on(day)
    ]
    years = [
        _year(read, series, year, today, seen, hidden)
        for year in range(this_year.start.year + 1, today.year - YEARS - 1, -1)
    ]
    return SeriesPage(
        series=series,
        day=day,
        parties=shown,
        hidden_parties=sum(party.pk in hidden and party.takes_part_on(day) for party in parties),
        years=[row for row in years if row.lines or row.hidden or row.year == today.year],
        measure=measure_of(code, today),
        kind=MeetingKind.objects.filter(series=series, disabled_on__isnull=True).first(),
        next_meeting=upcoming,
        last_held=last,
    )


def _seats(
    read: Sheet, series: Series, user: "User", day: dt.date, last: dt.date | None
) -> Iterable[tuple[SeriesParty, list[Position], set[int]]]:
    first = min(day, last or day)
    around = seats_around(series, first, max(day, last or day), read)
    keys = [row.pk for _party, positions in around for row in positions]
    seen = set(Position.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
    return [(party, positions, seen) for party, positions in around]


def _party_row(
    party: SeriesParty,
    positions: list[Position],
    seen: set[int],
    day: dt.date,
    last: dt.date | None,
    upcoming: Meeting | None,
) -> PartyRow:
    now = [row for row in positions if row.is_valid_on(day)]
    before = [row for row in positions if last is not None and row.is_valid_on(last)]
    held_before = {row.person_id for row in before}
    holding = {row.person_id for row in now}
    asked = {row.person_id for row in upcoming.participants.all()} if upcoming else set()
    is_later = last is not None and day > last
    return PartyRow(
        party=party,
        holders=[
            Holder(row, is_later and row.person_id not in held_before, row.person_id in asked)
            for row in now
            if row.pk in seen
        ],
        left=[row for row in before if is_later and row.person_id not in holding and row.pk in seen],
        hidden=sum(row.pk not in seen for row in now),
    )


def _year(read: Sheet, series: Series, year: int, today: dt.date, seen: set[int], hidden: set[int]) -> Year:
    period = Period.year(year)
    found = tally(read, series, period, today)
    by_meeting = {row.meeting.pk: row for row in found.held}
    counted: dict[int, bool] = defaultdict(bool, {row.meeting.pk: True for row in found.counted})
    lines = []
    for meeting in [*(row.meeting for row in found.held), *found.planned]:
        if meeting.pk not in seen:
            continue
        row = by_meeting.get(meeting.pk)
        why = row.lacks(series) if row is not None and not counted[meeting.pk] else ""
        absent = party_names(row.absent, hidden) if row is not None and series.code != Series.THEMED else ""
        lines.append(MeetingLine(meeting, row, why, absent))
    lines.sort(key=lambda line: line.meeting.starts_at, reverse=True)
    everything = len(found.held) + len(found.planned)
    return Year(year, len(found.counted), lines, everything - len(lines))
