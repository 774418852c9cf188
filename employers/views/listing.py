"""The list of employers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from employers.selectors import employer_listing


@require_safe
@require(Act.SEE_HEADERS)
def employer_list(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx the part below the filters: the same template either way."""
    template = "employers/employer_list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    listing = employer_listing(request.GET, request.user)
    response = render(request, template, {"listing": listing})
    if request.htmx:
        # Only what is filled in belongs in the address bar.
        response["HX-Push-Url"] = f"{request.path}{listing.address}"
    return response
