"""A person decides about a doubtful row: this one, a new one, or leave it out."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import transaction

from deventer_crm.core import clock
from employers.models import ContactPerson, Employer, SheetImport, SheetRow
from employers.spreadsheets.columns import Columns
from employers.spreadsheets.errors import RefusedFile

from .lines import RowReader
from .plans import NEW, Terms
from .running import IMPORTERS, refresh, row_of, sheet_lock

Outcome = SheetRow.Outcome
SKIP = "skip"
#: Only these questions can be answered with "a new one".
CAN_BE_NEW = ("same_name", "same_name_in_file", "same_person_name", "other_name", "several_people")

__all__ = ["CAN_BE_NEW", "NEW", "SKIP", "decide", "is_open"]


def is_open(sheet: SheetImport) -> bool:
    """Whether its doubtful rows can be decided about."""
    return sheet.state == SheetImport.State.DONE and sheet.emptied_at is None


def decide(row: SheetRow, choice: int | str, *, by: Any) -> SheetRow:
    """Import a doubtful row after all: as the candidate with that key, as NEW, or not at all (SKIP).

    A row somebody decided about meanwhile is returned as it is; one about which another question comes up
    stays doubtful. Raises SheetBusy while an import runs, RefusedFile for a choice that cannot be."""
    with sheet_lock(), transaction.atomic():
        row = SheetRow.objects.select_for_update(of=("self",)).select_related("sheet__by").get(pk=row.pk)
        sheet = row.sheet
        if row.outcome != Outcome.DOUBTFUL:
            return row
        if not is_open(sheet) or not row.values:
            raise RefusedFile("row_gone")
        if choice == SKIP:
            row.reason, row.reason_values, row.column = "left_out_by_hand", {}, ""
            row.outcome = Outcome.UNCHANGED
            row.save()
        else:
            _check(row, choice, by)
            with pghistory.context(source="sheet import", sheet=sheet.pk):
                row = _import(row, sheet, choice, by)
        counts = sheet.counts
        counts[Outcome.DOUBTFUL] -= 1
        counts[row.outcome] += 1
        SheetImport.objects.filter(pk=sheet.pk).update(counts=counts, modified_at=clock.now())
    return row


def _check(row: SheetRow, choice: int | str, by: Any) -> None:
    if choice == NEW:
        if row.reason not in CAN_BE_NEW:
            raise RefusedFile("not_a_candidate")
        return
    guarded: Any = Employer if row.reason_values.get("asks") == "employer" else ContactPerson
    if choice not in row.candidates or not guarded.objects.visible_to(by).filter(pk=choice).exists():
        raise RefusedFile("not_a_candidate")


def _import(row: SheetRow, sheet: SheetImport, choice: int | str, by: Any) -> SheetRow:
    columns = Columns(sheet.preview["positions"], tuple(sheet.preview["header"]))
    terms = Terms.of(sheet, by=by)
    decided = {**row.decided, row.reason_values["asks"]: choice}
    importer = IMPORTERS[sheet.what](terms)
    clean = RowReader(sheet.what, columns).read(row.number, row.values)
    plans = importer.plan([clean], lock=True, decided=decided)
    importer.write(plans)
    refresh(importer.touched)
    decided_row = row_of(plans[0], sheet.pk)
    decided_row.pk = row.pk
    decided_row.decided = decided
    decided_row.save()
    return decided_row
