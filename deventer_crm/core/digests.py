"""The morning mail with reminders (R7): at most one for each person and day, never lost, never told twice.

The row is claimed, with its Message-ID and its frozen content, and committed before SMTP is tried. What
happened to a mail whose process was killed is unknown; it is sent again under the same Message-ID, by which
mail programs see that it is the same mail."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import clock, formatting
from deventer_crm.core.jobs import recorded
from deventer_crm.core.locks import try_job_lock
from deventer_crm.core.models import Digest, JobRun, Reminder
from deventer_crm.core.targets import Line, Outsider, lines_for
from deventer_crm.core.workdays import is_working_day

log = structlog.get_logger(__name__)

JOB = "send_digests"
LOCK = "digests"
MOST_LINES = 7
#: When the sweep may still send a morning mail that was missed; the schedule sends it at seven.
MORNING, EVENING = dt.time(7, 10), dt.time(18, 0)
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=1)
#: After this long without luck the mail is given up and its reminders are news again for the next one.
GIVE_UP_AFTER = dt.timedelta(hours=36)
CONTENT_KEPT_FOR = dt.timedelta(days=30)

MAIL_PROBLEMS: tuple[type[Exception], ...] = (OSError,)  # smtplib's own exceptions are OSErrors too


@dataclass(frozen=True)
class Counts:
    """Mails handed to the mail server in this run, and the reminders in them."""

    mails: int = 0
    reminders: int = 0


class DigestsBusy(Exception):
    """Another process is sending digests at this moment."""


def send_digests(today: dt.date | None = None) -> Counts:
    """Claim what is news today and mail it, with everything that was left unfinished.

    Raises DigestsBusy when another process is at it; a mail server that is away is no error here, the rows
    are tried again by the sweep."""
    day = today or clock.today()
    with try_job_lock(LOCK) as alone:
        if not alone:
            raise DigestsBusy
        with recorded(JOB) as run:
            for person_id in _people_with_news(day):
                claim(person_id, day)
            counts, problem = _deliver()
            run.counts = {"mails": counts.mails, "reminders": counts.reminders}
            run.error = problem
    return counts


def deliver_unfinished() -> Counts:
    """Try again what is due for it; nothing at all when another process is at it."""
    with try_job_lock(LOCK) as alone:
        return _deliver()[0] if alone else Counts()


def _people_with_news(day: dt.date) -> list[int]:
    """Who gets a mail: an active account that wants it, with news, and no mail of this day yet."""
    user_model = get_user_model()
    news = Reminder.objects.awake(day).filter(news_on__lte=day)
    people = user_model._default_manager.filter(
        is_active=True, mails_digest=True, pk__in=news.values("recipient_id")
    )
    served = Digest.objects.filter(day=day).values("recipient_id")
    return list(people.exclude(email="").exclude(pk__in=served).order_by("pk").values_list("pk", flat=True))


def claim(person_id: int, day: dt.date) -> Digest | None:
    """Write down today's mail to one person and take its reminders out of the news, in one transaction. None
    when there is no news or somebody was first."""
    with transaction.atomic():
        rows = list(
            Reminder.objects.awake(day)
            .filter(recipient_id=person_id, news_on__lte=day)
            .order_by("due_on", "pk")
            .select_for_update(of=("self",))
        )
        if not rows:
            return None
        digest = Digest(recipient_id=person_id, day=day, reminder_count=len(rows))
        digest.message_id = f"<digest-{digest.uid}@{_mail_domain()}>"
        digest.content = _content(rows, day)
        made = Digest.objects.bulk_create([digest], ignore_conflicts=True)
        kept = Digest.objects.filter(uid=made[0].uid).first()
        if kept is None:
            return None
        Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(news_on=None)
        return kept


def _content(rows: list[Reminder], day: dt.date) -> dict[str, Any]:
    """What the mail will say, in the language of the house, as plain data."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = [_mail_line(line, day) for line in lines_for(rows[:MOST_LINES], Outsider())]
        count = len(rows)
        subject = ngettext(
            "%(count)d thing asks for your attention", "%(count)d things ask for your attention", count
        ) % {"count": count}
    return {
        "subject": subject,
        "lines": lines,
        "more": max(0, count - MOST_LINES),
        "reminders": [row.pk for row in rows],
    }


def _mail_line(line: Line, day: dt.date) -> dict[str, str]:
    """A confidential record is not named and not linked: the link leads to the list behind the log-in."""
    return {
        "what": line.what,
        "label": _("a confidential record") if line.hidden else line.label,
        "act": line.act,
        "due": _since(line.reminder, day),
        "url": absolute(line.url),
    }


def _since(row: Reminder, day: dt.date) -> str:
    if row.due_on >= day:
        return _("from today")
    return _("since %(day)s") % {"day": formatting.nl_date(row.due_on, "day")}


def absolute(path: str) -> str:
    """An address that works from a mail program."""
    return str(urljoin(settings.SITE_URL, path))


def _mail_domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def catch_up() -> Counts:
    """The morning mail when its hour passed without a finished run: the broker or the workers were away, or a
    worker was killed half-way. Runs from the rows, so what was claimed already is not claimed again."""
    now = timezone.localtime(clock.now())
    if not is_working_day(now.date()) or not MORNING <= now.time() < EVENING:
        return Counts()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ran = JobRun.objects.filter(name=JOB, started_at__gte=midnight, finished_at__isnull=False)
    if ran.exists() or not _people_with_news(now.date()):
        return Counts()
    return send_digests(now.date())


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def _deliver() -> tuple[Counts, str]:
    """Send every unfinished mail whose time it is. Stops at the first sign that the mail server is away: the
    other rows are tried by a next sweep. Returns what was sent and the last problem."""
    now = clock.now()
    due = (
        Digest.objects.filter(state__in=[Digest.State.CLAIMED, Digest.State.FAILED])
        .filter(Q(retry_at__lte=now) | Q(retry_at__isnull=True, state=Digest.State.CLAIMED))
        .select_related("recipient")
        .order_by(F("retry_at").asc(nulls_first=True), "pk")
    )
    mails = reminders = 0
    problem = ""
    connection: BaseEmailBackend | None = None
    try:
        for digest in list(due):
            if not digest.recipient.is_active or not digest.recipient.email:
                _give_up(digest, "the account is no longer active")
                continue
            _note_attempt(digest)
            try:
                if connection is None:
                    connection = get_connection()
                    connection.open()
                message(digest, connection).send()
            except MAIL_PROBLEMS as trouble:
                problem = _reason(trouble)
                server_is_away = getattr(connection, "connection", None) is None
                _note_failure(digest, problem)
                _close(connection)
                connection = None
                if server_is_away:
                    break
            else:
                _note_sent(digest)
                mails += 1
                reminders += digest.reminder_count
    finally:
        _close(connection)
    return Counts(mails, reminders), problem


def _reason(trouble: Exception) -> str:
    """What went wrong without the text of the mail server, which quotes addresses."""
    refused = getattr(trouble, "recipients", None)
    code = getattr(trouble, "smtp_code", None)
    if isinstance(refused, dict) and refused:
        code = next(iter(refused.values()))[0]
    detail = code or getattr(trouble, "strerror", None)
    name = type(trouble).__name__
    return f"{name}: {detail}" if detail else name


def _close(connection: BaseEmailBackend | None) -> None:
    if connection is None:
        return
    try:
        connection.close()
    except MAIL_PROBLEMS as trouble:
        # The mail itself was accepted or is noted as failed; a rude goodbye changes nothing.
        log.info("mail_server_said_no_goodbye", reason=type(trouble).__name__)


def message(digest: Digest, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail of a claimed row: the same text and the same Message-ID at every attempt."""
    person: Any = digest.recipient
    context = {
        **digest.content,
        "first_name": person.first_name,
        "list_url": absolute(reverse("home:reminders")),
        "site_url": settings.SITE_URL,
    }
    with translation.override(settings.LANGUAGE_CODE):
        text = render_to_string("mail/digest.txt", context)
        html = render_to_string("mail/digest.html", context)
    mail = EmailMultiAlternatives(
        subject=digest.content["subject"],
        body=text,
        to=[person.email],
        headers={"Message-ID": digest.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    mail.attach_alternative(html, "text/html")
    return mail


def pause_after(attempts: int) -> dt.timedelta:
    """1, 2, 4, … minutes, at most an hour."""
    doublings = max(0, min(attempts, 16) - 1)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _note_attempt(digest: Digest) -> None:
    """Before SMTP: should the process die now, the sweep tries again after the pause."""
    digest.attempts += 1
    digest.retry_at = clock.now() + pause_after(digest.attempts)
    digest.save(update_fields=["attempts", "retry_at"])


def _note_sent(digest: Digest) -> None:
    digest.state = Digest.State.SENT
    digest.sent_at = clock.now()
    digest.retry_at = None
    digest.error = ""
    digest.save(update_fields=["state", "sent_at", "retry_at", "error"])


def _note_failure(digest: Digest, problem: str) -> None:
    log.warning("digest_not_sent", digest=digest.pk, attempts=digest.attempts, reason=problem)
    if clock.now() - digest.claimed_at > GIVE_UP_AFTER:
        _give_up(digest, problem)
        return
    digest.state = Digest.State.FAILED
    digest.error = problem
    digest.save(update_fields=["state", "error"])


def _give_up(digest: Digest, problem: str) -> None:
    """No more attempts; the reminders that are still open are news again for the next mail."""
    with transaction.atomic():
        digest.state = Digest.State.FAILED
        digest.retry_at = None
        digest.error = problem[:300]
        digest.save(update_fields=["state", "retry_at", "error"])
        _to_the_news(digest.content.get("reminders", []))


def _to_the_news(ids: Iterable[int]) -> None:
    Reminder.objects.filter(pk__in=list(ids), state=Reminder.State.OPEN, news_on__isnull=True).update(
        news_on=clock.today() + dt.timedelta(days=1)
    )


def tidy_digests() -> None:
    """What a mail said is kept a month; that it was sent stays."""
    Digest.objects.filter(state=Digest.State.SENT, sent_at__lt=clock.now() - CONTENT_KEPT_FOR).exclude(
        content={}
    ).update(content={})
