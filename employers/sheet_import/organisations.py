"""What a row of organisations means, and writing it: found by a number, else new when nothing looks like it,
else held back for a person. What is known is filled, or overwritten when that was asked."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.search import fold
from employers.models import (
    AccountAssignment,
    Area,
    Employer,
    EmployerTag,
    Establishment,
    ExternalNumber,
    Registration,
    Sector,
    Tag,
)
from employers.placing import areas_by_postcode, placed
from employers.register_import.matching import alike_postcodes, bare_name

from .finding import Entry, Keys, Match, NameIndex, employer_names, find_employers
from .lines import CleanRow
from .plans import NEW, Outcome, Plan, Terms, alter, create, save_all

#: Field of the file → column of the employer, for what is only text.
SIMPLE = {"telefoon": "phone", "email": "email", "website": "website"}
#: R3: what a person chooses needs a reason.
WITH_REASON: dict[str, tuple[str, Any]] = {"branche": ("sector", Sector), "gebied": ("area", Area)}
ORDER = (Tag, Employer, Registration, Establishment, EmployerTag, AccountAssignment, ExternalNumber)


class Known:
    """What else is known of the employers of a bunch of rows: four queries."""

    def __init__(self, ids: set[int], day: dt.date) -> None:
        self.kvk: dict[int, list[str]] = defaultdict(list)
        self.places: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self.tags: dict[int, set[str]] = defaultdict(set)
        self.managers: dict[int, list[AccountAssignment]] = defaultdict(list)
        for pk, number in Registration.objects.filter(employer__in=ids).values_list(
            "employer_id", "kvk_number"
        ):
            self.kvk[pk].append(number)
        for pk, *address in Establishment.objects.filter(employer__in=ids).values_list(
            "employer_id", "postcode", "house_number"
        ):
            self.places[pk].append((address[0], address[1]))
        for pk, name in EmployerTag.objects.filter(employer__in=ids).values_list("employer_id", "tag__name"):
            self.tags[pk].add(name.lower())
        assignments = AccountAssignment.objects.filter(employer__in=ids).select_related("user")
        for row in assignments.order_by("starts_on"):
            if row.ends_on is None or row.ends_on >= day:
                self.managers[row.employer_id].append(row)


class Organisations:
    """Plans and writes the rows of one file; remembers what earlier rows were about."""

    what = "employer"

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.day = clock.today()
        self.touched: set[int] = set()
        self._seen: dict[tuple[str, Any], int] = {}
        self._new_names: dict[str, int] = {}
        self._names: NameIndex | None = None
        self._areas: dict[str, int] | None = None
        self._reference = {
            name: {fold(row.name): row for row in model.objects.filter(disabled_on__isnull=True)}
            for name, (_column, model) in WITH_REASON.items()
        }
        self._tags = {tag.name.lower(): tag for tag in Tag.objects.all()}
        self._managers = {user.email.lower(): user for user in User.objects.with_role(Role.ACCOUNT_MANAGER)}

    def plan(
        self, rows: Sequence[CleanRow], *, lock: bool = False, decided: Mapping[str, Any] | None = None
    ) -> list[Plan]:
        """What each row means. `lock`: nobody else changes these employers before the transaction ends."""
        keys = [
            Keys(
                row.given.get("crm_nummer"),
                row.given.get("extern_nummer", ""),
                row.given.get("kvk", ""),
                row.given.get("vestigingsnummer", ""),
            )
            for row in rows
        ]
        matches = find_employers(keys, self.terms.by, self.terms.list_name)
        ids = {pk for match in matches for pk in match.ids}
        chosen = (decided or {}).get("employer")
        if isinstance(chosen, int):
            ids.add(chosen)
        found = Employer.objects.visible_to(self.terms.by).filter(pk__in=ids)
        found = found.select_related("sector", "area").order_by("pk")
        employers = {row.pk: row for row in (found.select_for_update(of=("self",)) if lock else found)}
        known = Known(set(employers), self.day)
        return [
            self._one(Plan(row), key, match, employers, known, chosen)
            for row, key, match in zip(rows, keys, matches, strict=True)
        ]

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
        known: Known,
        chosen: int | str | None,
    ) -> Plan:
        row = plan.row
        if row.refused or match.is_hidden:
            plan.refuse("number_in_use", self._key_field(row))
            plan.reason = row.refused or plan.reason
        elif isinstance(chosen, int) and chosen in employers:
            self._change(plan, employers[chosen], keys, match, known, is_decided=True)
        elif match.is_unknown_crm and not match.ids:
            plan.refuse("unknown_crm_number", "crm_nummer", value=keys.crm)
        elif len(match.ids) > 1:
            plan.doubt("keys_disagree", self._key_field(row), "employer", sorted(match.ids))
        elif match.ids:
            if match.is_grouped:
                row.note("grouped", self._key_field(row))
            self._change(plan, employers[min(match.ids)], keys, match, known)
        else:
            self._new(plan, keys, is_decided=chosen == NEW)
        return plan

    @staticmethod
    def _key_field(row: CleanRow) -> str:
        names = ("crm_nummer", "kvk", "vestigingsnummer", "extern_nummer")
        return next((name for name in names if name in row.given), "naam")

    def _is_repeated(self, plan: Plan, given: Keys, *more: tuple[str, Any]) -> bool:
        """Two rows about the same one: the first counts."""
        named = (("kvk", given.kvk), ("number", given.establishment), ("extern", given.extern))
        keys = [*more, *((kind, key) for kind, key in named if key)]
        for key in keys:
            if key in self._seen:
                plan.refuse("repeated_row", self._key_field(plan.row), first=self._seen[key])
                return True
        self._seen.update(dict.fromkeys(keys, plan.row.number))
        return False

    def _problem(self, plan: Plan) -> bool:
        """Refuses a row that names a sector, area or account manager that does not exist."""
        given = plan.row.given
        for name, (column, _model) in WITH_REASON.items():
            value = given.get(name)
            if value and fold(value) not in self._reference[name]:
                plan.refuse(f"unknown_{column}", name, value=value)
            elif value and not given.get(f"{name}_reden") and not self.terms.reason:
                plan.refuse("no_reason", name, field=name)
        manager = given.get("accountmanager")
        if manager and manager.lower() not in self._managers:
            plan.refuse("unknown_manager", "accountmanager", value=manager)
        return plan.outcome == Outcome.REFUSED

    def _new(self, plan: Plan, keys: Keys, *, is_decided: bool) -> Plan:
        row = plan.row
        name = row.given.get("naam", "")
        if not name:
            return plan.refuse("no_sheet_name", "naam")
        if self._problem(plan):
            return plan
        bare = bare_name(fold(name))
        if not is_decided:
            alike = self._alike(row, bare, has_key=bool(keys.kvk or keys.establishment))
            if alike:
                return plan.doubt("same_name", "naam", "employer", [entry.pk for entry in alike])
            if bare in self._new_names and not keys:
                return plan.doubt("same_name_in_file", "naam", "employer", [], first=self._new_names[bare])
        if self._is_repeated(plan, keys):
            return plan
        self._new_names.setdefault(bare, row.number)
        self._make(plan, keys)
        return plan

    def _alike(self, row: CleanRow, bare: str, *, has_key: bool) -> list[Entry]:
        """Employers that it may be. A row with a number of the register that nobody has is not one that has
        another such number, nor one elsewhere."""
        self._names = self._names or employer_names(self.terms.by)
        found = self._names.alike(bare)
        if not has_key:
            return found
        postcode = row.given.get("adres", {}).get("postcode", "")
        return [
            entry
            for entry in found
            if not entry.has_kvk
            and (not postcode or not entry.postcode or alike_postcodes(postcode, entry.postcode))
        ]

    # ── a new one ────────────────────────────────────────────────────────────────────────────────

    def _make(self, plan: Plan, keys: Keys) -> None:
        given, by = plan.row.given, self.terms.by
        employer = Employer(
            name=given["naam"],
            name_is_own=True,
            kind=given.get("soort", Employer.Kind.COMPANY),
            is_relation=bool(given.get("relatie")),
            **{column: given.get(name, "") for name, column in SIMPLE.items()},
        )
        plan.outcome, plan.employer = Outcome.NEW, create(plan, employer, by)
        for name, (column, _model) in WITH_REASON.items():
            if name in given:
                setattr(employer, column, self._reference[name][fold(given[name])])
                setattr(employer, f"{column}_reason", given.get(f"{name}_reden") or self.terms.reason)
        registration = None
        if keys.kvk:
            registration = Registration(employer=employer, kvk_number=keys.kvk, name=given["naam"])
            create(plan, registration, by)
        self._add_place(plan, employer, registration)
        self._add_labels(plan, employer, given.get("labels", []))
        if "accountmanager" in given:
            manager = self._managers[given["accountmanager"].lower()]
            create(plan, AccountAssignment(employer=employer, user=manager, starts_on=self.day), by)
        if keys.extern:
            number = ExternalNumber(employer=employer, list_name=self.terms.list_name, number=keys.extern)
            create(plan, number, by)

    def _add_place(self, plan: Plan, employer: Employer, registration: Registration | None) -> bool:
        """An establishment of our own, for what the register does not know (yet)."""
        given = plan.row.given
        address = given.get("adres", {})
        number = given.get("vestigingsnummer", "")
        if not address and not number:
            return False
        if self._areas is None:
            self._areas = areas_by_postcode()
        create(
            plan,
            Establishment(
                employer=employer,
                registration=registration,
                name=employer.name,
                number=number,
                is_main=True,
                source="own",
                **placed(address.get("postcode", ""), self._areas),
                **address,
            ),
            self.terms.by,
        )
        return True

    def _add_labels(self, plan: Plan, employer: Employer, names: list[str]) -> None:
        for name in names:
            tag = self._tags.get(name.lower())
            if tag is None:
                tag = self._tags[name.lower()] = create(plan, Tag(name=name), self.terms.by)
            create(plan, EmployerTag(employer=employer, tag=tag), self.terms.by)

    # ── one that is known ────────────────────────────────────────────────────────────────────────

    def _change(
        self,
        plan: Plan,
        employer: Employer,
        keys: Keys,
        match: Match,
        known: Known,
        *,
        is_decided: bool = False,
    ) -> Plan:
        plan.employer = employer
        if employer.retired_on and not is_decided:
            return plan.doubt("no_longer_used", self._key_field(plan.row), "employer", [employer.pk])
        if self._problem(plan) or self._is_repeated(plan, keys, ("employer", employer.pk)):
            return plan
        values = self._new_values(plan, employer)
        if values:
            alter(plan, employer, self.terms.by, **values)
        self._add_numbers(plan, employer, keys, match, known)
        labels = [
            name for name in plan.row.given.get("labels", []) if name.lower() not in known.tags[employer.pk]
        ]
        if labels:
            plan.differ("labels", "", ", ".join(labels), applied=True)
            self._add_labels(plan, employer, labels)
        self._set_manager(plan, employer, known.managers[employer.pk])
        plan.outcome = Outcome.CHANGED if plan.written else Outcome.UNCHANGED
        return plan

    def _new_values(self, plan: Plan, employer: Employer) -> dict[str, Any]:
        """Columns that get another value; a value set by hand stays unless overwriting was asked."""
        given, overwrite = plan.row.given, self.terms.overwrite
        values: dict[str, Any] = {}
        for name, column in SIMPLE.items():
            before, after = getattr(employer, column), given.get(name)
            if (
                after
                and after != before
                and plan.differ(name, before, after, applied=overwrite or not before)
            ):
                values[column] = after
        name = given.get("naam", "")
        is_other = bare_name(fold(name)) != bare_name(fold(employer.name)) or (
            overwrite and name != employer.name
        )
        if name and is_other and plan.differ("naam", employer.name, name, applied=overwrite):
            values |= {"name": name, "name_is_own": True}
        kind = given.get("soort")
        if kind and kind != employer.kind:
            labels = (Employer.Kind(employer.kind).label, Employer.Kind(kind).label)
            if plan.differ("soort", *map(str, labels), applied=overwrite):
                values["kind"] = kind
        relation = given.get("relatie")
        differs = relation is not None and relation != employer.is_relation
        if differs and plan.differ(
            "relatie", employer.is_relation, relation, applied=overwrite or bool(relation)
        ):
            values["is_relation"] = relation
        for name, (column, _model) in WITH_REASON.items():
            if name not in given:
                continue
            chosen = self._reference[name][fold(given[name])]
            before = getattr(employer, column)
            applied = overwrite or before is None
            if chosen != before and plan.differ(name, before, chosen, applied=applied):
                reason = given.get(f"{name}_reden") or self.terms.reason
                values |= {f"{column}_id": chosen.pk, f"{column}_reason": reason}
        return values

    def _add_numbers(self, plan: Plan, employer: Employer, keys: Keys, match: Match, known: Known) -> None:
        """Numbers and an address it has not yet, unless they are another's. The register's own are the
        register's."""
        given, by, registration = plan.row.given, self.terms.by, None
        numbers = known.kvk[employer.pk]
        if keys.kvk and not numbers and "kvk" not in match.taken:
            registration = Registration(employer=employer, kvk_number=keys.kvk, name=employer.name)
            create(plan, registration, by)
            plan.differ("kvk", "", keys.kvk, applied=True)
        elif keys.kvk and numbers and keys.kvk not in numbers:
            plan.row.note("kvk_kept", "kvk", known=", ".join(numbers))
        if keys.extern and "extern" not in match.taken:
            number = ExternalNumber(employer=employer, list_name=self.terms.list_name, number=keys.extern)
            create(plan, number, by)
            plan.differ("extern_nummer", "", keys.extern, applied=True)
        address = given.get("adres", {})
        if not known.places[employer.pk] and "establishment" not in match.taken:
            if self._add_place(plan, employer, registration):
                plan.differ("straat", "", " ".join(filter(None, address.values())), applied=True)
        elif address.get("postcode"):
            here = (address["postcode"], address["house_number"])
            if here not in known.places[employer.pk]:
                plan.row.note("address_kept", "postcode")

    def _set_manager(self, plan: Plan, employer: Employer, rows: list[AccountAssignment]) -> None:
        """As employers.services.assign_account_manager from today on, for many at once."""
        address = plan.row.given.get("accountmanager")
        if not address:
            return
        manager, by = self._managers[address.lower()], self.terms.by
        current = next((row for row in rows if row.starts_on <= self.day), None)
        later = next((row for row in rows if row.starts_on > self.day), None)
        if current is not None and current.user_id == manager.pk:
            return
        before = current.user if current else None
        if not plan.differ(
            "accountmanager", before, manager, applied=self.terms.overwrite or current is None
        ):
            return
        if current is not None and current.starts_on == self.day:
            alter(plan, current, by, user_id=manager.pk)
            return
        if current is not None:
            alter(plan, current, by, ends_on=self.day - dt.timedelta(days=1))
        ends_on = later.starts_on - dt.timedelta(days=1) if later else None
        create(
            plan, AccountAssignment(employer=employer, user=manager, starts_on=self.day, ends_on=ends_on), by
        )
