"""The snapshot of a report: what the monitor says of each commitment on a day, as plain data.

It holds numbers as texts (no float has been through them), codes, and sentences in both languages; never the
name of an employer or a person, so that everybody who reads a report reads the same (R10) and nothing has to
be taken out of it later (R13). What was counted is kept as keys of records. A page, a document and a file are
made from it alone: norms, commitments and words of the product may change, a frozen report does not."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from deventer_crm.core.commitments import Measure, State, decide_state, evaluate_all
from deventer_crm.core.models import Commitment, Quarter, QuarterlyReport
from deventer_crm.home.selectors.monitor import Row, Shown, in_unit

#: How a snapshot is written; a reader of a later version can tell.
FORMAT = 1
#: How many quarters before are kept beside each figure.
EARLIER = 4

Snapshot = dict[str, Any]


def day_of(quarter: Quarter, today: dt.date) -> dt.date:
    """The figures of a quarter are those of its last day, or of today as long as it lasts."""
    return min(quarter.last, today)


def measures_on(as_of: dt.date, today: dt.date) -> list[Measure]:
    """What the monitor says of that day. On the last day of a year that is over the year is judged (R6): what
    would be on track or at risk on its last evening is missed now."""
    return [_judged(measure, today) for measure in evaluate_all(as_of)]


def _judged(measure: Measure, today: dt.date) -> Measure:
    open_states = (State.ON_TRACK, State.AT_RISK)
    is_over = measure.as_of >= measure.period.end < today
    judges_itself = measure.seen.state is not None
    if not is_over or judges_itself or measure.state not in open_states or measure.norm is None:
        return measure
    after = measure.period.end + dt.timedelta(days=1)
    state = decide_state(
        done=measure.count or Decimal(0),
        planned=measure.seen.planned,
        norm=measure.norm,
        period=measure.period,
        as_of=after,
        warn_from=after,
    )
    return replace(measure, state=state)


def live_rows(as_of: dt.date, today: dt.date) -> list["Figure"]:
    """The figures of a draft, in the language of the reader."""
    language = _language()
    return [
        Figure({**_numbers(measure), "words": {language: _words(measure, today)}})
        for measure in measures_on(as_of, today)
    ]


def take_snapshot(report: QuarterlyReport, earlier: Sequence[QuarterlyReport], today: dt.date) -> Snapshot:
    """Everything there is to print later. `earlier`: frozen reports of quarters before, oldest first.

    Raises ValidationError when there is nothing to freeze, or the figures changed while they were read."""
    as_of = day_of(report.period, today)
    rows: list[dict[str, Any]] = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            measures = measures_on(as_of, today)
            read = [{**_numbers(measure), **_evidence(measure)} for measure in measures]
            if not rows:
                rows = [{**row, "words": {}} for row in read]
            if read != [{key: row[key] for key in row if key != "words"} for row in rows]:
                raise ValidationError(_("A figure changed at this very moment. Try again."))
            for row, measure in zip(rows, measures, strict=True):
                row["words"][language] = _words(measure, today)
    if not rows:
        raise ValidationError(_("There is nothing to freeze: no policy document was in force on that day."))
    history = [(one, rows_by_commitment(one)) for one in earlier]
    for row in rows:
        found = [(one, known[row["commitment"]]) for one, known in history if row["commitment"] in known]
        row["earlier"] = [past_of(one, past) for one, past in found]
    return {
        "format": FORMAT,
        "year": report.year,
        "quarter": report.quarter,
        "edition": report.edition,
        "as_of": as_of.isoformat(),
        "rows": rows,
    }


def _numbers(measure: Measure) -> dict[str, Any]:
    commitment = measure.commitment
    return {
        "commitment": commitment.pk,
        "code": commitment.code,
        "sentence": {"nl": commitment.sentence_nl, "en": commitment.sentence_en},
        "document": commitment.document.name,
        "owner": commitment.owner,
        "strength": commitment.strength,
        "unit": commitment.unit,
        "count": _text(measure.count if not measure.seen.missing else None),
        "planned": _text(measure.seen.planned),
        "norm": _text(measure.norm),
        "tolerance": _text(measure.tolerance),
        "state": str(measure.state.value),
        "forecast": _text(measure.forecast),
    }


def _text(value: Decimal | None) -> str | None:
    """Without an exponent and without zeros that say nothing: the same number is the same text."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _words(measure: Measure, today: dt.date) -> dict[str, Any]:
    is_over = measure.as_of >= measure.period.end < today
    shown = replace(measure, as_of=measure.period.end + dt.timedelta(days=1)) if is_over else measure
    row = Row(shown, "")
    is_split = measure.commitment.unit == Commitment.Unit.SPLIT
    return {
        "headline": "" if is_split else str(measure.seen.plain),
        "outlook": row.outlook,
        "lines": [
            {
                "label": str(line.label),
                "norm": str(line.norm),
                "value": str(line.value),
                "state": str(line.state),
                "text": str(line.text),
            }
            for line in row.lines
        ],
    }


def _evidence(measure: Measure) -> dict[str, Any]:
    return {
        "evidence": [_keys(rows) for rows in measure.seen.evidence],
        "planned_evidence": [_keys(rows) for rows in measure.seen.planned_evidence],
    }


def _keys(rows: QuerySet[Any]) -> dict[str, Any]:
    return {"model": rows.model._meta.label_lower, "ids": sorted(rows.values_list("pk", flat=True))}


def past_of(report: QuarterlyReport, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a Past is made of: a row of a frozen report, with its quarter."""
    return {
        "year": report.year,
        "quarter": report.quarter,
        "edition": report.edition,
        **{key: row[key] for key in ("unit", "count", "norm", "state", "strength")},
    }


def rows_by_commitment(report: QuarterlyReport) -> dict[int, dict[str, Any]]:
    """The rows of a frozen report by the key of their commitment."""
    return {row["commitment"]: row for row in report.figures.get("rows", [])}


def _language() -> str:
    return (get_language() or "nl")[:2]


# ── reading a snapshot ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Point(Shown):
    """A commitment at the end of one quarter: enough to put quarters beside each other."""

    row: Mapping[str, Any]

    @property
    def state(self) -> str:
        return str(self.row["state"])

    @property
    def is_wish(self) -> bool:
        return bool(self.row["strength"] == Commitment.Strength.WISH.value)

    @property
    def count(self) -> Decimal | None:
        return _number(self.row["count"])

    @property
    def norm(self) -> Decimal | None:
        return _number(self.row["norm"])

    @property
    def unit(self) -> str:
        return str(self.row["unit"])

    @property
    def now_text(self) -> str:
        return in_unit(self.count, self.unit)

    @property
    def norm_text(self) -> str:
        return in_unit(self.norm, self.unit)


@dataclass(frozen=True)
class Past(Point):
    """The same commitment in a quarter before."""

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.row["year"], self.row["quarter"])

    @property
    def edition(self) -> int:
        return int(self.row["edition"])


@dataclass(frozen=True)
class Figure(Point):
    """One commitment of a report, as it is printed."""

    text: str = ""
    #: Employers that the text names, and whether one of them is hidden from this reader (R10).
    is_text_hidden: bool = False
    counted: int = 0
    hidden: int = 0
    earlier: list[Past] = field(default_factory=list)

    @property
    def code(self) -> str:
        return str(self.row["code"])

    @property
    def commitment(self) -> int:
        return int(self.row["commitment"])

    @property
    def sentence(self) -> str:
        return str(self.row["sentence"].get(_language()) or self.row["sentence"]["nl"])

    @property
    def document(self) -> str:
        return str(self.row["document"])

    @property
    def owner(self) -> str:
        return str(Commitment.Owner(self.row["owner"]).label)

    @property
    def strength(self) -> str:
        return str(Commitment.Strength(self.row["strength"]).label)

    @property
    def planned(self) -> Decimal:
        return _number(self.row["planned"]) or Decimal(0)

    @property
    def planned_text(self) -> str:
        return in_unit(self.planned, self.unit) if self.planned else ""

    @property
    def tolerance(self) -> Decimal:
        return _number(self.row["tolerance"]) or Decimal(0)

    @property
    def forecast_text(self) -> str:
        forecast = _number(self.row["forecast"])
        return in_unit(forecast, self.unit) if forecast is not None else ""

    @property
    def _words(self) -> Mapping[str, Any]:
        words: Mapping[str, Mapping[str, Any]] = self.row["words"]
        return words.get(_language()) or words["nl"]

    @property
    def headline(self) -> str:
        return str(self._words["headline"])

    @property
    def outlook(self) -> str:
        return str(self._words["outlook"])

    @property
    def lines(self) -> Sequence[Mapping[str, str]]:
        """Steering beside the commitment; not in the public version."""
        lines: Sequence[Mapping[str, str]] = self._words["lines"]
        return lines

    @property
    def evidence(self) -> list[tuple[str, list[int]]]:
        """Label of the model and keys, of what was counted."""
        return [(part["model"], part["ids"]) for part in self.row.get("evidence", [])]


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def frozen_rows(report: QuarterlyReport, texts: Mapping[int, str]) -> list[Figure]:
    """The rows of a frozen report, from its snapshot only; texts by commitment."""
    return [
        Figure(
            row,
            text=texts.get(row["commitment"], ""),
            earlier=[Past(past) for past in row.get("earlier", [])],
        )
        for row in report.figures["rows"]
    ]
