"""Log-in policy for allauth: accounts are made by an administrator, never by signing up."""

from typing import Any
from urllib.parse import quote, urljoin

from allauth.account.adapter import DefaultAccountAdapter
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

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; after too many the log-in is locked for a while, which the access log tells."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            access_log.note_failed_login(request, credentials.get("email", ""), reason="locked")
            raise
