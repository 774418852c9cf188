"""The admin of meetings: kinds and series to change, meetings and invitations to look at."""

from django.contrib import admin

from accounts.admin_base import ActInline, ReadOnlyAdmin, ReadOnlyInline, ReferenceAdmin
from accounts.roles import Act
from meetings.models import Invitation, Meeting, MeetingEmployer, MeetingKind, Series, SeriesParty


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
