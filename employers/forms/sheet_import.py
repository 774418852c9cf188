"""Forms of the import of lists: the file and how it is taken, and which column is which."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.forms import CrmForm
from employers.forms.spreadsheets import ColumnsFormBase, FileFormMixin
from employers.models import SheetImport
from employers.sheet_import.columns import FIELD_LABELS, VOCABULARIES
from employers.sheet_import.running import limits
from employers.spreadsheets.columns import Recogniser


class SheetUploadForm(FileFormMixin, CrmForm):
    """A list and how it is taken. The file is looked into before it is kept."""

    what = forms.ChoiceField(
        label=_("What is in the list"), choices=SheetImport.What.choices, widget=forms.RadioSelect
    )
    file = forms.FileField(
        label=_("File"), help_text=_("An xlsx or csv file with column names above one row for each.")
    )
    list_name = forms.CharField(
        label=_("Name of the list"),
        max_length=60,
        help_text=_("The same name each time: numbers of the list are found again by it."),
    )
    mode = forms.ChoiceField(
        label=_("What is known already"),
        choices=SheetImport.Mode.choices,
        initial=SheetImport.Mode.FILL,
        widget=forms.RadioSelect,
        help_text=_("You see for each field what changes before anything is imported."),
    )
    person_source = forms.CharField(
        label=_("Source of the people"),
        max_length=120,
        required=False,
        help_text=_("Where we have these people from; for rows without a source of their own."),
    )
    reason = forms.CharField(
        label=_("Reason for sector and area"),
        max_length=200,
        required=False,
        help_text=_("For rows that choose a sector or area without a reason of their own."),
    )
    field_order = ("what", "file", "list_name", "mode", "person_source", "reason")

    def file_limits(self) -> Any:
        return limits()


class SheetColumnsForm(ColumnsFormBase):
    """Which column of the list holds which field."""

    labels = FIELD_LABELS

    def __init__(self, *args: Any, what: str, **kwargs: Any) -> None:
        self.vocabulary = VOCABULARIES[what]
        super().__init__(*args, **kwargs)

    def recogniser(self, chosen: dict[str, str]) -> Recogniser:
        return Recogniser(chosen, {}, self.vocabulary)
