"""Commitments are measured by registered functions (R6): one truth per number for the monitor, the
dashboards, the reminders and the command line.

An app registers in its commitments.py:

    @measure("boards_meeting", rule=_("Counted is …"))
    def boards_meeting(commitment, period, as_of, norm) -> Measured: ...

`rule` says in the words of the reader what is counted: it stands on the page of the commitment.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, CharField, JSONField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock, policy
from deventer_crm.core.memo import remembering
from deventer_crm.core.models import Commitment, CommitmentNorm
from deventer_crm.core.statements import Prepared, attach


class State(models.TextChoices):
    ACHIEVED = "achieved", _("achieved")
    ON_TRACK = "on_track", _("on track")
    AT_RISK = "at_risk", _("at risk")
    MISSED = "missed", _("missed")
    NOT_MEASURED = "not_measured", _("not measured yet")


@dataclass(frozen=True)
class Period:
    """The period a norm speaks of; both days count."""

    start: dt.date
    end: dt.date

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(dt.date(year, 1, 1), dt.date(year, 12, 31))

    @property
    def label(self) -> str:
        return str(self.start.year)

    def elapsed(self, as_of: dt.date) -> Decimal:
        """The share of the period that has passed at the end of that day, 0 to 1."""
        days = (self.end - self.start).days + 1
        passed = (min(as_of, self.end) - self.start).days + 1
        return Decimal(max(passed, 0)) / Decimal(days)


@dataclass(frozen=True)
class Line:
    """A figure beside the commitment that does not decide its state, such as spending beside C5."""

    label: Any
    norm: str
    value: str
    state: str
    text: Any = ""
    share: Decimal | None = None


@dataclass(frozen=True)
class Measured:
    """What a measure saw. `missing` names the condition that lacks (no frozen list, no plan); `state` is set
    only by measures that judge themselves (C5). `plain`: the headline without the name of any employer or
    person, for reports that everybody may read; without it such a report has no headline. Evidence: one
    queryset per kind of record; `open_evidence`: what lacks before the norm is met, where that can be named.
    `parts`: figures that are said apart in a sentence (spoken and only invited), by a name that the measure
    chooses."""

    count: Decimal | None = None
    planned: Decimal = Decimal(0)
    norm: Decimal | None = None
    missing: Any = ""
    state: State | None = None
    forecast: Decimal | None = None
    headline: Any = ""
    plain: Any = ""
    outlook: Any = ""
    evidence: tuple[QuerySet[Any], ...] = ()
    planned_evidence: tuple[QuerySet[Any], ...] = ()
    open_evidence: tuple[QuerySet[Any], ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A commitment as it stands on a day."""

    commitment: Commitment
    period: Period
    as_of: dt.date
    norm: Decimal | None
    tolerance: Decimal
    state: State
    forecast: Decimal | None
    seen: Measured

    @property
    def count(self) -> Decimal | None:
        return self.seen.count

    @property
    def is_wish(self) -> bool:
        return self.commitment.strength == Commitment.Strength.WISH


@dataclass(frozen=True)
class Norm:
    value: Decimal
    tolerance: Decimal


MeasureFunction = Callable[[Commitment, Period, dt.date, Norm | None], Measured]
MEASURES: dict[str, MeasureFunction] = {}
#: What each measure counts, in words (R6 on the page of the commitment).
RULES: dict[str, Any] = {}


def measure(name: str, *, rule: Any = "") -> Callable[[MeasureFunction], MeasureFunction]:
    """Register a measure under the name that Commitment.measure uses. A test asks `rule` of every measure of
    the product."""

    def register(function: MeasureFunction) -> MeasureFunction:
        if name in MEASURES:
            raise ValueError(f"measure {name} is registered twice")
        MEASURES[name] = function
        RULES[name] = rule
        return function

    return register


#: Of a measure that is one count: the year and the day → a subquery with one JSON object.
COUNTS: dict[str, Callable[[int, dt.date], Any]] = {}


def counted_along(name: str, count: Callable[[int, dt.date], Any]) -> None:
    """The figures of that measure come with the commitments themselves, so that a page of all of them needs
    no statement for each. The measure reads them with `counts_of`."""
    COUNTS[name] = count


def counts_of(commitment: Commitment, period: Period, as_of: dt.date) -> dict[str, int]:
    """What `counted_along` counts for this commitment, read along or else now; {} when there was nothing."""
    along = getattr(commitment, "counted", None)
    if along is None or along[0] != (period, as_of):
        row = _counts.rows(commitment.pk, year=period.start.year, as_of=as_of, measure=commitment.measure)
        return row[0] or {} if row else {}
    return along[1] or {}


@Prepared
def _counts(pk: int, *, year: int, as_of: dt.date, measure: str) -> "QuerySet[Any, Any]":
    rows = Commitment.objects.filter(pk=pk).order_by().annotate(counts=COUNTS[measure](year, as_of))
    found: QuerySet[Any, Any] = rows.values_list("counts", flat=True)
    return found


def decide_state(
    *, done: Decimal, planned: Decimal, norm: Decimal, period: Period, as_of: dt.date, warn_from: dt.date
) -> State:
    """R6, for commitments that count something."""
    if done >= norm:
        return State.ACHIEVED
    if as_of > period.end:
        return State.MISSED
    if done + planned >= norm or done >= norm * period.elapsed(as_of) or as_of < warn_from:
        return State.ON_TRACK
    return State.AT_RISK


def norm_on(commitment: Commitment, day: dt.date) -> Norm | None:
    """The norm valid on that day; reads prefetched norms when there are any."""
    found: CommitmentNorm | None = None
    for row in commitment.norms.all():
        if row.starts_on <= day and (found is None or row.starts_on > found.starts_on):
            found = row
    return Norm(found.value, found.tolerance) if found else None


def commitment_on(code: str, day: dt.date, *, among: Iterable[int] | None = None) -> Commitment | None:
    """The commitment with that code in the policy of that day; `among`: only when it is one of these."""
    rows = _with_code.rows(code=code, day=day)
    keys = None if among is None else set(among)
    return next((row for row in rows if keys is None or row.pk in keys), None)


@Prepared
def _with_code(*, code: str, day: dt.date) -> "QuerySet[Commitment]":
    rows: QuerySet[Commitment] = Commitment.objects.on(day).filter(code=code)
    return rows


def norm_of(code: str, day: dt.date) -> Norm | None:
    """The norm of the commitment with that code on that day; None when nobody recorded one."""
    commitment = commitment_on(code, day)
    if commitment is None:
        return None
    attach([commitment], "norms", _norms.rows([commitment.pk]), by="commitment")
    return norm_on(commitment, day)


def evaluate(commitment: Commitment, as_of: dt.date | None = None, year: int | None = None) -> Measure:
    """Measure one commitment as of a day (R1), over the year of that day or the year asked for."""
    as_of = as_of or clock.today()
    period = Period.year(year or as_of.year)
    norm = norm_on(commitment, min(as_of, period.end))
    function = MEASURES.get(commitment.measure)
    if function is None:
        seen = Measured(missing=_("The application has no register for this yet, so nothing is counted."))
    else:
        seen = function(commitment, period, as_of, norm)
    value = seen.norm if seen.norm is not None else (norm.value if norm else None)
    tolerance = norm.tolerance if norm else Decimal(0)
    if seen.missing or seen.count is None:
        state, forecast = State.NOT_MEASURED, None
    elif seen.state is not None:
        state, forecast = seen.state, seen.forecast
    elif value is None:
        # Counted without a norm (C12, C13): shown, not judged.
        state, forecast = State.NOT_MEASURED, seen.count + seen.planned
    else:
        warn_from = policy.month_day(commitment.warn_from, period.start.year)
        forecast = seen.count + seen.planned
        state = decide_state(
            done=seen.count,
            planned=seen.planned,
            norm=value,
            period=period,
            as_of=as_of,
            warn_from=warn_from,
        )
    return Measure(commitment, period, as_of, value, tolerance, state, forecast, seen)


@Prepared
def _valid(*, as_of: dt.date) -> "QuerySet[Commitment]":
    """With their norms, as texts that no float has been through."""
    norms = CommitmentNorm.objects.filter(commitment=OuterRef("pk")).order_by("starts_on")
    text: dict[str, Any] = {name: Cast(name, CharField()) for name in ("value", "tolerance", "starts_on")}
    rows: QuerySet[Commitment] = Commitment.objects.on(as_of).select_related("document")
    return rows.annotate(
        stored_norms=ArraySubquery(norms.values(row=JSONObject(id="pk", **text))),
        stored_counts=Case(
            *(When(measure=name, then=count(as_of.year, as_of)) for name, count in COUNTS.items()),
            default=Value(None, output_field=JSONField()),
            output_field=JSONField(),
        ),
    )


def _read_norms(commitment: Any) -> Iterable[CommitmentNorm]:
    for row in commitment.stored_norms:
        yield CommitmentNorm(
            pk=row["id"],
            commitment_id=commitment.pk,
            value=Decimal(row["value"]),
            tolerance=Decimal(row["tolerance"]),
            starts_on=dt.date.fromisoformat(row["starts_on"]),
        )


@Prepared
def _norms(commitment_ids: list[int]) -> "QuerySet[CommitmentNorm]":
    return CommitmentNorm.objects.filter(commitment__in=commitment_ids).order_by("starts_on")


def evaluate_all(as_of: dt.date | None = None) -> list[Measure]:
    """Every commitment valid on that day, in the order of the monitor."""
    as_of = as_of or clock.today()
    rows = _valid.rows(as_of=as_of)
    attach(rows, "norms", [norm for row in rows for norm in _read_norms(row)], by="commitment")
    for row in rows:
        row.counted = (Period.year(as_of.year), as_of), row.stored_counts
    with remembering():
        return [evaluate(row, as_of) for row in rows]


@dataclass(frozen=True)
class Evidence:
    """The records behind a figure, for one reader: what is visible, and how many are not (R10)."""

    visible: list[Any] = field(default_factory=list)
    hidden: int = 0


def evidence_for(querysets: Iterable[QuerySet[Any]], user: Any = None) -> Evidence:
    """Split evidence by visible_to(user); without a user (command line of an administrator) all is shown."""
    visible: list[Any] = []
    hidden = 0
    for rows in querysets:
        if user is None:
            visible += list(rows)
            continue
        seen = list(rows.visible_to(user)) if hasattr(rows, "visible_to") else list(rows)
        visible += seen
        hidden += rows.count() - len(seen)
    return Evidence(visible, hidden)
