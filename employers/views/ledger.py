"""The ledger of promises in one view, and the weekly list for the staff meeting."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_access
from employers.panels.followups import week_card
from employers.selectors.ledger import GROUPINGS, ledger
from employers.selectors.weekly import hidden_words, lead_of, weekly_data, weekly_list

#: In the address: also actions and what employers promised.
EVERYTHING = "alles"


@require_safe
@require(Act.SEE_FOLLOW_UPS)
def overview(request: HttpRequest) -> HttpResponse:
    """How many promises stand, by college member, department, employer or age; a member of the college sees
    the own promises first."""
    per = request.GET.get("per", "")
    per = per if per in GROUPINGS else next(iter(GROUPINGS))
    everything = request.GET.get("soort") == EVERYTHING
    context = {
        "ledger": ledger(request.user, per=per, everything=everything),
        "tabs": [
            (label, _address(code, everything=everything), code == per) for code, label in GROUPINGS.items()
        ],
        "everything": everything,
        "other_url": _address(per, everything=not everything),
        "own": week_card(request.user) if request.user.has_role(Role.COLLEGE_MEMBER) else None,
    }
    return render(request, "employers/ledger.html", context)


def _address(per: str, *, everything: bool) -> str:
    return "?" + urlencode({"per": per, **({"soort": EVERYTHING} if everything else {})})


@require_safe
@require(Act.SEE_FOLLOW_UPS)
def weekly(request: HttpRequest) -> HttpResponse:
    """The weekly list on screen; prints well."""
    week = weekly_list(request.user)
    context = {"week": week, "lead": lead_of(week), "hidden": hidden_words(week)}
    return render(request, "employers/weekly_list.html", context)


@require_safe
@require(Act.SEE_FOLLOW_UPS)
def weekly_pdf(request: HttpRequest) -> HttpResponse:
    """The same as a PDF. Taking it out is logged (R13)."""
    week = weekly_list(request.user)
    content = make_pdf(
        "employers/weekly_list.typ", weekly_data(week), title=_("Promises to employers: weekly list")
    )
    log_access(
        AccessEvent.Verb.EXPORT, user=request.user, target="list:weekly-promises", rows=week.count, kind="pdf"
    )
    return pdf_response(content, f"weeklijst-toezeggingen-{clock.today():%Y-%m-%d}.pdf")
