"""Reminder rules are registered here; core.reconcile makes the table equal to what they say (R7).

An app registers in its reminders.py:

    @rule("briefing_missing", label=_("Briefing missing"), act=_("Write the briefing"))
    def briefing_missing(today, targets=None): -> list[Wanted] | Iterable[Wanted]

A rule is set-based: a fixed number of queries whatever the number of rows. It returns what should exist on
`today`, that is everything with due_on ≤ today whose cause holds; escalation is more rows with other
recipients and escalated=True. `targets` narrows it to some target ids (a service that changed one record)."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import models

from deventer_crm.core.memo import remembering


@dataclass(frozen=True)
class Wanted:
    """A reminder that should be open today. `due_on`: the day from which it is asked, today or earlier; a
    rule may name a later one, then the mail waits for that day, or for `asked_on` when somebody wants to be
    asked earlier (core.preferences)."""

    target_id: int
    recipient_id: int
    due_on: dt.date
    period: str
    escalated: bool = False
    asked_on: dt.date | None = None

    @property
    def news_on(self) -> dt.date:
        """From when the mail may tell it."""
        return self.asked_on or self.due_on


RuleFunction = Callable[[dt.date, list[int] | None], Iterable[Wanted]]
UrlFunction = Callable[[Any, str], str]


@dataclass(frozen=True)
class Rule:
    """`target`: the model of the target. `period_over(period, today)`: whether that period has ended, so that
    an open reminder of it lapses when its cause still held on the period's last day."""

    kind: str
    label: Any
    act: Any
    target: str
    function: RuleFunction
    period_over: Callable[[str, dt.date], bool]
    #: Where the act is done: `url(target, period)`. None: the target's own page.
    url: UrlFunction | None = None
    #: What it asks is asked of an account manager: a substitute is asked instead, and after a hand-over the
    #: rule is looked at again.
    for_manager: bool = False
    #: The day of the target that counts for people, when the reminder comes some days before it.
    deadline: Callable[[Any], dt.date] | None = None
    #: Codes of the roles that are asked, and of those that hear of it later; empty: whoever it is about.
    asks: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    #: Only this very person can do it (one's own hours): it cannot be passed to a colleague.
    personal: bool = False


RULES: dict[str, Rule] = {}
#: Where the act of a kind is done, registered by an app above the one that has the rule.
ACT_URLS: dict[str, UrlFunction] = {}


ExplainFunction = Callable[[Any, str], str]
#: Why a reminder of a kind is there, in a sentence with figures; for rules whose label does not say it all.
EXPLANATIONS: dict[str, ExplainFunction] = {}


#: Who is asked instead of somebody: `function(rule, wanted, day)`, from the app that knows who is away.
StandIn = Callable[[Rule, list[Wanted], dt.date], list[Wanted]]
_stand_ins: list[StandIn] = []


def stand_in(function: StandIn) -> StandIn:
    """Register who is asked instead; asked for rules with `for_manager` only."""
    _stand_ins.append(function)
    return function


def wanted_on(
    rule: Rule,
    day: dt.date,
    targets: list[int] | None = None,
    ahead: Mapping[int, int] | None = None,
) -> list[Wanted]:
    """What the rule says should exist on that day, each asked of who must act then. `ahead`: person → how
    many days earlier than the rule this person wants to be asked. The rule is asked once more for each such
    number of days, about the day that lies so far ahead; what is passed on when it is late comes no
    earlier."""
    with remembering():  # settings and the like, which a rule may ask for each row
        rows = _asked(rule, list(rule.function(day, targets)), day)
        for days in sorted(set((ahead or {}).values())):
            people = {person for person, number in (ahead or {}).items() if number == days}
            early = [
                row
                for row in rule.function(day + dt.timedelta(days=days), targets)
                if row.due_on > day and not row.escalated
            ]
            rows += [
                replace(row, asked_on=row.due_on - dt.timedelta(days=days))
                for row in _asked(rule, early, day)
                if row.recipient_id in people
            ]
        return rows


def _asked(rule: Rule, rows: list[Wanted], day: dt.date) -> list[Wanted]:
    if rule.for_manager and rows:
        for function in _stand_ins:
            rows = function(rule, rows, day)
    return rows


def year_is_over(period: str, today: dt.date) -> bool:
    """For periods that start with a year ("2026", "2026-Q2"): over when that year has ended."""
    return int(period[:4]) < today.year


def never_over(period: str, today: dt.date) -> bool:
    """For periods that are a record ("meeting:123"): they end by their cause only."""
    return False


def rule(
    kind: str,
    *,
    label: Any,
    act: Any,
    target: str,
    period_over: Callable[[str, dt.date], bool] = never_over,
    url: UrlFunction | None = None,
    for_manager: bool = False,
    deadline: Callable[[Any], dt.date] | None = None,
    asks: Iterable[str] = (),
    later: Iterable[str] = (),
    personal: bool = False,
) -> Callable[[RuleFunction], RuleFunction]:
    """Register a rule. `target` is "app_label.Model"; `label` names the reminder, `act` says what to do,
    `url(target, period)` leads to where it is done (default: the page of the target), `for_manager` says
    that it asks an account manager (escalations apart), for whom somebody may stand in, `deadline(target)`
    is the day to show when a reminder comes before it (default: the day from which it is asked). `asks` and
    `later` are codes of roles, for the page of preferences and for the administrator: who is asked, and who
    hears of it when it stays undone; empty shows it to everybody. `personal`: no colleague can do it."""

    def register(function: RuleFunction) -> RuleFunction:
        if kind in RULES:
            raise ValueError(f"reminder rule {kind} is registered twice")
        RULES[kind] = Rule(
            kind=kind,
            label=label,
            act=act,
            target=target,
            function=function,
            period_over=period_over,
            url=url,
            for_manager=for_manager,
            deadline=deadline,
            asks=tuple(map(str, asks)),
            later=tuple(map(str, later)),
            personal=personal,
        )
        return function

    return register


def act_url(*kinds: str) -> Callable[[UrlFunction], UrlFunction]:
    """Register `function(target, period) -> address` for rules whose act is on a page of a higher app."""

    def register(function: UrlFunction) -> UrlFunction:
        for kind in kinds:
            ACT_URLS[kind] = function
        return function

    return register


def explains(*kinds: str) -> Callable[[ExplainFunction], ExplainFunction]:
    """Register `function(target, period) -> sentence` for rules of which people must know why; "" says
    nothing. It is shown beside the reminder and stands in the mail, so it names nothing confidential."""

    def register(function: ExplainFunction) -> ExplainFunction:
        for kind in kinds:
            EXPLANATIONS[kind] = function
        return function

    return register


def explanation_of(kind: str, target: Any, period: str) -> str:
    """Why a reminder is there; empty when nobody explains this kind."""
    function = EXPLANATIONS.get(kind)
    return function(target, period) if function else ""


def target_model(rule_: Rule) -> type[models.Model]:
    """The model class a rule points at."""
    from django.apps import apps

    return apps.get_model(rule_.target)
