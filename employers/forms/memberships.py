"""Forms on memberships of associations."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput
from employers.models import Employer

if TYPE_CHECKING:
    from accounts.models import User


class MembershipForm(CrmForm):
    """The other side of a membership, and since when. `other`: name of that side, "employer" or
    "association"; `choices`: what may be chosen there."""

    starts_on = forms.DateField(label=_("Member since"), widget=DayInput(), initial=clock.today)
    ends_on = forms.DateField(
        label=_("Until"), required=False, widget=DayInput(),
        help_text=_("Leave this empty as long as it is a member."),
    )  # fmt: skip

    def __init__(self, *args: Any, user: "User", other: str, choices: list[Employer], **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        field = forms.ModelChoiceField(
            label=_("Association") if other == "association" else _("Member"),
            queryset=Employer.objects.filter(pk__in=[row.pk for row in choices]).order_by("sort_name", "pk"),
            widget=forms.Select if other == "association" else forms.RadioSelect,
            empty_label=_("choose") if other == "association" else None,
            error_messages={"required": _("Choose one.")},
        )
        self.fields = {other: field, **self.fields}


class EndMembershipForm(CrmForm):
    """The last day of a membership."""

    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())
