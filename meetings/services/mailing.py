"""Invitations that are mailed from here, and what is told afterwards to who was invited. The invitation is
the fact, with the day it was written down as the day it was sent; the mail is a row of its own."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import clock
from deventer_crm.core.mails import NewMail, mails_about, queue_mails, try_again
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.services import save_tracked
from employers.models import ContactPerson, Employer
from meetings import ics
from meetings.letters import About, Letter, Text, Use, compose, is_confidential, text_for, why_no_mail
from meetings.links import answer_url, last_day, new_link
from meetings.models import Invitation, Meeting
from meetings.placeholders import problems_with

from .effects import invitation_changed
from .invitations import save_invitation, withdraw_invitation
from .mandates import check_mandate

if TYPE_CHECKING:
    from accounts.models import User

#: What a mail of this use does in the calendar of who gets it.
METHODS = {
    Use.PERSONAL: ics.REQUEST,
    Use.GROUP: ics.REQUEST,
    Use.ASK_AGAIN: ics.REQUEST,
    Use.MOVED: ics.REQUEST,
    Use.CHANGED: ics.REQUEST,
    Use.CANCELLED: ics.CANCEL,
    Use.WITHDRAWN: ics.CANCEL,
}


@dataclass(frozen=True)
class Wording:
    """The words somebody chose for this time. Empty: those of the template."""

    subject: str = ""
    text: str = ""


def chosen_text(use: str, meeting: Meeting | None, wording: Wording | None, *, discreet: bool) -> Text:
    """What is sent: for something confidential always the discreet text (R10), else what was typed, else the
    template. Raises ValidationError beside subject or text for words that mean nothing."""
    kind = meeting.kind if meeting is not None else None
    if discreet:
        return text_for(Use.DISCREET, kind)
    text = text_for(use, kind)
    if wording is not None:
        text = replace(text, subject=wording.subject or text.subject, text=wording.text or text.text)
    problems = problems_with(use, text.subject, text.text)
    if problems:
        raise ValidationError(problems)
    return text


def check_sender(by: "User", purpose: str, member: CollegeMember | None) -> None:
    """Raises ValidationError beside `college_member`: only with a mandate of the day does somebody write in
    the name of a college member, and a personal invitation always is (R9)."""
    if member is None:
        if purpose == Invitation.Purpose.PERSONAL:
            raise ValidationError(
                {"college_member": _("Say in whose name: a personal invitation has a sender.")}
            )
        return
    try:
        check_mandate(by, member)
    except ValidationError as refusal:
        raise ValidationError({"college_member": refusal.messages}) from refusal


@transaction.atomic
def mail_invitation(
    *,
    by: "User",
    employer: Employer,
    person: ContactPerson | None,
    purpose: str,
    college_member: CollegeMember | None = None,
    meeting: Meeting | None = None,
    wording: Wording | None = None,
) -> Invitation:
    """Invite somebody by mail, with a link to answer by. Raises ValidationError beside the field: nobody to
    write to, no mandate, a meeting that is over, or a text that cannot be sent."""
    problem = why_no_mail(person, purpose=purpose)
    if problem or person is None:
        raise ValidationError({"person": problem})
    check_sender(by, purpose, college_member)
    if meeting is not None and not can_be_invited_to(meeting):
        raise ValidationError({"meeting": _("This meeting takes no invitations any more.")})
    discreet = is_confidential(meeting, employer, person)
    text = chosen_text(purpose, meeting, wording, discreet=discreet)
    invitation = Invitation(
        employer=employer,
        person=person,
        college_member=college_member,
        meeting=meeting,
        purpose=purpose,
        channel=Invitation.Channel.MAIL,
        sent_on=clock.today(),
    )
    new_link(invitation)
    save_invitation(invitation, by=by, on_behalf_of=college_member)
    letter = letter_for(invitation, text, use=purpose, by=by)
    queue_invitations([(invitation, letter)], by=by, discreet=discreet)
    return invitation


def can_be_invited_to(meeting: Meeting) -> bool:
    """To come, and not called off."""
    to_come = clock.local_date(meeting.starts_at) >= clock.today()
    return to_come and meeting.state in (Meeting.State.DRAFT, Meeting.State.PLANNED)


def letter_for(invitation: Invitation, text: Text, *, use: str, by: "User | None") -> Letter:
    """What this invitation's person reads. Raises ValueError without a person."""
    if invitation.person is None:
        raise ValueError("nobody to write to")
    about = About(
        person=invitation.person,
        employer=invitation.employer,
        meeting=invitation.meeting,
        member=invitation.college_member,
        by=by,
        link=answer_url(invitation) if invitation.link_key else "",
        until=invitation.link_until or last_day(invitation.meeting),
        answer=invitation.answer,
    )
    return compose(text, about, method=METHODS.get(Use(use), ""))


def end_of(day: dt.date | None) -> dt.datetime | None:
    return clock.start_of(day + dt.timedelta(days=1)) if day is not None else None


def queue_invitations(letters: Iterable[tuple[Invitation, Letter]], *, by: "User", discreet: bool) -> int:
    """Write the mails of new invitations down; one statement."""
    kind = "invitation_discreet" if discreet else "invitation"
    return queue_mails(
        kind,
        [
            _mail(invitation, letter, "0", by, useless_after=end_of(invitation.link_until))
            for invitation, letter in letters
        ],
        by=by,
    )


def _mail(
    invitation: Invitation, letter: Letter, number: str, by: "User | None", *, useless_after: Any = None
) -> NewMail:
    return NewMail(
        key=f"invitation:{invitation.pk}:{number}",
        to=invitation.person.email if invitation.person else "",
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        attachments=letter.attachments,
        about=invitation,
        reply_to=by.email if by else "",
        useless_after=useless_after,
    )


# ── afterwards ───────────────────────────────────────────────────────────────────────────────────


def reached(meeting: Meeting) -> Any:
    """Invitations to a meeting that were mailed from here to people who did not decline, and who can still be
    mailed: whoever is to be told when it moves or is called off."""
    return (
        Invitation.objects.filter(
            meeting=meeting,
            link_key__isnull=False,
            withdrawn_on__isnull=True,
            undelivered_on__isnull=True,
            person__anonymised_on__isnull=True,
            person__has_objected=False,
        )
        .exclude(answer=Invitation.Answer.DECLINED)
        .exclude(person__email="")
    )


@transaction.atomic
def tell_reached(meeting: Meeting, use: str, *, by: "User") -> int:
    """Mail those who were reached that the meeting has another date, or was called off; returns how many.
    Once for each version of the appointment, in a fixed number of statements."""
    rows = reached(meeting).select_related("person", "employer", "college_member", "meeting__kind")
    number = f"{use}:{meeting.ics_sequence}"
    return _tell(list(rows.order_by("pk")), use, number, by=by)


def has_appointment(invitation: Invitation) -> bool:
    """Whether who is invited has this meeting in their calendar by a mail of ours: then they are told when
    the invitation is taken back. What is confidential never got there (R10)."""
    meeting = invitation.meeting
    if meeting is None or not can_be_invited_to(meeting):
        return False
    mail = first_mail(invitation)
    if mail is None or mail.state != OutgoingMail.State.SENT or mail.kind != "invitation":
        return False
    told = reached(meeting).filter(pk=invitation.pk).exists()
    return told and not is_confidential(meeting, invitation.employer, invitation.person)


@transaction.atomic
def withdraw_and_tell(
    invitation: Invitation, *, by: "User", withdrawn_on: dt.date | None = None
) -> Invitation:
    """Take an invitation back, and the appointment out of the calendar of who has it. Raises
    ValidationError."""
    tells = has_appointment(invitation)
    found = withdraw_invitation(invitation, by=by, withdrawn_on=withdrawn_on)
    if tells:
        text = chosen_text(Use.WITHDRAWN, found.meeting, None, discreet=False)
        letter = letter_for(found, text, use=Use.WITHDRAWN, by=by)
        queue_mails("invitation_taken_back", [_mail(found, letter, Use.WITHDRAWN, by)], by=by)
    return found


@transaction.atomic
def ask_again(invitations: Any, *, by: "User") -> int:
    """Mail who has not answered once more, at most once a day each; returns how many mails that are. Takes a
    queryset of invitations; those that were answered, withdrawn or never arrived are left out."""
    rows = (
        invitations.filter(
            answer="",
            link_key__isnull=False,
            link_until__gte=clock.today(),
            withdrawn_on__isnull=True,
            undelivered_on__isnull=True,
            person__anonymised_on__isnull=True,
            person__has_objected=False,
        )
        .exclude(person__email="")
        .exclude(meeting__state=Meeting.State.CANCELLED)
        .select_related("person", "employer", "college_member", "meeting__kind")
    )
    return _tell(list(rows.order_by("pk")), Use.ASK_AGAIN, f"again:{clock.today()}", by=by)


def _tell(rows: list[Invitation], use: str, number: str, *, by: "User") -> int:
    texts: dict[tuple[int | None, bool], Text] = {}
    mails: dict[bool, list[NewMail]] = {False: [], True: []}
    secret_meetings: dict[int | None, bool] = {}
    for invitation in rows:
        meeting = invitation.meeting
        if invitation.meeting_id not in secret_meetings:
            secret_meetings[invitation.meeting_id] = is_confidential(meeting)
        discreet = secret_meetings[invitation.meeting_id] or invitation.employer.is_confidential
        key = (meeting.kind_id if meeting else None, discreet)
        if key not in texts:
            texts[key] = chosen_text(use, meeting, None, discreet=discreet)
        letter = letter_for(invitation, texts[key], use=use, by=by)
        until = invitation.link_until if use != Use.CANCELLED else None
        mails[discreet].append(_mail(invitation, letter, number, by, useless_after=end_of(until)))
    for discreet, found in mails.items():
        queue_mails("invitation_news_discreet" if discreet else "invitation_news", found, by=by)
    return len(rows)


def overtake(meeting: Meeting) -> None:
    """The appointment in other people's calendars is another one now, and links work until its day. Part of a
    step that saves the meeting."""
    meeting.ics_sequence = meeting.ics_sequence + 1
    mailed = Invitation.objects.filter(meeting=meeting, link_key__isnull=False, withdrawn_on__isnull=True)
    day = clock.local_date(meeting.starts_at)
    mailed.exclude(link_until=day).update(link_until=day, version=F("version") + 1)


@transaction.atomic
def send_again(invitation: Invitation, *, by: "User") -> Invitation:
    """Try the mail of an invitation again that was given up, to the address the person has now; it counts as
    sent today. Raises ValidationError when there is nothing to try, or nowhere to send it."""
    invitation.refresh_from_db(from_queryset=Invitation.objects.select_for_update(of=("self",)))
    mail = first_mail(invitation)
    if mail is None or not mail.is_given_up or invitation.withdrawn_on is not None:
        raise ValidationError(_("There is no mail to try again."))
    problem = why_no_mail(invitation.person, purpose=invitation.purpose)
    if problem:
        raise ValidationError(problem)
    if invitation.meeting is not None and not can_be_invited_to(invitation.meeting):
        raise ValidationError(_("This meeting takes no invitations any more."))
    address = invitation.person.email if invitation.person else ""
    OutgoingMail.objects.filter(pk=mail.pk).update(
        to=address, useless_after=end_of(invitation.link_until or last_day(invitation.meeting))
    )
    try_again(mail)
    if not invitation.answer:
        invitation.undelivered_on, invitation.sent_on = None, clock.today()
        save_tracked(invitation, by=by)
        invitation_changed(invitation)
    return invitation


def first_mail(invitation: Invitation) -> OutgoingMail | None:
    """The mail with the invitation itself."""
    rows = mails_about(invitation).filter(kind__in=["invitation", "invitation_discreet"])
    return rows.order_by("pk").first()
