"""Makes the reminders table equal to what the rules say should exist (R7).

It is a desired state, so a missed night, a killed worker, a double run, a restored backup or a changed
setting
need no special case: the next run ends the same. Each rule is one read by the rule and one statement here,
in a transaction of its own under a lock of its own, whatever the number of rows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

import structlog
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from deventer_crm.core import clock, reminders
from deventer_crm.core.delegation import return_from_who_left
from deventer_crm.core.jobs import recorded
from deventer_crm.core.locks import lock_transaction
from deventer_crm.core.models import Reminder
from deventer_crm.core.preferences import days_ahead
from deventer_crm.core.reminders import Rule, Wanted
from deventer_crm.core.tasks import enqueue

log = structlog.get_logger(__name__)

JOB = "reconcile_reminders"
NOW_JOB = "reconcile_now"
ONE_DAY = dt.timedelta(days=1)
#: A period that ended longer ago than this lapses without asking what held on its last day.
LOOK_BACK = 800

Key = tuple[int, int, str]


@dataclass(frozen=True)
class Counts:
    """What a run changed, and how many reminders are open after it (snoozed ones too)."""

    raised: int = 0
    reopened: int = 0
    resolved: int = 0
    lapsed: int = 0
    open: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


class ReconcileFailed(Exception):
    """Some rules failed; all others did their work. `problems` tells per rule what went wrong."""

    def __init__(self, counts: Counts, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{kind}: {text}" for kind, text in sorted(problems.items())))
        self.counts = counts
        self.problems = dict(problems)


# One statement: its parts see the same rows and touch different ones, so no row is written twice. Anything
# that is not open and not wanted stays as it is; the dates of earlier ends are kept when a row reopens.
STATEMENT = """
WITH wanted AS MATERIALIZED (
    SELECT w.target_id, w.recipient_id, w.due_on, w.period, w.is_escalation, w.asked_on
      FROM unnest(%(targets)s::bigint[], %(recipients)s::bigint[], %(dues)s::date[], %(periods)s::text[],
                  %(escalated)s::boolean[], %(asked)s::date[])
           AS w(target_id, recipient_id, due_on, period, is_escalation, asked_on)
      JOIN {user} u ON u.id = w.recipient_id AND u.is_active
), lapsing AS MATERIALIZED (
    SELECT l.target_id, l.recipient_id, l.period
      FROM unnest(%(lapsing_targets)s::bigint[], %(lapsing_recipients)s::bigint[],
      %(lapsing_periods)s::text[])      AS l(target_id, recipient_id, period)
), current AS MATERIALIZED (
    SELECT r.id, r.target_id, r.recipient_id, r.period, r.state, r.due_on, r.is_escalation, r.news_on,
           r.snoozed_until, r.delegated_until
      FROM core_reminder r
     WHERE r.kind = %(kind)s AND r.target_type_id = %(target_type)s
           AND (%(narrow)s::bigint[] IS NULL OR r.target_id = ANY(%(narrow)s::bigint[]))
), gone AS (
    SELECT c.id, EXISTS (SELECT 1 FROM lapsing l WHERE (l.target_id, l.recipient_id, l.period)
                                                     = (c.target_id, c.recipient_id, c.period)) AS lapses
      FROM current c
     WHERE c.state = 'open'
           AND NOT EXISTS (SELECT 1 FROM wanted w WHERE (w.target_id, w.recipient_id, w.period)
                                                      = (c.target_id, c.recipient_id, c.period))
), ended AS (
    UPDATE core_reminder r
       SET state = CASE WHEN g.lapses THEN 'lapsed' ELSE 'resolved' END,
           resolved_on = CASE WHEN g.lapses THEN r.resolved_on ELSE %(today)s END,
           lapsed_on = CASE WHEN g.lapses THEN %(today)s ELSE r.lapsed_on END,
           news_on = NULL
      FROM gone g WHERE r.id = g.id
    RETURNING g.lapses
), matched AS (
    SELECT c.id, c.state, w.due_on, w.is_escalation, w.asked_on,
           w.is_escalation AND NOT c.is_escalation AS became_escalation,
           (c.due_on, c.is_escalation) IS DISTINCT FROM (w.due_on, w.is_escalation)
               OR (w.due_on > %(today)s
                   AND c.news_on > GREATEST(%(today)s, w.asked_on, c.snoozed_until, c.delegated_until + 1)
                  ) AS differs
      FROM current c JOIN wanted w ON (w.target_id, w.recipient_id, w.period)
                                    = (c.target_id, c.recipient_id, c.period)
), touched AS (
    UPDATE core_reminder r
       SET state = 'open',
           due_on = m.due_on,
           is_escalation = m.is_escalation,
           reopened_on = CASE WHEN m.state = 'open' THEN r.reopened_on ELSE %(today)s END,
           news_on = CASE WHEN m.state <> 'open' OR m.became_escalation OR m.due_on > %(today)s
                          THEN GREATEST(%(today)s, m.asked_on, r.snoozed_until)
                          ELSE r.news_on END
      FROM matched m WHERE r.id = m.id AND (m.state <> 'open' OR m.differs)
    RETURNING m.state <> 'open' AS reopened
), raised AS (
    INSERT INTO core_reminder (kind, target_type_id, target_id, recipient_id, period, due_on, is_escalation,
                               state, raised_on, news_on)
    SELECT %(kind)s, %(target_type)s, w.target_id, w.recipient_id, w.period, w.due_on, w.is_escalation,
           'open', %(today)s, GREATEST(%(today)s, w.asked_on)
      FROM wanted w
     WHERE NOT EXISTS (SELECT 1 FROM current c WHERE (c.target_id, c.recipient_id, c.period)
                                                   = (w.target_id, w.recipient_id, w.period))
    RETURNING 1
)
SELECT (SELECT count(*) FROM raised),
       (SELECT count(*) FROM touched WHERE reopened),
       (SELECT count(*) FROM ended WHERE NOT lapses),
       (SELECT count(*) FROM ended WHERE lapses)
"""


@dataclass(frozen=True)
class Outcome:
    """A run, rule by rule."""

    total: Counts
    rules: Mapping[str, Counts]
    problems: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """For JobRun.counts: the totals, and the same per rule for the administrator's page."""
        per_rule = {kind: asdict(counts) for kind, counts in self.rules.items()}
        return {**asdict(self.total), "rules": per_rule, "failed": dict(self.problems)}


def reconcile(
    today: dt.date | None = None,
    kinds: Iterable[str] | None = None,
    targets: Iterable[int] | None = None,
) -> Counts:
    """Make the table equal to the rules, all of them or those of `kinds`, for all or some target ids.

    Raises KeyError for a kind nobody registered, and ReconcileFailed after the other rules are done when a
    rule fails. Safe to run at any moment, twice at once, and to kill."""
    return _finished(_run(today or clock.today(), kinds, targets))


def reconcile_and_record(today: dt.date | None = None) -> Counts:
    """The whole job, with its row for the administrator."""
    with recorded(JOB) as run:
        outcome = _run(today or clock.today(), None, None)
        run.counts = outcome.as_json()
        return _finished(outcome)


def reconcile_now(kind: str, today: dt.date | None = None) -> Counts:
    """One rule at somebody's request, with its row for the administrator. Raises as `reconcile` does."""
    with recorded(NOW_JOB) as run:
        outcome = _run(today or clock.today(), [kind], None)
        run.counts = outcome.as_json()
        return _finished(outcome)


def _finished(outcome: Outcome) -> Counts:
    if outcome.problems:
        raise ReconcileFailed(outcome.total, outcome.problems)
    return outcome.total


def _run(today: dt.date, kinds: Iterable[str] | None, targets: Iterable[int] | None) -> Outcome:
    chosen = sorted(reminders.RULES) if kinds is None else sorted(set(kinds))
    rules = [reminders.RULES[kind] for kind in chosen]
    narrow = sorted(set(targets)) if targets is not None else None
    done: dict[str, Counts] = {}
    problems: dict[str, str] = {}
    for rule in rules:
        try:
            done[rule.kind] = _reconcile_rule(rule, today, narrow)
        except (OperationalError, InterfaceError):
            raise  # the database itself is away: no other rule will fare better
        except Exception as problem:  # a rule is an app's code; its mistake may not silence the others
            log.exception("reminder_rule_failed", kind=rule.kind)
            problems[rule.kind] = f"{type(problem).__name__}: {problem}"
    total = sum(done.values(), Counts())
    if kinds is None and narrow is None:
        total += _resolve_orphans(today)
        return_from_who_left(today)
    total += Counts(open=_open_count(chosen if kinds is not None else None))
    return Outcome(total, done, problems)


def request_reconcile(kinds: str | Iterable[str], target_ids: Iterable[int] | None = None) -> None:
    """Ask for some rules to be looked at again after this transaction commits, for the records that changed.

    For services. Harmless when the broker is away: the hourly run finds the same. Raises KeyError for a kind
    nobody registered, so that a typing error shows in the first test."""
    from deventer_crm.core.periodic import reconcile_reminders

    names = [kinds] if isinstance(kinds, str) else list(kinds)
    for name in names:
        reminders.RULES[name]
    ids = sorted(set(target_ids)) if target_ids is not None else None
    if names and ids != []:
        enqueue(reconcile_reminders, names, ids)


def _reconcile_rule(rule: Rule, today: dt.date, narrow: list[int] | None) -> Counts:
    with transaction.atomic():
        # Before the rule reads: what it saw may not be older than what another run already wrote.
        lock_transaction(f"reconcile:{rule.kind}")
        ahead = days_ahead(rule.kind)
        wanted = _wanted(reminders.wanted_on(rule, today, narrow, ahead))
        lapsing = _lapsing(rule, today, narrow, ahead)
        return _apply(rule, today, narrow, wanted, lapsing)


def _wanted(rows: Iterable[Wanted]) -> dict[Key, Wanted]:
    """One row per key. A person who is asked twice, as account manager and as lead, is asked once: from the
    earliest day, as an escalation when one of them is."""
    found: dict[Key, Wanted] = {}
    for row in rows:
        key = (row.target_id, row.recipient_id, row.period)
        other = found.get(key)
        if other is not None:
            row = Wanted(  # noqa: PLW2901 - the merged row takes the place of the two
                *key[:2],
                due_on=min(row.due_on, other.due_on),
                period=row.period,
                escalated=row.escalated or other.escalated,
                asked_on=min(row.news_on, other.news_on),
            )
        found[key] = row
    return found


def _lapsing(rule: Rule, today: dt.date, narrow: list[int] | None, ahead: Mapping[int, int]) -> list[Key]:
    """Open reminders of periods that are over whose cause still held on the last day: they lapse. When the
    cause was gone by then, no run having noticed, they are resolved like any other."""
    if rule.period_over is reminders.never_over:
        return []
    rows = _open_rows(rule)
    if narrow is not None:
        rows = rows.filter(target_id__in=narrow)
    over = [
        period
        for period in rows.order_by("period").values_list("period", flat=True).distinct()
        if rule.period_over(period, today)
    ]
    keys: list[Key] = []
    asked: dict[dt.date, dict[Key, Wanted]] = {}
    for period in over:
        last = _last_day(rule, period, today)
        if last is None:
            keys += rows.filter(period=period).values_list("target_id", "recipient_id", "period")
            continue
        if last not in asked:
            asked[last] = _wanted(reminders.wanted_on(rule, last, narrow, ahead))
        keys += [key for key in asked[last] if key[2] == period]
    return keys


def _last_day(rule: Rule, period: str, today: dt.date) -> dt.date | None:
    """The last day on which the period was not over."""
    day = today
    for _ in range(LOOK_BACK):
        day -= ONE_DAY
        if not rule.period_over(period, day):
            return day
    return None


def _open_rows(rule: Rule) -> "QuerySet[Reminder]":
    return Reminder.objects.filter(kind=rule.kind, target_type=_target_type(rule), state=Reminder.State.OPEN)


def _target_type(rule: Rule) -> ContentType:
    return ContentType.objects.get_for_model(reminders.target_model(rule))


def _apply(
    rule: Rule, today: dt.date, narrow: list[int] | None, wanted: Mapping[Key, Wanted], lapsing: list[Key]
) -> Counts:
    rows = wanted.values()
    parameters: dict[str, str | int | dt.date | None] = {
        "kind": rule.kind,
        "target_type": _target_type(rule).pk,
        "today": today,
        "narrow": _array(narrow) if narrow is not None else None,
        "targets": _array(row.target_id for row in rows),
        "recipients": _array(row.recipient_id for row in rows),
        "dues": _array(row.due_on.isoformat() for row in rows),
        "periods": _array(row.period for row in rows),
        "asked": _array(row.news_on.isoformat() for row in rows),
        "escalated": _array("t" if row.escalated else "f" for row in rows),
        "lapsing_targets": _array(key[0] for key in lapsing),
        "lapsing_recipients": _array(key[1] for key in lapsing),
        "lapsing_periods": _array(key[2] for key in lapsing),
    }
    user_table = connection.ops.quote_name(get_user_model()._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.format(user=user_table), parameters)
        raised, reopened, resolved, lapsed = cursor.fetchone()
    return Counts(raised, reopened, resolved, lapsed)


def _array(values: Iterable[int | str]) -> str:
    """PostgreSQL's text form of an array: one constant to parse instead of one for each row."""
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


def _resolve_orphans(today: dt.date) -> Counts:
    """Reminders of a rule that no longer exists have no cause any more."""
    orphans = Reminder.objects.filter(state=Reminder.State.OPEN).exclude(kind__in=list(reminders.RULES))
    return Counts(resolved=orphans.update(state=Reminder.State.RESOLVED, resolved_on=today, news_on=None))


def _open_count(kinds: list[str] | None) -> int:
    rows = Reminder.objects.filter(state=Reminder.State.OPEN)
    return (rows if kinds is None else rows.filter(kind__in=kinds)).count()
