"""A month of one's own in one screen, a week as a grid, and the closing of months by the lead."""

import datetime as dt
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from budget import services
from budget.forms import MonthForm, WeekForm
from budget.forms.hours import iso_week
from budget.forms.plan import ReasonForm
from budget.models import MonthClosing, MonthConfirmation, TimeEntry
from budget.selectors.closing import closing_rows
from budget.selectors.proposals import month_range, proposals
from budget.selectors.week import RowKey, days_of, week_of
from budget.services.closed import closed_days, why_closed
from deventer_crm.core import clock
from deventer_crm.core.forms import sent

from .shared import known_year, month_of, seen_employers


@require_http_methods(["GET", "POST"])
@require(Act.BOOK_HOURS)
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """What was done and has no hours yet, what is booked, and the button that does the rest."""
    first = month_of(year, month)
    if first > clock.today():
        raise Http404
    closed = closed_days(request.user.pk, [first]).get(first, "")
    form = MonthForm(
        sent(request), user=request.user, proposals=[] if closed else proposals(request.user, first)
    )
    confirms = request.POST.get("do") == "confirm"
    if request.method == "POST" and form.is_valid():
        booked = form.attempt(
            lambda: services.book_month(request.user, first, form.chosen(), by=request.user, confirm=confirms)
        )
        if booked is not None:
            said = ngettext("%(count)d entry is booked.", "%(count)d entries are booked.", len(booked))
            text = said % {"count": len(booked)} if booked else ""
            if confirms:
                text = f"{text} {_('The month is confirmed.')}".strip()
            messages.success(request, text or _("Nothing was ticked, so nothing was booked."))
            return redirect("budget:month", year=year, month=month)
    start, end = month_range(first)
    entries = list(
        TimeEntry.objects.filter(user=request.user, day__range=(start, end))
        .select_related("track", "employer")
        .order_by("day", "pk")
    )
    context = {
        "first": first,
        "form": form,
        "lines": form.lines(),
        "entries": entries,
        "seen": seen_employers(entries, request.user),
        "total": sum((entry.hours for entry in entries), Decimal(0)),
        "proposed": sum(
            (proposal.hours for proposal in form.proposals if not proposal.is_doubtful), Decimal(0)
        ),
        "closed_words": why_closed(closed) if closed else "",
        "confirmation": MonthConfirmation.objects.filter(user=request.user, month=first).first(),
        "is_over": first < clock.today().replace(day=1),
        "before": (first - dt.timedelta(days=1)).replace(day=1),
        "after": _after(first),
        "week": iso_week(first if first.month != clock.today().month else clock.today()),
    }
    return render(request, "budget/month.html", context, status=422 if form.is_bound else 200)


def _after(first: dt.date) -> dt.date | None:
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return following if following <= clock.today() else None


@require_http_methods(["GET", "POST"])
@require(Act.BOOK_HOURS)
def week(request: HttpRequest, year: int, week: int) -> HttpResponse:
    """A week as a grid, for who likes to type hours by the day."""
    known_year(year)
    try:
        days = days_of(year, week)
    except ValueError as error:
        raise Http404 from error
    shown = [key for code in request.POST.getlist("rows")[:100] if (key := RowKey.parse(code))]
    form = WeekForm(sent(request), user=request.user, week=week_of(request.user, year, week, shown))
    if request.method == "POST" and form.is_valid():
        changed = form.attempt(lambda: services.save_week(request.user, form.changes(), by=request.user))
        if changed is not None:
            said = ngettext("%(count)d cell changed.", "%(count)d cells changed.", changed)
            messages.success(request, said % {"count": changed} if changed else _("Nothing changed."))
            return redirect("budget:week", year=year, week=week)
    context = {
        "form": form,
        "grid": form.week,
        "days": [
            {"day": day, "total": total, "closed": form.week.closed.get(day, "")}
            for day, total in zip(days, form.week.totals, strict=True)
        ],
        "reasons": sorted({why_closed(code) for code in form.week.closed.values() if code != "future"}),
        "number": week,
        "before": iso_week(days[0] - dt.timedelta(days=7)),
        "after": iso_week(days[0] + dt.timedelta(days=7)),
        "this_week": iso_week(clock.today()),
        "month": days[0],
    }
    return render(request, "budget/week.html", context, status=422 if form.is_bound else 200)


@require_GET
@require(Act.BOOK_HOURS)
def this_week(request: HttpRequest) -> HttpResponse:
    """The grid of the week of today."""
    year, week = iso_week(clock.today())
    return redirect("budget:week", year=year, week=week)


@require_GET
@require(Act.PLAN_BUDGET)
def months(request: HttpRequest, year: int) -> HttpResponse:
    """The months of a year: how much is booked, how many confirmed, closed or not."""
    known_year(year)
    return render(request, "budget/months.html", {"rows": closing_rows(year), "year": year})


@require_POST
@require(Act.PLAN_BUDGET)
def close(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Close a month for everybody."""
    first = month_of(year, month)
    try:
        services.close_month(first, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The month is closed for everybody."))
    return redirect("budget:months", year=year)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_BUDGET)
def open_again(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Open a closed month again, with a reason."""
    first = month_of(year, month)
    get_object_or_404(MonthClosing, month=first, reopened_on__isnull=True)
    form = ReasonForm(sent(request), user=request.user)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]

        def reopen() -> bool:
            services.reopen_closed_month(first, by=request.user, reason=reason)
            return True

        if form.attempt(reopen):
            messages.success(request, _("The month is open again."))
            return redirect("budget:months", year=year)
    context = {"form": form, "first": first, "year": year}
    return render(request, "budget/month_reopen.html", context, status=422 if form.is_bound else 200)
