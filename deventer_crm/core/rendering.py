"""Form fields as HTML, faster: the widgets that pages are full of are written out here.

A select box of thirty options costs Django's templates thirty inclusions, and the list of employers has nine
of them: a fifth of the page went there. The HTML is the same to the letter (a test compares); a widget with
a template of its own still gets it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    MultiWidget,
    RadioSelect,
    Select,
    Widget,
)
from django.http import HttpRequest
from django.template.base import render_value_in_context
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

OPTION = "django/forms/widgets/select_option.html"
PLAIN = Context()


def _text(value: Any) -> str:
    """As `{{ value }}`: translated, in Dutch form, escaped."""
    return value if type(value) is SafeString else render_value_in_context(value, PLAIN)


def _attribute(value: Any) -> str:
    """As `{{ value|stringformat:"s" }}`."""
    return conditional_escape(value if isinstance(value, SafeData) else str(value))


def _attributes(attrs: Mapping[str, Any]) -> str:
    parts = []
    for name, value in attrs.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not False:
            parts.append(f' {name}="{_attribute(value)}"')
    return "".join(parts)


def _option(option: Mapping[str, Any]) -> str:
    return (
        f'\n  <option value="{_attribute(option["value"])}"{_attributes(option["attrs"])}>'
        f"{_text(option['label'])}</option>\n"
    )


def _select(widget: Mapping[str, Any]) -> str | None:
    parts = [f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>']
    groups: Iterable[tuple[Any, list[Mapping[str, Any]], int]] = widget["optgroups"]
    for name, options, _index in groups:
        if name:
            parts.append(f'\n  <optgroup label="{_text(name)}">')
        for option in options:
            if option["template_name"] != OPTION:
                return None
            parts.append(_option(option))
        if name:
            parts.append("\n  </optgroup>")
    parts.append("\n</select>")
    return "".join(parts)


def _input(widget: Mapping[str, Any]) -> str:
    value = "" if widget["value"] is None else f' value="{_attribute(widget["value"])}"'
    return (
        f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}'
        f"{_attributes(widget['attrs'])}>"
    )


def _textarea(widget: Mapping[str, Any]) -> str:
    value = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>\n{value}</textarea>'


WRITERS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in (
            *("input", "text", "number", "email", "url", "date", "time", "hidden", "password", "checkbox"),
        )
    },
}


class FieldRenderer(TemplatesSetting):
    """FORM_RENDERER of the product."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        writer = WRITERS.get(template_name)
        written = writer(context["widget"]) if writer else None
        if written is None:
            return super().render(template_name, context, request)
        return mark_safe(written)  # noqa: S308 - every value in it went through conditional_escape


# A field with its label, help and errors ----------------------------------------------------------------

BY_TEMPLATES = (RadioSelect, CheckboxSelectMultiple, FileInput, MultiWidget)


def field_html(field: BoundField) -> SafeString | None:
    """What crispy's template for Bootstrap 5 makes of a field, but for spaces between the tags; None for a
    field or a helper that asks for more than that."""
    widget = field.field.widget
    helper = getattr(field.form, "helper", None)
    if isinstance(widget, BY_TEMPLATES) or hasattr(widget, "widget") or field.use_fieldset:
        return None
    if helper is not None and not _is_plain(helper):
        return None
    if field.is_hidden:
        return SafeString(field)
    is_box = isinstance(widget, CheckboxInput)
    kind = "form-check-input" if is_box else "form-select" if isinstance(widget, Select) else "form-control"
    _add_class(widget, kind)
    below = ""
    if field.errors:
        _add_class(widget, "is-invalid")
        below = _errors_html(field, inline=bool(helper and helper.error_text_inline))
    auto_id, css = _text(field.auto_id), field.css_classes()
    if field.help_text:
        named = f'id="{auto_id}_helptext" ' if auto_id else ""
        below += f'<div {named}class="form-text">{field.help_text}</div>'
    css = f" {conditional_escape(css)}" if css else ""
    if is_box:
        inside = f"{field}\n{_label_html(field, 'form-check-label')}{below}"
        return SafeString(
            f'<div class="mb-3"><div id="div_{auto_id}" class="form-check{css}">{inside}</div></div>'
        )
    label = _label_html(field, "form-label") if field.label else ""
    return SafeString(f'<div id="div_{auto_id}" class="mb-3{css}">{label}{field}{below}</div>')


def _label_html(field: BoundField, css: str) -> str:
    target = f'for="{_text(field.id_for_label)}" ' if field.id_for_label else ""
    if not field.field.required:
        return f'<label {target}class="{css}">{_text(field.label)}</label>'
    star = '<span class="asteriskField">*</span>'
    return f'<label {target}class="{css} requiredField">{_text(field.label)}{star}</label>'


def _is_plain(helper: Any) -> bool:
    """Whether a helper leaves the fields as they are."""
    return (
        helper.form_show_labels
        and helper.form_show_errors
        and not helper.help_text_inline
        and not (helper.label_class or helper.field_class or helper.field_template)
        and "form-horizontal" not in helper.form_class
    )


def _add_class(widget: Widget, name: str) -> None:
    """As crispy does: the kind of widget is a class too."""
    found = widget.attrs.get("class", "")
    kind = type(widget).__name__.lower()
    if kind not in found:
        found = f"{found} {kind}" if found else kind
    if name not in found.split():
        found = f"{found} {name}"
    widget.attrs["class"] = found


def _errors_html(field: BoundField, *, inline: bool) -> str:
    tag = "span" if inline else "p"
    rows = "".join(
        f'<{tag} id="error_{number}_{_text(field.auto_id)}"><strong>{_text(error)}</strong></{tag}>'
        for number, error in enumerate(field.errors, start=1)
    )
    name = getattr(field.errors, "field_id", "")
    return f'<div id="{_text(name)}_error" class="invalid-feedback">{rows}</div>'
