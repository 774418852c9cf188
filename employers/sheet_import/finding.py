"""Looks up what is known: employers and people by their numbers, and look-alikes by name.

Always as the person who imports may see it (R10): what is hidden from them is neither named nor changed.
Reads only, a fixed number of queries for each bunch of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from rapidfuzz import fuzz, process

from deventer_crm.core.search import fold
from employers.models import (
    ContactPerson,
    Employer,
    Establishment,
    ExternalNumber,
    Registration,
)
from employers.register_import.matching import bare_name, figures

if TYPE_CHECKING:
    from accounts.models import User

LOOKS_ALIKE = 88  # of 100, as in the register import
MOST_CANDIDATES = 5
#: A word that so many names have ("groep", "deventer") finds nothing by itself.
COMMON_WORD = 2_000
START = 4  # letters by which a name is found when each of its words has a typing error


@dataclass(frozen=True, slots=True)
class Keys:
    """Numbers of an employer in a row; empty: not given."""

    crm: int | None = None
    extern: str = ""
    kvk: str = ""
    establishment: str = ""

    def __bool__(self) -> bool:
        return bool(self.crm or self.extern or self.kvk or self.establishment)


@dataclass(slots=True)
class Match:
    """What the keys of one row point at. `ids`: employers that may be seen, the survivor of a grouped one
    (`is_grouped`); `is_hidden`: a number belongs to one that may not; `is_unknown_crm`: no such CRM number;
    `taken`: which of the keys are somebody's."""

    ids: set[int] = field(default_factory=set)
    is_grouped: bool = False
    is_hidden: bool = False
    is_unknown_crm: bool = False
    taken: set[str] = field(default_factory=set)


def find_employers(rows: Sequence[Keys], by: User, list_name: str) -> list[Match]:
    """A match for each of the rows, in seven queries at most."""
    by_crm = {
        pk: pk for pk in Employer.objects.filter(pk__in=_given(rows, "crm")).values_list("pk", flat=True)
    }
    by_kvk = dict(
        Registration.objects.filter(kvk_number__in=_given(rows, "kvk")).values_list(
            "kvk_number", "employer_id"
        )
    )
    by_number = dict(
        Establishment.objects.filter(number__in=_given(rows, "establishment")).values_list(
            "number", "employer_id"
        )
    )
    by_extern = dict(
        ExternalNumber.objects.filter(
            list_name=list_name, employer__isnull=False, number__in=_given(rows, "extern")
        ).values_list("number", "employer_id")
    )
    found_ids = {*by_crm.values(), *by_kvk.values(), *by_number.values(), *by_extern.values()}
    survivors = dict(
        Employer.objects.filter(pk__in=found_ids, merged_into__isnull=False).values_list(
            "pk", "merged_into_id"
        )
    )
    ends = {survivors.get(pk, pk) for pk in found_ids}
    visible = set(Employer.objects.visible_to(by).filter(pk__in=ends).values_list("pk", flat=True))
    matches = []
    for keys in rows:
        match = Match()
        for name, pk in (
            ("crm", by_crm.get(keys.crm) if keys.crm else None),
            ("kvk", by_kvk.get(keys.kvk)),
            ("establishment", by_number.get(keys.establishment)),
            ("extern", by_extern.get(keys.extern)),
        ):
            if pk is None:
                continue
            match.taken.add(name)
            end = survivors.get(pk, pk)
            if end in visible:
                match.ids.add(end)
                match.is_grouped |= end != pk
            else:
                # Our own number of what is hidden is a number that does not exist.
                match.is_hidden |= name != "crm"
        match.is_unknown_crm = bool(keys.crm) and survivors.get(keys.crm or 0, keys.crm) not in match.ids
        matches.append(match)
    return matches


def _given(rows: Iterable[Keys], name: str) -> set[object]:
    return {value for row in rows if (value := getattr(row, name))}


def bare_person(first: str, last: str) -> str:
    """A person's name as it is compared."""
    return " ".join(fold(f"{first} {last}").replace(".", " ").split())


@dataclass(frozen=True, slots=True)
class Entry:
    """A name that may be meant: whose, how it is compared, and what else tells."""

    pk: int
    bare: str
    postcode: str = ""
    has_kvk: bool = False
    has_objected: bool = False


class NameIndex:
    """Names that look alike, found by the words they share: comparing each row with each of 100,000 names
    would take hours."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)
        #: By the figures in a name and a word, or its first letters: "Filiaal 1" and "Filiaal 2" are as alike
        #: as names can be, and are two places.
        self._words: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, entry in enumerate(self._entries):
            numbers = figures(entry.bare)
            for word in set(entry.bare.split()):
                self._words[(word, *numbers)].append(at)
            self._starts[(entry.bare[:START], *numbers)].append(at)

    def alike(self, bare: str) -> list[Entry]:
        """The likeliest first, at most MOST_CANDIDATES. Other figures in a name are another place."""
        if not bare:
            return []
        numbers = figures(bare)
        near: set[int] = set(self._starts.get((bare[:START], *numbers), ())[:COMMON_WORD])
        for word in set(bare.split()):
            places = self._words.get((word, *numbers), ())
            if len(places) <= COMMON_WORD:
                near.update(places)
        names = {at: self._entries[at].bare for at in near}
        best = process.extract(
            bare, names, scorer=fuzz.token_sort_ratio, score_cutoff=LOOKS_ALIKE, limit=MOST_CANDIDATES
        )
        return [self._entries[at] for _name, _score, at in best]


def employer_names(by: User) -> NameIndex:
    """Names of the employers in use that this person may see."""
    kvk = Registration.objects.filter(employer=OuterRef("pk"))
    rows = Employer.objects.visible_to(by).current().order_by("pk").annotate(has_kvk=Exists(kvk))
    found = rows.values_list("pk", "name", "main_establishment__postcode", "has_kvk")
    return NameIndex(
        Entry(pk, bare_name(fold(name)), postcode or "", has_kvk)
        for pk, name, postcode, has_kvk in found.iterator(chunk_size=5_000)
    )


def person_names(by: User) -> NameIndex:
    """Names of the people that this person may see."""
    rows = ContactPerson.objects.visible_to(by).filter(anonymised_on__isnull=True).order_by("pk")
    found = rows.values_list("pk", "first_name", "last_name", "has_objected")
    return NameIndex(
        Entry(pk, bare_person(first, last), has_objected=objected)
        for pk, first, last, objected in found.iterator(chunk_size=5_000)
    )


def people_by_mail(addresses: set[str]) -> dict[str, list[ContactPerson]]:
    """Whoever has one of these addresses (in small letters), also people who may not be seen: somebody who
    objected to being recorded is not recorded again by who cannot see that."""
    rows = ContactPerson.objects.annotate(address=Lower("email")).filter(address__in=addresses)
    found: dict[str, list[ContactPerson]] = defaultdict(list)
    for person in rows.order_by("pk"):
        found[person.email.lower()].append(person)
    return found
