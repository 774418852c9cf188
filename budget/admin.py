"""The admin of the budget: to look at only. Hours of others are for the lead (R9), so here are one's own."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin, ReadOnlyInline
from budget.models import BudgetYear, TimeEntry, TrackBudget


class TrackBudgetInline(ReadOnlyInline):
    """The plan of a year, line by line."""

    model = TrackBudget
    fields = ("track", "hours", "euros", "planned_on", "reason")


@admin.register(BudgetYear)
class BudgetYearAdmin(ReadOnlyAdmin):
    """Years and their plan; the page of the budget changes them."""

    list_display = ("year", "adopted_on", "locked_on")
    inlines = (TrackBudgetInline,)


@admin.register(TimeEntry)
class TimeEntryAdmin(ReadOnlyAdmin):
    """Hours this person may see."""

    list_display = ("day", "user", "hours", "track", "kind")
    list_filter = ("kind", "track", "day")
    list_select_related = ("user", "track")
