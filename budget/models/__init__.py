"""Budget per track and hours (C5): reservation decides, spending steers (R6). Decimal throughout."""

from .hours import MonthClosing, MonthConfirmation, StandardHours, TimeEntry
from .imports import HoursImport, HoursLine, StaffNumber
from .plan import BudgetYear, PersonBudget, Rate, SpendingCheck, TrackBudget

__all__ = [
    "BudgetYear",
    "HoursImport",
    "HoursLine",
    "MonthClosing",
    "MonthConfirmation",
    "PersonBudget",
    "Rate",
    "SpendingCheck",
    "StaffNumber",
    "StandardHours",
    "TimeEntry",
    "TrackBudget",
]
