"""The admin of meetings: kinds, series and calendars that are read to change, the rest to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ActAdmin, ActInline, ReadOnlyAdmin, ReadOnlyInline, ReferenceAdmin
from accounts.roles import Act
from employers.models import Employer
from meetings.calendar.fetching import check_address, set_busy_address
from meetings.letters import LANGUAGE
from meetings.models import (
    BusyAddress,
    Guest,
    Invitation,
    MailTemplate,
    Meeting,
    MeetingEmployer,
    MeetingKind,
    Series,
    SeriesParty,
)
from meetings.placeholders import PLACEHOLDERS, filled


class SeriesPartyInline(ActInline):
    """The parties at the table, each with the seat that represents it (R6)."""

    model = SeriesParty
    change_acts = (Act.MANAGE_REFERENCE,)
    deletable = True
    autocomplete_fields = ("association",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeriesParty]:
        """Those this person may know of (R10); the others stay as they are."""
        known = Employer.objects.visible_to(request.user)
        rows = super().get_queryset(request).filter(association__in=known)
        return rows.select_related("series", "association")


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


@admin.register(Guest)
class GuestAdmin(ReadOnlyAdmin):
    """Who is on which guest list; the pages of the meeting change it."""

    list_display = ("meeting", "employer", "is_walk_in")
    list_filter = ("is_walk_in",)
    list_select_related = ("meeting__kind", "employer")


@admin.register(MailTemplate)
class MailTemplateAdmin(ActAdmin):
    """Texts of mails to who is invited, for every kind of meeting or for one."""

    change_acts = (Act.MANAGE_REFERENCE, Act.MANAGE_SETTINGS)
    list_display = ("use_name", "kind", "subject", "modified_at")
    list_filter = ("use", "kind")
    list_select_related = ("kind",)
    fields: Any = ("use", "kind", "subject", "text", "words", "example")
    readonly_fields: Any = ("words", "example")

    @admin.display(description=_("what for"), ordering="use")
    def use_name(self, obj: MailTemplate) -> str:
        return str(obj.get_use_display())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What a stored text is for stays so; another one is another text."""
        return ("use", "kind", "words", "example") if obj else ("words", "example")

    @admin.display(description=_("words between braces"))
    def words(self, obj: MailTemplate) -> SafeString:
        rows = ((f"{{{word}}}", label) for word, label in PLACEHOLDERS.items())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", rows))

    @admin.display(description=_("example"))
    def example(self, obj: MailTemplate) -> SafeString:
        """The stored text as a made-up guest would read it."""
        with translation.override(LANGUAGE):
            said = filled(obj.text or "", EXAMPLE)
        return format_html("<b>{}</b><pre>{}</pre>", filled(obj.subject or "", EXAMPLE), said)


#: What the words of a text say in its example.
EXAMPLE = {
    "aanhef": "Geachte heer of mevrouw Voorbeeld",
    "naam": "Noor Voorbeeld",
    "bedrijf": "Proefbedrijf B.V.",
    "collegelid": "wethouder Proefpersoon",
    "datum": "dinsdag 12 mei 2026",
    "tijd": "16.00 uur",
    "plaats": "Stadhuis, raadzaal",
    "onderwerp": "Themabijeenkomst",
    "antwoordlink": "https://crm.example.org/uitnodiging/…/",
    "antwoorddatum": "12 mei 2026",
    "afzender": "Sam Secretaris",
    "gemeente": "Voorbeeldstad",
}
