"""Forms of the steps of a meeting (R8)."""

from copy import copy
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField
from meetings import services
from meetings.letters import Use, is_confidential
from meetings.models import Meeting, Participant
from meetings.services.mailing import chosen_text, letter_for, reached

from .fields import ClockField, add_on_behalf, moment
from .moment import Picking, PicksMoment, seated

#: How many people a form counts to tell them something.
MOST_COUNTED = 1_000


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
        rows = list(meeting.employer_rows.select_related("employer").order_by("employer__sort_name", "pk"))
        everybody = meeting.participants.select_related("college_member", "user", "person", "employer")
        sides: dict[str, list[Participant]] = {"present_people": [], "present_ours": []}
        for row in everybody.order_by("pk"):
            sides["present_people" if row.person_id else "present_ours"].append(row)
        self.at_the_door = {row.pk for row in sides["present_people"] if row.arrived_at}
        came = {row.employer_id for row in sides["present_people"] if row.arrived_at}
        self._set(
            "present_employers",
            [(row.employer_id, str(row.employer), row.is_present) for row in rows],
            came if self.at_the_door else None,
        )
        for name, listed in sides.items():
            theirs = self.at_the_door if name == "present_people" and self.at_the_door else None
            self._set(name, [(row.pk, self._name(row), row.is_present) for row in listed], theirs)
            if not listed:
                del self.fields[name]

    def _name(self, row: Participant) -> str:
        if row.person_id and row.employer_id:
            return _("%(person)s for %(employer)s") % {"person": row.person, "employer": row.employer}
        return str(row)

    def _set(self, name: str, rows: list[tuple[int, str, bool]], came: "set[Any] | None" = None) -> None:
        """Before it was held everybody is ticked, or who was ticked at the door when somebody was: people
        untick who stayed away."""
        field = self.fields[name]
        field.choices = [(pk, label) for pk, label, _present in rows]
        known = self.meeting.is_held
        field.initial = [
            pk for pk, _label, present in rows if present or (not known and (came is None or pk in came))
        ]

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


class NewsForm(StepForm):
    """A step that changes what invited people have in their calendars: they get a message, unless somebody
    unticks it. `news_letter` shows it as it will be sent, to the first of them."""

    use = ""
    tell = forms.BooleanField(label=gettext_lazy("Send the guests a message"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to_tell = list(
            reached(self.meeting)
            .select_related("person", "employer", "college_member", "meeting__kind")
            .order_by("pk")[: MOST_COUNTED + 1]
        )
        if not self.to_tell:
            del self.fields["tell"]
            return
        count = len(self.to_tell)
        self.fields["tell"].help_text = ngettext(
            "%(count)d person who was invited by mail and did not decline.",
            "%(count)d people who were invited by mail and did not decline.",
            count,
        ) % {"count": count}

    @property
    def tells(self) -> bool:
        return bool(self.cleaned_data.get("tell"))

    def will_be(self) -> Meeting:
        """The meeting as it is after the step, not saved."""
        return self.meeting

    @property
    def news_letter(self) -> Any:
        """The message as it will be sent; None when there is nobody to tell."""
        if not self.to_tell:
            return None
        first, meeting = self.to_tell[0], self.will_be()
        discreet = is_confidential(self.meeting, first.employer, first.person)
        text = chosen_text(self.use, self.meeting, None, discreet=discreet)
        first.meeting, first.link_until = meeting, clock.local_date(meeting.starts_at)
        first.link_key = None  # the link is the guest's alone
        return letter_for(first, text, use=self.use, by=self.user)


class CancelForm(NewsForm):
    """draft or planned → cancelled. Who called it off matters for the yearly list (R5)."""

    use = Use.CANCELLED
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
            tell=self.tells,
            **self.behalf,
        )


class MoveForm(PicksMoment, NewsForm):
    """Another date for the same meeting."""

    use = Use.MOVED

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
        self.add_tick()

    @cached_property
    def picking_moment(self) -> Picking:
        """The new moment, for everybody at the table."""
        return Picking.read(lambda name: self[name].value(), seated(self.meeting), self.user, self.meeting)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_moment(cleaned)
        return cleaned

    def act(self) -> Any:
        data = self.cleaned_data
        end = data["end_time"]
        return services.move_meeting(
            self.meeting,
            by=self.user,
            starts_at=moment(data["starts_on"], data["start_time"]),
            ends_at=moment(data["starts_on"], end) if end else None,
            reason=data["reason"],
            tell=self.tells,
            **self.behalf,
        )

    def will_be(self) -> Meeting:
        if not (self.is_bound and self.is_valid()):
            return self.meeting
        changed = copy(self.meeting)
        data = self.cleaned_data
        changed.starts_at = moment(data["starts_on"], data["start_time"])
        changed.ends_at = moment(data["starts_on"], data["end_time"]) if data["end_time"] else None
        if changed.ends_at is None and self.meeting.ends_at is not None:
            changed.ends_at = changed.starts_at + (self.meeting.ends_at - self.meeting.starts_at)
        return changed


class BackForm(StepForm):
    """reported → held, held → planned."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def act(self) -> Any:
        return services.step_back(
            self.meeting, by=self.user, reason=self.cleaned_data["reason"], **self.behalf
        )
