"""What this app does with many employers of the list at once: a draft of a meeting with each."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act as Right
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField
from deventer_crm.core.lists import Act, Done, Undone, register_act
from employers.models import Employer
from meetings.forms.fields import ClockField, moment
from meetings.models import Meeting, MeetingKind
from meetings.services import draft_meeting
from meetings.services.drafts import delete_draft

if TYPE_CHECKING:
    from accounts.models import User

USUAL_TIME = dt.time(10)


class DraftsForm(CrmForm):
    """What the drafts have in common; the real date is agreed with each later."""

    kind: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("Kind"), queryset=None
    )
    first_on = DayField(label=_("From"))
    time = ClockField(label=_("Time"), initial=USUAL_TIME)
    each_days = forms.IntegerField(
        label=_("Days between one and the next"),
        initial=7,
        min_value=0,
        max_value=60,
        help_text=_("0: all on the same day. Weekends are skipped."),
    )
    purpose = forms.CharField(
        label=_("What it is about"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.queryset = MeetingKind.objects.filter(disabled_on__isnull=True)
        self.fields["first_on"].initial = clock.today() + dt.timedelta(days=14)


def _on_a_working_day(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def draft_for_each(ids: list[int], values: dict[str, Any], by: "User") -> Done:
    """A draft of a meeting with each of these employers, one after the other. Raises ValidationError."""
    made: dict[str, int] = {}
    employers = Employer.objects.visible_to(by).filter(pk__in=ids).order_by("sort_name", "pk")
    for number, employer in enumerate(employers):
        day = _on_a_working_day(values["first_on"] + dt.timedelta(days=number * values["each_days"]))
        meeting = draft_meeting(
            by=by,
            kind=values["kind"],
            starts_at=moment(day, values["time"]),
            employers=[employer],
            purpose=values["purpose"],
        )
        made[str(meeting.pk)] = meeting.version
    return Done(changed=len(made), undo={"meetings": made})


def undo_drafts(stored: dict[str, Any], by: "User") -> Undone:
    """Take away the drafts that nobody worked on since."""
    versions = {int(pk): version for pk, version in stored["meetings"].items()}
    restored, left = 0, []
    meetings = Meeting.objects.filter(pk__in=versions).select_for_update().select_related("kind")
    seen = set(Meeting.objects.visible_to(by).filter(pk__in=versions).values_list("pk", flat=True))
    for meeting in meetings.order_by("pk"):
        if meeting.version == versions[meeting.pk] and delete_draft(meeting):
            restored += 1
        elif meeting.pk in seen:
            left.append(str(meeting))
    return Undone(restored, left)


register_act(
    "employers",
    Act(
        code="plannen",
        label=_("Prepare meetings"),
        icon="calendar-event",
        right=Right.PLAN_MEETING,
        question=_("Make the drafts"),
        form=DraftsForm,
        do=draft_for_each,
        undo=undo_drafts,
        hint=_("A draft for each employer, in the agenda. Nobody is invited yet."),
        has_free_text=True,
    ),
)
