"""Forms of the register import: the file, and which column is which."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput
from employers.forms.spreadsheets import ColumnsFormBase, FileFormMixin
from employers.models.reference import SbiVersion
from employers.models.register import Source
from employers.register_import.columns import REGISTER, Recogniser
from employers.register_import.running import IMPORTED_SOURCES, limits
from employers.register_import.texts import FIELD_LABELS
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.sniffing import Limits


class UploadForm(FileFormMixin, CrmForm):
    """A register file and what it is. The file is looked into before it is kept."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("An xlsx or csv file with one row per establishment, as the register delivers it."),
    )
    source = forms.ChoiceField(
        label=_("Register"), choices=[(code, Source(code).label) for code in IMPORTED_SOURCES]
    )
    reference_date = forms.DateField(
        label=_("Reference date"),
        widget=DayInput(),
        help_text=_("The day on which the numbers were true, for instance 1 April. Not the day of delivery."),
    )
    sbi_version = forms.TypedChoiceField(
        label=_("Version of the SBI codes"),
        choices=[("", _("find out from the codes")), *SbiVersion.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    is_partial = forms.BooleanField(
        label=_("This is only a part of the register"),
        required=False,
        help_text=_("Then nothing ends. Without this mark, an establishment that is not in the file ends."),
    )

    def file_limits(self) -> Limits:
        return limits()

    def clean_reference_date(self) -> dt.date:
        day: dt.date = self.cleaned_data["reference_date"]
        if day > clock.today():
            refusal = RefusedFile("reference_date_in_future", date=day.isoformat())
            raise forms.ValidationError(refusal.message, code=refusal.code)
        return day


class ColumnsForm(ColumnsFormBase):
    """Which column of a register file holds which field."""

    vocabulary = REGISTER
    labels = FIELD_LABELS

    def recogniser(self, chosen: dict[str, str]) -> Recogniser:
        return Recogniser(chosen)
