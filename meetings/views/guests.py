"""The guest list of a meeting: who is on it, inviting all of them, the list for the door, and the door."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.parsing import whole_number, whole_numbers
from employers.models import ContactPerson
from meetings import services
from meetings.forms.mailing import GuestMailForm, WalkInForm
from meetings.models import Invitation, Meeting
from meetings.selectors import guests as read
from meetings.selectors.meeting import meetings_for_page
from meetings.services.guests import door_is_open, takes_guests, to_invite
from meetings.services.mailing import can_be_invited_to
from meetings.views.mailing import PREVIEW


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(meetings_for_page(request.user), pk=pk)


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


@require_GET
@require(Act.SEE_AGENDA)
def guests(request: HttpRequest, pk: int) -> HttpResponse:
    """The list with what everybody answered; a search to put people on it."""
    meeting = _meeting(request, pk)
    may_change = request.user.can(Act.PLAN_MEETING) and not takes_guests(meeting)
    listing = read.guest_page(
        meeting,
        request.user,
        part=request.GET.get("part", ""),
        number=request.GET.get("page"),
        asked=_asked(request) if may_change else "",
    )
    context = {
        "meeting": meeting,
        "listing": listing,
        "may_change": may_change,
        "may_invite": may_change and can_be_invited_to(meeting),
        "refusal": takes_guests(meeting),
        "door_is_open": door_is_open(meeting) and request.user.can(Act.REPORT_MEETING),
    }
    return render(request, "meetings/guest_list.html", context)


def _back(pk: int) -> HttpResponse:
    return redirect("meetings:guests", pk=pk)


@require_POST
@require(Act.PLAN_MEETING)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the ticked people on the list; nobody is invited yet."""
    meeting = _meeting(request, pk)
    try:
        added = services.add_guests(meeting, whole_numbers(request.POST.getlist("people")), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return _back(pk)
    for said in told_of(added):
        messages.success(request, said)
    return _back(pk)


def told_of(added: Any) -> list[str]:
    """What adding did, in sentences."""
    count = len(added.keys)
    said = [
        ngettext(
            "%(count)d person is put on the guest list.", "%(count)d people are put on the guest list.", count
        )
        % {"count": count}
    ]
    if added.already:
        said.append(
            ngettext("%(count)d was on it already.", "%(count)d were on it already.", added.already)
            % {"count": added.already}
        )
    if added.secret:
        said.append(
            ngettext(
                "%(count)d is known at a confidential employer only: invite them apart.",
                "%(count)d are known at a confidential employer only: invite them apart.",
                added.secret,
            )
            % {"count": added.secret}
        )
    return said


@require_POST
@require(Act.PLAN_MEETING)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take somebody off the list who was not invited yet."""
    meeting = _meeting(request, pk)
    try:
        count = services.remove_guests(meeting, whole_numbers(request.POST.getlist("guest")), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        if count:
            messages.success(request, _("Taken off the guest list."))
        else:
            messages.error(request, _("Who is invited stays on the list. Withdraw the invitation instead."))
    return _back(pk)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Who will be mailed, who not and why, the words, a preview; and off to all of them at once."""
    meeting = _meeting(request, pk)
    problem = takes_guests(meeting)
    if problem or not can_be_invited_to(meeting):
        messages.error(request, problem or _("This meeting takes no invitations any more."))
        return _back(pk)
    divided = read.to_invite(to_invite(meeting, request.user))
    preview = PREVIEW in request.POST
    form = GuestMailForm(
        sent(request), user=request.user, meeting=meeting, initial={"expected": len(divided.ready)}
    )
    if request.method == "POST" and form.is_valid() and not preview:
        count = form.send()
        if count is not None:
            messages.success(
                request,
                ngettext(
                    "%(count)d person is invited; the mail goes right away.",
                    "%(count)d people are invited; the mails go right away.",
                    count,
                )
                % {"count": count},
            )
            return _back(pk)
    first = divided.ready[0] if divided.ready else None
    context = {
        "meeting": meeting,
        "form": form,
        "divided": divided,
        "count": len(divided.ready),
        "first": first,
        "preview": form.letter_to(first.person, first.employer) if first else None,
    }
    wrong = form.is_bound and (not form.is_valid() or not preview)
    return render(request, "meetings/guest_invite.html", context, status=422 if wrong else 200)


@require_POST
@require(Act.PLAN_MEETING)
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A reminder to every guest who has not answered; at most one a day each."""
    meeting = _meeting(request, pk)
    waiting = Invitation.objects.visible_to(request.user).filter(guest__meeting=meeting)
    count = services.ask_again(waiting, by=request.user) if can_be_invited_to(meeting) else 0
    said = ngettext("%(count)d reminder is mailed.", "%(count)d reminders are mailed.", count)
    if count:
        messages.success(request, said % {"count": count})
    else:
        messages.error(request, _("There is nobody to remind by mail."))
    return _back(pk)


@require_GET
@require(Act.SEE_AGENDA)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to print, with a box and room for a signature; without who declined."""
    meeting = _meeting(request, pk)
    lines = [line for line in read.door(meeting, request.user).lines if line.answer != "declined"]
    return render(request, "meetings/guest_sheet.html", {"meeting": meeting, "lines": lines})


# ── at the door ──────────────────────────────────────────────────────────────────────────────────

DOOR = "meetings/guest_door.html"


@require_http_methods(["GET", "POST"])
@require(Act.REPORT_MEETING)
def door(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick who comes in: one person for each press, so that several phones can do it at once."""
    meeting = _meeting(request, pk)
    if not door_is_open(meeting):
        messages.error(request, _("The door list is closed: this meeting is not planned any more."))
        return _back(pk)
    asked = _asked(request)
    if request.method == "POST":
        return _tick(request, meeting)
    context = {"meeting": meeting, "door": read.door(meeting, request.user, asked=asked), "asked": asked}
    return render(request, DOOR, context)


def _tick(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    person = whole_number(request.POST.get("person"))
    there = request.POST.get("arrived") == "1"
    if person is None:
        return redirect("meetings:door", pk=meeting.pk)
    try:
        services.tick_at_door(meeting, person, by=request.user, arrived=there)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("meetings:door", pk=meeting.pk)
    if request.htmx:
        found = read.door(meeting, request.user, person=person).lines
        if found:
            context = {"meeting": meeting, "line": found[0], "door": read.door(meeting, request.user)}
            return render(request, f"{DOOR}#ticked", context)
    return redirect(f"{reverse('meetings:door', args=[meeting.pk])}#p{person}")


@require_http_methods(["GET", "POST"])
@require(Act.REPORT_MEETING)
def walk_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who is not on the list: found by name, or new."""
    meeting = _meeting(request, pk)
    if not door_is_open(meeting) or takes_guests(meeting):
        messages.error(request, takes_guests(meeting) or _("The door list is closed."))
        return _back(pk)
    known = whole_number(request.POST.get("known"))
    if request.method == "POST" and known is not None:
        person = get_object_or_404(
            ContactPerson.objects.visible_to(request.user).filter(anonymised_on__isnull=True), pk=known
        )
        return _let_in(request, meeting, person)
    form = WalkInForm(sent(request), meeting=meeting, user=request.user)
    if request.method == "POST" and form.is_valid() and form.let_in() is not None:
        messages.success(request, _("Ticked as arrived."))
        return redirect("meetings:door", pk=pk)
    asked = _asked(request)
    context = {
        "meeting": meeting,
        "form": form,
        "asked": asked,
        "found": read.search_people(meeting, request.user, asked),
    }
    return render(request, "meetings/guest_walk_in.html", context, status=422 if form.is_bound else 200)


def _let_in(request: HttpRequest, meeting: Meeting, person: ContactPerson) -> HttpResponse:
    try:
        services.walk_in(meeting, person, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("meetings:walk_in", pk=meeting.pk)
    messages.success(request, _("Ticked as arrived."))
    return redirect("meetings:door", pk=meeting.pk)
