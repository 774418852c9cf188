"""Mails to people outside the reminder mail: written down in the transaction of what they are about, sent by
the worker after the commit, tried again for a day and a half, their fate visible.

    queue_mail(kind="invitation", key=f"invitation:{pk}:0", to=…, subject=…, text=…, about=invitation, by=by)

The same key twice is the same mail. A killed worker costs time, never a mail and never a second identity: the
row has its Message-ID before SMTP is tried, and what became of it is unknown only until the sweep tries
again. No mail carries what is confidential (R10): whoever writes one sees to that."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.mime.text import MIMEText
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

from deventer_crm.core import clock
from deventer_crm.core.locks import try_job_lock
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.posting import Post, deliver, mail_domain, note_given_up
from deventer_crm.core.tasks import crm_task, enqueue

State = OutgoingMail.State

LOCK = "mails"
BATCH = 50


@dataclass(frozen=True)
class MailKind:
    """A kind of mail. `kept_for`: how long what it said is kept after it was sent. `sent`, `given_up`: told
    when one went, and when one never will. `refused`: says just before sending why it must not go any more
    ("" when it may), for instance because what it is about became confidential or was withdrawn."""

    code: str
    label: Any
    kept_for: dt.timedelta = dt.timedelta(days=30)
    sent: Callable[[OutgoingMail], None] | None = None
    given_up: Callable[[OutgoingMail], None] | None = None
    refused: Callable[[OutgoingMail], str] | None = None


MAIL_KINDS: dict[str, MailKind] = {}


def mail_kind(code: str, **options: Any) -> MailKind:
    """Make a kind of mail known. Raises ValueError for a code that is taken."""
    if code in MAIL_KINDS:
        raise ValueError(f"mail kind {code} is registered twice")
    MAIL_KINDS[code] = MailKind(code, **options)
    return MAIL_KINDS[code]


@dataclass(frozen=True)
class Attachment:
    """A text file that goes along; `type` may have parameters: "text/calendar; method=REQUEST"."""

    name: str
    type: str
    content: str


@dataclass(frozen=True)
class NewMail:
    """One of many mails of a kind (queue_mails)."""

    key: str
    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    about: Model | None = None
    reply_to: str = ""
    not_before: dt.datetime | None = None
    useless_after: dt.datetime | None = None


@transaction.atomic
def queue_mails(kind: str, mails: Iterable[NewMail], *, by: Any = None) -> int:
    """Write many mails down in one statement; those whose key is there already stay as they are. Returns how
    many there were to write. Raises KeyError for a kind nobody registered."""
    MAIL_KINDS[kind]
    rows = [_row(kind, mail, by) for mail in mails]
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        enqueue(send_mails)
    return len(rows)


def _row(kind: str, new: NewMail, by: Any) -> OutgoingMail:
    mail = OutgoingMail(
        kind=kind,
        key=new.key,
        to=new.to,
        reply_to=new.reply_to,
        subject=" ".join(new.subject.split())[:200],
        text=new.text,
        html=new.html,
        attachments=[vars(attachment) for attachment in new.attachments],
        not_before=new.not_before,
        useless_after=new.useless_after,
        by_id=by.pk if by is not None else None,
    )
    if new.about is not None:
        mail.about_type, mail.about_id = ContentType.objects.get_for_model(new.about), new.about.pk
    mail.message_id = f"<mail-{mail.uid}@{mail_domain()}>"
    return mail


@transaction.atomic
def queue_mail(
    *,
    kind: str,
    key: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Iterable[Attachment] = (),
    about: Model | None = None,
    by: Any = None,
    reply_to: str = "",
    not_before: dt.datetime | None = None,
    useless_after: dt.datetime | None = None,
) -> OutgoingMail:
    """Write a mail down; it is sent after the commit. A mail with this key that is there already is returned
    as it is. Raises KeyError for a kind nobody registered."""
    MAIL_KINDS[kind]
    there = OutgoingMail.objects.filter(key=key).first()
    if there is not None:
        return there
    new = NewMail(
        key=key,
        to=to,
        subject=subject,
        text=text,
        html=html,
        attachments=tuple(attachments),
        about=about,
        reply_to=reply_to,
        not_before=not_before,
        useless_after=useless_after,
    )
    OutgoingMail.objects.bulk_create([_row(kind, new, by)], ignore_conflicts=True)
    kept = OutgoingMail.objects.get(key=key)  # somebody else may have been first
    enqueue(send_mails)
    return kept


def mails_about(record: Model) -> "QuerySet[OutgoingMail]":
    """What was mailed, or will be, about a record; newest first."""
    kind = ContentType.objects.get_for_model(record)
    return OutgoingMail.objects.filter(about_type=kind, about_id=record.pk)


def last_mails(model: type[Model], keys: Iterable[int]) -> dict[int, OutgoingMail]:
    """The newest mail about each of these records, without what it said; one query."""
    kind = ContentType.objects.get_for_model(model)
    rows = OutgoingMail.objects.filter(about_type=kind, about_id__in=list(keys))
    newest = rows.order_by("about_id", "-claimed_at", "-pk").distinct("about_id")
    return {mail.about_id or 0: mail for mail in newest.defer("text", "html", "attachments")}


def withdraw_mails(rows: "QuerySet[OutgoingMail]") -> int:
    """Take back those that were not sent yet and are not being sent now; returns how many. One that was tried
    without an answer may have arrived, and keeps trying."""
    waiting = rows.filter(state=State.CLAIMED, attempts=0)
    return waiting.update(state=State.WITHDRAWN, retry_at=None)


@transaction.atomic
def try_again(mail: OutgoingMail) -> OutgoingMail:
    """Somebody mended the address or the server: a mail that was given up is tried anew, as the same mail."""
    row = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if row.is_given_up:
        row.state, row.error, row.claimed_at = State.CLAIMED, "", clock.now()
        row.save(update_fields=["state", "error", "claimed_at"])
        enqueue(send_mails)
    return row


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def deliver_mails() -> int:
    """Send what is due, until nothing is left that was not tried; returns how many went. Nothing at all when
    another process is at it."""
    with try_job_lock(LOCK) as alone:
        if not alone:
            return 0
        count = 0
        while rows := list(_due()[:BATCH]):
            sent, problem = deliver(rows, POST)
            for mail in sent:
                _tell(mail, "sent")
            count += len(sent)
            if problem and not sent:
                break
        return count


def _due() -> "QuerySet[OutgoingMail]":
    now = clock.now()
    return (
        OutgoingMail.objects.filter(state__in=[State.CLAIMED, State.FAILED])
        .filter(Q(retry_at__lte=now) | Q(retry_at__isnull=True, state=State.CLAIMED))
        .filter(Q(not_before__isnull=True) | Q(not_before__lte=now))
        .order_by(F("retry_at").asc(nulls_first=True), "pk")
    )


def message(mail: OutgoingMail, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail of a row: the same text and the same Message-ID at every attempt."""
    made = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else [],
        headers={"Message-ID": mail.message_id},
        connection=connection,
    )
    if mail.html:
        made.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments:
        made.attach(_part(attachment))
    return made


def _part(attachment: dict[str, str]) -> MIMEText:
    """A MIME part whose type keeps its parameters; Django's own attach() takes none."""
    kind, *parameters = (piece.strip() for piece in attachment["type"].split(";"))
    part = MIMEText(attachment["content"], kind.partition("/")[2], "utf-8")
    for parameter in parameters:
        name, _equals, value = parameter.partition("=")
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=attachment["name"])
    return part


def _refused(mail: OutgoingMail) -> str:
    if not mail.to:
        return "there is no address"
    if mail.useless_after is not None and clock.now() > mail.useless_after:
        return "it is news no longer"
    kind = MAIL_KINDS.get(mail.kind)
    return kind.refused(mail) if kind is not None and kind.refused is not None else ""


def _give_up(mail: OutgoingMail, problem: str) -> None:
    with transaction.atomic():
        note_given_up(mail, problem)
        _tell(mail, "given_up")


def _tell(mail: OutgoingMail, what: str) -> None:
    listener = getattr(MAIL_KINDS.get(mail.kind), what, None)
    if listener is not None:
        listener(mail)


POST = Post(message=message, refused=_refused, give_up=_give_up)


@crm_task(name="core.send_mails", time_limit=600, max_retries=0)
def send_mails() -> None:
    """What was just written down; the sweep does the same each minute."""
    deliver_mails()


def tidy_mails() -> None:
    """What a mail said is emptied when its kind has no use for it any more; that it was sent stays."""
    now = clock.now()
    for kind in MAIL_KINDS.values():
        OutgoingMail.objects.filter(
            kind=kind.code, state=State.SENT, sent_at__lt=now - kind.kept_for
        ).exclude(text="", html="", to="").update(text="", html="", attachments=[], to="", reply_to="")
