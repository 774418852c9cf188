"""Forms of invitations that are mailed from here, and of the answer that comes back by the link."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm
from employers.models import ContactPerson, Employer
from meetings import services
from meetings.letters import About, Letter, Use, compose, is_confidential, text_for, why_no_mail
from meetings.links import last_day
from meetings.models import Invitation, Meeting
from meetings.placeholders import PLACEHOLDERS, problems_with
from meetings.services.mailing import METHODS, Wording, chosen_text

Purpose = Invitation.Purpose


def may_write_for(user: Any) -> Any:
    """College members in whose name this person may write today (R9): by mandate, or their own."""
    mandated = services.mandated_members(user)
    return CollegeMember.objects.on(clock.today()).filter(Q(pk__in=mandated.values("pk")) | Q(user=user))


class WordingForm(CrmForm):
    """In whose name, and with which words. `preview` is the mail as it would be sent."""

    college_member: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        label=gettext_lazy("In the name of"), queryset=None, required=False
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=150)
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=5000, widget=forms.Textarea(attrs={"rows": 14})
    )

    def __init__(
        self, *args: Any, user: Any, meeting: Meeting | None, use: str, discreet: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting, self.use, self.discreet = meeting, use, discreet
        self.fields["college_member"].queryset = may_write_for(user)
        self.fields["college_member"].empty_label = _("the municipality")
        if discreet:
            # What is confidential is mailed by a fixed text (R10).
            del self.fields["subject"], self.fields["text"]
        else:
            start = text_for(use, meeting.kind if meeting else None)
            self.initial.setdefault("subject", start.subject)
            self.initial.setdefault("text", start.text)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.discreet and {"subject", "text"} <= cleaned.keys():
            for field, said in problems_with(self.use, cleaned["subject"], cleaned["text"]).items():
                self.add_error(field, said)
        return cleaned

    @property
    def wording(self) -> Wording | None:
        if self.discreet:
            return None
        return Wording(self.cleaned_data["subject"], self.cleaned_data["text"].replace("\r\n", "\n"))

    @property
    def words(self) -> list[tuple[str, Any]]:
        """The words between braces, for the help under the text."""
        return [(f"{{{word}}}", label) for word, label in PLACEHOLDERS.items()]

    def letter_to(self, person: ContactPerson, employer: Employer | None) -> Letter:
        """The mail as this person would get it: what was typed when that is valid, else the template."""
        valid = self.is_bound and self.is_valid()
        text = chosen_text(self.use, self.meeting, self.wording if valid else None, discreet=self.discreet)
        member = self.cleaned_data.get("college_member") if valid else self.initial.get("college_member")
        about = About(person, employer, self.meeting, member, self.user, until=last_day(self.meeting))
        return compose(text, about, method=METHODS.get(Use(self.use), ""))


class MailInvitationForm(WordingForm):
    """One person of one employer."""

    person: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        label=gettext_lazy("To"), queryset=None, widget=forms.RadioSelect, empty_label=None
    )
    field_order = ["person", "college_member", "subject", "text"]

    def __init__(
        self, *args: Any, user: Any, employer: Employer, meeting: Meeting | None, purpose: str, **kwargs: Any
    ) -> None:
        self.employer, self.purpose = employer, purpose
        super().__init__(
            *args,
            user=user,
            meeting=meeting,
            use=purpose,
            discreet=is_confidential(meeting, employer),
            **kwargs,
        )
        if purpose == Purpose.PERSONAL:
            self.fields["college_member"].required = True
            self.fields["college_member"].empty_label = _("choose a college member")
            self.initial.setdefault("college_member", self._likely_member())
        held = employer.positions.on(clock.today())
        known = ContactPerson.objects.visible_to(user).filter(
            pk__in=held.values("person"), anonymised_on__isnull=True
        )
        self.offered = list(known.order_by("last_name", "pk"))
        self.refused = {
            person.pk: why for person in self.offered if (why := why_no_mail(person, purpose=purpose))
        }
        able = [person.pk for person in self.offered if person.pk not in self.refused]
        self.fields["person"].queryset = known.filter(pk__in=able).order_by("last_name", "pk")
        self.fields["person"].label_from_instance = lambda person: f"{person} · {person.email}"
        if len(able) == 1:
            self.initial.setdefault("person", able[0])

    def _likely_member(self) -> CollegeMember | None:
        """Who sits at the table, of those in whose name this person may write."""
        if self.meeting is None:
            return None
        found: CollegeMember | None = (
            may_write_for(self.user).filter(participations__meeting=self.meeting).order_by("position").first()
        )
        return found

    @property
    def can_send(self) -> bool:
        return len(self.refused) < len(self.offered)

    @property
    def lacks_mandate(self) -> bool:
        return self.purpose == Purpose.PERSONAL and not may_write_for(self.user).exists()

    @cached_property
    def preview(self) -> Letter | None:
        """To the chosen person, else to the first who can be mailed."""
        chosen = self.cleaned_data.get("person") if self.is_bound and self.is_valid() else None
        able = [person for person in self.offered if person.pk not in self.refused]
        person = chosen or (able[0] if able else None)
        return self.letter_to(person, self.employer) if person else None

    def send(self) -> Invitation | None:
        """None: the form says what is wrong."""
        data = self.cleaned_data
        return self.attempt(
            lambda: services.mail_invitation(
                by=self.user,
                employer=self.employer,
                person=data["person"],
                purpose=self.purpose,
                college_member=data["college_member"],
                meeting=self.meeting,
                wording=self.wording,
            )
        )


class GuestMailForm(WordingForm):
    """Everybody on the guest list who is not invited yet."""

    expected = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(
            *args, meeting=meeting, use=Purpose.GROUP, discreet=is_confidential(meeting), **kwargs
        )

    def send(self) -> int | None:
        """How many were invited; None: the form says what is wrong."""
        data = self.cleaned_data
        return self.attempt(
            lambda: services.invite_guests(
                self.meeting,  # type: ignore[arg-type]  # given
                by=self.user,
                college_member=data["college_member"],
                wording=self.wording,
                expected=data["expected"],
            )
        )


class LinkAnswerForm(CrmForm):
    """The one question of the page behind the link."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[
            (Invitation.Answer.ACCEPTED, gettext_lazy("Yes, I will come")),
            (Invitation.Answer.DECLINED, gettext_lazy("No, I cannot come")),
            (Invitation.Answer.OTHER_DATE, gettext_lazy("I would like to, on another date")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose an answer.")},
    )
    wish = forms.CharField(
        label=gettext_lazy("Is there something we should know?"),
        max_length=Invitation.LONGEST_WISH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For instance a date that suits you better. No private details, please."),
    )

    def __init__(self, *args: Any, token: str, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.token = token
        self.initial.setdefault("answer", invitation.answer)
        self.initial.setdefault("wish", invitation.wish)

    def save_answer(self) -> Invitation | None:
        """None: the form says what is wrong."""
        data = self.cleaned_data
        return self.attempt(
            lambda: services.answer_by_link(self.token, answer=data["answer"], wish=data["wish"])
        )


class WalkInForm(CrmForm):
    """Somebody at the door whom nobody knows yet."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=60, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    employer: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]
        label=gettext_lazy("For"), queryset=None, required=False
    )

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        known = Q(guest_rows__meeting=meeting) | Q(meeting_rows__meeting=meeting)
        field: Any = self.fields["employer"]
        field.queryset = Employer.objects.visible_to(user).filter(known, is_confidential=False).distinct()
        field.empty_label = _("another employer, or none")

    def let_in(self) -> Any:
        """The guest; None: the form says what is wrong."""
        data = self.cleaned_data
        from meetings.services.guests import Newcomer

        new = Newcomer(data["last_name"], data["first_name"], data["email"], data["employer"])
        return self.attempt(lambda: services.walk_in(self.meeting, new, by=self.user))
