"""Log-in policy for allauth: accounts are made by an administrator, never by signing up."""

import time
from typing import Any
from urllib.parse import quote, urljoin

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts import access_log


class CrmAccountAdapter(DefaultAccountAdapter):
    """Closes sign-up (rules of the house: personal accounts, made in the admin), and logs refused log-ins."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        """Subjects name the product themselves."""
        return str(subject)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address of the installation, not the Host header of whoever asked for the mail."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return urljoin(settings.SITE_URL, path.replace("UID-KEY", quote(key)))

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who logged in a moment ago need not type the password again to set up a second factor."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        newest = max(
            (record["at"] for record in get_authentication_records(self.request, self.request.user)),
            default=0,
        )
        return bool(time.time() - newest >= account_settings.REAUTHENTICATION_TIMEOUT)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; after too many the log-in is locked for a while, which the access log tells."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            access_log.note_failed_login(request, credentials.get("email", ""), reason="locked")
            raise
