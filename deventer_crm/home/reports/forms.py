"""Forms of the quarterly report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.forms import CrmForm, VersionedModelForm
from deventer_crm.core.models import Quarter, ReportText
from deventer_crm.home.reports.services import save_text

#: About half a page of the document.
LONGEST = 2_000


class BeginForm(CrmForm):
    """Of which quarter."""

    quarter = forms.ChoiceField(label=_("Quarter"))

    def __init__(self, *args: Any, offered: list[Quarter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {quarter.code: quarter for quarter in offered}
        choices = [(code, quarter.label) for code, quarter in self.known.items()]
        self.fields["quarter"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def clean_quarter(self) -> Quarter:
        return self.known[self.cleaned_data["quarter"]]


class TextForm(VersionedModelForm):
    """What is said about one commitment."""

    class Meta:
        model = ReportText
        fields = ("text",)
        labels = {"text": _("Explanation")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["text"]
        field.max_length = LONGEST
        field.validators.append(forms.fields.validators.MaxLengthValidator(LONGEST))

    def take(self) -> ReportText | None:
        """Save what was typed; None: it was refused, and the form says why."""
        row = self.instance
        text = self.cleaned_data["text"]
        return self.attempt(
            lambda: save_text(
                row.report, row.commitment, text, by=self.user, expected_version=self.expected_version
            )
        )


class CorrectForm(CrmForm):
    """Why there is a new edition."""

    reason = forms.CharField(
        label=_("What is corrected, and why"),
        max_length=300,
        help_text=_("Stands in the report, not in the public version."),
    )


class PublishForm(CrmForm):
    """Names in the texts are looked at by a person."""

    names_may_be_public = forms.BooleanField(label=_("These names may become public"), required=True)

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["names_may_be_public"]
