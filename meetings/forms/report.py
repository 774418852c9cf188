"""The text of a report, and the rows that come with it: signals by theme, and what was agreed."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import CollegeMember, User
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayField, KnownField, VersionedModelForm
from employers.forms.contact_entry import FollowUpRow
from employers.models import Employer, FollowUp, Theme
from meetings import services
from meetings.models import Meeting, Report
from meetings.services import NotedSignal

from .fields import add_on_behalf

TEXTS = ("summary", "company_news", "asks", "agreements", "opinions")
READERS = ("audience", "given_in_confidence", "woo_ground")


class ReportForm(VersionedModelForm):
    """Short, under fixed headings, facts apart from opinions."""

    reported_on = DayField(label=gettext_lazy("Report of"))

    class Meta:
        model = Report
        fields = (*TEXTS, *READERS)
        labels = {
            "summary": gettext_lazy("What was discussed"),
            "company_news": gettext_lazy("What is going on at the company"),
            "asks": gettext_lazy("What the company asks of us"),
            "agreements": gettext_lazy("What was agreed"),
            "opinions": gettext_lazy("Personal policy opinions"),
        }
        help_texts = {
            "agreements": gettext_lazy(
                "A few words on each line: they are proposed for the letter to the company. Who does what, "
                "and when, goes below as promises and actions."
            ),
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 5}),
            "company_news": forms.Textarea(attrs={"rows": 3}),
            "asks": forms.Textarea(attrs={"rows": 3}),
            "agreements": forms.Textarea(attrs={"rows": 3}),
            "opinions": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, meeting: Meeting, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.meeting = meeting
        self.fields["audience"].required = False
        if meeting.state == Meeting.State.REPORTED:
            del self.fields["reported_on"]
        else:
            self.fields["reported_on"].initial = clock.today()
            add_on_behalf(self, user)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("given_in_confidence") and not (data.get("woo_ground") or "").strip():
            self.add_error("woo_ground", _("Say on which ground this was given in confidence."))
        if not data.get("audience"):
            data["audience"] = self.instance.audience
        return data

    @property
    def is_open(self) -> bool:
        """Whether who may read it must stand open: somebody chose, or erred there."""
        return any(name in self.errors for name in READERS) or any(
            self[name].value() for name in ("given_in_confidence", "woo_ground")
        )

    def save_text(self, signals: list[NotedSignal]) -> Report:
        """The step to reported, or a correction of the text."""
        data = self.cleaned_data
        if self.meeting.state == Meeting.State.REPORTED:
            return services.save_report(
                self.instance, by=self.user, expected_version=self.expected_version, signals=signals
            )
        services.report_meeting(
            self.meeting,
            by=self.user,
            signals=signals,
            reported_on=data["reported_on"],
            on_behalf_of=data.get("on_behalf_of"),
            **{name: data[name] for name in (*TEXTS, *READERS)},
        )
        return Report.objects.get(meeting=self.meeting)


class SignalRow(CrmForm):
    """A signal about a theme, in one sentence. Left empty, the row is nothing."""

    sentence = forms.CharField(
        label=gettext_lazy("Signal"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    theme = KnownField(label=gettext_lazy("Theme"), required=False)
    employer = forms.ChoiceField(label=gettext_lazy("Of"))

    def __init__(
        self, data: Any = None, *, user: User, employers: list[Employer], themes: list[Theme], **kwargs: Any
    ) -> None:
        super().__init__(data, user=user, **kwargs)
        self.employers = {str(employer.pk): employer for employer in employers}
        self.fields["theme"].offer(themes, empty=_("choose a theme"))
        if len(employers) > 1:
            self.fields["employer"].choices = [(key, row.name) for key, row in self.employers.items()]
        else:
            del self.fields["employer"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("sentence", "").strip() and not data.get("theme") and "theme" not in self.errors:
            self.add_error("theme", _("Choose a theme."))
        return data

    def noted(self) -> NotedSignal | None:
        """What was typed; None for an empty row."""
        data = self.cleaned_data
        sentence = data.get("sentence", "").strip()
        if not sentence:
            return None
        employer = self.employers[data.get("employer") or next(iter(self.employers))]
        return NotedSignal(data["theme"], employer, sentence)


class OutcomeRow(FollowUpRow):
    """A promise or action that was agreed at the table."""

    promised_by = KnownField(label=gettext_lazy("Promised by"), required=False)

    def __init__(self, *args: Any, members: list[CollegeMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if members:
            self.fields["promised_by"].offer(members, empty=_("not a member of the college"))
        else:
            del self.fields["promised_by"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("promised_by") and data.get("kind") != FollowUp.Kind.PROMISE_TO:
            self.add_error("promised_by", _("A college member can only make a promise to the employer."))
        return data

    def save_outcome(self, meeting: Meeting, report: Report) -> FollowUp | None:
        """Tied to the meeting, and as open or as secret as its report (R10)."""
        if self.is_blank:
            return None
        data = self.cleaned_data
        return services.add_outcome(
            meeting,
            by=self.user,
            employer=self.employers[data.get("employer") or next(iter(self.employers))],
            what=data["what"].strip(),
            due_on=data.get("due_on") or self.terms.get(data["term"]),
            kind=data["kind"],
            owner=data.get("owner"),
            promised_by=data.get("promised_by"),
            theme=meeting.theme,
            audience=report.audience,
            given_in_confidence=report.given_in_confidence,
            woo_ground=report.woo_ground,
        )
