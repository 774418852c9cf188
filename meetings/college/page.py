"""What the college dashboard shows: the next visit, the duty of the year, who visited how often, and for
those who arrange the visits what is still missing."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import clock, policy
from deventer_crm.core.commitments import Period, State, decide_state
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.models import Commitment
from deventer_crm.core.panels import Panel, panels_for
from deventer_crm.core.statements import Prepared
from employers.models import Employer, TopListEntry
from meetings.commitments.top_list import ListDuties, list_duties
from meetings.duty import Duty, Status, Tally, for_reader

from .gaps import Gaps, nothing_done, planning, unanswered, unfinished
from .promises import Promises, promises_of
from .visits import (
    MemberVisits,
    Visit,
    college_of_the_year,
    division_of,
    visits_of,
    visits_of_the_year,
    visits_to_come,
)

if TYPE_CHECKING:
    from accounts.models import User


#: The numbers of the headline, as codes in the address.
GROUPS = ("spoken", "invited", "planned", "none")


@dataclass(frozen=True)
class Tile:
    """One employer of the list; fields as components/tiles.html asks."""

    rank: int
    name: str
    duty: str
    url: str
    note: str = ""

    @property
    def group(self) -> str:
        """The number of the headline that counts it."""
        return "spoken" if self.duty in (Status.VISITED, Status.RECEIVED) else self.duty


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
    unprepared: Gaps | None = None
    planning: Gaps | None = None
    promises: Promises | None = None
    next_panels: list[Panel] = field(default_factory=list)
    shown: str = ""

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The headline, number by number: what the tiles are narrowed to, and the words."""
        tally = self.tally or Tally()
        said = {
            "spoken": tally.first,
            "invited": _("%(count)d only invited") % {"count": tally.invited},
            "planned": _("%(count)d planned") % {"count": tally.planned},
            "none": _("%(count)d nothing yet") % {"count": tally.nothing},
        }
        return [(code, words) for code, words in said.items() if code != "planned" or tally.planned]

    @property
    def shown_tiles(self) -> list[Tile]:
        """All of them, or those that one number of the headline counts."""
        if not self.shown:
            return self.tiles
        return [tile for tile in self.tiles if tile.group == self.shown]

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


def college_dashboard(user: "User", now: dt.datetime | None = None, shown: str = "") -> Dashboard:
    """Everything on the page, for one reader (R10), in a fixed number of queries. `shown`: a number of the
    headline, to see only the tiles it counts."""
    now = now or clock.now()
    today = clock.local_date(now)
    college = college_of_the_year(today)
    member = next((row for row in college if row.user_id == user.pk and row.is_valid_on(today)), None)
    seen = list_duties(today.year, today)
    mine = for_reader(seen.found, today.year, today, user) if seen else {}
    listed = _visible_entries(seen, user) if seen else []
    visits = visits_to_come(user, member, now)
    totals, by_member = visits_of_the_year(today) if user.can(Act.SEE_OWN_DIVISION) else (None, {})
    is_mayor = member is not None and member.office == CollegeMember.Office.MAYOR
    sees_division = user.can(Act.SEE_DIVISION) or (is_mayor and totals is not None)
    arranges = user.can(Act.PLAN_MEETING)
    plans = planning(user, today) if arranges else None
    unreported, unprepared = unfinished(user, today) if arranges else (None, None)
    following = visits[0] if visits else None
    return Dashboard(
        year=today.year,
        greeting=greeting(now, member.titled_name if member else user.first_name),
        member=member,
        next_visit=following,
        coming=visits[1:],
        tally=seen.tally if seen else None,
        size=len(seen.entries) if seen else 0,
        state=_state(seen, today) if seen else State.NOT_MEASURED.value,
        tiles=[_tile(entry, mine[entry.employer_id]) for entry in listed],
        hidden=len(seen.entries) - len(listed) if seen else 0,
        counts_hidden_visits=bool(seen) and mine is not seen.found if seen else False,
        own=visits_of(member, by_member) if member and totals else None,
        total=totals,
        division=division_of(by_member, college) if sees_division else [],
        nothing=nothing_done(listed, mine, today.year, plans) if plans and seen else None,
        unanswered=unanswered(user, today) if arranges else None,
        unreported=unreported,
        unprepared=unprepared,
        planning=plans.gaps() if plans and user.can(Act.KEEP_ANNUAL_PLAN) else None,
        promises=promises_of(user, member, today, following) if member else None,
        next_panels=panels_for("college.next", following.meeting, user) if following else [],
        shown=shown if shown in GROUPS else "",
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
