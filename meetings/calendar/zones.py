"""The time zone of a calendar file. One helper for everything that writes one."""

from icalendar import Calendar, Timezone

TZID = "Europe/Amsterdam"
PRODID = "-//Deventer CRM//agenda//NL"

#: The rule of the European Union since 1996. Not what icalendar makes of the zone file: that puts the begin
#: of summer time at three o'clock, while RFC 5545 counts it by the clock of before.
ZONE = f"""BEGIN:VTIMEZONE
TZID:{TZID}
BEGIN:DAYLIGHT
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


def dutch_zone() -> Timezone:
    """The VTIMEZONE of the Netherlands, for DTSTART;TZID=Europe/Amsterdam."""
    zone = Timezone.from_ical(ZONE)
    assert isinstance(zone, Timezone)  # noqa: S101 - of a text of our own
    return zone


def new_calendar(method: str = "PUBLISH") -> Calendar:
    """An empty calendar file with its zone."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    calendar.add_component(dutch_zone())
    return calendar
