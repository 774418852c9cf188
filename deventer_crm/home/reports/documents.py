"""A report as a document that a screen reader can read (PDF/UA) and as a file of figures. Both come from the
snapshot alone, without the day, the reader or who froze it: the same report gives the same document for ever.

The public version has totals and texts only (R2, R10): no steering, no evidence, no reason of a correction,
and no text that names an employer that is confidential now."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import badges
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.lists.export import write_table
from deventer_crm.core.models import QuarterlyReport
from deventer_crm.core.pdf import make_pdf
from deventer_crm.home.reports.figures import Figure, Past, Point
from deventer_crm.home.reports.selectors import ReportPage, for_everybody
from deventer_crm.home.selectors.monitor import count_by_state

TEMPLATE = "home/report.typ"


def report_title(report: QuarterlyReport) -> str:
    """Name of the document: which quarter of what."""
    return _("Commitments, %(quarter)s") % {"quarter": report.period.label}


def report_pdf(page: ReportPage, *, public: bool = False) -> bytes:
    """The document in the language that is active. A draft says that it is one."""
    return make_pdf(
        TEMPLATE, report_data(page, public=public), title=report_title(page.report), on=page.as_of
    )


def report_data(page: ReportPage, *, public: bool) -> dict[str, Any]:
    """Plain data for the template."""
    report = page.report
    rows = for_everybody(page.rows) if public else page.rows
    documents = ", ".join(dict.fromkeys(row.document for row in rows))
    words = {"document": documents, "day": nl_date(page.as_of)}
    return {
        "lead": _("%(document)s · figures as of %(day)s") % words,
        "intro": _introduction(rows),
        "foot": _foot(page, public=public),
        "words": {
            "summary": _("At a glance"),
            "heads": [_("Code"), _("Commitment"), _("Norm"), _("Now"), _("State")],
            "state": _("State"),
            "earlier": _("The quarters before"),
            "past": [_("Quarter"), _("Now"), _("Norm"), _("State")],
            "how": _("How these figures are made"),
        },
        "chart": _chart(rows),
        "change": _correction(report, public=public),
        "rows": [_row(row, public=public) for row in rows],
        "how": _how(page, public=public),
    }


def _introduction(rows: Sequence[Figure]) -> str:
    counts = dict.fromkeys(("achieved", "on_track", "at_risk", "missed", "not_measured"), 0)
    for row in rows:
        counts[row.bar_state] = counts.get(row.bar_state, 0) + 1
    text = ngettext(
        "Of %(all)d commitment %(achieved)d is achieved, %(on_track)d on track, %(at_risk)d at risk and"
        " %(missed)d missed.",
        "Of %(all)d commitments %(achieved)d are achieved, %(on_track)d on track, %(at_risk)d at risk and"
        " %(missed)d missed.",
        len(rows),
    )
    return text % {"all": len(rows), **counts}


def _foot(page: ReportPage, *, public: bool) -> str:
    report = page.report
    parts = [report_title(report)]
    if report.edition > 1:
        parts.append(_("edition %(number)d") % {"number": report.edition})
    if report.is_draft:
        parts.append(_("DRAFT, figures can still change"))
    elif not public:
        parts.append(_("internal"))
    return " · ".join(parts)


def _correction(report: QuarterlyReport, *, public: bool) -> str:
    if report.edition == 1:
        return ""
    if public:
        return _("This edition replaces the one before.")
    return _("This edition replaces the one before: %(reason)s") % {"reason": report.reason}


def _chart(rows: Sequence[Figure]) -> dict[str, Any]:
    counts = count_by_state(rows)
    most = max((count for _state, _wish, count in counts), default=1)
    lines = [
        {**_state(state, wish=wish), "count": str(count), "share": count / most}
        for state, wish, count in counts
    ]
    said = ", ".join(f"{line['word']}: {line['count']}" for line in lines)
    return {"label": _("Bar chart of the commitments by state. %(said)s.") % {"said": said}, "rows": lines}


def _state(state: str, *, wish: bool) -> dict[str, str]:
    """The word of a state and its colour; a wish that was not kept is never red (R6)."""
    is_unkept = wish and state == "missed"
    word = str(badges.commitment(state, wish=wish).word)
    return {"word": word[:1].upper() + word[1:], "tone": "not_measured" if is_unkept else state}


def _point_state(point: Point) -> dict[str, str]:
    return _state(point.state, wish=point.is_wish)


def _row(row: Figure, *, public: bool) -> dict[str, Any]:
    facts = [(_("Now"), row.now_text), (_("Norm"), row.norm_text), (_("Who keeps it"), row.owner)]
    notes = [row.headline] if row.headline else []
    if row.outlook and (not public or row.count is None):
        notes.append(row.outlook)  # what is expected is for those who steer; why there is no figure for all
    if not public:
        notes += [_steering(line) for line in row.lines]
        notes += [_behind(row)] if any(keys for _label, keys in row.evidence) else []
    return {
        "code": row.code,
        "sentence": row.sentence,
        "about": _("%(document)s · %(strength)s") % {"document": row.document, "strength": row.strength},
        "norm": row.norm_text,
        "now": row.now_text,
        "state": _point_state(row),
        "facts": [{"label": label, "text": text} for label, text in facts],
        "bar": _bar(row),
        "notes": notes,
        "text": [part.strip() for part in row.text.splitlines() if part.strip()],
        "earlier": [_past(past) for past in row.earlier] if _was_measured(row) else [],
    }


def _was_measured(row: Figure) -> bool:
    """Quarters without a figure, one after the other, tell nothing."""
    return any(point.count is not None for point in (row, *row.earlier))


def _steering(line: Any) -> str:
    words = _("%(label)s: %(value)s (norm %(norm)s)") % line
    return f"{words}. {line['text']}" if line["text"] else words


def _behind(row: Figure) -> str:
    count = sum(len(keys) for _label, keys in row.evidence)
    text = ngettext("Counted from %(count)d record.", "Counted from %(count)d records.", count)
    return text % {"count": count}


def _past(past: Past) -> dict[str, Any]:
    return {
        "quarter": past.quarter.label,
        "now": past.now_text,
        "norm": past.norm_text,
        "state": _point_state(past),
    }


def _bar(row: Figure) -> dict[str, Any] | None:
    """Shares of the width, as on the monitor; none without a figure and a norm."""
    if row.count is None or row.norm is None:
        return None
    ahead = row.count + row.planned
    top = row.bar_maximum or max(ahead, row.norm, Decimal(1)) * Decimal("1.1")
    return {
        "done": _share(row.count, top),
        "ahead": _share(ahead, top) if row.planned else 0.0,
        "norm": _share(row.norm, top),
        "tone": row.bar_state,
        "label": row.bar_label,
    }


def _share(value: Decimal, top: Decimal) -> float:
    return float(round(min(max(value / top, Decimal(0)), Decimal(1)), 4))


def _how(page: ReportPage, *, public: bool) -> list[str]:
    report = page.report
    lines = [
        _(
            "A figure counts what happened up to and including %(day)s, by the norm of that day. A hard"
            " commitment can be missed; a wish can be not kept. Nothing is missed before its period is over."
        )
        % {"day": nl_date(page.as_of)}
    ]
    if report.is_draft:
        return [*lines, _("This is a draft: nothing in it is frozen.")]
    lines.append(_("The figures are frozen: this report prints the same for ever."))
    if public:
        lines.append(_("The figures of this version name no employers and no people."))
    else:
        lines.append(_("Check of the frozen figures (SHA-256): %(sum)s") % {"sum": report.sha256})
    return lines


def figures_file(rows: Sequence[Figure], quarter: str) -> tuple[IO[bytes], int]:
    """The figures as a spreadsheet, one row for each commitment, and how many rows it has."""
    heads = [
        _("Quarter"),
        _("Code"),
        _("Commitment"),
        _("Document"),
        _("Strength"),
        _("Who keeps it"),
        _("Norm"),
        _("Now"),
        _("Planned"),
        _("Forecast"),
        _("State"),
        _("Text"),
    ]
    return write_table(heads, (_cells(row, quarter) for row in rows), "xlsx")


def _cells(row: Figure, quarter: str) -> Iterable[Any]:
    forecast = row.row["forecast"]
    return [
        quarter,
        row.code,
        row.sentence,
        row.document,
        row.strength,
        row.owner,
        _plain(row.norm),
        _plain(row.count),
        _plain(row.planned),
        _plain(Decimal(forecast) if forecast is not None else None),
        str(badges.commitment(row.state, wish=row.is_wish).word),
        row.text,
    ]


def _plain(value: Decimal | None) -> float | None:
    """A number that a spreadsheet can add up."""
    return None if value is None else float(value)
