"""The list of the largest employers of a year (R4): look, adjust, freeze."""

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.memo import remembering
from deventer_crm.core.panels import panels_for
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.statements import Prepared
from employers.forms.toplist import AdjustForm, FreezeForm
from employers.models import Employer, TopList, TopListAdjustment
from employers.selectors import find_employers
from employers.toplist import services
from employers.toplist.comparison import Movement, explained_list
from employers.toplist.duty_source import duties, visible_duties
from employers.toplist.selectors import (
    ADDED,
    EXCLUDED,
    concept,
    hidden_among,
    managers_of,
    standing_list,
)

FIRST_YEAR = 2000
#: Employers a search for somebody to add shows; who needs more types more.
FOUND = 12
#: Other years and replaced lists the page leads to.
OTHERS = 12


def _known_year(year: int) -> None:
    if not FIRST_YEAR <= year <= clock.today().year + 1:
        raise Http404


@require_GET
@require(Act.SEE_DOSSIERS)
def this_year(request: HttpRequest) -> HttpResponse:
    """An address without a year: that of today."""
    return redirect("employers:top", year=clock.today().year)


@require_GET
@require(Act.SEE_DOSSIERS)
def top(request: HttpRequest, year: int) -> HttpResponse:
    """The list with what changed and what came of the duty."""
    _known_year(year)
    with remembering():
        return _page(request, year)


def _page(request: HttpRequest, year: int) -> HttpResponse:
    found = explained_list(year)
    shown = found.shown
    hidden = hidden_among(shown.rows, request.user)
    rows = [row for row in shown.rows if row.employer.pk not in hidden]
    ids = [row.employer.pk for row in rows]
    found_duties = duties([row.employer.pk for row in shown.with_duty], year)
    duty_of = visible_duties(found_duties, year, request.user)
    managers = dict(managers_of.rows(ids, day=clock.today()))
    exact = request.user.can(Act.VIEW_EXACT_JOBS)
    years, history = _other_lists(year)
    context = {
        "year": str(year),
        "list": shown,
        "comparison": found,
        "lines": [
            {
                "row": row,
                "duty": duty_of.get(row.employer.pk),
                "manager": managers.get(row.employer.pk),
            }
            for row in rows
        ],
        "hidden": len(shown.rows) - len(rows),
        "panels": panels_for("top_list.header", found_duties if shown.is_frozen else {}, request.user),
        "newcomers": _explained(found.newcomers, request.user, exact=exact),
        "leavers": _explained(found.leavers, request.user, exact=exact),
        "can_freeze": request.user.can(Act.FREEZE),
        "pending": found.pending if request.user.can(Act.FREEZE) else (),
        "years": years,
        "history": history,
    }
    return render(request, "employers/toplist.html", context)


@Prepared
def _lists(*, year: int) -> "QuerySet[TopList]":
    rows = TopList.objects.filter(Q(superseded_on__isnull=True) | Q(year=year))
    return rows.select_related("frozen_by").order_by("-year", "-frozen_on", "-pk")


def _explained(movements: tuple[Movement, ...], user: Any, *, exact: bool) -> list[dict[str, Any]]:
    """Movements with their sentence; employers this reader may not know of are left out (R10)."""
    hidden = hidden_among(movements, user)
    return [
        {"movement": item, "sentence": item.explain(exact=exact)}
        for item in movements
        if item.employer.pk not in hidden
    ]


def _other_lists(shown: int) -> tuple[list[str], list[TopList]]:
    """Years with a list, this year and the one on the page, newest first, as text: a number of four digits
    gets a thousands separator on a Dutch page. And the lists of this year that were replaced."""
    lists = _lists.rows(year=shown, first=OTHERS)
    years = {*(item.year for item in lists), clock.today().year, shown}
    history = [item for item in lists if item.year == shown and item.superseded_on]
    return [str(year) for year in sorted(years, reverse=True)], history


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def freeze(request: HttpRequest, year: int) -> HttpResponse:
    """Ask once more, with what it means; the list that stands is replaced with a reason."""
    _known_year(year)
    standing = standing_list(year)
    figures = concept(year, size=standing.size if standing else None)
    if figures.reference_date is None:
        messages.warning(request, _("Import a register first: there is nothing to freeze yet."))
        return redirect("employers:top", year=year)
    initial = {"size": figures.size, "reference_date": figures.reference_date.isoformat()}
    form = FreezeForm(request.POST or None, year=year, replaces=standing is not None, initial=initial)
    if request.method == "POST" and form.is_valid():
        frozen = form.attempt(
            lambda: services.freeze_top_list(
                year,
                by=request.user,
                size=form.cleaned_data["size"],
                reference_date=form.cleaned_data["reference_date"],
                reason=form.cleaned_data.get("reason", ""),
            )
        )
        if frozen is not None:
            messages.success(request, _("The list of %(year)s is frozen.") % {"year": year})
            return redirect("employers:top", year=year)
    count = sum(row.has_duty for row in figures.rows)
    context = {
        "title": (_("Replace the list of %(year)s") if standing else _("Freeze the list of %(year)s"))
        % {"year": year},
        "question": ngettext(
            "The list has %(count)d employer by the figures of %(date)s.",
            "The list has %(count)d employers by the figures of %(date)s.",
            count,
        )
        % {"count": count, "date": nl_date(figures.reference_date)},
        "consequences": [
            _("From now on these employers are visited or invited each year: the monitor counts them."),
            _("The list keeps its employers, places and numbers when a newer register comes in."),
            _("Your name and today's date are kept with it."),
        ],
        "action": _("Replace the list") if standing else _("Freeze the list"),
        "back_url": reverse("employers:top", args=[year]),
        "form": form,
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def adjust(request: HttpRequest, year: int) -> HttpResponse:
    """Leave an employer out or add one, with the reason. Without `?bedrijf=` it is looked up first."""
    _known_year(year)
    status = EXCLUDED if request.GET.get("soort") == "weglaten" else ADDED
    chosen = request.GET.get("bedrijf", "")
    employer = None
    if chosen:
        visible = Employer.objects.visible_to(request.user).current()
        employer = get_object_or_404(visible, pk=whole_number(chosen))
    form = AdjustForm(request.POST or None)
    if request.method == "POST" and employer is not None and form.is_valid():
        adjusted = form.attempt(
            lambda: services.adjust_top_list(
                year, employer, status=status, reason=form.cleaned_data["reason"], by=request.user
            )
        )
        if adjusted is not None:
            messages.success(request, _adjusted(status, employer, year))
            return redirect("employers:top", year=year)
    asked = request.GET.get("q", "").strip()[:100]
    context = {
        "year": str(year),
        "status": status,
        "is_exclusion": status == EXCLUDED,
        "employer": employer,
        "form": form,
        "asked": asked,
        "found": find_employers(request.user, asked, limit=FOUND),
        "is_frozen": standing_list(year) is not None,
    }
    return render(request, "employers/toplist_adjust.html", context, status=422 if form.errors else 200)


def _adjusted(status: str, employer: Employer, year: int) -> str:
    values = {"name": employer.name, "year": year}
    if status == EXCLUDED:
        return _("%(name)s is left out of the list of %(year)s.") % values
    return _("%(name)s is added to the list of %(year)s.") % values


@require_POST
@require(Act.FREEZE)
def withdraw(request: HttpRequest, year: int, pk: int) -> HttpResponse:
    """Take an adjustment back."""
    visible = Employer.objects.visible_to(request.user)
    adjustment = get_object_or_404(
        TopListAdjustment.objects.filter(employer__in=visible).select_related("employer"), pk=pk, year=year
    )
    services.withdraw_adjustment(adjustment, by=request.user)
    messages.success(
        request, _("The change for %(name)s is taken back.") % {"name": adjustment.employer.name}
    )
    return redirect("employers:top", year=year)
