"""Forms of the budget and of hours."""

from .hours import JOINT, HoursForm, MonthForm, WeekForm
from .plan import PersonPlanForm, PlanForm

__all__ = ["JOINT", "HoursForm", "MonthForm", "PersonPlanForm", "PlanForm", "WeekForm"]
