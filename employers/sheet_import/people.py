"""What a row of people means, and writing it: a person found by e-mail address or number, with a position at
an organisation found by number. Several rows of one person are several positions. Names alone decide nothing,
and who objected to being recorded is not recorded again (R13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz

from deventer_crm.core.search import fold, phone_digits
from employers.models import ContactPerson, Employer, ExternalNumber, Position
from employers.register_import.matching import bare_name

from .finding import (
    Keys,
    Match,
    NameIndex,
    bare_person,
    employer_names,
    find_employers,
    people_by_mail,
    person_names,
)
from .lines import CleanRow
from .plans import NEW, Outcome, Plan, Terms, alter, create, save_all
from .positions import Positions, Somebody

#: Field of the file → column of the person.
SIMPLE = {
    "email": "email",
    "telefoon": "phone",
    "mobiel": "mobile",
    "voorkeur": "preferred_channel",
    "bron": "source",
    "geinformeerd_op": "informed_on",
}
ORGANISATION = ("kvk", "vestigingsnummer", "organisatie_crm_nummer", "organisatie_extern_nummer")
ORDER = (ContactPerson, ExternalNumber, Position)
SAME_PERSON = 75  # of 100: an address of somebody called otherwise is rather a shared address


class People:
    """Plans and writes the rows of one file; remembers whom earlier rows were about."""

    what = "person"

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.touched: set[int] = set()
        self._known: dict[int, Somebody] = {}
        self._by_mail: dict[str, list[Somebody]] = defaultdict(list)
        self._by_number: dict[str, Somebody] = {}
        self._nameless_keys: dict[str, int] = {}  # bare name → row of somebody new without a key
        self._objected: set[str] = set()
        self._taken_numbers: set[str] = set()
        self._held_at: dict[int, set[int]] | None = None
        self._positions = Positions(terms)
        self._names: NameIndex | None = None
        self._employers: NameIndex | None = None

    # ── reading what is known ────────────────────────────────────────────────────────────────────

    def plan(
        self, rows: Sequence[CleanRow], *, lock: bool = False, decided: Mapping[str, Any] | None = None
    ) -> list[Plan]:
        """What each row means. `lock`: nobody else changes these people before the transaction ends."""
        decided = decided or {}
        keys = [
            Keys(
                row.given.get("organisatie_crm_nummer"),
                row.given.get("organisatie_extern_nummer", ""),
                row.given.get("kvk", ""),
                row.given.get("vestigingsnummer", ""),
            )
            for row in rows
        ]
        matches = find_employers(keys, self.terms.by, self.terms.list_name)
        ids = {pk for match in matches for pk in match.ids}
        if isinstance(decided.get("employer"), int):
            ids.add(decided["employer"])
        visible = Employer.objects.visible_to(self.terms.by)
        employers = {row.pk: row for row in visible.filter(pk__in=ids)}
        self._load(rows, decided, lock=lock)
        self._positions.load(employers, self._known)
        return [
            self._one(Plan(row), key, match, employers, decided)
            for row, key, match in zip(rows, keys, matches, strict=True)
        ]

    def _load(self, rows: Sequence[CleanRow], decided: Mapping[str, Any], *, lock: bool) -> None:
        """People these rows may be about, with their positions, as far as earlier rows did not."""
        mails = {row.given["email"].lower() for row in rows if "email" in row.given}
        by_mail = people_by_mail(mails - self._by_mail.keys())
        self._objected.update(
            mail for mail, people in by_mail.items() if any(person.has_objected for person in people)
        )
        wanted = {row.given["crm_nummer"] for row in rows if "crm_nummer" in row.given}
        wanted |= {person.pk for people in by_mail.values() for person in people}
        numbers = {row.given["extern_nummer"] for row in rows if "extern_nummer" in row.given}
        numbers -= self._by_number.keys()  # of earlier rows too
        by_number = dict(
            ExternalNumber.objects.filter(
                list_name=self.terms.list_name, person__isnull=False, number__in=numbers
            ).values_list("number", "person_id")
        )
        wanted |= {pk for pk in by_number.values() if pk}
        if isinstance(decided.get("person"), int):
            wanted.add(decided["person"])
        found = ContactPerson.objects.visible_to(self.terms.by).filter(pk__in=wanted - self._known.keys())
        found = found.filter(anonymised_on__isnull=True).order_by("pk")
        for person in found.select_for_update(of=("self",)) if lock else found:
            self._known[person.pk] = Somebody(person)
        new_ids = {person.pk for person in found}
        for position in Position.objects.filter(person__in=new_ids).order_by("starts_on", "pk"):
            self._known[position.person_id].positions.append(position)
        for mail, people in by_mail.items():
            self._by_mail[mail] += [self._known[row.pk] for row in people if row.pk in self._known]
        self._taken_numbers |= by_number.keys()
        for number, pk in by_number.items():
            if pk in self._known:
                self._by_number[number] = self._known[pk]

    def write(self, plans: Sequence[Plan]) -> None:
        """Save what the accepted ones of these plans say."""
        accepted = [plan for plan in plans if plan.is_accepted]
        save_all(accepted, ORDER)
        self.touched.update(plan.employer.pk for plan in accepted if plan.employer)

    # ── deciding ─────────────────────────────────────────────────────────────────────────────────

    def _one(
        self,
        plan: Plan,
        keys: Keys,
        match: Match,
        employers: dict[int, Employer],
        decided: Mapping[str, Any],
    ) -> Plan:
        if plan.row.refused:
            plan.outcome, plan.reason = Outcome.REFUSED, plan.row.refused
        elif plan.row.given.get("email", "").lower() in self._objected:
            plan.refuse("has_objected", "email")
        else:
            plan.employer = self._organisation(plan, keys, match, employers, decided.get("employer"))
        if plan.reason:
            return plan
        somebody = self._somebody(plan, decided.get("person"))
        if somebody is not None and somebody.person.has_objected:
            plan.refuse("has_objected", self._key_field(plan.row))
        elif somebody is not None:
            plan.person = somebody.person
            self._change(plan, somebody)
        elif not plan.reason:
            somebody = self._new(plan, is_decided=decided.get("person") == NEW)
        if plan.reason or somebody is None:
            return plan
        if plan.employer is not None:
            self._positions.place(plan, somebody, plan.employer)
        if plan.outcome != Outcome.NEW:
            plan.outcome = Outcome.CHANGED if plan.written else Outcome.UNCHANGED
        return plan

    @staticmethod
    def _key_field(row: CleanRow) -> str:
        names = ("crm_nummer", "email", "extern_nummer", "achternaam")
        return next((name for name in names if name in row.given), "achternaam")

    def _organisation(
        self, plan: Plan, keys: Keys, match: Match, employers: dict[int, Employer], chosen: Any
    ) -> Employer | None:
        """Where the position is; a reason on the plan when that cannot be said."""
        row = plan.row
        if isinstance(chosen, int) and chosen in employers:
            return employers[chosen]
        at = next((name for name in ORGANISATION if name in row.given), "organisatie")
        if len(match.ids) > 1:
            plan.doubt("keys_disagree", at, "employer", sorted(match.ids))
        elif match.ids:
            employer = employers[min(match.ids)]
            if not employer.retired_on:
                return employer
            plan.doubt("no_longer_used", at, "employer", [employer.pk])
        elif keys:
            plan.refuse("unknown_organisation", at)
        elif name := row.given.get("organisatie"):
            self._employers = self._employers or employer_names(self.terms.by)
            alike = self._employers.alike(bare_name(fold(name)))
            if alike:
                plan.doubt("organisation_by_name", at, "employer", [entry.pk for entry in alike])
            else:
                plan.refuse("unknown_organisation_name", at, value=name[:60])
        return None

    def _somebody(self, plan: Plan, chosen: Any) -> Somebody | None:
        """Who it is; None with a reason on the plan, or when it is somebody new."""
        row = plan.row
        mail = row.given.get("email", "").lower()
        number, own = row.given.get("extern_nummer", ""), row.given.get("crm_nummer")
        if isinstance(chosen, int) and chosen in self._known:
            return self._known[chosen]
        if own is not None and own not in self._known:
            plan.refuse("unknown_crm_number", "crm_nummer", value=own)
        elif number in self._taken_numbers and number not in self._by_number:
            plan.refuse("number_in_use", "extern_nummer")
        if plan.reason or chosen == NEW:
            return None
        sure = [self._known[own]] if own is not None else []
        sure += [self._by_number[number]] if number in self._by_number else []
        by_mail = self._by_mail.get(mail, []) if mail else []
        if not sure:
            return self._by_address(plan, by_mail)
        if any(one is not sure[0] for one in sure) or (by_mail and sure[0] not in by_mail):
            plan.doubt("keys_disagree", self._key_field(row), "person", _keys_of([*sure, *by_mail]))
            return None
        return sure[0]

    def _by_address(self, plan: Plan, people: list[Somebody]) -> Somebody | None:
        """Whose address it is. Shared addresses exist: the name may not be another's."""
        row = plan.row
        bare = bare_person(row.given.get("voornaam", ""), row.given.get("achternaam", ""))
        if not people:
            return None
        same = [one for one in people if not bare or _alike(one, row, bare)]
        if len(same) == 1:
            return same[0]
        code = "several_people" if same else "other_name"
        plan.doubt(code, "email", "person", _keys_of(same or people))
        return None

    # ── a new person ─────────────────────────────────────────────────────────────────────────────

    def _new(self, plan: Plan, *, is_decided: bool) -> Somebody | None:
        given, row = plan.row.given, plan.row
        last, first = given.get("achternaam", ""), given.get("voornaam", "")
        source = given.get("bron") or self.terms.person_source
        if not last:
            plan.refuse("no_sheet_name", "achternaam")
            return None
        if not source:
            plan.refuse("no_source", "bron")
            return None
        has_key = "email" in given or "extern_nummer" in given
        bare = bare_person(first, last)
        if not is_decided and self._held_back(plan, bare, has_key=has_key):
            return None
        person = ContactPerson(
            first_name=first,
            last_name=last,
            objects_to_mail=bool(given.get("geen_mailing")),
            **{column: given[name] for name, column in SIMPLE.items() if name in given},
        )
        person.source = source
        plan.outcome, plan.person = Outcome.NEW, create(plan, person, self.terms.by)
        somebody = Somebody(person)
        if "email" in given:
            self._by_mail[given["email"].lower()].append(somebody)
        if number := given.get("extern_nummer"):
            made = ExternalNumber(person=person, list_name=self.terms.list_name, number=number)
            create(plan, made, self.terms.by)
            self._by_number[number] = somebody
        if not has_key:
            self._nameless_keys.setdefault(bare, row.number)
        return somebody

    def _held_back(self, plan: Plan, bare: str, *, has_key: bool) -> bool:
        """Whether the name is that of somebody we know. With a key that nobody has, only at the same
        organisation: then it is rather somebody with a new address."""
        self._names = self._names or person_names(self.terms.by)
        alike = self._names.alike(bare)
        here = [
            entry for entry in alike if plan.employer and plan.employer.pk in self._employers_of(entry.pk)
        ]
        if any(entry.has_objected for entry in here):
            plan.refuse("has_objected", "achternaam")
            return True
        held = here if has_key else alike
        if held:
            plan.doubt("same_person_name", "achternaam", "person", [entry.pk for entry in held])
        elif not has_key and bare in self._nameless_keys:
            plan.doubt("same_name_in_file", "achternaam", "person", [], first=self._nameless_keys[bare])
        return bool(plan.reason)

    def _employers_of(self, person_id: int) -> set[int]:
        """Where somebody has or had a position; read once for the file."""
        if self._held_at is None:
            self._held_at = defaultdict(set)
            pairs = Position.objects.visible_to(self.terms.by).values_list("person_id", "employer_id")
            for person, employer in pairs.iterator(chunk_size=5_000):
                self._held_at[person].add(employer)
        return self._held_at.get(person_id, set())

    # ── somebody known ───────────────────────────────────────────────────────────────────────────

    def _change(self, plan: Plan, somebody: Somebody) -> None:
        given, person, overwrite = plan.row.given, somebody.person, self.terms.overwrite
        values: dict[str, Any] = {}
        for name, column in {**SIMPLE, "voornaam": "first_name", "achternaam": "last_name"}.items():
            before, after = getattr(person, column), given.get(name)
            if after is None or after == before or _same_text(name, before, after):
                continue
            # Where we have somebody from does not change because they are in a file too.
            applied = (overwrite and name != "bron") or not before
            said = [before, after]
            if name == "voorkeur":
                said = [str(ContactPerson.Channel(value).label) if value else "" for value in said]
            if plan.differ(name, *said, applied=applied):
                values[column] = after
        if given.get("geen_mailing") and not person.objects_to_mail:
            # A wish not to be mailed is always obeyed; a file never takes it back.
            plan.differ("geen_mailing", False, True, applied=True)
            values["objects_to_mail"] = True
        if values:
            alter(plan, person, self.terms.by, **values)
        number = given.get("extern_nummer")
        if number and number not in self._by_number:
            made = ExternalNumber(person=person, list_name=self.terms.list_name, number=number)
            create(plan, made, self.terms.by)
            plan.differ("extern_nummer", "", number, applied=True)
            self._by_number[number] = somebody


def _keys_of(people: Any) -> list[int]:
    return sorted({one.person.pk for one in people if one.person.pk})


def _alike(one: Somebody, row: CleanRow, bare: str) -> bool:
    last = bare_person("", row.given.get("achternaam", ""))
    is_same_last = bare_person("", one.person.last_name) == last
    if not one.person.first_name or "voornaam" not in row.given:
        return is_same_last
    return fuzz.token_sort_ratio(one.bare, bare) >= SAME_PERSON or (
        is_same_last and one.bare[:1] == bare[:1]  # initials
    )


def _same_text(name: str, before: Any, after: Any) -> bool:
    """Capitals of an address and spaces of a number are no difference."""
    if name == "email":
        return str(before).lower() == str(after).lower()
    if name in ("telefoon", "mobiel"):
        return bool(before) and phone_digits(str(before)) == phone_digits(str(after))
    return False
