"""Opnieuw toewijzen: what a college member who left, or a colleague without an account, leaves behind;
and the hand-over file of a college member."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import CollegeMember, User
from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_access
from meetings.forms.leavers import ClosedForm, MemberForm
from meetings.leavers.file import MemberFile, file_data, lead_of, member_file
from meetings.leavers.lines import groups_of_closed, groups_of_leaver
from meetings.leavers.reading import closed_accounts, leavers
from meetings.leavers.services import Given


def _page(
    request: HttpRequest, *, member_form: MemberForm | None = None, closed_form: ClosedForm | None = None
) -> HttpResponse:
    """Everything that waits, with a form for each of whom it is; a form that failed keeps what was typed."""
    picked = {name: set(request.POST.getlist(name)) for name in ("promise", "invitation", "meeting")}
    members = []
    for leaver in leavers(request.user):
        is_failed = member_form is not None and member_form.member == leaver.member
        form = member_form if is_failed else MemberForm(member=leaver.member, user=request.user)
        members.append((leaver, form, groups_of_leaver(leaver, picked if is_failed else {})))
    closed = []
    for row in closed_accounts(request.user):
        is_failed = closed_form is not None and closed_form.old == row.user
        own = closed_form if is_failed else ClosedForm(old=row.user, user=request.user)
        closed.append((row, own, groups_of_closed(row, picked if is_failed else {})))
    failed = member_form or closed_form
    context = {"members": members, "closed": closed, "failed": failed}
    return render(request, "meetings/reassign.html", context, status=422 if failed else 200)


@require_safe
@require(Act.REASSIGN_COLLEGE)
def reassign(request: HttpRequest) -> HttpResponse:
    """What lies with nobody who can act."""
    return _page(request)


@require_POST
@require(Act.REASSIGN_COLLEGE)
def reassign_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Give what a member left behind to another, all of it or what was ticked."""
    member = get_object_or_404(CollegeMember, pk=pk)
    form = MemberForm(request.POST, member=member, user=request.user)
    given = form.give() if form.is_valid() else None
    if given is None:
        return _page(request, member_form=form)
    _say(request, given)
    return redirect("meetings:reassign")


@require_POST
@require(Act.REASSIGN_COLLEGE)
def reassign_closed(request: HttpRequest) -> HttpResponse:
    """Give what lies with a colleague without an account, or with nobody, to another."""
    old: User | None = None
    if request.POST.get("from"):
        number = whole_number(request.POST["from"])
        if number is None:
            raise Http404
        old = get_object_or_404(User, pk=number)
    form = ClosedForm(request.POST, old=old, user=request.user)
    given = form.give() if form.is_valid() else None
    if given is None:
        return _page(request, closed_form=form)
    _say(request, given)
    return redirect("meetings:reassign")


def _say(request: HttpRequest, given: Given) -> None:
    text = ngettext("%(count)d is reassigned.", "%(count)d are reassigned.", given.total)
    if given.total:
        messages.success(request, text % {"count": given.total})
    if given.stayed:
        text = ngettext(
            "%(count)d stays: a meeting needs a member who is in the college that day, and nobody gets what "
            "they may not know of.",
            "%(count)d stay: a meeting needs a member who is in the college that day, and nobody gets what "
            "they may not know of.",
            given.stayed,
        )
        messages.warning(request, text % {"count": given.stayed})
    if not given.total and not given.stayed:
        messages.warning(request, _("Nothing was reassigned; somebody else may have been first."))


@require_safe
@require(Act.SEE_COLLEGE)
def member_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The hand-over file of a college member on screen; prints well."""
    told = _told(request, pk)
    if told.is_secret:
        _log(request, told, AccessEvent.Verb.VIEW_CONFIDENTIAL)
    context: dict[str, Any] = {"told": told, "lead": lead_of(told)}
    return render(request, "meetings/member_sheet.html", context)


@require_safe
@require(Act.SEE_COLLEGE)
def member_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a PDF. Taking it out is logged (R13)."""
    told = _told(request, pk)
    content = make_pdf(
        "meetings/member_sheet.typ", file_data(told), title=_("Hand-over file of a college member")
    )
    _log(request, told, AccessEvent.Verb.EXPORT)
    return pdf_response(content, f"overdrachtsdossier-collegelid-{pk}-{clock.today():%Y-%m-%d}.pdf")


def _told(request: HttpRequest, pk: int) -> MemberFile:
    return member_file(get_object_or_404(CollegeMember, pk=pk), request.user)


def _log(request: HttpRequest, told: MemberFile, verb: AccessEvent.Verb) -> None:
    log_access(
        verb,
        user=request.user,
        target=f"accounts.collegemember:{told.member.pk}",
        rows=sum(len(part.lines) for part in told.parts),
    )
