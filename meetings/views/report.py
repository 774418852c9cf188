"""Writing a report: everything in one act, kept while one types; and signing it off."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from meetings import services
from meetings.forms.report_entry import DISCARD, ReportEntry, typed_of
from meetings.models import Meeting, Report
from meetings.permissions import acts_on
from meetings.selectors.report import has_report, report_of, writing_of
from meetings.services.reports import drop_draft, keep_draft

from .steps import meeting_for, too_late

PAGE, FORM, STATE = "meetings/report_form.html", "meetings/_report_form.html", "meetings/_draft_state.html"


def _stored(request: HttpRequest, meeting: Meeting) -> Report | None:
    """Raises Http404 for a report that this person may not read: then it is not theirs to change."""
    stored = report_of(meeting, request.user)
    if stored is None and has_report(meeting):
        raise Http404
    return stored


@require_http_methods(["GET", "POST"])
@require(Act.REPORT_MEETING)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the report, or correct it until the meeting is closed. What is still planned is held in the same
    act."""
    meeting = meeting_for(request, pk)
    if "report" not in acts_on(meeting, request.user):
        return too_late(request, meeting)
    stored = _stored(request, meeting)
    if request.method == "GET":
        draft = writing_of(meeting, request.user).draft
        return _draw(request, ReportEntry(request.user, meeting, stored, draft=draft), 200)
    return _sent(request, meeting, ReportEntry(request.user, meeting, stored, data=request.POST))


def _sent(request: HttpRequest, meeting: Meeting, entry: ReportEntry) -> HttpResponse:
    if entry.do == DISCARD:
        drop_draft(meeting, request.user)
        messages.success(request, _("The draft is thrown away."))
        return redirect("meetings:report", pk=meeting.pk)
    if entry.is_drawn_again:
        return _draw(request, entry, 200)
    saved = entry.save()
    if saved is not None:
        messages.success(request, _said(meeting, saved))
        return redirect(f"{meeting.get_absolute_url()}#report")
    if "report" not in acts_on(meeting, request.user):
        return too_late(request, meeting)
    return _draw(request, entry, 422)


def _said(meeting: Meeting, saved: Report) -> str:
    if saved.signed_off_on is not None:
        return _("The report is saved.")
    if meeting.owner is None:
        return _("The report is saved. The account manager still has to sign it off.")
    return _("The report is saved. %(name)s still has to sign it off.") % {"name": meeting.owner}


def _draw(request: HttpRequest, entry: ReportEntry, status: int) -> HttpResponse:
    context = {
        "entry": entry,
        "form": entry.text,
        "meeting": entry.meeting,
        "writing": writing_of(entry.meeting, request.user),
    }
    return render(request, FORM if request.htmx else PAGE, context, status=status)


@require_POST
@require(Act.REPORT_MEETING)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed so far. With htmx it says so beside the form; without, the form comes back."""
    meeting = meeting_for(request, pk)
    if "report" not in acts_on(meeting, request.user):
        return too_late(request, meeting)
    _stored(request, meeting)
    kept = keep_draft(meeting, request.user, typed_of(request.POST)) is not None
    if request.htmx:
        context = {"writing": writing_of(meeting, request.user), "meeting": meeting, "is_saved_now": kept}
        return render(request, STATE, context)
    if kept:
        messages.success(request, _("The draft is kept. Nobody else reads it."))
    return redirect("meetings:report", pk=pk)


@require_POST
@require(Act.REPORT_MEETING)
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The account manager says that this is how it was."""
    meeting = meeting_for(request, pk)
    _stored(request, meeting)
    try:
        services.sign_off_report(meeting, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The report is signed off."))
    return redirect("meetings:detail", pk=pk)
