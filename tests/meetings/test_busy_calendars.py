"""Calendars of others that are read: only busy times come in, and no address leads into our own network."""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from meetings.calendar import Span
from meetings.calendar.fetching import read_all, read_one, set_busy_address
from meetings.calendar.reaching import Unreachable, fetch_calendar, may_reach, parse_address
from meetings.calendar.reading import NoCalendar, busy_spans
from meetings.models import BusyAddress, BusyTime
from tests.accounts.factories import CollegeMemberFactory
from tests.meetings.factories import BusyAddressFactory, BusyTimeFactory, at

db = pytest.mark.django_db
DAY = dt.date(2026, 7, 1)
MONTH = Span(at(dt.date(2026, 6, 1)), at(dt.date(2026, 8, 1)))


def file_of(*lines: str) -> bytes:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:proef", *lines, "END:VCALENDAR", ""])
    return text.encode()


def event(*lines: str, uid: str = "1") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]


ONE = file_of(
    *event("DTSTART:20260701T080000Z", "DTEND:20260701T090000Z", "SUMMARY:Tandarts", "LOCATION:Thuis")
)


# ── what a file says ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (event("DTSTART:20260701T080000Z", "DTEND:20260701T090000Z"), [(10, 11)]),
        (event("DTSTART;TZID=Europe/Amsterdam:20260701T100000", "DURATION:PT2H"), [(10, 12)]),
        (event("DTSTART;TZID=W. Europe Standard Time:20260701T100000", "DURATION:PT1H"), [(10, 11)]),
        (event("DTSTART:20260701T100000", "DTEND:20260701T110000"), [(10, 11)]),
        (event("DTSTART;VALUE=DATE:20260701"), [(0, 24)]),
        (event("DTSTART;VALUE=DATE:20260701", "DTEND;VALUE=DATE:20260702"), [(0, 24)]),
        (event("DTSTART:20260701T080000Z", "DTEND:20260701T090000Z", "TRANSP:TRANSPARENT"), []),
        (event("DTSTART:20260701T080000Z", "DTEND:20260701T090000Z", "STATUS:CANCELLED"), []),
        (event("DTSTART:20260701T080000Z", "DURATION:PT1H", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), []),
        (event("DTSTART:20260701T080000Z", "DURATION:PT1H", "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), [(10, 11)]),
        (event("DTSTART:20260701T080000Z"), []),
        (
            [
                *event("DTSTART:20260701T080000Z", "DTEND:20260701T090000Z"),
                *event("DTSTART:20260701T083000Z", "DTEND:20260701T100000Z", uid="2"),
            ],
            [(10, 12)],
        ),
        (
            [
                "BEGIN:VFREEBUSY", "DTSTAMP:20260101T000000Z",
                "FREEBUSY;FBTYPE=BUSY:20260701T080000Z/20260701T090000Z,20260701T100000Z/PT1H",
                "FREEBUSY;FBTYPE=FREE:20260701T110000Z/PT1H",
                "END:VFREEBUSY",
            ],
            [(10, 11), (12, 13)],
        ),
        (["BEGIN:VFREEBUSY", "FREEBUSY:20260701T080000Z/20260701T090000Z", "END:VFREEBUSY"], [(10, 11)]),
    ],
)  # fmt: skip
def test_busy_times_of_a_file(lines, expected):
    start = at(DAY, 0)
    spans = [Span(start + dt.timedelta(hours=one), start + dt.timedelta(hours=end)) for one, end in expected]
    assert busy_spans(file_of(*lines), MONTH) == spans


def test_what_repeats_comes_back_but_for_its_exceptions():
    weekly = event(
        "DTSTART;TZID=Europe/Amsterdam:20260101T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=WE",
        "EXDATE;TZID=Europe/Amsterdam:20260708T100000",
    )  # fmt: skip
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Amsterdam:20260715T100000",
        "DTSTART;TZID=Europe/Amsterdam:20260716T140000", "DURATION:PT1H",
    )  # fmt: skip
    found = busy_spans(file_of(*weekly, *moved), Span(at(DAY, 0), at(dt.date(2026, 7, 24), 0)))
    days = [dt.date(2026, 7, 1), dt.date(2026, 7, 16), dt.date(2026, 7, 22)]
    hours = [10, 14, 10]
    assert found == [Span(at(day, hour), at(day, hour + 1)) for day, hour in zip(days, hours, strict=True)]


def test_what_repeats_keeps_its_hour_when_the_clock_is_set():
    weekly = event("DTSTART;TZID=Europe/Amsterdam:20261018T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
    found = busy_spans(file_of(*weekly), Span(at(dt.date(2026, 10, 18), 0), at(dt.date(2026, 11, 2), 0)))
    assert [span.starts_at for span in found] == [
        at(dt.date(2026, 10, day), 10) for day in (18, 25)
    ] + [at(dt.date(2026, 11, 1), 10)]  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html>Log in</html>", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT",
        b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
        file_of(*event("DTSTART:20260701T080000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY")),
        file_of(*event("DTSTART:20260701T080000Z", "DURATION:PT1S", "RRULE:FREQ=HOURLY")),
        file_of(
            *event(
                "DTSTART:20260701T080000Z", "DURATION:PT1S",
                f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE=0,30",
            )
        ),
    ],
)  # fmt: skip
def test_what_is_no_calendar_of_a_person_is_refused(content):
    with pytest.raises(NoCalendar):
        busy_spans(content, MONTH)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200) | st.just("BEGIN:VEVENT"), st.sampled_from(["DTSTART", "RRULE", "X", "EXDATE"]))
def test_any_text_is_a_calendar_or_refused(text, name):
    try:
        spans = busy_spans(file_of("BEGIN:VEVENT", f"{name}:{text}", "END:VEVENT"), MONTH)
    except NoCalendar:
        return
    assert all(MONTH.starts_at <= span.starts_at < span.ends_at <= MONTH.ends_at for span in spans)


# ── which addresses may be read ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    [
        "http://agenda.example.org/a.ics", "ftp://agenda.example.org/a", "file:///etc/passwd", "agenda", "",
        "https://", "https://naam:geheim@agenda.example.org/", "https://agenda.example.org:8443/a.ics",
        "https://agenda.example.org:99999/", "https://agenda.example.org/a b", "https://[::1",
        "https://agenda.example.org/\r\nHost: elders", "https://ägenda.example.org/", "gopher://x", "//x/y",
    ],
)  # fmt: skip
def test_an_address_of_another_kind_is_refused(address):
    with pytest.raises(Unreachable) as refused:
        parse_address(address)
    assert refused.value.problem == BusyAddress.Problem.ADDRESS


def test_webcal_is_https():
    assert parse_address("webcal://agenda.example.org/a.ics").geturl() == "https://agenda.example.org/a.ics"


@pytest.mark.parametrize(
    ("ip", "may"),
    [
        ("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False),
        ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("255.255.255.255", False), ("::1", False), ("::", False), ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:10.0.0.1", False), ("::ffff:127.0.0.1", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("::127.0.0.1", False), ("ff02::1", False), ("niets", False),
        ("8.8.8.8", True), ("2a00:1450:4001::1", True), ("::ffff:8.8.8.8", True),
    ],
)  # fmt: skip
def test_only_addresses_of_the_internet_are_reached(ip, may):
    assert may_reach(ip) is may


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0x7f.1", "2130706433", "127.1"])
def test_no_name_leads_to_this_machine(host):
    with pytest.raises(Unreachable) as refused:
        fetch_calendar(f"https://{host}/agenda.ics")
    assert refused.value.problem in {BusyAddress.Problem.ADDRESS, BusyAddress.Problem.AWAY}


# ── a real other side ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def other(settings) -> Iterator[SimpleNamespace]:
    """A calendar server on this machine, which the environment allows; it remembers what it was asked."""
    said = SimpleNamespace(status=200, body=ONE, headers={}, asked=[], url="")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.asked.append((self.path, dict(self.headers)))
            status, headers = said.status, dict(said.headers)
            if self.path == "/weg":
                status, headers = 302, {"Location": said.to}
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status = 304
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if status == 200:
                with contextlib.suppress(OSError):  # hung up on: too large
                    self.wfile.write(said.body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    settings.CALENDAR_HOSTS = ["127.0.0.1"]
    said.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield said
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


@db
@pytest.mark.usefixtures("_today")
def test_only_from_when_until_when_comes_in(other, am):
    row = set_busy_address(f"{other.url}/a.ics?sleutel=1", by=am, user=am)
    assert read_all() == 1
    (found,) = BusyTime.objects.filter(source=row)
    assert (found.starts_at, found.ends_at) == (at(DAY, 10), at(DAY, 11))
    row.refresh_from_db()
    assert (row.problem, row.fetched_at is None) == ("", False)
    (path, headers) = other.asked[0]
    assert path == "/a.ics?sleutel=1"
    assert {"Cookie", "Referer", "Authorization"} & set(headers) == set()
    assert {field.name for field in BusyTime._meta.get_fields()} == {"id", "source", "starts_at", "ends_at"}


@db
@pytest.mark.usefixtures("_today")
def test_what_is_no_longer_in_the_calendar_goes_and_what_is_unchanged_stays(other, am):
    row = BusyAddressFactory(user=am, address=other.url)
    other.headers = {"ETag": '"1"'}
    assert read_one(row.pk)
    assert read_one(row.pk)
    assert other.asked[1][1]["If-None-Match"] == '"1"'
    assert row.times.count() == 1
    other.headers, other.body = {"ETag": '"2"'}, file_of()
    assert read_one(row.pk)
    assert row.times.count() == 0


@db
@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (404, b"", "refused"), (403, b"", "refused"), (500, b"", "away"), (200, b"<html>", "unreadable"),
        (200, b"x" * 5_000_001, "too_large"), (302, b"", "address"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("_today")
def test_what_went_wrong_is_said_and_what_was_known_stays(other, am, status, body, problem):
    row = BusyAddressFactory(user=am, address=f"{other.url}/a.ics")
    BusyTimeFactory(source=row, starts_at=at(DAY))
    other.status, other.body = status, body
    other.headers = {"Location": "https://elders.example.org/"} if status == 302 else {}
    assert not read_one(row.pk)
    row.refresh_from_db()
    assert (row.problem, row.times.count(), row.fetched_at) == (problem, 1, None)


@pytest.mark.parametrize(
    ("to", "is_read"),
    [
        ("/a.ics", True), ("http://127.0.0.2/a.ics", False), ("https://elders.example.org/", False),
        ("file:///etc/passwd", False), ("/weg", False), ("", False),
    ],
)  # fmt: skip
def test_a_redirect_stays_on_the_same_host_and_ends(other, to, is_read):
    other.to = to
    if is_read:
        assert fetch_calendar(f"{other.url}/weg").body == ONE
        return
    with pytest.raises(Unreachable):
        fetch_calendar(f"{other.url}/weg")
    assert len(other.asked) <= 4


def test_an_allowed_host_is_one_host(other):
    """The same machine under another name is not on the list."""
    with pytest.raises(Unreachable):
        fetch_calendar(other.url.replace("127.0.0.1", "localhost"))
    assert other.asked == []


@db
@pytest.mark.usefixtures("_today")
def test_calendars_of_who_left_are_read_no_more(other, am):
    am.is_active = False
    am.save()
    row = BusyAddressFactory(user=am, address=other.url)
    BusyTimeFactory(source=row, starts_at=at(DAY))
    gone = CollegeMemberFactory(ends_on=dt.date(2026, 6, 1))
    BusyAddressFactory(user=None, college_member=gone, address=other.url)
    assert read_all() == 0
    assert other.asked == []
    assert not BusyTime.objects.exists()


# ── giving an address ────────────────────────────────────────────────────────────────────────────


@db
def test_somebody_gives_and_takes_away_the_own_address(client_as, am):
    client, url = client_as(am), reverse("meetings:own_calendar")
    refused = client.post(url, {"address": "http://127.0.0.1/geheim"})
    assert refused.status_code == 422
    assert "address" in refused.context["form"].errors
    assert client.post(url, {"address": "https://agenda.example.org/sleutel.ics"}).status_code == 302
    row = BusyAddress.objects.get(user=am)
    page = client.get(reverse("meetings:subscription")).content.decode()
    assert "agenda.example.org" in page
    assert "sleutel" not in page
    BusyTimeFactory(source=row, starts_at=at(DAY))
    client.post(url, {"address": "https://elders.example.org/a.ics"})
    assert not BusyTime.objects.exists()  # what another calendar said is no longer so
    client.post(url, {"act": "remove"})
    assert not BusyAddress.objects.exists()


@db
def test_the_admin_gives_an_address_for_a_member_and_never_shows_it(client_as, fa):
    member, client = CollegeMemberFactory(), client_as(fa)
    url = reverse("admin:meetings_busyaddress_add")
    assert client.post(url, {"college_member": member.pk, "address": "http://intern/"}).status_code == 200
    sent = {"college_member": member.pk, "address": "https://agenda.example.org/sleutel.ics"}
    assert client.post(url, sent).status_code == 302
    row = BusyAddress.objects.get(college_member=member)
    page = reverse("admin:meetings_busyaddress_change", args=[row.pk])
    assert "sleutel" not in client.get(page).content.decode()
    assert client.post(page, {"address": ""}).status_code == 302
    row.refresh_from_db()
    assert row.address.endswith("sleutel.ics")
    assert client.post(page, {"address": "", "is_gone": "on"}).status_code == 302
    assert not BusyAddress.objects.exists()


@db
def test_one_person_to_an_address(am):
    with pytest.raises(ValidationError):
        BusyAddress(user=am, college_member=CollegeMemberFactory(), address="https://x/").full_clean()
