"""Forms of invitations (R5)."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, VersionedModelForm
from employers.models import ContactPerson, Employer
from meetings import services
from meetings.models import Invitation, Meeting
from meetings.services.mailing import has_appointment

LOOK_BACK = dt.timedelta(days=400)


class InvitationForm(VersionedModelForm):
    """An invitation that was sent or received, for one employer."""

    sent_on = DayField(label=gettext_lazy("Sent on"))

    class Meta:
        model = Invitation
        fields = [
            "direction",
            "purpose",
            "college_member",
            "person",
            "channel",
            "sent_on",
            "meeting",
            "note",
        ]
        labels = {
            "direction": gettext_lazy("Who invited whom"),
            "purpose": gettext_lazy("What for"),
            "meeting": gettext_lazy("For which meeting"),
            "person": gettext_lazy("Contact person"),
        }
        widgets = {"direction": forms.RadioSelect, "purpose": forms.RadioSelect}
        help_texts = {
            "purpose": gettext_lazy(
                "Only a personal invitation in the name of a college member can count for the yearly list."
            ),
            "meeting": gettext_lazy("An invitation and the meeting it led to count once."),
        }

    def __init__(self, *args: Any, user: Any, employer: Employer, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.instance.employer = employer
        today = clock.today()
        if not self.instance.pk:
            self.initial["sent_on"] = today
        present = self.instance
        self.fields["person"].queryset = (
            ContactPerson.objects.visible_to(user)
            .filter(
                Q(pk__in=employer.positions.on(today).values("person")) | Q(pk=present.person_id or 0),
                anonymised_on__isnull=True,
            )
            .distinct()
        )
        self.fields["person"].empty_label = _("nobody in particular")
        self.fields["college_member"].queryset = CollegeMember.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today - LOOK_BACK) | Q(pk=present.college_member_id or 0)
        )
        self.fields["college_member"].empty_label = _("no college member")
        family = Employer.objects.filter(Q(pk=employer.pk) | Q(merged_into=employer))
        meetings = Meeting.objects.visible_to(user).filter(
            Q(starts_at__gte=clock.now() - LOOK_BACK) | Q(pk=present.meeting_id or 0),
            employers__in=family,
        )
        self.fields["meeting"].queryset = meetings.select_related("kind").distinct().order_by("-starts_at")
        self.fields["meeting"].empty_label = _("no meeting yet")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        asked = (cleaned.get("purpose"), cleaned.get("direction"))
        is_personal = asked == (Invitation.Purpose.PERSONAL, Invitation.Direction.OUT)
        if is_personal and not cleaned.get("college_member") and "college_member" not in self.errors:
            self.add_error("college_member", _("Say in whose name: a personal invitation has a sender."))
        return cleaned

    def save_invitation(self) -> Invitation | None:
        """Save it. None: the form says what is wrong, or who saved first."""
        return self.attempt(
            lambda: services.save_invitation(
                self.instance, by=self.user, expected_version=self.expected_version
            )
        )


class AnswerForm(CrmForm):
    """What came back on an invitation."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=Invitation.Answer.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    answered_on = DayField(label=gettext_lazy("Answered on"), required=False)
    via = forms.ChoiceField(
        label=gettext_lazy("How the answer came"),
        choices=[row for row in Invitation.Via.choices if row[0] != Invitation.Via.LINK],
        required=False,
    )
    wish = forms.CharField(
        label=gettext_lazy("What they asked for"),
        max_length=Invitation.LONGEST_WISH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, invitation: Invitation, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.invitation = invitation
        self.fields["answer"].initial = invitation.answer
        self.fields["answered_on"].initial = invitation.answered_on or clock.today()
        self.fields["wish"].initial = invitation.wish
        if invitation.answered_via == Invitation.Via.LINK:
            self.fields["via"].choices = Invitation.Via.choices
        self.fields["via"].initial = invitation.answered_via

    def save_answer(self) -> bool:
        """Whether it was recorded; if not, the form carries the reason."""
        data = self.cleaned_data
        answered = self.attempt(
            lambda: services.answer_invitation(
                self.invitation,
                by=self.user,
                answer=data["answer"],
                answered_on=data["answered_on"],
                via=data["via"],
                wish=data["wish"],
            )
        )
        return answered is not None


class WithdrawForm(CrmForm):
    """The day from which an invitation counts for nothing."""

    withdrawn_on = DayField(label=gettext_lazy("Withdrawn on"))
    tell = forms.BooleanField(
        label=gettext_lazy("Send a message"),
        required=False,
        initial=True,
        help_text=gettext_lazy("It takes the appointment out of their calendar too."),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invitation = invitation
        self.fields["withdrawn_on"].initial = clock.today()
        if not has_appointment(invitation):
            del self.fields["tell"]

    def save(self) -> Invitation | None:
        """None: the form says what is wrong."""
        act = services.withdraw_and_tell if self.cleaned_data.get("tell") else services.withdraw_invitation
        day = self.cleaned_data["withdrawn_on"]
        return self.attempt(lambda: act(self.invitation, by=self.user, withdrawn_on=day))
