"""Own hours: book, look back, confirm a month."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from budget import selectors, services
from budget.forms import JOINT, HoursForm
from budget.models import TimeEntry
from deventer_crm.core.paging import page_of
from deventer_crm.core.parsing import whole_number
from employers.models import Track

from .shared import month_of, seen_employers


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
        "seen": seen_employers(page, request.user),
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
        services.confirm_month(request.user, month_of(year, month), by=request.user)
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
        services.reopen_month(request.user, month_of(year, month), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The month is open again."))
    return redirect("budget:hours")
