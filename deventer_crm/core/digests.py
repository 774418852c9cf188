"""The morning mail with reminders (R7): at most one for each person and day, never lost, never told twice.

The row is claimed, with its Message-ID and its frozen content, and committed before SMTP is tried. What
happened to a mail whose process was killed is unknown; it is sent again under the same Message-ID, by which
mail programs see that it is the same mail."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
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
from deventer_crm.core.posting import Post, absolute, deliver, mail_domain, note_given_up
from deventer_crm.core.targets import Line, Outsider, lines_for
from deventer_crm.core.workdays import is_working_day

log = structlog.get_logger(__name__)

JOB = "send_digests"
LOCK = "digests"
MOST_LINES = 7
#: When the sweep may still send a morning mail that was missed; the schedule sends it at seven.
MORNING, EVENING = dt.time(7, 10), dt.time(18, 0)
CONTENT_KEPT_FOR = dt.timedelta(days=30)


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
        digest.message_id = f"<digest-{digest.uid}@{mail_domain()}>"
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
        "why": "" if line.hidden else line.why,
        "due": _since(line.reminder, day),
        "url": absolute(line.url),
    }


def _since(row: Reminder, day: dt.date) -> str:
    if row.due_on >= day:
        return _("from today")
    return _("since %(day)s") % {"day": formatting.nl_date(row.due_on, "day")}


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
    """Send every unfinished mail whose time it is. Returns what was sent and the last problem."""
    now = clock.now()
    due = (
        Digest.objects.filter(state__in=[Digest.State.CLAIMED, Digest.State.FAILED])
        .filter(Q(retry_at__lte=now) | Q(retry_at__isnull=True, state=Digest.State.CLAIMED))
        .select_related("recipient")
        .order_by(F("retry_at").asc(nulls_first=True), "pk")
    )
    sent, problem = deliver(list(due), Post(message=message, refused=_refused, give_up=_give_up))
    return Counts(len(sent), sum(digest.reminder_count for digest in sent)), problem


def _refused(digest: Digest) -> str:
    if not digest.recipient.is_active or not digest.recipient.email:
        return "the account is no longer active"
    return ""


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


def _give_up(digest: Digest, problem: str) -> None:
    """No more attempts; the reminders that are still open are news again for the next mail."""
    with transaction.atomic():
        note_given_up(digest, problem)
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
