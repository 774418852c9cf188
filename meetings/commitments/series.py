"""C2, C3 and C4 (R6): meetings of a series that were held with enough of its parties.

A party is present when somebody ticked present holds its seat on the day of the meeting: for the boards a
board member or the chair, for the chairs the chair; a party without a seat in the settings is present when
anybody came for it. A themed meeting counts the parties that organise it beside the municipality."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core import clock, formatting
from deventer_crm.core.commitments import Measured, Norm, Period, measure
from deventer_crm.core.memo import shared
from deventer_crm.core.models import Commitment
from deventer_crm.core.statements import attach
from employers.models import Position
from employers.toplist.families import Families, families
from meetings.duty import state_on
from meetings.models import Meeting, Series, SeriesParty

from .series_rows import add_people, all_series, parties_of, seats_of, series_meetings

#: Which seats on the board of an association count as a seat of the series.
SEATS = {Position.Seat.CHAIR: {"chair"}, Position.Seat.BOARD: {"chair", "board"}}


@dataclass(frozen=True)
class Attendance:
    """Who of a series was at one meeting. `present` and `absent`: parties; `organisers`: of a themed one."""

    meeting: Meeting
    present: tuple[SeriesParty, ...]
    absent: tuple[SeriesParty, ...]
    organisers: int
    has_college: bool

    def lacks(self, series: Series) -> str:
        """Why this meeting does not count, in words; "" when it does."""
        if series.needs_college and not self.has_college:
            return _("without a college member")
        have = self.organisers if series.code == Series.THEMED else len(self.present)
        if have >= series.quorum:
            return ""
        if series.code == Series.THEMED:
            return ngettext(
                "%(have)d organising party, %(need)d needed",
                "%(have)d organising parties, %(need)d needed",
                have,
            ) % {"have": have, "need": series.quorum}
        return ngettext(
            "%(have)d party present, %(need)d needed", "%(have)d parties present, %(need)d needed", have
        ) % {"have": have, "need": series.quorum}

    @property
    def absent_names(self) -> str:
        """For everybody: a party that is confidential is counted, not named (R10)."""
        return party_names(self.absent, {row.pk for row in self.absent if row.association.is_confidential})


def party_names(parties: Iterable[SeriesParty], hidden: Collection[int] = ()) -> str:
    """The names of parties in a row; those that are hidden as a number."""
    listed = list(parties)
    names = [str(party.association) for party in listed if party.pk not in hidden]
    count = len(listed) - len(names)
    if count:
        text = ngettext("%(count)d party you may not see", "%(count)d parties you may not see", count)
        names.append(text % {"count": count})
    return ", ".join(names)


@dataclass(frozen=True)
class Sheet:
    """What the series measures read, all series at once: the monitor asks three of them on one page."""

    series: Mapping[str, Series]
    meetings: Mapping[int, list[Meeting]]
    seats: Mapping[int, list[Position]]
    known: Families
    start: dt.date
    end: dt.date

    def attendances(self, series: Series, meetings: Iterable[Meeting]) -> list[Attendance]:
        """Who was at these meetings of that series."""
        parties = _parties(series)
        return [_attendance(meeting, parties, self.seats, self.known) for meeting in meetings]

    def of(self, series: Series, period: Period) -> list[Meeting]:
        """The meetings of that series in a period that lies within this sheet, oldest first."""
        rows = self.meetings.get(series.pk, [])
        return [row for row in rows if period.start <= clock.local_date(row.starts_at) <= period.end]


@dataclass(frozen=True)
class Tally:
    """A series in a period as of a day: who was at the held ones, which of them count, what is planned."""

    held: list[Attendance]
    counted: list[Attendance]
    planned: list[Meeting]


def tally(read: Sheet, series: Series, period: Period, as_of: dt.date) -> Tally:
    """What the measure counts and the page of the series shows: one truth (R1, R6)."""
    meetings = read.of(series, period)
    states = {meeting.pk: state_on(meeting, as_of) for meeting in meetings}
    held = read.attendances(series, (row for row in meetings if states[row.pk] == Meeting.State.HELD))
    return Tally(
        held,
        [row for row in held if not row.lacks(series)],
        [row for row in meetings if states[row.pk] == Meeting.State.PLANNED],
    )


def _parties(series: Series) -> list[SeriesParty]:
    """The parties by name; prefetched ones cost no query."""
    return sorted(series.parties.all(), key=lambda party: (party.association.sort_name, party.pk))


def sheet(start: dt.date, end: dt.date) -> Sheet:
    """All series with their meetings between two days, or a wider one that was read already; a fixed number
    of queries, once for one page."""
    known: list[Sheet] = shared("series", list)
    for wider in known:
        if wider.start <= start and end <= wider.end:
            return wider

    def read() -> Sheet:
        series = {row.code: row for row in all_series.rows()}
        parties = parties_of.rows([row.pk for row in series.values()])
        attach(series.values(), "parties", parties, by="series")
        meetings: dict[int, list[Meeting]] = defaultdict(list)
        rows = series_meetings.rows(start=start, end=end)
        add_people(rows)
        for meeting in rows:
            meetings[meeting.kind.series_id or 0].append(meeting)
        seats, families_of = _seats(series.values(), (row for rows in meetings.values() for row in rows))
        return Sheet(series, meetings, seats, families_of, start, end)

    found = read()
    known.append(found)
    return found


def _seats(
    series: Iterable[Series], meetings: Iterable[Meeting]
) -> tuple[dict[int, list[Position]], Families]:
    """Positions with a seat of the people at these meetings, and who is grouped under whom; two queries."""
    listed = list(meetings)
    people = {row.person_id for meeting in listed for row in meeting.participants.all() if row.person_id}
    known = families(
        {party.association_id for row in series for party in row.parties.all()}
        | {row.employer_id for meeting in listed for row in meeting.participants.all() if row.employer_id}
    )
    seats: dict[int, list[Position]] = defaultdict(list)
    for position in seats_of.rows(list(people), list(known.members)):
        seats[position.person_id].append(position)
    return seats, known


def attendances(series: Series, meetings: Iterable[Meeting]) -> list[Attendance]:
    """Who was at these meetings, seats as they were on the day of each; two queries more."""
    listed = list(meetings)
    prefetch_related_objects([series], "parties__association")
    prefetch_related_objects(listed, "participants", "employer_rows")
    seats, known = _seats([series], listed)
    parties = _parties(series)
    return [_attendance(meeting, parties, seats, known) for meeting in listed]


def _attendance(
    meeting: Meeting,
    parties: list[SeriesParty],
    seats: Mapping[int, list[Position]],
    known: Families,
) -> Attendance:
    day = meeting.held_on or clock.local_date(meeting.starts_at)
    here = [row for row in meeting.participants.all() if row.is_present]
    holds: dict[int, set[str]] = defaultdict(set)
    for row in here:
        if row.employer_id:
            holds[known.survivor(row.employer_id)].add("")
        for position in seats.get(row.person_id or 0, ()):
            if position.is_valid_on(day):
                holds[known.members[position.employer_id]].add(position.seat)
    present: list[SeriesParty] = []
    absent: list[SeriesParty] = []
    for party in parties:
        if not party.takes_part_on(day):
            continue
        counts = SEATS.get(Position.Seat(party.seat), {"", "chair", "board"})
        has_seat = not counts.isdisjoint(holds.get(known.survivor(party.association_id), ()))
        (present if has_seat else absent).append(party)
    return Attendance(
        meeting,
        tuple(present),
        tuple(absent),
        sum(row.is_organiser for row in meeting.employer_rows.all()),
        any(row.college_member_id for row in here),
    )


def measure_series(code: str, period: Period, as_of: dt.date) -> Measured:
    """Count the meetings of a series in a period as of a day (R1): held ones that count, planned ones."""
    read = sheet(period.start, period.end)
    series = read.series.get(code)
    if series is None:
        return Measured(missing=_("There is no series for this meeting in the settings."))
    if code != Series.THEMED and not series.parties.all():
        return Measured(missing=_("The parties of this series are not filled in yet."))
    seen = tally(read, series, period, as_of)
    held, counted, planned = seen.held, seen.counted, seen.planned
    rows = Meeting.objects.for_list()
    return Measured(
        count=Decimal(len(counted)),
        planned=Decimal(len(planned)),
        headline=_headline(counted, series),
        plain=_headline(counted, series, names=False),
        outlook=_outlook(planned),
        evidence=(rows.filter(pk__in=[row.meeting.pk for row in counted]),),
        planned_evidence=(rows.filter(pk__in=[row.pk for row in planned]),),
        notes=tuple(
            _("%(day)s does not count: %(why)s") % {"day": _day(row.meeting), "why": _why(row, series)}
            for row in held
            if row.lacks(series)
        ),
    )


def _why(row: Attendance, series: Series) -> str:
    if row.absent and series.code != Series.THEMED:
        return _("%(reason)s; absent: %(names)s") % {
            "reason": row.lacks(series),
            "names": row.absent_names,
        }
    return row.lacks(series)


def _day(meeting: Meeting) -> str:
    return formatting.nl_date(meeting.held_on or meeting.starts_at, "day")


def _headline(counted: list[Attendance], series: Series, *, names: bool = True) -> str:
    """When, with how many, and with `names` who was not there."""
    parts = []
    for row in counted:
        if series.code == Series.THEMED:
            text = ngettext("%(count)d organising party", "%(count)d organising parties", row.organisers)
            words = text % {"count": row.organisers}
        else:
            words = _("%(present)d of %(all)d parties") % {
                "present": len(row.present),
                "all": len(row.present) + len(row.absent),
            }
            if row.absent and names:
                words = _("%(words)s, without %(names)s") % {"words": words, "names": row.absent_names}
        parts.append(_("%(day)s: %(words)s") % {"day": _day(row.meeting), "words": words})
    return " · ".join(parts)


def _outlook(planned: list[Meeting]) -> str:
    if not planned:
        return ""
    days = ", ".join(formatting.nl_date(row.starts_at, "day") for row in planned)
    return _("planned: %(days)s") % {"days": days}


@measure(
    "boards_meeting",
    rule=gettext_lazy(
        "Counted are meetings of the boards that were held this year, with a member of the college and with"
        " enough of the parties of the series at the table. How many is enough, stands with the series."
    ),
)
def boards_meeting(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """C2: the boards with the college."""
    return measure_series(Series.BOARDS, period, as_of)


@measure(
    "chairs_meeting",
    rule=gettext_lazy(
        "Counted are meetings of the chairs that were held this year with enough of the parties of the series"
        " at the table, each by its own chair. How many is enough, stands with the series."
    ),
)
def chairs_meeting(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """C3: the chairs among themselves."""
    return measure_series(Series.CHAIRS, period, as_of)


@measure(
    "themed_meeting",
    rule=gettext_lazy(
        "Counted are themed meetings that were held this year and that enough parties organised together"
        " with the municipality. How many is enough, stands with the series."
    ),
)
def themed_meeting(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """C4: a themed meeting of all parties."""
    return measure_series(Series.THEMED, period, as_of)


def counts_as(party: SeriesParty, seat: str) -> bool:
    """Whether somebody with that seat at the association sits at the table for this party."""
    return seat in SEATS.get(Position.Seat(party.seat), {"", "chair", "board"})


def series_seats(series: Series, day: dt.date) -> list[tuple[SeriesParty, list[Any]]]:
    """Each party of that day with the positions that hold its seat then: whom to invite."""
    found = []
    for party, positions in seats_around(series, day, day):
        if party.takes_part_on(day):
            found.append((party, [position for position in positions if position.is_valid_on(day)]))
    return found


def seats_around(
    series: Series, first: dt.date, last: dt.date, read: Sheet | None = None
) -> list[tuple[SeriesParty, list[Any]]]:
    """Each party with every position that held its seat on some day between the two; three queries, one when
    a sheet was read already."""
    if read is None:
        parties = list(series.parties.select_related("association").order_by("association__sort_name", "pk"))
        known = families(party.association_id for party in parties)
    else:
        parties, known = _parties(series), read.known
    positions = (
        Position.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last)
        .filter(employer__in=list(known.members), person__anonymised_on__isnull=True)
        .select_related("person")
        .order_by("-seat", "person__last_name", "pk")
    )
    by_root: dict[int, list[Position]] = defaultdict(list)
    for position in positions:
        by_root[known.members[position.employer_id]].append(position)
    return [
        (
            party,
            [
                position
                for position in by_root.get(known.survivor(party.association_id), [])
                if counts_as(party, position.seat)
            ],
        )
        for party in parties
    ]
