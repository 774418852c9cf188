"""Stands in for crispy's filters (TEMPLATES in the settings): fields are written out by core.rendering, and
by crispy's own templates when they are of a rare kind. A form of ten fields cost more than the page around
it."""

from typing import Any

from crispy_forms.templatetags import crispy_forms_filters as crispy
from django import template

from deventer_crm.core.rendering import field_html

register = template.Library()
register.filters.update(crispy.register.filters)


@register.filter(name="as_crispy_field")
def as_crispy_field(field: Any, *given: str) -> Any:
    """`{{ form.name|as_crispy_field }}`."""
    written = None if given else field_html(field)
    return crispy.as_crispy_field(field, *given) if written is None else written
