"""Hours in the same act as the report of a meeting: a section of the report form."""

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from budget.models import TimeEntry
from budget.services import book_hours
from deventer_crm.core import clock
from employers.models import Employer, Track
from meetings.sections import ReportSectionForm, report_section

if TYPE_CHECKING:
    from accounts.models import User
    from meetings.models import Meeting

QUARTER = Decimal("0.25")


def length_of(meeting: "Meeting") -> Decimal | None:
    """How long it took, in quarters of an hour; None when nobody said when it ended."""
    if meeting.ends_at is None or meeting.ends_at <= meeting.starts_at:
        return None
    hours = Decimal((meeting.ends_at - meeting.starts_at).total_seconds()) / 3600
    quarters = max(Decimal(1), (hours / QUARTER).quantize(Decimal(1), ROUND_HALF_UP))
    return (quarters * QUARTER).quantize(Decimal("0.01"))


@report_section("hours", label=_("Hours"), icon="clock", offered=lambda user: user.can(Act.BOOK_HOURS))
class HoursOfMeeting(ReportSectionForm):
    """Own hours on the day it was held. With one employer the track is its own; else one is chosen."""

    template = "budget/report_hours.html"

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
        self.fields["hours"].initial = length_of(self.meeting)
        rows = self.meeting.employer_rows.select_related("employer__track", "employer__merged_into__track")
        concerned = [row.employer.merged_into or row.employer for row in rows]
        self.employer: Employer | None = concerned[0] if len(concerned) == 1 else None
        if self.employer is not None and self.employer.track_id:
            del self.fields["track"]
        else:
            track: Any = self.fields["track"]
            track.queryset = Track.objects.filter(disabled_on__isnull=True)

    def save(self, meeting: "Meeting", *, by: "User") -> None:
        """Book them; what book_hours refuses about the day is said beside the hours."""
        hours = self.cleaned_data.get("hours")
        if hours is None:
            return
        try:
            book_hours(
                user=by,
                by=by,
                day=meeting.held_on or clock.local_date(meeting.starts_at),
                hours=hours,
                employer=self.employer,
                track=self.cleaned_data.get("track"),
                kind=TimeEntry.Kind.CONTACT,
            )
        except ValidationError as refusal:
            if not hasattr(refusal, "error_dict"):
                raise
            beside = {name: name if name in self.fields else "hours" for name in refusal.error_dict}
            raise ValidationError(
                {beside[name]: errors for name, errors in refusal.error_dict.items()}
            ) from refusal
