"""The register import: upload, look, run, result. Everything long happens in the background."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.paging import page_of
from employers.forms.imports import ColumnsForm, UploadForm
from employers.models import DeliveryRow, RegisterDelivery
from employers.register_import import deliveries
from employers.register_import.deciding import decide
from employers.register_import.texts import OUTCOME_LABELS
from employers.selectors.imports import (
    ASKS_WHICH,
    OUTCOMES,
    classes_of,
    columns_read,
    lines_of,
    refused_rows,
    rows_of,
    waits,
)
from employers.spreadsheets import jobs
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.showing import problem_of
from employers.views.spreadsheets import ask_to_discard, refresh_page, refused_file

State = RegisterDelivery.State
PAGE = 50
MISSING_ALARM = 0.1  # of the rows: so many ended at once is rather a part of a register than a year


@require_GET
@require(Act.IMPORT_REGISTER)
def import_list(request: HttpRequest) -> HttpResponse:
    """Every delivery, the newest first."""
    found = RegisterDelivery.objects.select_related("by").order_by("-created_at", "-pk")
    page = page_of(found, request.GET.get("page"), PAGE)
    return render(request, "employers/import_list.html", {"page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_REGISTER)
def import_upload(request: HttpRequest) -> HttpResponse:
    """Step 1: the file and what it is."""
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        delivery = deliveries.upload(
            data["file"],
            by=request.user,
            source=data["source"],
            reference_date=data["reference_date"],
            sbi_version=data["sbi_version"],
            is_partial=data["is_partial"],
        )
        return redirect("employers:import_detail", pk=delivery.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "employers/import_upload.html", {"form": form}, status=status)


@require_GET
@require(Act.IMPORT_REGISTER)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a delivery is: busy, checked (what the import would do), done, refused or failed."""
    delivery = get_object_or_404(RegisterDelivery.objects.select_related("by"), pk=pk)
    busy = delivery.state in jobs.UNFINISHED
    context = {"delivery": delivery, "busy": busy, "waits": busy and waits(delivery)}
    if getattr(request, "htmx", False):
        if not busy:
            return refresh_page()
        return render(request, "employers/import_detail.html#progress", context)
    context |= {
        "problem": problem_of(delivery.problem),
        "classes": classes_of(delivery),
        "columns": columns_read(delivery),
        "alarm": delivery.counts.get("missing", 0) > MISSING_ALARM * max(delivery.rows_total, 1),
        "can_map": bool(delivery.preview.get("header")) and delivery.state in (State.CHECKED, State.REFUSED),
    }
    return render(request, "employers/import_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_REGISTER)
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2, when needed: say which column is which, and look again."""
    delivery = get_object_or_404(RegisterDelivery, pk=pk)
    header = delivery.preview.get("header")
    if not header or delivery.state not in (State.CHECKED, State.REFUSED) or not delivery.file:
        raise Http404
    form = ColumnsForm(request.POST or None, header=header, chosen=delivery.mapping, user=request.user)
    if request.method == "POST" and form.is_valid():
        deliveries.remap(delivery, form.chosen(), by=request.user)
        return redirect("employers:import_detail", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(
        request, "employers/import_columns.html", {"form": form, "delivery": delivery}, status=status
    )


@require_POST
@require(Act.IMPORT_REGISTER)
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: import what was looked at."""
    delivery = get_object_or_404(RegisterDelivery, pk=pk)
    deliveries.start(delivery, by=request.user)
    return redirect("employers:import_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_REGISTER)
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a file that was not imported."""
    delivery = get_object_or_404(RegisterDelivery, pk=pk)
    if delivery.state in (State.DONE, State.CHECKING, State.QUEUED, State.RUNNING):
        raise Http404
    if request.method == "POST":
        deliveries.discard(delivery)
        messages.success(request, _("The file has been thrown away. Nothing was imported."))
        return redirect("employers:import_list")
    return ask_to_discard(request, delivery.file_name, reverse("employers:import_detail", args=[pk]))


@require_GET
@require(Act.IMPORT_REGISTER)
def import_rows(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """The rows of one class, with their establishment and what was said about them."""
    delivery = get_object_or_404(RegisterDelivery, pk=pk)
    if outcome not in OUTCOMES:
        raise Http404
    page = page_of(rows_of(delivery, outcome, request.user), request.GET.get("page"), PAGE)
    context = {
        "delivery": delivery,
        "outcome": outcome,
        "can_decide": outcome == "doubtful" and delivery.state == State.DONE,
        "outcome_label": OUTCOME_LABELS[outcome],
        "page_obj": page,
        "lines": list(lines_of(delivery, page.object_list)),
        "crumbs": [
            (_("Register import"), reverse("employers:import_list")),
            (str(delivery), reverse("employers:import_detail", args=[pk])),
        ],
    }
    return render(request, "employers/import_rows.html", context)


@require_GET
@require(Act.IMPORT_REGISTER)
def import_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as a file to mend and deliver again."""
    delivery = get_object_or_404(RegisterDelivery, pk=pk)
    return refused_file(request, delivery, refused_rows(delivery))


@require_POST
@require(Act.IMPORT_REGISTER)
def import_decide(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """A doubtful row is the establishment it looks like (choice=same), or is imported as its own."""
    row = get_object_or_404(
        DeliveryRow.objects.select_related("delivery", "establishment"), pk=row_pk, delivery=pk
    )
    another = row.reason in ASKS_WHICH and request.POST.get("choice") != "same"
    same = None if another else row.establishment
    try:
        row = decide(row, same, by=request.user)
    except RefusedFile as refusal:
        messages.error(request, refusal.message)
    else:
        if row.outcome == DeliveryRow.Outcome.DOUBTFUL:
            messages.error(request, _("First import the file, then decide about its rows."))
            return redirect("employers:import_rows", pk=pk, outcome="doubtful")
        messages.success(
            request,
            _("Row %(row)s has been imported: %(outcome)s.")
            % {"row": row.number, "outcome": OUTCOME_LABELS[row.outcome]},
        )
    return redirect("employers:import_rows", pk=pk, outcome="doubtful")
