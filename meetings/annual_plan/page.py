"""What the page of the annual plan shows to one reader: months and members, each proposal with its reasons
and what it clashes with."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from employers.models import TopListEntry
from meetings.models import AnnualPlan, Meeting, PlanProposal

from .conflicts import Standing, find_conflicts
from .inputs import NOWHERE, Reason
from .naming import names_for
from .reading import college_of, kept_meetings, meetings_between, members_for, place_of, rules_of
from .wording import read, say

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

State = PlanProposal.State

CONFLICT = "conflict"
#: What the list can be narrowed to: code of the address, words, icon.
PARTS = (
    (State.PROPOSED.value, _("to judge"), "question-circle"),
    (State.FIXED.value, pgettext_lazy("proposals", "fixed"), "lock"),
    (State.ACCEPTED.value, _("in the agenda"), "calendar-event"),
    (CONFLICT, _("with a conflict"), "exclamation-triangle-fill"),
    (State.UNPLACED.value, _("no place found"), "hourglass-split"),
    (State.DROPPED.value, _("left out"), "x-circle"),
)
#: State → tone and icon of its badge.
LOOK = {
    State.PROPOSED: ("warm", "question-circle"),
    State.FIXED: ("track", "lock"),
    State.ACCEPTED: ("ok", "check-lg"),
    State.DROPPED: ("plain", "x-circle"),
    State.UNPLACED: ("risk", "hourglass-split"),
}


@dataclass(frozen=True)
class Card:
    """One proposal as it is shown. `day` and `meeting`: as the agenda has them once it was accepted."""

    proposal: PlanProposal
    day: dt.date | None
    reasons: list[str]
    conflicts: list[str] = field(default_factory=list)
    keeps: bool = False

    @property
    def anchor(self) -> str:
        return f"voorstel-{self.proposal.pk}"

    @property
    def tone(self) -> str:
        return LOOK[State(self.proposal.state)][0]

    @property
    def icon(self) -> str:
        return LOOK[State(self.proposal.state)][1]

    @property
    def acts(self) -> list[str]:
        """What this reader may do with it now, in the order of the buttons."""
        if not self.keeps:
            return []
        return {
            State.PROPOSED: ["accept", "fix", "move", "drop"],
            State.FIXED: ["accept", "release", "move", "drop"],
            State.UNPLACED: ["move", "drop"],
            State.DROPPED: ["restore"],
            State.ACCEPTED: ["take_back"]
            if self.proposal.meeting and self.proposal.meeting.state == Meeting.State.DRAFT
            else [],
        }[State(self.proposal.state)]

    @property
    def can_move(self) -> bool:
        return "move" in self.acts


@dataclass(frozen=True)
class Month:
    """One column, and one part of the list."""

    number: int
    first: dt.date
    cards: list[Card]
    is_off: bool
    is_over: bool

    @property
    def label(self) -> str:
        return capfirst(nl_date(self.first, "month"))

    @property
    def short(self) -> str:
        return capfirst(nl_date(self.first, "short").split(" ", 1)[1])


@dataclass(frozen=True)
class Cell:
    """A member in a month."""

    month: Month
    cards: list[Card]


@dataclass(frozen=True)
class Line:
    """A row of the table: a member, or (None) the series. `count`: visits in the year, for who may see it."""

    member: CollegeMember | None
    cells: list[Cell]
    count: int | None = None


@dataclass(frozen=True)
class Part:
    """A way to narrow the list, with its number."""

    code: str
    label: object
    icon: str
    count: int
    is_on: bool


@dataclass(frozen=True)
class PlanPage:
    """The whole page; without a plan only what is needed to make one."""

    year: int
    keeps: bool
    is_over: bool
    is_frozen: bool
    plan: AnnualPlan | None = None
    cards: list[Card] = field(default_factory=list)
    months: list[Month] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    shown: str = ""

    @property
    def year_text(self) -> str:
        """For templates, where a number of four digits gets a thousands separator."""
        return str(self.year)

    @property
    def years(self) -> list[int]:
        return [self.year - 1, self.year, self.year + 1]

    @cached_property
    def parts(self) -> list[Part]:
        """With a number each; those of nothing are left out unless they are on."""
        counts = Counter(card.proposal.state for card in self.cards)
        counts[CONFLICT] = sum(bool(card.conflicts) for card in self.cards)
        found = [Part(code, words, icon, counts[code], code == self.shown) for code, words, icon in PARTS]
        return [part for part in found if part.count or part.is_on]

    def _is_shown(self, card: Card) -> bool:
        if not self.shown:
            return card.proposal.state not in (State.DROPPED, State.UNPLACED)
        return bool(card.conflicts) if self.shown == CONFLICT else card.proposal.state == self.shown

    @cached_property
    def listed(self) -> list[Month]:
        """The months of the list, as far as they have something that is shown."""
        chosen = [
            replace(row, cards=[card for card in row.cards if self._is_shown(card)]) for row in self.months
        ]
        return [row for row in chosen if row.cards]

    @cached_property
    def unplaced(self) -> list[Card]:
        return self._apart(State.UNPLACED)

    @cached_property
    def dropped(self) -> list[Card]:
        return self._apart(State.DROPPED)

    def _apart(self, state: str) -> list[Card]:
        if self.shown not in ("", state):
            return []
        return [card for card in self.cards if card.proposal.state == state]

    @property
    def to_accept(self) -> int:
        """How many drafts accepting all would make."""
        today = clock.today()
        return sum(
            card.proposal.state in PlanProposal.STANDING and card.day is not None and card.day > today
            for card in self.cards
        )


def plan_page(year: int, user: "User", shown: str = "") -> PlanPage:
    """The plan of a year for one reader (R10), in a fixed number of queries."""
    today = clock.today()
    listed = listed_in(year)
    page = {
        "year": year,
        "keeps": user.can(Act.KEEP_ANNUAL_PLAN),
        "is_over": year < today.year,
        "is_frozen": bool(listed),
        "shown": shown if any(shown == code for code, _words, _icon in PARTS) else "",
    }
    plan = AnnualPlan.objects.filter(year=year).select_related("modified_by").first()
    if plan is None:
        return PlanPage(**page)  # type: ignore[arg-type]  # of several types
    rows = list(proposals_for(user).filter(plan=plan))
    college = list(college_of(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    clashes = conflicts_of(plan, rows, college, user, listed)
    cards = _cards(rows, college, clashes, user)
    months = _months(plan, cards, today)
    return PlanPage(
        plan=plan, cards=cards, months=months, lines=_lines(college, months, user),
        **page,  # type: ignore[arg-type]
    )  # fmt: skip


def proposals_for(user: "User") -> "QuerySet[PlanProposal]":
    """The proposals this reader may see, with what a card shows."""
    rows: QuerySet[PlanProposal] = PlanProposal.objects.visible_to(user).select_related(
        "plan", "employer__main_establishment", "series", "college_member", "meeting"
    )
    return rows


def day_of(row: PlanProposal) -> dt.date | None:
    """Once it is in the agenda the agenda says when."""
    return clock.local_date(row.meeting.starts_at) if row.meeting else row.day


# ── conflicts ────────────────────────────────────────────────────────────────────────────────────


def conflicts_of(
    plan: AnnualPlan,
    rows: Iterable[PlanProposal],
    college: list[CollegeMember],
    user: "User",
    listed: set[int],
) -> dict[int, list[Reason]]:
    """By key of the proposal what it clashes with, as far as this reader may know that."""
    first, last, rules = dt.date(plan.year, 1, 1), dt.date(plan.year, 12, 31), rules_of(plan)
    around = dt.timedelta(days=max(rules.days_apart, 92))
    known = Meeting.objects.visible_to(user)
    kept = kept_meetings(meetings_between(first - around, last + around), known)
    found: dict[int, list[Reason]] = {}
    standing = []
    for row in rows:
        day, meeting = day_of(row), row.meeting
        if meeting is not None and row.state == State.ACCEPTED:
            kept.pop(meeting.pk, None)
            if meeting.state == Meeting.State.CANCELLED:
                found[row.pk] = [Reason("clash_cancelled")]
                continue
        if row.state not in PlanProposal.PLACED or day is None or (meeting is not None and meeting.is_held):
            continue
        if row.state == State.ACCEPTED and meeting is None:
            found[row.pk] = [Reason("clash_gone")]
            continue
        standing.append(_standing(row, day))
    members = {member.key: member for member in members_for(first, last, college)}
    for key, reasons in find_conflicts(standing, kept.values(), members, rules, clock.today()).items():
        found.setdefault(key, []).extend(reasons)
    for row in rows:
        employer = row.employer
        is_open = row.state in (State.PROPOSED, State.FIXED)
        if listed and is_open and employer and (employer.merged_into_id or employer.pk) not in listed:
            found.setdefault(row.pk, []).append(Reason("off_list"))
    return found


def _standing(row: PlanProposal, day: dt.date) -> Standing:
    employer = row.employer
    return Standing(
        row.pk,
        day,
        () if row.college_member_id is None else (row.college_member_id,),
        (employer.merged_into_id or employer.pk) if employer else None,
        row.series_id,
        place_of(employer) if employer else NOWHERE,
        is_over_when_past=row.state != State.ACCEPTED,
    )


# ── cards ────────────────────────────────────────────────────────────────────────────────────────


def _cards(
    rows: list[PlanProposal], college: list[CollegeMember], clashes: Mapping[int, list[Reason]], user: "User"
) -> list[Card]:
    why = {row.pk: read(row.why) for row in rows}
    employers = {row.employer.pk: row.employer.name for row in rows if row.employer}
    names = names_for(
        (reason for reasons in why.values() for reason in reasons), user, college=college, employers=employers
    )
    keeps = user.can(Act.KEEP_ANNUAL_PLAN)
    cards = [
        Card(
            row,
            day_of(row),
            [text for reason in why[row.pk] if (text := say(reason, names))],
            [text for reason in clashes.get(row.pk, []) if (text := say(reason, names))],
            keeps,
        )
        for row in rows
    ]
    return sorted(cards, key=lambda card: (card.day or dt.date.max, card.proposal.position, card.proposal.pk))


def single_card(row: PlanProposal, user: "User") -> Card:
    """One proposal with its reasons and clashes, for a page of its own."""
    plan = row.plan
    college = list(college_of(dt.date(plan.year, 1, 1), dt.date(plan.year, 12, 31)))
    rows = list(proposals_for(user).filter(plan=plan))
    clashes = conflicts_of(plan, rows, college, user, listed_in(plan.year))
    return _cards([row], college, clashes, user)[0]


def listed_in(year: int) -> set[int]:
    """The employers with a duty on the frozen list of that year, as they are known now; empty without one."""
    rows = TopListEntry.objects.standing(year).values_list("employer_id", "employer__merged_into_id")
    return {survivor or employer for employer, survivor in rows}


def _months(plan: AnnualPlan, cards: list[Card], today: dt.date) -> list[Month]:
    placed = [card for card in cards if card.proposal.state in PlanProposal.PLACED]
    return [
        Month(
            number,
            dt.date(plan.year, number, 1),
            [card for card in placed if card.day and (card.day.year, card.day.month) == (plan.year, number)],
            number in plan.months_off,
            (plan.year, number) < (today.year, today.month),
        )
        for number in range(1, 13)
    ]


def _lines(college: list[CollegeMember], months: list[Month], user: "User") -> list[Line]:
    """Series first, then the college in its order; who has left shows only with something in the plan."""
    own = next((row for row in college if row.user_id == user.pk), None)
    sees_all = user.can(Act.SEE_DIVISION) or (own is not None and own.office == CollegeMember.Office.MAYOR)
    lines = []
    for member in (None, *college):
        key = member.pk if member else None
        cells = [
            Cell(month, [card for card in month.cards if card.proposal.college_member_id == key])
            for month in months
        ]
        count = sum(len(cell.cards) for cell in cells)
        if count or (member is not None and member.ends_on is None):
            shows_count = member is not None and (sees_all or member == own)
            lines.append(Line(member, cells, count if shows_count else None))
    return lines
