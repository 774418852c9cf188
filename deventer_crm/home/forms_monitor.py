"""Forms of the monitor: what to show, a new norm, and what the council asks."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField
from deventer_crm.core.models import Commitment
from deventer_crm.home.forms import DayForm


class MonitorForm(DayForm):
    """As of which day, and which commitments. A choice that does not exist is as if nothing was chosen, so
    only the day can be wrong."""

    eigenaar = forms.CharField(
        label=_("Who keeps it"),
        required=False,
        widget=forms.Select(choices=[("", _("everybody")), *Commitment.Owner.choices]),
    )
    sterkte = forms.CharField(
        label=_("How firm"),
        required=False,
        widget=forms.Select(choices=[("", _("all")), *Commitment.Strength.choices]),
    )
    staat = forms.CharField(required=False, widget=forms.HiddenInput)


class NormForm(CrmForm):
    """The norm of one commitment from a day on."""

    value = forms.DecimalField(
        label=_("Norm"), min_value=Decimal(0), max_digits=9, decimal_places=2, localize=True
    )
    tolerance = forms.DecimalField(
        label=_("Margin, in points"),
        min_value=Decimal(0),
        max_digits=5,
        decimal_places=2,
        localize=True,
    )
    starts_on = DayField(label=_("From"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Everybody who sees the monitor reads this. No names of people."),
    )

    def __init__(self, *args: Any, commitment: Commitment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        beside = "starts_on"
        if commitment.unit == Commitment.Unit.SPLIT:
            self.fields["value"].label = _("Sectors, in percent")
            beside = "tolerance"
        else:
            del self.fields["tolerance"]
        if commitment.unit == Commitment.Unit.PERCENT:
            self.fields["value"].label = _("Norm, in percent")
        self.fields["starts_on"].initial = clock.today()
        below = ["starts_on"] if beside == "tolerance" else []
        self.helper.layout = Layout(Row(Column("value"), Column(beside)), *below, "reason")


class CouncilForm(DayForm):
    """Which figures the council asks for, as of which day. Nothing ticked is asked yet."""

    afspraak = forms.MultipleChoiceField(
        label=_("Which commitments"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, offered: list[Commitment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.code, f"{row.code} · {row.sentence}") for row in offered]
        self.fields["afspraak"].choices = choices  # type: ignore[attr-defined]  # a field of choices
