"""One meeting: its page, planning it, changing it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import CollegeMember
from accounts.permissions import require
from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.forms import sent
from deventer_crm.core.panels import panels_for
from deventer_crm.core.parsing import whole_number, whole_numbers
from deventer_crm.core.services import log_view
from employers.models import Employer
from meetings.forms.meeting import MeetingForm, choice_from, typed_values
from meetings.forms.moment import REFRESH, TAKE, taken
from meetings.models import Invitation, Meeting, MeetingKind
from meetings.permissions import acts_on
from meetings.selectors.following import choice_of, next_of
from meetings.selectors.meeting import meeting_page, meetings_for_page
from meetings.selectors.picking import Choice
from meetings.services import link_invitation

MANAGER_VISIT, COLLEGE_VISIT = "bezoek-accountmanager", "bedrijfsbezoek-college"
DRAFT = "draft"
FORM = "meetings/meeting_form.html"
#: Where other rooms show what they hold of a meeting: beside its primary act, in its menu, in its columns.
PLACES = ("acts", "menu", "main", "side")


@require_GET
@require(Act.SEE_AGENDA)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who meets whom, when, what became of it, and the next act."""
    meeting = get_object_or_404(meetings_for_page(request.user), pk=pk)
    log_view(meeting, request.user)
    context = {
        "page": meeting_page(meeting, request.user),
        "panels": {place: panels_for(f"meeting.{place}", meeting, request.user) for place in PLACES},
    }
    return render(request, "meetings/meeting_detail.html", context)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a meeting, keep it as a draft, or log one that took place. `?employer=` and `?kind=` propose;
    `?follows=` proposes the next one after a meeting, with the same kind, employers and people."""
    if {REFRESH, TAKE} & set(request.POST):
        return _refreshed(request)
    if request.method == "POST":
        form = MeetingForm(request.POST, user=request.user)
        if form.is_valid():
            made = form.save_new(as_draft=DRAFT in request.POST)
            if made is not None:
                _tie_invitation(request, made)
                return _after_planning(request, made)
        return _show(request, form, status=422)
    earlier = _earlier(request)
    initial = next_of(earlier) if earlier else proposal(request)
    choice = choice_of(earlier, request.user) if earlier else proposed_choice(request)
    form = MeetingForm(user=request.user, initial=initial, choice=choice)
    if earlier is None:
        form.tick_parties()
    return _show(request, form)


def _earlier(request: HttpRequest) -> Meeting | None:
    """The meeting that this one follows."""
    wanted = whole_number(request.GET.get("follows"))
    return meetings_for_page(request.user).filter(pk=wanted).first() if wanted else None


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a meeting is about and who takes part."""
    meeting = get_object_or_404(meetings_for_page(request.user), pk=pk)
    if "edit" not in acts_on(meeting, request.user):
        messages.error(request, _("This meeting is over: it cannot be changed any more."))
        return redirect(meeting)
    if {REFRESH, TAKE} & set(request.POST):
        return _refreshed(request, meeting)
    form = MeetingForm(sent(request), user=request.user, instance=meeting)
    if request.method == "POST" and form.is_valid() and form.save_changes() is not None:
        messages.success(request, _("The meeting is saved."))
        return redirect("meetings:detail", pk=pk)
    return _show(request, form, meeting, status=422 if form.is_bound else 200)


def proposal(request: HttpRequest) -> dict[str, Any]:
    """What the address proposes: a kind by its code, a day, a college member. A visit that starts at a
    dossier is the account manager's own, or for a secretary the college's."""
    is_manager = request.user.has_role(Role.ACCOUNT_MANAGER)
    code = request.GET.get("kind", "")
    if not code and request.GET.get("employer"):
        code = MANAGER_VISIT if is_manager else COLLEGE_VISIT
    kind = MeetingKind.objects.filter(disabled_on__isnull=True, code=code).select_related("series").first()
    members = request.GET.getlist("member")
    if not members and kind is not None and kind.series is not None and kind.series.needs_college:
        # C2: the boards meet the whole college.
        members = [str(pk) for pk in CollegeMember.objects.on(clock.today()).values_list("pk", flat=True)]
    return {
        "kind": kind.pk if kind else None,
        "starts_on": request.GET.get("day") or None,
        "college_members": members,
        "colleagues": [request.user.pk] if is_manager else [],
    }


def proposed_choice(request: HttpRequest) -> Choice:
    asked = whole_numbers(request.GET.getlist("employer"))
    rows = Employer.objects.visible_to(request.user).filter(pk__in=asked)
    return Choice(employers=frozenset(rows.values_list("pk", flat=True)))


def _refreshed(request: HttpRequest, meeting: Meeting | None = None) -> HttpResponse:
    """The form drawn again with what was typed: a search, a chosen employer, another kind."""
    form = MeetingForm(
        user=request.user,
        instance=meeting,
        initial=typed_values(request.POST) | taken(request.POST),
        choice=choice_from(request.POST),
    )
    form.tick_parties()
    return _show(request, form, meeting)


def _show(
    request: HttpRequest, form: MeetingForm, meeting: Meeting | None = None, status: int = 200
) -> HttpResponse:
    template = f"{FORM}#picker" if request.htmx and REFRESH in request.POST else FORM
    return render(request, template, {"form": form, "meeting": meeting}, status=status)


def _tie_invitation(request: HttpRequest, meeting: Meeting) -> None:
    """`?invitation=`: the accepted invitation this meeting came from becomes one chain with it (R5)."""
    wanted = whole_number(request.GET.get("invitation"))
    if wanted is None:
        return
    rows = Invitation.objects.visible_to(request.user).filter(meeting__isnull=True, withdrawn_on__isnull=True)
    invitation = rows.filter(pk=wanted).first()
    if invitation is None:
        return
    try:
        link_invitation(invitation, meeting, by=request.user)
    except ValidationError as refusal:
        messages.warning(request, " ".join(refusal.messages))


def _after_planning(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    words = {
        Meeting.State.DRAFT: _("The meeting is kept as a draft."),
        Meeting.State.PLANNED: _("The meeting is planned."),
        Meeting.State.HELD: _("The meeting is logged. Write the report now, or later."),
    }
    messages.success(request, words[Meeting.State(meeting.state)])
    return redirect(meeting)
