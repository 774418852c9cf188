"""After a meeting: what was promised in one tap or one sentence, and the letter to the company."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from deventer_crm.core.models import OutgoingMail
from employers.activity import happened
from employers.models import FollowUp
from employers.reminders.followups import promise_unconfirmed
from employers.services.followups import confirm_follow_up, fulfil_follow_up
from meetings import services
from meetings.models import FeedbackLetter, Meeting, PromiseAnswer
from meetings.selectors.promises import promise_cards
from tests.accounts.factories import MandateFactory
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory, at

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(at(TODAY, 12), tick=False)


@pytest.fixture
def employer(am):
    made = EmployerFactory(name="Proefhal Oost")
    AccountAssignmentFactory(employer=made, user=am)
    return made


@pytest.fixture
def visit(am, cm, employer):
    return MeetingFactory(
        planned=True,
        on=TODAY,
        employers=[employer],
        college=[cm.college_member],
        owner=am,
        ends_at=at(TODAY, 11),
    )


def url(meeting, name="promise"):
    return reverse(f"meetings:{name}", args=[meeting.pk])


# ── het half uur erna ────────────────────────────────────────────────────────────────────────────


def test_nothing_is_one_tap_on_the_page_of_the_college(visit, cm, client_as):
    client = client_as(cm)
    page = BeautifulSoup(client.get("/college/").content, "html.parser")
    form = page.select_one(f"form[action='{url(visit)}']")
    data = {item["name"]: item.get("value", "") for item in form.select("input, button") if item.get("name")}
    assert data["answer"] == "nothing"
    assert client.post(url(visit), data).url == "/college/"
    answer = PromiseAnswer.objects.get()
    assert (answer.meeting, answer.member, answer.follow_up) == (visit, cm.college_member, None)


def test_one_sentence_becomes_a_promise_to_be_confirmed_by_the_account_manager(visit, cm, am, client_as):
    sent = {"what": "  De bushalte   dichterbij ", "due_on": "2026-07-01"}
    assert client_as(cm).post(url(visit), sent).status_code == 302
    row = PromiseAnswer.objects.get().follow_up
    assert (row.what, row.kind, row.state) == ("De bushalte dichterbij", "promise_to", "unconfirmed")
    assert (row.promised_by, row.owner, row.due_on) == (cm.college_member, am, dt.date(2026, 7, 1))
    assert row.meeting_row.meeting == visit
    asked = [item.recipient_id for item in promise_unconfirmed(dt.date(2026, 6, 22))]
    assert asked == [am.pk]


def test_a_card_is_asked_after_the_end_on_the_day_and_of_who_was_there(visit, cm, es, time_machine):
    member = cm.college_member
    assert [card.meeting for card in promise_cards(cm)] == [visit]
    assert promise_cards(es) == []
    MandateFactory(secretary=es, college_member=member)
    assert [(card.member, card.is_own) for card in promise_cards(es)] == [(member, False)]
    time_machine.move_to(at(TODAY, 10, 30), tick=False)
    assert promise_cards(cm) == []
    time_machine.move_to(at(TODAY + dt.timedelta(1), 9), tick=False)
    assert promise_cards(cm) == []


def test_it_is_stored_once_and_corrected_that_day_only(visit, cm, am, time_machine):
    member = cm.college_member
    first = services.answer_promise(visit, member, by=cm, what="Een fietspad")
    again = services.answer_promise(visit, member, by=cm, what="Een breder fietspad")
    assert first.pk == again.pk
    assert again.follow_up.what == "Een breder fietspad"
    dropped = FollowUp.objects.get(what="Een fietspad")
    assert dropped.state == "dropped"

    assert services.answer_promise(visit, member, by=cm).follow_up is None
    assert FollowUp.objects.filter(dropped_on__isnull=True).count() == 0

    answer = services.answer_promise(visit, member, by=cm, what="Een bord")
    confirm_follow_up(answer.follow_up, by=am, exact_words="Er komt een bord.", authority_checked=True)
    with pytest.raises(ValidationError):
        services.answer_promise(visit, member, by=cm)
    time_machine.move_to(at(TODAY + dt.timedelta(1), 9), tick=False)
    with pytest.raises(ValidationError):
        services.answer_promise(visit, member, by=cm, what="Later")


def test_a_secretary_answers_with_a_mandate_and_a_colleague_never(visit, cm, es, am):
    with pytest.raises(PermissionDenied):
        services.answer_promise(visit, cm.college_member, by=es)
    with pytest.raises(PermissionDenied):
        services.answer_promise(visit, cm.college_member, by=am, what="Iets")
    MandateFactory(secretary=es, college_member=cm.college_member)
    answer = services.answer_promise(visit, cm.college_member, by=es, what="Een rotonde")
    assert (answer.follow_up.promised_by, answer.created_by) == (cm.college_member, es)


def test_a_meeting_to_come_or_called_off_is_not_asked_about(visit, cm, es):
    later = MeetingFactory(
        planned=True, on=TODAY + dt.timedelta(3), employers=[EmployerFactory()], college=[cm.college_member]
    )
    services.cancel_meeting(visit, by=es, cancelled_by="us", reason="ziek")
    for meeting in (later, visit):
        with pytest.raises(ValidationError):
            services.answer_promise(meeting, cm.college_member, by=cm)


def test_a_promise_at_a_secret_meeting_is_as_secret(visit, cm, am, es):
    Meeting.objects.filter(pk=visit.pk).update(is_confidential=True)
    visit.readers.set([cm, am])
    row = services.answer_promise(visit, cm.college_member, by=cm, what="Niet verder vertellen").follow_up
    assert row.is_confidential
    assert row.owner == am
    assert not FollowUp.objects.visible_to(es)
    assert FollowUp.objects.visible_to(am).get() == row


# ── terugkoppelbrief ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def talked(am, employer):
    people = [
        PositionFactory(employer=employer, person__email=f"proef{n}@example.org").person for n in range(2)
    ]
    meeting = MeetingFactory(
        held=True, on=dt.date(2026, 6, 10), employers=[employer], owner=am,
        people=[(person, employer) for person in people],
    )  # fmt: skip
    services.report_meeting(
        meeting, by=am, summary="Intern: zij zijn boos.", agreements="De inrit\nDe stroom",
        opinions="Ik vind er iets van.",
    )  # fmt: skip
    return meeting


def outcome(meeting, by, what, kind="promise_to", **more):
    return services.add_outcome(
        meeting, by=by, employer=meeting.employers.get(), what=what, kind=kind, **more
    )


def page_of(client, meeting):
    return client.get(url(meeting, "feedback")).context["form"]


def test_the_letter_is_proposed_in_plain_words_without_opinions_or_confidences(talked, am, client_as):
    outcome(talked, am, "Uitzoeken of de inrit kan")
    outcome(talked, am, "Plattegrond sturen", kind="promise_by")
    outcome(talked, am, "Geheim doen", given_in_confidence=True, woo_ground="bedrijfsgegevens")
    outcome(talked, am, "Onder ons", audience="named")
    form = page_of(client_as(am), talked)
    body = form["body"].value()
    first, second, third = (body.index(text) for text in ("- De inrit", "Uitzoeken of", "Plattegrond sturen"))
    assert first < second < third
    for told in ("boos", "Ik vind er iets van", "Geheim doen", "Onder ons"):
        assert told not in body
    assert form.letter.left_out == 2
    assert "Dit bespraken we" in body
    assert "Dit doen wij" in body
    assert "Dit doet u" in body


def test_of_a_report_in_confidence_the_letter_says_nothing(talked, am, client_as):
    report = talked.report
    report.given_in_confidence, report.woo_ground = True, "bedrijfsgegevens"
    services.save_report(report, by=am)
    assert "De inrit" not in page_of(client_as(am), talked)["body"].value()


def test_first_a_look_then_it_goes_and_stays_as_a_record(talked, am, client_as, employer):
    client = client_as(am)
    form = page_of(client, talked)
    people = [key for key, _label in form.fields["people"].choices]
    sent = {"people": people, "subject": "Ons gesprek", "body": "Beste mensen,\n\nDit was het."}
    look = client.post(url(talked, "feedback"), {**sent, "act": "preview"})
    assert look.status_code == 200
    assert not FeedbackLetter.objects.exists()

    assert client.post(url(talked, "feedback"), {**sent, "act": "send"}).status_code == 302
    letter = FeedbackLetter.objects.get()
    mails = OutgoingMail.objects.filter(kind="feedback_letter")
    assert {mail.to for mail in mails} == {"proef0@example.org", "proef1@example.org"}
    assert {mail.reply_to for mail in mails} == {am.email}
    assert {(mail.subject, mail.text) for mail in mails} == {("Ons gesprek", letter.body)}
    assert letter.recipients.count() == 2
    assert [line.kind for line in happened([employer.pk], am, kinds=["feedback_letter"])] == [
        "feedback_letter"
    ]
    assert "Ons gesprek" in client.get(url(talked, "feedback")).content.decode()


def test_what_was_fulfilled_is_reported_back_by_the_letter_and_the_rest_only_announced(talked, am, client_as):
    done, busy = outcome(talked, am, "Gedaan"), outcome(talked, am, "Nog bezig")
    for row in (done, busy):
        confirm_follow_up(row, by=am, exact_words="Zo gezegd.", authority_checked=True)
    fulfil_follow_up(done, by=am, outcome="Het kan")
    form = page_of(client_as(am), talked)
    people = [key for key, _label in form.fields["people"].choices]
    sent = {"people": people, "subject": "Ons gesprek", "body": form["body"].value()}
    client_as(am).post(url(talked, "feedback"), {**sent, "told": [done.pk], "act": "send"})
    done.refresh_from_db()
    busy.refresh_from_db()
    assert (done.state, done.reported_back_how, done.reported_back_on) == ("closed", "mail", TODAY)
    assert busy.state == "open"
    with pytest.raises(ValidationError):
        services.send_feedback(
            talked, by=am, people=talked_people(talked), subject="x", body="y", told=[busy]
        )


def talked_people(meeting):
    return [row.person for row in meeting.participants.filter(person__isnull=False)]


@pytest.mark.parametrize("why", ["objected", "no mail", "no address"])
def test_who_wants_no_mail_or_has_no_address_is_not_offered(talked, am, client_as, why):
    person = talked_people(talked)[0]
    change = {
        "objected": {"has_objected": True},
        "no mail": {"objects_to_mail": True},
        "no address": {"email": ""},
    }
    type(person).objects.filter(pk=person.pk).update(**change[why])
    assert person.pk not in [key for key, _l in page_of(client_as(am), talked).fields["people"].choices]
    person.refresh_from_db()
    with pytest.raises(ValidationError):
        services.send_feedback(talked, by=am, people=[person], subject="x", body="y")


def test_nothing_about_a_secret_meeting_is_mailed(talked, am):
    Meeting.objects.filter(pk=talked.pk).update(is_confidential=True)
    with pytest.raises(ValidationError):
        services.send_feedback(talked, by=am, people=talked_people(talked), subject="x", body="y")
    assert not OutgoingMail.objects.exists()


def test_a_letter_with_a_blank_to_fill_in_does_not_go(talked, am, client_as):
    report = talked.report
    report.agreements = ""
    services.save_report(report, by=am)
    form = page_of(client_as(am), talked)
    sent = {
        "people": [key for key, _l in form.fields["people"].choices],
        "subject": "Ons gesprek",
        "body": form["body"].value(),
        "act": "send",
    }
    assert client_as(am).post(url(talked, "feedback"), sent).status_code == 422
    assert not OutgoingMail.objects.exists()
