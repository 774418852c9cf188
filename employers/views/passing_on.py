"""Passing a promise or action on: asking, asking again, taking back, and doing something with the answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from employers.forms.passing_on import AskAgainForm, PassOnForm
from employers.models import FollowUp, FollowUpRequest
from employers.passing_on import services
from employers.passing_on.rules import why_not_by_mail
from employers.permissions_followups import STATES, may
from employers.selectors.followups import follow_ups_for_page

DONE = {
    "done": gettext_lazy("The answer is taken over: it is marked as done."),
    "date": gettext_lazy("The answer is taken over: this is due on the day your colleague named."),
    "seen": gettext_lazy("You have read the answer. The promise stays with you."),
}


def _request(request: HttpRequest, pk: int) -> FollowUpRequest:
    rows = FollowUpRequest.objects.visible_to(request.user)
    rows = rows.select_related(
        "follow_up__employer__merged_into", "follow_up__owner", "follow_up__promised_by"
    )
    return get_object_or_404(rows, pk=pk)


def _refused(request: HttpRequest, row: FollowUp) -> HttpResponse | None:
    """403 for who may never pass it on; back to the page, with the reason, when it is done or may not go by
    mail (R10)."""
    if not may("pass_on", row, request.user):
        raise PermissionDenied
    reason = why_not_by_mail(row)
    if not reason and row.state not in STATES["pass_on"]:
        state = row.get_state_display()
        reason = _("This is “%(state)s” now; that is not possible any more.") % {"state": state}
    if not reason:
        return None
    messages.error(request, reason)
    return redirect(row)


@require_http_methods(["GET", "POST"])
@require(Act.SEE_FOLLOW_UPS)
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a colleague without an account."""
    row = get_object_or_404(follow_ups_for_page(request.user), pk=pk)
    refused = _refused(request, row)
    if refused is not None:
        return refused
    form = PassOnForm(sent(request), follow_up=row, user=request.user)
    if request.method == "POST" and form.is_valid():
        asked = form.ask()
        if asked is not None:
            messages.success(request, _("Your question is on its way to %(name)s.") % {"name": asked.name})
            return redirect(row)
    context = {
        "form": form,
        "follow_up": row,
        "title": _("Pass on to a colleague without an account"),
        "button": _("Send the question"),
    }
    return render(request, "employers/followup_pass_on.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@require(Act.SEE_FOLLOW_UPS)
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail it once more, perhaps to a better address."""
    asked = _request(request, pk)
    refused = _refused(request, asked.follow_up)
    if refused is not None:
        return refused
    if not asked.is_unanswered:
        messages.error(request, _("This question was answered or withdrawn already."))
        return redirect(asked)
    form = AskAgainForm(sent(request), request=asked, user=request.user)
    if request.method == "POST" and form.is_valid():
        again = form.ask()
        if again is not None:
            messages.success(request, _("Your question is on its way to %(name)s.") % {"name": again.name})
            return redirect(asked.follow_up)
    context = {
        "form": form,
        "follow_up": asked.follow_up,
        "asked": asked,
        "title": _("Ask again"),
        "button": _("Send the question again"),
    }
    return render(request, "employers/followup_pass_on.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@require(Act.SEE_FOLLOW_UPS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a question back: asked once more, because the link is dead then."""
    asked = _request(request, pk)
    if not may("pass_on", asked.follow_up, request.user):
        raise PermissionDenied
    if request.method == "POST":
        try:
            services.withdraw_request(asked, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("The question is withdrawn; the link in the mail is dead."))
        return redirect(asked.follow_up)
    context = {
        "title": _("Withdraw the question"),
        "question": _("Withdraw the question to %(name)s?") % {"name": asked.who},
        "consequences": [
            _("The link in the mail shows nothing any more."),
            _("The question stays readable here."),
        ],
        "action": _("Withdraw"),
        "danger": True,
        "back_url": asked.follow_up.get_absolute_url(),
    }
    return render(request, "components/confirm.html", context)


@require_POST
@require(Act.SEE_FOLLOW_UPS)
def handle(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the answer over, or say that it was read; one press."""
    asked = _request(request, pk)
    act = request.POST.get("act", "")
    try:
        services.handle_answer(asked, by=request.user, act=act)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, DONE[act])
    return redirect(asked.follow_up)
