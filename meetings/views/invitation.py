"""Invitations: the list, recording one, its answer, taking it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import allow, require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.mails import mails_about
from deventer_crm.core.parsing import whole_number
from employers.models import Employer
from employers.selectors import find_employers
from meetings.forms.invitation import AnswerForm, InvitationForm, WithdrawForm
from meetings.links import why_closed
from meetings.models import Invitation, Meeting
from meetings.selectors.listing import invitation_list
from meetings.selectors.mails import state_of
from meetings.selectors.picking import FOUND


@require_GET
@require(Act.SEE_AGENDA)
def invitations(request: HttpRequest) -> HttpResponse:
    """All invitations, filtered by the address."""
    template = "meetings/invitation_list.html"
    if request.htmx and not request.htmx.history_restore_request:
        template += "#results"
    listing = invitation_list(request.GET, request.user)
    response = render(request, template, {"listing": listing})
    if request.htmx:
        response["HX-Push-Url"] = f"{request.path}{listing.address}"
    return response


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def add(request: HttpRequest) -> HttpResponse:
    """Record an invitation: for `?employer=`, else first choose one. `?meeting=` proposes the meeting."""
    visible = Employer.objects.visible_to(request.user)
    wanted = whole_number(request.GET.get("employer"))
    if wanted is None:
        asked = request.GET.get("q", "").strip()[:100]
        found = find_employers(request.user, asked, limit=FOUND)
        return render(request, "meetings/invitation_employer.html", {"asked": asked, "found": found})
    employer = get_object_or_404(visible, pk=wanted)
    meeting = whole_number(request.GET.get("meeting"))
    proposed = None
    if meeting is not None:
        proposed = Meeting.objects.visible_to(request.user).filter(pk=meeting).first()
    initial = {"meeting": proposed.pk} if proposed else {}
    form = InvitationForm(
        sent(request), instance=Invitation(), user=request.user, employer=employer, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        made = form.save_invitation()
        if made is not None:
            messages.success(request, _("The invitation is recorded."))
            return redirect(made.meeting if made.meeting_id else made)
    back = proposed.get_absolute_url() if proposed else employer.get_absolute_url()
    context = {"form": form, "employer": employer, "back_url": back}
    return render(request, "meetings/invitation_form.html", context, status=422 if form.is_bound else 200)


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related(
            "employer", "college_member", "person", "meeting__kind", "created_by", "on_behalf_of"
        ),
        pk=pk,
    )


@require_http_methods(["GET", "POST"])
@require(Act.SEE_AGENDA)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One invitation with the form for its answer; answering needs the right to plan."""
    invitation = _invitation(request, pk)
    may_change = request.user.can(Act.PLAN_MEETING) and invitation.withdrawn_on is None
    form = AnswerForm(sent(request), invitation=invitation, user=request.user) if may_change else None
    if request.method == "POST":
        allow(request.user, Act.PLAN_MEETING)
        if form is None:
            messages.error(request, _("This invitation was withdrawn."))
            return redirect(invitation)
        if form.is_valid() and form.save_answer():
            messages.success(request, _("The answer is recorded."))
            return redirect(invitation)
    mails = [state_of(mail) for mail in mails_about(invitation).defer("text", "html", "attachments")]
    context = {
        "invitation": invitation,
        "form": form,
        "may_change": may_change,
        "mails": mails,
        "may_ask_again": may_change
        and invitation.is_mailed
        and not invitation.answer
        and invitation.undelivered_on is None
        and not why_closed(invitation),
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "meetings/invitation_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an invitation, or tie it to the meeting it led to."""
    invitation = _invitation(request, pk)
    if invitation.withdrawn_on is not None:
        messages.error(request, _("This invitation was withdrawn."))
        return redirect(invitation)
    form = InvitationForm(sent(request), instance=invitation, user=request.user, employer=invitation.employer)
    if request.method == "POST" and form.is_valid() and form.save_invitation() is not None:
        messages.success(request, _("The invitation is saved."))
        return redirect(invitation)
    context = {
        "form": form,
        "employer": invitation.employer,
        "invitation": invitation,
        "back_url": invitation.get_absolute_url(),
    }
    return render(request, "meetings/invitation_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back: asked once more, because it then counts for nothing."""
    invitation = _invitation(request, pk)
    form = WithdrawForm(sent(request), user=request.user, invitation=invitation)
    if request.method == "POST" and form.is_valid() and form.save() is not None:
        messages.success(request, _("The invitation is withdrawn."))
        return redirect("meetings:invitation", pk=pk)
    context = {
        "form": form,
        "title": _("Withdraw the invitation"),
        "question": _("Withdraw the invitation to %(employer)s?") % {"employer": invitation.employer},
        "consequences": [
            _("It counts for nothing from that day on."),
            _("It stays readable."),
            *([_("The link in the mail no longer works.")] if invitation.is_mailed else []),
        ],
        "action": _("Withdraw"),
        "danger": True,
        "back_url": reverse("meetings:invitation", args=[pk]),
    }
    return render(request, "components/confirm.html", context, status=422 if form.is_bound else 200)
