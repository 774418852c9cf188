"""Tags and filters every template has without loading them: icons, states, dates, numbers, links, charts and
the block components. What they print comes from core.formatting, core.badges and core.charts."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
from django import template
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from deventer_crm.core import badges, charts, clock, formatting
from deventer_crm.core.folding import pure
from deventer_crm.core.panels import Panel

register = template.Library()

SVG_INSIDE = re.compile(r"<svg[^>]*>(?P<inside>.*)</svg>", re.DOTALL)


# Icons ---------------------------------------------------------------------------------------------------


@cache
def _icon_paths(name: str) -> str:
    """The inside of a vendored icon. Raises TemplateSyntaxError for a name that is not kept, so that a
    typing error is seen in the first test that renders the page."""
    found = finders.find(f"vendor/bootstrap-icons/{name}.svg")
    match = SVG_INSIDE.search(Path(found).read_text(encoding="utf-8")) if found else None
    if match is None:
        raise template.TemplateSyntaxError(f"no icon {name!r} in static/vendor/bootstrap-icons")
    return " ".join(match["inside"].split())


@register.simple_tag
@pure
def icon(name: str, extra_class: str = "") -> SafeString:
    """An icon in the colour and the size of the text around it. Hidden for screen readers: a word stands
    beside it, always."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 16 16" width="16" height="16" fill="currentColor"'
        ' aria-hidden="true" focusable="false">{}</svg>',
        f" {extra_class}" if extra_class else "",
        mark_safe(_icon_paths(name)),  # noqa: S308 - a file of our own, not what somebody typed
    )


# States --------------------------------------------------------------------------------------------------


def _badge(look: badges.Badge, label: object = None) -> SafeString:
    return format_html(
        '<span class="state is-{}">{}<span>{}</span></span>', look.tone, icon(look.icon), label or look.word
    )


@register.simple_tag
def state_badge(state: str, wish: bool = False, label: object = None) -> SafeString:
    """The state of a commitment: achieved, on_track, at_risk, missed, not_measured (R6)."""
    return _badge(badges.commitment(str(state), wish=wish), label)


@register.simple_tag
def visit_badge(duty: str, label: object = None) -> SafeString:
    """The visit duty of an employer: visited, received, planned, invited, none (R5)."""
    return _badge(badges.VISIT.get(str(duty), badges.UNKNOWN), label)


@register.simple_tag
def due_badge(due_on: dt.date | None, today: dt.date | None = None) -> SafeString:
    """How late or how near a date is, in words."""
    if due_on is None:
        return SafeString("")
    code, words = formatting.due_words(due_on, today or clock.today())
    return _badge(badges.DUE[code], words)


@register.simple_tag
def meeting_badge(state: str, label: object = None) -> SafeString:
    """The state of a meeting (R8)."""
    return _badge(badges.MEETING.get(str(state), badges.UNKNOWN), label)


@register.simple_tag
def answer_badge(answer: str | None, label: object = None) -> SafeString:
    """The answer on an invitation: accepted, declined, or none yet."""
    return _badge(badges.ANSWER.get(str(answer or "none"), badges.UNKNOWN), label)


@register.simple_tag
def follow_up_badge(state: str, label: object = None) -> SafeString:
    """The state of a promise or action: unconfirmed, open, fulfilled, closed, dropped."""
    return _badge(badges.FOLLOW_UP.get(str(state), badges.UNKNOWN), label)


@register.simple_tag
def badge(tone: str, label: object, icon_name: str = "") -> SafeString:
    """Any other state: tone is ok, track, risk, miss, warm or plain."""
    sign = icon(icon_name) if icon_name else ""
    return format_html('<span class="state is-{}">{}<span>{}</span></span>', tone, sign, label)


@register.filter
def browser_name(user_agent: object) -> str:
    """Browser and machine as people call them; what is not known stays as it was sent, cut short."""
    return formatting.browser_name(str(user_agent or ""))


@register.filter
def duty_word(duty: str) -> object:
    """The word of a visit duty, for tiles and exports."""
    return badges.VISIT.get(str(duty), badges.UNKNOWN).word


@register.filter
def duty_tone(duty: str) -> str:
    """The tone of a visit duty: class of its tile."""
    return badges.VISIT.get(str(duty), badges.UNKNOWN).tone


@register.filter
def duty_icon(duty: str) -> str:
    """The icon of a visit duty."""
    return badges.VISIT.get(str(duty), badges.UNKNOWN).icon


# Dates, numbers, names -------------------------------------------------------------------------------------


@register.filter
def nl_date(value: dt.date | dt.datetime | None, form: str = "") -> str:
    """ "3 december 2026"; forms: short, short_year, weekday, weekday_year, day, month, time."""
    return formatting.nl_date(value, form)


@register.filter
def clock_time(value: dt.datetime | dt.time | None) -> str:
    """ "10.00 uur"."""
    return formatting.clock_time(value)


@register.filter
def ago(value: dt.date | dt.datetime | None) -> str:
    """ "12 dagen geleden", and "nooit" for None."""
    return formatting.ago(value, clock.today())


@register.simple_tag
def date_tag(value: dt.date | dt.datetime | None, form: str = "") -> SafeString:
    """A date in a `<time>` element, so that machines can read it too."""
    if value is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formatting.nl_date(value, form))


size_class = register.filter("size_class", formatting.size_class)
number = register.filter("number", formatting.number)
signed = register.filter("signed", formatting.signed)
euro = register.filter("euro", formatting.euro)
hours = register.filter("hours", formatting.hours)
percent = register.filter("percent", formatting.percent)
ratio = register.filter("ratio", formatting.ratio)
initials = register.filter("initials", formatting.initials)
soft_hyphens = register.filter("soft_hyphens", formatting.soft_hyphens)


@register.filter
def unlocalized(value: object) -> str:
    """A number as HTML wants it. With a thousands separator, `value="1.200"` would mean 1.2."""
    return str(value)


@register.filter
def plus(value: charts.Number, other: charts.Number) -> Decimal:
    """Exact sum of two shares."""
    return Decimal(str(value)) + Decimal(str(other))


@register.filter
def minus(value: charts.Number, other: charts.Number) -> Decimal:
    """Exact difference of two shares."""
    return Decimal(str(value)) - Decimal(str(other))


@register.filter
def page_numbers(paginator: "Paginator[Any]", current: int) -> list[int | None]:
    """First, last and the neighbours of the current page; None is a gap."""
    last = paginator.num_pages
    wanted = sorted({1, last, *range(max(1, current - 1), min(last, current + 1) + 1)})
    shown: list[int | None] = []
    for page in wanted:
        previous = shown[-1] if shown else None
        if previous is not None and page - previous == 2:
            shown.append(page - 1)
        elif previous is not None and page - previous > 2:
            shown.append(None)
        shown.append(page)
    return shown


@register.simple_tag(takes_context=True)
def jobs(context: Context, count: int | None, exact: bool | None = None) -> str:
    """The number of jobs for who may see it, the size class for everybody else (R2). Without `exact` the
    right of the user of this page decides."""
    if count is None:
        return gettext("unknown")
    if exact is None:
        user = getattr(context.get("request"), "user", None)
        exact = bool(user is not None and user.can("view_exact_jobs"))
    return formatting.number(count) if exact else formatting.size_class(count)


@register.filter
def phone_link(value: object) -> SafeString:
    """A phone number people can tap. What cannot be read as a number stays plain text."""
    text = str(value or "").strip()
    if not text:
        return SafeString("")
    try:
        parsed = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return conditional_escape(text)
    shape = phonenumbers.PhoneNumberFormat
    domestic = parsed.country_code == 31
    shown = (
        text
        if domestic and not text.startswith("+")
        else phonenumbers.format_number(parsed, shape.NATIONAL if domestic else shape.INTERNATIONAL)
    )
    target = phonenumbers.format_number(parsed, shape.E164)
    return format_html('<a class="phone" href="tel:{}">{}</a>', target, shown)


@register.filter
def mail_link(value: object) -> SafeString:
    """An e-mail address people can tap."""
    text = str(value or "").strip()
    if not text:
        return SafeString("")
    # a long address may break after the @ and the dots, nowhere else
    parts = re.split(r"(?<=[@.])", text)
    shown = format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in parts))
    return format_html('<a href="mailto:{}">{}</a>', text, shown)


# Links -----------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def query_string(context: Context, drop: str = "", value: object = None, **changes: object) -> str:
    """The query of this page with some parameters changed: None takes one out, a list sets many.

    `drop="sector" value="3"` takes one value out of a parameter that has several (a chip). Always starts with
    "?", so that the last chip links to the page without filters.
    """
    request = context.get("request")
    params = request.GET.copy() if request is not None else QueryDict(mutable=True)
    if drop:
        kept = [] if value is None else [v for v in params.getlist(drop) if v != str(value)]
        params.setlist(drop, kept)
    for key, wanted in changes.items():
        if wanted is None or wanted == "":
            params.pop(key, None)
        elif isinstance(wanted, list | tuple):
            params.setlist(key, [str(item) for item in wanted])
        else:
            params[key] = str(wanted)
    return f"?{params.urlencode()}"


# Charts ----------------------------------------------------------------------------------------------------


@register.simple_tag
def sparkline(points: Iterable[object], label: str = "") -> SafeString:
    """Points are numbers, (label, value) pairs or charts.Point. See core.charts."""
    return charts.sparkline(points, str(label))


@register.simple_tag
def bullet(
    value: charts.Number | None,
    norm: charts.Number | None,
    max: charts.Number | None = None,
    state: str = "not_measured",
    planned: charts.Number = 0,
    label: str = "",
) -> SafeString:
    """Done against the norm. See core.charts."""
    return charts.bullet(value, norm, max, str(state), planned=planned or 0, label=str(label))


@register.simple_tag
def share_bar(
    share: charts.Number | None,
    tolerance: charts.Number,
    norm: charts.Number,
    label: str = "",
    first: str = "",
    second: str = "",
) -> SafeString:
    """Two parts of a whole with the band around the norm; all are shares between 0 and 1."""
    return charts.share_bar(share, tolerance, norm, str(label), first=str(first), second=str(second))


@register.simple_tag
def column_chart(rows: Iterable[Any], label: str = "") -> SafeString:
    """Stacked columns: rows of (name, first part, second part)."""
    return charts.columns(rows, str(label))


# Block components: the content between the tags goes into templates/components/<name>.html ------------------


def _component(name: str, content: str, context: Context, **values: object) -> SafeString:
    values["content"] = content
    values["request"] = context.get("request")
    html = render_to_string(f"components/{name}.html", values)
    return mark_safe(html)  # noqa: S308 - a rendered template: escaped already


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, title: str = "", **values: object) -> SafeString:
    """`{% card title="…" url="…" link="…" count=3 tone="accent|risk" key="n" id="…" %}…{% endcard %}`."""
    return _component("card", content, context, title=title, **values)


@register.simple_block_tag(takes_context=True)
def page_header(context: Context, content: str, title: str, **values: object) -> SafeString:
    """`{% page_header title="…" lead="…" badge=… %}buttons{% endpage_header %}`: acts stand at the right."""
    return _component("page_header", content, context, title=title, **values)


@register.simple_block_tag(takes_context=True)
def menu(context: Context, content: str, label: str, **values: object) -> SafeString:
    """`{% menu label="Meer" %}<li><a …>…</a></li>{% endmenu %}`: opens without JavaScript."""
    return _component("menu", content, context, label=label, **values)


@register.simple_block_tag(takes_context=True)
def data_table(context: Context, content: str, caption: str, **values: object) -> SafeString:
    """`{% data_table caption="…" %}<thead>…</thead><tbody>…</tbody>{% enddata_table %}`. Give each `<td>` a
    `data-label`: on a phone the row becomes a card with that word in front."""
    return _component("data_table", content, context, caption=caption, **values)


@register.simple_block_tag(takes_context=True)
def fact(context: Context, content: str, label: str, **values: object) -> SafeString:
    """One fact inside `<dl class="facts">`: `{% fact label="…" note="…" %}value{% endfact %}`."""
    return _component("fact", content, context, label=label, **values)


@register.simple_block_tag(takes_context=True)
def event(context: Context, content: str, on: dt.date | dt.datetime, **values: object) -> SafeString:
    """A line of `<ol class="timeline">`: `{% event on=date note="…" icon_name="…" %}…{% endevent %}`."""
    return _component("event", content, context, on=on, **values)


@register.simple_block_tag(takes_context=True)
def figure(context: Context, content: str, caption: str, **values: object) -> SafeString:
    """A chart with its words under it; put the table in the same block, after the chart."""
    return _component("figure", content, context, caption=caption, **values)


# Pieces of a page that another app registered (core.panels) -------------------------------------------------


@register.simple_tag(takes_context=True)
def show_panel(context: Context, panel: Panel) -> SafeString:
    """A registered panel: its template with its own context, `request`, and the token of its forms."""
    shared = {name: context.get(name) for name in ("request", "csrf_token")}
    return render_to_string(panel.template, {**panel.context, **shared})
