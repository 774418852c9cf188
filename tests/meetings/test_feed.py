"""The personal feed: what is in it, for whom, and that its address opens nothing else."""

import datetime as dt
import json
import logging

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from accounts.services import activate_user, deactivate_user
from deventer_crm.core.logs import without_secrets
from deventer_crm.core.models import TrailEvent
from meetings import services
from meetings.calendar.feed import feed_of, make_feed, revoke_feed
from meetings.calendar.zones import dutch_zone
from meetings.models import CalendarFeed
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import AMSTERDAM, MeetingFactory, ParticipantFactory, at

TODAY = dt.date(2026, 6, 15)
DAY = dt.date(2026, 7, 1)
db = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def seat(user, *, on=DAY, **details):
    details.setdefault("employers", [EmployerFactory(name="Voorbeeldfabriek B.V.")])
    if not {"held", "cancelled", "planned"} & set(details):
        details["planned"] = True
    meeting = MeetingFactory(on=on, **details)
    ParticipantFactory(meeting=meeting, user=user)
    return meeting


def read(client, token, **headers):
    return client.get(reverse("meetings:feed", args=[token]), headers=headers)


def events(answer):
    assert answer.status_code == 200
    return Calendar.from_ical(answer.content).walk("VEVENT")


@db
def test_without_a_choice_for_names_there_is_only_busy(client, am):
    meeting = seat(am, title="Over de hal", location="Proefstraat 1", purpose="Geheim doel")
    meeting.ends_at = at(DAY, 11, 30)
    meeting.save()
    answer = read(client, make_feed(am))
    (event,) = events(answer)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert str(event["SUMMARY"]) == "Bezet"
    assert {"LOCATION", "DESCRIPTION", "ATTENDEE", "URL"} & set(event) == set()
    assert (event.start, event.end) == (at(DAY), at(DAY, 11, 30))
    assert event["DTSTART"].params["TZID"] == "Europe/Amsterdam"
    for word in ("hal", "Proefstraat", "Geheim", "Voorbeeldfabriek"):
        assert word not in answer.content.decode()


@db
def test_with_names_it_tells_who_and_where_and_links(client, am):
    seat(am, location="Proefstraat 1")
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    secret.readers.add(am)
    seat(am, on=DAY + dt.timedelta(days=1), employers=[secret], title="Fluisterhout verhuist")
    named = seat(am, on=DAY + dt.timedelta(days=2), is_confidential=True, title="Stil")
    named.readers.add(am)
    answer = read(client, make_feed(am, with_names=True))
    told = {event.start.date(): event for event in events(answer)}
    assert "Voorbeeldfabriek B.V." in str(told[DAY]["SUMMARY"])
    assert str(told[DAY]["LOCATION"]) == "Proefstraat 1"
    for offset in (1, 2):
        event = told[DAY + dt.timedelta(days=offset)]
        assert str(event["SUMMARY"]) == "Bezet"
        assert "LOCATION" not in event
    assert "Fluisterhout" not in answer.content.decode()


@db
def test_even_the_lead_reads_a_confidential_meeting_as_busy(client, tl):
    secret = EmployerFactory(name="Fluisterhout B.V.", is_confidential=True)
    seat(tl, employers=[secret], title="Fluisterhout verhuist")
    answer = read(client, make_feed(tl, with_names=True))
    assert [str(event["SUMMARY"]) for event in events(answer)] == ["Bezet"]
    assert "Fluisterhout" not in answer.content.decode()


@db
def test_what_one_may_no_longer_know_of_is_gone(client, am):
    secret = EmployerFactory(is_confidential=True)
    seat(am, employers=[secret])
    assert events(read(client, make_feed(am))) == []


@db
def test_only_the_own_seats_in_a_window_of_time(client, am, cm):
    mine = seat(am)
    MeetingFactory(planned=True, on=DAY, owner=am)
    seat(am, on=TODAY - dt.timedelta(days=31), held=True)
    seat(am, on=TODAY + dt.timedelta(days=400))
    recent = seat(am, on=TODAY - dt.timedelta(days=30), held=True)
    last = seat(am, on=TODAY + dt.timedelta(days=399))
    MeetingFactory(on=DAY).participants.create(user=am)  # a draft: no date was agreed
    found = [str(event["UID"]).partition("@")[0] for event in events(read(client, make_feed(am)))]
    assert found == [f"meeting-{row.pk}" for row in (recent, mine, last)]
    MeetingFactory(planned=True, on=DAY, college=[cm.college_member])
    assert len(events(read(client, make_feed(cm)))) == 1


@db
def test_a_move_changes_the_event_and_a_cancellation_says_so(client, am):
    meeting, token = seat(am), make_feed(am)
    (before,) = events(read(client, token))
    services.move_meeting(meeting, by=am, starts_at=at(DAY, 15))
    (moved,) = events(read(client, token))
    assert (moved["UID"], moved.start) == (before["UID"], at(DAY, 15))
    assert moved["SEQUENCE"] > before["SEQUENCE"]
    services.cancel_meeting(meeting, by=am, cancelled_by="us", reason="verhinderd")
    (gone,) = events(read(client, token))
    assert (gone["STATUS"], gone["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


@db
def test_what_has_not_changed_is_not_sent_again(client, am):
    meeting, token = seat(am), make_feed(am)
    etag = read(client, token).headers["ETag"]
    again = read(client, token, **{"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    meeting.starts_at = at(DAY, 16)
    meeting.save()
    assert read(client, token, **{"If-None-Match": etag}).status_code == 200
    assert client.head(reverse("meetings:feed", args=[token])).status_code == 200


@db
def test_an_address_dies_with_a_new_one_with_revoking_and_with_the_account(client, am, fa):
    first = make_feed(am)
    second = make_feed(am)
    assert read(client, first).status_code == 404
    assert read(client, second).status_code == 200
    revoke_feed(am)
    assert read(client, second).status_code == 404
    third = make_feed(am)
    deactivate_user(am, by=fa)
    assert read(client, third).status_code == 404
    activate_user(am)
    assert read(client, third).status_code == 404


@db
def test_who_may_not_see_the_agenda_any_more_has_no_feed(client, am):
    token = make_feed(am)
    am.groups.clear()
    assert read(client, token).status_code == 404


@db
@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "’", "a b", "0" * 5000])
def test_what_opens_nothing_is_not_found(client, token):
    assert client.get(f"/kalender/{token}.ics").status_code in {400, 404}


@db
def test_the_token_is_kept_nowhere(client, am, caplog):
    """Not in the row, the trail or a log line."""
    with caplog.at_level(logging.INFO):
        token = make_feed(am, with_names=True)
        read(client, token)
        client.get(f"/kalender/{token}/")
        client.get(f"/kalender/{token}.ics/")
    row = CalendarFeed.objects.get()
    assert row.token_hash != token
    assert row.read_at is not None
    trail = TrailEvent.objects.select_related("context").filter(table_name=CalendarFeed._meta.db_table)
    assert trail.count() == 1  # made; being read is no event
    texts = [
        json.dumps([event.before, event.after, getattr(event.context, "metadata", "")]) for event in trail
    ]
    assert token not in "".join([*texts, caplog.text])
    assert without_secrets(f"Internal Server Error: /kalender/{token}.ics") == (
        "Internal Server Error: /kalender/….ics"
    )


@db
def test_the_same_queries_for_one_and_for_many(client, am, django_assert_max_num_queries):
    for number in range(12):
        seat(am, on=DAY + dt.timedelta(days=number))
    token = make_feed(am, with_names=True)
    with django_assert_max_num_queries(10):
        assert len(events(read(client, token))) == 12


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


@db
def test_the_address_is_shown_once_and_works(client_as, client, am):
    inside, url = client_as(am), reverse("meetings:subscription")
    page = inside.post(url, {"act": "make", "with_names": "on"})
    address = page.context["address"]
    assert address in page.content.decode()
    assert page.headers["Cache-Control"] == "no-store"
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert feed_of(token).with_names
    assert address == f"http://testserver{reverse('meetings:feed', args=[token])}"
    assert client.get(address).status_code == 200
    assert token not in inside.get(url).content.decode()
    inside.post(url, {"act": "names"})
    assert not feed_of(token).with_names
    inside.post(url, {"act": "revoke"})
    assert feed_of(token) is None


@db
def test_a_second_press_does_not_make_a_second_address(client_as, am):
    inside, url = client_as(am), reverse("meetings:subscription")
    sent = {"act": "make", "csrfmiddlewaretoken": "a" * 64}
    token = inside.post(url, sent).context["address"].rpartition("/")[2].removesuffix(".ics")
    assert inside.post(url, sent).status_code == 302
    assert feed_of(token) is not None


@db
def test_a_feed_is_only_for_who_sees_the_agenda(client_as, rd):
    assert client_as(rd).post(reverse("meetings:subscription"), {"act": "make"}).status_code == 403


# ── the zone ─────────────────────────────────────────────────────────────────────────────────────


@settings(deadline=None)
@given(st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1)))
def test_the_zone_in_the_file_tells_the_time_of_the_netherlands(moment):
    """Read back by a library that believes the file, not the name of the zone."""
    zone = dutch_zone().to_tz(lookup_tzid=False)
    local = moment.replace(tzinfo=AMSTERDAM)
    if local.astimezone(dt.UTC).astimezone(AMSTERDAM).replace(tzinfo=None) != moment:
        return  # an hour that does not exist
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return  # an hour that is there twice
    assert moment.replace(tzinfo=zone).utcoffset() == local.utcoffset()


@db
def test_people_who_log_in_with_another_language_have_the_same_feed(client, am):
    seat(am)
    token = make_feed(am)
    client.cookies["django_language"] = "en"
    assert str(events(read(client, token))[0]["SUMMARY"]) == "Bezet"
    assert UserFactory(role="ES").can("see_agenda")
