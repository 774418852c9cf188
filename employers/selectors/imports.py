"""Deliveries of the register and their rows as a reader may see them: what is about a confidential
establishment has no name for who may not know of it (R10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.urls import reverse
from openpyxl.utils import get_column_letter

from employers.models import DeliveryRow, Establishment, RegisterDelivery
from employers.register_import.texts import FIELD_LABELS, OUTCOME_LABELS
from employers.spreadsheets.refused import as_refused
from employers.spreadsheets.showing import columns_of
from employers.spreadsheets.texts import sentence

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User

State = RegisterDelivery.State
OUTCOMES = ("new", "changed", "unchanged", "doubtful", "refused", "missing")
#: What a person should look at first.
TONES = {"doubtful": "risk", "refused": "missed", "missing": "risk"}
#: Doubts about which establishment a row is; the others are about what it says.
ASKS_WHICH = ("looks_like", "looks_known", "several_matches", "same_address_twice")


@dataclass(frozen=True)
class Line:
    """A row to show. `hidden`: it is about an establishment this reader may not know of. `asks_which`: the
    doubt is which establishment it is."""

    row: DeliveryRow
    establishment: Establishment | None
    hidden: bool
    name: str
    asks_which: bool
    reason: str
    column: str
    notes: list[str] = field(default_factory=list)


def rows_of(delivery: RegisterDelivery, outcome: str, user: User) -> QuerySet[DeliveryRow]:
    """The rows of one class in the order of the file, with the establishments this reader may see."""
    seen = Establishment.objects.visible_to(user).select_related("employer")
    rows = DeliveryRow.objects.filter(delivery=delivery, outcome=outcome)
    return rows.prefetch_related(Prefetch("establishment", seen)).order_by("number", "pk")


def lines_of(delivery: RegisterDelivery, rows: Iterable[DeliveryRow]) -> Iterator[Line]:
    """Rows of `rows_of`, in words."""
    header = delivery.preview.get("header", [])
    positions = delivery.preview.get("positions", {})
    for row in rows:
        yield Line(
            row=row,
            establishment=row.establishment if row.establishment_id else None,
            hidden=_is_hidden(row),
            name=_cell(row.values, positions, "naam_vestiging")
            or _cell(row.values, positions, "onderneming"),
            asks_which=row.reason in ASKS_WHICH,
            reason=_said(row),
            column=_column_name(header, row.column),
            notes=_notes(row.notes),
        )


def refused_rows(delivery: RegisterDelivery) -> Iterator[dict[str, Any]]:
    """What `write_refused` takes, row by row."""
    rows = DeliveryRow.objects.filter(delivery=delivery, outcome=DeliveryRow.Outcome.REFUSED)
    return map(as_refused, rows.order_by("number").iterator(chunk_size=1_000))


def waits(delivery: RegisterDelivery) -> bool:
    """Whether another delivery of the same register is being worked on right now."""
    return (
        delivery.state in (State.UPLOADED, State.QUEUED)
        and RegisterDelivery.objects.filter(source=delivery.source, state__in=(State.CHECKING, State.RUNNING))
        .exclude(pk=delivery.pk)
        .exists()
    )


def classes_of(delivery: RegisterDelivery) -> list[dict[str, Any]]:
    """Each class with its number, first rows and, where rows are kept, the page that lists them."""
    if not delivery.counts:
        return []
    samples = delivery.preview.get("samples", {})
    listed = OUTCOMES if delivery.state == State.DONE else ("doubtful", "refused")
    return [
        {
            "outcome": outcome,
            "label": OUTCOME_LABELS[outcome],
            "count": delivery.counts.get(outcome, 0),
            "tone": TONES.get(outcome, "") if delivery.counts.get(outcome) else "",
            "url": reverse("employers:import_rows", args=[delivery.pk, outcome]) if outcome in listed else "",
            "samples": [
                {
                    **row,
                    "said": sentence(row["reason"], row["reason_values"]) if row["reason"] else "",
                    "notes": _notes(row["notes"]),
                }
                for row in samples.get(outcome, [])
            ],
        }
        for outcome in OUTCOMES
    ]


def columns_read(delivery: RegisterDelivery) -> dict[str, Any]:
    """What columns_of() tells, and `without_jobs`: no column says how many people work there."""
    positions = delivery.preview.get("positions", {})
    without_jobs = bool(positions) and not {"werkzame_personen", "mannen_fulltime"} & set(positions)
    return {**columns_of(delivery.preview, FIELD_LABELS), "without_jobs": without_jobs}


def _is_hidden(row: DeliveryRow) -> bool:
    return bool(row.establishment_id and row.establishment is None)


def _said(row: DeliveryRow) -> str:
    """The reason in words. The name in it can be of an employer that became confidential (R10)."""
    if not row.reason:
        return ""
    code = "looks_known" if _is_hidden(row) and row.reason == "looks_like" else row.reason
    return sentence(code, row.reason_values)


def _cell(cells: Any, positions: dict[str, int], name: str) -> str:
    at = positions.get(name)
    if not isinstance(cells, list) or at is None or at >= len(cells) or cells[at] is None:
        return ""
    return str(cells[at])


def _column_name(header: list[str], letter: str) -> str:
    for at, name in enumerate(header):
        if get_column_letter(at + 1) == letter:
            return f"{letter} ({name})"
    return letter


def _notes(notes: list[dict[str, Any]]) -> list[str]:
    return [f"{FIELD_LABELS[note['field']]}: {sentence(note['code'], note['params'])}" for note in notes]
