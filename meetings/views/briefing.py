"""The briefing of a meeting: to read on a phone, to print as one A4, and to write what no record says."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.memo import remembering
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_view
from meetings.forms.briefing import BriefingForm
from meetings.models import Briefing, BriefingView
from meetings.permissions import acts_on
from meetings.selectors.briefing import briefing_data, briefing_of, briefing_page
from meetings.services import log_briefing_view

from .steps import meeting_for, too_late


@require_safe
@require(Act.SEE_AGENDA)
def briefing(request: HttpRequest, pk: int) -> HttpResponse:
    """What to know before one goes in. That somebody read it is written down."""
    meeting = meeting_for(request, pk)
    log_view(meeting, request.user)
    with remembering():
        page = briefing_page(meeting, request.user)
    if not page.was_read_today_by(request.user):
        log_briefing_view(meeting, request.user)
    return render(request, "meetings/briefing.html", {"page": page})


@require_safe
@require(Act.SEE_AGENDA)
def briefing_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same on one A4. Jobs by size class, for it leaves the application (R2)."""
    meeting = meeting_for(request, pk)
    log_view(meeting, request.user)
    log_briefing_view(meeting, request.user, BriefingView.How.PDF)
    page = briefing_page(meeting, request.user, exact=False)
    title = _("Briefing %(what)s") % {"what": page.heading}
    day: dt.datetime = meeting.starts_at
    content = make_pdf("meetings/briefing.typ", briefing_data(page), title=title)
    return pdf_response(content, f"briefing-{day:%Y-%m-%d}.pdf")


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def briefing_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Points and sensitivities, and that it is ready."""
    meeting = meeting_for(request, pk)
    if "brief" not in acts_on(meeting, request.user):
        return too_late(request, meeting)
    instance = briefing_of(meeting) or Briefing(meeting=meeting)
    form = BriefingForm(sent(request), instance=instance, user=request.user)
    if request.method == "POST" and form.is_valid() and form.take():
        messages.success(request, _("The briefing is saved."))
        return redirect("meetings:briefing", pk=pk)
    context = {"form": form, "meeting": meeting}
    return render(request, "meetings/briefing_form.html", context, status=422 if form.is_bound else 200)
