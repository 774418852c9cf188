"""The kinds of mail about an invitation, and what follows from their fate: an invitation whose mail was given
up reached nobody and counts for nothing (R5), until it goes after all."""

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.mails import mail_kind
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.services import save_tracked
from meetings.letters import is_confidential
from meetings.models import Invitation, Meeting
from meetings.services.effects import invitation_changed

#: The invitation itself, openly or as a link only; and what comes after it.
INVITE, INVITE_DISCREET, NEWS, NEWS_DISCREET, TAKEN_BACK = (
    "invitation",
    "invitation_discreet",
    "invitation_news",
    "invitation_news_discreet",
    "invitation_taken_back",
)
FIRST = (INVITE, INVITE_DISCREET)
DISCREET = (INVITE_DISCREET, NEWS_DISCREET)

#: Why a mail must not go, as stored on its row → in words for who looks after it.
REFUSALS = {
    "the invitation is gone": gettext_lazy("the invitation is not there any more"),
    "the invitation was withdrawn": gettext_lazy("the invitation was withdrawn"),
    "the meeting was called off": gettext_lazy("the meeting was called off"),
    "it became confidential": gettext_lazy("it became confidential before it was sent"),
    "the invitation never arrived": gettext_lazy("the invitation itself was not delivered"),
    "there is no address": gettext_lazy("there is no mail address"),
    "it is news no longer": gettext_lazy("the meeting is over"),
}


def refused(mail: OutgoingMail) -> str:
    """A key of REFUSALS, or "" when it may go."""
    rows = Invitation.objects.select_related("meeting", "employer", "person")
    invitation = rows.filter(pk=mail.about_id or 0).first()
    if invitation is None:
        return "the invitation is gone"
    if invitation.withdrawn_on is not None and mail.kind != TAKEN_BACK:
        return "the invitation was withdrawn"
    meeting = invitation.meeting
    if mail.kind in FIRST and meeting is not None and meeting.state == Meeting.State.CANCELLED:
        return "the meeting was called off"
    if mail.kind not in FIRST and invitation.undelivered_on is not None:
        return "the invitation never arrived"
    if mail.kind not in DISCREET and is_confidential(meeting, invitation.employer, invitation.person):
        return "it became confidential"
    return ""


def why_not_sent(mail: OutgoingMail) -> str:
    """What went wrong with a mail, in words for who sent it."""
    if mail.error in REFUSALS:
        return str(REFUSALS[mail.error])
    if mail.error.startswith("SMTPRecipientsRefused"):
        return gettext("the mail address was refused")
    if mail.error.startswith(("SMTPDataError", "SMTPSenderRefused")):
        return gettext("the mail server refused this mail")
    return gettext("the mail server could not be reached") if mail.error else ""


@transaction.atomic
def given_up(mail: OutgoingMail) -> None:
    """The invitation of this mail reached nobody. One that was answered did, whatever SMTP says."""
    invitation = Invitation.objects.select_for_update().filter(pk=mail.about_id or 0).first()
    if invitation is None or invitation.undelivered_on is not None or invitation.answer:
        return
    invitation.undelivered_on = max(clock.today(), invitation.sent_on)
    save_tracked(invitation, by=None, validate=False)
    invitation_changed(invitation)


@transaction.atomic
def sent(mail: OutgoingMail) -> None:
    """One that was given up went after all: it was sent today."""
    invitation = Invitation.objects.select_for_update().filter(pk=mail.about_id or 0).first()
    if invitation is None or invitation.undelivered_on is None:
        return
    invitation.undelivered_on, invitation.sent_on = None, clock.today()
    save_tracked(invitation, by=None, validate=False)
    invitation_changed(invitation)


for code, label in (
    (INVITE, _("invitation")),
    (INVITE_DISCREET, _("invitation about something confidential")),
):
    mail_kind(code, label=label, refused=refused, given_up=given_up, sent=sent)
for code, label in (
    (NEWS, _("news about an invitation")),
    (TAKEN_BACK, _("an invitation taken back")),
    (NEWS_DISCREET, _("news about an invitation to something confidential")),
):
    mail_kind(code, label=label, refused=refused)
