"""Forms of the roof."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, DayInput
from deventer_crm.core.preferences import DAYS_AHEAD, Wish
from deventer_crm.core.reminders import Rule


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


class GiveForm(CrmForm):
    """Pass a reminder to a colleague until a day."""

    to = forms.ModelChoiceField(
        label=_("To whom"), queryset=User.objects.none(), empty_label=_("Choose a colleague")
    )
    until = DayField(
        label=_("Until"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
        help_text=_("Up to and including this day. Then it is back on your list, if it is still open."),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Your colleague reads this. No names of people outside the municipality."),
    )

    def __init__(self, *args: Any, user: Any, latest: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        people = User.objects.filter(is_active=True, groups__isnull=False).exclude(pk=user.pk).distinct()
        self.fields["to"].queryset = people.order_by("last_name", "first_name", "email")
        self.fields["until"].widget.attrs |= {
            "min": clock.today().isoformat(),
            "max": latest.isoformat(),
        }


class WishForm(CrmForm):
    """What somebody chooses for one kind of reminder."""

    days_ahead = forms.TypedChoiceField(
        label=_("Ask me"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    in_mail = forms.BooleanField(
        label=_("Also in the mail"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, rule: Rule, wish: Wish, **kwargs: Any) -> None:
        initial = {"days_ahead": wish.days_ahead, "in_mail": wish.in_mail}
        super().__init__(*args, prefix=rule.kind, initial=initial, **kwargs)
        self.rule = rule
        self.fields["days_ahead"].choices = [(days, self._words(days)) for days in DAYS_AHEAD]

    @staticmethod
    def _words(days: int) -> str:
        if not days:
            return pgettext("reminder", "on the usual day")
        return ngettext("%(count)d day earlier", "%(count)d days earlier", days) % {"count": days}

    @property
    def wish(self) -> Wish:
        return Wish(self.cleaned_data["days_ahead"], self.cleaned_data["in_mail"])
