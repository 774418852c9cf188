"""The commitments monitor and the evidence of one commitment."""

import datetime as dt
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.commitments import evaluate
from deventer_crm.core.memo import remembering
from deventer_crm.core.models import Commitment
from deventer_crm.home.forms import DayForm
from deventer_crm.home.forms_monitor import MonitorForm
from deventer_crm.home.selectors import monitor as selectors
from deventer_crm.home.selectors import monitor_filters as filters

PER_PAGE = 50


def asked_day(request: HttpRequest, kind: type[DayForm] = DayForm, **options: Any) -> tuple[DayForm, dt.date]:
    """The day in the address; today when there is none or it is no day, with the error in the form. The rest
    of the form is filled from the address too."""
    asked = request.GET.copy()
    if not asked.get("datum"):
        asked["datum"] = clock.today().isoformat()
    form = kind(asked, **options)
    form.is_valid()
    return form, form.cleaned_data.get("datum") or clock.today()


@require_safe
@require(Act.SEE_MONITOR)
def monitor(request: HttpRequest) -> HttpResponse:
    """One row per commitment, as of a day."""
    form, as_of = asked_day(request, MonitorForm)
    today = clock.today()
    choice = filters.Choice.read(request.GET)
    board = selectors.monitor(as_of, today)
    context = {
        "form": form,
        "board": filters.narrowed(board, choice, today),
        "total": len(board.rows),
        "chips": filters.chips(choice, as_of, today),
        "clear_url": filters.Choice().query(as_of, today),
        "today_url": choice.query(today, today),
        "as_of": as_of,
        "is_today": as_of == today,
        "can_see_budget": request.user.can(Act.SEE_BUDGET),
    }
    return render(request, "home/monitor.html", context, status=400 if form.errors else 200)


@require_safe
@require(Act.SEE_MONITOR)
def commitment(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind one figure, for this reader; what is confidential is counted, not shown (R10)."""
    form, as_of = asked_day(request)
    today = clock.today()
    found = (
        Commitment.objects.on(as_of)
        .filter(code=code)
        .select_related("document")
        .prefetch_related("norms")
        .order_by("-document__starts_on")
        .first()
    )
    if found is None:
        raise Http404
    with remembering():
        row = selectors.Row(evaluate(found, as_of), selectors.commitment_url(code, as_of, today))
    seen = row.measure.seen
    proofs = selectors.ProofList(seen.evidence, request.user, as_of)
    planned = selectors.ProofList(seen.planned_evidence, request.user, as_of)
    still_open = selectors.ProofList(seen.open_evidence, request.user, as_of)
    context = {
        "form": form,
        "row": row,
        "as_of": as_of,
        "is_today": as_of == today,
        "page_obj": Paginator(proofs, PER_PAGE).get_page(request.GET.get("page")),
        "hidden": proofs.hidden,
        "planned_page": Paginator(planned, PER_PAGE).page(1),
        "planned_hidden": planned.hidden,
        "open_page": Paginator(still_open, PER_PAGE).page(1),
        "open_hidden": still_open.hidden,
        "document": selectors.document_text(found.document),
        "norms": selectors.norm_lines(found, as_of),
        "can_change_norms": request.user.can(Act.CHANGE_NORMS),
        "can_see_budget": request.user.can(Act.SEE_BUDGET),
    }
    return render(request, "home/commitment.html", context, status=400 if form.errors else 200)
