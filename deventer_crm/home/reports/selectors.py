"""Reading quarterly reports: which there are for a reader, one with everything on its page, and quarters
beside each other. A draft is there only for who may freeze (R9); what is frozen, for everybody who sees the
monitor."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q, QuerySet

from accounts.roles import Act
from deventer_crm.core.models import Quarter, QuarterlyReport, ReportText
from deventer_crm.home.reports.figures import (
    EARLIER,
    Figure,
    Past,
    day_of,
    frozen_rows,
    live_rows,
    past_of,
    rows_by_commitment,
)
from deventer_crm.home.reports.names import hidden_employers
from employers.models import Employer

if TYPE_CHECKING:
    from accounts.models import User

State = QuarterlyReport.State
#: Quarters beside each other on the page that compares: three years.
COMPARED = 12
#: Quarters that can be begun: this one and as many before.
OFFERED = 4


def reports_for(user: "User") -> "QuerySet[QuarterlyReport]":
    """Those this reader may know of."""
    rows = QuarterlyReport.objects.select_related("frozen_by", "published_by")
    return rows if user.can(Act.FREEZE) else rows.exclude(state=State.DRAFT)


def list_of(user: "User") -> "QuerySet[QuarterlyReport]":
    """The same for a list: without the figures, which no list shows."""
    return reports_for(user).defer("figures").order_by("-year", "-quarter", "-edition")


def quarters_to_begin(today: dt.date) -> list[Quarter]:
    """Quarters without a report, the one that ended last first; this one comes after those that are over."""
    quarter = Quarter.of(today)
    known = set(
        QuarterlyReport.objects.filter(year__gte=today.year - 2).values_list("year", "quarter").distinct()
    )
    offered = [quarter]
    for _number in range(OFFERED):
        quarter = quarter.previous
        offered.append(quarter)
    past = [one for one in offered[1:] if (one.year, one.number) not in known]
    return past + [one for one in offered[:1] if (one.year, one.number) not in known]


def texts_of(report: QuarterlyReport) -> dict[int, str]:
    """Texts by the key of their commitment."""
    return dict(ReportText.objects.filter(report=report).order_by("pk").values_list("commitment_id", "text"))


def frozen_before(quarter: Quarter, limit: int) -> list[QuarterlyReport]:
    """The last frozen edition of each of the quarters before, oldest first."""
    earlier = Q(year__lt=quarter.year) | Q(year=quarter.year, quarter__lt=quarter.number)
    return _last_editions(QuarterlyReport.objects.filter(earlier), limit)


def _last_editions(rows: "QuerySet[QuarterlyReport]", limit: int) -> list[QuarterlyReport]:
    frozen = rows.exclude(state=State.DRAFT).order_by("-year", "-quarter", "-edition")
    return list(frozen.distinct("year", "quarter")[:limit])[::-1]


@dataclass(frozen=True)
class Editions:
    """The other editions of the same quarter that this reader may know of, newest first."""

    report: QuarterlyReport
    others: Sequence[QuarterlyReport]

    @property
    def newer(self) -> QuarterlyReport | None:
        """The edition that replaces this one: frozen or published."""
        rows = (row for row in self.others if row.edition > self.report.edition and not row.is_draft)
        return next(iter(rows), None)

    @property
    def draft(self) -> QuarterlyReport | None:
        """A correction that somebody works on."""
        return next((row for row in self.others if row.is_draft), None)

    @property
    def is_last(self) -> bool:
        return all(row.edition < self.report.edition for row in self.others)


@dataclass(frozen=True)
class ReportPage:
    """One report as a reader sees it."""

    report: QuarterlyReport
    as_of: dt.date
    rows: list[Figure]
    editions: Editions
    texts: dict[int, ReportText] = field(default_factory=dict)


def report_page(report: QuarterlyReport, user: "User", today: dt.date) -> ReportPage:
    """A draft with the figures of this moment; a frozen one from its snapshot only, with of each figure how
    many records are behind it and how many of them this reader may not see (R10)."""
    others = list_of(user).filter(year=report.year, quarter=report.quarter).exclude(pk=report.pk)
    editions = Editions(report, list(others))
    texts = {row.commitment_id: row for row in ReportText.objects.filter(report=report)}
    if report.is_draft:
        as_of = day_of(report.period, today)
        return ReportPage(report, as_of, draft_rows(report, texts, as_of, today), editions, texts)
    words = {key: row.text for key, row in texts.items()}
    rows = with_evidence(for_reader(frozen_rows(report, words), user), user)
    return ReportPage(report, report.as_of or today, rows, editions, texts)


def frozen_row(report: QuarterlyReport, commitment: int) -> Figure:
    """One figure of a frozen report, without its text. Raises KeyError for a commitment it does not have."""
    return Figure(rows_by_commitment(report)[commitment])


def draft_rows(
    report: QuarterlyReport, texts: dict[int, ReportText], as_of: dt.date, today: dt.date
) -> list[Figure]:
    """Live figures with what was typed so far, beside the quarters before."""
    history = [(one, rows_by_commitment(one)) for one in frozen_before(report.period, EARLIER)]
    rows = []
    for row in live_rows(as_of, today):
        key = row.commitment
        text = texts[key].text if key in texts else ""
        past = [Past(past_of(one, known[key])) for one, known in history if key in known]
        rows.append(replace(row, text=text, earlier=past))
    return rows


def for_reader(rows: Sequence[Figure], user: "User") -> list[Figure]:
    """Without the texts that name an employer this reader may not know of, also when it became confidential
    after the report was frozen (R10)."""
    named = {key for row in rows for key in row.row.get("named", [])}
    hidden = hidden_employers(named, user)
    return [
        replace(row, text="", is_text_hidden=True) if hidden & set(row.row.get("named", [])) else row
        for row in rows
    ]


def for_everybody(rows: Sequence[Figure]) -> list[Figure]:
    """Without the texts that name an employer that is confidential now: what goes to the public."""
    named = {key for row in rows for key in row.row.get("named", [])}
    secret = set(Employer.objects.filter(pk__in=named, is_confidential=True).values_list("pk", flat=True))
    return [replace(row, text="") if secret & set(row.row.get("named", [])) else row for row in rows]


def with_evidence(rows: Sequence[Figure], user: "User") -> list[Figure]:
    """How many records are behind each figure; one statement for each kind of record."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        for label, keys in row.evidence:
            wanted.setdefault(label, set()).update(keys)
    visible = {label: _visible(label, keys, user) for label, keys in wanted.items()}
    counted = []
    for row in rows:
        total = sum(len(keys) for _label, keys in row.evidence)
        seen = sum(len(visible[label].intersection(keys)) for label, keys in row.evidence)
        counted.append(replace(row, counted=total, hidden=total - seen))
    return counted


def _visible(label: str, keys: set[int], user: "User") -> set[int]:
    rows = evidence_rows(label, keys)
    if rows is None:
        return set()
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(user)
    return set(rows.values_list("pk", flat=True))


def evidence_rows(label: str, keys: Iterable[int]) -> "QuerySet[Any] | None":
    """Records of a kind by their keys; the caller narrows them to a reader. None for a kind that a later
    version of the product no longer has."""
    try:
        model = apps.get_model(label)
    except LookupError:
        return None
    rows: QuerySet[Any] = model._default_manager.filter(pk__in=list(keys)).order_by("pk")
    return rows


@dataclass(frozen=True)
class Series:
    """One commitment through the quarters; None where a report does not have it."""

    figure: Figure
    points: list[Past | None]
    reports: list[QuarterlyReport]

    @property
    def cells(self) -> list[tuple[QuarterlyReport, Past | None]]:
        return list(zip(self.reports, self.points, strict=True))

    @property
    def spark(self) -> list[tuple[str, Any]]:
        return [
            (point.quarter.code, point.count) if point is not None else ("", None) for point in self.points
        ]

    @property
    def norms(self) -> str:
        """The norms of the row, each once, oldest first."""
        return ", ".join(dict.fromkeys(point.norm_text for point in self.points if point is not None))


@dataclass(frozen=True)
class Comparison:
    """Frozen quarters beside each other, oldest first."""

    reports: list[QuarterlyReport]
    rows: list[Series]


def compare() -> Comparison:
    """The last frozen edition of each quarter; a commitment is followed by its record, so a new policy with
    the same code begins a row of its own."""
    reports = _last_editions(QuarterlyReport.objects.all(), COMPARED)
    history = [(one, rows_by_commitment(one)) for one in reports]
    order: dict[int, dict[str, Any]] = {}
    for _one, known in reversed(history):
        for key, row in known.items():
            order.setdefault(key, row)
    rows = []
    for key, newest in order.items():
        points = [Past(past_of(one, known[key])) if key in known else None for one, known in history]
        rows.append(Series(Figure(newest), points, reports))
    return Comparison(reports, rows)
