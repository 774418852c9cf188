"""What a row of a list means, before and after it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

from deventer_crm.core import clock
from employers.models import ContactPerson, Employer, SheetImport, SheetRow
from employers.spreadsheets.errors import Remark

from .lines import CleanRow

if TYPE_CHECKING:
    from accounts.models import User

Outcome = SheetRow.Outcome
#: Somebody else becomes the first to contact.
STEPS_ASIDE = {"is_primary": False}
NEW = "new"  # what a person decides when none of the candidates is meant


@dataclass(frozen=True, slots=True)
class Terms:
    """How a list is imported. `reason` and `person_source` are for rows without their own."""

    what: str
    by: User
    list_name: str
    overwrite: bool = False
    person_source: str = ""
    reason: str = ""

    @classmethod
    def of(cls, sheet: SheetImport, *, by: User | None = None) -> Terms:
        """Those of a sheet; `by`: who decides about a row of it later."""
        return cls(
            what=sheet.what,
            by=by or sheet.by,
            list_name=sheet.list_name,
            overwrite=sheet.mode == SheetImport.Mode.OVERWRITE,
            person_source=sheet.person_source,
            reason=sheet.reason,
        )


@dataclass(slots=True)
class Plan:
    """One row with its outcome. `candidates`: keys of what a doubtful row may be about; `asks`: "employer" or
    "person", which of the two; `written`: what to take back, see `created` and `altered`."""

    row: CleanRow
    outcome: str = Outcome.UNCHANGED
    reason: Remark | None = None
    asks: str = ""
    candidates: list[int] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    employer: Employer | None = None
    person: ContactPerson | None = None
    written: list[Any] = field(default_factory=list)

    def refuse(self, code: str, name: str, **params: Any) -> Plan:
        self.outcome, self.reason = Outcome.REFUSED, self.row.remark(code, name, **params)
        return self

    def doubt(self, code: str, name: str, asks: str, candidates: list[int], **params: Any) -> Plan:
        self.outcome, self.reason = Outcome.DOUBTFUL, self.row.remark(code, name, **params)
        self.asks, self.candidates = asks, candidates
        return self

    def differ(self, name: str, before: Any, after: Any, *, applied: bool) -> bool:
        """Note down a difference for people to look at; returns whether it is applied."""
        self.differences.append(
            {"field": name, "before": shown(before), "after": shown(after), "applied": applied}
        )
        return applied

    @property
    def is_accepted(self) -> bool:
        return self.outcome in (Outcome.NEW, Outcome.CHANGED)


def shown(value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "ja" if value else "nee"  # stored among the values of the file, which are Dutch
    if isinstance(value, date):
        return value.strftime("%d-%m-%Y")
    return str(value)


def plain(value: Any) -> Any:
    """A value of a column as JSON."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass(slots=True)
class Alteration:
    """A change of a record that exists: fields before and after. The record itself has the new values."""

    record: models.Model
    before: dict[str, Any]
    after: dict[str, Any]


def alter(plan: Plan, record: Any, by: User, **values: Any) -> None:
    """Set values of a record that exists and remember what they were; written later, with its chunk."""
    before = {name: getattr(record, name) for name in values}
    _set(record, by, values)
    plan.written.append(Alteration(record, before, values))


def create(plan: Plan, record: Any, by: User) -> Any:
    """A record that will be made, by whom."""
    record.created_by_id = record.modified_by_id = by.pk
    plan.written.append(record)
    return record


def alter_back(record: Any, line: dict[str, Any], by: User) -> tuple[Alteration | None, bool]:
    """Give a record the values of before, as far as it still has those of the import; and whether that was
    all of it."""
    same = [name for name, after in line["after"].items() if plain(getattr(record, name)) == after]
    if not same:
        return None, False
    values = {name: record._meta.get_field(name).to_python(line["before"][name]) for name in same}
    back = Alteration(record, {name: getattr(record, name) for name in same}, values)
    _set(record, by, values)
    return back, len(same) == len(line["after"])


def _set(record: Any, by: User, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.modified_by_id = by.pk
    record.modified_at = clock.now()
    record.version += 1


def as_json(written: list[Any]) -> list[dict[str, Any]]:
    """What was written, to take back: {"model", "pk"} of what was made, with "before" and "after" of what was
    altered."""
    found = []
    for entry in written:
        record = entry.record if isinstance(entry, Alteration) else entry
        line: dict[str, Any] = {"model": record._meta.model_name, "pk": record.pk}
        if isinstance(entry, Alteration):
            line["before"] = {name: plain(value) for name, value in entry.before.items()}
            line["after"] = {name: plain(value) for name, value in entry.after.items()}
        found.append(line)
    return found


def save_all(plans: list[Plan], order: tuple[type[models.Model], ...]) -> None:
    """Write a bunch of accepted rows: what is altered first (a predecessor leaves its place), then what is
    new, in the order in which one needs the other (bulk_create takes the keys over). A fixed number of
    statements for each model."""
    entries = [entry for plan in plans for entry in plan.written]
    altered = [entry for entry in entries if isinstance(entry, Alteration) and entry.record.pk is not None]
    # PostgreSQL looks at "one at a time" row by row: who steps aside does so before somebody comes.
    update_all([entry for entry in altered if entry.after == STEPS_ASIDE])
    update_all(altered)
    for model in order:
        made = [entry for entry in entries if type(entry) is model]
        model._default_manager.bulk_create(made, batch_size=500)


def update_all(altered: list[Alteration]) -> None:
    """Save the columns that were altered, some statements for each model."""
    columns: dict[int, tuple[Any, set[str]]] = {}
    for entry in altered:
        _record, names = columns.setdefault(id(entry.record), (entry.record, set()))
        names.update(entry.after)
    alike: dict[tuple[type[models.Model], frozenset[str]], list[Any]] = {}
    for record, names in columns.values():
        alike.setdefault((type(record), frozenset(names)), []).append(record)
    for (model, fields), records in alike.items():
        named = [*sorted(fields), "modified_at", "modified_by", "version"]
        model._default_manager.bulk_update(records, named, batch_size=500)
