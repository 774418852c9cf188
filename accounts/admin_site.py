"""The admin site: log-in through the product's own log-in (second factor included), for those who manage."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act

#: The start page and the side bar go by use, not by app. Models that are not named here end up in the last.
GROUPS: list[tuple[str, Any, set[str]]] = [
    ("people", _("Users and college"), {"User", "CollegeMember", "Mandate", "Portfolio"}),
    (
        "policy",
        _("What the municipality decides"),
        {"PolicySetting", "PolicyDocument", "Commitment", "CommitmentNorm"},
    ),
    (
        "reference",
        _("Reference data"),
        {"Area", "Sector", "SbiCode", "Track", "CityProfile", "Theme", "MeetingKind", "Series"},
    ),
    (
        "logs",
        _("Logs and jobs"),
        {"TrailEvent", "AccessEvent", "JobRun", "Heartbeat", "Reminder", "Digest", "RegisterDelivery"},
    ),
    ("records", _("Business records, to look at"), set()),
]


def _rules_entry() -> dict[str, Any]:
    """The page of reminder rules among the models, in the shape that Django's templates draw."""
    return {
        "name": _("Reminder rules and jobs"),
        "object_name": "ReminderRules",
        "perms": {"add": False, "change": False, "delete": False, "view": True},
        "admin_url": reverse("admin:reminder_rules"),
        "add_url": None,
        "view_only": True,
    }


class CrmAdminSite(AdminSite):
    """Reference data, users and policy settings; business records are there to read only."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Reference data, users and settings")
    index_template = "admin/crm_index.html"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(
            user.is_authenticated
            and user.is_active
            and (user.can(Act.MANAGE_USERS) or user.can(Act.MANAGE_SETTINGS))
        )

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Somebody who is logged in without the right is told so; Django would ask to log in again."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)  # type: ignore[no-any-return]  # a view

        return guarded

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Models by use; the page of one app (an address that few people see) stays Django's."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = [model for app in apps for model in app["models"]]
        groups = []
        for label, name, members in GROUPS:
            mine = [model for model in models if model["object_name"] in members or not members]
            models = [model for model in models if model not in mine]
            if label == "logs" and request.user.can(Act.MANAGE_SETTINGS):
                mine.append(_rules_entry())
            if mine:
                mine.sort(key=lambda model: str(model["name"]).lower())
                url = reverse("admin:index")
                groups.append({"name": name, "app_label": label, "app_url": url, "models": mine})
        return groups

    def get_urls(self) -> list[Any]:
        """The pages that are about no model come before Django's own."""
        from accounts.admin.rules import rules_page, run_rule

        mine = [
            path(
                "herinneringsregels/",
                self.admin_view(partial(rules_page, site=self)),
                name="reminder_rules",
            ),
            path(
                "herinneringsregels/<slug:kind>/uitvoeren/",
                self.admin_view(partial(run_rule, site=self)),
                name="reminder_rule_run",
            ),
        ]
        return [*mine, *super().get_urls()]

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            if self.has_permission(request):
                return HttpResponseRedirect(reverse("admin:index"))
            raise PermissionDenied
        # The log-in page checks that the address it goes on to is one of ours.
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(wanted, resolve_url(settings.LOGIN_URL))

    def logout(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_logout"))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_change_password"))

    def password_change_done(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:index"))
