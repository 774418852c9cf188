"""Checks at the start, so that a typing error in the environment stops a deploy and not a log-in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from accounts.roles import Role


def check_required_roles(**kwargs: Any) -> list[CheckMessage]:
    """MFA_REQUIRED_ROLES names roles that exist."""
    known = {role.value for role in Role}
    return [
        Error(
            f"MFA_REQUIRED_ROLES names {code}, which is no role.",
            hint=f"Roles: {', '.join(sorted(known))}.",
            id="accounts.E001",
        )
        for code in settings.MFA_REQUIRED_ROLES
        if code not in known
    ]
