"""The filters of a timeline; they live in the address."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.forms import CrmForm, DayInput
from deventer_crm.core.parsing import FIRST_YEAR, LAST_YEAR

Choices = list[tuple[str, Any]]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput())


class TimelineFilterForm(CrmForm):
    """`colleagues`, `themes`: what the select boxes offer; `with_family`: there are grouped employers."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    by = forms.ChoiceField(label=_("Colleague"), required=False)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    since = _day(_("From"))
    until = _day(_("Until"))
    own = forms.BooleanField(label=_("Without the employers grouped under it"), required=False)

    def __init__(
        self,
        data: Any,
        *,
        kinds: Choices,
        colleagues: Choices,
        themes: Choices,
        with_family: bool,
    ) -> None:
        super().__init__(data, auto_id="timeline-%s")
        self.fields["kind"].choices = [("", _("everything")), *kinds]  # type: ignore[attr-defined]
        self.fields["by"].choices = [("", _("everybody")), *colleagues]  # type: ignore[attr-defined]
        self.fields["theme"].choices = [("", _("all themes")), *themes]  # type: ignore[attr-defined]
        if not with_family:
            del self.fields["own"]

    def clean_since(self) -> dt.date | None:
        return self._possible("since")

    def clean_until(self) -> dt.date | None:
        return self._possible("until")

    def _possible(self, name: str) -> dt.date | None:
        day: dt.date | None = self.cleaned_data[name]
        if day is not None and not FIRST_YEAR <= day.year < LAST_YEAR:
            raise forms.ValidationError(_("Check the year."))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if isinstance(since, dt.date) and isinstance(until, dt.date) and until < since:
            self.add_error("until", _("The last day lies before the first day."))
        return found
