"""Forms on contact persons and their positions."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput, VersionedModelForm
from employers.forms.employers import clean_phone
from employers.models import ContactPerson, Employer, Position

if TYPE_CHECKING:
    from accounts.models import User


class PersonForm(VersionedModelForm):
    """Business data only (R13): where we have it from is asked, what is private is not."""

    class Meta:
        model = ContactPerson
        fields = (
            "first_name",
            "last_name",
            "email",
            "phone",
            "mobile",
            "preferred_channel",
            "source",
            "informed_on",
            "objects_to_mail",
            "has_objected",
        )
        labels = {"last_name": _("Last name")}
        help_texts = {
            "source": _("Where we have these data from, for instance a business card or the website."),
            "informed_on": _(
                "Somebody who did not give us the data should hear from us that we keep them, within a month"
                " or at the first contact. Fill in the day you told them; leave it empty until then."
            ),
            "objects_to_mail": _("No newsletter or invitation to everybody. A personal invitation may."),
            "has_objected": _(
                "This person asked us not to keep these data. They are in no export; a functional admin"
                " decides what is kept."
            ),
        }
        widgets = {"informed_on": DayInput()}

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_mobile(self) -> str:
        return clean_phone(self.cleaned_data["mobile"])

    def clean_informed_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["informed_on"]
        if day is not None and day > clock.today():
            raise ValidationError(_("This day is still to come. Fill it in once it is done."))
        return day


class PositionForm(VersionedModelForm):
    """What somebody is at an employer. `found`: the employers that a search gave; without it the employer is
    given by the page."""

    class Meta:
        model = Position
        fields = ("employer", "title", "seat", "is_primary", "starts_on", "ends_on")
        help_texts = {"is_primary": _("Shown first on the page of the employer.")}
        widgets = {
            "employer": forms.RadioSelect,
            "starts_on": DayInput(),
            "ends_on": DayInput(),
        }

    def __init__(self, *args: Any, user: "User", found: list[Employer] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if found is None:
            del self.fields["employer"]
        else:
            field = self.fields["employer"]
            field.queryset = Employer.objects.filter(pk__in=[employer.pk for employer in found])
            field.empty_label = None
            field.choices = [(employer.pk, employer.name) for employer in found]
            field.error_messages["required"] = _("Search for an employer and choose it.")
        self.fields["seat"].choices = Position.Seat.choices
        if not self.instance.pk:
            self.initial["starts_on"] = clock.today()  # over the instance's own empty one

    def validate_constraints(self) -> None:
        """Left to the service: a new first contact replaces the old one, which the constraint cannot know."""


class AnonymiseForm(CrmForm):
    """The one thing that cannot be taken back asks for a tick."""

    sure = forms.BooleanField(
        label=_("I have looked at what goes, and know that it does not come back."),
        error_messages={"required": _("Tick this to go on.")},
    )


class EndPositionForm(CrmForm):
    """The last day of a position."""

    ends_on = forms.DateField(label=_("Last day"), widget=DayInput())
