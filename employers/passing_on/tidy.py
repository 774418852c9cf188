"""Name and address of a colleague without an account are kept as long as somebody has use for them (R13)."""

import calendar
import datetime as dt
from typing import Any

from django.db.models import Case, DateField, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from deventer_crm.core import clock, policy
from deventer_crm.core.mails import mails_about
from employers.models import FollowUpRequest


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def tidy_requests(today: dt.date | None = None) -> int:
    """Each night: empty names and addresses of questions that were closed some months ago (a setting), also
    in their mails; returns how many. Question and answer stay with the follow-up."""
    day = today or clock.today()
    before = months_before(day, policy.value("pass_on_keep_months", day))
    rows: list[FollowUpRequest] = list(_closed().filter(closed_on__lt=before, emptied_on__isnull=True))
    for row in rows:
        mails_about(row).update(to="", reply_to="", subject="", text="", html="", attachments=[])
    FollowUpRequest.objects.filter(pk__in=[row.pk for row in rows]).update(name="", email="", emptied_on=day)
    return len(rows)


def _closed() -> "QuerySet[Any, Any]":
    """With the day since which nobody waits for this colleague: the question was withdrawn, its link became
    too old, or the follow-up it was about is done."""
    done = Coalesce(
        "follow_up__dropped_on",
        "follow_up__reported_back_on",
        Case(
            When(~Q(follow_up__kind="promise_to"), then=F("follow_up__fulfilled_on")),
            output_field=DateField(null=True),
        ),
    )
    unanswered = Coalesce("withdrawn_on", "expires_on")
    rows: QuerySet[Any, Any] = FollowUpRequest.objects.annotate(
        closed_on=Case(
            When(answered_on__isnull=True, then=unanswered), default=done, output_field=DateField()
        )
    )
    return rows
