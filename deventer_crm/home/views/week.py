"""Mijn week: the first page after logging in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.roles import ROLE_LABELS, Role
from deventer_crm.core import clock
from deventer_crm.core.panels import panels_for
from deventer_crm.home.selectors import inbox as inbox_selectors
from deventer_crm.home.selectors import week as selectors

#: Roles with work of their own on this page; a college member without one lands on the visits.
WORKING_ROLES = (Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD, Role.FUNCTIONAL_ADMIN)


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """By role; somebody with two roles sees the cards of both."""
    user: Any = request.user
    if user.has_role(Role.COLLEGE_MEMBER) and not user.has_role(*WORKING_ROLES):
        return redirect("meetings:college")
    today, now = clock.today(), clock.now()
    lines, total = inbox_selectors.most_urgent(user, today)
    request.open_reminder_count = total  # type: ignore[attr-defined]  # for the bell
    context: dict[str, Any] = {
        "today": today,
        "now": now,
        "day_part": _day_part(clock.local_hour(now)),
        "reminders": inbox_selectors.group_lines(lines, today),
        "reminders_total": total,
        "panels": panels_for("week.main", user, user),
        "side_panels": panels_for("week.side", user, user),
        # Who has no list of companies to work through sees the figures first.
        "reminders_beside": not user.has_role(Role.ACCOUNT_MANAGER, Role.SECRETARY),
        "works": user.has_role(*WORKING_ROLES),
        "roles": [ROLE_LABELS[role] for role in Role if user.has_role(role)],
    }
    if user.has_role(Role.ACCOUNT_MANAGER):
        context["meetings"] = selectors.coming_meetings(user, now)
        context["silent"] = selectors.long_without_contact(user, today)
    if user.has_role(Role.SECRETARY):
        context["invitations"] = selectors.unanswered_invitations(user)
        context["visits"] = selectors.college_visits(user, now)
    if user.has_role(Role.TEAM_LEAD):
        context["summary"] = selectors.lead_summary(today)
    if user.has_role(Role.FUNCTIONAL_ADMIN):
        context["machine"] = selectors.machine()
    return render(request, "home/week.html", context)


def _day_part(hour: int) -> str:
    """How one greets at that hour in Dutch: morning until noon, afternoon until six."""
    if hour < 12:
        return "morning"
    return "afternoon" if hour < 18 else "evening"
