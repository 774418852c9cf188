"""The annual plan: its page, one proposal, and remit and district of the members."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import CollegeMember
from accounts.permissions import allow, require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.forms import sent
from deventer_crm.core.services import StaleRecord
from meetings.annual_plan import services
from meetings.annual_plan.page import plan_page, proposals_for, single_card
from meetings.annual_plan.reading import college_of
from meetings.forms.annual_plan import DropForm, InterestForm, MoveForm, PlanForm, VersionForm
from meetings.models import AnnualPlan, PlanProposal

FIRST_YEAR = 2000
MAKE, ACCEPT_ALL = "make", "accept_all"
#: Buttons that ask nothing: act → the service and what is said after it.
AT_ONCE: dict[str, tuple[Callable[..., PlanProposal], Any]] = {
    "fix": (services.fix_proposal, gettext_lazy("“%(name)s” is fixed. Planning again leaves it alone.")),
    "release": (services.release_proposal, gettext_lazy("“%(name)s” may move when you plan again.")),
    "restore": (services.restore_proposal, gettext_lazy("“%(name)s” is back in the plan.")),
    "take_back": (
        services.take_back,
        gettext_lazy("The draft of “%(name)s” is gone from the agenda. The day stays fixed in the plan."),
    ),
}
FORMS: dict[str, tuple[type[MoveForm | DropForm], Any]] = {
    "move": (MoveForm, gettext_lazy("“%(name)s” has another place and is fixed there.")),
    "drop": (DropForm, gettext_lazy("“%(name)s” is left out of the plan.")),
}


@require_safe
@require(Act.SEE_AGENDA)
def this_year(request: HttpRequest) -> HttpResponse:
    """An address without a year: that of today."""
    return redirect("meetings:annual_plan", year=clock.today().year)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.SEE_AGENDA)
def annual_plan(request: HttpRequest, year: int) -> HttpResponse:
    """The plan of a year; making it, renewing it and accepting all of it."""
    if not FIRST_YEAR <= year <= clock.today().year + 2:
        raise Http404
    plan = AnnualPlan.objects.filter(year=year).first()
    form = None
    if request.method == "POST":
        allow(request.user, Act.KEEP_ANNUAL_PLAN)
        if request.POST.get("act") == ACCEPT_ALL and plan is not None:
            return _accept_all(request, plan)
        form = PlanForm(request.POST, year=year, plan=plan, user=request.user)
        if form.is_valid() and form.make(request.user) is not None:
            messages.success(
                request, _("The year is proposed. Nothing is in the agenda before you accept it.")
            )
            return redirect("meetings:annual_plan", year=year)
    page = plan_page(year, request.user, request.GET.get("show", ""))
    if page.keeps and not page.is_over and form is None:
        form = PlanForm(year=year, plan=plan, user=request.user)
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "meetings/annual_plan.html", {"page": page, "form": form}, status=status)


def _accept_all(request: HttpRequest, plan: AnnualPlan) -> HttpResponse:
    try:
        made = services.accept_proposals(plan, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join([*refusal.messages, _("Nothing was put into the agenda.")]))
    else:
        if made:
            messages.success(request, services.accepted_words(len(made)))
        else:
            messages.warning(request, _("There was nothing to put into the agenda."))
    return redirect(plan)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.SEE_AGENDA)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """Why one proposal stands where it stands, and everything that can be done with it."""
    row = get_object_or_404(proposals_for(request.user), pk=pk)
    forms: dict[str, Any] = {}
    status = 200
    if request.method == "POST":
        allow(request.user, Act.KEEP_ANNUAL_PLAN)
        act = request.POST.get("act", "")
        try:
            done = _take(request, row, act, forms)
        except StaleRecord as conflict:
            messages.error(request, conflict.message())
            return redirect(row)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(row)
        if done is not None:
            return done
        status = 422
        row = get_object_or_404(proposals_for(request.user), pk=pk)
    card = single_card(row, request.user)
    for act, (form_class, _words) in FORMS.items():
        if act in card.acts and act not in forms:
            forms[act] = form_class(proposal=row, user=request.user, prefix=act)
    context = {"card": card, "proposal": row, "forms": forms}
    return render(request, "meetings/plan_proposal.html", context, status=status)


def _take(request: HttpRequest, row: PlanProposal, act: str, forms: dict[str, Any]) -> HttpResponse | None:
    """Do what was asked; None: a form says what is wrong. Raises StaleRecord, ValidationError."""
    name = {"name": row.name}
    back = f"{row.plan.get_absolute_url()}#voorstel-{row.pk}"
    if act in FORMS:
        form_class, words = FORMS[act]
        prefix = act if f"{act}-record_version" in request.POST else None
        form = form_class(request.POST, proposal=row, user=request.user, prefix=prefix)
        if not form.is_valid() or form.take() is None:
            if prefix is None:  # from the table, where there is no room for a form
                raise ValidationError([text for errors in form.errors.values() for text in errors])
            forms[act] = form
            return None
        messages.success(request, words % name)
        return redirect(back)
    version = VersionForm(request.POST, proposal=row, user=request.user)
    version.is_valid()
    if act == "accept":
        services.check_version(row, **version.seen)
        made = services.accept_proposals(row.plan, by=request.user, only=[row.pk])
        if not made:
            raise ValidationError(_("This is in the agenda already, or left out."))
        messages.success(request, services.accepted_words(len(made)))
        return redirect(back)
    if act not in AT_ONCE:
        raise ValidationError(_("Choose what must be done."))
    service, words = AT_ONCE[act]
    service(row, by=request.user, **version.seen)
    messages.success(request, words % name)
    return redirect(back)


# ── remit and district ───────────────────────────────────────────────────────────────────────────


@require_safe
@require(Act.KEEP_ANNUAL_PLAN)
def interests(request: HttpRequest) -> HttpResponse:
    """Which sectors and areas go with which member."""
    today = clock.today()
    members = college_of(today, today).prefetch_related("interests__sector", "interests__area")
    return render(request, "meetings/plan_interests.html", {"members": members})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_ANNUAL_PLAN)
def interest(request: HttpRequest, pk: int) -> HttpResponse:
    """Change them for one member."""
    member = get_object_or_404(CollegeMember, pk=pk)
    form = InterestForm(sent(request), member=member, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.save(request.user)
        messages.success(request, _("Saved. It counts from the next time you plan."))
        return redirect("meetings:plan_interests")
    context = {"form": form, "member": member}
    return render(request, "meetings/plan_interest.html", context, status=422 if form.is_bound else 200)
