"""What the pages of both imports tell about a file: why it was refused, and which columns were read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openpyxl.utils import get_column_letter

from .texts import sentence


def problem_of(problem: Mapping[str, Any]) -> dict[str, Any] | None:
    """Row, column and message of why a file was refused; None when it was not."""
    if not problem:
        return None
    place = {"row": problem.get("row"), "column": problem.get("column")}
    return {**place, "message": sentence(problem["code"], {**place, **problem.get("params", {})})}


def columns_of(preview: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, Any]:
    """`read`: letter, name and field of the columns that were recognised; `unread`: names of the others."""
    header: list[str] = preview.get("header", [])
    positions: dict[str, int] = preview.get("positions", {})
    used = set(positions.values())
    return {
        "read": [
            {"letter": get_column_letter(at + 1), "name": header[at], "field": labels[name]}
            for at, name in sorted((at, name) for name, at in positions.items())
        ],
        "unread": [name for at, name in enumerate(header) if name and at not in used],
    }
