"""A meeting that took place, written down afterwards on one page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from meetings.forms.afterwards import AfterwardsForm
from meetings.forms.meeting import choice_from, typed_values
from meetings.models import Meeting

from .meeting import REFRESH, proposal, proposed_choice

TEMPLATE = "meetings/afterwards_form.html"


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def afterwards(request: HttpRequest) -> HttpResponse:
    """Who was there, the report and what was agreed, in one act. `?employer=` and `?kind=` propose."""
    if REFRESH in request.POST:
        form = AfterwardsForm(
            user=request.user, initial=typed_values(request.POST), choice=choice_from(request.POST)
        )
        form.tick_parties()
        return _show(request, form)
    if request.method == "POST":
        form = AfterwardsForm(request.POST, user=request.user)
        if form.is_valid():
            made = form.save_afterwards()
            if made is not None:
                return _saved(request, made)
        return _show(request, form, status=422)
    initial = {**proposal(request), "starts_on": request.GET.get("day") or clock.today()}
    form = AfterwardsForm(user=request.user, initial=initial, choice=proposed_choice(request))
    form.tick_parties()
    return _show(request, form)


def _show(request: HttpRequest, form: AfterwardsForm, status: int = 200) -> HttpResponse:
    template = f"{TEMPLATE}#refreshed" if request.htmx and REFRESH in request.POST else TEMPLATE
    return render(request, template, {"form": form, "meeting": None}, status=status)


def _saved(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    if meeting.state == Meeting.State.REPORTED:
        messages.success(request, _("The meeting and its report are saved."))
    else:
        messages.success(request, _("The meeting is logged. Write the report now, or later."))
    return redirect(meeting)
