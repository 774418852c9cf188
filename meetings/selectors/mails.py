"""What became of the mails about invitations, for the pages that show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deventer_crm.core.mails import last_mails
from deventer_crm.core.models import OutgoingMail
from meetings.mail_kinds import FIRST, why_not_sent
from meetings.models import Invitation

State = OutgoingMail.State


@dataclass(frozen=True)
class MailState:
    """One mail as a badge, with why it did not go. `may_retry`: it was given up and can be tried again."""

    tone: str
    icon: str
    word: str
    why: str = ""
    may_retry: bool = False
    mail: OutgoingMail | None = None


def state_of(mail: OutgoingMail) -> MailState:
    """The fate of a mail in the words of model.md: waits, sent, not sent."""
    if mail.state == State.SENT:
        return MailState("ok", "send", _("mailed"), mail=mail)
    if mail.state == State.WITHDRAWN:
        return MailState("plain", "x-lg", _("not mailed: withdrawn"), mail=mail)
    if mail.is_given_up:
        return MailState(
            "miss", "exclamation-circle", _("mail not sent"), why_not_sent(mail), mail.kind in FIRST, mail
        )
    return MailState("warm", "clock", _("mail is waiting"), why_not_sent(mail), mail=mail)


def put_mail_states(invitations: Iterable[Any]) -> None:
    """Puts `mail_state` on each invitation (None for one that was not mailed from here); one query, none when
    nothing was mailed."""
    rows = list(invitations)
    mailed = [row.pk for row in rows if row.link_key]
    found = last_mails(Invitation, mailed) if mailed else {}
    for row in rows:
        mail = found.get(row.pk)
        row.mail_state = state_of(mail) if mail is not None else None
