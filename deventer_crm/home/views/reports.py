"""Quarterly reports: the list, one report, writing and freezing it, its documents, quarters side by side."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import badges, clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.forms import CrmForm, sent
from deventer_crm.core.lists.export import TYPES
from deventer_crm.core.memo import remembering
from deventer_crm.core.models import AccessEvent, Commitment, QuarterlyReport, ReportText
from deventer_crm.core.paging import page_of
from deventer_crm.core.pdf import pdf_response
from deventer_crm.core.services import log_access
from deventer_crm.home.reports import selectors, services
from deventer_crm.home.reports.documents import figures_file, report_pdf, report_title
from deventer_crm.home.reports.figures import day_of
from deventer_crm.home.reports.forms import BeginForm, CorrectForm, PublishForm, TextForm
from deventer_crm.home.reports.names import names_in
from deventer_crm.home.selectors.monitor import ProofList, StateCount, count_by_state

PER_PAGE = 25
PROOFS = 50


def _report(request: HttpRequest, pk: int) -> QuarterlyReport:
    """One that this reader may know of; else it does not exist."""
    return get_object_or_404(selectors.reports_for(request.user), pk=pk)


@require_safe
@require(Act.SEE_MONITOR)
def reports(request: HttpRequest) -> HttpResponse:
    """All quarters with their editions, newest first."""
    return _list(request, None)


def _list(request: HttpRequest, form: BeginForm | None) -> HttpResponse:
    keeps = request.user.can(Act.FREEZE)
    if keeps and form is None:
        form = BeginForm(offered=selectors.quarters_to_begin(clock.today()))
    context = {
        "page_obj": page_of(selectors.list_of(request.user), request.GET.get("page"), PER_PAGE),
        "form": form if form is not None and form.known else None,
        "keeps": keeps,
    }
    return render(request, "home/reports.html", context, status=422 if form and form.errors else 200)


@require_POST
@require(Act.FREEZE)
def begin(request: HttpRequest) -> HttpResponse:
    """A draft for a quarter without a report."""
    form = BeginForm(sent(request), offered=selectors.quarters_to_begin(clock.today()))
    if form.is_valid():
        quarter = form.cleaned_data["quarter"]
        made = form.attempt(lambda: services.begin_report(quarter.year, quarter.number, by=request.user))
        if made is not None:
            messages.success(request, _("The report is begun. Write what is to be said, then freeze it."))
            return redirect(made)
    return _list(request, form)


@require_safe
@require(Act.SEE_MONITOR)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report: a draft with a box for each commitment, a frozen one as it was frozen."""
    found = _report(request, pk)
    with remembering():
        page = selectors.report_page(found, request.user, clock.today())
    keeps = request.user.can(Act.FREEZE)
    forms = _forms(page, request) if found.is_draft else {}
    context = {
        "page": page,
        "report": found,
        "title": report_title(found),
        "lines": [(row, forms.get(row.commitment)) for row in page.rows],
        "counts": [
            StateCount(state, wish, f"{count} {badges.commitment(state, wish=wish).word}")
            for state, wish, count in count_by_state(page.rows)
        ],
        "documents": ", ".join(dict.fromkeys(row.document for row in page.rows)),
        "keeps": keeps,
        "is_running": found.is_draft and clock.today() <= found.period.last,
        "intact": found.is_draft or found.is_intact,
    }
    return render(request, "home/report.html", context)


def _forms(page: selectors.ReportPage, request: HttpRequest) -> dict[int, TextForm]:
    """A box for each commitment; its name tells them apart on one page."""
    return {
        row.commitment: TextForm(
            instance=page.texts.get(row.commitment)
            or ReportText(report=page.report, commitment_id=row.commitment),
            user=request.user,
            auto_id=f"{row.code}-%s",
        )
        for row in page.rows
    }


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def text(request: HttpRequest, pk: int, commitment: int) -> HttpResponse:
    """The text about one commitment; where a second editor sees what the first wrote."""
    found = _report(request, pk)
    about = get_object_or_404(Commitment, pk=commitment)
    if not found.is_draft:
        messages.warning(request, _("This report is frozen. Make a new edition to correct it."))
        return redirect(found)
    stored = ReportText.objects.filter(report=found, commitment=about).first()
    instance = stored or ReportText(report=found, commitment=about)
    form = TextForm(sent(request), instance=instance, user=request.user)
    if request.method == "POST" and form.is_valid() and form.take() is not None:
        messages.success(request, _("The text about %(code)s is saved.") % {"code": about.code})
        return redirect(f"{found.get_absolute_url()}#{about.code}")
    context = {"form": form, "report": found, "commitment": about, "title": report_title(found)}
    return render(request, "home/report_text.html", context, status=422 if form.is_bound else 200)


def _confirm(request: HttpRequest, found: QuarterlyReport, form: CrmForm, **words: Any) -> HttpResponse:
    context = {"form": form, "back_url": found.get_absolute_url(), **words}
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, with what cannot be taken back."""
    found = _report(request, pk)
    form = CrmForm(sent(request))
    if request.method == "POST" and form.is_valid():
        frozen = form.attempt(lambda: services.freeze_report(found, by=request.user))
        if frozen is not None:
            messages.success(request, _("The report is frozen."))
            return redirect(found)
    today = clock.today()
    consequences = [
        _("Figures, norms and texts stay as they are now, whatever changes later."),
        _("The records behind each figure are kept with it."),
        _("This cannot be taken back. A correction is a new edition; this one stays readable."),
        _("Everybody who sees the monitor can read the report from then on."),
    ]
    if today <= found.period.last:
        consequences.insert(0, _("The quarter is not over yet: what happens after today is not in it."))
    return _confirm(
        request,
        found,
        form,
        title=_("Freeze the report"),
        question=_("Freeze the report of the %(quarter)s with the figures of %(day)s?")
        % {"quarter": found.period.label, "day": nl_date(day_of(found.period, today))},
        consequences=consequences,
        action=_("Freeze the report"),
    )


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a report as public, after a look at the names in it."""
    found = _report(request, pk)
    named = [one for one in names_in(selectors.texts_of(found)) if not one.is_confidential]
    form = PublishForm(sent(request), asks=bool(named))
    if request.method == "POST" and form.is_valid():
        done = form.attempt(
            lambda: services.publish_report(
                found,
                by=request.user,
                names_may_be_public=form.cleaned_data.get("names_may_be_public", False),
            )
        )
        if done is not None:
            messages.success(request, _("The report is marked as published."))
            return redirect(found)
    consequences = [
        _("The public version has figures and texts, and nothing of who is behind them."),
        _("Put it on the website of the council yourself: download the public version."),
        _("This cannot be taken back. A correction is a new edition."),
    ]
    if named:
        names = ", ".join(one.name for one in named)
        consequences.insert(0, _("Your texts name: %(names)s") % {"names": names})
    return _confirm(
        request,
        found,
        form,
        title=_("Publish the report"),
        question=_("Mark the report of the %(quarter)s as published?") % {"quarter": found.period.label},
        consequences=consequences,
        action=_("Publish the report"),
    )


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A new edition, with the reason."""
    found = _report(request, pk)
    form = CorrectForm(sent(request))
    if request.method == "POST" and form.is_valid():
        made = form.attempt(
            lambda: services.new_edition(found, reason=form.cleaned_data["reason"], by=request.user)
        )
        if made is not None:
            messages.success(request, _("There is a draft of the new edition, with the texts of this one."))
            return redirect(made)
    return _confirm(
        request,
        found,
        form,
        title=_("Make a new edition"),
        question=_("Correct the report of the %(quarter)s?") % {"quarter": found.period.label},
        consequences=[
            _("You get a draft with the texts of this edition and the figures as they are recorded now."),
            _("This edition stays readable, and says that there is a newer one once that is frozen."),
        ],
        action=_("Make a new edition"),
    )


@require_http_methods(["GET", "POST"])
@require(Act.FREEZE)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = _report(request, pk)
    form = CrmForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.drop_draft(found, by=request.user)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(found)
        messages.success(request, _("The draft is thrown away."))
        return redirect("home:reports")
    return _confirm(
        request,
        found,
        form,
        title=_("Throw the draft away"),
        question=_("Throw away the draft of the %(quarter)s?") % {"quarter": found.period.label},
        consequences=[_("The texts in it are gone. Editions that are frozen stay.")],
        action=_("Throw the draft away"),
        danger=True,
    )


@require_safe
@require(Act.SEE_MONITOR)
def evidence(request: HttpRequest, pk: int, commitment: int) -> HttpResponse:
    """The records behind a frozen figure, for this reader; what is hidden is counted (R10)."""
    found = _report(request, pk)
    try:
        figure = selectors.frozen_row(found, commitment)
    except KeyError:  # a draft has none
        raise Http404 from None
    with remembering():
        kinds = [selectors.evidence_rows(label, keys) for label, keys in figure.evidence]
        proofs = ProofList([kind for kind in kinds if kind is not None], request.user, found.as_of)
        page = Paginator(proofs, PROOFS).get_page(request.GET.get("page"))
    context = {
        "report": found,
        "title": report_title(found),
        "row": figure,
        "page_obj": page,
        "hidden": proofs.hidden,
        "gone": sum(len(keys) for _label, keys in figure.evidence) - len(proofs) - proofs.hidden,
    }
    return render(request, "home/report_evidence.html", context)


@require_safe
@require(Act.SEE_MONITOR)
def compare(request: HttpRequest) -> HttpResponse:
    """Frozen quarters beside each other."""
    return render(request, "home/reports_compare.html", {"board": selectors.compare()})


@require_safe
@require(Act.SEE_MONITOR)
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a document. Taking it out is logged (R13)."""
    return _document(request, pk, public=False)


@require_safe
@require(Act.SEE_MONITOR)
def public_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The version that can go on the website of the council (R2, R10)."""
    return _document(request, pk, public=True)


def _document(request: HttpRequest, pk: int, *, public: bool) -> HttpResponse:
    found = _report(request, pk)
    page = selectors.report_page(found, request.user, clock.today())
    content = report_pdf(page, public=public)
    _log(request, found, len(page.rows))
    return pdf_response(content, _file_name(found, "pdf", public=public))


@require_safe
@require(Act.SEE_MONITOR)
def figures(request: HttpRequest, pk: int) -> FileResponse:
    """The figures as a spreadsheet."""
    found = _report(request, pk)
    page = selectors.report_page(found, request.user, clock.today())
    out, count = figures_file(page.rows, found.period.code)
    _log(request, found, count)
    name = _file_name(found, "xlsx")
    return FileResponse(out, as_attachment=True, filename=name, content_type=TYPES["xlsx"])


def _log(request: HttpRequest, found: QuarterlyReport, count: int) -> None:
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"core.quarterlyreport:{found.pk}",
        origin=request.META.get("REMOTE_ADDR", ""),
        rows=count,
    )


def _file_name(found: QuarterlyReport, kind: str, *, public: bool = False) -> str:
    parts = ["kwartaalrapportage", found.period.code, f"v{found.edition}" if found.edition > 1 else ""]
    parts.append("openbaar" if public else "concept" if found.is_draft else "")
    return "-".join(filter(None, parts)) + f".{kind}"
