"""The guest list: choosing, inviting all at once, answers, the printed list and the door."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deventer_crm.core.mails import deliver_mails
from deventer_crm.core.models import OutgoingMail, Reminder
from deventer_crm.core.reconcile import reconcile
from employers.models import ContactPerson
from employers.services_retention import anonymise_person
from meetings import links, services
from meetings.duty import duties
from meetings.forms.meeting import MeetingForm
from meetings.forms.steps import HoldForm
from meetings.models import Guest, Invitation, Participant
from meetings.services.guests import Newcomer
from tests.accounts.factories import MandateFactory, UserFactory
from tests.employers.factories import ContactPersonFactory, EmployerFactory, PositionFactory
from tests.meetings.factories import GuestFactory, MeetingFactory, MeetingKindFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)
DAY = dt.date(2026, 7, 7)


@pytest.fixture(autouse=True)
def clock_of_the_test():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def meeting():
    club = EmployerFactory(kind="association")
    kind = MeetingKindFactory(code="proefthema")
    return MeetingFactory(planned=True, on=DAY, title="Personeel", kind=kind, employers=[club])


@pytest.fixture
def member(es):
    return MandateFactory(secretary=es).college_member


def many(meeting, count):
    return [GuestFactory(meeting=meeting) for _ in range(count)]


def queries_of(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


# ── who is on it ─────────────────────────────────────────────────────────────────────────────────


def test_people_are_put_on_the_list_once_for_an_employer_they_work_for(meeting, am):
    here = PositionFactory()
    first = services.add_guests(meeting, [here.person_id], by=am)
    again = services.add_guests(meeting, [here.person_id], by=am)
    assert (len(first.keys), again.keys, again.already) == (1, [], 1)
    assert Guest.objects.get().employer == here.employer
    assert not Invitation.objects.exists()


def test_who_is_known_at_a_secret_only_or_objected_is_not_put_on_a_list(meeting, tl, am):
    secret = PositionFactory(employer=EmployerFactory(is_confidential=True)).person
    both = PositionFactory().person
    PositionFactory(person=both, employer=EmployerFactory(is_confidential=True))
    objected = PositionFactory(person__has_objected=True).person
    added = services.add_guests(meeting, [secret.pk, both.pk, objected.pk], by=tl)
    assert (len(added.keys), added.secret) == (1, 1)
    assert not Guest.objects.get().employer.is_confidential
    # For who may not know of it, it is not even counted.
    assert services.add_guests(meeting, [secret.pk], by=am).secret == 0


def test_a_visit_of_the_college_has_no_guest_list(es, client_as):
    visit = MeetingFactory(planned=True, on=DAY, employers=[EmployerFactory()])
    with pytest.raises(ValidationError):
        services.add_guests(visit, [PositionFactory().person_id], by=es)
    assert client_as(es).get(reverse("meetings:guests", args=[visit.pk])).status_code == 200


def test_the_list_of_people_puts_many_on_it_and_takes_them_off(meeting, client_as, es):
    from deventer_crm.core.lists.bulk import undo_act
    from deventer_crm.core.models import BulkAct

    people = [PositionFactory().person for _ in range(3)]
    client, url = client_as(es), reverse("list_act", args=["people", "gastenlijst"])
    sent = {"rows": [person.pk for person in people], "query": "", "counted": "3", "meeting": meeting.pk}
    assert client.post(url, sent).status_code == 302
    assert meeting.guests.count() == 3
    services.tick_at_door(meeting, people[0].pk, by=es, arrived=True)
    undone = undo_act(BulkAct.objects.get(), by=es)
    assert (undone.restored, undone.left) == (2, [str(people[0])])


# ── inviting ─────────────────────────────────────────────────────────────────────────────────────


def test_all_are_invited_in_as_many_statements_as_one(meeting, es, member):
    many(meeting, 1)
    services.invite_guests(meeting, by=es, college_member=member)  # what is read once is read
    many(meeting, 1)
    few = queries_of(lambda: services.invite_guests(meeting, by=es, college_member=member))
    many(meeting, 60)
    lots = queries_of(lambda: services.invite_guests(meeting, by=es, college_member=member))
    assert few == lots
    assert Invitation.objects.filter(purpose="group", on_behalf_of=member).count() == 62
    mails = OutgoingMail.objects.filter(kind="invitation")
    assert len(set(mails.values_list("message_id", "to"))) == 62
    assert all(mail.attachments for mail in mails)
    texts = {mail.text for mail in mails}
    assert len(texts) == 62  # each has a name and a link of its own


def test_nobody_is_invited_twice_and_who_cannot_be_mailed_is_named(meeting, client_as, es):
    many(meeting, 2)
    GuestFactory(meeting=meeting, person=ContactPersonFactory(last_name="Zonderadres", email=""))
    GuestFactory(meeting=meeting, person=ContactPersonFactory(last_name="Geenmailing", objects_to_mail=True))
    client, url = client_as(es), reverse("meetings:guests_invite", args=[meeting.pk])
    page = client.get(url)
    text = page.content.decode()
    assert "Zonderadres" in text
    assert "wil geen mailings" in text
    form = page.context["form"]
    sent = {name: form[name].value() or "" for name in ("college_member", "subject", "text")}
    shown = client.post(url, {**sent, "expected": "2", "preview": "1"})
    assert shown.status_code == 200
    assert client.post(url, {**sent, "expected": "5"}).status_code == 422
    assert not Invitation.objects.exists()
    assert client.post(url, {**sent, "expected": "2"}).status_code == 302
    assert Invitation.objects.count() == 2
    assert client.post(url, {**sent, "expected": "0"}).status_code == 422
    assert Invitation.objects.count() == 2


def test_an_invitation_of_a_guest_never_counts_for_the_yearly_list(meeting, es, member):
    guest = GuestFactory(meeting=meeting)
    services.invite_guests(meeting, by=es, college_member=member)
    assert duties([guest.employer_id], 2026)[guest.employer_id].status == "none"
    token = links.token_of(Invitation.objects.get())
    services.answer_by_link(token, answer="accepted")
    assert duties([guest.employer_id], 2026)[guest.employer_id].status == "none"


def test_for_something_confidential_the_mails_say_only_the_link(meeting, tl):
    meeting.is_confidential = True
    meeting.save()
    guest = GuestFactory(meeting=meeting)
    services.invite_guests(meeting, by=tl)
    mail = OutgoingMail.objects.get()
    assert "Personeel" not in mail.subject + mail.text
    assert mail.attachments == []
    assert guest.person.last_name in mail.text


# ── answers ──────────────────────────────────────────────────────────────────────────────────────


def test_the_list_counts_what_came_back_and_shows_a_part(meeting, client_as, es):
    guests = many(meeting, 5)
    services.invite_guests(meeting, by=es)
    invitations = list(Invitation.objects.order_by("pk"))
    for invitation, answer in zip(invitations, ("accepted", "declined", "other_date"), strict=False):
        services.answer_by_link(links.token_of(invitation), answer=answer, wish="ochtend")
    Invitation.objects.filter(pk=invitations[3].pk).update(undelivered_on=TODAY)
    GuestFactory(meeting=meeting)
    client, url = client_as(es), reverse("meetings:guests", args=[meeting.pk])
    counts = client.get(url).context["listing"].counts
    assert counts == {
        "all": 6, "coming": 1, "declined": 1, "other_date": 1, "waiting": 1, "undelivered": 1,
        "uninvited": 1, "arrived": 0,
    }  # fmt: skip
    coming = client.get(url, {"part": "coming"}).context["listing"].page.object_list
    assert [guest.invitation.answer for guest in coming] == ["accepted"]
    assert Participant.objects.filter(meeting=meeting, person=coming[0].person).exists()
    assert len(guests) == 5
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "1 komt" in page
    assert str(coming[0].person) not in page  # guests are counted there, not listed


def test_who_waits_long_is_one_reminder_to_who_invited_them(meeting, es, clock_of_the_test):
    many(meeting, 3)
    services.invite_guests(meeting, by=es)
    clock_of_the_test.shift(dt.timedelta(days=14))
    reconcile(TODAY + dt.timedelta(days=14))
    (reminder,) = Reminder.objects.filter(kind__in=["guests_unanswered", "invitation_unanswered"])
    assert (reminder.recipient, reminder.target_id) == (es, meeting.pk)
    for invitation in Invitation.objects.all():
        services.answer_by_link(links.token_of(invitation), answer="declined")
    reconcile(TODAY + dt.timedelta(days=14))
    reminder.refresh_from_db()
    assert reminder.state == "resolved"


def test_changing_the_meeting_leaves_its_guests_alone(meeting, es):
    guest = GuestFactory(meeting=meeting)
    services.invite_guests(meeting, by=es)
    services.answer_by_link(links.token_of(Invitation.objects.get()), answer="accepted")
    form = MeetingForm(user=es, instance=meeting)
    assert guest.person_id not in form.choice.people
    services.change_meeting(meeting, by=es, employers=meeting.employers.all())
    seat = Participant.objects.get(person=guest.person)
    assert seat.employer == guest.employer


# ── at the door ──────────────────────────────────────────────────────────────────────────────────


def test_two_phones_at_one_door_do_not_undo_each_other(meeting, client_as, es, am):
    one, other = many(meeting, 2)
    first, second = client_as(es), client_as(am)
    url = reverse("meetings:door", args=[meeting.pk])
    first.get(url)
    second.get(url)
    first.post(url, {"person": one.person_id, "arrived": "1"})
    second.post(url, {"person": other.person_id, "arrived": "1"})
    second.post(url, {"person": one.person_id, "arrived": "1"})  # their page did not know yet
    assert Participant.objects.filter(meeting=meeting, arrived_at__isnull=False).count() == 2
    first.post(url, {"person": one.person_id, "arrived": "0"})
    assert Participant.objects.filter(meeting=meeting, arrived_at__isnull=False).count() == 1


def test_the_swap_of_a_line_is_the_line_of_the_page(meeting, client_as, es):
    guest = GuestFactory(meeting=meeting)
    client, url = client_as(es), reverse("meetings:door", args=[meeting.pk])
    part = client.post(url, {"person": guest.person_id, "arrived": "1"}, headers={"HX-Request": "true"})
    swapped = BeautifulSoup(part.content, "html.parser").find(id=f"p{guest.person_id}")
    full = BeautifulSoup(client.get(url).content, "html.parser").find(id=f"p{guest.person_id}")
    for line in (swapped, full):
        for token in line.find_all("input", {"name": "csrfmiddlewaretoken"}):
            token.decompose()
    assert str(swapped).split() == str(full).split()
    assert "1" in BeautifulSoup(part.content, "html.parser").find(id="door-count").text


def test_the_door_searches_and_refuses_who_is_not_expected(meeting, client_as, es):
    GuestFactory(meeting=meeting, person=ContactPersonFactory(last_name="Zoekbaar"))
    GuestFactory(meeting=meeting, person=ContactPersonFactory(last_name="Andersson"))
    client, url = client_as(es), reverse("meetings:door", args=[meeting.pk])
    assert [line.name for line in client.get(url, {"q": "zoek"}).context["door"].lines] == ["Proef Zoekbaar"]
    stranger = PositionFactory().person
    client.post(url, {"person": stranger.pk, "arrived": "1"})
    assert not Participant.objects.filter(person=stranger).exists()


def test_who_comes_by_is_added_and_ticked(meeting, client_as, es):
    known = PositionFactory().person
    client, url = client_as(es), reverse("meetings:walk_in", args=[meeting.pk])
    assert client.post(url, {"known": known.pk}).status_code == 302
    assert client.post(url, {"last_name": "Nieuweling", "first_name": "Bo"}).status_code == 302
    assert {guest.person.last_name for guest in meeting.guests.filter(is_walk_in=True)} == {
        known.last_name,
        "Nieuweling",
    }
    assert Participant.objects.filter(meeting=meeting, arrived_at__isnull=False).count() == 2
    assert ContactPerson.objects.get(last_name="Nieuweling").source
    services.walk_in(meeting, Newcomer("Derde", employer=EmployerFactory()), by=es)
    assert meeting.guests.get(person__last_name="Derde").employer is not None


def test_what_was_ticked_at_the_door_is_ticked_when_it_was_held(meeting, es, clock_of_the_test):
    came, stayed_away = many(meeting, 2)
    services.invite_guests(meeting, by=es)
    for invitation in Invitation.objects.all():
        services.answer_by_link(links.token_of(invitation), answer="accepted")
    clock_of_the_test.move_to(dt.datetime(2026, 7, 7, 16, tzinfo=dt.UTC), tick=False)
    services.tick_at_door(meeting, came.person_id, by=es, arrived=True)
    form = HoldForm(meeting=meeting, user=es)
    ticked = form.fields["present_people"].initial
    seats = {seat.person_id: seat.pk for seat in meeting.participants.filter(person__isnull=False)}
    assert ticked == [seats[came.person_id]]
    services.hold_meeting(meeting, by=es, present_employer_ids=[], present_participant_ids=ticked)
    there = set(meeting.employer_rows.filter(is_present=True).values_list("employer_id", flat=True))
    assert there == {came.employer_id}
    assert stayed_away.employer_id not in set(meeting.employer_rows.values_list("employer_id", flat=True))
    assert duties([came.employer_id], 2026)[came.employer_id].status == "none"


def test_the_printed_list_leaves_out_who_declined(meeting, client_as, es):
    coming, declined = many(meeting, 2)
    services.invite_guests(meeting, by=es)
    services.answer_by_link(links.token_of(declined_invitation(declined)), answer="declined")
    page = client_as(es).get(reverse("meetings:guest_sheet", args=[meeting.pk])).content.decode()
    assert str(coming.person) in page
    assert str(declined.person) not in page


def declined_invitation(guest):
    guest.refresh_from_db()
    return guest.invitation


# ── who may know (R10), and forgetting (R13) ─────────────────────────────────────────────────────


def test_a_guest_whose_employer_became_secret_is_hidden_from_others(meeting, am, tl):
    guest = GuestFactory(meeting=meeting)
    assert Guest.objects.visible_to(am).filter(pk=guest.pk).exists()
    guest.employer.is_confidential = True
    guest.employer.save()
    assert not Guest.objects.visible_to(am).filter(pk=guest.pk).exists()
    assert Guest.objects.visible_to(tl).filter(pk=guest.pk).exists()


def test_an_anonymised_guest_stays_counted_and_gets_no_mail(meeting, es, tl, mailoutbox):
    guest = GuestFactory(
        meeting=meeting, person=ContactPersonFactory(first_name="Zwaluwien", last_name="Qwyx")
    )
    services.invite_guests(meeting, by=es)
    invitation = Invitation.objects.get()
    services.answer_by_link(links.token_of(invitation), answer="other_date", wish="Bel Zwaluwien Qwyx")
    anonymise_person(guest.person, by=tl)
    assert deliver_mails() == 0
    assert mailoutbox == []
    mail = OutgoingMail.objects.get()
    invitation.refresh_from_db()
    assert (
        "Qwyx" not in mail.to + mail.subject + mail.text + mail.html + str(mail.attachments) + invitation.wish
    )
    assert meeting.guests.count() == 1


def test_a_page_with_many_guests_asks_as_little_as_one_with_few(meeting, client_as):
    from tests.support.queries import page_queries

    client = client_as(UserFactory(role="TL"))
    many(meeting, 3)
    asked = []
    for _round in range(2):
        services.invite_guests(meeting, by=UserFactory(role="ES"))
        counts = []
        for name in ("guests", "door", "guest_sheet", "guests_invite"):
            url = reverse(f"meetings:{name}", args=[meeting.pk])
            client.get(url)
            with page_queries() as found:
                client.get(url)
            counts.append(len(found))
        asked.append(counts)
        many(meeting, 150)
    assert asked[0] == asked[1], asked
    assert asked[0][0] <= 8
    assert max(asked[0]) <= 15
