"""The refused rows as a file to mend and deliver again: the original cells, with row, column and reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from django.utils.translation import gettext as _

from deventer_crm.core.lists.export import safe

from .texts import sentence


def write_refused(out: IO[str], header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write `rows` (row, reason, column, reason_values, cells) as csv with `;`; returns how many.

    The reason stands in the last columns, so that the mended file can be delivered as it is. Cells that a
    spreadsheet would run as a formula are made text."""
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([*map(_safe, header), _("Row in the file"), _("Column"), _("Reason")])
    written = 0
    for row in rows:
        cells = [_safe(cell) for cell in row["cells"]]
        cells += [""] * (len(header) - len(cells))
        reason = sentence(row["reason"], row["reason_values"])
        writer.writerow([*cells[: len(header)], row["row"], row["column"], _safe(reason)])
        written += 1
    return written


def as_refused(row: Any) -> dict[str, Any]:
    """A stored row (DeliveryRow, SheetRow or one of another import) as write_refused() takes it."""
    return {
        "row": row.number,
        "reason": row.reason,
        "column": row.column,
        "reason_values": row.reason_values,
        "cells": row.values,
    }


def _safe(cell: Any) -> str:
    """As in any file, but a negative number is what it was, so that the mended file reads the same."""
    text = "" if cell is None else str(cell)
    is_negative = text.startswith("-") and text[1:].replace(".", "").replace(",", "").isdigit()
    return text if is_negative else str(safe(text))
