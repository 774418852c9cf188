"""The fields written by hand are those of Django's templates, to the letter."""

import datetime as dt
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.rendering import WRITERS, FieldRenderer

NASTY = """<b>"A" & 'B'</b>"""
GROUPED = [("", _("Name")), (NASTY, [(1, NASTY), ("two", mark_safe("<i>2</i>"))]), (3, 1234.5)]


class Odd(forms.Select):
    """An option template of its own is left to the templates."""

    option_template_name = "django/forms/widgets/radio_option.html"


class Probe(forms.Form):
    text = forms.CharField(max_length=5, help_text=NASTY, widget=forms.TextInput({"placeholder": NASTY}))
    number = forms.DecimalField(min_value=1, max_digits=6)
    mail = forms.EmailField(required=False, widget=forms.EmailInput({"data-x": mark_safe("a&amp;b")}))
    page = forms.URLField(required=False, assume_scheme="https")
    day = forms.DateField(widget=forms.DateInput({"type": "date", "disabled": True, "hidden": False}))
    secret = forms.CharField(widget=forms.HiddenInput)
    word = forms.CharField(widget=forms.PasswordInput)
    choice = forms.ChoiceField(choices=GROUPED)
    odd = forms.ChoiceField(choices=GROUPED, widget=Odd)
    many = forms.MultipleChoiceField(choices=GROUPED)
    free = forms.CharField(widget=forms.Textarea)


VALUES = {
    "text": NASTY,
    "number": "12.5",
    "mail": NASTY,
    "page": "",
    "day": dt.date(2026, 11, 23),
    "secret": mark_safe("&lt;"),
    "word": "x",
    "choice": 3,
    "odd": "two",
    "many": ["1", "two"],
    "free": NASTY,
}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", ["empty", "initial", "bound"])
@pytest.mark.parametrize("name", list(Probe.base_fields))
def test_same_as_the_templates(name: str, kind: str, language: str) -> None:
    def written(renderer: Any) -> str:
        bound = {"data": VALUES} if kind == "bound" else {}
        form = Probe(initial=VALUES if kind == "initial" else None, renderer=renderer, **bound)
        return str(form[name])

    with translation.override(language):
        assert written(FieldRenderer()) == written(TemplatesSetting())


def test_the_templates_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the comparison above compares them with themselves."""

    def refuse(*arguments: Any, **named: Any) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(TemplatesSetting, "render", refuse)
    form = Probe(renderer=FieldRenderer())
    for name in ("text", "number", "mail", "page", "day", "secret", "word", "choice"):
        assert str(form[name])
    with pytest.raises(AssertionError):
        str(form["odd"])
    assert len(WRITERS) == 9
