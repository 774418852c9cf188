"""Members of the college and who may act for them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin_base import ActAdmin, ActInline
from accounts.models import BlockedTime, CollegeMember, Mandate, User
from accounts.roles import Act, Role


class MandateInline(ActInline):
    """A secretary acts for this member during a period (R9)."""

    model = Mandate
    change_acts = (Act.MANAGE_USERS,)
    fields = ("secretary", "starts_on", "ends_on")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "secretary":
            # Former secretaries stay in the rows they are in.
            kwargs["queryset"] = User.objects.filter(
                Q(is_active=True, groups__name=Role.SECRETARY.value) | Q(mandates__isnull=False)
            ).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(CollegeMember)
class CollegeMemberAdmin(ActAdmin):
    """Public office, dated: a successor is a new row."""

    change_acts = (Act.MANAGE_USERS,)
    list_display = ("name", "office", "remit", "user", "starts_on", "ends_on")
    list_filter = ("office", ("ends_on", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("name", "remit")
    fields = ("name", "office", "remit", "user", ("starts_on", "ends_on"), "position")
    autocomplete_fields = ("user",)
    inlines = (MandateInline,)


@admin.register(Mandate)
class MandateAdmin(ActAdmin):
    """All mandates in one list; they are made with the member of the college."""

    view_acts = (Act.MANAGE_USERS,)
    list_display = ("college_member", "secretary", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter),)
    list_select_related = ("college_member", "secretary")
    search_fields = ("college_member__name", "secretary__last_name", "secretary__email")


@admin.register(BlockedTime)
class BlockedTimeAdmin(ActAdmin):
    """Times on which nothing is planned; the agenda has a page for them too."""

    change_acts = (Act.MANAGE_REFERENCE,)
    list_display = ("label", "whose", "weekday", "starts_on", "ends_on", "start_time", "end_time")
    list_filter = ("weekday", ("ends_on", admin.EmptyFieldListFilter))
    list_select_related = ("college_member", "user")
    search_fields = ("label", "college_member__name")
    fields = (
        "label",
        ("college_member", "user"),
        "weekday",
        ("starts_on", "ends_on"),
        ("start_time", "end_time"),
    )
    autocomplete_fields = ("college_member", "user")

    @admin.display(description=_("for whom"))
    def whose(self, row: BlockedTime) -> str:
        return row.whose
