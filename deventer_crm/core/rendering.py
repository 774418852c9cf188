"""Form fields as HTML, faster: the widgets that pages are full of are written out here.

A select box of thirty options costs Django's templates thirty inclusions, and the list of employers has nine
of them: a fifth of the page went there. The HTML is the same to the letter (a test compares); a widget with
a template of its own still gets it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.forms.renderers import TemplatesSetting
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


WRITERS: dict[str, Callable[[Mapping[str, Any]], str | None]] = {
    "django/forms/widgets/select.html": _select,
    **{
        f"django/forms/widgets/{name}.html": _input
        for name in ("input", "text", "number", "email", "url", "date", "hidden", "password")
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
