"""The page behind the link of an invitation (R10): no account, one question, and nothing changes before
somebody presses the button, for mail programs open links by themselves."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deventer_crm.core.forms import sent
from meetings import ics
from meetings.forms.mailing import LinkAnswerForm
from meetings.links import CLOSED, invitation_of, why_closed
from meetings.models import Invitation

TEMPLATE = "meetings/answer.html"


class NoShell:
    """For base.html: no menus, also for a colleague who is logged in and follows such a link."""

    is_open = False


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the question, POST takes the answer. A link that was made up is 404, one that is over 410."""
    invitation = invitation_of(token)
    if invitation is None:
        return _quiet(render(request, TEMPLATE, {"shell": NoShell(), "is_unknown": True}, status=404))
    closed = why_closed(invitation)
    context = {
        "shell": NoShell(),
        "invitation": invitation,
        "meeting": invitation.meeting,
        "place": ics.place_of(invitation.meeting) if invitation.meeting else "",
    }
    if closed:
        context["closed"] = CLOSED[closed]
        return _quiet(render(request, TEMPLATE, context, status=410))
    form = LinkAnswerForm(sent(request), token=token, invitation=invitation)
    if request.method == "POST" and form.is_valid() and form.save_answer() is not None:
        return _quiet(redirect(f"{request.path}?klaar=1"))
    context["form"] = form
    context["is_done"] = "klaar" in request.GET and bool(invitation.answer) and not form.is_bound
    context["said"] = Invitation.Answer(invitation.answer).label if invitation.answer else ""
    return _quiet(render(request, TEMPLATE, context, status=422 if form.is_bound else 200))


def _quiet(response: HttpResponse) -> HttpResponse:
    """In no cache, in no search engine, and no other site learns the address."""
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send Origin: null
    return response
