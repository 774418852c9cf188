"""Log-in policy for allauth: accounts are made by an administrator, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class CrmAccountAdapter(DefaultAccountAdapter):
    """Closes sign-up (rules of the house: personal accounts, made in the admin)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
