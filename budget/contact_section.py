"""Hours in the same act as the contact they went into: a section of the contact form."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from budget.models import TimeEntry
from budget.services import book_hours
from deventer_crm.core import clock, policy
from employers.models import ContactMoment, Track
from employers.sections import SectionForm, contact_section

if TYPE_CHECKING:
    from accounts.models import User


def standard_hours(kind: str) -> Decimal:
    """What a contact of that kind usually takes (policy settings)."""
    chosen = kind if kind in ContactMoment.Kind.values else ContactMoment.Kind.CALL.value
    return Decimal(str(policy.value(f"standard_hours_{chosen}"))).quantize(Decimal("0.01"))


@contact_section(
    "hours", label=_("Hours"), icon="clock", key="u", offered=lambda user: user.can(Act.BOOK_HOURS)
)
class HoursSection(SectionForm):
    """Own hours on the day of the contact. The track is that of the employer; one without a track asks."""

    template = "budget/contact_hours.html"

    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.01"),
        max_value=Decimal(24),
        max_digits=5,
        decimal_places=2,
        localize=True,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("For instance 1,5 for an hour and a half. Empty: no hours."),
    )
    track = forms.ModelChoiceField(label=_("Track"), queryset=Track.objects.none(), required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["hours"].initial = standard_hours(self.contact_kind)
        if self.employer.track_id:
            del self.fields["track"]
        else:
            track: Any = self.fields["track"]
            track.queryset = Track.objects.filter(disabled_on__isnull=True)
            track.help_text = _("This employer has no track yet.")

    def save(self, moment: ContactMoment, *, by: "User") -> None:
        """Book them (R3: the track of the employer). What book_hours refuses about the day, such as a
        confirmed month, is said beside the hours: the day itself is not a field of this section."""
        hours = self.cleaned_data.get("hours")
        if hours is None:
            return
        is_note = moment.kind == ContactMoment.Kind.NOTE
        try:
            book_hours(
                user=by,
                by=by,
                day=clock.local_date(moment.happened_at),
                hours=hours,
                employer=self.employer,
                track=self.cleaned_data.get("track"),
                kind=TimeEntry.Kind.PREPARATION if is_note else TimeEntry.Kind.CONTACT,
                contact=moment,
            )
        except ValidationError as refusal:
            if not hasattr(refusal, "error_dict"):
                raise
            beside = {name: name if name in self.fields else "hours" for name in refusal.error_dict}
            raise ValidationError(
                {beside[name]: errors for name, errors in refusal.error_dict.items()}
            ) from refusal
