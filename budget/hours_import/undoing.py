"""Taking an import of hours back, as far as nobody changed the hours since and the months are open."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pghistory
from django.db import transaction

from accounts.models import User
from budget.models import HoursImport, HoursLine, TimeEntry
from budget.services.closed import ClosedBooks, hold_months, reconsider
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.spreadsheets.errors import RefusedFile

from .running import hours_lock

CHANGED, CLOSED = "hours_changed_since", "month_closed_since"


def is_undoable(sheet: HoursImport) -> bool:
    """Whether it was imported and its rows still say what they did."""
    return sheet.state == HoursImport.State.DONE and sheet.emptied_at is None


def undo(sheet: HoursImport, *, by: User) -> dict[str, int]:
    """What it made goes, what it changed becomes what it was, in one transaction; returns how many rows were
    taken back and how many kept, each with the reason on the row.

    Raises RefusedFile("hours_not_undoable") for what is too old or was taken back, HoursBusy while a file is
    being imported."""
    with (
        hours_lock(),
        pghistory.context(source="hours import undone", sheet=sheet.pk, user=by.pk),
        transaction.atomic(),
    ):
        hold_months()
        locked = HoursImport.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
        if not is_undoable(locked):
            raise RefusedFile("hours_not_undoable")
        rows = [row for row in locked.rows.order_by("-number", "-pk") if row.made]
        books = ClosedBooks.load()
        entries = TimeEntry.objects.select_for_update().in_bulk(
            [pk for row in rows for pk, _version in row.made]
        )
        for row in rows:
            row.kept = _why_kept(row, entries, books)
            if not row.kept:
                _put_back(row, entries, by)
        HoursLine.objects.bulk_update(rows, ["kept"], batch_size=500)
        kept = sum(bool(row.kept) for row in rows)
        counts = {**locked.counts, "undone": len(rows) - kept, "kept": kept}
        HoursImport.objects.filter(pk=locked.pk).update(
            state=HoursImport.State.UNDONE, undone_at=clock.now(), modified_by=by, counts=counts
        )
        reconsider("spending_outside_band", "hours_not_confirmed")
    return {"undone": counts["undone"], "kept": counts["kept"]}


def _why_kept(row: HoursLine, entries: dict[int, TimeEntry], books: ClosedBooks) -> str:
    for pk, version in row.made:
        entry = entries.get(pk)
        if entry is None or entry.version != version:
            return CHANGED
        if books.why(entry.user_id, entry.day):
            return CLOSED
    for line in row.before:
        if books.why(line["user"], dt.date.fromisoformat(line["day"])):
            return CLOSED
    return ""


def _put_back(row: HoursLine, entries: dict[int, TimeEntry], by: User) -> None:
    before = {line["pk"]: line for line in row.before}
    for pk, _version in row.made:
        if pk in before:
            _restore(entries[pk], before.pop(pk), by)
        else:
            entries[pk].delete()
    for line in before.values():
        _restore(TimeEntry(), line, by)


def _restore(entry: TimeEntry, line: dict[str, Any], by: User) -> None:
    entry.user_id, entry.track_id, entry.employer_id = line["user"], line["track"], line["employer"]
    entry.day, entry.hours = dt.date.fromisoformat(line["day"]), Decimal(line["hours"])
    entry.kind, entry.note = line["kind"], line["note"]
    entry.contact_id, entry.meeting_id = line["contact"], line["meeting"]
    entry.import_key = line["import_key"]
    save_tracked(entry, by=by)
