"""The form of a meeting: new, logged afterwards, or changed."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember, User
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.forms import DayField, VersionedModelForm
from deventer_crm.core.parsing import whole_number, whole_numbers
from deventer_crm.core.timeline import Happening
from employers.activity import soon_there
from employers.models import ContactPerson, Employer, Theme
from meetings import services
from meetings.calendar import Asked
from meetings.models import Meeting, MeetingKind
from meetings.selectors.picking import Choice, Picker, picker, with_parties
from meetings.services.mailing import reached

from .fields import ClockField, add_on_behalf, moment
from .moment import Picking, PicksMoment, keys

#: Members who left in the last year can still be named on a visit that is logged late.
LEFT_RECENTLY = dt.timedelta(days=366)


class MeetingForm(PicksMoment, VersionedModelForm):
    """Everything about a meeting but its steps. The date of a planned meeting is not here: moving it is a
    step with a history. `picking` draws the part "with whom", which can be asked for again and again while
    the rest stays as typed."""

    starts_on = DayField(label=gettext_lazy("Date"))
    start_time = ClockField(label=gettext_lazy("From"))
    end_time = ClockField(label=gettext_lazy("Until"), required=False)
    employers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Employers"), queryset=Employer.objects.none(), required=False
    )
    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Contact persons"), queryset=ContactPerson.objects.none(), required=False
    )
    organisers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Organises"), queryset=Employer.objects.none(), required=False
    )
    college_members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("From the college"),
        queryset=CollegeMember.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    colleagues = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Colleagues"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    was_held = forms.BooleanField(
        label=gettext_lazy("It has already taken place"),
        required=False,
        help_text=gettext_lazy("Everybody you ticked was there. You can write the report right away."),
    )

    class Meta:
        model = Meeting
        fields = [
            "kind",
            "title",
            "place",
            "location",
            "direction",
            "theme",
            "owner",
            "purpose",
            "is_confidential",
        ]
        labels = {
            "kind": gettext_lazy("What kind of meeting"),
            "title": gettext_lazy("Short title"),
            "purpose": gettext_lazy("Purpose of the talk"),
            "owner": gettext_lazy("Account manager of this meeting"),
        }
        help_texts = {
            "title": gettext_lazy("May stay empty: then the kind is the title."),
            "is_confidential": gettext_lazy(
                "Only who sits at the table for us, the account manager and the team lead see it."
            ),
        }
        widgets = {"purpose": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, user: User, choice: Choice | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self._choice = choice
        today = clock.today()
        taking_part = CollegeMember.objects.none()
        if self.instance.pk:
            taking_part = CollegeMember.objects.filter(participations__meeting=self.instance)
        self._offer("kind", MeetingKind.objects.all())
        self._offer("theme", Theme.objects.all())
        self.fields["theme"].empty_label = _("no theme")
        visible = Employer.objects.visible_to(user)
        self.fields["employers"].queryset = visible
        self.fields["organisers"].queryset = visible
        self.fields["people"].queryset = ContactPerson.objects.visible_to(user)
        self.fields["college_members"].queryset = CollegeMember.objects.filter(
            Q(ends_on__isnull=True)
            | Q(ends_on__gte=today - LEFT_RECENTLY)
            | Q(pk__in=taking_part.values("pk"))
        )
        staff = User.objects.with_role(Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD)
        self.fields["colleagues"].queryset = User.objects.filter(
            Q(pk__in=staff.values("pk")) | Q(participations__meeting=self.instance.pk or 0)
        ).distinct()
        managers = User.objects.with_role(Role.ACCOUNT_MANAGER, Role.TEAM_LEAD)
        self.fields["owner"].queryset = User.objects.filter(
            Q(pk__in=managers.values("pk")) | Q(pk=self.instance.owner_id or 0)
        )
        self.fields["owner"].empty_label = _("the account manager of the employer")
        if self.instance.pk:
            self._open_existing()
        else:
            add_on_behalf(self, user)
        self.add_tick()

    def _offer(self, name: str, rows: Any) -> None:
        """Rows in use, and the one this meeting has."""
        present = getattr(self.instance, f"{name}_id")
        self.fields[name].queryset = rows.filter(Q(disabled_on__isnull=True) | Q(pk=present or 0))

    def _open_existing(self) -> None:
        del self.fields["was_held"]
        if self.instance.state == Meeting.State.DRAFT:
            start, end = timezone.localtime(self.instance.starts_at), self.instance.ends_at
            self.initial.setdefault("starts_on", start.date())
            self.initial.setdefault("start_time", start.time())
            if end:
                self.initial.setdefault("end_time", timezone.localtime(end).time())
        else:
            for name in ("starts_on", "start_time", "end_time"):
                del self.fields[name]
            if self.instance.starts_at > clock.now() and reached(self.instance).exists():
                self.fields["tell"] = forms.BooleanField(
                    label=_("Send the guests a message when place or title change"),
                    required=False,
                    initial=True,
                )
        rows = list(self.instance.participants.all())
        self.initial.setdefault(
            "college_members", [row.college_member_id for row in rows if row.college_member_id]
        )
        self.initial.setdefault("colleagues", [row.user_id for row in rows if row.user_id])

    # ── with whom ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def choice(self) -> Choice:
        """What is ticked: by what was sent, else as stored, else as the address proposes."""
        if self._choice is not None:
            return self._choice
        if self.is_bound:
            return choice_from(self.data)
        if not self.instance.pk:
            return Choice()
        rows = list(self.instance.employer_rows.values_list("employer_id", "is_organiser"))
        guests = self.instance.guests.values("person")
        people = self.instance.participants.filter(person__isnull=False).exclude(person__in=guests)
        return Choice(
            employers=frozenset(pk for pk, _organises in rows),
            people=frozenset(people.values_list("person_id", flat=True)),
            organisers=frozenset(pk for pk, organises in rows if organises),
        )

    @cached_property
    def picking(self) -> Picker:
        """The part "with whom" as it is to be drawn now."""
        return picker(self.user, self.choice, kind=self.chosen_kind, day=self.chosen_day)

    @cached_property
    def soon(self) -> list[Happening]:
        """Who else of the municipality is at the chosen employers around that day."""
        found = soon_there(self.choice.employers, self.user, self.chosen_day) if self.choice.employers else []
        own = self.instance.pk
        return [line for line in found if line.kind != "meeting" or not own or line.record.pk != own]

    @cached_property
    def chosen_kind(self) -> MeetingKind | None:
        value = self["kind"].value()
        if isinstance(value, MeetingKind):
            return value
        number = whole_number(str(value or ""))
        return MeetingKind.objects.select_related("series").filter(pk=number).first() if number else None

    @cached_property
    def chosen_day(self) -> dt.date:
        """The day of the meeting as far as known; positions are looked up on it."""
        if "starts_on" not in self.fields:
            return clock.local_date(self.instance.starts_at)
        try:
            return self.fields["starts_on"].clean(self["starts_on"].value())
        except ValidationError:
            return clock.today()

    @cached_property
    def picking_moment(self) -> Picking:
        """The moment as far as known, for everybody who is ticked."""
        asked = Asked(
            keys(self["college_members"].value()), keys(self["colleagues"].value()), self.choice.people
        )
        meeting = self.instance if self.instance.pk else None
        if meeting is not None and "starts_on" not in self.fields:
            return Picking.of(meeting, asked, self.user)
        stored = Meeting.objects.visible_to(self.user).filter(pk=meeting.pk).first() if meeting else None
        return Picking.read(lambda name: self[name].value(), asked, self.user, stored)

    def tick_parties(self) -> None:
        """For a series: tick the parties that were not shown before."""
        self._choice = with_parties(self.choice, self.chosen_kind, self.chosen_day)
        self.__dict__.pop("choice", None)
        self.__dict__.pop("picking", None)
        self.__dict__.pop("soon", None)
        self.__dict__.pop("picking_moment", None)

    # ── saving ───────────────────────────────────────────────────────────────────────────────────

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, start, end = (cleaned.get(name) for name in ("starts_on", "start_time", "end_time"))
        if day and start:
            self.instance.starts_at = moment(day, start)
            self.instance.ends_at = moment(day, end) if end else None
            if end and end < start:
                self.add_error("end_time", _("The end lies before the start."))
            if cleaned.get("was_held") and self.instance.starts_at > clock.now():
                self.add_error("was_held", _("This is still to come. Plan it instead."))
        self.check_moment(cleaned)
        return cleaned

    def _who(self) -> dict[str, Any]:
        names = ("employers", "college_members", "colleagues", "people", "organisers")
        return {name: list(self.cleaned_data[name]) for name in names}

    def save_new(self, *, as_draft: bool) -> Meeting | None:
        """Plan it, keep it as a draft, or log what took place. None: the form says what is wrong."""
        if as_draft:
            act = services.draft_meeting
        elif self.cleaned_data["was_held"]:
            act = services.log_meeting
        else:
            act = services.plan_meeting
        details = {
            name: self.cleaned_data[name] for name in self._meta.fields or () if name in self.cleaned_data
        }
        return self.attempt(
            lambda: act(
                by=self.user,
                starts_at=self.instance.starts_at,
                ends_at=self.instance.ends_at,
                on_behalf_of=self.cleaned_data.get("on_behalf_of"),
                **details,
                **self._who(),
            )
        )

    def save_changes(self) -> Meeting | None:
        """Save an existing meeting. None: the form says what is wrong, or who saved first."""
        return self.attempt(
            lambda: services.change_meeting(
                self.instance,
                by=self.user,
                expected_version=self.expected_version,
                tell=bool(self.cleaned_data.get("tell")),
                **self._who(),
            )
        )


def choice_from(data: QueryDict) -> Choice:
    """What the part "with whom" of a sent form says."""

    def ids(name: str) -> frozenset[int]:
        return frozenset(whole_numbers(data.getlist(name)))

    return Choice(
        ids("employers"),
        ids("people"),
        ids("organisers"),
        ids("offered"),
        ids("offered_people"),
        data.get("employer_search", "")[:100],
    )


def typed_values(data: QueryDict) -> dict[str, Any]:
    """What was typed so far, to draw the form again without judging it."""
    many = {"college_members", "colleagues"}
    found: dict[str, Any] = {name: data.get(name) for name in data if name not in many}
    found.update({name: data.getlist(name) for name in many})
    for name in ("is_confidential", "was_held"):
        found[name] = data.get(name) in {"on", "true", "True", "1"}
    return found
