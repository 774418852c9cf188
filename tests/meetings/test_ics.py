"""Appointments for other people's calendars: one identity, a version, Dutch time (meetings.ics)."""

import datetime as dt

import icalendar
import pytest
import time_machine

from meetings import ics, services
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import MeetingFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def parsed(meeting, *, method=ics.REQUEST, **words):
    calendar = icalendar.Calendar.from_ical(
        ics.calendar_text([ics.event_for(meeting, **words)], method=method)
    )
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@pytest.mark.parametrize(
    ("day", "offset"), [(dt.date(2026, 7, 7), 2), (dt.date(2026, 12, 8), 1)], ids=["summer", "winter"]
)
def test_it_is_in_dutch_time_with_the_rules_that_go_with_it(day, offset):
    meeting = MeetingFactory(planned=True, on=day)
    calendar, event = parsed(meeting)
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Amsterdam"
    assert event["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    # The rules in the file itself, not those of this machine, say which moment it is.
    local = event["DTSTART"].dt.replace(tzinfo=zone.to_tz())
    assert local.utcoffset() == dt.timedelta(hours=offset)
    assert local == meeting.starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == dt.timedelta(hours=1)


def test_the_identity_stays_and_the_version_counts_up_with_each_move(am):
    meeting = MeetingFactory(planned=True, on=dt.date(2026, 7, 7), employers=[EmployerFactory()])
    uid = ics.uid_of(meeting)
    _calendar, event = parsed(meeting)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uid, 0, "CONFIRMED")
    services.move_meeting(meeting, by=am, starts_at=at(dt.date(2026, 7, 8)))
    services.move_meeting(meeting, by=am, starts_at=at(dt.date(2026, 7, 9)))
    services.cancel_meeting(meeting, by=am, cancelled_by="us", reason="ziek")
    meeting.refresh_from_db()
    _calendar, event = parsed(meeting, method=ics.CANCEL)
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uid, 3, "CANCELLED")
    assert uid != ics.uid_of(MeetingFactory(planned=True))


def test_it_tells_who_asks_whom_and_nothing_of_what_it_is_about(settings):
    settings.DEFAULT_FROM_EMAIL = "Gemeente <agenda@example.org>"
    meeting = MeetingFactory(planned=True, purpose="verplaatsing geheimhouden", title="Kennismaking")
    guest = ics.Attendee("noor@example.org", 'Noor "De Baas"; Voorbeeld, met é', "accepted")
    text = ics.calendar_text([ics.event_for(meeting, attendees=[guest])], method=ics.REQUEST)
    assert "geheimhouden" not in text
    assert "METHOD:REQUEST" in text
    _calendar, event = parsed(meeting, attendees=[guest])
    assert event["ORGANIZER"] == "mailto:agenda@example.org"
    assert event["ATTENDEE"] == "mailto:noor@example.org"
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert "Voorbeeld" in event["ATTENDEE"].params["CN"]


def test_a_feed_says_what_its_reader_may_read_and_asks_nobody():
    meeting = MeetingFactory(planned=True, title="Gesprek Zilverlinde", location="Zilverstraat 1")
    _calendar, event = parsed(meeting, method=ics.PUBLISH, summary="bezet", location="", is_private=True)
    assert event["SUMMARY"] == "bezet"
    assert not {"LOCATION", "ORGANIZER", "ATTENDEE"} & set(event)
    assert event["CLASS"] == "PRIVATE"
    assert "Zilver" not in event.to_ical().decode()


def test_a_line_that_somebody_types_starts_no_line_of_the_calendar():
    meeting = MeetingFactory(
        planned=True, title="Overleg\r\nATTENDEE:mailto:boef@example.org", location="a,b;c"
    )
    text = ics.calendar_text([ics.event_for(meeting)])
    assert not [line for line in text.splitlines() if line.startswith("ATTENDEE")]
    assert icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["LOCATION"] == "a,b;c"
