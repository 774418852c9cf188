"""The mail with the question. It holds what the owner typed for this colleague, and nothing else of the
employer; whether it may go is asked again just before it is sent."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core import clock
from deventer_crm.core.mails import mail_kind, mails_about, queue_mail, withdraw_mails
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.posting import absolute
from employers.models import FollowUpRequest

from .links import Door, door_of, link_of

if TYPE_CHECKING:
    from accounts.models import User

KIND = "follow_up_request"


def _refused(mail: OutgoingMail) -> str:
    rows: Any = FollowUpRequest.objects.select_related(
        "follow_up__employer__merged_into", "follow_up__person"
    )
    request = rows.filter(pk=mail.about_id).first()
    if request is None or request.email != mail.to or door_of(request) != Door.OPEN:
        return "the question is not asked any more"
    return ""


mail_kind(KIND, label=gettext_lazy("question to a colleague without an account"), refused=_refused)


def send_question(request: FollowUpRequest, *, by: "User") -> OutgoingMail:
    """Write the mail of this round down, in Dutch; one of a round before that did not go yet does not go any
    more."""
    withdraw_mails(mails_about(request))
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "request": request,
            "by": by,
            "url": absolute(link_of(request)),
            "site_url": settings.SITE_URL,
        }
        return queue_mail(
            kind=KIND,
            key=f"follow-up-request:{request.pk}:{request.rounds}",
            to=request.email,
            reply_to=by.email,
            subject=_("A question from %(who)s of the municipality") % {"who": by},
            text=render_to_string("mail/follow_up_request.txt", context).strip() + "\n",
            about=request,
            by=by,
            useless_after=clock.start_of(request.expires_on + dt.timedelta(days=1)),
        )
