"""Small charts as SVG, drawn on the server: no script, no style attribute (the CSP forbids both), colours
by class from the stylesheet so that they follow the theme, a sentence in `aria-label` that says what it is.

Every number a chart shows also stands in words or in a table beside it; a chart alone is never the source.
Widths are pixels of the viewBox or percentages of the place the chart stands in. Pure functions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from deventer_crm.core import formatting

Number = int | float | Decimal

STATE_CLASSES = {
    "achieved": "fill-ok",
    "on_track": "fill-track",
    "at_risk": "fill-risk",
    "missed": "fill-miss",
    "not_measured": "fill-plain",
}


@dataclass(frozen=True)
class Point:
    """One moment of a series; value None is a gap, never a zero."""

    label: str
    value: Number | None


def _points(points: Iterable[object]) -> list[Point]:
    """Accepts Points, (label, value) pairs and plain numbers."""
    found: list[Point] = []
    for position, item in enumerate(points, start=1):
        if isinstance(item, Point):
            found.append(item)
        elif isinstance(item, int | float | Decimal) or item is None:
            found.append(Point(str(position), item))
        elif isinstance(item, Sequence) and len(item) == 2:
            found.append(Point(str(item[0]), item[1]))
        else:
            raise TypeError(f"a point is a number, a pair or a Point, not {item!r}")
    return found


def _fmt(value: float) -> str:
    """At most one decimal, no trailing zero, never a comma: this is an SVG attribute, not a screen number."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _percentage(value: Number, maximum: Number) -> str:
    """Position on a 0–100 % scale, kept inside the drawing."""
    share = float(value) / float(maximum) if maximum else 0.0
    return f"{_fmt(100 * min(max(share, 0.0), 1.0))}%"


def sparkline(points: Iterable[object], label: str = "", *, width: int = 120, height: int = 34) -> SafeString:
    """A line of a few years. Empty without any value; one value is a dot; equal values lie in the middle."""
    series = _points(points)
    known = [(i, float(p.value)) for i, p in enumerate(series) if p.value is not None]
    if not known:
        return SafeString("")
    margin = 4.0
    low, high = min(v for _, v in known), max(v for _, v in known)
    step = (width - 2 * margin) / max(len(series) - 1, 1)

    def place(index: int, value: float) -> tuple[str, str]:
        x = margin + index * step if len(series) > 1 else width - margin
        part = (value - low) / (high - low) if high > low else 0.5
        return _fmt(x), _fmt(height - margin - part * (height - 2 * margin))

    runs: list[list[tuple[str, str]]] = [[]]
    previous: int | None = None
    for index, value in known:
        if previous is not None and index != previous + 1:
            runs.append([])
        runs[-1].append(place(index, value))
        previous = index
    lines = format_html_join(
        "",
        '<polyline class="spark-line" fill="none" points="{}"/>',
        ((" ".join(f"{x},{y}" for x, y in run),) for run in runs if len(run) > 1),
    )
    loose = format_html_join(
        "", '<circle class="spark-dot" cx="{}" cy="{}" r="2"/>', (run[0] for run in runs if len(run) == 1)
    )
    last_x, last_y = place(*known[-1])
    values = ", ".join(
        formatting.number(p.value) if p.value is not None else gettext("unknown") for p in series
    )
    if len(series) > 1:
        text = gettext("%(label)s %(first)s to %(last)s: %(values)s") % {
            "label": label,
            "first": series[0].label,
            "last": series[-1].label,
            "values": values,
        }
    else:
        text = gettext("%(label)s %(first)s: %(values)s") % {
            "label": label,
            "first": series[0].label,
            "values": values,
        }
    return format_html(
        '<svg class="spark" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{text}">'
        '{lines}{loose}<circle class="spark-end" cx="{x}" cy="{y}" r="3.4"/></svg>',
        w=width,
        h=height,
        text=text.strip(),
        lines=lines,
        loose=loose,
        x=last_x,
        y=last_y,
    )


def bullet(
    value: Number | None,
    norm: Number | None,
    maximum: Number | None = None,
    state: str = "not_measured",
    *,
    planned: Number = 0,
    label: str = "",
) -> SafeString:
    """Done against the norm: a bar, a lighter part for what is planned, a tick at the norm.

    `maximum` defaults to a tenth more than the largest of them. Without a value or a norm the bar is empty.
    """
    done = value if value is not None else 0
    ahead = float(done) + float(planned)
    top = float(maximum) if maximum else max(ahead, float(norm or 0), 1.0) * 1.1
    text = label or (
        gettext("%(value)s of %(norm)s") % {"value": _plain(done), "norm": _plain(norm)}
        if value is not None and norm is not None
        else gettext("not measured yet")
    )
    planned_bar = (
        format_html(
            '<rect class="{1} is-planned" x="0" y="6" width="{0}" height="8" rx="4"/>',
            _percentage(ahead, top),
            STATE_CLASSES.get(state, "fill-plain"),
        )
        if planned
        else ""
    )
    done_bar = (
        format_html(
            '<rect class="{}" x="0" y="6" width="{}" height="8" rx="4"/>',
            STATE_CLASSES.get(state, "fill-plain"),
            _percentage(done, top),
        )
        if done
        else ""
    )
    tick = (
        format_html(
            '<svg x="{}" y="1" width="4" height="18" overflow="visible">'
            '<rect class="fill-surface" x="-2.5" width="5" height="18"/>'
            '<rect class="fill-ink" x="-1" width="2" height="18"/></svg>',
            _percentage(norm, top),
        )
        if norm
        else ""
    )
    return format_html(
        '<svg class="bullet" width="100%" height="20" role="img" aria-label="{}">'
        '<rect class="fill-sunken" x="0" y="6" width="100%" height="8" rx="4"/>{}{}{}</svg>',
        text,
        planned_bar,
        done_bar,
        tick,
    )


def _plain(value: Number | None) -> str:
    if value is None:
        return formatting.EN_DASH
    decimals = 0 if float(value).is_integer() else 1
    return formatting.number(value, decimals)


def share_bar(
    share: Number | None,
    tolerance: Number,
    norm: Number,
    label: str = "",
    *,
    first: str = "",
    second: str = "",
) -> SafeString:
    """How two parts divide a whole, with the band around the norm hatched between two ticks.

    `share`, `tolerance` and `norm` are shares between 0 and 1 (0.8, 0.02). `first` and `second` name the two
    parts for who cannot see the picture. None draws an empty bar with the band.
    """
    low, high = max(float(norm) - float(tolerance), 0.0), min(float(norm) + float(tolerance), 1.0)
    if share is None:
        text = gettext("%(label)s: nothing yet") % {"label": label}
        parts = SafeString('<rect class="fill-sunken" y="5" width="100%" height="22" rx="5"/>')
    else:
        text = gettext("%(label)s: %(a)s %(first)s, %(b)s %(second)s; the margin is %(low)s to %(high)s") % {
            "label": label,
            "a": formatting.percent(share),
            "first": first or gettext("sector track"),
            "b": formatting.percent(1 - Decimal(str(share))),
            "second": second or gettext("inner city"),
            "low": formatting.percent(low),
            "high": formatting.percent(high),
        }
        parts = format_html(
            '<rect class="fill-warm" y="5" width="100%" height="22" rx="5"/>'
            '<svg y="5" width="{width}" height="22">'
            '<rect class="fill-accent" width="{over}" height="22" rx="5"/></svg>',
            width=_percentage(share, 1),
            # the inner bar is longer than its window, so that only its left corners are round
            over="100%" if float(share) >= 1 else "120%",
        )
    strokes = " ".join(f"M{x} 22 L{x + 22} 0" for x in range(-22, 400, 6))
    return format_html(
        '<svg class="share-bar" width="100%" height="32" role="img" aria-label="{text}">{parts}'
        '<svg x="{low}" y="5" width="{width}" height="22"><path class="band" d="{strokes}"/></svg>'
        '<svg x="{low}" overflow="visible"><rect class="fill-ink" x="-1" width="2" height="32"/></svg>'
        '<svg x="{high}" overflow="visible"><rect class="fill-ink" x="-1" width="2" height="32"/></svg>'
        "</svg>",
        text=text,
        parts=parts,
        low=_percentage(low, 1),
        high=_percentage(high, 1),
        width=_percentage(high - low, 1),
        strokes=strokes,
    )


def columns(rows: Iterable[Sequence[object]], label: str = "", *, height: int = 140) -> SafeString:
    """Stacked columns of two parts per period, e.g. hours per month: rows of (name, first part, second part).

    Each column has a title with its numbers; the table with the same rows belongs beside it.
    """
    data = [(str(r[0]), _amount(r[1]), _amount(r[2])) for r in rows]
    top = max((a + b for _, a, b in data), default=0.0) or 1.0
    base, count = height - 22, max(len(data), 1)
    drawn = []
    for position, (name, first, second) in enumerate(data):
        a, b = (base - 6) * first / top, (base - 6) * second / top
        drawn.append(
            (
                f"{_fmt(100 * position / count)}%",
                f"{_fmt(100 / count)}%",
                height,
                f"{name}: {_plain(first)} + {_plain(second)}",
                _fmt(base - a),
                _fmt(a),
                _fmt(base - a - b - (1 if b else 0)),
                _fmt(b),
                base + 16,
                name,
            )
        )
    bars = format_html_join(
        "",
        '<svg x="{}" width="{}" height="{}"><title>{}</title>'
        '<rect class="fill-accent" x="18%" width="64%" y="{}" height="{}" rx="2"/>'
        '<rect class="fill-warm" x="18%" width="64%" y="{}" height="{}" rx="2"/>'
        '<text class="axis" x="50%" y="{}" text-anchor="middle">{}</text></svg>',
        drawn,
    )
    return format_html(
        '<svg class="columns" width="100%" height="{h}" role="img" aria-label="{label}">'
        '<rect class="fill-line" y="{base}" width="100%" height="1"/>{bars}</svg>',
        h=height,
        label=label,
        base=base,
        bars=bars,
    )


def _amount(value: object) -> float:
    if not isinstance(value, int | float | Decimal):
        raise TypeError(f"a part of a column is a number, not {value!r}")
    return max(float(value), 0.0)
