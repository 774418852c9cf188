"""Series (C2 to C4) and the round-table sheet of a meeting."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_access, log_view
from meetings.forms.series import DayForm
from meetings.models import Meeting
from meetings.permissions import acts_on
from meetings.selectors.series import series_index, series_page
from meetings.selectors.table_sheet import has_sheet, sheet_data, sheet_page
from meetings.services.table_sheet import freeze_sheet, release_sheet, take_over

from .items import meeting_of, not_now, refused


@require_safe
@require(Act.SEE_AGENDA)
def series_list(request: HttpRequest) -> HttpResponse:
    """Every series with its state and its next meeting."""
    return render(request, "meetings/series_list.html", {"rows": series_index(request.user)})


@require_safe
@require(Act.SEE_AGENDA)
def series(request: HttpRequest, code: str) -> HttpResponse:
    """One series: seats as on a day (`?day=`), meetings by year, what the monitor says."""
    form = DayForm(request.GET if "day" in request.GET else None, initial={"day": clock.today()})
    day: dt.date = clock.today()
    if form.is_bound and form.is_valid():
        day = form.cleaned_data["day"]
    page = series_page(code, request.user, day)
    if page is None:
        raise Http404
    context = {"page": page, "form": form, "is_today": day == clock.today()}
    return render(request, "meetings/series.html", context, status=400 if form.errors else 200)


def _with_sheet(request: HttpRequest, pk: int) -> Meeting:
    meeting = meeting_of(request, pk)
    if not has_sheet(meeting):
        raise Http404
    return meeting


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.SEE_AGENDA)
def table_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """What the table should talk about; ticked lines become agenda items."""
    meeting = _with_sheet(request, pk)
    may = "agenda" in acts_on(meeting, request.user)
    if request.method == "POST":
        if not request.user.can(Act.PLAN_MEETING):
            raise PermissionDenied
        if not may:
            return not_now(request, meeting)
        return _take_over(request, meeting)
    log_view(meeting, request.user)
    context: dict[str, Any] = {
        "page": sheet_page(meeting, request.user),
        "meeting": meeting,
        "may": may,
    }
    return render(request, "meetings/table_sheet.html", context)


def _take_over(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    keys = set(request.POST.getlist("line"))
    if not keys:
        messages.warning(request, _("Tick what should be on the agenda."))
        return redirect("meetings:table_sheet", pk=meeting.pk)
    try:
        take_over(meeting, keys, by=request.user)
    except ValidationError as refusal:
        refused(request, refusal)
        return redirect("meetings:table_sheet", pk=meeting.pk)
    messages.success(request, _("The lines are on the agenda."))
    return redirect("meetings:items", pk=meeting.pk)


@require_safe
@require(Act.SEE_AGENDA)
def table_sheet_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as one A4. Taking it out is logged (R13)."""
    meeting = _with_sheet(request, pk)
    page = sheet_page(meeting, request.user)
    title = _("Round-table sheet: %(meeting)s") % {"meeting": meeting.name}
    content = make_pdf("meetings/table_sheet.typ", sheet_data(page), title=title)
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"meetings.meeting:{meeting.pk}",
        rows=len(page.lines),
    )
    return pdf_response(content, f"tafelblad-{meeting.starts_at:%Y-%m-%d}.pdf")


@require_POST
@require(Act.PLAN_MEETING)
def table_sheet_freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the sheet as it is sent."""
    return _keep(request, pk, freeze_sheet, _("The sheet is frozen as it is now."))


@require_POST
@require(Act.PLAN_MEETING)
def table_sheet_release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it follow the records again."""
    return _keep(request, pk, release_sheet, _("The sheet follows the records again."))


def _keep(request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
    meeting = _with_sheet(request, pk)
    if "agenda" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    try:
        act(meeting, by=request.user)
    except ValidationError as refusal:
        refused(request, refusal)
    else:
        messages.success(request, done)
    return redirect("meetings:table_sheet", pk=pk)
