"""A meeting that took place, written down afterwards on one page."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from employers.models import Employer
from meetings.models import Meeting
from meetings.services.logging import log_whole_meeting

from .meeting import MeetingForm
from .minutes import AgreedForm, Offered

#: So many lines for who does what; more can be added on the page of the meeting.
LINES = 3


class AfterwardsForm(MeetingForm):
    """The form of a meeting with its report and what was agreed; everybody ticked was there."""

    summary = forms.CharField(
        label=gettext_lazy("What was discussed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("May follow later: then you are asked for the report."),
    )
    agreements = forms.CharField(
        label=gettext_lazy("What was agreed"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["was_held"]

    @cached_property
    def lines(self) -> list[AgreedForm]:
        """Who does what, for one of the chosen employers."""
        chosen = Employer.objects.visible_to(self.user).filter(pk__in=self.choice.employers)
        offered = Offered.to(self.user, chosen.order_by("sort_name", "pk"))
        data = self.data if self.is_bound else None
        return [
            AgreedForm(
                data,
                user=self.user,
                offered=offered,
                first=next(iter(offered.employers), None),
                prefix=f"agreed{number}",
                initial={name: self.initial.get(f"agreed{number}-{name}") for name in ("what", "due_on")},
            )
            for number in range(1, LINES + 1)
        ]

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(line.is_valid() for line in self.lines)])

    def save_afterwards(self) -> Meeting | None:
        """Plan, hold and report in one act. None: the form says what is wrong."""
        names = [name for name in self._meta.fields or () if name in self.cleaned_data]
        details = {name: self.cleaned_data[name] for name in names}
        return self.attempt(
            lambda: log_whole_meeting(
                by=self.user,
                starts_at=self.instance.starts_at,
                ends_at=self.instance.ends_at,
                on_behalf_of=self.cleaned_data.get("on_behalf_of"),
                summary=self.cleaned_data["summary"],
                agreements=self.cleaned_data["agreements"],
                agreed=[found for line in self.lines for found in line.agreed()],
                **details,
                **self._who(),
            )
        )
