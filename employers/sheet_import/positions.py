"""The position that a row of people tells of. A position of the same title is the same; another title is
another position when the row says from when, else the same under another name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from deventer_crm.core import clock
from deventer_crm.core.search import fold
from employers.models import ContactPerson, Employer, Position

from .finding import bare_person
from .lines import DEFAULT_TITLE
from .plans import Outcome, Plan, Terms, alter, create


@dataclass(slots=True, eq=False)
class Somebody:
    """A person as known or as earlier rows of the file made them."""

    person: ContactPerson
    positions: list[Position] = field(default_factory=list)

    @property
    def bare(self) -> str:
        """The name as it is compared."""
        return bare_person(self.person.first_name, self.person.last_name)


class Positions:
    """Plans the positions of one file. Who is the first to contact at an employer is kept in order (one at a
    time, by a constraint), also between rows that are not written yet."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.day = clock.today()
        self._primary: dict[int, list[Position]] = {}
        self._of_this_file: set[int] = set()  # by id(): they have no key before they are written

    def load(self, employer_ids: Iterable[int], known: Mapping[int, Somebody]) -> None:
        """Who is or was the first to contact at these employers: one query."""
        missing = set(employer_ids) - self._primary.keys()
        self._primary.update({pk: [] for pk in missing})
        for position in Position.objects.filter(employer__in=missing, is_primary=True).order_by("pk"):
            somebody = known.get(position.person_id)
            own = [row for row in somebody.positions if row.pk == position.pk] if somebody else []
            self._primary[position.employer_id].append(own[0] if own else position)

    def place(self, plan: Plan, somebody: Somebody, employer: Employer) -> None:
        """Add or change the position of a row."""
        given = plan.row.given
        title = given.get("functie", "")
        here = [row for row in somebody.positions if row.employer_id == employer.pk]
        same = [row for row in here if not title or fold(row.title) == fold(title)]
        known = [row for row in here if id(row) not in self._of_this_file]
        known = [row for row in known if self._is_current(row)]
        if same:
            current = [row for row in same if self._is_current(row)]
            self._change(plan, (current or same)[-1])
        elif known and "vanaf" not in given:
            if plan.differ("functie", known[-1].title, title, applied=self.terms.overwrite):
                alter(plan, known[-1], self.terms.by, title=title)
            self._change(plan, known[-1])
        else:
            self._add(plan, somebody, employer, title)

    def _is_current(self, position: Position) -> bool:
        return position.ends_on is None or position.ends_on >= self.day

    def _add(self, plan: Plan, somebody: Somebody, employer: Employer, title: str) -> None:
        given, row = plan.row.given, plan.row
        if not title:
            row.note("title_default", "functie", value=DEFAULT_TITLE)
        starts_on, ends_on = given.get("vanaf"), given.get("tot_en_met")
        if starts_on is None:
            starts_on = min(self.day, ends_on) if ends_on else self.day
            row.note("starts_today", "vanaf")
        position = Position(
            person=somebody.person,
            employer=employer,
            title=title or DEFAULT_TITLE,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        if given.get("eerste_aanspreekpunt"):
            position.is_primary = self._make_way(plan, position, starts_on, ends_on)
        create(plan, position, self.terms.by)
        if plan.outcome != Outcome.NEW:
            plan.differ("functie", "", f"{position.title}, {employer.name}", applied=True)
        somebody.positions.append(position)
        self._of_this_file.add(id(position))

    def _change(self, plan: Plan, position: Position) -> None:
        given = plan.row.given
        starts_on, ends_on = given.get("vanaf"), given.get("tot_en_met")
        begin, end = position.starts_on, position.ends_on
        if starts_on and self.terms.overwrite:
            begin = starts_on
        if ends_on and (self.terms.overwrite or end is None):
            end = ends_on
        if (end and end < begin) or not self._may_last(plan, position, begin, end):
            begin, end = position.starts_on, position.ends_on
        values: dict[str, date | bool] = {}
        for name, column, wanted, after in (
            ("vanaf", "starts_on", starts_on, begin),
            ("tot_en_met", "ends_on", ends_on, end),
        ):
            before = getattr(position, column)
            if wanted and wanted != before and plan.differ(name, before, wanted, applied=after == wanted):
                values[column] = wanted
        asked = given.get("eerste_aanspreekpunt") and not position.is_primary
        if asked and self._make_way(plan, position, begin, end):
            plan.differ("eerste_aanspreekpunt", False, True, applied=True)
            values["is_primary"] = True
        if values:
            alter(plan, position, self.terms.by, **values)

    def _may_last(self, plan: Plan, position: Position, begin: date, end: date | None) -> bool:
        """Whether the position may get this period: chairs and first contacts follow each other."""
        grows = begin < position.starts_on or (
            position.ends_on is not None and (end is None or end > position.ends_on)
        )
        if not grows:
            return True
        if position.seat == Position.Seat.CHAIR:
            return False
        return not position.is_primary or self._make_way(plan, position, begin, end)

    def _make_way(self, plan: Plan, position: Position, begin: date, end: date | None) -> bool:
        """Whether this position can be the first to contact in that period. Whoever was before steps aside;
        whoever is today only when overwriting was asked. Two of one file: the first stays."""
        others = [
            row
            for row in self._primary[position.employer_id]
            if row is not position
            and row.is_primary
            and (row.ends_on is None or row.ends_on >= begin)
            and (end is None or row.starts_on <= end)
        ]
        stays = [row for row in others if self._is_current(row)]
        if any(id(row) in self._of_this_file or not self.terms.overwrite for row in stays):
            plan.row.note("primary_kept", "eerste_aanspreekpunt")
            return False
        for other in others:
            alter(plan, other, self.terms.by, is_primary=False)
        if not any(row is position for row in self._primary[position.employer_id]):
            self._primary[position.employer_id].append(position)
        return True
