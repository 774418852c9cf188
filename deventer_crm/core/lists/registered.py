"""Columns that higher apps registered for a list (core.panels.column), as columns like any other."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from deventer_crm.core import panels
from deventer_crm.core.lists.definition import Column, ListDefinition, Reader


def registered_columns(definition: ListDefinition) -> list[Column]:
    """In the order they were registered with."""
    if not definition.places:
        return []
    return [_column(name, item) for name, item in panels.columns_of(definition.places)]


def _column(code: str, item: panels.RegisteredColumn) -> Column:
    slot = f"registered_{code}"

    def load(rows: list[Any], reader: Reader) -> None:
        cells = item.function(rows, reader.user)
        for row in rows:
            setattr(row, slot, cells.get(row.pk))

    def cell(row: Any, reader: Reader) -> SafeString:
        found = getattr(row, slot)
        return render_to_string(found["template"], found) if found else SafeString("")

    def value(row: Any, reader: Reader) -> Any:
        return (getattr(row, slot) or {}).get("text", "")

    return Column(
        code=code,
        label=item.label,
        value=value,
        cell=cell,
        load=load,
        shown=item.shown,
        shown_with=item.shown_with,
        right=item.right,
    )
