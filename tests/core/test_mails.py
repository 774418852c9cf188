"""Mails to people outside: rows first, one identity for good, over real SMTP, fate visible (core.mails)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from pytest_django import Settings

from deventer_crm.core import mails, posting
from deventer_crm.core.mails import Attachment, NewMail, deliver_mails, queue_mail, queue_mails, try_again
from deventer_crm.core.models import OutgoingMail
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory
from tests.support.mailserver import MailServer

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Één proef\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def monday() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def mailserver(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        settings.SITE_URL = "https://crm.example.org"
        yield server


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A kind of mail of its own; holds what its owner was told."""
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(mails, "MAIL_KINDS", dict(mails.MAIL_KINDS))
    mails.mail_kind(
        "proef",
        label="proef",
        kept_for=dt.timedelta(days=10),
        sent=lambda mail: heard.append(("sent", mail.key)),
        given_up=lambda mail: heard.append(("given up", mail.key)),
        refused=lambda mail: "geheim geworden" if mail.subject == "geheim" else "",
    )
    return heard


def queue(key: str = "proef:1", **fields: Any) -> OutgoingMail:
    fields = {"to": "gast@example.org", "subject": "Uitnodiging", "text": "Komt u?\n", **fields}
    return queue_mail(kind="proef", key=key, **fields)


def fresh(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def test_it_is_sent_as_written_and_its_owner_hears_of_it(mailserver: MailServer, told: list[Any]) -> None:
    writer = UserFactory()
    mail = queue(reply_to="afzender@example.org", html="<p>Komt u?</p>", by=writer)
    assert deliver_mails() == 1
    (got,) = mailserver.mails
    assert (got["To"], got["Reply-To"], got["Subject"]) == (
        "gast@example.org",
        "afzender@example.org",
        "Uitnodiging",
    )
    assert got["Message-ID"] == mail.message_id
    assert {part.get_content_type() for part in got.walk()} >= {"text/plain", "text/html"}
    assert (fresh(mail).state, fresh(mail).sent_at) == ("sent", MONDAY)
    assert told == [("sent", "proef:1")]


def test_an_appointment_keeps_the_parameters_of_its_type(mailserver: MailServer, told: list[Any]) -> None:
    queue(attachments=[Attachment("uitnodiging.ics", "text/calendar; method=REQUEST", CALENDAR)])
    deliver_mails()
    (got,) = mailserver.mails
    (part,) = [part for part in got.walk() if part.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    assert part.get_content_charset() == "utf-8"
    assert part.get_filename() == "uitnodiging.ics"
    assert part.get_payload(decode=True).decode().replace("\r\n", "\n") == CALENDAR.replace("\r\n", "\n")


def test_the_same_key_is_the_same_mail(mailserver: MailServer, told: list[Any]) -> None:
    first, second = queue(subject="Eerste"), queue(subject="Tweede")
    assert first.pk == second.pk
    many = [NewMail(f"proef:{number}", f"gast{number}@example.org", "Samen", "Tekst") for number in (1, 2, 3)]
    assert queue_mails("proef", many) == 3
    assert deliver_mails() == 3
    assert sorted(mail["Subject"] for mail in mailserver.mails) == ["Eerste", "Samen", "Samen"]
    assert len(set(mailserver.message_ids)) == 3


def test_many_are_written_down_in_one_statement(told: list[Any], django_assert_num_queries: Any) -> None:
    employer = EmployerFactory()
    many = [NewMail(f"proef:{n}", f"g{n}@example.org", "Samen", "Tekst", about=employer) for n in range(150)]
    queue(key="vooraf", about=employer)  # the number of the content type is known
    with transaction.atomic(), django_assert_num_queries(3):  # one, and the savepoint around it
        queue_mails("proef", many)
    assert mails.mails_about(employer).count() == 151
    assert list(mails.last_mails(type(employer), [employer.pk])) == [employer.pk]


def test_a_server_that_is_away_costs_time_and_no_second_identity(
    mailserver: MailServer, told: list[Any], monday: time_machine.Coordinates
) -> None:
    rows = [queue(f"proef:{number}") for number in range(3)]
    mailserver.stop()
    assert deliver_mails() == 0
    assert fresh(rows[0]).state == "failed"
    assert [fresh(row).attempts for row in rows] == [1, 0, 0]  # the first says enough
    mailserver.start()
    monday.shift(dt.timedelta(minutes=2))
    assert deliver_mails() == 3
    assert set(mailserver.message_ids) == {row.message_id for row in rows}


def test_of_unknown_fate_it_goes_again_as_the_same_mail(
    mailserver: MailServer,
    told: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    monday: time_machine.Coordinates,
) -> None:
    mail = queue()

    class Killed(BaseException):
        pass

    def die(row: OutgoingMail) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(posting, "_note_sent", die)
        with pytest.raises(Killed):
            deliver_mails()
    assert deliver_mails() == 0  # not before its pause is over
    monday.shift(dt.timedelta(minutes=2))
    assert deliver_mails() == 1
    assert mailserver.message_ids == [mail.message_id] * 2


def test_a_refused_address_does_not_keep_the_others_waiting(mailserver: MailServer, told: list[Any]) -> None:
    refused, fine = queue("proef:1", to="weg@example.org"), queue("proef:2")
    mailserver.refuse = {"weg@example.org"}
    assert deliver_mails() == 1
    assert (fresh(refused).state, fresh(refused).error) == ("failed", "SMTPRecipientsRefused: 550")
    assert fresh(fine).state == "sent"
    assert told == [("sent", "proef:2")]  # the other one is still tried


def test_after_a_day_and_a_half_it_is_given_up_and_can_be_tried_again(
    mailserver: MailServer, told: list[Any], monday: time_machine.Coordinates
) -> None:
    mail = queue(to="weg@example.org")
    OutgoingMail.objects.update(claimed_at=MONDAY)
    mailserver.refuse = {"weg@example.org"}
    for hours in range(0, 40, 2):
        monday.move_to(MONDAY + dt.timedelta(hours=hours), tick=False)
        deliver_mails()
    assert fresh(mail).is_given_up
    assert told == [("given up", "proef:1")]
    attempts = fresh(mail).attempts
    assert deliver_mails() == 0
    assert fresh(mail).attempts == attempts
    mailserver.refuse = set()
    try_again(mail)
    assert deliver_mails() == 1
    assert mailserver.message_ids == [mail.message_id]
    assert told[-1] == ("sent", "proef:1")


def test_one_that_is_withdrawn_is_not_sent_unless_it_may_be_under_way(
    mailserver: MailServer, told: list[Any], monday: time_machine.Coordinates
) -> None:
    waiting, tried = queue("proef:1"), queue("proef:2")
    OutgoingMail.objects.filter(pk=tried.pk).update(attempts=1, retry_at=MONDAY + dt.timedelta(minutes=1))
    assert mails.withdraw_mails(OutgoingMail.objects.all()) == 1
    monday.shift(dt.timedelta(minutes=2))
    assert deliver_mails() == 1
    assert fresh(waiting).state == "withdrawn"
    assert mailserver.message_ids == [tried.message_id]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"to": ""}, "there is no address"),
        ({"useless_after": MONDAY - dt.timedelta(hours=1)}, "it is news no longer"),
        ({"subject": "geheim"}, "geheim geworden"),
    ],
    ids=["nowhere to", "too late", "must not go"],
)
def test_what_must_not_go_is_given_up_without_smtp(
    mailserver: MailServer, told: list[Any], fields: dict[str, Any], why: str
) -> None:
    mail = queue(**fields)
    assert deliver_mails() == 0
    assert (fresh(mail).is_given_up, fresh(mail).error, fresh(mail).attempts) == (True, why, 0)
    assert mailserver.mails == []
    assert told == [("given up", "proef:1")]


def test_it_waits_for_its_moment(
    mailserver: MailServer, told: list[Any], monday: time_machine.Coordinates
) -> None:
    queue(not_before=MONDAY + dt.timedelta(hours=3))
    assert deliver_mails() == 0
    monday.shift(dt.timedelta(hours=4))
    assert deliver_mails() == 1


def test_what_it_said_is_emptied_in_time_and_that_it_went_stays(
    mailserver: MailServer, told: list[Any], monday: time_machine.Coordinates
) -> None:
    mail = queue(html="<p>x</p>", attachments=[Attachment("a.ics", "text/calendar", CALENDAR)])
    deliver_mails()
    monday.shift(dt.timedelta(days=9))
    mails.tidy_mails()
    assert fresh(mail).text
    monday.shift(dt.timedelta(days=2))
    mails.tidy_mails()
    kept = fresh(mail)
    assert (kept.text, kept.html, kept.attachments, kept.to) == ("", "", [], "")
    assert (kept.state, kept.message_id) == ("sent", mail.message_id)


def test_a_kind_nobody_knows_is_a_mistake_of_the_program(told: list[Any]) -> None:
    with pytest.raises(KeyError):
        queue_mail(kind="onbekend", key="x", to="a@example.org", subject="x", text="x")
    with pytest.raises(ValueError, match="registered twice"):
        mails.mail_kind("proef", label="nog een")


def test_the_administrator_sees_fates_and_tries_again_without_reading(
    client_as: Any, mailserver: MailServer, told: list[Any]
) -> None:
    from django.urls import reverse

    mail = queue(subject="Uitnodiging Zilverlinde", text="Beste Zilverlinde")
    posting.note_given_up(mail, "SMTPRecipientsRefused: 550")
    client = client_as(UserFactory(role="FA"))
    listing = reverse("admin:core_outgoingmail_changelist")
    for url in (listing, reverse("admin:core_outgoingmail_change", args=[mail.pk])):
        page = client.get(url).content.decode()
        assert "SMTPRecipientsRefused" in page
        assert "Zilverlinde" not in page
        assert "gast@example.org" not in page
    assert (
        "core_outgoingmail" in client.get("/").content.decode()
        or "outgoingmail" in client.get("/").content.decode()
    )
    client.post(listing, {"action": "send_again", "_selected_action": [mail.pk]})
    assert deliver_mails() == 1
