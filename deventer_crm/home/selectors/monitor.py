"""The commitments as the monitor shows them: figures in words, and the records behind them (R6, R10)."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any, overload

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Act
from budget.models import TrackBudget
from deventer_crm.core import clock, formatting, policy
from deventer_crm.core.commitments import RULES, Line, Measure, State, evaluate_all
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument
from employers.models import ContactMoment, TopListEntry
from meetings.duty import Duty, Status, duties

HUNDRED = Decimal(100)


def in_unit(value: Decimal | None, unit: str) -> str:
    """A norm or figure as the commitment writes it: 20, 20% or 80/20."""
    if value is None:
        return formatting.EN_DASH
    if unit == Commitment.Unit.SPLIT:
        return formatting.ratio(value / HUNDRED)
    whole = value == value.to_integral_value()
    if unit == Commitment.Unit.PERCENT and not whole:
        # Never up: what is not quite all is not 100.
        value = value.quantize(Decimal("0.1"), ROUND_DOWN)
    text = formatting.number(value, 0 if whole else 1)
    return f"{text}%" if unit == Commitment.Unit.PERCENT else text


def document_text(document: PolicyDocument) -> str:
    """A policy document with its period: DEVisie (2015-2020), or (since 2015) as long as it has no end."""
    if document.ends_on is None:
        period = _("since %(year)s") % {"year": document.starts_on.year}
    else:
        period = f"{document.starts_on.year}{formatting.EN_DASH}{document.ends_on.year}"
    return f"{document.name} ({period})"


class Shown:
    """A commitment with its bar: of this moment (Row), or as a report froze it. Who is one has these five."""

    state: Any
    is_wish: Any
    unit: Any
    now_text: Any
    norm_text: Any

    @property
    def is_unkept(self) -> bool:
        """A wish that was not kept, which is no "missed" and never red (R6)."""
        return bool(self.is_wish and self.state == State.MISSED.value)

    @property
    def bar_state(self) -> str:
        """The colour of the bar."""
        return State.NOT_MEASURED.value if self.is_unkept else str(self.state)

    @property
    def bar_maximum(self) -> Decimal | None:
        return None if self.unit == Commitment.Unit.COUNT else HUNDRED

    @property
    def bar_label(self) -> str:
        """The bar in words, in the unit of the commitment."""
        return _("%(now)s; the norm is %(norm)s") % {"now": self.now_text, "norm": self.norm_text}


@dataclass(frozen=True)
class Row(Shown):
    """One commitment on the monitor."""

    measure: Measure
    url: str

    @property
    def commitment(self) -> Commitment:
        return self.measure.commitment

    @property
    def state(self) -> str:
        return self.measure.state.value

    @property
    def is_wish(self) -> bool:
        return self.measure.is_wish

    @property
    def is_measured(self) -> bool:
        return self.measure.count is not None and not self.measure.seen.missing

    @property
    def unit(self) -> str:
        return self.commitment.unit

    @property
    def norm_text(self) -> str:
        return in_unit(self.measure.norm, self.commitment.unit)

    @property
    def now_text(self) -> str:
        return in_unit(self.measure.count, self.commitment.unit) if self.is_measured else ""

    @property
    def planned_text(self) -> str:
        planned = self.measure.seen.planned
        return in_unit(planned, self.commitment.unit) if planned else ""

    @property
    def forecast_text(self) -> str:
        return (
            in_unit(self.measure.forecast, self.commitment.unit) if self.measure.forecast is not None else ""
        )

    @property
    def headline(self) -> str:
        """Under the sentence: what may never be mixed into one number, such as spoken and only invited."""
        return "" if self.commitment.unit == Commitment.Unit.SPLIT else str(self.measure.seen.headline)

    @property
    def outlook(self) -> str:
        """What is to be expected, or why nothing can be said."""
        seen = self.measure.seen
        if not self.is_measured:
            return str(seen.missing)
        if seen.outlook:
            return str(seen.outlook)
        return self._plain_outlook()

    def _plain_outlook(self) -> str:
        measure = self.measure
        if measure.norm is None:
            return _("no norm: counted, not judged")
        if measure.count is None or measure.state == State.ACHIEVED:
            return ""
        if measure.as_of > measure.period.end:
            return _("The period is over.")
        still = measure.norm - measure.count - measure.seen.planned
        if still <= 0:
            return _("%(planned)s planned: enough") % {"planned": self.planned_text}
        words = {"planned": self.planned_text or "0", "still": in_unit(still, self.commitment.unit)}
        return _("%(planned)s planned, %(still)s still needed before the end of the year") % words

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.measure.seen.lines

    @property
    def terms(self) -> str:
        """Who agreed to what in which document: municipality · hard · DEVisie (2015-)."""
        row = self.commitment
        return " · ".join([row.get_owner_display(), row.get_strength_display(), document_text(row.document)])

    @property
    def warn_from(self) -> dt.date:
        """Before that day of the year it is never at risk."""
        return policy.month_day(self.commitment.warn_from, self.measure.period.start.year)

    @property
    def rule(self) -> str:
        """How this is measured, in words; "" without a measure."""
        return str(RULES.get(self.commitment.measure, ""))


@dataclass(frozen=True)
class StateCount:
    """A chip on top of the monitor."""

    state: str
    is_wish: bool
    label: str
    url: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Monitor:
    as_of: dt.date
    rows: list[Row]
    counts: list[StateCount]
    documents: str


@dataclass(frozen=True)
class NormLine:
    """A norm as the page shows it. `is_current`: of today; `can_go`: it has not begun, so it can be taken
    back."""

    norm: CommitmentNorm
    text: str
    is_current: bool
    can_go: bool


def norm_lines(commitment: Commitment, day: dt.date) -> list[NormLine]:
    """All norms of a commitment, the newest first; prefetched ones cost no query."""
    rows = sorted(commitment.norms.all(), key=lambda row: row.starts_on, reverse=True)
    current = next((row for row in rows if row.starts_on <= day), None)
    return [
        NormLine(row, in_unit(row.value, commitment.unit), row is current, row.starts_on > day)
        for row in rows
    ]


def commitment_url(code: str, as_of: dt.date, today: dt.date) -> str:
    """The page behind a figure, as of the same day."""
    url = reverse("home:monitor_evidence", args=[code])
    return url if as_of == today else f"{url}?datum={as_of.isoformat()}"


def monitor(as_of: dt.date, today: dt.date) -> Monitor:
    """All commitments valid on a day."""
    measures = evaluate_all(as_of)
    rows = [Row(measure, commitment_url(measure.commitment.code, as_of, today)) for measure in measures]
    names = dict.fromkeys(row.commitment.document.name for row in rows)
    return Monitor(as_of, rows, count_states(rows), ", ".join(names))


def count_by_state(rows: Iterable[Shown]) -> list[tuple[str, bool, int]]:
    """State, whether it is a wish that was not kept, and how many: in the order of the monitor."""
    counts = Counter((row.state, row.is_unkept) for row in rows)
    order = [(state.value, wish) for state in State for wish in (False, True)]
    return [(*key, counts[key]) for key in order if key in counts]


def count_states(rows: Sequence[Row]) -> list[StateCount]:
    """How many there are of each state, a wish that was not kept apart from what was missed."""
    return [
        StateCount(state, wish, _state_words(state, wish, count))
        for state, wish, count in count_by_state(rows)
    ]


def _state_words(state: str, wish: bool, count: int) -> str:
    if wish:
        text = ngettext("%(count)d not kept", "%(count)d not kept", count)
    elif state == State.ACHIEVED:
        text = ngettext("%(count)d achieved", "%(count)d achieved", count)
    elif state == State.ON_TRACK:
        text = ngettext("%(count)d on track", "%(count)d on track", count)
    elif state == State.AT_RISK:
        text = ngettext("%(count)d at risk", "%(count)d at risk", count)
    elif state == State.MISSED:
        text = ngettext("%(count)d missed", "%(count)d missed", count)
    else:
        text = ngettext("%(count)d not measured yet", "%(count)d not measured yet", count)
    return text % {"count": count}


# ── evidence ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Proof:
    """One record behind a figure."""

    label: str
    kind: str
    day: dt.date | None
    url: str


class ProofList(Sequence[Proof]):
    """The visible records of several querysets after each other, cut by a paginator without reading all."""

    def __init__(self, querysets: Sequence[QuerySet[Any]], user: Any, as_of: dt.date | None = None) -> None:
        self.user, self.as_of = user, as_of
        # Required relations come along: a record is often named after what it belongs to.
        self.parts = [_visible(rows, user).select_related() for rows in querysets]
        self.sizes = [part.count() for part in self.parts]
        everything = sum(
            rows.count() if hasattr(rows, "visible_to") else size
            for rows, size in zip(querysets, self.sizes, strict=True)
        )
        self.hidden = everything - len(self)

    def __len__(self) -> int:
        return sum(self.sizes)

    @overload
    def __getitem__(self, key: int) -> Proof: ...

    @overload
    def __getitem__(self, key: slice) -> list[Proof]: ...

    def __getitem__(self, key: int | slice) -> Proof | list[Proof]:
        if isinstance(key, int):
            return self._cut(key, key + 1)[0]
        start, stop, _step = key.indices(len(self))
        return self._cut(start, stop)

    def _cut(self, start: int, stop: int) -> list[Proof]:
        found: list[Proof] = []
        for part, size in zip(self.parts, self.sizes, strict=True):
            if start < size and stop > 0:
                records = list(part[max(start, 0) : stop])
                done = _duties_of(records, self.user, self.as_of)
                found += [_proof(record, self.user, done.get(record.pk)) for record in records]
            start, stop = start - size, stop - size
        return found


def _visible(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    seen: QuerySet[Any] = rows.visible_to(user) if hasattr(rows, "visible_to") else rows
    return seen


#: Where a record says on which day it counted, the first that is filled.
DAY_FIELDS = ("held_on", "sent_on", "planned_on", "day", "happened_at")


def _duties_of(records: Sequence[Model], user: Any, as_of: dt.date | None) -> dict[int, Duty]:
    """By primary key, what happened for entries of a yearly list: the entry itself says only who is on it.
    From what this reader may see (R10), so one whose visit is hidden stands here without word or day."""
    entries = [record for record in records if isinstance(record, TopListEntry)]
    if not entries:
        return {}
    found = duties((row.employer_id for row in entries), entries[0].top_list.year, as_of, user=user)
    return {row.pk: found[row.employer_id] for row in entries}


def _proof(record: Model, user: Any, duty: Duty | None = None) -> Proof:
    if duty is not None:
        word = "" if duty.status == Status.NONE else str(Status(duty.status).label)
        return Proof(_label(record), word, duty.date, _record_url(record, user))
    days = (getattr(record, name, None) for name in DAY_FIELDS)
    day = next((day for day in days if day is not None), None)
    return Proof(
        label=_label(record),
        kind=_kind(record),
        day=clock.local_date(day) if isinstance(day, dt.datetime) else day,
        url=_record_url(record, user),
    )


def _kind(record: Any) -> str:
    """What sort of record it is; of an employer who looks after it, where that was asked for."""
    if getattr(record, "manager_name", None):
        return _("account manager: %(name)s") % {"name": record.manager_name}
    return str(record._meta.verbose_name)


def _label(record: Model) -> str:
    """The record's own name; a line of the budget reads as people write money, a contact says with whom."""
    if isinstance(record, ContactMoment):
        names = ", ".join(str(employer) for employer in record.employers.all())
        return f"{record.get_kind_display().capitalize()}: {names}"
    if isinstance(record, TrackBudget):
        return f"{record.track}: {formatting.euro(record.euros)}"
    return str(record)


def _record_url(record: Any, user: Any) -> str:
    """The page of a record, or of what it belongs to; empty when this reader has no page to go to."""
    if hasattr(record, "get_absolute_url"):
        return str(record.get_absolute_url())
    if isinstance(record, ContactMoment):
        employer = next(iter(record.employers.all()), None)
        return employer.get_absolute_url() if employer is not None else ""
    for owner in ("resolved_employer", "employer"):
        if getattr(record, owner, None) is not None:
            return str(getattr(record, owner).get_absolute_url())
    if isinstance(record, TrackBudget) and user.can(Act.SEE_BUDGET):
        return reverse("budget:year", args=[record.budget_year.year])
    return ""
