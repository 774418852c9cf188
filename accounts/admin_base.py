"""What every page of the admin shares: rights by act (R9) instead of Django's own, saving in somebody's name,
the trail instead of the admin's own log (which would copy names of people, R13), and reading only what
this person may see (R10)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.roles import Act
from accounts.visibility import visible_rows, with_who
from deventer_crm.core.models import Tracked, TrailEvent
from deventer_crm.core.services import save_tracked


def can_any(request: HttpRequest, acts: tuple[Act, ...]) -> bool:
    return any(request.user.can(act) for act in acts)


class ByAct(BaseModelAdmin):  # type: ignore[type-arg]  # mixed into admins of any model
    """Rights of an admin or an inline from acts. Nothing is deleted by hand unless `deletable` says so."""

    change_acts: ClassVar[tuple[Act, ...]] = ()
    view_acts: ClassVar[tuple[Act, ...]] = ()
    deletable: ClassVar[bool] = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_any(request, self.change_acts + self.view_acts)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_any(request, self.change_acts)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return can_any(request, self.change_acts)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and can_any(request, self.change_acts)


class ActInline(ByAct, admin.TabularInline):  # type: ignore[type-arg]
    """Rows below a record."""

    extra = 0


class ActAdmin(ByAct, admin.ModelAdmin):  # type: ignore[type-arg]
    """An admin of reference data, users or settings."""

    list_per_page = 50
    show_full_result_count = False
    actions: Any = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if isinstance(obj, Tracked):
            save_tracked(obj, by=request.user, validate=False)  # the form validated it
        else:
            obj.save()

    def save_formset(
        self, request: HttpRequest, form: Any, formset: BaseModelFormSet[Any, Any], change: bool
    ) -> None:
        rows = formset.save(commit=False)
        for gone in formset.deleted_objects:
            gone.delete()
        for row in rows:
            if isinstance(row, Tracked):
                save_tracked(row, by=request.user, validate=False)
            else:
                row.save()
        formset.save_m2m()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the trail's trigger tells it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: the trail's trigger tells it."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Nothing: the trail's trigger tells it."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The trail of one record."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        events = TrailEvent.objects.filter(table_name=self.opts.db_table, object_id=obj.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("History of %(record)s") % {"record": obj},
            "events": with_who(events)[:200],
            "object": obj,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/trail_history.html", context)


class ToLookAt(ByAct):
    """Business records and logs: to look at, only what this person may see. Pages of the product
    change them."""

    view_acts = (Act.MANAGE_USERS,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return visible_rows(super().get_queryset(request), request.user)


class ReadOnlyAdmin(ToLookAt, ActAdmin):
    """Records to look at."""


class ReadOnlyInline(ToLookAt, ActInline):
    """Rows below a record, to look at."""

    can_delete = False
    show_change_link = True


class ReferenceAdmin(ActAdmin):
    """A row of reference data: the code is fixed once it exists, for imports and measures go by it."""

    change_acts = (Act.MANAGE_REFERENCE,)
    list_display: Any = ("name", "code", "position", "disabled_on")
    list_filter: Any = (("disabled_on", admin.EmptyFieldListFilter),)
    search_fields: Any = ("name", "code")
    prepopulated_fields: Any = {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code",) if obj else ()
