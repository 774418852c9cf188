"""The link in a mail (R10): signed, for one purpose, expiring, revocable; looking changes nothing, an answer
is a press on the button."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deventer_crm.core.models import PolicySetting, Reminder, TrailEvent
from deventer_crm.core.reconcile import reconcile
from meetings import links, services
from meetings.models import Invitation, Participant
from tests.accounts.factories import MandateFactory
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)
DAY = dt.date(2026, 7, 7)


@pytest.fixture(autouse=True)
def clock_of_the_test():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def invitation():
    employer = EmployerFactory(name="Proefbedrijf Zilverlinde")
    person = PositionFactory(employer=employer, person__last_name="Voorbeeld").person
    meeting = MeetingFactory(
        planned=True, on=DAY, employers=[employer], title="Kennismaking", purpose="intern plan", college=True
    )
    made = InvitationFactory(
        employer=employer, person=person, meeting=meeting, sent_on=TODAY, note="interne notitie"
    )
    links.new_link(made)
    made.save()
    return made


def url_of(invitation) -> str:
    return reverse("meetings:answer", args=[links.token_of(invitation)])


def post(invitation, **data):
    response = Client().post(url_of(invitation), data)
    invitation.refresh_from_db()
    return response


def test_looking_shows_the_one_question_and_changes_nothing(invitation):
    client = Client()
    for method in (client.get, client.head, client.get):
        with CaptureQueriesContext(connection) as asked:
            response = method(url_of(invitation))
        assert response.status_code == 200
        changing = ("INSERT", "UPDATE", "DELETE")
        assert not [row["sql"] for row in asked if row["sql"].lstrip().upper().startswith(changing)]
    page = client.get(url_of(invitation)).content.decode()
    assert "Kennismaking" in page
    assert "7 juli 2026" in page
    for internal in ("intern plan", "interne notitie", "Proefbedrijf Zilverlinde", "/bedrijven/", "/agenda/"):
        assert internal not in page
    assert client.options(url_of(invitation)).status_code == 405
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_no_cache_and_no_search_engine_keeps_it(invitation):
    for response in (Client().get(url_of(invitation)), post(invitation, answer="accepted")):
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "same-origin"


def test_who_accepts_takes_part_and_who_comes_back_on_it_does_not(invitation):
    response = post(invitation, answer="accepted", wish="Ik neem een collega mee.")
    assert response.status_code == 302
    assert (invitation.answer, invitation.answered_on, invitation.answered_via) == ("accepted", TODAY, "link")
    seat = Participant.objects.get(meeting=invitation.meeting, person=invitation.person)
    assert seat.employer == invitation.employer
    assert "Dank u wel" in Client().get(response.url).content.decode()
    post(invitation, answer="declined")
    assert (invitation.answer, invitation.wish) == ("declined", "")
    assert not Participant.objects.filter(person=invitation.person).exists()


def test_the_same_answer_twice_is_one_answer(invitation):
    post(invitation, answer="accepted")
    version = invitation.version
    post(invitation, answer="accepted")
    assert invitation.version == version


def test_the_trail_knows_it_was_nobody_with_an_account_and_not_what_was_wished(invitation):
    post(invitation, answer="other_date", wish="Liever bij Zwaluwien thuis")
    event = TrailEvent.objects.filter(table_name="meetings_invitation", object_id=invitation.pk).latest("pk")
    assert "answer" in event.changed
    assert "Zwaluwien" not in str([event.before, event.after])
    assert invitation.modified_by is None


@pytest.mark.parametrize(
    "data",
    [{}, {"answer": ""}, {"answer": "misschien"}, {"answer": "accepted", "wish": "x" * 501}],
    ids=["nothing", "empty", "unknown", "too long"],
)
def test_no_answer_is_no_answer(invitation, data):
    assert post(invitation, **data).status_code == 422
    assert invitation.answer == ""


def forged(invitation):
    token = links.token_of(invitation)
    value, signature = token.rsplit(".", 1)
    other = signing.Signer(salt="something.else", sep=".").sign_object(
        [invitation.pk, invitation.link_key.hex]
    )
    unknown = links._signer().sign_object([invitation.pk, uuid.uuid4().hex])
    strange = [
        links._signer().sign_object(thing) for thing in (1, [1], ["x", "y"], {"a": 1}, [10**30, "0" * 32])
    ]
    return [
        f"{value}x.{signature}", f"{value}.{signature[:-1]}", value, "x", "é", other, unknown, token[::-1],
        *strange,
    ]  # fmt: skip


def test_a_link_that_was_made_up_leads_nowhere(invitation):
    for token in forged(invitation):
        for method in ("get", "post"):
            response = getattr(Client(), method)(
                reverse("meetings:answer", args=[token]), {"answer": "accepted"}
            )
            assert response.status_code == 404, token
            assert "Kennismaking" not in response.content.decode()
    with pytest.raises(ValidationError):
        services.answer_by_link("x", answer="accepted")
    invitation.refresh_from_db()
    assert invitation.answer == ""


@pytest.mark.parametrize("why", ["over", "withdrawn", "called off", "held", "replaced"])
def test_a_link_that_is_over_says_so_calmly_and_takes_no_answer(invitation, clock_of_the_test, am, why):
    url = url_of(invitation)
    if why == "over":
        clock_of_the_test.move_to(dt.datetime(2026, 7, 8, 0, 1, tzinfo=dt.UTC), tick=False)
    elif why == "withdrawn":
        services.withdraw_invitation(invitation, by=am)
    elif why == "called off":
        services.cancel_meeting(invitation.meeting, by=am, cancelled_by="us", reason="geheime reden")
    elif why == "held":
        type(invitation.meeting).objects.filter(pk=invitation.meeting_id).update(state="held", held_on=TODAY)
    else:
        links.new_link(invitation)
        invitation.save()
    for response in (Client().get(url), Client().post(url, {"answer": "accepted"})):
        assert response.status_code == (404 if why == "replaced" else 410)
        assert "geheime reden" not in response.content.decode()
        assert "Kennismaking" not in response.content.decode()
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_it_works_through_the_day_of_the_meeting_and_moves_with_it(invitation, clock_of_the_test, am):
    clock_of_the_test.move_to(dt.datetime(2026, 7, 7, 20, tzinfo=dt.UTC), tick=False)
    assert Client().get(url_of(invitation)).status_code == 200
    services.move_meeting(invitation.meeting, by=am, starts_at=at(dt.date(2026, 8, 4)))
    clock_of_the_test.move_to(dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC), tick=False)
    assert "4 augustus 2026" in Client().get(url_of(invitation)).content.decode()


def test_without_a_meeting_it_works_as_long_as_the_setting_says(clock_of_the_test):
    PolicySetting.objects.create(name="invitation_link_days", value=10, starts_on=dt.date(2026, 1, 1))
    invitation = InvitationFactory(sent_on=TODAY, person=PositionFactory().person)
    links.new_link(invitation)
    invitation.save()
    assert invitation.link_until == dt.date(2026, 6, 25)
    clock_of_the_test.shift(dt.timedelta(days=11))
    assert Client().get(url_of(invitation)).status_code == 410


def test_a_wish_for_another_date_is_something_to_do_until_it_was_moved(invitation, am):
    secretary = MandateFactory(college_member=invitation.college_member).secretary
    post(invitation, answer="other_date", wish="Liever in september")
    reconcile(TODAY)
    reminder = Reminder.objects.get(kind="invitation_other_date")
    assert (reminder.recipient, reminder.state, reminder.target_id) == (secretary, "open", invitation.pk)
    services.move_meeting(invitation.meeting, by=am, starts_at=at(dt.date(2026, 9, 1)))
    reconcile(TODAY)
    reminder.refresh_from_db()
    assert reminder.state == "resolved"


def test_an_answer_by_hand_says_how_it_came_and_shows_the_wish(client_as, es, invitation):
    client = client_as(es)
    sent = {"answer": "other_date", "answered_on": "2026-06-15", "via": "phone", "wish": "Na de zomer"}
    assert client.post(invitation.get_absolute_url(), sent).status_code == 302
    page = client.get(invitation.get_absolute_url()).content.decode()
    assert "per telefoon" in page
    assert "Na de zomer" in page
    assert Invitation.objects.get().answered_via == "phone"


def test_a_colleague_who_opens_it_sees_what_the_guest_sees(client_as, am, invitation):
    page = client_as(am).get(url_of(invitation)).content.decode()
    assert 'class="rail"' not in page
    assert "Kennismaking" in page


def test_another_site_cannot_answer_for_somebody(invitation):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(url_of(invitation), {"answer": "accepted"}).status_code == 403
    invitation.refresh_from_db()
    assert invitation.answer == ""
