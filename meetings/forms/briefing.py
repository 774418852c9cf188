"""What is written by hand for a briefing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core.forms import VersionedModelForm
from meetings import services
from meetings.models import Briefing

#: Together with what is compiled it has to fit on one A4.
LONGEST, MOST_LINES = 700, 9


def few_lines(text: str) -> None:
    """Raises ValidationError for more lines than the A4 has room for."""
    if len(text.strip().splitlines()) > MOST_LINES:
        raise ValidationError(
            _("At most %(count)d lines: it has to fit on one page.") % {"count": MOST_LINES}
        )


class BriefingForm(VersionedModelForm):
    """Points and sensitivities, and whether it can be read."""

    ready = forms.BooleanField(
        label=gettext_lazy("The briefing is ready to be read"),
        required=False,
        help_text=gettext_lazy("The reminder about it then goes away."),
    )

    class Meta:
        model = Briefing
        fields = ("points", "sensitivities")
        labels = {
            "points": gettext_lazy("Points to bring up"),
            "sensitivities": gettext_lazy("Mind"),
        }
        help_texts = {
            "points": gettext_lazy("One point on each line."),
            "sensitivities": gettext_lazy(
                "What had better not be said, or only with care. Never goes into a mail."
            ),
        }
        widgets = {
            "points": forms.Textarea(attrs={"rows": 5, "maxlength": LONGEST}),
            "sensitivities": forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ready"].initial = self.instance.ready_on is not None
        for name in ("points", "sensitivities"):
            field: Any = self.fields[name]
            field.max_length = LONGEST
            field.validators += [forms.fields.validators.MaxLengthValidator(LONGEST), few_lines]

    def take(self) -> bool:
        """Whether it was saved; if not, the form says what is wrong, or who saved first."""
        saved = self.attempt(
            lambda: services.save_briefing(
                self.instance,
                by=self.user,
                ready=self.cleaned_data["ready"],
                expected_version=self.expected_version,
            )
        )
        return saved is not None
