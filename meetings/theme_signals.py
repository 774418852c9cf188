"""Themes that companies mention: for the table of the boards a theme and a number, never which companies.

A module that knows of mentions registers a source; it gives pairs of theme and employer, and leaves out what
was said in confidence:

    @theme_signal_source("report")
    def in_reports(first, last):
        rows = ReportSignal.objects.filter(report__meeting__held_on__range=(first, last), …)
        return rows.values_list("theme_id", "report__meeting__employer_rows__employer_id")

Counted are companies and institutions that are no natural person and not confidential (R2, R10), each once
for a theme, what was grouped as its survivor. A theme that fewer mention than the threshold is not there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from deventer_crm.core import clock, policy
from employers.models import ContactMoment, Employer, FollowUp, Theme
from employers.models.contact import Audience
from employers.toplist.families import families
from meetings.models import Meeting, MeetingEmployer, ReportSignal

#: `function(first day, last day)` → pairs of theme id and employer id; doubles are fine.
Pairs = Iterable[tuple[int, int]]
Source = Callable[[dt.date, dt.date], Pairs]

SOURCES: dict[str, Source] = {}


def theme_signal_source(code: str) -> Callable[[Source], Source]:
    """Register a source of mentions. Raises ValueError when that code is taken."""

    def register(function: Source) -> Source:
        if code in SOURCES:
            raise ValueError(f"theme signal source {code} is registered twice")
        SOURCES[code] = function
        return function

    return register


@dataclass(frozen=True)
class ThemeSignal:
    """By how many companies a theme was mentioned."""

    theme: Theme
    companies: int


def mentions(first: dt.date, last: dt.date) -> set[tuple[int, int]]:
    """Theme and employer of everything that was said in that period, both days counted."""
    return {pair for source in SOURCES.values() for pair in source(first, last)}


def theme_signals(first: dt.date, last: dt.date) -> list[ThemeSignal]:
    """The themes of that period that reach the threshold of its last day, most mentioned first; the same for
    every reader."""
    return at_least(mentions(first, last), policy.value("signal_companies", last))


def at_least(pairs: Pairs, threshold: int) -> list[ThemeSignal]:
    """Themes with how many companies, where those are `threshold` or more (never fewer than two, so that no
    theme points at one company)."""
    return counted({"": set(pairs)}, threshold)[""]


def counted(groups: Mapping[str, set[tuple[int, int]]], threshold: int) -> dict[str, list[ThemeSignal]]:
    """The same for several sets of pairs, each counted by itself; three queries for all of them."""
    employers = {employer for pairs in groups.values() for _theme, employer in pairs}
    if not employers:
        return {name: [] for name in groups}
    known = families(employers)
    rows = Employer.objects.filter(pk__in=employers | {known.survivor(pk) for pk in employers})
    told = dict[int, bool]()
    secret = set[int]()
    for pk, kind, is_person, is_secret in rows.values_list(
        "pk", "kind", "is_natural_person", "is_confidential"
    ):
        told[pk] = kind in Employer.RANKING_KINDS and not is_person and not is_secret
        if is_secret:
            secret.add(pk)
    enough: dict[str, dict[int, int]] = {}
    for name, pairs in groups.items():
        by_theme: dict[int, set[int]] = defaultdict(set)
        for theme, employer in pairs:
            survivor = known.survivor(employer)
            if told.get(survivor) and employer not in secret:
                by_theme[theme].add(survivor)
        enough[name] = {
            theme: len(found) for theme, found in by_theme.items() if len(found) >= max(threshold, 2)
        }
    themes = Theme.objects.in_bulk({theme for found in enough.values() for theme in found})
    return {
        name: sorted(
            (ThemeSignal(themes[theme], count) for theme, count in found.items()),
            key=lambda signal: (-signal.companies, signal.theme.position, signal.theme.name),
        )
        for name, found in enough.items()
    }


def _between(first: dt.date, last: dt.date) -> tuple[dt.datetime, dt.datetime]:
    return clock.start_of(first), clock.start_of(last + dt.timedelta(days=1))


@theme_signal_source("contact")
def in_contacts(first: dt.date, last: dt.date) -> Pairs:
    """Contact moments with a theme. One confidential employer hides the contact."""
    start, end = _between(first, last)
    rows = ContactMoment.objects.standing().filter(
        happened_at__gte=start,
        happened_at__lt=end,
        theme__isnull=False,
        employers__isnull=False,
        is_confidential=False,
        given_in_confidence=False,
    )
    secret = ContactMoment.objects.filter(employers__is_confidential=True).order_by()
    rows = rows.exclude(audience=Audience.NAMED).exclude(pk__in=secret.values("pk"))
    found: Pairs = rows.order_by().values_list("theme_id", "employers__pk")
    return found


@theme_signal_source("meeting")
def in_meetings(first: dt.date, last: dt.date) -> Pairs:
    """Held visits and talks with a theme; one confidential employer hides them. Not meetings of a series:
    their theme is chosen by who organises them."""
    rows = MeetingEmployer.objects.filter(
        is_present=True,
        meeting__state__in=Meeting.HELD_STATES,
        meeting__held_on__gte=first,
        meeting__held_on__lte=last,
        meeting__theme__isnull=False,
        meeting__is_confidential=False,
        meeting__kind__series__isnull=True,
    )
    secret = MeetingEmployer.objects.filter(employer__is_confidential=True).values("meeting_id")
    found: Pairs = rows.exclude(meeting__in=secret).values_list("meeting__theme_id", "employer_id")
    return found


@theme_signal_source("follow_up")
def in_follow_ups(first: dt.date, last: dt.date) -> Pairs:
    """Promises and actions with a theme that were made in that period and not dropped."""
    rows = FollowUp.objects.filter(
        made_on__gte=first,
        made_on__lte=last,
        theme__isnull=False,
        dropped_on__isnull=True,
        is_confidential=False,
        given_in_confidence=False,
    )
    found: Pairs = rows.exclude(audience=Audience.NAMED).order_by().values_list("theme_id", "employer_id")
    return found


@theme_signal_source("report")
def in_reports(first: dt.date, last: dt.date) -> Pairs:
    """What reports noted by theme; one confidential employer at the table hides the report."""
    rows = ReportSignal.objects.filter(
        report__meeting__held_on__gte=first,
        report__meeting__held_on__lte=last,
        report__meeting__state__in=Meeting.HELD_STATES,
        report__meeting__is_confidential=False,
        report__given_in_confidence=False,
    )
    secret = MeetingEmployer.objects.filter(employer__is_confidential=True).values("meeting_id")
    rows = rows.exclude(report__audience=Audience.NAMED).exclude(report__meeting__in=secret)
    found: Pairs = rows.order_by().values_list("theme_id", "employer_id")
    return found
