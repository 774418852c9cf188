"""Forms on portfolios, hand-over and cover."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput, VersionedModelForm
from employers.models import AccountCover, Area, Portfolio, Sector
from employers.portfolios.handover import ALL, AREA, SECTOR, Scope

if TYPE_CHECKING:
    from django.db.models import QuerySet


def account_managers() -> "QuerySet[User]":
    """Active account managers, by name."""
    return User.objects.with_role(Role.ACCOUNT_MANAGER).order_by("last_name", "first_name", "email")


class PortfolioForm(VersionedModelForm):
    """Whose portfolio a sector or an area is, and when."""

    class Meta:
        model = Portfolio
        fields = ("user", "sector", "area", "starts_on", "ends_on")
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}
        help_texts = {
            "sector": _("Choose a sector or an area, not both."),
            "ends_on": _("Leave empty when it goes on."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = account_managers()
        self.fields["sector"].queryset = Sector.objects.filter(disabled_on__isnull=True)
        self.fields["area"].queryset = Area.objects.filter(disabled_on__isnull=True)
        if not self.instance.pk:
            self.fields["starts_on"].initial = clock.today()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "sector" in data and "area" in data and bool(data["sector"]) == bool(data["area"]):
            self.add_error("sector", _("Choose a sector or an area, not both."))
        return data


class CoverForm(VersionedModelForm):
    """Who stands in for whom, from which day to which day."""

    class Meta:
        model = AccountCover
        fields = ("user", "substitute", "starts_on", "ends_on", "reason")
        widgets = {"starts_on": DayInput(), "ends_on": DayInput()}
        labels = {"user": _("Account manager who is away")}
        help_texts = {
            "ends_on": _("After this day everything is as it was."),
            "reason": _("Seen by colleagues. Say no more than needed: “leave”, for instance."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("user", "substitute"):
            self.fields[name].queryset = account_managers()
        self.fields["ends_on"].required = True
        if not self.instance.pk:
            self.fields["starts_on"].initial = clock.today()


class HandOverForm(CrmForm):
    """Who hands what over to whom, and when. Sent by GET first, for the preview."""

    from_user: forms.ModelChoiceField = forms.ModelChoiceField(
        label=pgettext_lazy("hand-over", "From"), queryset=None, empty_label=_("choose")
    )
    to_user: forms.ModelChoiceField = forms.ModelChoiceField(
        label=pgettext_lazy("hand-over", "To"), queryset=None, empty_label=_("choose")
    )
    starts_on = forms.DateField(label=pgettext_lazy("hand-over", "As of"), widget=DayInput())
    sectors: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=_("Only these sectors"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: the whole portfolio."),
    )
    areas: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=_("Only these areas"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who left has no account any more, and still has a portfolio to hand over.
        held = User.objects.filter(assignments__isnull=False) | User.objects.filter(portfolios__isnull=False)
        self.fields["from_user"].queryset = held.distinct().order_by("last_name", "first_name", "email")
        self.fields["to_user"].queryset = account_managers()
        self.fields["sectors"].queryset = Sector.objects.filter(disabled_on__isnull=True)
        self.fields["areas"].queryset = Area.objects.filter(disabled_on__isnull=True)

    def clean_starts_on(self) -> Any:
        day = self.cleaned_data["starts_on"]
        if day < clock.today():
            raise ValidationError(gettext("This day has gone by. Choose today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("from_user") and data.get("from_user") == data.get("to_user"):
            self.add_error("to_user", _("Choose somebody else: this is the same person."))
        if data.get("sectors") and data.get("areas"):
            self.add_error("areas", _("Choose sectors or areas, not both."))
        return data

    def scope(self) -> Scope:
        """What was asked for, of a valid form."""
        sectors, areas = self.cleaned_data["sectors"], self.cleaned_data["areas"]
        if sectors:
            return Scope(SECTOR, tuple(row.pk for row in sectors))
        return Scope(AREA, tuple(row.pk for row in areas)) if areas else Scope(ALL)


class ObjectionForm(CrmForm):
    """Why a signal is not so."""

    reason = forms.CharField(
        label=_("Why is this not so?"),
        max_length=200,
        help_text=_("For instance: three establishments were registered elsewhere."),
    )
