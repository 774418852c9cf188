"""Forms of the budget and of hours."""

from decimal import Decimal
from typing import Any

from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from budget.models import TimeEntry
from budget.services import Reservation
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput
from employers.models import Employer, Track

JOINT = "joint"


class PlanForm(CrmForm):
    """The totals of a year per track. A later change adds amendment lines and needs a reason."""

    planned_on = forms.DateField(label=_("From"), widget=DayInput())
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("Needed when the plan changes.")
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
        self.helper.layout = Layout(*blocks, "planned_on", "reason")

    def reservations(self) -> dict[Track, Reservation]:
        """What was typed, per track."""
        return {
            track: Reservation(self.cleaned_data[f"hours_{track.pk}"], self.cleaned_data[f"euros_{track.pk}"])
            for track in self.tracks
        }


class HoursForm(CrmForm):
    """Own hours of one day. An employer brings its track along."""

    day = forms.DateField(label=_("Day"), widget=DayInput())
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.01"),
        max_value=Decimal(24),
        max_digits=5,
        decimal_places=2,
        localize=True,
        help_text=_("For instance 1,5 for an hour and a half."),
    )
    employer = forms.ModelChoiceField(
        label=_("Employer"),
        queryset=Employer.objects.none(),
        required=False,
        empty_label=_("No employer"),
        help_text=_("Your own employers. Its track counts."),
    )
    track = forms.ChoiceField(label=_("Track"), required=False, help_text=_("For hours without an employer."))
    kind = forms.ChoiceField(label=_("Kind"), choices=TimeEntry.Kind.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, extra_employer: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        today = clock.today()
        self.fields["day"].initial = today
        mine = (
            Employer.objects.visible_to(user)
            .filter(
                assignments__user=user,
                assignments__starts_on__lte=today,
            )
            .exclude(assignments__ends_on__lt=today)
        )
        if extra_employer:
            mine = mine | Employer.objects.visible_to(user).filter(pk=extra_employer)
        self.fields["employer"].queryset = mine.distinct().order_by("sort_name")
        tracks = [(str(row.pk), row.name) for row in Track.objects.filter(disabled_on__isnull=True)]
        self.fields["track"].choices = [("", "–"), *tracks, (JOINT, _("Joint: split over both tracks"))]
        self.helper.layout = Layout(
            Row(Column("day"), Column("hours")), Row(Column("employer"), Column("track")), "kind", "note"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        employer, track = cleaned.get("employer"), cleaned.get("track")
        if employer and employer.track_id and track and track not in {"", str(employer.track_id)}:
            self.add_error("track", _("This employer belongs to another track. Leave one of the two empty."))
        if not track and not (employer and employer.track_id):
            self.add_error("track", _("Choose a track, or an employer that has one."))
        return cleaned
