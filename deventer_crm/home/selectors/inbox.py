"""The reminders of one person: what is open, what was put off, what was done lately (R7)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from deventer_crm.core.models import Reminder
from deventer_crm.core.targets import Line, lines_for

PER_PAGE = 50
DONE_SHOWN = 20
DONE_DAYS = 14
SNOOZED_SHOWN = 50


def open_reminder_count(user: Any) -> int:
    """How many reminders this person has to do now: the number beside the bell."""
    return Reminder.objects.open_for(user).count()


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

    @property
    def is_empty(self) -> bool:
        return not self.page.paginator.count and not self.snoozed


def group_lines(lines: list[Line], today: dt.date) -> list[Group]:
    """The due words of the glossary: te laat, vandaag, binnenkort."""
    by_code: dict[str, list[Line]] = {"late": [], "today": [], "soon": []}
    for line in lines:
        days = (line.due_on - today).days
        by_code["late" if days < 0 else "today" if days == 0 else "soon"].append(line)
    return [Group(code, found) for code, found in by_code.items() if found]


def inbox(user: Any, today: dt.date, page_number: object = 1) -> Inbox:
    """The page of reminders; a fixed number of queries."""
    paginator = Paginator(Reminder.objects.open_for(user, today).order_by("due_on", "pk"), PER_PAGE)
    page = paginator.get_page(page_number)  # type: ignore[arg-type]  # any text of the address bar will do
    asleep = Reminder.objects.snoozed_for(user, today).order_by("snoozed_until", "pk")
    done = Reminder.objects.filter(
        recipient=user,
        state=Reminder.State.RESOLVED,
        resolved_on__gte=today - dt.timedelta(days=DONE_DAYS),
    ).order_by("-resolved_on", "-pk")[:DONE_SHOWN]
    shown, snoozed, finished = list(page.object_list), list(asleep[:SNOOZED_SHOWN]), list(done)
    lines = lines_for([*shown, *snoozed, *finished], user)
    first, second = len(shown), len(shown) + len(snoozed)
    return Inbox(
        page=page,
        groups=group_lines(lines[:first], today),
        snoozed=lines[first:second],
        snoozed_total=asleep.count() if len(snoozed) == SNOOZED_SHOWN else len(snoozed),
        done=lines[second:],
    )


def most_urgent(user: Any, today: dt.date, limit: int = 8) -> tuple[list[Line], int]:
    """The first reminders and how many there are, for mijn week."""
    rows = Reminder.objects.open_for(user, today).order_by("due_on", "pk")
    found = list(rows[: limit + 1])
    total = rows.count() if len(found) > limit else len(found)
    return lines_for(found[:limit], user), total
