"""What the form of a meeting offers under "with whom": chosen employers with their people, what a search
found, and the parties of a series. Plain values in, plain values out, so that the same piece of page is drawn
with and without JavaScript."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from employers.models import ContactPerson, Employer, Position
from meetings.commitments.series import series_seats
from meetings.models import MeetingKind, Series

if TYPE_CHECKING:
    from accounts.models import User

FOUND = 8
#: No form offers more people of one employer.
MOST_PEOPLE = 40


@dataclass(frozen=True)
class PersonOption:
    """Somebody of an employer, to tick."""

    pk: int
    name: str
    title: str
    chosen: bool


@dataclass
class EmployerOption:
    """An employer, to tick, with its people once it is chosen."""

    pk: int
    name: str
    place: str
    chosen: bool
    organises: bool = False
    people: list[PersonOption] = field(default_factory=list)


@dataclass(frozen=True)
class Picker:
    """`asked`: what was searched for. `offered`: what this page has shown, so that a party somebody unticked
    is not ticked again. `asks_organisers`: a themed meeting counts who organises it (R6)."""

    chosen: list[EmployerOption]
    found: list[EmployerOption]
    asked: str
    others: list[PersonOption]
    asks_organisers: bool
    is_series: bool

    @property
    def offered(self) -> list[int]:
        return [option.pk for option in (*self.chosen, *self.found)]

    @property
    def offered_people(self) -> list[int]:
        return [person.pk for option in self.chosen for person in option.people]


@dataclass(frozen=True)
class Choice:
    """What is ticked in the form now."""

    employers: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    organisers: frozenset[int] = frozenset()
    offered: frozenset[int] = frozenset()
    offered_people: frozenset[int] = frozenset()
    asked: str = ""


def with_parties(choice: Choice, kind: MeetingKind | None, day: dt.date) -> Choice:
    """For a meeting of a series: its parties and who holds their seats that day are ticked beforehand."""
    if kind is None or kind.series is None:
        return choice
    employers, people = set(choice.employers), set(choice.people)
    for party, positions in series_seats(kind.series, day):
        if party.association_id not in choice.offered:
            employers.add(party.association_id)
        people |= {row.person_id for row in positions if row.person_id not in choice.offered_people}
    return Choice(
        frozenset(employers),
        frozenset(people),
        choice.organisers,
        choice.offered,
        choice.offered_people,
        choice.asked,
    )


def picker(user: "User", choice: Choice, *, kind: MeetingKind | None, day: dt.date) -> Picker:
    """The options for this choice: at most six queries, whatever is chosen."""
    visible = Employer.objects.visible_to(user)
    chosen = [
        _option(row, True, row.pk in choice.organisers)
        for row in _in_order(visible.filter(pk__in=choice.employers))
    ]
    _add_people(chosen, choice, user, day)
    shown = {person.pk for option in chosen for person in option.people}
    elsewhere = choice.people - shown
    others = (
        ContactPerson.objects.visible_to(user).filter(pk__in=elsewhere).order_by("last_name", "pk")
        if elsewhere
        else []
    )
    series = kind.series if kind else None
    return Picker(
        chosen=chosen,
        found=_search(visible.current(), choice),
        asked=choice.asked,
        others=[PersonOption(row.pk, str(row), "", True) for row in others],
        asks_organisers=series is not None and series.code == Series.THEMED,
        is_series=series is not None,
    )


def _in_order(rows: "EmployerRows") -> "EmployerRows":
    return rows.select_related("main_establishment").order_by("sort_name", "pk")


def _option(row: Employer, chosen: bool, organises: bool = False) -> EmployerOption:
    main = row.main_establishment
    place = main.town if main and not main.is_shielded else ""
    return EmployerOption(row.pk, row.name, place, chosen, organises)


def _search(rows: "EmployerRows", choice: Choice) -> list[EmployerOption]:
    if not choice.asked.strip():
        return []
    rest = rows.exclude(pk__in=choice.employers)
    found = list(_in_order(rest.search(choice.asked))[:FOUND])
    if not found:
        found = list(_in_order(rest.alike(choice.asked))[:FOUND])
    return [_option(row, False) for row in found]


def _add_people(chosen: list[EmployerOption], choice: Choice, user: "User", day: dt.date) -> None:
    positions = (
        Position.objects.visible_to(user)
        .on(day)
        .filter(employer__in=[option.pk for option in chosen], person__anonymised_on__isnull=True)
        .select_related("person")
        .order_by("-is_primary", "person__last_name", "pk")
    )
    by_employer: dict[int, list[Position]] = {}
    for position in positions:
        by_employer.setdefault(position.employer_id, []).append(position)
    seen: set[int] = set()
    for option in chosen:
        for position in by_employer.get(option.pk, [])[:MOST_PEOPLE]:
            # Somebody with two positions is one participant.
            if position.person_id not in seen:
                seen.add(position.person_id)
                option.people.append(
                    PersonOption(
                        position.person_id,
                        str(position.person),
                        position.title,
                        position.person_id in choice.people,
                    )
                )


if TYPE_CHECKING:
    from employers.querysets import EmployerQuerySet as EmployerRows
