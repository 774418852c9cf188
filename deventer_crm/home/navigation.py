"""Which pages a person sees in the rail, the bottom bar and the person menu (look.md, page anatomy).

The rail follows the role: an entry shows when one of its roles is among the user's, in the order below. The
bottom bar of a phone has the first four. Rights are checked by the views; this only leaves out doors that
would stay shut.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.home.selectors.inbox import open_reminder_count

AM, CM, ES, TL, ED, RD, FA = Role

BOTTOM_BAR = 4


@dataclass(frozen=True)
class Entry:
    """One door. `prefixes` are the view names ("app:name" or "app:") that light it up."""

    name: str
    label: str | Promise
    icon: str
    roles: frozenset[str]
    prefixes: tuple[str, ...]
    arguments: Callable[[], list[Any]] = list
    short: str | Promise = ""
    group: str | Promise = ""
    url: str = ""
    current: bool = False
    count: int = 0

    @property
    def bar_label(self) -> str | Promise:
        """The label where there is little room."""
        return self.short or self.label


def _this_year() -> list[Any]:
    return [clock.today().year]


MANAGEMENT = _("Manage")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "meetings:college",
        _("My visits"),
        "briefcase",
        frozenset({CM}),
        ("meetings:college",),
    ),
    Entry("home:week", _("My week"), "house-door", frozenset({AM, ES, TL, ED, FA}), ("home:week",)),
    Entry(
        "employers:list",
        _("Employers"),
        "buildings",
        frozenset(Role),
        ("employers:",),
    ),
    Entry(
        "meetings:agenda",
        pgettext_lazy("menu", "Agenda"),
        "calendar3",
        frozenset({AM, CM, ES, TL, FA}),
        ("meetings:",),
    ),
    Entry(
        "employers:follow_ups",
        _("Promises"),
        "list-check",
        frozenset({AM, ES, TL, ED, FA}),
        ("employers:follow_up", "meetings:reassign"),
    ),
    Entry(
        "home:monitor",
        pgettext_lazy("menu", "Monitor"),
        "clipboard-check",
        frozenset({AM, CM, ES, TL, FA}),
        ("home:monitor",),
    ),
    Entry(
        "home:reports",
        pgettext_lazy("menu", "Reports"),
        "file-earmark-text",
        frozenset({AM, CM, ES, TL, FA}),
        ("home:report",),
    ),
    Entry(
        "employers:follow_up_ledger",
        _("Promises"),
        "list-check",
        # On a phone the monitor comes first. They land on their own promises, the list is one step further.
        frozenset({CM}),
        ("employers:follow_up",),
    ),
    Entry(
        "employers:top",
        _("Largest employers"),
        "list-ol",
        frozenset({CM, ES, TL, FA}),
        ("employers:top",),
        _this_year,
    ),
    Entry(
        "meetings:college",
        _("Visits of the college"),
        "bank",
        frozenset({ES, TL}),
        ("meetings:college", "meetings:member_"),
    ),
    Entry(
        "meetings:annual_plan",
        _("Annual plan"),
        "calendar-week",
        frozenset({ES, TL}),
        ("meetings:annual_plan", "meetings:plan_proposal", "meetings:plan_interest"),
        _this_year,
    ),
    Entry(
        "budget:year",
        _("Budget 80/20"),
        "pie-chart",
        frozenset({AM, ES, TL}),
        ("budget:", "budget:months"),
        _this_year,
    ),
    Entry(
        "budget:hours",
        _("My hours"),
        "clock",
        frozenset({AM, ES, TL}),
        ("budget:hours", "budget:month", "budget:week", "budget:own_hours"),
    ),
    Entry(
        "employers:portfolios",
        _("Portfolios"),
        "people",
        frozenset({AM, ES, TL, FA}),
        ("employers:portfolio", "employers:handover", "employers:cover", "employers:proposals"),
    ),
    Entry(
        "employers:import_list",
        _("Register import"),
        "upload",
        frozenset({FA}),
        ("employers:import",),
        group=MANAGEMENT,
    ),
    Entry(
        "employers:sheet_list",
        _("Import of lists"),
        "table",
        frozenset({TL, FA}),
        ("employers:sheet",),
        group=MANAGEMENT,
    ),
    Entry(
        "budget:import_list",
        _("Import of hours"),
        "clock",
        frozenset({TL, FA}),
        ("budget:import", "budget:staff_numbers"),
        group=MANAGEMENT,
    ),
    Entry(
        "admin:index",
        _("Settings"),
        "sliders",
        frozenset({TL, FA}),
        ("admin:",),
        group=MANAGEMENT,
    ),
)


def _matches(entry: Entry, view_name: str) -> int:
    """How well an entry covers a view: the length of the longest prefix that fits, 0 for none."""
    return max((len(p) for p in entry.prefixes if view_name.startswith(p)), default=0)


def entries_for(role_codes: frozenset[str], view_name: str = "") -> list[Entry]:
    """The entries of these roles with their addresses; at most one is current. A page is offered once."""
    shown: list[Entry] = []
    for entry in ENTRIES:
        if entry.roles.isdisjoint(role_codes) or any(entry.name == other.name for other in shown):
            continue
        shown.append(replace(entry, url=reverse(entry.name, args=entry.arguments())))
    best = max(shown, key=lambda entry: _matches(entry, view_name), default=None)
    if best is None or not _matches(best, view_name):
        return shown
    return [replace(entry, current=entry is best) for entry in shown]


class Shell:
    """What base.html needs around a page. Lazy: an error page or a fragment asks for none of it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user: Any = getattr(request, "user", None)

    @cached_property
    def is_open(self) -> bool:
        """Whether there is somebody to show the menus to."""
        return bool(self.user is not None and self.user.is_authenticated)

    @cached_property
    def entries(self) -> list[Entry]:
        if not self.is_open:
            return []
        match = getattr(self.request, "resolver_match", None)
        return entries_for(self.user.role_codes, match.view_name if match else "")

    @cached_property
    def groups(self) -> list[tuple[str | Promise, list[Entry]]]:
        """The rail: entries under their group's name, the first group without one."""
        found: dict[str, tuple[str | Promise, list[Entry]]] = {}
        for entry in self.entries:
            found.setdefault(str(entry.group), (entry.group, []))[1].append(entry)
        return list(found.values())

    @cached_property
    def bar(self) -> list[Entry]:
        """The bottom bar of a phone."""
        return self.entries[:BOTTOM_BAR]

    @cached_property
    def more(self) -> list[Entry]:
        """What a phone finds in the person menu."""
        return self.entries[BOTTOM_BAR:]

    @cached_property
    def logs_contact(self) -> bool:
        """Whether somebody who called is asked to log it."""
        return self.is_open and (self.user.can(Act.LOG_CONTACT) or self.user.can(Act.LOG_NOTE))

    @cached_property
    def home_url(self) -> str:
        return self.entries[0].url if self.entries else "/"

    @cached_property
    def user_label(self) -> str:
        return str(self.user) if self.is_open else ""

    @cached_property
    def role_label(self) -> str:
        return self.user.role_label if self.is_open else ""

    @cached_property
    def reminders(self) -> int:
        """Open reminders of this person, without the snoozed ones: one query per page."""
        if not self.is_open:
            return 0
        known = getattr(self.request, "open_reminder_count", None)  # a view that counted them says so
        return int(known) if known is not None else open_reminder_count(self.user)
