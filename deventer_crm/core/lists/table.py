"""The rows of a list and its select boxes as HTML, written out here: a page has two hundred cells, and each
cost Django's templates more than the database needed for its row. Everything that is not a SafeString is
escaped."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.html import conditional_escape as text
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from deventer_crm.core.templatetags.crm import icon

if TYPE_CHECKING:
    from deventer_crm.core.lists.asking import Asked
    from deventer_crm.core.lists.definition import Column, Reader
    from deventer_crm.core.lists.page import Head

NOTHING = "–"
#: The form that acts on ticked rows, and the one that filters.
PICK_FORM = "picked-rows"


def _joined(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - each part was escaped where it was made


def head_row(heads: Sequence["Head"], *, can_pick: bool) -> SafeString:
    """The head of the table; a head that sorts is a link."""
    parts = ["<tr>"]
    if can_pick:
        box = '<input type="checkbox" class="form-check-input script-only" data-check-all="rows">'
        parts.append(_pick(box, _("Tick all rows of this page")))
    for head in heads:
        attributes = ' class="is-number"' if head.is_number else ""
        attributes += f' aria-sort="{head.direction}"' if head.direction else ""
        label: str = text(head.label)
        if head.url:
            arrow = {"ascending": "arrow-up", "descending": "arrow-down"}.get(head.direction)
            sign = f" {icon(arrow, 'icon-small')}" if arrow else ""
            label = f'<a href="{text(head.url)}">{label}{sign}</a>'
        parts.append(f'<th scope="col"{attributes}>{label}</th>')
    parts.append("</tr>")
    return _joined(parts)


def _pick(box: str, words: str) -> str:
    hidden = f'<span class="visually-hidden">{text(words)}</span>'
    return f'<td class="is-pick"><label class="pick-box">{box}{hidden}</label></td>'


def shown(column: "Column", row: Any, reader: "Reader") -> str:
    """A cell, escaped; nothing to tell is a dash."""
    found = (column.cell or column.value)(row, reader)
    return text(found) if found not in (None, "") else NOTHING


def _opening(column: "Column", *classes: str) -> str:
    """The start of a cell; `is-none` leaves it out of a card on a phone."""
    names = " ".join([*(["is-number"] if column.is_number else []), *classes])
    named = f' class="{names}"' if names else ""
    return f'<td{named} data-label="{text(column.label)}">'


def body(rows: Sequence[Any], asked: "Asked", *, can_pick: bool) -> SafeString:
    """The rows. On a phone each is a card: `data-label` is the word in front of a cell."""
    first, *others = asked.columns
    reader, definition = asked.reader, asked.definition
    opening = [(_opening(column), _opening(column, "is-none")) for column in others]
    form = f' form="{PICK_FORM}"'
    parts = []
    for row in rows:
        parts.append('<tr class="is-off">' if definition.is_off(row) else "<tr>")
        if can_pick:
            box = f'<input type="checkbox" class="form-check-input" name="rows"{form} value="{row.pk}">'
            parts.append(_pick(box, _("Tick %(name)s") % {"name": definition.row_name(row)}))
        parts.append(f'<td class="is-main">{shown(first, row, reader)}</td>')
        for column, (start, start_of_nothing) in zip(others, opening, strict=True):
            cell = shown(column, row, reader)
            parts.append(f"{start_of_nothing if cell == NOTHING else start}{cell}</td>")
        parts.append("</tr>\n")
    return _joined(parts)


def select_box(
    name: str, value: str, everything: Any, options: Iterable[tuple[Any, Any]], *, wrong: bool = False
) -> SafeString:
    """A select box of a filter with the chosen option, groups included."""
    parts = [
        f"<select{_attributes(name, 'form-select', wrong)}>",
        f'<option value="">{text(everything)}</option>',
    ]
    for key, label in options:
        if isinstance(label, list | tuple):
            parts.append(f'<optgroup label="{text(key)}">')
            parts += [_option(inner, word, value) for inner, word in label]
            parts.append("</optgroup>")
        else:
            parts.append(_option(key, label, value))
    parts.append("</select>")
    return _joined(parts)


def _option(key: Any, label: Any, value: str) -> str:
    selected = " selected" if str(key) == value else ""
    return f'<option value="{text(str(key))}"{selected}>{text(label)}</option>'


def _attributes(name: str, kind: str, wrong: bool) -> str:
    found = f' class="{kind}{" is-invalid" if wrong else ""}" name="{text(name)}" id="filter-{text(name)}"'
    return f'{found} aria-invalid="true" aria-describedby="problem-{text(name)}"' if wrong else found


def day_box(name: str, value: str, *, wrong: bool = False) -> SafeString:
    """A filter on a day."""
    return _joined([f'<input type="date"{_attributes(name, "form-control", wrong)} value="{text(value)}">'])


def link(url: str, label: Any) -> SafeString:
    """The name of a row, leading to it."""
    return format_html('<a href="{}">{}</a>', url, label)
