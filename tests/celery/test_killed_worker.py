"""A worker that is killed in the middle of a job leaves nothing lost and nothing told twice (R7).

Real worker processes on the real broker get SIGKILL at a random moment of `core.reconcile_reminders` and of
`core.send_digests`, and while it mails two hundred guests; a new worker then does what the schedule would do.
For twenty of each, with the figures:

    KILLS=20 pytest tests/celery/test_killed_worker.py -n0 --log-cli-level=INFO"""

import datetime as dt
import logging
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType

from deventer_crm.core import clock
from deventer_crm.core.mails import send_mails
from deventer_crm.core.models import Commitment, Digest, JobRun, OutgoingMail, Reminder
from deventer_crm.core.periodic import reconcile_reminders, send_digests, sweep
from deventer_crm.core.tasks import send
from meetings.models import Invitation
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import EmployerFactory
from tests.support.mailserver import MailServer
from tests.support.worker import WorkerProcess

pytestmark = [pytest.mark.celery, pytest.mark.django_db(transaction=True)]

log = logging.getLogger(__name__)

KILLS = int(os.environ.get("KILLS", "2"))
PEOPLE = 25
INVITATIONS = 4_000
GUESTS = 200


def wait_for(condition: Callable[[], bool], seconds: float = 60, pause: float = 0.02) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return False


def running(name: str) -> bool:
    return JobRun.objects.filter(name=name, state=JobRun.State.RUNNING).exists()


@pytest.fixture
def mailserver(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    with MailServer() as server:
        monkeypatch.setenv("TEST_EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
        yield server


@pytest.fixture
def make_worker(
    broker: None, mailserver: MailServer, transactional_db: None, tmp_path: Path
) -> Iterator[Callable[[], WorkerProcess]]:
    """Starts workers that mail to the server of this test; kills what is left of them."""
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        started.append(WorkerProcess(tmp_path / f"worker-{len(started)}.log").start())
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def dice() -> random.Random:
    """The same moments at every run, unless SEED says otherwise."""
    return random.Random(int(os.environ.get("SEED", "2026")))


# ── reminders ────────────────────────────────────────────────────────────────────────────────────


def reminder_table() -> list[tuple[Any, ...]]:
    columns = ("kind", "target_type_id", "target_id", "recipient_id", "period", "due_on", "state", "news_on")
    return sorted(Reminder.objects.values_list(*columns))


def run_reconcile(worker: WorkerProcess) -> float:
    """One undisturbed run, in seconds."""
    before = JobRun.objects.filter(state=JobRun.State.DONE).count()
    started = time.monotonic()
    assert send(reconcile_reminders)
    assert wait_for(lambda: JobRun.objects.filter(state=JobRun.State.DONE).count() > before), (
        worker.log.read_text()[-3000:]
    )
    return time.monotonic() - started


def many_invitations() -> None:
    """Enough unanswered invitations, to two secretaries, for a run that takes a while."""
    UserFactory(role="ES")
    UserFactory(role="ES")
    UserFactory(role="TL")
    member, employer = CollegeMemberFactory(), EmployerFactory()
    sent_on = clock.today() - dt.timedelta(days=60)
    Invitation.objects.bulk_create(
        Invitation(employer=employer, college_member=member, sent_on=sent_on) for _ in range(INVITATIONS)
    )


def test_killed_in_reconcile_it_ends_as_an_undisturbed_run(
    make_worker: Callable[[], WorkerProcess],
    dice: random.Random,
) -> None:
    many_invitations()
    worker = make_worker()
    run_reconcile(worker)
    expected = reminder_table()
    Reminder.objects.all().delete()
    seconds = run_reconcile(worker)
    assert reminder_table() == expected
    assert len(expected) >= 2 * INVITATIONS

    in_the_middle = half_written = 0
    for _ in range(KILLS):
        Reminder.objects.all().delete()
        JobRun.objects.all().delete()
        assert send(reconcile_reminders)
        assert wait_for(lambda: running("reconcile_reminders"), pause=0.001)
        time.sleep(dice.uniform(0, 0.8 * seconds))
        worker.kill()
        in_the_middle += running("reconcile_reminders")
        half_written += 0 < Reminder.objects.count() < len(expected)
        worker = make_worker()
        run_reconcile(worker)
        assert reminder_table() == expected
    log.info("reconcile: %d kills, %d in the middle, %d half written", KILLS, in_the_middle, half_written)
    assert in_the_middle > 0


# ── digests ──────────────────────────────────────────────────────────────────────────────────────


def much_news() -> None:
    """Three reminders for each of some people."""
    target = Commitment.objects.get(code="C2")
    kind = ContentType.objects.get_for_model(target)
    day = clock.today()
    for person in [UserFactory() for _ in range(PEOPLE)]:
        Reminder.objects.bulk_create(
            Reminder(
                kind="proef",
                target_type=kind,
                target_id=target.pk,
                recipient=person,
                period=f"{number}",
                due_on=day,
                raised_on=day,
                news_on=day,
            )
            for number in range(3)
        )


def digest_table() -> list[tuple[Any, ...]]:
    """What was told to whom, without the identities that each claim makes anew."""
    rows = Digest.objects.values_list("recipient_id", "day", "state", "reminder_count", "content")
    return sorted((*row[:4], tuple(sorted(row[4]["reminders"]))) for row in rows)


def all_sent() -> bool:
    return (
        Digest.objects.filter(state=Digest.State.SENT).count() == PEOPLE
        and not Reminder.objects.filter(news_on__isnull=False).exists()
    )


def everything_goes_out(worker: WorkerProcess) -> None:
    """What the schedule does in the minutes after: the task again, and the sweep until nothing is left."""
    end = time.monotonic() + 90
    while not all_sent() and time.monotonic() < end:
        # The pause after an attempt is a minute; the test does not wait for it.
        Digest.objects.filter(retry_at__isnull=False).update(retry_at=clock.now())
        send(send_digests)
        send(sweep)
        wait_for(all_sent, seconds=3, pause=0.05)
    assert all_sent(), worker.log.read_text()[-3000:]


def fresh_news(mailserver: MailServer) -> None:
    Digest.objects.all().delete()
    JobRun.objects.all().delete()
    Reminder.objects.update(news_on=clock.today())
    mailserver.mails.clear()


def test_killed_while_mailing_every_digest_keeps_one_identity(
    make_worker: Callable[[], WorkerProcess],
    mailserver: MailServer,
    dice: random.Random,
) -> None:
    much_news()
    mailserver.seconds = 0.02
    worker = make_worker()
    started = time.monotonic()
    everything_goes_out(worker)
    seconds = time.monotonic() - started
    expected = digest_table()
    assert len(mailserver.mails) == PEOPLE

    in_the_middle = sent_again = 0
    for _ in range(KILLS):
        fresh_news(mailserver)
        assert send(send_digests)
        assert wait_for(lambda: running("send_digests"), pause=0.001)
        time.sleep(dice.uniform(0, 0.8 * seconds))
        worker.kill()
        in_the_middle += running("send_digests")
        worker = make_worker()
        everything_goes_out(worker)

        assert digest_table() == expected
        by_person: dict[str, set[str]] = {}
        for mail in mailserver.mails:
            by_person.setdefault(mail["To"], set()).add(str(mail["Message-ID"]))
        assert len(by_person) == PEOPLE
        assert {len(identities) for identities in by_person.values()} == {1}
        assert {identity for identities in by_person.values() for identity in identities} == set(
            Digest.objects.values_list("message_id", flat=True)
        )
        again = sum(count - 1 for count in Counter(mailserver.message_ids).values())
        assert again <= 1  # only the one mail that was under way
        sent_again += again
    log.info("digests: %d kills, %d in the middle, %d mails sent again", KILLS, in_the_middle, sent_again)
    assert in_the_middle > 0


# ── invitations ──────────────────────────────────────────────────────────────────────────────────


def invited(guests: int) -> None:
    """A guest list that was just invited: one transaction writes all of it down."""
    from meetings.services import invite_guests
    from tests.meetings.factories import GuestFactory, MeetingFactory, MeetingKindFactory

    day = clock.today() + dt.timedelta(days=30)
    meeting = MeetingFactory(planned=True, on=day, kind=MeetingKindFactory(code="proefthema"))
    employer = EmployerFactory()
    for _ in range(guests):
        GuestFactory(meeting=meeting, employer=employer)
    assert invite_guests(meeting, by=UserFactory(role="ES")) == guests


def mails_left() -> int:
    return OutgoingMail.objects.exclude(state=OutgoingMail.State.SENT).count()


def test_killed_while_mailing_guests_each_gets_one_identity_and_none_is_missing(
    make_worker: Callable[[], WorkerProcess],
    mailserver: MailServer,
    dice: random.Random,
) -> None:
    invited(GUESTS)
    identities = dict(OutgoingMail.objects.values_list("to", "message_id"))
    assert len(identities) == GUESTS
    mailserver.seconds = 0.01
    in_the_middle = 0
    worker = make_worker()
    assert send(send_mails)
    for _ in range(KILLS):
        # Somewhere in what is still to go, but after the first and before the last.
        goal = len(mailserver.mails) + dice.randint(5, GUESTS // (KILLS + 1))
        assert wait_for(lambda goal=goal: len(mailserver.mails) >= goal, pause=0.001)  # type: ignore[misc]
        worker.kill()
        in_the_middle += 0 < mails_left() < GUESTS
        # The pause after an attempt is a minute; the test does not wait for it.
        OutgoingMail.objects.filter(retry_at__isnull=False).update(retry_at=clock.now())
        worker = make_worker()
        assert send(sweep)
    assert wait_for(lambda: mails_left() == 0, seconds=90, pause=0.05), worker.log.read_text()[-3000:]

    assert in_the_middle == KILLS
    got: dict[str, set[str]] = {}
    for mail in mailserver.mails:
        got.setdefault(str(mail["To"]), set()).add(str(mail["Message-ID"]))
    assert got == {to: {identity} for to, identity in identities.items()}
    again = sum(count - 1 for count in Counter(mailserver.message_ids).values())
    log.info("guests: %d kills, %d mails sent again", KILLS, again)
    assert again <= KILLS  # only the one mail that was under way at each
