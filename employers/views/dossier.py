"""The page of one employer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import allow, require
from accounts.roles import Act
from deventer_crm.core.services import log_view
from employers.selectors.dossier import dossier_of, employer_for_dossier
from employers.selectors.history import remembering
from employers.selectors.timeline import MOST_UPCOMING, ON_ITS_PAGE, timeline_page
from employers.views.contact import PAGE, dossier_context

TIMELINE = "employers/_timeline.html"


@require_safe
@require(Act.SEE_HEADERS)
def employer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier; for htmx only the timeline, when that is what is swapped."""
    employer = employer_for_dossier(request.user, pk)
    if employer.merged_into_id is not None:
        messages.info(request, _("%(name)s is grouped under this employer.") % {"name": employer.name})
        return redirect("employers:detail", employer.merged_into_id)
    if request.htmx and request.htmx.target == "timeline":
        allow(request.user, Act.SEE_CONTACT_DATES)
        with remembering():
            page = timeline_page(employer, request.user, request.GET, base_url=request.path)
        whole_url = reverse("employers:timeline", args=[pk])
        return render(request, TIMELINE, {"employer": employer, "page": page, "whole_url": whole_url})
    log_view(employer, request.user)
    with remembering():
        dossier = dossier_of(employer, request.user, asked=request.GET)
    return render(request, PAGE, dossier_context(request, dossier))


@require_safe
@require(Act.SEE_CONTACT_DATES)
def employer_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole timeline on a page of its own, to search in and to print."""
    employer = employer_for_dossier(request.user, pk)
    if employer.merged_into_id is not None:
        return redirect("employers:timeline", employer.merged_into_id)
    with remembering():
        page = timeline_page(
            employer,
            request.user,
            request.GET,
            base_url=request.path,
            size=ON_ITS_PAGE,
            upcoming=MOST_UPCOMING,
        )
    context = {"employer": employer, "page": page, "shows_upcoming": True}
    if request.htmx and request.htmx.target == "timeline":
        return render(request, TIMELINE, context)
    log_view(employer, request.user)
    return render(request, "employers/employer_timeline.html", context)
