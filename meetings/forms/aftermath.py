"""After a meeting: the question to a college member, and the letter to the company."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField
from employers.models import ContactPerson, Employer, FollowUp
from meetings import services
from meetings.feedback_text import Letter, propose_letter, recipients_of
from meetings.models import FeedbackLetter, Meeting, PromiseAnswer


class PromiseForm(CrmForm):
    """One sentence, and a day if one was named."""

    what = forms.CharField(
        label=gettext_lazy("What did you promise?"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "done"}),
    )
    due_on = DayField(label=gettext_lazy("Before which day?"), required=False)
    employer = forms.ChoiceField(label=gettext_lazy("To whom?"))

    def __init__(self, *args: Any, meeting: Meeting, member: CollegeMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.member = meeting, member
        rows = meeting.employer_rows.select_related("employer").order_by("-is_present", "pk")
        self.employers = {str(row.employer_id): row.employer for row in rows}
        if len(self.employers) > 1:
            self.fields["employer"].choices = [(key, row.name) for key, row in self.employers.items()]
        else:
            del self.fields["employer"]
        self.fields["due_on"].widget.attrs["min"] = clock.today().isoformat()

    def take(self) -> PromiseAnswer | None:
        """The answer that was stored; None: the form says what is wrong."""
        data = self.cleaned_data
        chosen: Employer | None = self.employers.get(data.get("employer", ""))
        return self.attempt(
            lambda: services.answer_promise(
                self.meeting,
                self.member,
                by=self.user,
                what=data["what"],
                due_on=data["due_on"],
                employer=chosen,
            )
        )


class LetterForm(CrmForm):
    """The letter as it is proposed, to change and to send."""

    people = forms.ModelMultipleChoiceField(
        label=gettext_lazy("To"),
        queryset=ContactPerson.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose to whom it goes.")},
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 22}))
    told = forms.ModelMultipleChoiceField(
        label=gettext_lazy("This letter reports back"),
        queryset=FollowUp.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "These promises are done. With this letter they are reported back, and closed."
        ),
    )

    def __init__(
        self, *args: Any, meeting: Meeting, user: Any, outcomes: list[FollowUp], **kwargs: Any
    ) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        self.letter: Letter = propose_letter(meeting, user, outcomes)
        people = recipients_of(meeting)
        chosen: Any = self.fields["people"]
        chosen.queryset = ContactPerson.objects.filter(pk__in=[person.pk for person in people])
        chosen.choices = [(person.pk, f"{person} ({person.email})") for person in people]
        self.fields["people"].initial = [person.pk for person in people]
        self.fields["subject"].initial, self.fields["body"].initial = self.letter.subject, self.letter.body
        told: Any = self.fields["told"]
        keys = [row.pk for row in self.letter.told]
        told.queryset, told.initial = FollowUp.objects.filter(pk__in=keys), keys
        if not keys:
            del self.fields["told"]
        self.has_people = bool(people)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"].strip()
        with translation.override(settings.LANGUAGE_CODE):
            to_fill_in = _("Fill in what you discussed.")
        if to_fill_in in body:
            raise forms.ValidationError(_("Fill in what you discussed first."))
        return body

    def take(self) -> FeedbackLetter | None:
        """The letter that was sent; None: the form says what is wrong."""
        data = self.cleaned_data
        return self.attempt(
            lambda: services.send_feedback(
                self.meeting,
                by=self.user,
                people=data["people"],
                subject=data["subject"],
                body=data["body"],
                told=list(data.get("told", [])),
            )
        )
