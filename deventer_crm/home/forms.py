"""Forms of the roof."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput


class DayForm(CrmForm):
    """As of which day (R1)? Empty is today; a day to come cannot be known yet."""

    datum = forms.DateField(
        label=_("As it stood on"),
        required=False,
        widget=DayInput(),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["datum"].widget.attrs["max"] = clock.today().isoformat()

    def clean_datum(self) -> dt.date:
        today = clock.today()
        day: dt.date = self.cleaned_data["datum"] or today
        if day > today:
            raise forms.ValidationError(_("Choose today or a day before it."))
        return day


class SnoozeForm(CrmForm):
    """Put a reminder off until a day."""

    until = forms.DateField(
        label=_("Put off until"),
        widget=DayInput(),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
    )
