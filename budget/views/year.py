"""Pages of a budget year: 80/20, the plan, years side by side, rates, locking."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from budget import selectors, services
from budget.forms.plan import OptionalReasonForm, PlanForm, RateForm, ReasonForm, StandardHoursForm
from budget.models import BudgetYear, Rate, StandardHours
from budget.selectors.years import years_side_by_side
from deventer_crm.core import clock, formatting
from deventer_crm.core.commitments import State
from deventer_crm.core.memo import remembering
from deventer_crm.core.parsing import whole_number

from .shared import known_year


@require_GET
@require(Act.SEE_BUDGET)
def this_year(request: HttpRequest) -> HttpResponse:
    """The menu's address: the year of today."""
    return redirect("budget:year", year=clock.today().year)


@require_GET
@require(Act.SEE_BUDGET)
def year(request: HttpRequest, year: int) -> HttpResponse:
    """80/20 of a year: reserved, spent, forecast, per month, and what is needed."""
    known_year(year)
    as_of = min(clock.today(), dt.date(year, 12, 31))
    with remembering():
        view = selectors.split(year, as_of)
        contact = selectors.contact_share(year, as_of)
    years = list(BudgetYear.objects.order_by("-year").values_list("year", flat=True)[:6])
    context = {
        "view": view,
        "rows": [
            {"label": _("Reserved"), "share": view.plan.share},
            {"label": _("Spent"), "share": view.booked.share},
            {"label": _("Expected"), "share": view.forecast.share if view.booked.total else None},
        ],
        "norm": view.norm.value / 100,
        "tolerance": view.norm.tolerance / 100,
        "first": _("sectors"),
        "second": _("inner city"),
        "needed": view.needed,
        "needed_tone": "risk" if view.spending_state == State.AT_RISK else "",
        "contact": contact,
        "denominator": denominator(view),
        "years": years,
        "copies_from": year - 1 if year - 1 in years and not view.lines else None,
        "can_plan": request.user.can(Act.PLAN_BUDGET),
        "can_book": request.user.can(Act.BOOK_HOURS),
        "can_see_hours": request.user.can(Act.SEE_ALL_HOURS),
    }
    return render(request, "budget/year_detail.html", context)


def denominator(view: selectors.Split) -> str:
    """Of what the share is a share, in one sentence with the amount."""
    if not view.has_plan:
        return ""
    if view.in_hours:
        amount, loose = formatting.hours(view.plan_hours.total), formatting.hours(view.unassigned_hours)
    else:
        amount, loose = formatting.euro(view.plan_euros.total), formatting.euro(view.unassigned_euros)
    words = {"amount": amount, "loose": loose, "year": view.year}
    said = _(
        "The share is that of the sectors in %(amount)s: what %(year)s reserves for sectors and inner city"
        " together, without the %(loose)s that cannot be assigned."
    )
    return said % words


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_BUDGET)
def plan(request: HttpRequest, year: int) -> HttpResponse:
    """Plan a year, or amend it with a reason."""
    known_year(year)
    budget_year = BudgetYear.objects.filter(year=year).first()
    totals = selectors.planned_by_track(budget_year) if budget_year else {}
    form = PlanForm(
        request.POST or None,
        totals=totals,
        user=request.user,
        initial={"off_norm_reason": budget_year.off_norm_reason if budget_year else ""},
    )
    if request.method == "POST" and form.is_valid():
        planned = form.attempt(
            lambda: services.plan_budget(
                year,
                form.reservations(),
                by=request.user,
                planned_on=form.cleaned_data["planned_on"],
                reason=form.cleaned_data["reason"],
                off_norm_reason=form.cleaned_data["off_norm_reason"],
            )
        )
        if planned is not None:
            messages.success(request, _("The plan of %(year)s is saved.") % {"year": year})
            return redirect("budget:year", year=year)
    status = 422 if form.is_bound else 200
    context: dict[str, Any] = {
        "form": form,
        "year": year,
        "budget_year": budget_year,
        "is_amendment": bool(totals),
        "copies_from": year - 1
        if not totals and BudgetYear.objects.filter(year=year - 1, lines__isnull=False).exists()
        else None,
    }
    return render(request, "budget/plan_form.html", context, status=status)


@require_POST
@require(Act.PLAN_BUDGET)
def copy(request: HttpRequest, year: int) -> HttpResponse:
    """Start a year with the plan of the year before."""
    known_year(year)
    try:
        services.copy_plan(year, from_year=year - 1, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(
            request,
            _("The plan of %(before)s is the plan of %(year)s now. Change what is different.")
            % {"before": year - 1, "year": year},
        )
    return redirect("budget:year", year=year)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_BUDGET)
def lock(request: HttpRequest, year: int) -> HttpResponse:
    """Lock a year, or open it again with a reason; what happened before stands below."""
    budget_year = get_object_or_404(BudgetYear, year=known_year(year))
    is_locked = budget_year.locked_on is not None
    form = (ReasonForm if is_locked else OptionalReasonForm)(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        act = services.unlock_year if is_locked else services.lock_year
        done = form.attempt(lambda: act(budget_year, by=request.user, reason=form.cleaned_data["reason"]))
        if done is not None:
            said = _("%(year)s is open again.") if is_locked else _("%(year)s is locked.")
            messages.success(request, said % {"year": year})
            return redirect("budget:year", year=year)
    context = {"form": form, "budget_year": budget_year, "year": year, "is_locked": is_locked}
    return render(request, "budget/lock_form.html", context, status=422 if form.is_bound else 200)


@require_GET
@require(Act.SEE_BUDGET)
def years(request: HttpRequest) -> HttpResponse:
    """The last five budget years side by side (C14)."""
    columns = years_side_by_side(clock.today())
    return render(request, "budget/years.html", {"columns": columns, "is_priced": Rate.objects.exists()})


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_BUDGET)
def rates(request: HttpRequest) -> HttpResponse:
    """What an hour costs and what a meeting usually takes: dated rows, a form below each."""
    which = request.POST.get("form") if request.method == "POST" else None
    rate_form = RateForm(request.POST if which == "rate" else None, user=request.user)
    usual_form = StandardHoursForm(request.POST if which == "usual" else None, user=request.user)
    if which == "rate" and rate_form.is_valid():
        data = rate_form.cleaned_data
        if rate_form.attempt(
            lambda: services.add_rate(
                data["euros"], data["starts_on"], by=request.user, reason=data["reason"]
            )
        ):
            messages.success(request, _("The rate is saved."))
            return redirect("budget:rates")
    if which == "usual" and usual_form.is_valid():
        data = usual_form.cleaned_data
        if usual_form.attempt(
            lambda: services.set_standard_hours(
                data["meeting_kind"], data["hours"], data["starts_on"], by=request.user
            )
        ):
            messages.success(request, _("The usual hours are saved."))
            return redirect("budget:rates")
    context = {
        "rates": Rate.objects.select_related("modified_by"),
        "usual": StandardHours.objects.select_related("meeting_kind").order_by(
            "meeting_kind__position", "meeting_kind__name", "-starts_on"
        ),
        "rate_form": rate_form,
        "usual_form": usual_form,
    }
    return render(request, "budget/rates.html", context, status=422 if which else 200)


def wanted_number(text: str | None, low: int, high: int) -> int | None:
    """A number of the address between these; nonsense is as good as nothing."""
    number = whole_number(text)
    return number if number is not None and low <= number <= high else None
