"""Acts on many employers of the list: account manager, labels."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Act as Right
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.forms import CrmForm, DayInput
from deventer_crm.core.lists import Act, Done, register_act
from employers.models import Tag
from employers.services.bulk import (
    assign_many,
    label_many,
    undo_assign_many,
    undo_label_many,
    undo_unlabel_many,
    unlabel_many,
)


class AssignForm(CrmForm):
    """Who looks after these employers, and from which day."""

    manager: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("Account manager"), queryset=None, required=False, empty_label=_("nobody")
    )
    starts_on = forms.DateField(label=_("From"), initial=clock.today, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["manager"]
        field.queryset = User.objects.with_role(Role.ACCOUNT_MANAGER)


class LabelForm(CrmForm):
    """An existing label, or a new one."""

    tag: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("Label"), queryset=Tag.objects.all(), required=False, empty_label=_("a new label")
    )
    name = forms.CharField(
        label=_("New label"),
        required=False,
        max_length=40,
        help_text=_("About organisations, never about a person. The whole team sees it."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        name = " ".join((data.get("name") or "").split())
        if not data.get("tag") and not name and not self.errors:
            raise ValidationError({"tag": gettext("Choose a label, or type a new one.")})
        if data.get("tag") and name:
            raise ValidationError({"name": gettext("Choose a label or type a new one, not both.")})
        return {**data, "name": name}


class UnlabelForm(CrmForm):
    """The label that goes."""

    tag: forms.ModelChoiceField = forms.ModelChoiceField(  # type: ignore[type-arg]  # no [] at run time
        label=_("Label"), queryset=Tag.objects.all()
    )


def _assign(ids: list[int], values: dict[str, Any], by: User) -> Done:
    return assign_many(ids, values["manager"], by=by, starts_on=values["starts_on"])


def _label(ids: list[int], values: dict[str, Any], by: User) -> Done:
    return label_many(ids, by=by, tag=values["tag"], name=values["name"])


def _unlabel(ids: list[int], values: dict[str, Any], by: User) -> Done:
    return unlabel_many(ids, by=by, tag=values["tag"])


register_act(
    "employers",
    Act(
        code="toewijzen",
        label=_("Choose an account manager"),
        icon="person",
        right=Right.EDIT_EMPLOYER,
        question=_("Assign"),
        form=AssignForm,
        do=_assign,
        undo=undo_assign_many,
        hint=_("What is open with these employers stays with who has it now."),
    ),
)
register_act(
    "employers",
    Act(
        code="label",
        label=_("Put a label on"),
        icon="flag",
        right=Right.EDIT_EMPLOYER,
        question=_("Put the label on"),
        form=LabelForm,
        do=_label,
        undo=undo_label_many,
    ),
)
register_act(
    "employers",
    Act(
        code="label-weg",
        label=_("Take a label off"),
        icon="x-circle",
        right=Right.EDIT_EMPLOYER,
        question=_("Take the label off"),
        form=UnlabelForm,
        do=_unlabel,
        undo=undo_unlabel_many,
    ),
)
