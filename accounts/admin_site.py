"""The admin site: log-in through the product's own log-in (second factor included), for those who manage."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act


class CrmAdminSite(AdminSite):
    """Reference data, users and policy settings; business records are there to read only."""

    site_header = _("Administration")
    site_title = _("Administration")
    index_title = _("Reference data, users and settings")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(
            user.is_authenticated
            and user.is_active
            and (user.can(Act.MANAGE_USERS) or user.can(Act.MANAGE_SETTINGS))
        )

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        if request.user.is_authenticated:
            # Logged in without the right: say so instead of asking for a password again.
            from django.core.exceptions import PermissionDenied

            raise PermissionDenied
        return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
