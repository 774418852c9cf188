"""The admin of meetings: kinds, series and calendars that are read to change, the rest to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ActAdmin, ActInline, ReadOnlyAdmin, ReadOnlyInline, ReferenceAdmin
from accounts.roles import Act
from meetings.calendar.fetching import check_address, set_busy_address
from meetings.models import (
    BusyAddress,
    Invitation,
    Meeting,
    MeetingEmployer,
    MeetingKind,
    Series,
    SeriesParty,
)


class SeriesPartyInline(ActInline):
    """The parties at the table, each with the seat that represents it (R6)."""

    model = SeriesParty
    change_acts = (Act.MANAGE_REFERENCE,)
    deletable = True
    autocomplete_fields = ("association",)


@admin.register(Series)
class SeriesAdmin(ReferenceAdmin):
    """Returning meetings of commitments C2 to C4, their quorum and parties."""

    list_display = ("name", "code", "quorum", "needs_college", "position", "disabled_on")
    inlines = (SeriesPartyInline,)


@admin.register(MeetingKind)
class MeetingKindAdmin(ReferenceAdmin):
    """What a meeting counts for."""

    list_display = ("name", "code", "counts_for_visit", "series", "position", "disabled_on")
    list_filter = ("counts_for_visit", "series", *ReferenceAdmin.list_filter)
    list_select_related = ("series",)


class MeetingEmployerInline(ReadOnlyInline):
    """Which employers."""

    model = MeetingEmployer
    fields = ("employer", "is_present", "is_organiser")
    show_change_link = False


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Visits and meetings; their own pages plan, hold and report them (R8)."""

    list_display = ("starts_at", "kind", "title", "state", "owner")
    list_filter = ("state", "kind", "starts_at")
    list_select_related = ("kind", "owner")
    search_fields = ("title", "employers__name")
    inlines = (MeetingEmployerInline,)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Invitations as facts (R5)."""

    list_display = ("sent_on", "employer", "purpose", "college_member", "answer", "answered_on")
    list_filter = ("purpose", "direction", "answer", "sent_on")
    list_select_related = ("employer", "college_member")
    search_fields = ("employer__name",)


class BusyAddressForm(forms.ModelForm):  # type: ignore[type-arg]
    """The address is as good as a password: it is given, replaced or taken away, and never shown."""

    address = forms.CharField(
        label=_("new address"),
        max_length=2000,
        required=False,
        help_text=_("Stays empty to keep the address that is there."),
    )
    is_gone = forms.BooleanField(label=_("do not read this calendar any more"), required=False)

    class Meta:
        model = BusyAddress
        fields = ("user", "college_member")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["address"] = ""

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if not address and not self.instance.pk:
            raise forms.ValidationError(_("Paste the address of your calendar."))
        try:
            return check_address(address) if address else ""
        except forms.ValidationError as refused:
            raise forms.ValidationError(refused.messages) from refused


@admin.register(BusyAddress)
class BusyAddressAdmin(ActAdmin):
    """Calendars of which only busy times are read, for colleagues and members of the college."""

    change_acts = (Act.MANAGE_USERS,)
    form = BusyAddressForm
    list_display = ("__str__", "host", "fetched_at", "problem")
    list_filter = ("problem",)
    list_select_related = ("user", "college_member")
    fields = ("user", "college_member", "address", "is_gone", "tried_at", "fetched_at", "problem")
    autocomplete_fields = ("user", "college_member")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        read = ("tried_at", "fetched_at", "problem")
        return ("user", "college_member", *read) if obj else read

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        address = form.cleaned_data["address"]
        owner = {"user": obj.user, "member": obj.college_member}
        if form.cleaned_data["is_gone"] and change:
            set_busy_address("", by=request.user, **owner)
        elif address:
            obj.pk = set_busy_address(address, by=request.user, **owner).pk
