"""An answer to the council in five minutes: choose a day and commitments, copy or print the sheet."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.commitments import evaluate_all
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_access
from deventer_crm.home.forms import DayForm
from deventer_crm.home.forms_monitor import CouncilForm
from deventer_crm.home.selectors.council import CouncilSheet, council_data, council_sheet
from deventer_crm.home.views.monitor import asked_day


def _asked(request: HttpRequest) -> tuple[DayForm, dt.date, CouncilSheet | None]:
    """The form as it was filled in, the day, and the sheet once something was chosen."""
    _form, as_of = asked_day(request)
    measures = evaluate_all(as_of)
    form, as_of = asked_day(request, CouncilForm, offered=[measure.commitment for measure in measures])
    codes = form.cleaned_data.get("afspraak") or []
    if form.errors or not codes:
        return form, as_of, None
    return form, as_of, council_sheet(measures, codes, as_of, clock.today())


@require_safe
@require(Act.SEE_MONITOR)
def council(request: HttpRequest) -> HttpResponse:
    """The questions, and below them the sheet."""
    form, as_of, sheet = _asked(request)
    context = {
        "form": form,
        "as_of": as_of,
        "sheet": sheet,
        "pdf_url": f"{reverse('home:council_pdf')}?{request.GET.urlencode()}",
    }
    return render(request, "home/council.html", context, status=400 if form.errors else 200)


@require_safe
@require(Act.SEE_MONITOR)
def council_pdf(request: HttpRequest) -> HttpResponse:
    """The sheet as one A4. Taking it out is logged (R13). Without anything chosen: back to the questions."""
    _form, as_of, sheet = _asked(request)
    if sheet is None:
        return redirect(f"{reverse('home:council')}?{request.GET.urlencode()}")
    content = make_pdf("home/council.typ", council_data(sheet), title=sheet.title)
    log_access(
        AccessEvent.Verb.EXPORT, user=request.user, target="list:council", rows=len(sheet.said), kind="pdf"
    )
    return pdf_response(content, f"{_('commitments')}-{as_of:%Y-%m-%d}.pdf")
