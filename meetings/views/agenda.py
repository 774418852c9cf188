"""The agenda: meetings by week, with filters in the address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.roles import Act
from meetings.selectors.listing import agenda as agenda_page


@require_GET
@require(Act.SEE_AGENDA)
def agenda(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the part below the filters: the same template either way."""
    template = "meetings/meeting_list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    page = agenda_page(request.GET, request.user)
    response = render(request, template, {"agenda": page})
    if request.htmx:
        response["HX-Push-Url"] = f"{request.path}{page.address}"
    return response
