"""Inviting somebody by mail, and what can be done with a mail afterwards."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.parsing import whole_number
from employers.models import Employer
from meetings import services
from meetings.forms.mailing import MailInvitationForm
from meetings.models import Invitation, Meeting
from meetings.selectors.meeting import meetings_for_page
from meetings.services.mailing import can_be_invited_to

PREVIEW = "preview"
#: What can be mailed to one person; groups have their guest list.
PURPOSES = (Invitation.Purpose.PERSONAL, Invitation.Purpose.APPOINTMENT)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def mail(request: HttpRequest) -> HttpResponse:
    """`?employer=` and maybe `?meeting=`: to whom, in whose name, with which words; a preview; and off."""
    wanted = whole_number(request.GET.get("employer"))
    if wanted is None:
        return redirect("meetings:invitation_add")
    employer = get_object_or_404(Employer.objects.visible_to(request.user), pk=wanted)
    meeting = _meeting(request, employer)
    purpose = request.POST.get("purpose") or request.GET.get("purpose")
    if purpose not in PURPOSES:
        purpose = PURPOSES[0] if meeting is not None else PURPOSES[1]
    preview = PREVIEW in request.POST
    form = MailInvitationForm(
        sent(request), user=request.user, employer=employer, meeting=meeting, purpose=purpose
    )
    if request.method == "POST" and form.is_valid() and not preview:
        made = form.send()
        if made is not None:
            messages.success(request, _("The invitation is written down and goes by mail right away."))
            return redirect(made.meeting if made.meeting_id else made)
    query = {"employer": employer.pk, **({"meeting": meeting.pk} if meeting else {})}
    context = {
        "form": form,
        "employer": employer,
        "meeting": meeting,
        "purpose": purpose,
        "purposes": [
            (code, Invitation.Purpose(code).label, f"?{urlencode({**query, 'purpose': code})}")
            for code in PURPOSES
        ],
        "record_url": f"{reverse('meetings:invitation_add')}?{urlencode(query)}",
        "back_url": (meeting or employer).get_absolute_url(),
    }
    wrong = form.is_bound and (not form.is_valid() or not preview)
    return render(request, "meetings/invitation_mail.html", context, status=422 if wrong else 200)


def _meeting(request: HttpRequest, employer: Employer) -> Meeting | None:
    """The meeting of the address, when this employer takes part and it is still to come."""
    wanted = whole_number(request.GET.get("meeting"))
    if wanted is None:
        return None
    rows = meetings_for_page(request.user)
    meeting = get_object_or_404(rows, pk=wanted)
    takes_part = meeting.employer_rows.filter(employer__in=[employer.pk, employer.merged_into_id])
    if not can_be_invited_to(meeting) or not takes_part.exists():
        raise Http404
    return meeting


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("meeting", "person", "employer"), pk=pk)


@require_POST
@require(Act.PLAN_MEETING)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a mail again that was given up, for instance after the address was mended."""
    invitation = _invitation(request, pk)
    try:
        services.send_again(invitation, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The mail is tried again right away."))
    return redirect("meetings:invitation", pk=pk)


@require_POST
@require(Act.PLAN_MEETING)
def ask_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail somebody who has not answered once more."""
    invitation = _invitation(request, pk)
    asked = Invitation.objects.visible_to(request.user).filter(pk=invitation.pk)
    count = services.ask_again(asked, by=request.user)
    if count:
        messages.success(
            request,
            ngettext("%(count)d reminder is mailed.", "%(count)d reminders are mailed.", count)
            % {"count": count},
        )
    else:
        messages.error(request, _("There is nobody to remind by mail."))
    return redirect("meetings:invitation", pk=pk)
