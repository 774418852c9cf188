"""Read models of the budget: the 80/20 figures, spending, years, people, months and weeks."""

from deventer_crm.core.commitments import Norm

from .own import OwnMonth, contact_share, own_months
from .split import (
    Month,
    Needed,
    Pair,
    Split,
    booked_by_month,
    forecast_hours,
    forecast_range,
    plan_of,
    planned_by_person,
    planned_by_track,
    split,
    split_norm,
)

__all__ = [
    "Month",
    "Needed",
    "Norm",
    "OwnMonth",
    "Pair",
    "Split",
    "booked_by_month",
    "contact_share",
    "forecast_hours",
    "forecast_range",
    "own_months",
    "plan_of",
    "planned_by_person",
    "planned_by_track",
    "split",
    "split_norm",
]
