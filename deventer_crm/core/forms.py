"""What every form of the product shares."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.services import StaleRecord, save_tracked

Result = TypeVar("Result")

#: Of the work that is kept here; the past and the planning ahead lie within.
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)


class DayInput(forms.DateInput):
    """The browser's own date picker, which understands ISO dates only."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """The day of an act. A typing error such as the year 202 is stopped; days of before the product, such as
    since when somebody sits on a board, take a plain DateField with a DayInput."""

    widget = DayInput

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            raise ValidationError(_("Check the year."), code="year")


class KnownField(forms.TypedChoiceField):
    """A record out of those that were read already: a page with many rows of the same boxes reads them once,
    where a ModelChoiceField looks up what was chosen for each row. Empty is None."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_choice": forms.ModelChoiceField.default_error_messages["invalid_choice"]
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_value=None, **kwargs)

    def offer(self, rows: Iterable[Model], *, empty: Any = None) -> None:
        """These can be chosen; with `empty` also none of them, under that name."""
        known = {str(row.pk): row for row in rows}
        nothing = [] if empty is None else [("", empty)]
        self.choices = [*nothing, *((key, str(row)) for key, row in known.items())]
        self.coerce = known.__getitem__

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, Model) else value


def sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, also when that is nothing at all: an empty form is wrong, not new."""
    return request.POST if request.method == "POST" else None


def put_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Errors of a service beside the fields of the form; what has no field there goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, messages in error.message_dict.items():
        form.add_error(name if name in form.fields else None, messages)


class CrmFormMixin:
    """Gives a form its crispy helper. The template owns <form>, so that htmx attributes stay in HTML."""

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def attempt(self, act: Callable[[], Result]) -> Result | None:
        """Call a service with what was typed. None: it refused, and the form says why."""
        try:
            return act()
        except ValidationError as refusal:
            put_errors(self, refusal)  # type: ignore[arg-type]  # mixed into forms only
            return None


class CrmForm(CrmFormMixin, forms.Form):
    """A form that is not one record."""


class VersionedModelForm(CrmFormMixin, forms.ModelForm):  # type: ignore[type-arg]  # the model is the subclass's
    """A form on one tracked record that notices a second editor.

    The version it was opened with travels along; `save_as` returns None when somebody else saved first: the
    form then carries the error, what the editor typed, and `stored` for the text that is in the database."""

    record_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    stored: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["record_version"].initial = self.instance.version
        else:
            del self.fields["record_version"]

    @property
    def expected_version(self) -> int | None:
        """What the form was opened with, for a service; None for a new record. A request without a version
        says 0 and so never overwrites."""
        return (self.cleaned_data.get("record_version") or 0) if self.instance.pk else None

    def attempt(self, act: Callable[[], Result]) -> Result | None:
        """None also when somebody else saved first."""
        try:
            return super().attempt(act)
        except StaleRecord as conflict:
            self.show_conflict(conflict)
            return None

    def save_as(self, by: Any) -> Any | None:
        """Save the validated form in the name of `by`; None after a conflict."""
        try:
            record = save_tracked(self.instance, by=by, expected_version=self.expected_version)
        except StaleRecord as conflict:
            self.show_conflict(conflict)
            return None
        self._save_m2m()
        return record

    def show_conflict(self, conflict: StaleRecord) -> None:
        """Say who was first, keep what was typed, and let a second, deliberate save be based on what is
        stored now."""
        self.stored = conflict.stored
        self.add_error(None, conflict.message())
        typed: Any = self.data.copy()
        typed[self.add_prefix("record_version")] = str(conflict.stored.version)
        self.data = typed

    def stored_values(self) -> list[tuple[str, str, str]]:
        """After a conflict: label, stored text and typed text of every field that differs."""
        if self.stored is None:
            return []
        rows = []
        for name, field in self.fields.items():
            if name == "record_version" or not hasattr(self.stored, name):
                continue
            theirs, typed = getattr(self.stored, name), self.cleaned_data.get(name)
            if theirs != typed and not hasattr(theirs, "all"):
                rows.append((str(field.label), str(theirs or ""), str(typed or "")))
        return rows
