"""For the administrator: every reminder rule with what its last run did and what is open, and every job of
the schedule with when it last succeeded. A fixed number of queries."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from deventer_crm.core import reminders
from deventer_crm.core.models import Heartbeat, JobRun, Reminder
from deventer_crm.core.reconcile import JOB, NOW_JOB
from deventer_crm.core.tasks import LABELS, success_of

RUNS_READ = 60


@dataclass(frozen=True)
class LastRun:
    """What one rule did in its last run; `error` when it failed."""

    at: dt.datetime
    counts: dict[str, int]
    error: str = ""


@dataclass(frozen=True)
class RuleLine:
    """A rule as a row of the page."""

    rule: reminders.Rule
    target: str
    states: dict[str, int]
    last: LastRun | None


@dataclass(frozen=True)
class JobLine:
    """A job of the schedule."""

    label: str
    name: str
    when: list[str]
    succeeded_at: dt.datetime | None


def rule_lines() -> list[RuleLine]:
    """Every registered rule, by label."""
    states: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, state, number in Reminder.objects.order_by().values_list("kind", "state").annotate(Count("pk")):
        states[kind][state] = number
    last = _last_runs()
    found = [
        RuleLine(
            rule,
            str(reminders.target_model(rule)._meta.verbose_name),
            {state: states[rule.kind].get(state, 0) for state in ("open", "resolved", "lapsed")},
            last.get(rule.kind),
        )
        for rule in reminders.RULES.values()
    ]
    return sorted(found, key=lambda line: str(line.rule.label).lower())


def _last_runs() -> dict[str, LastRun]:
    """Kind → its last run, in a round of all rules or by itself."""
    found: dict[str, LastRun] = {}
    runs = JobRun.objects.filter(name__in=[JOB, NOW_JOB], finished_at__isnull=False)
    for run in runs.order_by("-started_at")[:RUNS_READ]:
        for kind, counts in run.counts.get("rules", {}).items():
            found.setdefault(kind, LastRun(run.started_at, counts))
        for kind, error in run.counts.get("failed", {}).items():
            found.setdefault(kind, LastRun(run.started_at, {}, error))
    return found


def job_lines() -> list[JobLine]:
    """Every task of the schedule that says what it does, by what it says."""
    current_app.loader.import_default_modules()  # a web process knows the tasks of core only
    when: dict[str, list[str]] = defaultdict(list)
    schedule: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
    for entry in schedule.values():
        when[entry["task"]].append(in_words(entry["schedule"]))
    names = {success_of(task): task for task in when}
    at = {names[name]: moment for name, moment in _heartbeats(list(names))}
    return [
        JobLine(str(LABELS.get(task, task)), task, times, at.get(task))
        for task, times in sorted(when.items(), key=lambda pair: str(LABELS.get(pair[0], pair[0])).lower())
        if task in LABELS
    ]


def _heartbeats(names: list[str]) -> Any:
    return Heartbeat.objects.filter(name__in=names).values_list("name", "at")


def in_words(schedule: Any) -> str:
    """A schedule as people say it: times of a day, minutes of an hour, or each so many seconds."""
    if not isinstance(schedule, crontab):
        seconds = int(schedule)
        return _("each minute") if seconds == 60 else _("each %(count)d seconds") % {"count": seconds}
    at: Any = schedule  # its stubs do not know the sets of minutes, hours and days
    minute = min(at.minute)
    if len(at.hour) > 1:
        return _("each hour, at %(minute)d past") % {"minute": minute}
    words = {"time": f"{min(at.hour)}:{minute:02d}"}
    if len(at.day_of_week) < 7:
        return _("working days at %(time)s") % words
    return _("each day at %(time)s") % words
