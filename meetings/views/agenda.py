"""The agenda as a list, a month and a week, with filters in the address."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.roles import Act
from meetings.calendar.pages import CalendarPage, month_page, view_urls, week_page
from meetings.selectors.listing import agenda as agenda_page


@require_GET
@require(Act.SEE_AGENDA)
def agenda(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the part below the filters: the same template either way."""
    template = "meetings/meeting_list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    page = agenda_page(request.GET, request.user)
    response = render(request, template, {"agenda": page, "views": view_urls(request.GET)})
    return _pushed(request, response, page.address)


@require_GET
@require(Act.SEE_AGENDA)
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """The agenda of a month."""
    return _calendar(request, month_page, year, month)


@require_GET
@require(Act.SEE_AGENDA)
def week(request: HttpRequest, year: int, week: int) -> HttpResponse:
    """The agenda of an ISO week, by hours."""
    return _calendar(request, week_page, year, week)


def _calendar(
    request: HttpRequest, read: Callable[..., CalendarPage], year: int, number: int
) -> HttpResponse:
    try:
        page = read(request.GET, request.user, year, number)
    except ValueError as nowhere:
        raise Http404 from nowhere
    template = "meetings/calendar.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    return _pushed(request, render(request, template, {"page": page}), page.address)


def _pushed(request: HttpRequest, response: HttpResponse, address: str) -> HttpResponse:
    if request.htmx:
        response["HX-Push-Url"] = f"{request.path}{address}"
    return response
