"""After a meeting: "Wat heeft u beloofd?", and the letter to the company."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import CollegeMember
from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.mails import mails_about
from deventer_crm.core.parsing import whole_number
from meetings import services
from meetings.feedback_text import KIND, outcomes_of
from meetings.forms.aftermath import LetterForm, PromiseForm
from meetings.models import FeedbackLetter, Meeting, PromiseAnswer
from meetings.permissions import acts_on
from meetings.selectors.promises import members_of
from meetings.services.outcomes import is_secret

from .steps import meeting_for, too_late

NOTHING = "nothing"


def _member(request: HttpRequest, meeting: Meeting) -> CollegeMember:
    """For whom is answered: who is named in the address, else the first at this table one may answer for.
    Raises PermissionDenied when there is nobody."""
    wanted = whole_number(request.GET.get("member") or request.POST.get("member"))
    at_table = set(meeting.participants.values_list("college_member_id", flat=True))
    for member in members_of(request.user):
        if member.pk in at_table and wanted in (None, member.pk):
            return member
    raise PermissionDenied


@require_http_methods(["GET", "POST"])
@require(Act.SEE_COLLEGE)
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing as one tap, or one sentence. Comes back to where it was asked."""
    meeting = meeting_for(request, pk)
    member = _member(request, meeting)
    back = "meetings:college" if request.POST.get("next") == "college" else "meetings:detail"
    answered = redirect(back) if back == "meetings:college" else redirect(back, pk=pk)
    if request.method == "POST" and request.POST.get("answer") == NOTHING:
        try:
            services.answer_promise(meeting, member, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, _("Noted: nothing was promised."))
        return answered
    stored = PromiseAnswer.objects.filter(meeting=meeting, member=member).select_related("follow_up").first()
    before = stored.follow_up if stored else None
    initial = {"what": before.what, "due_on": before.due_on} if before else {}
    form = PromiseForm(sent(request), user=request.user, meeting=meeting, member=member, initial=initial)
    if request.method == "POST" and form.is_valid() and form.take() is not None:
        messages.success(request, _("Noted. The account manager confirms it within five working days."))
        return answered
    context = {
        "form": form,
        "meeting": meeting,
        "member": member,
        "is_own": member.user_id == request.user.pk,
        "next": request.POST.get("next") or request.GET.get("next", ""),
    }
    return render(request, "meetings/promise_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@require(Act.REPORT_MEETING)
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it is proposed; what was sent, and what became of it. First a look, then it goes."""
    meeting = meeting_for(request, pk)
    if "feedback" not in acts_on(meeting, request.user):
        return too_late(request, meeting)
    form = LetterForm(
        sent(request), meeting=meeting, user=request.user, outcomes=outcomes_of(meeting, request.user)
    )
    preview = False
    if request.method == "POST" and form.is_valid():
        preview = request.POST.get("act") != "send"
        letter = None if preview else form.take()
        if letter is not None:
            count = letter.recipients.count()
            said = ngettext(
                "The letter goes to %(count)d person.", "The letter goes to %(count)d people.", count
            )
            messages.success(request, said % {"count": count})
            return redirect(reverse("meetings:feedback", args=[pk]))
    letters = FeedbackLetter.objects.visible_to(request.user).filter(meeting=meeting)
    context = {
        "form": form,
        "meeting": meeting,
        "preview": preview and not form.errors,
        "is_secret": is_secret(meeting),
        "letters": letters.select_related("created_by").prefetch_related(
            "recipients__person", "recipients__mail"
        ),
        "again": mails_about(meeting).filter(kind=KIND.code).exists(),
    }
    return render(
        request, "meetings/feedback_form.html", context, status=422 if form.is_bound and form.errors else 200
    )
