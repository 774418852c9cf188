"""Meetings as appointments in somebody's own calendar (RFC 5545, 5546): for invitations and feeds.

    calendar_text([event_for(meeting, summary=…, attendees=[Attendee(…)])], method="REQUEST")

The UID of a meeting never changes; its SEQUENCE counts the times it was moved or called off, so that a
calendar program knows which of two mails is the newer. Nothing of what a meeting is about (`purpose`), of who
else takes part, or of why it was called off gets in here: the caller says what the reader may read (R10)."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from icalendar import Event, vCalAddress, vText

from deventer_crm.core import clock
from meetings.calendar.zones import new_calendar
from meetings.models import Meeting

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
#: A meeting without an end takes this long in a calendar.
USUAL_LENGTH = dt.timedelta(hours=1)
#: Makes UIDs that no other program makes.
NAMESPACE = uuid.UUID("6f3f2f0e-6b0c-4f4f-9d52-8c2f0b6a7d11")

STATUS = {
    Meeting.State.DRAFT: "TENTATIVE",
    Meeting.State.CANCELLED: "CANCELLED",
}


@dataclass(frozen=True)
class Attendee:
    """Somebody who is asked to come; `answer` as on an invitation."""

    email: str
    name: str = ""
    answer: str = ""

    @property
    def status(self) -> str:
        return {"accepted": "ACCEPTED", "declined": "DECLINED"}.get(self.answer, "NEEDS-ACTION")


def uid_of(meeting: Meeting) -> str:
    """The identity of the appointment: the same for good, and another one in every installation, for two
    installations number their meetings alike."""
    return f"{uuid.uuid5(NAMESPACE, f'{meeting.pk} {meeting.created_at.astimezone(dt.UTC).isoformat()}')}"


def place_of(meeting: Meeting) -> str:
    """Where it is, in words: the address or room, else the kind of place."""
    return meeting.location or str(meeting.get_place_display())


def organiser() -> vCalAddress:
    """The municipality, always by the same address: a program refuses an update from somebody else. Answers
    to the mail itself go to the colleague who sent it."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    found = vCalAddress(f"mailto:{address}")
    found.params["CN"] = vText(f"Gemeente {settings.MUNICIPALITY_NAME}")
    return found


def event_for(
    meeting: Meeting,
    *,
    summary: str | None = None,
    location: str | None = None,
    description: str = "",
    url: str = "",
    attendees: Iterable[Attendee] = (),
    is_private: bool = False,
    is_off: bool = False,
) -> Event:
    """A meeting as an event. `summary`: default its title or kind; `location`: default where it is; pass
    other words ("bezet", "") for a reader who may not know. An organiser is named only with attendees, as a
    feed asks nobody anything. `is_private`: a shared calendar shows others no more than the time. `is_off`:
    for these attendees it does not take place, whatever it does for others."""
    event = Event()
    event.add("uid", uid_of(meeting))
    event.add("sequence", meeting.ics_sequence)
    event.add("dtstamp", clock.now().astimezone(dt.UTC))
    start = timezone.localtime(meeting.starts_at)
    end = timezone.localtime(meeting.ends_at) if meeting.ends_at else start + USUAL_LENGTH
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("summary", meeting.name if summary is None else summary)
    where = place_of(meeting) if location is None else location
    if where:
        event.add("location", where)
    if description:
        event.add("description", description)
    if url:
        event.add("url", url)
    status = STATUS.get(Meeting.State(meeting.state), "CONFIRMED")
    event.add("status", STATUS[Meeting.State.CANCELLED] if is_off else status)
    if is_private:
        event.add("class", "PRIVATE")
    guests = list(attendees)
    if guests:
        event["organizer"] = organiser()
    for guest in guests:
        event.add("attendee", _attendee(guest), encode=False)
    return event


def _attendee(guest: Attendee) -> vCalAddress:
    found = vCalAddress(f"mailto:{guest.email}")
    if guest.name:
        found.params["CN"] = vText(guest.name)
    found.params["ROLE"] = vText("REQ-PARTICIPANT")
    found.params["PARTSTAT"] = vText(guest.status)
    found.params["RSVP"] = vText("TRUE" if guest.status == "NEEDS-ACTION" else "FALSE")
    return found


def calendar_text(events: Sequence[Event], *, method: str = PUBLISH, name: str = "") -> str:
    """A whole calendar with these events and the rules of Dutch time they need."""
    calendar = new_calendar(method)
    if name:
        calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(event)
    return str(calendar.to_ical().decode())
