"""Handing a portfolio over: preview, the act itself, taking back, and the overdrachtsdossier."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_access
from employers.forms.portfolios import HandOverForm
from employers.models import HandOver
from employers.portfolios.handover import Preview, hand_over, preview, undo_hand_over
from employers.portfolios.selectors import hand_overs_for
from employers.portfolios.sheet import sheet_data, sheet_of
from employers.portfolios.sources import SOURCES

#: What the first step asks; present in an address that asks for a preview.
ASKED = "from_user"


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.KEEP_PORTFOLIOS)
def handover_add(request: HttpRequest) -> HttpResponse:
    """First who, what and when; then what that means, with employers to untick; then the act."""
    asked = request.POST if request.method == "POST" else request.GET
    is_asked = bool(asked.get(ASKED) and asked.get("to_user"))
    initial = {"starts_on": clock.today(), "from_user": whole_number(asked.get(ASKED))}
    form = HandOverForm(
        asked if is_asked or request.method == "POST" else None, user=request.user, initial=initial
    )
    shown, only = None, _ticked(asked)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        people = (data["from_user"], data["to_user"])
        options = {"by": request.user, "starts_on": data["starts_on"], "scope": form.scope(), "only": only}
        if request.method == "POST" and asked.get("act") == "hand_over":
            handed = form.attempt(lambda: hand_over(*people, **options, reason=data["reason"]))
            if handed is not None:
                messages.success(request, _said(handed))
                return redirect(handed)
        shown = preview(*people, **options)
    context = {
        "form": form,
        "preview": shown,
        "hidden": _hidden(asked) if shown else [],
        "ticked": _ticked_rows(shown, only) if shown else [],
    }
    return render(request, "employers/handover_form.html", context, status=422 if form.errors else 200)


def _ticked(asked: QueryDict) -> list[int] | None:
    """The employers that stand ticked; None as long as nobody could tick."""
    if "ticked" not in asked:
        return None
    keys = (whole_number(value) for value in asked.getlist("employer"))
    return [key for key in keys if key is not None]


def _ticked_rows(shown: Preview, only: list[int] | None) -> list[tuple[object, bool]]:
    return [(row, only is None or row.pk in only) for row in shown.employers]


def _hidden(asked: QueryDict) -> list[tuple[str, str]]:
    """What was asked, to be sent along with the ticks."""
    names = (ASKED, "to_user", "starts_on", "sectors", "areas", "reason")
    return [(name, value) for name in names for value in asked.getlist(name)]


def _said(handed: HandOver) -> str:
    count = len(handed.employers)
    text = ngettext(
        "%(count)d employer is handed over to %(name)s.",
        "%(count)d employers are handed over to %(name)s.",
        count,
    ) % {"count": count, "name": handed.to_user}
    if handed.is_waiting:
        text += " " + _("Open promises and meetings follow on the day itself.")
    return text


def _hand_over(request: HttpRequest, pk: int) -> HandOver:
    rows = hand_overs_for(request.user, keeps=request.user.can(Act.KEEP_PORTFOLIOS))
    return get_object_or_404(rows, pk=pk)


@require_safe
@require(Act.SEE_PORTFOLIOS)
def handover_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was moved, and the way to the overdrachtsdossier and back."""
    handed = _hand_over(request, pk)
    items = handed.moved.get("items", {})
    context = {
        "handed": handed,
        "counts": [
            (source.label, len(items.get(code, []))) for code, source in SOURCES.items() if code in items
        ],
        "portfolios": sum(len(handed.moved["portfolios"][name]) for name in ("made", "taken")),
        "keeps": request.user.can(Act.KEEP_PORTFOLIOS),
    }
    return render(request, "employers/handover_detail.html", context)


@require_POST
@require(Act.KEEP_PORTFOLIOS)
def handover_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Put everything back."""
    handed = _hand_over(request, pk)
    try:
        done = undo_hand_over(handed, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(handed)
    messages.success(
        request,
        _("The hand-over is taken back: everything is with %(name)s again.") % {"name": handed.from_user},
    )
    if done.kept:
        text = ngettext(
            "%(count)d record was changed since and stays as it is.",
            "%(count)d records were changed since and stay as they are.",
            done.kept,
        )
        messages.warning(request, text % {"count": done.kept})
    return redirect(handed)


@require_safe
@require(Act.SEE_PORTFOLIOS)
def handover_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The overdrachtsdossier on screen; prints well."""
    handed = _hand_over(request, pk)
    blocks = sheet_of(handed, request.user)
    _log(request, handed, len(blocks), AccessEvent.Verb.VIEW_CONFIDENTIAL if _secret(blocks) else None)
    return render(request, "employers/handover_sheet.html", {"handed": handed, "blocks": blocks})


@require_safe
@require(Act.SEE_PORTFOLIOS)
def handover_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a PDF. Taking it out is logged (R13)."""
    handed = _hand_over(request, pk)
    blocks = sheet_of(handed, request.user)
    content = make_pdf("employers/handover_sheet.typ", sheet_data(handed, blocks), title=_("Hand-over file"))
    _log(request, handed, len(blocks), AccessEvent.Verb.EXPORT)
    return pdf_response(content, f"overdrachtsdossier-{handed.starts_on:%Y-%m-%d}.pdf")


def _secret(blocks: list) -> bool:
    return any(block.employer.is_confidential for block in blocks)


def _log(request: HttpRequest, handed: HandOver, count: int, verb: AccessEvent.Verb | None) -> None:
    if verb is not None:
        log_access(verb, user=request.user, target=f"employers.handover:{handed.pk}", rows=count)
