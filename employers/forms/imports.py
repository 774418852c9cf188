"""Forms of the register import: the file, and which column is which."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm
from employers.models.reference import SbiVersion
from employers.models.register import Source
from employers.register_import.columns import FIELDS, Recogniser
from employers.register_import.running import IMPORTED_SOURCES, limits
from employers.register_import.texts import FIELD_LABELS
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.sniffing import sniff


class UploadForm(CrmForm):
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
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
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

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            if hasattr(upload, "temporary_file_path"):
                sniff(Path(upload.temporary_file_path()), limits())
            else:
                with tempfile.NamedTemporaryFile() as copy:
                    for chunk in upload.chunks():
                        copy.write(chunk)
                    copy.flush()
                    sniff(Path(copy.name), limits())
        except RefusedFile as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        upload.seek(0)
        return upload

    def clean_reference_date(self) -> dt.date:
        day: dt.date = self.cleaned_data["reference_date"]
        if day > clock.today():
            refusal = RefusedFile("reference_date_in_future", date=day.isoformat())
            raise forms.ValidationError(refusal.message, code=refusal.code)
        return day


class ColumnsForm(CrmForm):
    """Which column of the file holds which field; a choice equal to what was recognised is not kept."""

    def __init__(self, *args: Any, header: list[str], chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.header = header
        names = [(get_column_letter(at + 1), name) for at, name in enumerate(header)]
        choices = [("", _("not in the file")), *((letter, f"{letter} · {name}") for letter, name in names)]
        current = self._positions(chosen)
        self._automatic = self._positions({})
        for field in FIELDS:
            self.fields[field] = forms.ChoiceField(
                label=FIELD_LABELS[field], choices=choices, required=False, initial=current.get(field, "")
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        seen: dict[str, str] = {}
        for field in FIELDS:
            letter = data.get(field)
            if letter and letter in seen:
                self.add_error(
                    field,
                    _("This column is already %(field)s.") % {"field": FIELD_LABELS[seen[letter]]},
                )
            elif letter:
                seen[letter] = field
        if not self.errors:
            try:
                Recogniser(self.chosen(data)).columns(self.header, row=1)
            except RefusedFile as refusal:
                raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return data

    def chosen(self, data: dict[str, Any] | None = None) -> dict[str, str]:
        """field → letter ("" for none) where a person decided otherwise than the recogniser."""
        data = self.cleaned_data if data is None else data
        return {
            field: data.get(field, "")
            for field in FIELDS
            if data.get(field, "") != self._automatic.get(field, "")
        }

    def _positions(self, chosen: dict[str, str]) -> dict[str, str]:
        try:
            columns = Recogniser(chosen).columns(self.header, row=1, check=False)
        except RefusedFile:  # a column twice: nothing is preset, the person chooses
            return {}
        return {field: get_column_letter(at + 1) for field, at in columns.positions.items()}
