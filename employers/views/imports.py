"""The register import: upload, look, run, result. Everything long happens in the background."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from openpyxl.utils import get_column_letter

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.services import log_access
from employers.forms.imports import ColumnsForm, UploadForm
from employers.models import DeliveryRow, Establishment, RegisterDelivery
from employers.register_import import deliveries
from employers.register_import.deciding import decide
from employers.register_import.texts import FIELD_LABELS, OUTCOME_LABELS
from employers.spreadsheets import jobs
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.refused import write_refused
from employers.spreadsheets.texts import sentence

State = RegisterDelivery.State
PAGE = 50
OUTCOMES = ("new", "changed", "unchanged", "doubtful", "refused", "missing")
#: What a person should look at first.
TONES = {"doubtful": "risk", "refused": "missed", "missing": "risk"}
#: Doubts about which establishment a row is; the others are about what it says.
ASKS_WHICH = ("looks_like", "looks_known", "several_matches", "same_address_twice")
MISSING_ALARM = 0.1  # of the rows: so many ended at once is rather a part of a register than a year


@require_GET
@require(Act.IMPORT_REGISTER)
def import_list(request: HttpRequest) -> HttpResponse:
    """Every delivery, the newest first."""
    found = RegisterDelivery.objects.select_related("by").order_by("-created_at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
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
    context = {"delivery": delivery, "busy": busy, "waits": busy and _waits(delivery)}
    if getattr(request, "htmx", False):
        if not busy:
            answer = HttpResponse(status=204)
            answer.headers["HX-Refresh"] = "true"
            return answer
        return render(request, "employers/import_detail.html#progress", context)
    context |= {
        "problem": _problem(delivery),
        "classes": _classes(delivery),
        "columns": _columns(delivery),
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
    context = {
        "title": _("Throw the file away"),
        "question": _("Throw away %(name)s? Nothing of it has been imported.") % {"name": delivery.file_name},
        "action": _("Throw away"),
        "back_url": reverse("employers:import_detail", args=[pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@require_GET
@require(Act.IMPORT_REGISTER)
def import_rows(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """The rows of one class, with their establishment and what was said about them."""
    delivery = get_object_or_404(RegisterDelivery, pk=pk)
    if outcome not in OUTCOMES:
        raise Http404
    rows = (
        DeliveryRow.objects.filter(delivery=delivery, outcome=outcome)
        .prefetch_related(
            Prefetch(
                "establishment", Establishment.objects.visible_to(request.user).select_related("employer")
            )
        )
        .order_by("number", "pk")
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    header = delivery.preview.get("header", [])
    positions = delivery.preview.get("positions", {})
    lines = [
        {
            "row": row,
            "establishment": row.establishment if row.establishment_id else None,
            "hidden": bool(row.establishment_id and row.establishment is None),
            "name": _cell(row.values, positions, "naam_vestiging")
            or _cell(row.values, positions, "onderneming"),
            "asks_which": row.reason in ASKS_WHICH,
            "reason": _said(row),
            "column": _column_name(header, row.column),
            "notes": _notes(row.notes),
        }
        for row in page.object_list
    ]
    context = {
        "delivery": delivery,
        "outcome": outcome,
        "can_decide": outcome == "doubtful" and delivery.state == State.DONE,
        "outcome_label": OUTCOME_LABELS[outcome],
        "page_obj": page,
        "lines": lines,
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
    rows = DeliveryRow.objects.filter(delivery=delivery, outcome=DeliveryRow.Outcome.REFUSED).order_by(
        "number"
    )
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="geweigerd-{delivery.pk}.csv"'
    answer.write("\ufeff")  # Excel takes the file for Windows-1252 without it
    count = write_refused(
        answer,  # type: ignore[arg-type]  # HttpResponse has the write() that csv needs
        delivery.preview.get("header", []),
        (
            {
                "row": row.number,
                "reason": row.reason,
                "column": row.column,
                "reason_values": row.reason_values,
                "cells": row.values,
            }
            for row in rows.iterator(chunk_size=1_000)
        ),
    )
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"employers.registerdelivery:{delivery.pk}",
        origin=request.META.get("REMOTE_ADDR", ""),
        rows=count,
    )
    return answer


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


def _said(row: DeliveryRow) -> str:
    """The reason in words. The name in it can be of an employer that became confidential (R10)."""
    if not row.reason:
        return ""
    is_hidden = bool(row.establishment_id and row.establishment is None)
    code = "looks_known" if is_hidden and row.reason == "looks_like" else row.reason
    return sentence(code, row.reason_values)


def _waits(delivery: RegisterDelivery) -> bool:
    """Whether another delivery of the same register is being worked on right now."""
    return (
        delivery.state in (State.UPLOADED, State.QUEUED)
        and RegisterDelivery.objects.filter(source=delivery.source, state__in=(State.CHECKING, State.RUNNING))
        .exclude(pk=delivery.pk)
        .exists()
    )


def _problem(delivery: RegisterDelivery) -> dict[str, Any] | None:
    if not delivery.problem:
        return None
    place = {"row": delivery.problem.get("row"), "column": delivery.problem.get("column")}
    return {
        **place,
        "message": sentence(delivery.problem["code"], {**place, **delivery.problem.get("params", {})}),
    }


def _classes(delivery: RegisterDelivery) -> list[dict[str, Any]]:
    """Each class with its number, first rows and, where rows are kept, the page that lists them."""
    if not delivery.counts:
        return []
    samples = delivery.preview.get("samples", {})
    listed = OUTCOMES if delivery.state == State.DONE else ("doubtful", "refused")
    return [
        {
            "outcome": outcome,
            "label": OUTCOME_LABELS[outcome],
            "count": delivery.counts.get(outcome, 0),
            "tone": TONES.get(outcome, "") if delivery.counts.get(outcome) else "",
            "url": reverse("employers:import_rows", args=[delivery.pk, outcome]) if outcome in listed else "",
            "samples": [
                {
                    **row,
                    "said": sentence(row["reason"], row["reason_values"]) if row["reason"] else "",
                    "notes": _notes(row["notes"]),
                }
                for row in samples.get(outcome, [])
            ],
        }
        for outcome in OUTCOMES
    ]


def _columns(delivery: RegisterDelivery) -> dict[str, Any]:
    header = delivery.preview.get("header", [])
    positions: dict[str, int] = delivery.preview.get("positions", {})
    read = sorted((at, field) for field, at in positions.items())
    used = set(positions.values())
    return {
        "read": [
            {"letter": get_column_letter(at + 1), "name": header[at], "field": FIELD_LABELS[field]}
            for at, field in read
        ],
        "unread": [name for at, name in enumerate(header) if name and at not in used],
        "without_jobs": bool(positions) and not {"werkzame_personen", "mannen_fulltime"} & set(positions),
    }


def _cell(cells: Any, positions: dict[str, int], field: str) -> str:
    at = positions.get(field)
    if not isinstance(cells, list) or at is None or at >= len(cells) or cells[at] is None:
        return ""
    return str(cells[at])


def _column_name(header: list[str], letter: str) -> str:
    for at, name in enumerate(header):
        if get_column_letter(at + 1) == letter:
            return f"{letter} ({name})"
    return letter


def _notes(notes: list[dict[str, Any]]) -> list[str]:
    return [f"{FIELD_LABELS[note['field']]}: {sentence(note['code'], note['params'])}" for note in notes]
