"""The visits of the college, phone first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.roles import Act
from meetings.college import college_dashboard


@require_GET
@require(Act.SEE_COLLEGE)
def college(request: HttpRequest) -> HttpResponse:
    """A college member sees the own visits; those who arrange them see the college's, and what is missing."""
    view = college_dashboard(request.user, shown=request.GET.get("show", ""))
    return render(request, "meetings/college.html", {"view": view})
