"""Forms of the steps of a meeting (R8)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField
from meetings import services
from meetings.models import Meeting, Participant

from .fields import ClockField, add_on_behalf, moment


class StepForm(CrmForm):
    """A step: `take` does it, or puts the refusal beside the field."""

    with_behalf = True

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        if self.with_behalf:
            add_on_behalf(self, user)

    def act(self) -> Any:
        """Call the service with what was typed."""
        raise NotImplementedError

    def take(self) -> bool:
        """Whether the step was taken; if not, the form carries the reason."""
        return self.attempt(self.act) is not None

    @property
    def behalf(self) -> dict[str, Any]:
        return {"on_behalf_of": self.cleaned_data.get("on_behalf_of")}


class AttendanceForm(StepForm):
    """Who was there. Also corrects it afterwards."""

    with_behalf = False
    present_employers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Employers that were there"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    present_people = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who came for them"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    present_ours = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who was there for us"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, meeting=meeting, **kwargs)
        rows = meeting.employer_rows.select_related("employer").order_by("employer__sort_name", "pk")
        everybody = meeting.participants.select_related("college_member", "user", "person", "employer")
        sides: dict[str, list[Participant]] = {"present_people": [], "present_ours": []}
        for row in everybody.order_by("pk"):
            sides["present_people" if row.person_id else "present_ours"].append(row)
        self._set("present_employers", [(row.employer_id, str(row.employer), row.is_present) for row in rows])
        for name, listed in sides.items():
            self._set(name, [(row.pk, self._name(row), row.is_present) for row in listed])
            if not listed:
                del self.fields[name]

    def _name(self, row: Participant) -> str:
        if row.person_id and row.employer_id:
            return _("%(person)s for %(employer)s") % {"person": row.person, "employer": row.employer}
        return str(row)

    def _set(self, name: str, rows: list[tuple[int, str, bool]]) -> None:
        """Before it was held everybody is ticked: people untick who stayed away."""
        field = self.fields[name]
        field.choices = [(pk, label) for pk, label, _present in rows]
        known = self.meeting.is_held
        field.initial = [pk for pk, _label, present in rows if present or not known]

    @property
    def ticked(self) -> dict[str, list[int]]:
        people, ours = (self.cleaned_data.get(name, []) for name in ("present_people", "present_ours"))
        return {
            "present_employer_ids": self.cleaned_data["present_employers"],
            "present_participant_ids": [*people, *ours],
        }

    def act(self) -> Any:
        return services.record_attendance(self.meeting, by=self.user, **self.ticked)


class HoldForm(AttendanceForm):
    """planned → held."""

    with_behalf = True
    held_on = DayField(label=gettext_lazy("Held on"))
    field_order = ["held_on", "present_employers", "present_people", "present_ours"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = clock.local_date(self.meeting.starts_at)
        self.fields["held_on"].initial = min(day, clock.today())

    def act(self) -> Any:
        return services.hold_meeting(
            self.meeting, by=self.user, held_on=self.cleaned_data["held_on"], **self.ticked, **self.behalf
        )


class CancelForm(StepForm):
    """draft or planned → cancelled. Who called it off matters for the yearly list (R5)."""

    cancelled_by = forms.ChoiceField(
        label=gettext_lazy("Who called it off"),
        choices=Meeting.CancelledBy.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Called off by the employer, a personal invitation still counts. Called off by us, it does not."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)
    cancelled_on = DayField(label=gettext_lazy("On"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cancelled_on"].initial = clock.today()

    def act(self) -> Any:
        data = self.cleaned_data
        return services.cancel_meeting(
            self.meeting,
            by=self.user,
            cancelled_by=data["cancelled_by"],
            reason=data["reason"],
            cancelled_on=data["cancelled_on"],
            **self.behalf,
        )


class MoveForm(StepForm):
    """Another date for the same meeting."""

    starts_on = DayField(label=gettext_lazy("New date"))
    start_time = ClockField(label=gettext_lazy("From"))
    end_time = ClockField(label=gettext_lazy("Until"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        start, end = timezone.localtime(self.meeting.starts_at), self.meeting.ends_at
        self.fields["starts_on"].initial = start.date()
        self.fields["start_time"].initial = start.time()
        self.fields["end_time"].initial = timezone.localtime(end).time() if end else None

    def act(self) -> Any:
        data = self.cleaned_data
        end = data["end_time"]
        return services.move_meeting(
            self.meeting,
            by=self.user,
            starts_at=moment(data["starts_on"], data["start_time"]),
            ends_at=moment(data["starts_on"], end) if end else None,
            reason=data["reason"],
            **self.behalf,
        )


class BackForm(StepForm):
    """reported → held, held → planned."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def act(self) -> Any:
        return services.step_back(
            self.meeting, by=self.user, reason=self.cleaned_data["reason"], **self.behalf
        )
