"""Forms on an employer: its own data, its account manager, grouping, retiring."""

import re
from typing import TYPE_CHECKING, Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from deventer_crm.core.forms import CrmForm, DayInput, VersionedModelForm
from employers.models import Area, Employer, Registration, Sector, Track
from employers.services.employers import CHOSEN_WITH_REASON

if TYPE_CHECKING:
    from accounts.models import User

ADDRESS_FIELDS = ("street", "house_number", "house_letter", "house_addition", "postcode", "town")


def clean_phone(text: str) -> str:
    """A phone number as typed, when it can be one. Raises ValidationError."""
    typed = " ".join(text.split())
    if not typed:
        return ""
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(typed, "NL"))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise ValidationError(gettext("This is not a phone number. Type it like 0570 00 00 00."))
    return typed


class EmployerForm(VersionedModelForm):
    """What a person may set. Area, sector and track follow the main establishment until somebody chooses one
    and says why (R3)."""

    class Meta:
        model = Employer
        fields = (
            "name",
            "kind",
            "is_natural_person",
            "is_relation",
            "phone",
            "email",
            "website",
            "area",
            "area_reason",
            "sector",
            "sector_reason",
            "track",
            "track_reason",
            "is_confidential",
            "readers",
        )
        widgets = {"readers": forms.CheckboxSelectMultiple}
        help_texts = {
            "is_natural_person": _(
                "One-person business, partnership (vof) or maatschap: never in public reports."
            ),
            "website": _("Begins with https://"),
            "is_confidential": _("Only the people you name below, and the team lead, know that it exists."),
        }

    def __init__(self, *args: Any, user: "User", **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        from accounts.models import User

        self.fields["readers"].queryset = User.objects.filter(is_active=True).order_by(
            "last_name", "first_name"
        )
        self.fields["readers"].label = _("May see this when it is confidential")
        models: dict[str, Any] = {"area": Area, "sector": Sector, "track": Track}
        for name in CHOSEN_WITH_REASON:
            field = self.fields[name]
            field.queryset = models[name].objects.filter(disabled_on__isnull=True)
            derived = getattr(self.instance, name) if not getattr(self.instance, f"{name}_reason") else None
            field.empty_label = (
                gettext("follows the register: %(value)s") % {"value": derived}
                if derived
                else gettext("follows the register")
            )
            if not getattr(self.instance, f"{name}_reason"):
                # What the register says is shown as such, so that it is not taken for a choice.
                self.initial[name] = None

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in CHOSEN_WITH_REASON:
            reason = (data.get(f"{name}_reason") or "").strip()
            data[f"{name}_reason"] = reason
            if data.get(name) and not reason:
                self.add_error(f"{name}_reason", _("Say why you choose this, or let it follow the register."))
            elif reason and not data.get(name) and name not in self.errors:
                self.add_error(name, _("Choose one, or leave the reason empty."))
        return data


class NewEmployerForm(EmployerForm):
    """The same with a KVK number and an address, for an employer that the register does not know (yet)."""

    kvk_number = forms.CharField(
        label=_("KVK number"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    street = forms.CharField(label=_("Street"), required=False, max_length=100)
    house_number = forms.CharField(label=_("House number"), required=False, max_length=6)
    house_letter = forms.CharField(label=_("House letter"), required=False, max_length=2)
    house_addition = forms.CharField(label=_("Addition"), required=False, max_length=10)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=8)
    town = forms.CharField(label=_("Town"), required=False, max_length=80)

    def clean_kvk_number(self) -> str:
        number = re.sub(r"[\s.]", "", self.cleaned_data["kvk_number"])
        if not number:
            return ""
        if not re.fullmatch(r"[0-9]{8}", number):
            raise ValidationError(gettext("A KVK number has eight digits."))
        taken = Registration.objects.filter(kvk_number=number).first()
        if taken is not None:
            known = Employer.objects.visible_to(self.user).filter(pk=taken.employer_id).first()
            if known is None:
                raise ValidationError(gettext("This KVK number is already in use."))
            raise ValidationError(gettext("This KVK number belongs to %(name)s.") % {"name": known.name})
        return number

    def clean_postcode(self) -> str:
        postcode = re.sub(r"\s", "", self.cleaned_data["postcode"]).upper()
        if postcode and not re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", postcode):
            raise ValidationError(gettext("A postcode has four digits and two letters."))
        return postcode

    def address(self) -> dict[str, str]:
        """The fields of an establishment."""
        return {name: self.cleaned_data[name].strip() for name in ADDRESS_FIELDS}


class ManagerForm(CrmForm):
    """Who becomes account manager, and from which day."""

    manager: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Account manager"), queryset=None, required=False, empty_label=_("nobody")
    )
    starts_on = forms.DateField(label=_("From"), widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        from accounts.models import User

        self.fields["manager"].queryset = User.objects.with_role(Role.ACCOUNT_MANAGER)


class GroupForm(CrmForm):
    """Which employer is part of this one. Found by searching first: the choices are what was found."""

    absorbed = forms.ModelChoiceField(
        label=_("This employer is part of it"),
        queryset=Employer.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Search for an employer and choose it.")},
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("For instance: two KVK numbers of one care group.")
    )

    def __init__(self, *args: Any, found: "QuerySet[Employer]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["absorbed"].queryset = found


class RetireForm(CrmForm):
    """Why an employer is no longer used."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
