"""The personal feed, and the page on which somebody makes it and gives the address of the own calendar."""

import hashlib
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.memo import remembering
from deventer_crm.core.once import did_its_work
from meetings.calendar.feed import feed_file, feed_of, make_feed, note_reading, revoke_feed, set_names
from meetings.calendar.fetching import problem_in_words, set_busy_address
from meetings.forms.blocked import FeedForm, OwnCalendarForm
from meetings.models import BusyAddress, CalendarFeed

PAGE = "meetings/subscription.html"
#: How long a phone may keep it, in seconds.
KEPT = 15 * 60


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar file, for whoever has the address; 404 once it was revoked or the account is closed."""
    found = feed_of(token)
    if found is None:
        raise Http404
    with remembering():
        content = feed_file(found)
    note_reading(found)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = f"private, max-age={KEPT}"
    return answer


@require_http_methods(["GET", "POST"])
@require(Act.SEE_AGENDA)
def subscription(request: HttpRequest) -> HttpResponse:
    """Make, renew or take away the own feed. Its address is shown once, on the answer to making it."""
    if request.method != "POST":
        return _page(request)
    act = request.POST.get("act", "")
    with_names = request.POST.get("with_names") in {"on", "1", "true"}
    if act == "make":
        token = make_feed(request.user, with_names=with_names)
        did_its_work(request)
        address = request.build_absolute_uri(reverse("meetings:feed", args=[token]))
        return _page(request, address=address)
    if act == "names" and set_names(request.user, with_names):
        messages.success(request, _("What is in your feed is saved. Your phone follows within a few hours."))
    elif act == "revoke" and revoke_feed(request.user):
        messages.success(request, _("The feed is taken away. The old address shows nothing any more."))
    return redirect("meetings:subscription")


@require_POST
@require(Act.SEE_AGENDA)
def own_calendar(request: HttpRequest) -> HttpResponse:
    """Give, replace or take away the address of the own calendar."""
    if request.POST.get("act") == "remove":
        set_busy_address("", by=request.user, user=request.user)
        messages.success(request, _("Your calendar is not read any more."))
        return redirect("meetings:subscription")
    form = OwnCalendarForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    set_busy_address(form.cleaned_data["address"], by=request.user, user=request.user)
    messages.success(request, _("Your calendar is read within a few minutes, and each half hour after that."))
    return redirect("meetings:subscription")


def _page(
    request: HttpRequest, *, address: str = "", form: OwnCalendarForm | None = None, status: int = 200
) -> HttpResponse:
    mine = CalendarFeed.objects.filter(user=request.user).first()
    own = BusyAddress.objects.filter(user=request.user).first()
    context: dict[str, Any] = {
        "feed": mine,
        "address": address,
        "feed_form": FeedForm(user=request.user, initial={"with_names": bool(mine and mine.with_names)}),
        "own": own,
        "problem": problem_in_words(own) if own else "",
        "form": form or OwnCalendarForm(user=request.user),
    }
    response = render(request, PAGE, context, status=status)
    if address:
        response.headers["Cache-Control"] = "no-store"
    return response
