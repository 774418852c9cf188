"""Lines of the access log about getting in (R13): log-in, failed log-in, refusal.

What somebody typed is never kept: a failed attempt on an existing account names that account, an attempt on
no account names nobody."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from accounts.models import User
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.services import log_access


def origin_of(request: HttpRequest | None) -> str:
    """The network address a request came from; empty for a command."""
    return (get_client_ip(request) or "") if request is not None else ""


def note_failed_login(request: HttpRequest | None, email: str, *, reason: str) -> None:
    """`reason`: password, locked or second_factor."""
    account = User.objects.filter(email__iexact=email).first() if email else None
    log_access(AccessEvent.Verb.LOGIN_FAILED, user=account, origin=origin_of(request), reason=reason)


def note_refusal(request: HttpRequest) -> None:
    """A page answered 403. Names the page and the numbers in its address, never what was typed."""
    match = request.resolver_match
    numbers = {
        name: value for name, value in (match.kwargs if match else {}).items() if isinstance(value, int)
    }
    log_access(
        AccessEvent.Verb.REFUSED,
        user=request.user,
        target=match.view_name if match else "",
        origin=origin_of(request),
        method=request.method,
        **({"address": numbers} if numbers else {}),
    )


def on_login(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    log_access(AccessEvent.Verb.LOGIN, user=user, origin=origin_of(request))


def on_login_failed(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    email = credentials.get("email") or credentials.get("username") or ""
    note_failed_login(request, str(email), reason="password")


def on_second_factor_failed(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    log_access(AccessEvent.Verb.LOGIN_FAILED, user=user, origin=origin_of(request), reason="second_factor")


def connect() -> None:
    """Called once by the app config."""
    user_logged_in.connect(on_login, dispatch_uid="accounts.access_log.login")
    user_login_failed.connect(on_login_failed, dispatch_uid="accounts.access_log.login_failed")
    authentication_failed.connect(on_second_factor_failed, dispatch_uid="accounts.access_log.second_factor")
