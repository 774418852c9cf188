"""Taking an import back: what it made goes, what it altered becomes what it was, as far as nobody changed or
used it since. The rest stays and is named."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pghistory
from django.apps import apps
from django.db import models, transaction

from deventer_crm.core import clock
from employers.models import Activity, Position, SheetImport, SheetRow
from employers.spreadsheets.errors import RefusedFile

from .plans import Alteration, alter_back, update_all
from .running import refresh, sheet_lock

#: What was made goes in this order: what needs another before that other.
GOING = (
    "position",
    "externalnumber",
    "employertag",
    "accountassignment",
    "establishment",
    "registration",
    "contactperson",
    "employer",
    "tag",
)
#: These follow from other rows or tell of them; they keep nothing in place.
FOLLOWING = (Activity, SheetRow)
CHANGED, IN_USE = "changed_since", "in_use"

Made = dict[str, dict[int, SheetRow]]
Going = dict[str, set[int]]


def is_undoable(sheet: SheetImport) -> bool:
    """Whether it was imported and its rows still say what they did."""
    return sheet.state == SheetImport.State.DONE and sheet.emptied_at is None


def undo(sheet: SheetImport, *, by: Any) -> dict[str, int]:
    """Take an import back, in one transaction; returns how many rows were taken back and how many kept.

    Raises RefusedFile("not_undoable") for what was taken back already or is too old, SheetBusy while a list
    is being imported."""
    with (
        sheet_lock(),
        pghistory.context(source="sheet import undone", sheet=sheet.pk, user=by.pk),
        transaction.atomic(),
    ):
        locked = SheetImport.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
        if not is_undoable(locked):
            raise RefusedFile("not_undoable")
        rows = [row for row in locked.rows.order_by("-number", "-pk") if row.written]
        employer_ids = {row.employer_id for row in rows if row.employer_id}
        kept = _take_back(rows, by)
        for row in rows:
            row.kept = kept.get(row.pk, "")
        SheetRow.objects.bulk_update(rows, ["kept"], batch_size=500)
        counts = {**locked.counts, "undone": len(rows) - len(kept), "kept": len(kept)}
        SheetImport.objects.filter(pk=locked.pk).update(
            state=SheetImport.State.UNDONE, undone_at=clock.now(), modified_by=by, counts=counts
        )
        refresh(employer_ids)
    return {"undone": counts["undone"], "kept": counts["kept"]}


def _take_back(rows: list[SheetRow], by: Any) -> dict[int, str]:
    """Rows, the last first, back to before; returns why some were kept, by the key of the row."""
    kept, going = _in_place(rows)
    for name in GOING:
        # With their activities: the collector of Django knows what hangs below them.
        _model(name)._default_manager.filter(pk__in=going.get(name, ())).delete()
    altered = _altered(rows)
    back: list[tuple[SheetRow, Alteration]] = []
    for row in rows:
        if row.pk in kept:
            continue
        for line in reversed(row.written):
            record = altered[line["model"]].get(line["pk"]) if "before" in line else None
            if record is None:  # was made by this import, or is gone
                continue
            change, is_whole = alter_back(record, line, by)
            if not is_whole:
                kept[row.pk] = CHANGED
            if change is not None:
                back.append((row, change))
    # Who became the first to contact steps aside before the one of before comes back.
    update_all([change for _row, change in back if not change.after.get("is_primary")])
    for row, change in back:
        if not change.after.get("is_primary"):
            continue
        if _fits(change):
            update_all([change])
        else:
            kept[row.pk] = CHANGED
    return kept


def _fits(change: Alteration) -> bool:
    """Whether a first contact can be that again: somebody else may be it by now."""
    position: Any = change.record
    others = Position.objects.filter(employer_id=position.employer_id, is_primary=True)
    others = others.exclude(pk=position.pk)
    others = others.filter(models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=position.starts_on))
    if position.ends_on is not None:
        others = others.filter(starts_on__lte=position.ends_on)
    return not others.exists()


def _in_place(rows: list[SheetRow]) -> tuple[dict[int, str], Going]:
    """Why rows must stay (what they made was changed since, or is used by what stays; a row goes as a
    whole), and the keys of what goes, by model."""
    made: Made = defaultdict(dict)
    alterations: Counter[tuple[str, int]] = Counter()
    for row in rows:
        for line in row.written:
            if "before" in line:
                alterations[line["model"], line["pk"]] += 1
            else:
                made[line["model"]][line["pk"]] = row
    kept: dict[int, str] = {}
    for name, found in made.items():
        versions = dict(_model(name)._default_manager.filter(pk__in=found).values_list("pk", "version"))
        for pk, row in found.items():
            # Each alteration counted up by one; another number means that somebody else was here. What is
            # gone was taken away by a person, and needs no taking back.
            if pk in versions and versions[pk] != 1 + alterations[name, pk]:
                kept[row.pk] = CHANGED
    while True:
        going = {
            name: {pk for pk, row in found.items() if row.pk not in kept} for name, found in made.items()
        }
        used = _used(going)
        more = {made[name][pk].pk for name, pk in used if name != "tag"}
        if not more:
            break
        kept.update(dict.fromkeys(more, IN_USE))
    for name, pk in used:
        going[name].discard(pk)  # a label that others use by now stays, the row goes
    return kept, going


def _used(going: Going) -> set[tuple[str, int]]:
    """What of this is pointed at by a record that stays: (model, key)."""
    used: set[tuple[str, int]] = set()
    for name, keys in going.items():
        # Also relations that have no name on this side, as those of contacts and meetings.
        for relation in _model(name)._meta.get_fields(include_hidden=True):
            if not (relation.auto_created and not relation.concrete and not relation.many_to_many):
                continue
            other: Any = relation.related_model
            field = relation.field.name
            if other in FOLLOWING or field == "main_establishment" or not keys:
                continue
            users = other._base_manager.filter(**{f"{field}__in": keys})
            users = users.exclude(pk__in=going.get(other._meta.model_name, ()))
            used.update((name, pk) for pk in users.values_list(f"{field}_id", flat=True))
    return used


def _altered(rows: list[SheetRow]) -> dict[str, dict[int, Any]]:
    """The records these rows altered, by model and key; locked."""
    keys: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for line in row.written:
            if "before" in line:
                keys[line["model"]].add(line["pk"])
    found: dict[str, dict[int, Any]] = defaultdict(dict)
    for name, wanted in keys.items():
        records = _model(name)._default_manager.select_for_update(of=("self",)).filter(pk__in=wanted)
        found[name] = {record.pk: record for record in records.order_by("pk")}
    return found


def _model(name: str) -> Any:
    return apps.get_model("employers", name)
