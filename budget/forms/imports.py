"""Forms of the import of hours: the file, which column is which, and who has which number."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Act
from budget.hours_import.columns import FIELD_LABELS, VOCABULARY
from budget.hours_import.running import limits
from deventer_crm.core.forms import CrmForm
from employers.forms.spreadsheets import ColumnsFormBase, FileFormMixin
from employers.spreadsheets.columns import Recogniser


class HoursUploadForm(FileFormMixin, CrmForm):
    """A file of hours. It is looked into before it is kept."""

    file = forms.FileField(
        label=_("File"), help_text=_("An xlsx or csv file with column names above the rows.")
    )

    def file_limits(self) -> Any:
        return limits()


class HoursColumnsForm(ColumnsFormBase):
    """Which column of the file holds which field."""

    labels = FIELD_LABELS
    vocabulary = VOCABULARY

    def recogniser(self, chosen: dict[str, str]) -> Recogniser:
        return Recogniser(chosen, {}, self.vocabulary)


class StaffNumberForm(CrmForm):
    """By which number the system of the organisation knows somebody; empty takes it away."""

    user_id = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none())
    number = forms.CharField(label=_("Staff number"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who: Any = self.fields["user_id"]
        who.queryset = User.objects.who_can(Act.BOOK_HOURS)
