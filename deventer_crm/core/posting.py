"""What all mails share: handing rows to the mail server one by one, and when to try again.

A row is a core.models.Posted: claimed with its Message-ID before this is called. A mail server that is away
is no error here: the row says when its next attempt is, and the sweep of each minute comes by."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from deventer_crm.core import clock

log = structlog.get_logger(__name__)

FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(hours=1)
#: After this long without luck a mail is given up.
GIVE_UP_AFTER = dt.timedelta(hours=36)

MAIL_PROBLEMS: tuple[type[Exception], ...] = (OSError,)  # smtplib's own exceptions are OSErrors too


@dataclass(frozen=True)
class Post:
    """How one kind of row is sent: `message` makes the mail, `refused` says why it must not go any more (""
    when it may), `give_up` is told in a last word about one that will never go."""

    message: Callable[[Any, BaseEmailBackend], EmailMessage]
    refused: Callable[[Any], str]
    give_up: Callable[[Any, str], None]


def deliver(rows: Iterable[Any], post: Post) -> tuple[list[Any], str]:
    """Try each of these rows once. Stops at the first sign that the mail server is away: the other rows are
    tried by a next sweep. Returns the rows that were sent, and the last problem."""
    sent: list[Any] = []
    problem = ""
    connection: BaseEmailBackend | None = None
    try:
        for row in rows:
            why_not = post.refused(row)
            if why_not:
                post.give_up(row, why_not)
                continue
            _note_attempt(row)
            try:
                if connection is None:
                    connection = get_connection()
                    connection.open()
                post.message(row, connection).send()
            except MAIL_PROBLEMS as trouble:
                problem = _reason(trouble)
                server_is_away = getattr(connection, "connection", None) is None
                _note_failure(row, problem, post)
                _close(connection)
                connection = None
                if server_is_away:
                    break
            else:
                _note_sent(row)
                sent.append(row)
    finally:
        _close(connection)
    return sent, problem


def absolute(path: str) -> str:
    """An address that works from a mail program."""
    return str(urljoin(settings.SITE_URL, path))


def mail_domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def pause_after(attempts: int) -> dt.timedelta:
    """1, 2, 4, … minutes, at most an hour."""
    doublings = max(0, min(attempts, 16) - 1)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


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


def _note_attempt(row: Any) -> None:
    """Before SMTP: should the process die now, the sweep tries again after the pause."""
    row.attempts += 1
    row.retry_at = clock.now() + pause_after(row.attempts)
    row.save(update_fields=["attempts", "retry_at"])


def _note_sent(row: Any) -> None:
    row.state = row.State.SENT
    row.sent_at = clock.now()
    row.retry_at = None
    row.error = ""
    row.save(update_fields=["state", "sent_at", "retry_at", "error"])


def _note_failure(row: Any, problem: str, post: Post) -> None:
    log.warning("mail_not_sent", table=row._meta.db_table, row=row.pk, attempts=row.attempts, reason=problem)
    if clock.now() - row.claimed_at > GIVE_UP_AFTER:
        post.give_up(row, problem)
        return
    row.state = row.State.FAILED
    row.error = problem
    row.save(update_fields=["state", "error"])


def note_given_up(row: Any, problem: str) -> None:
    """No more attempts."""
    row.state = row.State.FAILED
    row.retry_at = None
    row.error = problem[:300]
    row.save(update_fields=["state", "retry_at", "error"])
