"""Forms of the list framework."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core.forms import VersionedModelForm
from deventer_crm.core.lists.saved import may_lock, may_share
from deventer_crm.core.models import SavedView


class SavedViewForm(VersionedModelForm):
    """Name of a view, and whether the team has it too."""

    class Meta:
        model = SavedView
        fields = ("name", "is_shared", "is_locked")
        help_texts = {
            "name": gettext_lazy("Colleagues see the name of a shared view: no names of people in it."),
            "is_locked": gettext_lazy("Then only you and the team lead can change it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share(self.user):
            del self.fields["is_shared"], self.fields["is_locked"]
        elif not may_lock(self.instance, self.user):
            del self.fields["is_locked"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("is_locked") and not data.get("is_shared"):
            self.add_error("is_locked", _("Only a view that is shared with the team can be locked."))
        return data
