"""The visits of the college, phone first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.panels import panels_for
from meetings.college import college_dashboard


@require_GET
@require(Act.SEE_COLLEGE)
def college(request: HttpRequest) -> HttpResponse:
    """A college member sees the own visits; those who arrange them see the college's, and what is missing."""
    context = {
        "view": college_dashboard(request.user, shown=request.GET.get("show", "")),
        "panels": panels_for("college.top", None, request.user),
    }
    return render(request, "meetings/college.html", context)
