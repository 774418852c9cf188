"""The admin of employers: reference data to change, business records to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ActAdmin, ActInline, ReadOnlyAdmin, ReadOnlyInline, ReferenceAdmin
from accounts.roles import Act
from employers.models import (
    Area,
    AreaPostcode,
    ChangeProposal,
    CityProfile,
    ContactMoment,
    ContactPerson,
    Employer,
    Establishment,
    Portfolio,
    Position,
    RegisterDelivery,
    SbiCode,
    Sector,
    SectorPrefix,
    Theme,
    TopList,
    TopListEntry,
    Track,
)

# ── reference data ───────────────────────────────────────────────────────────────────────────────


class SectorPrefixInline(ActInline):
    """The longest prefix wins (R3)."""

    model = SectorPrefix
    change_acts = (Act.MANAGE_REFERENCE,)
    deletable = True

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SectorPrefix]":
        """With the sector: each line says it again."""
        return super().get_queryset(request).select_related("sector")


class AreaPostcodeInline(ActInline):
    """Six characters go before four digits (R3)."""

    model = AreaPostcode
    change_acts = (Act.MANAGE_REFERENCE,)
    deletable = True

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AreaPostcode]":
        """With the area: each line says it again."""
        return super().get_queryset(request).select_related("area")


@admin.register(Sector)
class SectorAdmin(ReferenceAdmin):
    """Branches; a change of prefixes reaches employers with the next delivery."""

    list_display = ("name", "code", "city_profile", "position", "disabled_on")
    list_select_related = ("city_profile",)
    inlines = (SectorPrefixInline,)


@admin.register(Area)
class AreaAdmin(ReferenceAdmin):
    """Areas and their postcodes."""

    list_display = ("name", "kind", "city_profile", "position", "disabled_on")
    list_filter = ("kind", *ReferenceAdmin.list_filter)
    list_select_related = ("city_profile",)
    inlines = (AreaPostcodeInline,)


@admin.register(Track, CityProfile, Theme)
class PlainReferenceAdmin(ReferenceAdmin):
    """Lists of names."""


@admin.register(SbiCode)
class SbiCodeAdmin(ActAdmin):
    """The classification of CBS, to look up; it comes with the product."""

    view_acts = (Act.MANAGE_REFERENCE,)
    list_display = ("code", "title_nl", "version")
    list_filter = ("version",)
    search_fields = ("^code", "title_nl", "title_en")


@admin.register(Portfolio)
class PortfolioAdmin(ActAdmin):
    """Which account manager looks after a sector or an area; a successor is a new row."""

    change_acts = (Act.MANAGE_REFERENCE,)
    list_display = ("user", "sector", "area", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter), "sector", "area")
    list_select_related = ("user", "sector", "area")
    search_fields = ("user__last_name", "user__email", "sector__name", "area__name")
    autocomplete_fields = ("user",)


# ── business records: only to look at, only what may be seen (R10) ───────────────────────────────


class EstablishmentInline(ReadOnlyInline):
    """Where an employer works."""

    model = Establishment
    fields = ("name", "number", "street", "house_number", "postcode", "area", "source", "ended_on")


@admin.register(Employer)
class EmployerAdmin(ReadOnlyAdmin):
    """Employers; their own pages change them."""

    list_display = ("name", "kind", "area", "sector", "track", "is_relation", "retired_on")
    list_filter = ("kind", "is_relation", "is_natural_person", "area", "track")
    list_select_related = ("area", "sector", "track")
    search_fields = ("name", "=registrations__kvk_number")
    exclude = ("search_text", "sort_name")
    inlines = (EstablishmentInline,)


@admin.register(Establishment)
class EstablishmentAdmin(ReadOnlyAdmin):
    """Places of work, as the register and people told them."""

    list_display = ("name", "number", "employer", "postcode", "area", "source", "ended_on")
    list_filter = ("source", "in_municipality", "area")
    list_select_related = ("employer", "area")
    search_fields = ("=number", "name", "^postcode")


class PositionInline(ReadOnlyInline):
    """What somebody is, where."""

    model = Position
    fields = ("employer", "title", "seat", "is_primary", "starts_on", "ends_on")


@admin.register(ContactPerson)
class ContactPersonAdmin(ReadOnlyAdmin):
    """Contact persons; their own pages change and anonymise them."""

    list_display = ("last_name", "first_name", "email", "phone", "has_objected", "anonymised_on")
    list_filter = ("has_objected", "objects_to_mail", ("anonymised_on", admin.EmptyFieldListFilter))
    search_fields = ("last_name", "first_name", "email")
    inlines = (PositionInline,)


@admin.register(ContactMoment)
class ContactMomentAdmin(ReadOnlyAdmin):
    """Calls, mails and notes as this person may read them."""

    list_display = ("happened_at", "kind", "subject", "user", "audience", "withdrawn_on")
    list_filter = ("kind", "audience", "happened_at")
    list_select_related = ("user",)
    search_fields = ("subject", "employers__name")
    exclude = ("employers", "people", "readers")


class TopListEntryInline(ReadOnlyInline):
    """The frozen rows."""

    model = TopListEntry
    fields = ("rank", "employer", "jobs", "status", "reason")


@admin.register(TopList)
class TopListAdmin(ReadOnlyAdmin):
    """Frozen lists (R4)."""

    list_display = ("year", "size", "reference_date", "frozen_on", "frozen_by", "superseded_on")
    list_filter = ("year",)
    list_select_related = ("frozen_by",)
    inlines = (TopListEntryInline,)


@admin.register(RegisterDelivery)
class RegisterDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries of the register (R11); the rows are on their own page."""

    list_display = ("reference_date", "source", "file_name", "state", "rows_total", "created_at", "by")
    list_filter = ("source", "state")
    list_select_related = ("by",)
    exclude = ("file", "preview")


@admin.register(ChangeProposal)
class ChangeProposalAdmin(ReadOnlyAdmin):
    """The register says something else than a person did (R11)."""

    list_display = ("establishment", "field", "own_value", "register_value", "state", "decided_on")
    list_filter = ("state", "field")
    list_select_related = ("establishment",)
