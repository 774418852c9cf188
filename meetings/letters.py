"""What a mail about an invitation says: the text for its use, filled in for one person, with the appointment
for their calendar. The preview and the mail come from the same function, so they cannot differ.

Always in Dutch, whatever language the sender works in. A mail about something confidential says nothing but
where to read it (R10): no title, no day, no place, no names of others, no appointment."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, linebreaks, urlize
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from deventer_crm.core import formatting
from deventer_crm.core.mails import Attachment
from deventer_crm.core.posting import absolute
from employers.models import ContactPerson, Employer, Position
from meetings import ics
from meetings.models import Invitation, MailTemplate, Meeting, MeetingEmployer, MeetingKind, Participant
from meetings.placeholders import LINK, filled

if TYPE_CHECKING:
    from accounts.models import User

Use = MailTemplate.Use

LANGUAGE = "nl"
#: Stands where the link of the real mail will stand.
LINK_TO_COME = absolute("/uitnodiging/…/")


@dataclass(frozen=True)
class Text:
    """Subject and text with words between braces (meetings.placeholders), as stored or as somebody edited
    them for this time."""

    subject: str
    text: str
    is_discreet: bool = False


@dataclass(frozen=True)
class Letter:
    """A mail as it is sent."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class About:
    """What the words are filled from. `link`: empty for a preview, before there is one. `until`: its last
    day. `answer`: what the person answered before, for their calendar."""

    person: ContactPerson
    employer: Employer | None
    meeting: Meeting | None
    member: CollegeMember | None
    by: "User | None"
    link: str = ""
    until: dt.date | None = None
    answer: str = ""


def text_for(use: str, kind: MeetingKind | None) -> Text:
    """The text of that kind of meeting, else the one for all kinds; one query. Raises DoesNotExist when an
    administrator took both away."""
    rows = MailTemplate.objects.filter(use=use).filter(Q(kind=kind) | Q(kind__isnull=True))
    row = rows.order_by(F("kind").asc(nulls_last=True))[:1].get()
    return Text(row.subject, row.text, is_discreet=use == Use.DISCREET)


def is_confidential(
    meeting: Meeting | None, employer: Employer | None = None, person: ContactPerson | None = None
) -> bool:
    """Whether a mail may say nothing of it (R10): the meeting, an employer at it, or who is invited is known
    to some only."""
    if employer is not None and employer.is_confidential:
        return True
    if person is not None:
        places = set(
            Position.objects.filter(person=person).values_list("employer__is_confidential", flat=True)
        )
        if places == {True}:
            return True
    if meeting is None:
        return False
    if meeting.is_confidential:
        return True
    at_table = MeetingEmployer.objects.filter(meeting=meeting, employer__is_confidential=True)
    seated = Participant.objects.filter(meeting=meeting, employer__is_confidential=True)
    return at_table.exists() or seated.exists()


def values_of(about: About) -> dict[str, str]:
    """Every word with what it says now."""
    meeting = about.meeting
    to_agree = _("still to be agreed")
    member = (
        about.member.titled_name
        if about.member
        else _("the municipality of %(name)s") % {"name": settings.MUNICIPALITY_NAME}
    )
    return {
        "aanhef": _("Dear Sir or Madam %(name)s") % {"name": about.person.last_name},
        "naam": str(about.person),
        "bedrijf": about.employer.name if about.employer else "",
        "collegelid": member,
        "datum": formatting.nl_date(meeting.starts_at, "weekday_year") if meeting else to_agree,
        "tijd": _times(meeting) if meeting else to_agree,
        "plaats": ics.place_of(meeting) if meeting else to_agree,
        "onderwerp": meeting.name if meeting else _("a talk"),
        LINK: about.link or LINK_TO_COME,
        "antwoorddatum": formatting.nl_date(about.until) if about.until else to_agree,
        "afzender": (about.by.get_full_name() or about.by.email) if about.by else settings.MUNICIPALITY_NAME,
        "gemeente": settings.MUNICIPALITY_NAME,
    }


def _times(meeting: Meeting) -> str:
    start = formatting.clock_time(meeting.starts_at)
    if not meeting.ends_at:
        return start
    return _("%(start)s to %(end)s") % {"start": start, "end": formatting.clock_time(meeting.ends_at)}


def compose(text: Text, about: About, *, method: str = "") -> Letter:
    """The mail for one person. `method`: REQUEST or CANCEL puts the meeting in their calendar or takes it
    out; a discreet text never does."""
    with translation.override(LANGUAGE):
        values = values_of(about)
        said = filled(text.text, values).replace("\r\n", "\n").strip() + "\n"
        subject = " ".join(filled(text.subject, values).split())
        attachments: Iterable[Attachment] = ()
        if method and about.meeting is not None and not text.is_discreet:
            attachments = [_appointment(about, about.meeting, method)]
        return Letter(subject, said, _as_html(subject, said), tuple(attachments))


def _as_html(subject: str, text: str) -> str:
    body = mark_safe(linebreaks(urlize(escape(text), nofollow=False)))  # noqa: S308 - escaped just here
    return render_to_string("mail/letter.html", {"subject": subject, "body": body})


def _appointment(about: About, meeting: Meeting, method: str) -> Attachment:
    event = ics.event_for(
        meeting,
        url=about.link or LINK_TO_COME,
        attendees=[ics.Attendee(about.person.email, str(about.person), about.answer)],
        is_off=method == ics.CANCEL,
    )
    name = "afmelding.ics" if method == ics.CANCEL else "uitnodiging.ics"
    content = ics.calendar_text([event], method=method)
    return Attachment(name, f"text/calendar; method={method}", content)


def why_no_mail(person: ContactPerson | None, *, purpose: str) -> str:
    """Why this person cannot be mailed, or "" (R13). Who wants no mailings still gets a personal letter."""
    if person is None:
        return _("Choose to whom it goes.")
    if person.anonymised_on is not None:
        return _("This person is not known any more.")
    if person.has_objected:
        return _("%(person)s has objected to being recorded.") % {"person": person}
    if purpose == Invitation.Purpose.GROUP and person.objects_to_mail:
        return _("%(person)s wants no mailings.") % {"person": person}
    if not person.email:
        return _("There is no mail address of %(person)s.") % {"person": person}
    return ""
