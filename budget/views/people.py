"""Hours of each person: the plan, and booked hours as far as R9 allows."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.permissions import require
from accounts.roles import Act
from budget import selectors, services
from budget.forms import PersonPlanForm
from budget.models import BudgetYear
from budget.selectors.people import people_of
from budget.selectors.spending import TRACKS
from deventer_crm.core import clock
from employers.models import Track

from .shared import known_year


@require_GET
@require(Act.BOOK_HOURS)
def people(request: HttpRequest, year: int) -> HttpResponse:
    """For the lead everybody by name, for everybody else the own row."""
    known_year(year)
    as_of = min(clock.today(), dt.date(year, 12, 31))
    found = people_of(year, as_of, request.user)
    view = selectors.split(year, as_of)
    names = {track.code: track.name for track in Track.objects.all()}
    reserved = {
        Track.SECTORS: view.plan_hours.sectors,
        Track.INNER_CITY: view.plan_hours.inner_city,
        Track.NONE: view.unassigned_hours,
    }
    context = {
        "year": year,
        "people": found,
        "rows": [
            {
                "person": row,
                "planned": [row.planned[code] for code in TRACKS],
                "booked": [(code, row.booked[code]) for code in TRACKS] if row.booked is not None else None,
                "is_own": row.user.pk == request.user.pk,
            }
            for row in found.rows
        ],
        "tracks": [names.get(code, code) for code in TRACKS],
        "divided": [(names.get(code, code), found.planned[code], reserved[code]) for code in TRACKS],
        "can_plan": request.user.can(Act.PLAN_BUDGET),
        "sees_all": request.user.can(Act.SEE_ALL_HOURS),
        "shows_booked": any(row.booked is not None for row in found.rows),
    }
    return render(request, "budget/people.html", context)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_BUDGET)
def person(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Plan the hours of one person, or amend them with a reason."""
    known_year(year)
    who = get_object_or_404(User.objects.who_can(Act.BOOK_HOURS), pk=pk)
    budget_year = BudgetYear.objects.filter(year=year).first()
    totals = selectors.planned_by_person(budget_year, who) if budget_year else {}
    form = PersonPlanForm(
        request.POST or None,
        totals={track.pk: hours for (_user, track), hours in totals.items()},
        user=request.user,
    )
    if request.method == "POST" and form.is_valid():
        planned = form.attempt(
            lambda: services.plan_person(
                year,
                who,
                form.hours(),
                by=request.user,
                planned_on=form.cleaned_data["planned_on"],
                reason=form.cleaned_data["reason"],
            )
        )
        if planned is not None:
            messages.success(request, _("The hours of %(name)s are saved.") % {"name": who})
            return redirect("budget:people", year=year)
    lines = budget_year.person_lines.filter(user=who).select_related("track") if budget_year else []
    context = {"form": form, "year": year, "who": who, "lines": lines, "is_amendment": bool(totals)}
    return render(request, "budget/person_form.html", context, status=422 if form.is_bound else 200)
