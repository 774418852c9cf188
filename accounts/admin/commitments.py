"""Commitments and their norms (R6). The lead changes norms (R9); a norm that has begun is history."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.admin.policy import DayMonthField, StoredDay
from accounts.admin_base import ActAdmin, ActInline
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.commitments import MEASURES
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument


class CommitmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """The measure is one of the registered ones; the day to warn from is typed as 01-07."""

    warn_from = DayMonthField(label=gettext_lazy("Warn from"))
    measure = forms.ChoiceField(label=gettext_lazy("Measure"), required=False)

    class Meta:
        model = Commitment
        fields = ("sentence_nl",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["warn_from"] = StoredDay(self.instance.warn_from)
        names = sorted({*MEASURES, *([self.instance.measure] if self.instance.measure else [])})
        self.fields["measure"].choices = [("", gettext_lazy("not measured yet")), *((n, n) for n in names)]


class NormInline(ActInline):
    """Norms so far, and room for a new one."""

    model = CommitmentNorm
    change_acts = (Act.CHANGE_NORMS,)
    view_acts = (Act.MANAGE_REFERENCE,)
    fields = ("value", "tolerance", "starts_on", "reason")
    show_change_link = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Commitment)
class CommitmentAdmin(ActAdmin):
    """What was agreed, in whose document, and how it is measured."""

    change_acts = (Act.CHANGE_NORMS,)
    view_acts = (Act.MANAGE_REFERENCE,)
    form = CommitmentForm
    list_display = ("code", "sentence_nl", "strength", "owner", "measure", "starts_on", "ends_on")
    list_filter = ("document", "strength", "owner")
    search_fields = ("code", "sentence_nl", "sentence_en")
    fieldsets = (
        (None, {"fields": ("document", "code", "sentence_nl", "sentence_en", ("strength", "owner"))}),
        (gettext_lazy("Measuring"), {"fields": ("measure", "unit", "warn_from")}),
        (gettext_lazy("Period"), {"fields": (("starts_on", "ends_on"), "position")}),
    )
    inlines = (NormInline,)


@admin.register(CommitmentNorm)
class CommitmentNormAdmin(ActAdmin):
    """All norms in one list. One that has not begun yet can still be changed or taken away."""

    change_acts = (Act.CHANGE_NORMS,)
    view_acts = (Act.MANAGE_REFERENCE,)
    list_display = ("commitment", "value", "tolerance", "starts_on", "reason")
    list_filter = ("commitment__code",)
    list_select_related = ("commitment",)
    fields = ("commitment", "value", "tolerance", "starts_on", "reason")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # on the page of the commitment

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.starts_on <= clock.today():
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)


@admin.register(PolicyDocument)
class PolicyDocumentAdmin(ActAdmin):
    """A successor is a new document with rows of its own."""

    change_acts = (Act.CHANGE_NORMS,)
    view_acts = (Act.MANAGE_REFERENCE,)
    list_display = ("name", "source", "starts_on", "ends_on")
    search_fields = ("name", "source")
