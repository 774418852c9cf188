"""What this app does with many rows of a list at once: a draft of a meeting with each employer, and people on
the guest list of a meeting."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act as Right
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField
from deventer_crm.core.lists import Act, Done, Undone, register_act
from employers.models import Employer
from meetings.forms.fields import ClockField, moment
from meetings.models import Guest, Meeting, MeetingKind
from meetings.services import add_guests, draft_meeting
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


class GuestListForm(CrmForm):
    """On which guest list; a visit of the college has none."""

    meeting: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("Meeting"),
        queryset=None,
        help_text=_("Not in this list? Plan the meeting first; a visit of the college has no guest list."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["meeting"]
        rows = Meeting.objects.visible_to(self.user).upcoming() if self.user else Meeting.objects.none()
        field.queryset = rows.filter(kind__counts_for_visit=False).select_related("kind")


def put_on_guest_list(ids: list[int], values: dict[str, Any], by: "User") -> Done:
    """Nobody is invited yet: the guest list shows who can be. Raises ValidationError."""
    added = add_guests(values["meeting"], ids, by=by)
    return Done(changed=len(added.keys), unchanged=len(ids) - len(added.keys), undo={"guests": added.keys})


def take_off_guest_list(stored: dict[str, Any], by: "User") -> Undone:
    """Whoever was invited since, or came, stays."""
    rows = Guest.objects.visible_to(by).filter(pk__in=stored["guests"])
    came = rows.filter(person__participations__meeting=F("meeting"))
    stays = rows.filter(Q(invitation__isnull=False) | Q(pk__in=came.values("pk"))).select_related("person")
    left = [str(guest.person) for guest in stays]
    keys = list(rows.exclude(pk__in=stays.values("pk")).values_list("pk", flat=True))
    Guest.objects.filter(pk__in=keys).delete()
    return Undone(len(keys), left)


register_act(
    "people",
    Act(
        code="gastenlijst",
        label=_("Put on a guest list"),
        icon="people",
        right=Right.PLAN_MEETING,
        question=_("Put them on the list"),
        form=GuestListForm,
        do=put_on_guest_list,
        undo=take_off_guest_list,
        hint=_(
            "Nobody is invited yet: the guest list shows who can be mailed, and you send the invitations."
        ),
    ),
)
