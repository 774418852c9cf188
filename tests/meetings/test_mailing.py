"""Invitations that are mailed from here: who may in whose name, what stands in them, what becomes of them
(R5, R9, R10)."""

import datetime as dt

import icalendar
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from deventer_crm.core import posting
from deventer_crm.core.mails import deliver_mails, mails_about
from deventer_crm.core.models import OutgoingMail, Reminder
from deventer_crm.core.reconcile import reconcile
from meetings import links, mail_kinds, services
from meetings.duty import duties
from meetings.letters import text_for
from meetings.models import Invitation, MailTemplate
from meetings.placeholders import problems_with
from meetings.reference_data_mails import load_mail_texts
from meetings.services.mailing import Wording
from tests.accounts.factories import MandateFactory, UserFactory
from tests.employers.factories import PositionFactory
from tests.meetings.factories import MeetingFactory, MeetingKindFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)
DAY = dt.date(2026, 7, 7)


@pytest.fixture(autouse=True)
def clock_of_the_test():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def person():
    return PositionFactory(person__first_name="Noor", person__last_name="Voorbeeld").person


@pytest.fixture
def employer(person):
    return person.positions.get().employer


@pytest.fixture
def member(es):
    return MandateFactory(secretary=es).college_member


@pytest.fixture
def meeting(employer, member):
    return MeetingFactory(
        planned=True, on=DAY, employers=[employer], college=[member], purpose="plannen die niemand mag weten"
    )


def invite(by, employer, person, **fields):
    fields.setdefault("purpose", "personal")
    return services.mail_invitation(by=by, employer=employer, person=person, **fields)


def mail_of(invitation) -> OutgoingMail:
    return mails_about(invitation).get()


def event_of(mail):
    (attachment,) = mail.attachments
    return attachment, icalendar.Calendar.from_ical(attachment["content"]).walk("VEVENT")[0]


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def test_it_is_a_fact_of_today_in_the_name_of_the_member_and_a_mail_with_the_appointment(
    es, employer, person, member, meeting
):
    invitation = invite(es, employer, person, college_member=member, meeting=meeting)
    assert (invitation.sent_on, invitation.channel, invitation.on_behalf_of) == (TODAY, "mail", member)
    assert invitation.link_until == DAY
    mail = mail_of(invitation)
    assert (mail.to, mail.reply_to, mail.state) == (person.email, es.email, "claimed")
    for said in ("Voorbeeld", member.titled_name, "7 juli 2026", "/uitnodiging/"):
        assert said in mail.text
    assert "niemand mag weten" not in str(mail.text + mail.html + str(mail.attachments))
    attachment, event = event_of(mail)
    assert attachment["type"] == "text/calendar; method=REQUEST"
    assert event["ATTENDEE"] == f"mailto:{person.email}"
    assert duties([employer.pk], 2026, TODAY)[employer.pk].status == "planned"


def test_only_a_mandate_of_today_lets_somebody_write_in_a_members_name(am, es, employer, person, member):
    with pytest.raises(ValidationError) as refusal:
        invite(am, employer, person, college_member=member)
    assert set(refusal.value.error_dict) == {"college_member"}
    with pytest.raises(ValidationError):
        invite(UserFactory(role="ES"), employer, person, college_member=member)
    with pytest.raises(ValidationError):
        invite(es, employer, person)  # a personal one has a sender
    own = invite(am, employer, person, purpose="appointment")
    assert (own.college_member, own.on_behalf_of) == (None, None)
    assert "de gemeente" in mail_of(own).text


@pytest.mark.parametrize(
    ("fields", "purpose"),
    [
        ({"email": ""}, "appointment"),
        ({"has_objected": True}, "appointment"),
        ({"anonymised_on": TODAY}, "appointment"),
        ({"objects_to_mail": True}, "group"),
    ],
    ids=["no address", "objected", "anonymised", "no mailings"],
)
def test_who_cannot_or_may_not_be_mailed_is_told_beside_the_name(am, employer, person, fields, purpose):
    for name, value in fields.items():
        setattr(person, name, value)
    person.save()
    with pytest.raises(ValidationError) as refusal:
        invite(am, employer, person, purpose=purpose)
    assert set(refusal.value.error_dict) == {"person"}
    assert not Invitation.objects.exists()


def test_who_wants_no_mailings_still_gets_a_personal_letter(am, employer, person):
    person.objects_to_mail = True
    person.save()
    assert invite(am, employer, person, purpose="appointment").pk


def test_the_words_somebody_typed_are_sent_with_the_values_in_them(es, employer, person, member, meeting):
    typed = Wording("Kom {naam}", "Dag {naam} van {bedrijf}, {plaats}\n{antwoordlink}")
    invitation = invite(es, employer, person, college_member=member, meeting=meeting, wording=typed)
    mail = mail_of(invitation)
    assert mail.subject == "Kom Noor Voorbeeld"
    assert mail.text.startswith(f"Dag Noor Voorbeeld van {employer.name}, bij het bedrijf")
    for wrong in ("Dag {voornaam} {antwoordlink}", "Dag {naam}", "Dag {naam {antwoordlink}"):
        with pytest.raises(ValidationError) as refusal:
            invite(am_of(es), employer, person, purpose="appointment", wording=Wording("Kom", wrong))
        assert set(refusal.value.error_dict) == {"text"}


def am_of(es):
    return es


def test_markup_in_a_name_is_text_in_the_mail(am, employer, person):
    person.last_name = "<script>alert(1)</script>"
    person.save()
    mail = mail_of(invite(am, employer, person, purpose="appointment"))
    assert "<script" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "/uitnodiging/" in mail.html


def test_the_preview_is_the_mail(client_as, es, employer, person, member, meeting):
    client = client_as(es)
    url = f"{reverse('meetings:invitation_mail')}?employer={employer.pk}&meeting={meeting.pk}"
    page = client.get(url)
    sent = {
        "person": person.pk,
        "college_member": member.pk,
        "subject": "Kom {naam}",
        "text": page.context["form"]["text"].value(),
        "purpose": "personal",
    }
    shown = client.post(url, {**sent, "preview": "1"})
    assert shown.status_code == 200
    assert not Invitation.objects.exists()
    letter = shown.context["form"].preview
    assert client.post(url, sent).status_code == 302
    invitation = Invitation.objects.get()
    mail = mail_of(invitation)
    from meetings.letters import LINK_TO_COME
    from meetings.links import answer_url

    assert mail.subject == letter.subject
    assert mail.text == letter.text.replace(LINK_TO_COME, answer_url(invitation))
    assert "Kom Noor Voorbeeld" in shown.content.decode()


# ── confidential ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", ["meeting", "employer", "person"])
def test_a_mail_about_something_confidential_says_nothing_but_the_link(
    es, employer, person, member, meeting, what
):
    lead = UserFactory(role="TL")
    meeting.title = "Verplaatsing Zilverlinde"
    meeting.is_confidential = what == "meeting"
    meeting.save()
    if what != "meeting":
        employer.is_confidential = True
        employer.save()
    by = es if what == "meeting" else lead
    MandateFactory(secretary=lead, college_member=member)
    invitation = (
        invite(es, employer, person, college_member=member, meeting=meeting)
        if by is es
        else invite(lead, employer, person, purpose="appointment", meeting=meeting)
    )
    mail = mail_of(invitation)
    said = mail.subject + mail.text + mail.html + str(mail.attachments)
    for secret in ("Zilverlinde", employer.name, member.name, "7 juli"):
        assert secret not in said
    assert mail.attachments == []
    assert "/uitnodiging/" in mail.text
    assert mail.kind == mail_kinds.INVITE_DISCREET


def test_what_became_confidential_before_it_was_sent_is_not_sent(am, employer, person, mailoutbox):
    invitation = invite(am, employer, person, purpose="appointment")
    employer.is_confidential = True
    employer.save()
    assert deliver_mails() == 0
    assert mailoutbox == []
    assert "vertrouwelijk" in mail_kinds.why_not_sent(mail_of(invitation))


# ── what became of it ────────────────────────────────────────────────────────────────────────────


def give_up(invitation, error="SMTPRecipientsRefused: 550"):
    mail = mail_of(invitation)
    posting.note_given_up(mail, error)
    mail_kinds.given_up(mail)
    invitation.refresh_from_db()


def test_one_that_reached_nobody_counts_for_nothing_from_the_day_that_is_known(
    es, employer, person, member, clock_of_the_test
):
    invitation = invite(es, employer, person, college_member=member)
    clock_of_the_test.shift(dt.timedelta(days=2))
    give_up(invitation)
    assert invitation.undelivered_on == TODAY + dt.timedelta(days=2)
    status = lambda day: duties([employer.pk], 2026, day)[employer.pk].status  # noqa: E731
    assert status(TODAY + dt.timedelta(days=1)) == "invited"
    assert status(TODAY + dt.timedelta(days=2)) == "none"
    reconcile(TODAY + dt.timedelta(days=2))
    reminder = Reminder.objects.get(kind="invitation_undelivered", state="open")
    assert (reminder.target_id, reminder.recipient) == (invitation.pk, es)


def test_after_the_address_is_mended_it_goes_as_the_same_mail_and_counts_as_sent_that_day(
    es, employer, person, member, clock_of_the_test, mailoutbox
):
    invitation = invite(es, employer, person, college_member=member)
    identity = mail_of(invitation).message_id
    give_up(invitation)
    with pytest.raises(ValidationError):
        services.send_again(invite(es, employer, person, college_member=member), by=es)  # it still waits
    Invitation.objects.exclude(pk=invitation.pk).delete()
    OutgoingMail.objects.exclude(about_id=invitation.pk).delete()
    clock_of_the_test.shift(dt.timedelta(days=4))
    person.email = "goed@example.org"
    person.save()
    services.send_again(invitation, by=es)
    assert (invitation.undelivered_on, invitation.sent_on) == (None, TODAY + dt.timedelta(days=4))
    assert deliver_mails() == 1
    assert mailoutbox[0].to == ["goed@example.org"]
    assert mailoutbox[0].extra_headers["Message-ID"] == identity
    assert duties([employer.pk], 2026)[employer.pk].status == "invited"


def test_who_answers_was_reached_whatever_the_mail_server_said(es, employer, person, member):
    invitation = invite(es, employer, person, college_member=member)
    give_up(invitation)
    services.answer_invitation(invitation, by=es, answer="declined", via="phone")
    assert invitation.undelivered_on is None
    give_up(invitation)
    assert invitation.undelivered_on is None
    assert duties([employer.pk], 2026)[employer.pk].status == "invited"


def test_a_withdrawn_one_that_still_waited_is_not_sent(es, employer, person, member, mailoutbox):
    invitation = invite(es, employer, person, college_member=member)
    services.withdraw_invitation(invitation, by=es)
    assert deliver_mails() == 0
    assert mail_of(invitation).state == "withdrawn"


def test_the_pages_tell_what_became_of_the_mail_and_try_again(
    client_as, es, employer, person, member, meeting
):
    invitation = invite(es, employer, person, college_member=member, meeting=meeting)
    give_up(invitation)
    client = client_as(es)
    for url in (invitation.get_absolute_url(), reverse("meetings:invitations"), meeting.get_absolute_url()):
        page = client.get(url).content.decode()
        assert "mail niet verzonden" in page
        assert "het mailadres werd geweigerd" in page
    again = reverse("meetings:invitation_send_again", args=[invitation.pk])
    assert again in client.get(invitation.get_absolute_url()).content.decode()
    assert client.post(again).status_code == 302
    assert not mail_of(invitation).is_given_up


# ── moved and called off ─────────────────────────────────────────────────────────────────────────


def test_a_move_is_mailed_once_to_who_did_not_decline_with_the_next_version(es, employer, member, meeting):
    people = [PositionFactory(employer=employer).person for _ in range(3)]
    coming, waiting, declined = [
        invite(es, employer, one, college_member=member, meeting=meeting) for one in people
    ]
    services.answer_invitation(coming, by=es, answer="accepted", via="phone")
    services.answer_invitation(declined, by=es, answer="declined", via="phone")
    OutgoingMail.objects.update(state="sent", attempts=1)
    services.move_meeting(meeting, by=es, starts_at=at(dt.date(2026, 7, 9), 15), tell=True)
    news = {mail.to: mail for mail in OutgoingMail.objects.filter(kind="invitation_news")}
    assert set(news) == {coming.person.email, waiting.person.email}
    attachment, event = event_of(news[waiting.person.email])
    assert attachment["type"] == "text/calendar; method=REQUEST"
    assert event["SEQUENCE"] == 1
    assert "9 juli 2026" in news[waiting.person.email].text
    waiting.refresh_from_db()
    assert waiting.link_until == dt.date(2026, 7, 9)
    services.cancel_meeting(meeting, by=es, cancelled_by="us", reason="geheime reden", tell=True)
    off = OutgoingMail.objects.filter(key__contains="cancelled")
    assert off.count() == 2
    attachment, event = event_of(off[0])
    assert (attachment["type"], event["SEQUENCE"]) == ("text/calendar; method=CANCEL", 2)
    assert "geheime reden" not in off[0].text


def test_another_place_or_title_is_news_and_nothing_else_is(es, employer, person, member, meeting):
    invitation = invite(es, employer, person, college_member=member, meeting=meeting)
    OutgoingMail.objects.update(state="sent", attempts=1)

    def change(tell: bool = True, **fields):
        meeting.refresh_from_db()
        for name, value in fields.items():
            setattr(meeting, name, value)
        who = {"employers": [employer], "college_members": [member]}
        services.change_meeting(meeting, by=es, expected_version=meeting.version, tell=tell, **who)
        return list(OutgoingMail.objects.filter(kind="invitation_news").order_by("pk"))

    assert change(purpose="andere plannen") == []
    assert meeting.ics_sequence == 0
    assert change(tell=False, title="Rondje proef") == []
    [mail] = change(location="Raadzaal")
    attachment, event = event_of(mail)
    assert (attachment["type"], event["SEQUENCE"]) == ("text/calendar; method=REQUEST", 2)
    assert (mail.to, str(event["LOCATION"]), str(event["STATUS"])) == (person.email, "Raadzaal", "CONFIRMED")
    assert "Rondje proef" in mail.subject
    assert links.token_of(invitation) in mail.text


def test_the_form_of_a_meeting_asks_whether_its_guests_are_told(
    client_as, es, employer, person, member, meeting
):
    client, url = client_as(es), reverse("meetings:edit", args=[meeting.pk])
    assert "tell" not in client.get(url).context["form"].fields
    invite(es, employer, person, college_member=member, meeting=meeting)
    form = client.get(url).context["form"]
    assert form["tell"].value() is True
    sent = {name: form[name].value() for name in ("kind", "place", "direction", "record_version")}
    sent |= {"employers": [employer.pk], "college_members": [member.pk], "location": "Zaal 3", "save": "1"}
    assert client.post(url, {**sent, "tell": "on"}).status_code == 302
    assert "Zaal 3" in OutgoingMail.objects.get(kind="invitation_news").text


def test_an_invitation_taken_back_leaves_the_calendar_too(client_as, es, employer, person, member, meeting):
    invitation = invite(es, employer, person, college_member=member, meeting=meeting)
    OutgoingMail.objects.update(state="sent", attempts=1)
    client, url = client_as(es), reverse("meetings:invitation_withdraw", args=[invitation.pk])
    assert client.get(url).context["form"]["tell"].value() is True
    assert client.post(url, {"withdrawn_on": TODAY, "tell": "on"}).status_code == 302
    mail = OutgoingMail.objects.get(kind="invitation_taken_back")
    attachment, event = event_of(mail)
    assert (attachment["type"], str(event["STATUS"])) == ("text/calendar; method=CANCEL", "CANCELLED")
    assert str(event["ATTENDEE"]) == f"mailto:{person.email}"
    assert mail_kinds.refused(mail) == ""
    meeting.refresh_from_db()
    assert meeting.state == "planned"


@pytest.mark.parametrize("why", ["not sent yet", "declined", "confidential", "not asked", "over"])
def test_who_has_nothing_in_the_calendar_is_told_nothing(
    why, clock_of_the_test, es, employer, person, member, meeting
):
    invitation = invite(es, employer, person, college_member=member, meeting=meeting)
    if why != "not sent yet":
        OutgoingMail.objects.update(state="sent", attempts=1)
    if why == "declined":
        services.answer_invitation(invitation, by=es, answer="declined", via="phone")
    if why == "confidential":
        type(meeting).objects.update(is_confidential=True)
        invitation.meeting.refresh_from_db()
    if why == "over":
        clock_of_the_test.move_to(dt.datetime(2026, 7, 8, 12, tzinfo=dt.UTC))
    act = services.withdraw_invitation if why == "not asked" else services.withdraw_and_tell
    act(invitation, by=es)
    assert not OutgoingMail.objects.filter(kind="invitation_taken_back").exists()


def test_the_form_of_a_step_asks_shows_and_can_leave_the_guests_out(
    client_as, es, employer, person, member, meeting
):
    invite(es, employer, person, college_member=member, meeting=meeting)
    client, url = client_as(es), reverse("meetings:move", args=[meeting.pk])
    assert client.get(url).context["form"]["tell"].value() is True
    sent = {"starts_on": "2026-07-20", "start_time": "10:00", "tell": "on"}
    shown = client.post(url, {**sent, "preview": "1"})
    assert shown.status_code == 200
    letter = shown.context["form"].news_letter
    assert "20 juli 2026" in letter.text
    assert links.token_of(Invitation.objects.get()) not in shown.content.decode()
    meeting.refresh_from_db()
    assert meeting.ics_sequence == 0
    assert (
        client.post(url, {name: value for name, value in sent.items() if name != "tell"}).status_code == 302
    )
    meeting.refresh_from_db()
    assert meeting.ics_sequence == 1
    assert not OutgoingMail.objects.filter(kind="invitation_news").exists()


def test_who_waits_is_reminded_at_most_once_a_day(es, employer, person, member):
    invitation = invite(es, employer, person, college_member=member)
    OutgoingMail.objects.update(state="sent", attempts=1)
    mine = Invitation.objects.filter(pk=invitation.pk)
    assert services.ask_again(mine, by=es) == 1
    services.ask_again(mine, by=es)
    assert OutgoingMail.objects.filter(kind="invitation_news").count() == 1
    services.answer_invitation(invitation, by=es, answer="accepted")
    assert services.ask_again(mine, by=es) == 0


# ── templates ────────────────────────────────────────────────────────────────────────────────────


def test_every_use_has_a_sound_text_and_the_sync_undoes_nothing(tl):
    for use in MailTemplate.Use:
        text = text_for(use, None)
        assert problems_with(use, text.subject, text.text) == {}
    row = MailTemplate.objects.get(use="group", kind=None)
    row.subject = "Eigen onderwerp"
    row.save()
    load_mail_texts()
    assert MailTemplate.objects.get(use="group", kind=None).subject == "Eigen onderwerp"
    assert MailTemplate.objects.count() == len(MailTemplate.Use)


def test_a_kind_of_meeting_can_have_its_own_text():
    kind = MeetingKindFactory()
    MailTemplate.objects.create(use="group", kind=kind, subject="Eigen", text="{antwoordlink}")
    assert text_for("group", kind).subject == "Eigen"
    assert text_for("group", MeetingKindFactory()).subject != "Eigen"


@pytest.mark.parametrize("role", ["FA", "TL"])
def test_the_administration_refuses_a_word_nobody_knows(client_as, role):
    row = MailTemplate.objects.get(use="personal", kind=None)
    client = client_as(UserFactory(role=role))
    url = reverse("admin:meetings_mailtemplate_change", args=[row.pk])
    page = client.post(url, {"subject": "Kom", "text": "Dag {voornaam}, {antwoordlink}"})
    assert page.status_code == 200
    assert "{voornaam}" in page.content.decode()
    assert client.post(url, {"subject": "Kom", "text": "Dag {naam}, {antwoordlink}"}).status_code == 302
    row.refresh_from_db()
    assert row.text.startswith("Dag {naam}")
    assert "Dag Noor Voorbeeld" in client.get(url).content.decode()


@pytest.mark.parametrize("word", ["datum", "plaats", "onderwerp", "collegelid", "bedrijf", "tijd"])
def test_a_discreet_text_cannot_be_made_to_tell(word):
    assert "text" in problems_with("discreet", "Bericht", f"{{{word}}} {{antwoordlink}}")
