"""The fields written by hand are those of Django's templates, to the letter."""

import datetime as dt
import re
from typing import Any

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field as crispy_field
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.forms import CrmForm
from deventer_crm.core.rendering import WRITERS, FieldRenderer, field_html
from deventer_crm.core.templatetags.quick_fields import as_crispy_field

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
    assert len(WRITERS) == 12


class Labelled(CrmForm):
    """The probe's fields in a form of the product, with what changes the HTML around a field."""

    required_css_class = "must"
    text = forms.CharField(max_length=5, help_text=NASTY, widget=forms.TextInput({"class": "own"}))
    plain = forms.CharField(label="", required=False)
    choice = forms.ChoiceField(label=NASTY, choices=GROUPED)
    box = forms.BooleanField(help_text=mark_safe("<b>yes</b>"), required=False)
    must = forms.BooleanField(label=_("Name"))
    day = forms.DateField(widget=forms.DateInput({"type": "date"}))
    moment = forms.TimeField(widget=forms.TimeInput({"type": "time"}))
    free = forms.CharField(widget=forms.Textarea({"rows": 2}), required=False)
    many = forms.MultipleChoiceField(choices=GROUPED, required=False)
    one = forms.ChoiceField(choices=GROUPED[:1], widget=forms.RadioSelect, required=False)
    file = forms.FileField(required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


def squeezed(html: str) -> str:
    """Without spaces that no browser shows here."""
    return re.sub(r"\s*(</?(div|label|span|p|small|strong)\b[^>]*>)\s*", r"\1", " ".join(html.split()))


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("with_helper", [True, False])
@pytest.mark.parametrize("kind", ["empty", "initial", "bound", "wrong"])
@pytest.mark.parametrize("name", list(Labelled.base_fields))
def test_a_labelled_field_is_that_of_crispy(name: str, kind: str, with_helper: bool, language: str) -> None:
    data = {"text": NASTY, "choice": 3, "free": NASTY, "box": "on", "day": "x"} if kind == "bound" else {}

    def form() -> Labelled:
        made = Labelled(
            data if kind in {"bound", "wrong"} else None,
            initial={"text": NASTY, "box": True, "day": dt.date(2026, 11, 23)} if kind == "initial" else None,
            prefix=NASTY if kind == "wrong" else None,
        )
        if not with_helper:
            del made.helper
        return made

    with translation.override(language):
        theirs, ours = crispy_field(form()[name]), as_crispy_field(form()[name])
        written = field_html(form()[name])
    assert squeezed(ours) == squeezed(theirs)
    assert (written is None) is (name in {"one", "file"})
