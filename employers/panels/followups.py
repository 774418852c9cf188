"""Promises and actions on the dossier and on mijn week: cards in which one press of a button settles one."""

from typing import TYPE_CHECKING, Any

from deventer_crm.core.panels import Panel, panel
from employers.permissions_followups import kinds_for
from employers.selectors.followups import Card, of_employer, of_user, to_give

if TYPE_CHECKING:
    from accounts.models import User

EMPTY = "employers/followup_none.html"


def _panel(template: str, card: Card, **context: Any) -> Panel:
    return Panel(template, {"card": card, **context})


def dossier_card(employer: Any, user: "User") -> Panel:
    """The card as it stands after a press in it: empty rather than gone."""
    found = of_employer(employer, user)
    if found is None:
        return Panel(EMPTY)
    adds = bool(kinds_for(user)) and not employer.retired_on and not employer.merged_into_id
    return _panel("employers/followup_dossier.html", found, employer=employer, adds=adds)


@panel("employer.main", order=20)
def open_follow_ups(employer: Any, user: "User") -> Panel | None:
    """What is open at this employer, most urgent first, and a way to add one; one query."""
    shown = dossier_card(employer, user)
    return None if shown.template == EMPTY else shown


def week_card(user: "User") -> Panel:
    """The card as it stands after a press in it."""
    found = of_user(user)
    return Panel(EMPTY) if found is None else _panel("employers/followup_week.html", found)


@panel("week.main", order=10)
def own_follow_ups(reader: Any, user: "User") -> Panel | None:
    """What lies with this person; one query."""
    shown = week_card(user)
    return None if shown.template == EMPTY else shown


@panel("week.main", order=20)
def follow_ups_to_give(reader: Any, user: "User") -> Panel | None:
    """For the lead: what lies with nobody ("opnieuw toewijzen"); one query."""
    found = to_give(user)
    return None if found is None else _panel("employers/followup_give.html", found)
