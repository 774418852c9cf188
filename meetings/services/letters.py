"""Terugkoppelbrief: mailed to people of the company after the report, and what it reports back."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.mails import queue_mail
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities
from employers.models import ContactPerson, FollowUp
from employers.services.followups import report_back
from meetings.feedback_text import KIND
from meetings.models import FeedbackLetter, LetterRecipient, Meeting

from .outcomes import is_secret
from .steps import lock

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def send_feedback(
    meeting: Meeting,
    *,
    by: "User",
    people: Iterable[ContactPerson],
    subject: str,
    body: str,
    told: Collection[FollowUp] = (),
) -> FeedbackLetter:
    """Mail the letter to each of these people and keep it. `told`: promises that were fulfilled and that this
    letter reports back; others it only announces.

    Raises ValidationError when the meeting has no report, nobody is chosen, somebody did not sit at the table
    or has no address or wants no mail, or a promise is not of this meeting or not fulfilled."""
    locked = lock(meeting)
    if locked.state not in (Meeting.State.REPORTED, Meeting.State.CLOSED):
        raise ValidationError(_("Write the report first; the letter follows from it."))
    if is_secret(locked):
        raise ValidationError(_("This meeting is confidential: nothing about it is mailed."))
    chosen = list({person.pk: person for person in people}.values())
    if not chosen:
        raise ValidationError({"people": _("Choose to whom it goes.")})
    at_table = set(meeting.participants.filter(person__isnull=False).values_list("person_id", flat=True))
    unwilling = [
        person for person in chosen if person.has_objected or person.objects_to_mail or person.anonymised_on
    ]
    for person in chosen:
        if person.pk not in at_table or not person.email or person in unwilling:
            raise ValidationError({"people": _("%(person)s cannot be mailed.") % {"person": person}})
    letter = save_tracked(
        FeedbackLetter(
            meeting=meeting, subject=" ".join(subject.split()), body=body.strip(), sent_on=clock.today()
        ),
        by=by,
    )
    for person in chosen:
        mail = queue_mail(
            kind=KIND.code,
            key=f"feedback:{letter.pk}:{person.pk}",
            to=person.email,
            reply_to=by.email,
            subject=letter.subject,
            text=letter.body,
            about=meeting,
            by=by,
        )
        LetterRecipient.objects.create(letter=letter, person=person, mail=mail)
    ours = set(meeting.follow_up_rows.values_list("follow_up_id", flat=True))
    for promise in told:
        if promise.pk not in ours or promise.state != FollowUp.State.FULFILLED:
            raise ValidationError({"told": _("Only what was fulfilled can be reported back.")})
        report_back(promise, by=by, how=FollowUp.Channel.MAIL)
    refresh_activities("feedback_letter", [letter.pk])
    return letter
