"""What forms of every import from a spreadsheet share."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from deventer_crm.core.forms import CrmForm
from employers.spreadsheets.columns import Recogniser, Vocabulary
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.sniffing import Limits, sniff


class FileFormMixin:
    """A form with a field `file` that is looked into before it is kept."""

    cleaned_data: dict[str, Any]

    def file_limits(self) -> Limits:
        """What is still taken."""
        raise NotImplementedError

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        try:
            if hasattr(upload, "temporary_file_path"):
                sniff(Path(upload.temporary_file_path()), self.file_limits())
            else:
                with tempfile.NamedTemporaryFile() as copy:
                    for chunk in upload.chunks():
                        copy.write(chunk)
                    copy.flush()
                    sniff(Path(copy.name), self.file_limits())
        except RefusedFile as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        upload.seek(0)
        return upload


class ColumnsFormBase(CrmForm):
    """Which column of the file holds which field; a choice equal to what was recognised is not kept."""

    vocabulary: Vocabulary
    labels: ClassVar[Mapping[str, Any]]

    def __init__(self, *args: Any, header: list[str], chosen: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.header = header
        names = [(get_column_letter(at + 1), name) for at, name in enumerate(header)]
        choices = [("", _("not in the file")), *((letter, f"{letter} · {name}") for letter, name in names)]
        current = self._positions(chosen)
        self._automatic = self._positions({})
        for field in self.vocabulary.fields:
            self.fields[field] = forms.ChoiceField(
                label=self.labels[field], choices=choices, required=False, initial=current.get(field, "")
            )

    def recogniser(self, chosen: dict[str, str]) -> Recogniser:
        """Of this kind of file, with these choices."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        seen: dict[str, str] = {}
        for field in self.vocabulary.fields:
            letter = data.get(field)
            if letter and letter in seen:
                self.add_error(
                    field, _("This column is already %(field)s.") % {"field": self.labels[seen[letter]]}
                )
            elif letter:
                seen[letter] = field
        if not self.errors:
            try:
                self.recogniser(self.chosen(data)).columns(self.header, row=1)
            except RefusedFile as refusal:
                raise forms.ValidationError(refusal.message, code=refusal.code) from refusal
        return data

    def chosen(self, data: dict[str, Any] | None = None) -> dict[str, str]:
        """field → letter ("" for none) where a person decided otherwise than the recogniser."""
        data = self.cleaned_data if data is None else data
        return {
            field: data.get(field, "")
            for field in self.vocabulary.fields
            if data.get(field, "") != self._automatic.get(field, "")
        }

    def _positions(self, chosen: dict[str, str]) -> dict[str, str]:
        try:
            columns = self.recogniser(chosen).columns(self.header, row=1, check=False)
        except RefusedFile:  # a column twice: nothing is preset, the person chooses
            return {}
        return {field: get_column_letter(at + 1) for field, at in columns.positions.items()}
