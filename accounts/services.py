"""What an administrator does with accounts: invite, deactivate, help somebody who lost the second factor; and
times on which nothing is planned."""

import datetime as dt
from smtplib import SMTPException
from typing import Any
from urllib.parse import urljoin

from allauth.account import app_settings as account_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import BlockedTime, User
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked

DAY = 24 * 60 * 60


class InvitationFailed(Exception):
    """The mail server did not take the invitation; the account exists and the mail can be sent again."""


def invite_user(user: User, *, by: User) -> None:
    """Mail a new colleague a link to choose a password. Raises InvitationFailed when the mail server is away.

    The link works once and for PASSWORD_RESET_TIMEOUT seconds, the same as one for a forgotten password."""
    token = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": token}
    )
    context = {
        "user": user,
        "by": by,
        "site_url": settings.SITE_URL,
        "password_url": urljoin(settings.SITE_URL, path),
        "days": settings.PASSWORD_RESET_TIMEOUT // DAY,
    }
    with translation.override(settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string("mail/invitation_subject.txt", context).split())
        text = render_to_string("mail/invitation_message.txt", context)
    try:
        EmailMessage(subject=subject, body=text, to=[user.email]).send()
    except (SMTPException, OSError) as trouble:
        raise InvitationFailed(type(trouble).__name__) from trouble


@transaction.atomic
def deactivate_user(user: User, *, by: User) -> None:
    """Shut somebody out at once; what the person did stays. Raises ValidationError for the own account, and
    for the last one that can manage users."""
    if user.pk == by.pk:
        raise ValidationError(_("You cannot deactivate your own account."))
    managers = set(User.objects.who_can(Act.MANAGE_USERS).order_by().values_list("pk", flat=True))
    if managers == {user.pk}:
        raise ValidationError(_("Somebody must remain who can manage users."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user)


def activate_user(user: User) -> None:
    """Let somebody in again, with the roles the account still has."""
    user.is_active = True
    user.save(update_fields=["is_active"])


@transaction.atomic
def reset_second_factor(user: User) -> bool:
    """Take the app and the recovery codes away of somebody who lost the phone, and end the sessions.

    Returns whether there was anything to take away. Whoever needs a second factor sets a new one up at the
    next log-in."""
    removed, _per_model = Authenticator.objects.filter(user=user).delete()
    if removed:
        end_sessions(user)
    return bool(removed)


def end_sessions(user: User) -> int:
    """Log somebody out everywhere; returns how many sessions ended."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        session.end()
    return len(sessions)


def forget_old_addresses(*, instance: User, **kwargs: Any) -> None:
    """post_save: allauth keeps the address of each log-in in a table of its own, and would go on taking an
    address that an administrator has replaced."""
    EmailAddress.objects.filter(user=instance).exclude(email__iexact=instance.email).delete()


@transaction.atomic
def save_blocked_time(row: BlockedTime, *, by: User, expected_version: int | None = None) -> BlockedTime:
    """Save a new or changed blocked time. Raises ValidationError, StaleRecord."""
    return save_tracked(row, by=by, expected_version=expected_version)


@transaction.atomic
def end_blocked_time(row: BlockedTime, *, by: User) -> bool:
    """It holds no longer, from today on; what was before stays as it was. Returns whether anything of it is
    left: one that had not begun is gone."""
    row.refresh_from_db(from_queryset=BlockedTime.objects.select_for_update(of=("self",)))
    today = clock.today()
    if row.starts_on >= today:
        row.delete()
        return False
    yesterday = today - dt.timedelta(days=1)
    if row.ends_on is None or row.ends_on > yesterday:
        row.ends_on = yesterday
        save_tracked(row, by=by)
    return True
