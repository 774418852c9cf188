"""Mijn week: what waits for this person, by role. One card per selector, each a fixed number of queries."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock, policy
from deventer_crm.core.models import Digest, JobRun, OutgoingMail
from deventer_crm.core.reminders import RULES
from deventer_crm.core.statements import PreparedFor
from deventer_crm.core.tasks import LABELS
from deventer_crm.home.selectors import monitor as monitor_selectors
from employers.models import Employer, RegisterDelivery
from meetings.models import Invitation, Meeting, Participant
from meetings.querysets import day_start

SHOWN = 6


@dataclass(frozen=True)
class Listing:
    """The first records of a list, how many there are in all, and where the rest is."""

    rows: list[Any]
    total: int
    url: str = ""


def _listing(kept: PreparedFor, url: str, user: Any, **shape: Any) -> Listing:
    """Reads one row more than it shows, and counts only when that row is there."""
    found = kept.rows(user, first=SHOWN + 1, **shape)
    total = kept.count(user, **shape) if len(found) > SHOWN else len(found)
    return Listing(found[:SHOWN], total, url)


def coming_meetings(user: Any, now: dt.datetime) -> Listing:
    """What this person has in the agenda, the first ones."""
    return _listing(_own_meetings, reverse("meetings:agenda") + "?who=me", user, since=day_start(now))


@PreparedFor
def _own_meetings(user: Any, *, since: dt.datetime) -> QuerySet[Meeting]:
    rows: QuerySet[Meeting] = Meeting.objects.visible_to(user).of_user(user).upcoming(since)
    return rows.select_related("kind").prefetch_related("employers")


def college_visits(user: Any, now: dt.datetime) -> Listing:
    """Meetings to come of a college member that count as a visit, the first ones."""
    return _listing(_visits, reverse("meetings:college"), user, since=day_start(now))


@PreparedFor
def _visits(user: Any, *, since: dt.datetime) -> QuerySet[Meeting]:
    member = Participant.objects.filter(meeting=OuterRef("pk"), college_member__isnull=False)
    rows: QuerySet[Meeting] = (
        Meeting.objects.visible_to(user)
        .filter(kind__counts_for_visit=True)
        .filter(Exists(member))
        .upcoming(since)
        .select_related("kind")
        .prefetch_related("employers", "participants__college_member")
    )
    return rows


def unanswered_invitations(user: Any) -> Listing:
    """Invitations that nobody answered or withdrew, the oldest first."""
    return _listing(_unanswered, reverse("meetings:invitations") + "?answer=none", user)


@PreparedFor
def _unanswered(user: Any) -> QuerySet[Invitation]:
    rows: QuerySet[Invitation] = Invitation.objects.visible_to(user).unanswered()
    return rows.select_related("employer", "college_member").order_by("sent_on", "pk")


def long_without_contact(user: Any, today: dt.date) -> Listing:
    """Employers of this account manager without contact for long, never contacted first."""
    before = today - dt.timedelta(days=int(policy.value("last_contact_long_ago", today)))
    query = f"?manager=me&silent={before.isoformat()}"
    return _listing(_silent, reverse("employers:list") + query, user, today=today, before=before)


@PreparedFor
def _silent(user: Any, *, today: dt.date, before: dt.date) -> QuerySet[Employer]:
    rows: QuerySet[Employer] = (
        Employer.objects.visible_to(user)
        .current()
        .filter(assignments__user=user.pk, assignments__starts_on__lte=today)
        .filter(Q(assignments__ends_on__isnull=True) | Q(assignments__ends_on__gte=today))
        .filter(Q(last_contact_at__isnull=True) | Q(last_contact_at__lt=clock.start_of(before)))
        .order_by("last_contact_at", "sort_name", "pk")
    )
    return rows


@dataclass(frozen=True)
class LeadSummary:
    """The monitor in one card: counts per state, what needs attention, and the 80/20 row."""

    counts: list[monitor_selectors.StateCount]
    attention: list[monitor_selectors.Row]
    split: monitor_selectors.Row | None


def lead_summary(today: dt.date) -> LeadSummary:
    board = monitor_selectors.monitor(today, today)
    attention = [row for row in board.rows if row.state in {"at_risk", "missed"}]
    split = next((row for row in board.rows if row.commitment.unit == "split"), None)
    return LeadSummary(board.counts, attention, split)


@dataclass(frozen=True)
class RuleRun:
    """A reminder rule in the last full run."""

    label: str
    open_changes: int
    problem: str


#: What the jobs are called on screen; another one as its task is called, an unknown one by its own name.
JOB_LABELS = {
    "reconcile_reminders": _("Reminders brought up to date"),
    "send_digests": _("Reminder mails sent"),
    "employers.rebuild_activities": _("Timelines written anew"),
}


@dataclass(frozen=True)
class LastRun:
    """The newest run of a job."""

    run: JobRun

    @property
    def label(self) -> str:
        return str(JOB_LABELS.get(self.run.name) or LABELS.get(self.run.name) or self.run.name)


@dataclass(frozen=True)
class Machine:
    """What an administrator watches: deliveries, jobs, rules and mails that failed."""

    deliveries: list[RegisterDelivery]
    jobs: list[LastRun]
    rules: list[RuleRun]
    failed_digests: int
    waiting_digests: int
    failed_mails: int = 0

    @property
    def failed_rules(self) -> list[RuleRun]:
        return [rule for rule in self.rules if rule.problem]


def machine() -> Machine:
    """The state of the background work, from its rows."""
    jobs = list(JobRun.objects.order_by("name", "-started_at").distinct("name"))
    last = next((job for job in jobs if job.name == "reconcile_reminders"), None)
    counts = last.counts if last else {}
    failed = counts.get("failed", {})
    per_rule = counts.get("rules", {})
    rules = [
        RuleRun(
            label=str(rule.label),
            open_changes=sum(per_rule.get(kind, {}).values()),
            problem=failed.get(kind, ""),
        )
        for kind, rule in sorted(RULES.items())
        if kind in per_rule or kind in failed
    ]
    unfinished = list(Digest.objects.exclude(state=Digest.State.SENT).values_list("retry_at", "state")[:1000])
    given_up = sum(1 for retry_at, state in unfinished if state == Digest.State.FAILED and retry_at is None)
    return Machine(
        deliveries=list(RegisterDelivery.objects.order_by("-created_at")[:5]),
        jobs=[LastRun(job) for job in jobs],
        rules=rules,
        failed_digests=given_up,
        waiting_digests=len(unfinished) - given_up,
        failed_mails=OutgoingMail.objects.filter(
            state=OutgoingMail.State.FAILED, retry_at__isnull=True
        ).count(),
    )
