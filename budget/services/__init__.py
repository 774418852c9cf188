"""Writes of the budget: planning a year, booking hours, confirming and closing months."""

from .hours import book_hours, refuse_closed_day, remove_hours
from .months import book_month, close_month, confirm_month, reopen_closed_month, reopen_month
from .people import plan_person
from .plan import Reservation, copy_plan, explain_plan, lock_year, plan_budget, unlock_year
from .rates import add_rate, set_standard_hours
from .week import save_week

__all__ = [
    "Reservation",
    "add_rate",
    "book_hours",
    "book_month",
    "close_month",
    "confirm_month",
    "copy_plan",
    "explain_plan",
    "lock_year",
    "plan_budget",
    "plan_person",
    "refuse_closed_day",
    "remove_hours",
    "reopen_closed_month",
    "reopen_month",
    "save_week",
    "set_standard_hours",
    "unlock_year",
]
