"""Forms of the yearly list: freezing it and adjusting it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.formatting import nl_date
from deventer_crm.core.forms import CrmForm
from employers.models import JobCount
from employers.toplist.services import MAX_SIZE

#: How many reference dates somebody can choose from; older ones go by the command line.
DATES = 10


class FreezeForm(CrmForm):
    """Which figures, how many places, and why when it replaces a frozen list."""

    reference_date = forms.ChoiceField(label=_("Reference date of the register"))
    size = forms.IntegerField(
        label=_("Places"),
        min_value=1,
        max_value=MAX_SIZE,
        help_text=_("Everyone who shares the last place is in as well."),
    )
    reason = forms.CharField(
        label=_("Why the list is replaced"),
        max_length=200,
        help_text=_("The list that is frozen now is kept, with this reason."),
    )

    def __init__(self, *args: Any, year: int, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dates = (
            JobCount.objects.filter(reference_date__lte=dt.date(year, 12, 31))
            .order_by("-reference_date")
            .values_list("reference_date", flat=True)
            .distinct()[:DATES]
        )
        choices = [(day.isoformat(), nl_date(day)) for day in dates]
        self.fields["reference_date"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        if not replaces:
            del self.fields["reason"]

    def clean_reference_date(self) -> dt.date:
        return dt.date.fromisoformat(self.cleaned_data["reference_date"])


class AdjustForm(CrmForm):
    """The reason for leaving an employer out, or for adding it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Everyone who sees the list reads this."),
    )
