"""Forms of the plan: a year, a person, a rate, and the reason of an act."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from budget.services import Reservation
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, DayInput
from employers.models import Track
from meetings.models import MeetingKind


class PlanForm(CrmForm):
    """The totals of a year per track. A later change adds amendment lines and needs a reason."""

    planned_on = forms.DateField(label=_("From"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Needed when the plan changes.")
    )

    off_norm_reason = forms.CharField(
        label=_("Why the plan is not on the norm"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A plan off the norm is allowed. Say here why; it stands beside the share."),
    )

    def __init__(self, *args: Any, totals: dict[int, tuple[Decimal, Decimal]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tracks = list(Track.objects.filter(disabled_on__isnull=True))
        self.fields["planned_on"].initial = clock.today()
        blocks = []
        for track in self.tracks:
            hours, euros = totals.get(track.pk, (None, None))
            self.fields[f"hours_{track.pk}"] = forms.DecimalField(
                label=_("Hours"),
                min_value=Decimal(0),
                max_digits=9,
                decimal_places=2,
                initial=hours,
                localize=True,
            )
            self.fields[f"euros_{track.pk}"] = forms.DecimalField(
                label=_("Euros"),
                min_value=Decimal(0),
                max_digits=12,
                decimal_places=2,
                initial=euros,
                localize=True,
            )
            pair = Row(Column(f"hours_{track.pk}"), Column(f"euros_{track.pk}"))
            blocks.append(Fieldset(track.name, pair))
        self.helper.layout = Layout(*blocks, "planned_on", "reason", "off_norm_reason")

    def reservations(self) -> dict[Track, Reservation]:
        """What was typed, per track."""
        return {
            track: Reservation(self.cleaned_data[f"hours_{track.pk}"], self.cleaned_data[f"euros_{track.pk}"])
            for track in self.tracks
        }


class PersonPlanForm(CrmForm):
    """Hours of one person in a year, for each track."""

    planned_on = forms.DateField(label=_("From"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Needed when the plan changes.")
    )

    def __init__(self, *args: Any, totals: dict[int, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tracks = list(Track.objects.filter(disabled_on__isnull=True))
        self.fields["planned_on"].initial = clock.today()
        for track in self.tracks:
            self.fields[f"hours_{track.pk}"] = forms.DecimalField(
                label=track.name,
                min_value=Decimal(0),
                max_digits=9,
                decimal_places=2,
                initial=totals.get(track.pk, Decimal(0)),
                localize=True,
            )
        names = [f"hours_{track.pk}" for track in self.tracks]
        self.helper.layout = Layout(
            Fieldset(_("Hours"), Row(*(Column(name) for name in names))),
            Row(Column("planned_on"), Column("reason")),
        )

    def hours(self) -> dict[Track, Decimal]:
        """What was typed, per track."""
        return {track: self.cleaned_data[f"hours_{track.pk}"] for track in self.tracks}


class RateForm(CrmForm):
    """What an hour costs from a day on."""

    euros = forms.DecimalField(
        label=_("Euros an hour"), min_value=Decimal("0.01"), max_digits=7, decimal_places=2, localize=True
    )
    starts_on = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(Row(Column("euros"), Column("starts_on")), "reason")


class StandardHoursForm(CrmForm):
    """What a meeting of a kind usually takes from a day on."""

    meeting_kind = forms.ModelChoiceField(
        label=_("Kind of meeting"), queryset=MeetingKind.objects.filter(disabled_on__isnull=True)
    )
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.01"),
        max_value=Decimal(24),
        max_digits=5,
        decimal_places=2,
        localize=True,
        help_text=_("With preparation and travel."),
    )
    starts_on = DayField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="usual", **kwargs)
        self.helper.layout = Layout("meeting_kind", Row(Column("hours"), Column("starts_on")))


class ReasonForm(CrmForm):
    """Why: for acts that are not done without saying so."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class OptionalReasonForm(CrmForm):
    """A word with an act that needs none."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
