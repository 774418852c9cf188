"""A promise or action passed on to a colleague without an account: the mail, the link, the answer, and what
the owner does with it."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from deventer_crm.core.mails import deliver_mails, mails_about
from deventer_crm.core.models import AccessEvent, OutgoingMail, PolicySetting, Reminder, TrailEvent
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.targets import Outsider, lines_for
from employers import services
from employers.models import FollowUp, FollowUpRequest
from employers.passing_on.links import SIGNER, link_of
from employers.passing_on.services import (
    Shut,
    answer_request,
    ask_again,
    handle_answer,
    pass_on,
    withdraw_request,
)
from employers.passing_on.tidy import months_before, tidy_requests
from employers.reminders.requests import request_answered, request_unanswered
from employers.services_retention import anonymise_person
from tests.accounts.factories import UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    EmployerFactory,
    FollowUpFactory,
    FollowUpRequestFactory,
    PositionFactory,
)
from tests.support.dump import find_in_database

pytestmark = pytest.mark.django_db
#: A Wednesday.
TODAY = dt.date(2026, 11, 11)
DAY = dt.timedelta(days=1)
LINK = re.compile(r"https?://\S+(/vraag/\S+/)")


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(dt.datetime(2026, 11, 11, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def row(am):
    return FollowUpFactory(owner=am, what="Uitsluitsel over de uitrit")


def ask(row: FollowUp, by, **more) -> FollowUpRequest:
    options = {
        "name": "Tess Tegel",
        "email": "tess@example.org",
        "question": "Is de vergunning verleend?",
        "answer_by": TODAY + 5 * DAY,
    }
    return pass_on(row, by=by, **{**options, **more})


def token_of(request: FollowUpRequest) -> str:
    return SIGNER.sign(request.uid.hex)


def stored(request: FollowUpRequest) -> FollowUpRequest:
    return FollowUpRequest.objects.get(pk=request.pk)


# ── the mail ─────────────────────────────────────────────────────────────────────────────────────


def test_the_colleague_gets_a_dutch_mail_with_the_question_and_a_link(row, am):
    request = ask(row, am)
    deliver_mails()

    (sent,) = mail.outbox
    assert sent.to == ["tess@example.org"]
    assert sent.reply_to == [am.email]
    assert "Is de vergunning verleend?" in sent.body
    assert "16 november 2026" in sent.body
    assert LINK.search(sent.body)[1] == link_of(request)
    assert (row.what in sent.body, row.employer.name in sent.body) == (False, False)
    assert mails_about(request).get().state == OutgoingMail.State.SENT


@pytest.mark.parametrize(
    "secret",
    [
        {"is_confidential": True},
        {"employer__is_confidential": True},
        {"given_in_confidence": True, "woo_ground": "bedrijfsgegevens"},
        {"audience": "named"},
    ],
    ids=lambda secret: next(iter(secret)),
)
def test_what_is_confidential_never_goes_by_mail_whoever_asks(secret, tl):
    row = FollowUpFactory(owner=tl, **secret)

    with pytest.raises(ValidationError, match="mail"):
        ask(row, tl)

    assert not FollowUpRequest.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_person_known_only_at_a_confidential_employer_makes_it_confidential(tl):
    person = PositionFactory(employer__is_confidential=True).person

    with pytest.raises(ValidationError, match="contactpersoon"):
        ask(FollowUpFactory(owner=tl, person=person), tl)


def test_a_promise_that_became_confidential_meanwhile_is_mailed_and_shown_to_nobody(row, am, client):
    request = ask(row, am)
    FollowUp.objects.update(given_in_confidence=True, woo_ground="bedrijfsgegevens")
    deliver_mails()

    assert mail.outbox == []
    assert mails_about(request).get().is_given_up
    page = client.get(link_of(request))
    assert page.status_code == 410
    assert "vergunning" not in page.content.decode()
    with pytest.raises(Shut):
        answer_request(token_of(request), answer="Ja.", says_done=True)


def test_only_addresses_at_the_allowed_domains_when_these_are_set(row, am):
    assert ask(row, am).email == "tess@example.org"  # no domains: any
    PolicySetting.objects.create(name="pass_on_domains", value=["@Deventer.nl"], starts_on=TODAY)

    for wrong in ("tess@example.org", "tess@nepdeventer.nl", "tess@deventer.nl.example.org"):
        with pytest.raises(ValidationError, match=r"deventer\.nl"):
            ask(row, am, email=wrong)
    for right in ("tess@DEVENTER.nl", "tess@ruimte.deventer.nl"):
        assert ask(row, am, email=right).email == right


def test_the_same_colleague_is_asked_once_at_a_time(row, am):
    first = ask(row, am)
    with pytest.raises(ValidationError, match="al gevraagd"):
        ask(row, am, email="TESS@example.org")
    withdraw_request(first, by=am)

    assert ask(row, am).pk != first.pk


def test_who_may_not_settle_or_give_it_passes_nothing_on(row, user_as_reader, desk):
    for nobody in (user_as_reader, desk):
        with pytest.raises(PermissionDenied):
            ask(row, nobody)


@pytest.fixture
def user_as_reader():
    return UserFactory(role="RD")


@pytest.fixture
def desk():
    return UserFactory(role="ED")


def test_asking_again_at_another_address_kills_the_first_link(row, am, client):
    request = ask(row, am)
    first = link_of(request)

    again = ask_again(request, by=am, email="tess.tegel@example.org")

    assert client.get(first).status_code == 404
    assert client.get(link_of(again)).status_code == 200
    deliver_mails()
    assert [message.to for message in mail.outbox] == [["tess.tegel@example.org"]]


def test_asking_again_renews_a_link_that_was_too_old(row, am, client):
    request = ask(row, am)
    with time_machine.travel(dt.datetime(2026, 12, 24, 10, tzinfo=dt.UTC), tick=False):
        assert client.get(link_of(request)).status_code == 410
        again = ask_again(stored(request), by=am, answer_by=dt.date(2026, 12, 30))
        assert client.get(link_of(again)).status_code == 200
    assert link_of(again) == link_of(request)


# ── the link ─────────────────────────────────────────────────────────────────────────────────────


def test_looking_changes_nothing_at_all(row, am, client):
    request = ask(row, am)
    deliver_mails()
    before = (
        stored(request).version,
        TrailEvent.objects.count(),
        AccessEvent.objects.count(),
        FollowUp.objects.get(pk=row.pk).version,
    )

    for method in (client.get, client.head, client.get):
        response = method(link_of(request))
        assert response.status_code == 200

    after = (
        stored(request).version,
        TrailEvent.objects.count(),
        AccessEvent.objects.count(),
        FollowUp.objects.get(pk=row.pk).version,
    )
    assert after == before
    assert stored(request).answered_on is None


def test_the_page_shows_only_the_question_and_is_kept_by_nobody(row, am, client):
    response = client.get(link_of(ask(row, am)))

    page = response.content.decode()
    assert "Is de vergunning verleend?" in page
    assert row.what not in page
    assert row.employer.name not in page
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("door", ["answered", "withdrawn", "expired", "done", "forged", "empty", "unsigned"])
def test_a_link_that_is_good_for_nothing_answers_calmly_and_tells_nothing(door, row, am, client):
    request = ask(row, am)
    url, expected = link_of(request), 410
    if door == "answered":
        answer_request(token_of(request), answer="Geheim antwoord.", says_done=False)
        expected = 200
    elif door == "withdrawn":
        withdraw_request(request, by=am)
    elif door == "expired":
        FollowUpRequest.objects.update(expires_on=TODAY - DAY, answer_by=TODAY - DAY, asked_on=TODAY - DAY)
    elif door == "done":
        services.fulfil_follow_up(row, by=am)
    else:
        forged = {
            "forged": token_of(request)[:-1] + ("A" if token_of(request)[-1] != "A" else "B"),
            "empty": ".",
            "unsigned": f"{request.uid.hex}.abc",
        }[door]
        url, expected = reverse("employers:question", args=[forged]), 404

    for response in (client.get(url), client.post(url, {"answer": "Toch wel.", "says_done": "yes"})):
        page = response.content.decode()
        assert response.status_code == expected
        assert response.headers["Cache-Control"] == "no-store"
        assert "vergunning" not in page
        assert "Geheim" not in page
    assert stored(request).answer in {"", "Geheim antwoord."}


def test_the_answer_is_stored_once_with_its_day(row, am, client):
    request = ask(row, am)
    typed = {"answer": "De aannemer is besteld.", "says_done": "no", "promised_on": "2026-11-30"}

    response = client.post(link_of(request), typed)
    again = client.post(link_of(request), {"answer": "Iets anders.", "says_done": "yes"})

    assert response.headers["Location"] == link_of(request)
    assert "Dank u" in client.get(link_of(request)).content.decode()
    assert "Dank u" in again.content.decode()
    kept = stored(request)
    assert (kept.answer, kept.says_done, kept.promised_on, kept.answered_on) == (
        "De aannemer is besteld.",
        False,
        dt.date(2026, 11, 30),
        TODAY,
    )
    assert FollowUp.objects.get(pk=row.pk).state == "open"  # the owner stays responsible


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("answer", ""),
        ("answer", "x" * 2001),
        ("says_done", "misschien"),
        ("promised_on", "2026-11-10"),
        ("promised_on", "0202-11-30"),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field_and_kept(field, value, row, am, client):
    request = ask(row, am)
    typed = {"answer": "Dit blijft staan.", "says_done": "no", field: value}

    response = client.post(link_of(request), typed)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert stored(request).answered_on is None


def test_without_its_form_nothing_is_sent_from_another_site(row, am):
    request = ask(row, am)
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(link_of(request), {"answer": "Ja", "says_done": "yes"}).status_code == 403
    assert stored(request).answered_on is None


@pytest.mark.parametrize("value", ["\x00", "x" * 5000, "²", "' OR 1=1 --", "9" * 5000, "Ünïcødé 🏭"])
def test_nonsense_breaks_neither_link_nor_answer(value, row, am, client):
    request = ask(row, am)
    if "\x00" not in value:
        assert client.get(reverse("employers:question", args=[value])).status_code == 404
        assert client.post(reverse("employers:question", args=[value])).status_code == 404
    for field in ("answer", "says_done", "promised_on"):
        typed = {"answer": "Ja", "says_done": "no", "promised_on": "", field: value}
        assert client.post(link_of(request), typed).status_code in {200, 302, 422}


@pytest.mark.django_db(transaction=True)
def test_two_who_answer_at_once_are_one_answer():
    am = UserFactory(role="AM")
    request = ask(FollowUpFactory(owner=am), am)

    def answer(text: str) -> str:
        try:
            answer_request(token_of(request), answer=text, says_done=True)
        except Shut as shut:
            return str(shut.door)
        finally:
            connection.close()
        return "stored"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(answer, ["eerste", "tweede"]))

    assert found == ["answered", "stored"]


# ── what the owner does with it ──────────────────────────────────────────────────────────────────


def answered(row: FollowUp, am, **more) -> FollowUpRequest:
    request = ask(row, am)
    options = {"answer": "De vergunning is verleend.", "says_done": True, **more}
    return answer_request(token_of(request), **options)


def test_one_click_takes_over_that_it_is_done(row, am, client_as):
    request = answered(row, am)
    page = client_as(am).get(row.get_absolute_url()).content.decode()
    assert "De vergunning is verleend." in page

    response = client_as(am).post(
        reverse("employers:follow_up_request_handle", args=[request.pk]), {"act": "done"}
    )

    assert response.headers["Location"] == row.get_absolute_url()
    after = FollowUp.objects.get(pk=row.pk)
    assert (after.state, after.outcome, after.fulfilled_on) == ("closed", "De vergunning is verleend.", TODAY)
    assert (stored(request).handled_by, stored(request).handled_on) == (am, TODAY)


def test_a_promise_to_an_employer_still_has_to_be_reported_back(am):
    row = FollowUpFactory(owner=am, promise=True)
    services.confirm_follow_up(row, by=am, exact_words="U hoort het.", authority_checked=True)
    handle_answer(answered(row, am), by=am, act="done")

    assert FollowUp.objects.get(pk=row.pk).state == "fulfilled"


def test_an_unconfirmed_promise_is_not_done_by_an_answer(am, client_as):
    row = FollowUpFactory(owner=am, promise=True)
    request = answered(row, am)

    with pytest.raises(ValidationError):
        handle_answer(request, by=am, act="done")
    page = client_as(am).get(row.get_absolute_url()).content.decode()
    assert "Bevestig eerst de toezegging" in page
    assert stored(request).handled_on is None


def test_the_day_the_colleague_names_becomes_the_day_it_is_due(row, am):
    request = answered(row, am, says_done=False, promised_on=dt.date(2026, 12, 4))
    handle_answer(request, by=am, act="date")

    after = FollowUp.objects.get(pk=row.pk)
    assert after.due_on == dt.date(2026, 12, 4)
    assert after.steps.get(act="rescheduled").due_before == dt.date(2026, 11, 30)


def test_an_answer_that_does_not_say_so_is_not_taken_over(row, am):
    request = answered(row, am, says_done=False)
    for act in ("done", "date", "iets"):
        with pytest.raises(ValidationError):
            handle_answer(request, by=am, act=act)
    handle_answer(request, by=am, act="seen")

    assert stored(request).handled_on == TODAY
    assert FollowUp.objects.get(pk=row.pk).state == "open"


def test_somebody_elses_answer_is_not_taken_over(row, am):
    request = answered(row, am)
    with pytest.raises(PermissionDenied):
        handle_answer(request, by=UserFactory(role="ES"), act="done")


def test_the_page_tells_question_answer_and_what_became_of_the_mail(row, am, client_as):
    request = ask(row, am)
    OutgoingMail.objects.update(state="failed", retry_at=None, error="x")

    page = client_as(am).get(row.get_absolute_url()).content.decode()

    assert "kon niet worden verzonden" in page
    assert reverse("employers:follow_up_request_again", args=[request.pk]) in page
    assert "Gevraagd aan Tess Tegel, een collega zonder account" in page


def test_the_form_asks_and_says_where_it_may_go(row, am, client_as):
    client = client_as(am)
    url = reverse("employers:follow_up_pass_on", args=[row.pk])
    page = client.get(url).content.decode()
    assert "geen domeinen ingesteld" in page
    assert f"{row.employer.name}: {row.what}" in page

    typed = {"name": "Tess", "email": "tess@example.org", "question": "Kan het?", "answer_by": "2026-11-18"}
    assert client.post(url, {**typed, "email": "niets"}).status_code == 422
    assert client.post(url, typed).headers["Location"] == row.get_absolute_url()
    assert FollowUpRequest.objects.get().question == "Kan het?"


def test_the_form_of_something_confidential_leads_back_with_a_clear_sentence(tl, client_as):
    row = FollowUpFactory(owner=tl, given_in_confidence=True, woo_ground="bedrijfsgegevens")
    client = client_as(tl)

    response = client.get(reverse("employers:follow_up_pass_on", args=[row.pk]), follow=True)

    assert "in vertrouwen gegeven" in response.content.decode()
    assert reverse("employers:follow_up_pass_on", args=[row.pk]) not in response.content.decode()


def test_the_dossier_tells_in_its_timeline_what_was_asked_and_answered(row, am, client_as):
    url = reverse("employers:timeline", args=[row.employer_id])
    request = ask(row, am)
    assert "gevraagd aan Tess Tegel, nog geen antwoord" in client_as(am).get(url).content.decode()
    answer_request(token_of(request), answer="Ja, dinsdag.", says_done=False)

    assert "antwoord: Ja, dinsdag." in client_as(am).get(url).content.decode()


# ── reminders (R7) ───────────────────────────────────────────────────────────────────────────────


def whom(wanted) -> list[tuple[int, dt.date]]:
    return [(row.recipient_id, row.due_on) for row in wanted]


def test_the_owner_hears_that_an_answer_came_until_something_is_done_with_it(row, am):
    request = answered(row, am)
    assert whom(request_answered(TODAY)) == [(am.pk, TODAY)]
    handle_answer(request, by=am, act="seen")

    assert list(request_answered(TODAY)) == []


def test_the_owner_hears_that_none_came_after_so_many_working_days(row, am):
    ask(row, am, answer_by=TODAY + DAY)
    asked_again = dt.date(2026, 11, 18)  # five working days after a Wednesday
    assert list(request_unanswered(asked_again - DAY)) == []
    assert whom(request_unanswered(asked_again)) == [(am.pk, asked_again)]
    PolicySetting.objects.create(name="pass_on_unanswered_days", value=6, starts_on=TODAY)
    assert list(request_unanswered(asked_again)) == []


def test_nobody_is_reminded_before_the_day_on_which_the_answer_was_wanted(row, am):
    ask(row, am, answer_by=dt.date(2026, 11, 27))
    assert list(request_unanswered(dt.date(2026, 11, 27))) == []
    assert whom(request_unanswered(dt.date(2026, 11, 28))) == [(am.pk, dt.date(2026, 11, 28))]


def test_an_owner_without_an_account_is_replaced_by_the_account_manager(tl):
    gone, manager = UserFactory(role="AM", is_active=False), UserFactory(role="AM")
    row = FollowUpFactory(owner=gone)
    FollowUpRequestFactory(follow_up=row, answered=True)
    assert whom(request_answered(TODAY)) == [(tl.pk, TODAY)]
    AccountAssignmentFactory(employer=row.employer, user=manager)
    assert whom(request_answered(TODAY)) == [(manager.pk, TODAY)]


def test_what_is_done_or_withdrawn_reminds_nobody(row, am):
    request = ask(row, am, answer_by=TODAY)
    answered_one = FollowUpRequestFactory(follow_up=row, answered=True)
    later = dt.date(2026, 12, 1)
    assert len(list(request_unanswered(later))) == len(list(request_answered(later))) == 1
    withdraw_request(request, by=am)
    services.fulfil_follow_up(row, by=am)

    assert list(request_unanswered(later)) == list(request_answered(later)) == []
    assert answered_one.answered_on == TODAY


def test_the_reminder_names_the_promise_and_leads_to_the_question(row, am):
    request = answered(row, am)
    reconcile(TODAY, kinds=["request_answered"])

    (line,) = lines_for(Reminder.objects.filter(kind="request_answered"), am)
    assert row.what in line.label
    assert line.url == f"{row.get_absolute_url()}#request-{request.pk}"
    secret = FollowUpRequestFactory(answered=True, follow_up__is_confidential=True, follow_up__owner=am)
    reconcile(TODAY, kinds=["request_answered"])
    told = lines_for(Reminder.objects.filter(target_id=secret.pk, kind="request_answered"), Outsider())
    assert [line.hidden for line in told] == [True]


# ── personal data (R13) ──────────────────────────────────────────────────────────────────────────


def test_name_and_address_are_nowhere_some_months_after_all_is_done(am):
    row = FollowUpFactory(owner=am, what="Uitrit")
    request = ask(row, am, name="Zwaluwina Zandkasteel", email="zwaluwina@example.org")
    deliver_mails()
    answer_request(token_of(request), answer="Ja.", says_done=True)
    handle_answer(request, by=am, act="done")

    assert tidy_requests(dt.date(2027, 5, 11)) == 0
    assert find_in_database("Zwaluwina")
    assert tidy_requests(dt.date(2027, 5, 12)) == 1
    assert tidy_requests(dt.date(2027, 5, 12)) == 0
    assert find_in_database("Zwaluwina") == find_in_database("zwaluwina@example.org") == []
    kept = stored(request)
    assert (kept.question, kept.answer) == ("Is de vergunning verleend?", "Ja.")
    assert str(kept.who) == "een collega"


def test_as_long_as_something_is_open_the_owner_knows_whom_it_was_asked(row, am):
    answered(row, am)
    withdrawn = FollowUpRequestFactory(follow_up=row, withdrawn_on=TODAY)
    too_old = FollowUpRequestFactory(follow_up=row)
    late = TODAY.replace(year=2027, month=7)

    assert tidy_requests(late) == 2
    assert (stored(withdrawn).email, stored(too_old).email) == ("", "")
    assert FollowUpRequest.objects.get(answered_on__isnull=False).name == "Tess Tegel"


def test_the_trail_keeps_no_name_question_or_answer(row, am):
    request = answered(row, am)
    for event in TrailEvent.objects.filter(table_name="employers_followuprequest", object_id=request.pk):
        said = f"{event.before} {event.after}"
        assert "Tess" not in said
        assert "vergunning" not in said


def test_a_contact_person_is_taken_out_of_question_and_answer(am, tl):
    person = PositionFactory(person__first_name="Zomerien", person__last_name="Zilverlinde").person
    row = FollowUpFactory(owner=am, person=person)
    request = ask(row, am, question="Kan Zomerien Zilverlinde bellen?")
    answer_request(token_of(request), answer="Zilverlinde is gebeld.", says_done=False)

    anonymise_person(person, by=tl)

    kept = stored(request)
    assert "Zilverlinde" not in kept.question + kept.answer


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (dt.date(2026, 8, 31), 6, dt.date(2026, 2, 28)),
        (dt.date(2026, 1, 15), 1, dt.date(2025, 12, 15)),
        (dt.date(2024, 2, 29), 12, dt.date(2023, 2, 28)),
        (dt.date(2026, 5, 5), 0, dt.date(2026, 5, 5)),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, before):
    assert months_before(day, months) == before


def test_an_employer_that_becomes_confidential_later_hides_the_question(am, client_as):
    employer = EmployerFactory()
    row = FollowUpFactory(owner=UserFactory(role="AM"), employer=employer)
    request = ask(row, UserFactory(role="TL"))
    employer.is_confidential = True
    employer.save()

    for name in ("again", "withdraw"):
        url = reverse(f"employers:follow_up_request_{name}", args=[request.pk])
        assert client_as(am).get(url).status_code == 404
