"""Requests of people: a second factor where the role demands one, and a line for each refusal."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.access_log import note_refusal
from accounts.roles import Role

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Set in the session once a second factor was seen, so that the question costs no query per page. Taking
#: somebody's factor away ends the sessions too (accounts.services.reset_second_factor).
SEEN = "second_factor_seen"
#: What somebody without the demanded factor can still reach: setting it up, confirming who it is, leaving.
WITHOUT_FACTOR = {
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_logout",
    "set_language",
    "livez",
    "healthz",
}


class SecondFactorMiddleware:
    """MFA_REQUIRED_ROLES: people with one of these roles see nothing before they set up a second factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_missing(request):
            return self.get_response(request)
        target = reverse("mfa_activate_totp")
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        messages.info(request, _("Your role needs a second factor. Set it up first; it takes two minutes."))
        return HttpResponseRedirect(target)

    def _is_missing(self, request: HttpRequest) -> bool:
        roles = settings.MFA_REQUIRED_ROLES
        if not roles or not request.user.is_authenticated or request.session.get(SEEN) == request.user.pk:
            return False
        if not request.user.is_superuser and not request.user.has_role(*(Role(code) for code in roles)):
            return False
        if is_mfa_enabled(request.user):
            request.session[SEEN] = request.user.pk
            return False
        try:
            name = resolve(request.path_info).view_name
        except Resolver404:
            return True
        return name not in WITHOUT_FACTOR


class RefusalLogMiddleware:
    """Every 403 for somebody who is logged in is a line in the access log (R13)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 403 and request.user.is_authenticated:
            note_refusal(request)
        return response
