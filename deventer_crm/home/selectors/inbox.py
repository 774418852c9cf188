"""The reminders of one person: what is open, what was put off, what was done lately (R7)."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window

from deventer_crm.core import clock
from deventer_crm.core.models import Reminder
from deventer_crm.core.statements import PreparedFor
from deventer_crm.core.targets import Line, lines_for
from employers.portfolios.cover import on_behalf_of

PER_PAGE = 50
DONE_SHOWN = 20
DONE_DAYS = 14
SNOOZED_SHOWN = 50


@PreparedFor
def _open(user: Any, *, today: dt.date) -> "QuerySet[Reminder]":
    rows = Reminder.objects.open_for(user, today)
    return rows.select_related("recipient").order_by("due_on", "pk")


@PreparedFor
def _given(user: Any, *, today: dt.date) -> "QuerySet[Reminder]":
    rows = Reminder.objects.given_by(user, today)
    return rows.select_related("delegated_to").order_by("delegated_until", "pk")


@PreparedFor
def _open_and_number(user: Any, *, today: dt.date) -> "QuerySet[Reminder]":
    """With how many there are on each, however few are read."""
    rows: QuerySet[Reminder] = Reminder.objects.open_for(user, today).order_by("due_on", "pk")
    return rows.annotate(number=Window(Count("*")))


@PreparedFor
def _asleep(user: Any, *, today: dt.date) -> "QuerySet[Reminder]":
    return Reminder.objects.snoozed_for(user, today).order_by("snoozed_until", "pk")


@PreparedFor
def _done(user: Any, *, since: dt.date) -> "QuerySet[Reminder]":
    rows = Reminder.objects.filter(
        recipient_id=user.pk, state=Reminder.State.RESOLVED, resolved_on__gte=since
    )
    return rows.order_by("-resolved_on", "-pk")


def open_reminder_count(user: Any) -> int:
    """How many reminders this person has to do now: the number beside the bell."""
    return _open.count(user, today=clock.today())


@dataclass(frozen=True)
class Group:
    """Reminders under one heading: late, today or soon."""

    code: str
    lines: list[Line]


@dataclass(frozen=True)
class Inbox:
    page: Page[Reminder]
    groups: list[Group]
    snoozed: list[Line]
    snoozed_total: int
    done: list[Line]
    given: list[Line]

    @property
    def is_empty(self) -> bool:
        return not self.page.paginator.count and not self.snoozed and not self.given


def group_lines(lines: list[Line], today: dt.date) -> list[Group]:
    """The due words of the glossary: te laat, vandaag, binnenkort."""
    by_code: dict[str, list[Line]] = {"late": [], "today": [], "soon": []}
    for line in lines:
        days = (line.due_on - today).days
        by_code["late" if days < 0 else "today" if days == 0 else "soon"].append(line)
    return [Group(code, found) for code, found in by_code.items() if found]


def inbox(user: Any, today: dt.date, page_number: object = 1) -> Inbox:
    """The page of reminders; a fixed number of queries."""
    total = _open.count(user, today=today)
    pages = Paginator(range(total), PER_PAGE)
    number = pages.get_page(page_number).number  # type: ignore[arg-type]  # any text of the address bar will do
    shown = _open.rows(user, today=today, first=PER_PAGE, after=PER_PAGE * (number - 1))
    snoozed = _asleep.rows(user, today=today, first=SNOOZED_SHOWN)
    finished = _done.rows(user, since=today - dt.timedelta(days=DONE_DAYS), first=DONE_SHOWN)
    given = _given.rows(user, today=today, first=SNOOZED_SHOWN)
    lines = _with_behalf(lines_for([*shown, *snoozed, *given, *finished], user), user, today)
    first, second, third = len(shown), len(shown) + len(snoozed), len(shown) + len(snoozed) + len(given)
    return Inbox(
        page=Page(shown, number, pages),  # type: ignore[arg-type]  # only counts
        groups=group_lines(lines[:first], today),
        snoozed=lines[first:second],
        snoozed_total=_asleep.count(user, today=today) if len(snoozed) == SNOOZED_SHOWN else len(snoozed),
        given=lines[second:third],
        done=lines[third:],
    )


def most_urgent(user: Any, today: dt.date, limit: int = 8) -> tuple[list[Line], int]:
    """The first reminders and how many there are, for mijn week."""
    found: list[Any] = _open_and_number.rows(user, today=today, first=limit)
    total = found[0].number if found else 0
    return _with_behalf(lines_for(found, user), user, today), total


def _with_behalf(lines: list[Line], user: Any, today: dt.date) -> list[Line]:
    """ "namens X" at what comes to this person as a substitute, and what a colleague passed on."""
    own = [line.reminder for line in lines if line.reminder.recipient_id == user.pk]
    names = on_behalf_of(own, user, today)
    if not names and len(own) == len(lines):
        return lines
    return [
        replace(
            line,
            behalf=names.get(line.reminder.pk, ""),
            passed=line.reminder.recipient_id != user.pk,
        )
        for line in lines
    ]
