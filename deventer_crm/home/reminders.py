"""Where the acts of year rules are done: their target is a commitment, their act is on a page of an app.

Rules whose target has a page of its own need nothing here."""

from typing import Any

from django.urls import reverse

from deventer_crm.core.reminders import act_url
from meetings.selectors.series import MEASURES


def _year(period: str) -> int:
    return int(period[:4])


@act_url("top_list_nothing")
def to_the_employer(target: Any, period: str) -> str:
    """The dossier, where a visit is planned and an invitation recorded; of a grouped one, its survivor."""
    return str(target.resolved_employer.get_absolute_url())


@act_url("list_not_frozen")
def to_the_list(target: Any, period: str) -> str:
    """The ranking with the button that freezes it."""
    return reverse("employers:top", args=[_year(period)])


@act_url("register_old")
def to_the_import(target: Any, period: str) -> str:
    """Where a newer delivery is uploaded."""
    return reverse("employers:import_upload")


@act_url("boards_not_planned", "chairs_behind", "themed_not_planned")
def to_the_series(target: Any, period: str) -> str:
    """The page of the series that commitment counts: who sits there, and the button that plans the next."""
    codes = {name: code for code, name in MEASURES.items()}
    code = codes.get(target.measure)
    return reverse("meetings:series", args=[code]) if code else reverse("meetings:plan")


@act_url("budget_not_split")
def to_the_plan(target: Any, period: str) -> str:
    """The budget plan of that year."""
    return reverse("budget:plan", args=[_year(period)])


@act_url("spending_outside_band")
def to_the_budget(target: Any, period: str) -> str:
    """The page that says what it takes to get back on course."""
    return reverse("budget:spending", args=[_year(period)])


@act_url("hours_not_confirmed")
def to_the_hours(target: Any, period: str) -> str:
    """The screen of that month, with the button that books and confirms."""
    return reverse("budget:month", args=[_year(period), int(period[5:7])])


@act_url("college_member_left")
def to_the_leavers(target: Any, period: str) -> str:
    """Where everything a member left behind goes to somebody else."""
    return f"{reverse('meetings:reassign')}#member-{target.pk}"
