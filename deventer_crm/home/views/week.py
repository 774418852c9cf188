"""Mijn week: the first page after logging in."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import ROLE_LABELS, Act, Role
from deventer_crm.core import clock
from deventer_crm.core.panels import Panel, panels_for
from deventer_crm.home.selectors import inbox as inbox_selectors
from deventer_crm.home.selectors import week as selectors
from employers.models import FollowUp

#: Roles with work of their own on this page; a college member without one lands on the visits.
WORKING_ROLES = (Role.ACCOUNT_MANAGER, Role.SECRETARY, Role.TEAM_LEAD, Role.FUNCTIONAL_ADMIN)

#: Read for the card of reminders, of which those that stand in another card are left out.
MOST_REMINDERS, SHOWN_REMINDERS = 14, 8


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """By role; somebody with two roles sees the cards of both."""
    user: Any = request.user
    if user.has_role(Role.COLLEGE_MEMBER) and not user.has_role(*WORKING_ROLES):
        return redirect("meetings:college")
    today, now = clock.today(), clock.now()
    panels = panels_for("week.main", user, user)
    lines, total = inbox_selectors.most_urgent(user, today, MOST_REMINDERS)
    request.open_reminder_count = total  # type: ignore[attr-defined]  # for the bell
    listed = _own_follow_ups(panels)
    waiting = [
        line for line in lines if (line.reminder.target_type_id, line.reminder.target_id) not in listed
    ]
    shown = waiting[:SHOWN_REMINDERS]
    context: dict[str, Any] = {
        "today": today,
        "now": now,
        "day_part": _day_part(clock.local_hour(now)),
        "reminders": inbox_selectors.group_lines(shown, today),
        "reminders_total": total - (len(lines) - len(waiting)),
        "panels": panels,
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
    # Fourteen measures take longer than all the rest: the browser asks for them when the page is there.
    context["with_commitments"] = user.has_role(Role.TEAM_LEAD)
    if user.has_role(Role.FUNCTIONAL_ADMIN):
        context["machine"] = selectors.machine()
    return render(request, "home/week.html", context)


@require_safe
@require(Act.SEE_MONITOR)
def commitments(request: HttpRequest) -> HttpResponse:
    """The card of the commitments, for the page above; the monitor itself for who opens this address."""
    if not request.htmx:
        return redirect("home:monitor")
    return render(request, "home/_week_lead.html", {"lead": selectors.lead_summary(clock.today())})


def _own_follow_ups(panels: list[Panel]) -> set[tuple[int, int]]:
    """What the card of promises and actions lists: it is not said a second time as a reminder."""
    cards = [panel.context["card"] for panel in panels if panel.template == "employers/followup_week.html"]
    lines = [line for card in cards for line in card.lines]
    type_id = ContentType.objects.get_for_model(FollowUp).pk if lines else 0
    return {(type_id, line.follow_up.pk) for line in lines}


def _day_part(hour: int) -> str:
    """How one greets at that hour in Dutch: morning until noon, afternoon until six."""
    if hour < 12:
        return "morning"
    return "afternoon" if hour < 18 else "evening"
