"""The page behind the link in a mail: one question, answered without an account (R10). Looking changes
nothing; only sending the form does, once."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from deventer_crm.core.forms import sent
from employers.forms.passing_on import AnswerForm
from employers.models import FollowUpRequest
from employers.passing_on.links import Door, door_of, find_request
from employers.passing_on.services import Shut

#: What a link that cannot be answered says to a machine.
STATUS = {Door.ANSWERED: 200, Door.EXPIRED: 410, Door.GONE: 410, None: 404}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, token: str) -> HttpResponse:
    """The question with its form, or a calm page that says why there is none."""
    asked = find_request(token)
    door = door_of(asked) if asked is not None else None
    if asked is None or door != Door.OPEN:
        return _page(request, door, None)
    form = AnswerForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            if form.send(token) is not None:
                return _private(redirect("employers:question", token))
        except Shut as shut:  # somebody was first, or it was withdrawn a moment ago
            return _page(request, shut.door, None)
    return _page(request, door, asked, form)


def _page(
    request: HttpRequest, door: Door | None, asked: FollowUpRequest | None, form: AnswerForm | None = None
) -> HttpResponse:
    status = STATUS.get(door, 200) if form is None else (422 if form.is_bound else 200)
    context = {"door": door, "asked": asked, "form": form}
    return _private(render(request, "employers/question.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache and no search engine, and its address is told to nobody."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send Origin: null
    return response
