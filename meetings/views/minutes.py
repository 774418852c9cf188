"""The minutes of a held meeting, and that they were adopted."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from meetings.forms.minutes import AdoptForm, MinutesForm
from meetings.models import MeetingMinutes
from meetings.permissions import acts_on
from meetings.selectors.agenda import items_of, made_of, to_adopt
from meetings.selectors.meeting import attendance_of
from meetings.selectors.renewal import names_at
from meetings.services.minutes import withdraw_adoption

from .items import meeting_of, not_now, refused

MORE = "more"


@require_http_methods(["GET", "POST"])
@require(Act.REPORT_MEETING)
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """For each item what was said and decided, and who does what; saved in one act."""
    meeting = meeting_of(request, pk)
    stored = MeetingMinutes.objects.filter(meeting=meeting).first()
    if "minutes" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    if stored is not None and stored.adopted_on is not None:
        messages.error(request, _("These minutes were adopted; they do not change any more."))
        return redirect("meetings:items", pk=pk)
    form = MinutesForm(
        sent(request),
        meeting=meeting,
        user=request.user,
        items=items_of(meeting, request.user),
        made=made_of(meeting, request.user),
        minutes=stored,
        adopts=to_adopt(meeting, request.user),
    )
    if request.method == "POST" and form.is_valid() and form.take():
        messages.success(request, _("The minutes are saved."))
        return redirect("meetings:minutes" if MORE in request.POST else "meetings:items", pk=pk)
    attendance = attendance_of(meeting)
    there = meeting.participants.filter(is_present=True)
    context = {
        "form": form,
        "meeting": meeting,
        "parties": names_at(attendance, request.user) if attendance else None,
        "present": there.select_related("college_member", "user", "person").order_by("pk"),
    }
    return render(request, "meetings/minutes_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@require(Act.REPORT_MEETING)
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """Vastgesteld: when, in which meeting and with which changes."""
    meeting = meeting_of(request, pk)
    if "adopt" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    form = AdoptForm(sent(request), meeting=meeting, user=request.user)
    if request.method == "POST" and form.is_valid() and form.take():
        messages.success(request, _("The minutes are adopted."))
        return redirect("meetings:items", pk=pk)
    context = {
        "form": form,
        "meeting": meeting,
        "title": _("Adopt the minutes"),
        "button": _("Adopted"),
    }
    return render(request, "meetings/step_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@require(Act.STEP_BACK_MEETING)
def adoption_back(request: HttpRequest, pk: int) -> HttpResponse:
    """They were not adopted after all."""
    meeting = meeting_of(request, pk)
    if not MeetingMinutes.objects.filter(meeting=meeting, adopted_on__isnull=False).exists():
        return not_now(request, meeting)
    try:
        withdraw_adoption(meeting, by=request.user)
    except ValidationError as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("The minutes can be changed again."))
    return redirect("meetings:items", pk=pk)
