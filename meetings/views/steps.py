"""The steps of a meeting (R8), each on a page of its own."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from meetings import services
from meetings.forms.moment import REFRESH, TAKE, taken
from meetings.forms.steps import (
    AttendanceForm,
    BackForm,
    CancelForm,
    HoldForm,
    MoveForm,
    StepForm,
)
from meetings.models import Meeting
from meetings.permissions import acts_on
from meetings.selectors.meeting import meetings_for_page

#: The button that shows the message to the guests before the step is taken.
PREVIEW = "preview"


def meeting_for(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(meetings_for_page(request.user), pk=pk)


def too_late(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """Somebody else was first, or the address was kept from before."""
    messages.error(
        request,
        _("This meeting is “%(state)s” now; that step is not possible any more.")
        % {"state": meeting.get_state_display()},
    )
    return redirect(meeting)


def step_page(
    act: str, form_class: type[StepForm], *, title: Any, button: Any, done: Any, danger: bool = False
) -> Callable[[HttpRequest, int], HttpResponse]:
    """A page with the form of one step."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        meeting = meeting_for(request, pk)
        if act not in acts_on(meeting, request.user):
            return too_late(request, meeting)
        form = form_class(sent(request), meeting=meeting, user=request.user)
        preview = PREVIEW in request.POST and hasattr(form, "news_letter")
        if {TAKE, REFRESH} & set(request.POST):  # drawn again, with the proposed moment that was pressed
            typed = {name: request.POST.get(name) for name in form.fields}
            form = form_class(meeting=meeting, user=request.user, initial=typed | taken(request.POST))
        elif request.method == "POST" and form.is_valid() and not preview and form.take():
            messages.success(request, done)
            return redirect(meeting)
        if act not in acts_on(meeting, request.user):
            return too_late(request, meeting)
        context = {
            "form": form,
            "meeting": meeting,
            "title": title,
            "button": button,
            "danger": danger,
            "act": act,
        }
        wrong = form.is_bound and (not form.is_valid() or not preview)
        return render(request, "meetings/step_form.html", context, status=422 if wrong else 200)

    view.__name__ = f"{act}_page"
    return require_http_methods(["GET", "POST"])(view)


hold = require(Act.REPORT_MEETING)(
    step_page(
        "hold",
        HoldForm,
        title=gettext_lazy("It took place"),
        button=gettext_lazy("Mark as held"),
        done=gettext_lazy("The meeting is held. Write the report now, or later."),
    )
)
attendance = require(Act.REPORT_MEETING)(
    step_page(
        "attendance",
        AttendanceForm,
        title=gettext_lazy("Who was there"),
        button=gettext_lazy("Save"),
        done=gettext_lazy("Who was there is saved."),
    )
)
cancel = require(Act.PLAN_MEETING)(
    step_page(
        "cancel",
        CancelForm,
        title=gettext_lazy("Call off"),
        button=gettext_lazy("Call it off"),
        done=gettext_lazy("The meeting is called off."),
        danger=True,
    )
)
move = require(Act.PLAN_MEETING)(
    step_page(
        "move",
        MoveForm,
        title=gettext_lazy("Another date"),
        button=gettext_lazy("Move it"),
        done=gettext_lazy("The meeting has another date."),
    )
)
back = require(Act.STEP_BACK_MEETING)(
    step_page(
        "back",
        BackForm,
        title=gettext_lazy("A step back"),
        button=gettext_lazy("Take it back"),
        done=gettext_lazy("The step is taken back."),
    )
)


def at_once(
    act: str, step: Callable[..., Meeting], *, done: Any
) -> Callable[[HttpRequest, int], HttpResponse]:
    """A step that asks nothing: one button on the page of the meeting."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        meeting = meeting_for(request, pk)
        if act not in acts_on(meeting, request.user):
            return too_late(request, meeting)
        try:
            step(meeting, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, done)
        return redirect("meetings:detail", pk=pk)

    view.__name__ = f"{act}_at_once"
    return require_POST(view)


plan_draft = require(Act.PLAN_MEETING)(
    at_once("plan", services.plan_draft, done=gettext_lazy("The meeting is planned."))
)
close = require(Act.REPORT_MEETING)(
    at_once("close", services.close_meeting, done=gettext_lazy("The meeting is closed."))
)


@require_POST
@require(Act.REPORT_MEETING)
def close_and_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """reported → closed, and on to a new meeting with the same people."""
    meeting = meeting_for(request, pk)
    if not {"close", "next"} <= acts_on(meeting, request.user):
        return too_late(request, meeting)
    try:
        services.close_meeting(meeting, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("meetings:detail", pk=pk)
    messages.success(request, _("The meeting is closed. Plan the next one here."))
    return redirect(f"{reverse('meetings:plan')}?follows={pk}")
