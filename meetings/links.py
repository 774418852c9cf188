"""The link in a mail by which somebody without an account answers (R10): signed for this one purpose, bound
to one invitation and its key, and void once its last day is over or the invitation was withdrawn."""

import datetime as dt
import uuid

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock, policy
from deventer_crm.core.posting import absolute
from meetings.models import Invitation, Meeting

SALT = "meetings.invitation.answer"

WITHDRAWN, CALLED_OFF, OVER, EXPIRED = "withdrawn", "called_off", "over", "expired"
#: Why a link takes no answer any more, for who opens it.
CLOSED = {
    WITHDRAWN: _("This invitation was withdrawn."),
    CALLED_OFF: _("This meeting was called off."),
    OVER: _("This meeting has already taken place."),
    EXPIRED: _("This link no longer works: its last day is over."),
}


def _signer() -> signing.Signer:
    return signing.Signer(salt=SALT, sep=".")


def new_link(invitation: Invitation) -> None:
    """Give an invitation a link of its own; an older link no longer works. Not saved."""
    invitation.link_key = uuid.uuid4()
    invitation.link_until = last_day(invitation.meeting)


def last_day(meeting: Meeting | None) -> dt.date:
    """Until when a link works that is sent today: the day of the meeting, and without one a number of days
    (a setting)."""
    if meeting is not None:
        return clock.local_date(meeting.starts_at)
    days: int = policy.value("invitation_link_days")
    return clock.today() + dt.timedelta(days=days)


def token_of(invitation: Invitation) -> str:
    """What stands in the address; raises ValueError for an invitation without a link."""
    if invitation.link_key is None:
        raise ValueError("this invitation has no link")
    return _signer().sign_object([invitation.pk, invitation.link_key.hex])


def answer_url(invitation: Invitation) -> str:
    """The whole address, for a mail."""
    return absolute(reverse("meetings:answer", args=[token_of(invitation)]))


def invitation_of(token: str) -> Invitation | None:
    """The invitation a link was made for; None for a link that was made up, changed, or replaced."""
    try:
        pk, key = _signer().unsign_object(token)
        link_key = uuid.UUID(key)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    rows = Invitation.objects.select_related("meeting__kind", "college_member", "person", "employer")
    return rows.filter(pk=pk, link_key=link_key).first()


def why_closed(invitation: Invitation) -> str:
    """A key of CLOSED, or "" while it can be answered."""
    meeting = invitation.meeting
    if invitation.withdrawn_on is not None:
        return WITHDRAWN
    if meeting is not None and meeting.state == Meeting.State.CANCELLED:
        return CALLED_OFF
    if meeting is not None and meeting.is_held:
        return OVER
    if invitation.link_until is None or clock.today() > invitation.link_until:
        return EXPIRED
    return ""
