"""The weekly look at spending (R6, R7): one row with the figures, and the words that explain a reminder."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from budget import selectors
from budget.models import SpendingCheck
from deventer_crm.core import clock, formatting
from deventer_crm.core.commitments import State
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.reminders import explains
from deventer_crm.core.services import save_tracked

RULE = "spending_outside_band"


def check_spending(day: dt.date | None = None) -> SpendingCheck | None:
    """Write down how spending stands on that day (default today) and let the rule of the reminder look again.
    None without a plan: there is nothing to hold spending against. Twice on a day is one row, with the last
    figures."""
    day = day or clock.today()
    view = selectors.split(day.year, day)
    if not view.has_plan:
        return None
    with transaction.atomic():
        row = SpendingCheck.objects.select_for_update().filter(checked_on=day).first()
        row = row or SpendingCheck(checked_on=day)
        row.year, row.state = day.year, view.spending_state
        row.booked_sectors, row.booked_inner_city = view.booked.sectors, view.booked.inner_city
        row.expected_sectors = _four(view.forecast.sectors)
        row.expected_inner_city = _four(view.forecast.inner_city)
        needed = view.needed
        row.left = needed.left
        row.least = None if needed.least is None else _four(needed.least)
        row.most = None if needed.most is None else _four(needed.most)
        row.norm, row.tolerance = view.norm.value, view.norm.tolerance
        row = save_tracked(row, by=None)
    reconcile(day, kinds=[RULE])
    return row


def _four(hours: Decimal) -> Decimal:
    return hours.quantize(Decimal("0.0001"))


def explanation(check: SpendingCheck) -> str:
    """Why the lead is reminded, and what it takes, in one or two sentences with the figures of the page."""
    if check.state != State.AT_RISK or check.expected_share is None:
        return ""
    words = {
        "share": formatting.ratio(check.expected_share),
        "low": formatting.number(check.norm - check.tolerance),
        "high": formatting.number(check.norm + check.tolerance),
        "left": formatting.hours(check.left),
    }
    said = _("Expected on 31 December: %(share)s, outside %(low)s–%(high)s%%.") % words
    if check.least is None or check.most is None:
        more = _("With the %(left)s that are left the margin is out of reach: explain it.") % words
        return f"{said} {more}"
    words |= {"least": formatting.hours(check.least), "most": formatting.hours(check.most)}
    more = _("Of the %(left)s that are left, %(least)s to %(most)s must go to the sectors.") % words
    return f"{said} {more}"


@explains(RULE)
def why_outside_the_band(target: Any, period: str) -> str:
    """What the last weekly check of that month said."""
    year, month = int(period[:4]), int(period[5:7])
    rows = SpendingCheck.objects.filter(checked_on__year=year, checked_on__month__lte=month)
    check = rows.order_by("-checked_on").first()
    return explanation(check) if check else ""
