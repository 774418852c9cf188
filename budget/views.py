"""Pages of the budget: 80/20 of a year, the plan, own hours."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from budget import selectors, services
from budget.forms import JOINT, HoursForm, PlanForm
from budget.models import BudgetYear, TimeEntry
from deventer_crm.core import clock
from deventer_crm.core.commitments import State
from deventer_crm.core.paging import page_of
from deventer_crm.core.parsing import whole_number
from employers.models import Employer, Track

FIRST_YEAR, LAST_YEAR = 2015, 2100


@require_GET
@require(Act.SEE_BUDGET)
def this_year(request: HttpRequest) -> HttpResponse:
    """The menu's address: the year of today."""
    return redirect("budget:year", year=clock.today().year)


@require_GET
@require(Act.SEE_BUDGET)
def year(request: HttpRequest, year: int) -> HttpResponse:
    """80/20 of a year: reserved, spent, forecast, per month, and what is needed."""
    _known_year(year)
    as_of = min(clock.today(), dt.date(year, 12, 31))
    view = selectors.split(year, as_of)
    contact = selectors.contact_share(year, as_of)
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
        "years": list(BudgetYear.objects.order_by("-year").values_list("year", flat=True)[:6]),
        "can_plan": request.user.can(Act.PLAN_BUDGET),
        "can_book": request.user.can(Act.BOOK_HOURS),
        "can_see_hours": request.user.can(Act.SEE_ALL_HOURS),
    }
    return render(request, "budget/year_detail.html", context)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_BUDGET)
def plan(request: HttpRequest, year: int) -> HttpResponse:
    """Plan a year, or amend it with a reason."""
    _known_year(year)
    budget_year = BudgetYear.objects.filter(year=year).first()
    totals = selectors.planned_by_track(budget_year) if budget_year else {}
    form = PlanForm(request.POST or None, totals=totals, user=request.user)
    if request.method == "POST" and form.is_valid():
        planned = form.attempt(
            lambda: services.plan_budget(
                year,
                form.reservations(),
                by=request.user,
                planned_on=form.cleaned_data["planned_on"],
                reason=form.cleaned_data["reason"],
            )
        )
        if planned is not None:
            messages.success(request, _("The plan of %(year)s is saved.") % {"year": year})
            return redirect("budget:year", year=year)
    status = 422 if form.is_bound else 200
    return render(
        request,
        "budget/plan_form.html",
        {"form": form, "year": year, "budget_year": budget_year, "is_amendment": bool(totals)},
        status=status,
    )


@require_GET
@require(Act.SEE_ALL_HOURS)
def year_hours(request: HttpRequest, year: int) -> HttpResponse:
    """The entries behind the booked share: evidence for the lead."""
    _known_year(year)
    rows = (
        TimeEntry.objects.visible_to(request.user)
        .filter(day__year=year)
        .select_related("track", "employer", "user")
    )
    track = request.GET.get("spoor", "")
    if track:
        rows = rows.filter(track__code=track)
    page = page_of(rows, request.GET.get("page"), 50)
    context = {
        "page_obj": page,
        "seen": _seen(page, request.user),
        "year": year,
        "tracks": Track.objects.all(),
        "track": track,
    }
    return render(request, "budget/timeentry_list.html", context)


@require_http_methods(["GET", "POST"])
@require(Act.BOOK_HOURS)
def hours(request: HttpRequest) -> HttpResponse:
    """Own hours: book, look back, confirm a month."""
    employer = whole_number(request.GET.get("employer"))
    form = HoursForm(
        request.POST or None,
        user=request.user,
        extra_employer=employer,
        initial={"employer": employer},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        booked = form.attempt(
            lambda: services.book_hours(
                user=request.user,
                by=request.user,
                day=data["day"],
                hours=data["hours"],
                employer=data["employer"],
                track=Track.objects.filter(pk=whole_number(data["track"])).first(),
                is_joint=data["track"] == JOINT,
                kind=data["kind"],
                note=data["note"],
            )
        )
        if booked is not None:
            messages.success(request, _("Your hours are booked."))
            return redirect("budget:hours")
    mine = TimeEntry.objects.filter(user=request.user).select_related("track", "employer")
    page = page_of(mine, request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "seen": _seen(page, request.user),
        "months": selectors.own_months(request.user),
    }
    return render(request, "budget/hours.html", context, status=422 if form.is_bound else 200)


@require_POST
@require(Act.BOOK_HOURS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own entry out of an open month."""
    entry = get_object_or_404(TimeEntry, pk=pk, user=request.user)
    try:
        services.remove_hours(entry, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The entry is removed."))
    return redirect("budget:hours")


@require_POST
@require(Act.BOOK_HOURS)
def confirm(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Own month is complete."""
    try:
        services.confirm_month(request.user, _month(year, month), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The month is confirmed."))
    return redirect("budget:hours")


@require_POST
@require(Act.BOOK_HOURS)
def reopen(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Take the own confirmation back."""
    try:
        services.reopen_month(request.user, _month(year, month), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The month is open again."))
    return redirect("budget:hours")


def _seen(entries: Any, user: Any) -> set[int]:
    """Which employers of these entries this reader may name: one can have become confidential (R10)."""
    named = {entry.employer_id for entry in entries if entry.employer_id}
    return set(Employer.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))


def _known_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404


def _month(year: int, month: int) -> dt.date:
    _known_year(year)
    if not 1 <= month <= 12:
        raise Http404
    return dt.date(year, month, 1)
