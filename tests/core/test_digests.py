"""The morning mail (R7): one for each person and day, claimed first, sent over real SMTP, never lost."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from pytest_django import Settings

from accounts.models import User
from deventer_crm.core import digests, posting, reminders
from deventer_crm.core.locks import lock_number
from deventer_crm.core.models import Commitment, Digest, JobRun, Reminder
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory
from tests.support.mailserver import MailServer

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
DAY = MONDAY.date()


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


@pytest.fixture(autouse=True)
def rule(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = reminders.Rule(
        "proef",
        "Het overleg is nog niet gepland",
        "Plan het overleg",
        "core.Commitment",
        lambda today, targets=None: [],
        reminders.never_over,
    )
    monkeypatch.setattr(reminders, "RULES", {"proef": rule})


def remind(person: User, target: Any = None, number: int = 1, **fields: Any) -> Reminder:
    target = target or Commitment.objects.get(code="C2")
    fields = {"due_on": DAY, "raised_on": DAY, "news_on": DAY, **fields}
    return Reminder.objects.create(
        kind="proef",
        target_type=ContentType.objects.get_for_model(target),
        target_id=target.pk,
        recipient=person,
        period=f"2026-{number}",
        **fields,
    )


def text_of(mail: Any, kind: str = "plain") -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == f"text/{kind}")
    return part.get_payload(decode=True).decode(part.get_content_charset())


def test_a_person_with_news_gets_one_mail(mailserver: MailServer) -> None:
    person = UserFactory()
    row = remind(person)
    assert digests.send_digests(DAY) == digests.Counts(1, 1)
    digest = Digest.objects.get()
    assert (digest.state, digest.attempts, digest.retry_at) == ("sent", 1, None)
    assert mailserver.message_ids == [digest.message_id]
    assert mailserver.mails[0]["To"] == person.email
    row.refresh_from_db()
    assert row.news_on is None


def test_both_texts_have_the_line_and_a_link_that_works_from_a_mail_program(
    mailserver: MailServer,
) -> None:
    remind(UserFactory())
    digests.send_digests(DAY)
    for kind in ("plain", "html"):
        text = text_of(mailserver.mails[0], kind)
        assert "Het overleg is nog niet gepland" in text
        assert "https://crm.example.org/monitor/C2/" in text
        assert "https://crm.example.org/herinneringen/" in text


def test_the_same_day_brings_no_second_mail_and_a_day_without_news_none(
    mailserver: MailServer,
) -> None:
    person = UserFactory()
    remind(person)
    digests.send_digests(DAY)
    remind(person, number=2)
    assert digests.send_digests(DAY) == digests.Counts()
    assert digests.send_digests(DAY + dt.timedelta(days=1)) == digests.Counts(1, 1)
    assert digests.send_digests(DAY + dt.timedelta(days=2)) == digests.Counts()


def test_at_most_seven_lines_and_how_many_more(mailserver: MailServer) -> None:
    person = UserFactory()
    for number in range(10):
        remind(person, number=number)
    assert digests.send_digests(DAY) == digests.Counts(1, 10)
    content = Digest.objects.get().content
    assert (len(content["lines"]), content["more"]) == (7, 3)
    text = text_of(mailserver.mails[0])
    assert text.count("Het overleg is nog niet gepland") == 7
    assert "3" in text
    assert not Reminder.objects.filter(news_on__isnull=False).exists()


@pytest.mark.parametrize("fields", [{"mails_digest": False}, {"is_active": False}])
def test_who_wants_no_mail_or_left_gets_none(mailserver: MailServer, fields: dict[str, Any]) -> None:
    remind(UserFactory(**fields))
    assert digests.send_digests(DAY) == digests.Counts()
    assert not Digest.objects.exists()


def test_snoozed_and_future_news_wait_for_their_day(mailserver: MailServer) -> None:
    person = UserFactory()
    friday = DAY + dt.timedelta(days=4)
    remind(person, snoozed_until=friday, news_on=friday)
    assert digests.send_digests(DAY) == digests.Counts()
    assert digests.send_digests(friday) == digests.Counts(1, 1)


def test_a_confidential_record_is_neither_named_nor_linked(mailserver: MailServer) -> None:
    lead = UserFactory(role="TL")
    secret = EmployerFactory(name="Geheimwerk Zilverlinde B.V.", is_confidential=True)
    remind(lead, secret)
    digests.send_digests(DAY)
    for kind in ("plain", "html"):
        text = text_of(mailserver.mails[0], kind)
        assert "Zilverlinde" not in text
        assert f"/bedrijven/{secret.pk}" not in text
    assert "Zilverlinde" not in str(Digest.objects.get().content)


def test_an_ordinary_record_is_named(mailserver: MailServer) -> None:
    employer = EmployerFactory(name="Proefwerkplaats Zilverlinde B.V.")
    remind(UserFactory(role="AM"), employer)
    digests.send_digests(DAY)
    assert "Zilverlinde" in text_of(mailserver.mails[0])


def test_server_away_then_back(mailserver: MailServer, monday: time_machine.Coordinates) -> None:
    people = [UserFactory(), UserFactory()]
    for person in people:
        remind(person)
    mailserver.stop()
    assert digests.send_digests(DAY) == digests.Counts()
    assert Digest.objects.count() == 2
    assert JobRun.objects.get().state == "failed"
    claimed = set(Digest.objects.values_list("message_id", flat=True))
    mailserver.start()
    monday.shift(dt.timedelta(minutes=2))
    assert digests.deliver_unfinished() == digests.Counts(2, 2)
    assert set(mailserver.message_ids) == claimed
    assert set(Digest.objects.values_list("state", flat=True)) == {"sent"}


def test_a_refused_mailbox_does_not_keep_the_others_waiting(mailserver: MailServer) -> None:
    refused, fine = UserFactory(), UserFactory()
    remind(refused)
    remind(fine)
    mailserver.refuse = {refused.email}
    assert digests.send_digests(DAY) == digests.Counts(1, 1)
    row = Digest.objects.get(recipient=refused)
    assert (row.state, row.attempts, row.error) == ("failed", 1, "SMTPRecipientsRefused: 550")
    assert row.retry_at == MONDAY + dt.timedelta(minutes=1)


def test_killed_after_the_claim_it_is_sent_with_the_id_of_the_claim(
    mailserver: MailServer, monday: time_machine.Coordinates
) -> None:
    person = UserFactory()
    remind(person)
    claimed = digests.claim(person.pk, DAY)
    assert claimed is not None
    assert digests.deliver_unfinished() == digests.Counts(1, 1)
    assert mailserver.message_ids == [claimed.message_id]


def test_of_unknown_fate_the_same_mail_goes_again(
    mailserver: MailServer, monkeypatch: pytest.MonkeyPatch, monday: time_machine.Coordinates
) -> None:
    """The server took the mail and the process died before it could write that down."""
    remind(UserFactory())

    class Killed(BaseException):
        pass

    def die(digest: Digest) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(posting, "_note_sent", die)
        with pytest.raises(Killed):
            digests.send_digests(DAY)
    row = Digest.objects.get()
    assert (row.state, row.attempts) == ("claimed", 1)
    assert digests.deliver_unfinished() == digests.Counts()  # not before its pause is over
    monday.shift(dt.timedelta(minutes=2))
    assert digests.deliver_unfinished() == digests.Counts(1, 1)
    assert mailserver.message_ids == [row.message_id] * 2
    assert text_of(mailserver.mails[0]) == text_of(mailserver.mails[1])


def test_the_content_is_frozen_when_claimed(mailserver: MailServer) -> None:
    employer = EmployerFactory(name="Proefwerkplaats Zilverlinde B.V.")
    person = UserFactory()
    remind(person, employer)
    digests.claim(person.pk, DAY)
    employer.name = "Andere Naam B.V."
    employer.save()
    digests.deliver_unfinished()
    assert "Zilverlinde" in text_of(mailserver.mails[0])


def test_given_up_after_a_day_and_a_half_the_reminders_are_news_again(
    mailserver: MailServer, monday: time_machine.Coordinates
) -> None:
    row = remind(UserFactory())
    mailserver.stop()
    digests.send_digests(DAY)
    for _ in range(60):
        monday.shift(dt.timedelta(hours=1))
        digests.deliver_unfinished()
    digest = Digest.objects.get()
    assert (digest.state, digest.retry_at) == ("failed", None)
    assert digest.error
    row.refresh_from_db()
    assert row.news_on is not None


def test_the_pauses_grow_to_an_hour() -> None:
    minutes = [posting.pause_after(attempt).total_seconds() / 60 for attempt in range(1, 9)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_missed_morning_is_caught_up_once(mailserver: MailServer, monday: time_machine.Coordinates) -> None:
    remind(UserFactory())
    monday.move_to(dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC))  # six in the Netherlands: too early
    assert digests.catch_up() == digests.Counts()
    monday.move_to(dt.datetime(2026, 11, 23, 8, 0, tzinfo=dt.UTC))
    assert digests.catch_up() == digests.Counts(1, 1)
    remind(UserFactory(), number=2)
    assert digests.catch_up() == digests.Counts()  # this day's run is done


def test_no_mail_is_caught_up_on_a_day_off(monday: time_machine.Coordinates) -> None:
    remind(UserFactory())
    monday.move_to(dt.datetime(2026, 11, 22, 10, 0, tzinfo=dt.UTC))
    assert digests.catch_up() == digests.Counts()


def test_what_a_mail_said_is_forgotten_after_a_month(
    mailserver: MailServer, monday: time_machine.Coordinates
) -> None:
    remind(UserFactory())
    digests.send_digests(DAY)
    monday.shift(dt.timedelta(days=31))
    digests.tidy_digests()
    assert Digest.objects.get().content == {}


def test_two_at_once_are_told_apart() -> None:
    import psycopg2
    from django.db import connection

    other = psycopg2.connect(**connection.get_connection_params())
    try:
        other.cursor().execute("SELECT pg_advisory_lock(%s)", [lock_number(digests.LOCK)])
        with pytest.raises(digests.DigestsBusy):
            digests.send_digests(DAY)
        assert digests.deliver_unfinished() == digests.Counts()
    finally:
        other.close()
