"""The import of hours: upload, look, run, take back, and who has which number. Everything long happens in the
background."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from openpyxl.utils import get_column_letter

from accounts.models import User
from accounts.permissions import require
from accounts.roles import Act
from budget.forms.imports import HoursColumnsForm, HoursUploadForm, StaffNumberForm
from budget.hours_import import files, undoing
from budget.hours_import.columns import FIELD_LABELS, FIELDS
from budget.models import HoursImport, HoursLine, StaffNumber
from budget.selectors.imports import lines_of, refused_rows
from budget.services.staff import set_staff_number
from deventer_crm.core.paging import page_of
from employers.register_import.texts import OUTCOME_LABELS
from employers.spreadsheets import jobs
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.showing import columns_of, problem_of
from employers.views.spreadsheets import ask_to_discard, refresh_page, refused_file

State = HoursImport.State
PAGE = 25
SAMPLE = 5
OUTCOMES = tuple(HoursLine.Outcome.values)


@require_GET
@require(Act.IMPORT_HOURS)
def import_list(request: HttpRequest) -> HttpResponse:
    """Every imported file, the newest first."""
    found = HoursImport.objects.visible_to(request.user).select_related("by").order_by("-created_at", "-pk")
    page = page_of(found, request.GET.get("page"), PAGE)
    return render(request, "budget/import_list.html", {"page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_HOURS)
def import_upload(request: HttpRequest) -> HttpResponse:
    """Step 1: the file."""
    form = HoursUploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        sheet = files.upload(form.cleaned_data["file"], by=request.user)
        return redirect("budget:import_detail", pk=sheet.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "fields": FIELD_LABELS.items()}
    return render(request, "budget/import_upload.html", context, status=status)


@require_GET
@require(Act.IMPORT_HOURS)
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a file is: busy, checked (what the import would do), done, taken back, refused or failed."""
    sheet = _sheet(request, pk)
    busy = sheet.state in jobs.UNFINISHED
    if getattr(request, "htmx", False) and not busy:
        return refresh_page()
    context: dict[str, Any] = {"sheet": sheet, "busy": busy}
    if getattr(request, "htmx", False):
        return render(request, "budget/import_detail.html#progress", context)
    context |= {
        "problem": problem_of(sheet.problem),
        "classes": _classes(sheet, request),
        "columns": columns_of(sheet.preview, FIELD_LABELS),
        "can_map": bool(sheet.preview.get("header")) and sheet.state in (State.CHECKED, State.REFUSED),
        "can_undo": undoing.is_undoable(sheet)
        and bool(sheet.counts.get("new") or sheet.counts.get("changed")),
    }
    return render(request, "budget/import_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_HOURS)
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2, when needed: say which column is which, and look again."""
    sheet = _sheet(request, pk)
    header = sheet.preview.get("header")
    if not header or sheet.state not in (State.CHECKED, State.REFUSED) or not sheet.file:
        raise Http404
    positions = sheet.preview.get("positions")
    chosen = sheet.mapping
    if positions:  # as it was read, also by what people chose for such a file before
        chosen = {
            name: get_column_letter(positions[name] + 1) if name in positions else "" for name in FIELDS
        }
    form = HoursColumnsForm(request.POST or None, header=header, chosen=chosen, user=request.user)
    if request.method == "POST" and form.is_valid():
        files.remap(sheet, form.chosen(), by=request.user)
        return redirect("budget:import_detail", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "budget/import_columns.html", {"form": form, "sheet": sheet}, status=status)


@require_POST
@require(Act.IMPORT_HOURS)
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: import what was looked at."""
    files.start(_sheet(request, pk), by=request.user)
    return redirect("budget:import_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_HOURS)
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a file that was not imported."""
    sheet = _sheet(request, pk)
    if sheet.state not in jobs.UNUSED:
        raise Http404
    if request.method == "POST":
        jobs.discard(sheet)
        messages.success(request, _("The file has been thrown away. Nothing was imported."))
        return redirect("budget:import_list")
    return ask_to_discard(request, sheet.file_name, reverse("budget:import_detail", args=[pk]))


@require_GET
@require(Act.IMPORT_HOURS)
def import_rows(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """The rows of one class, with what was said about them."""
    sheet = _sheet(request, pk)
    if outcome not in OUTCOMES:
        raise Http404
    page = page_of(HoursLine.objects.filter(sheet=sheet, outcome=outcome), request.GET.get("page"), PAGE)
    context = {
        "sheet": sheet,
        "outcome": outcome,
        "outcome_label": OUTCOME_LABELS[outcome],
        "page_obj": page,
        "lines": lines_of(sheet, page.object_list, request.user),
        "crumbs": [
            (_("Import of hours"), reverse("budget:import_list")),
            (sheet.file_name, reverse("budget:import_detail", args=[pk])),
        ],
    }
    return render(request, "budget/import_rows.html", context)


@require_GET
@require(Act.IMPORT_HOURS)
def import_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as a file to mend and import again."""
    sheet = _sheet(request, pk)
    return refused_file(request, sheet, refused_rows(sheet, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_HOURS)
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back, as far as nobody changed the hours since."""
    sheet = _sheet(request, pk)
    if not undoing.is_undoable(sheet):
        raise Http404
    if request.method == "POST":
        try:
            counts = undoing.undo(sheet, by=request.user)
        except RefusedFile as refusal:
            messages.error(request, refusal.message)
        else:
            said = ngettext(
                "%(count)s row was taken back.", "%(count)s rows were taken back.", counts["undone"]
            )
            messages.success(request, said % {"count": counts["undone"]})
        return redirect("budget:import_detail", pk=pk)
    context = {
        "title": _("Take the import back"),
        "question": _("Take back what %(name)s brought in?") % {"name": sheet.file_name},
        "consequences": [
            _("Hours it booked are removed, and hours it changed become what they were."),
            _("What somebody changed since then stays, and so do closed months. You get to see which rows."),
        ],
        "action": _("Take back"),
        "back_url": reverse("budget:import_detail", args=[pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_HOURS)
def staff_numbers(request: HttpRequest) -> HttpResponse:
    """By which number the system of the organisation knows each colleague."""
    posted = request.method == "POST"
    form = StaffNumberForm(request.POST if posted else None, user=request.user)
    if posted and form.is_valid():
        data = form.cleaned_data

        def save() -> bool:
            set_staff_number(data["user_id"], data["number"], by=request.user)
            return True

        if form.attempt(save):
            messages.success(request, _("The number is saved."))
            return redirect("budget:staff_numbers")
    known = dict(StaffNumber.objects.values_list("user_id", "number"))
    people = User.objects.who_can(Act.BOOK_HOURS).order_by("last_name", "first_name", "pk")
    context = {
        "form": form,
        "rows": [(user, known.get(user.pk, "")) for user in people],
    }
    return render(request, "budget/staff_numbers.html", context, status=422 if posted else 200)


def _sheet(request: HttpRequest, pk: int) -> HoursImport:
    found: HoursImport = get_object_or_404(
        HoursImport.objects.visible_to(request.user).select_related("by"), pk=pk
    )
    return found


def _classes(sheet: HoursImport, request: HttpRequest) -> list[dict[str, Any]]:
    """Each class with its number and the page of its rows; on the preview with its first rows."""
    if not sheet.counts:
        return []
    first: dict[str, list[HoursLine]] = {}
    if sheet.state == State.CHECKED:
        for outcome in OUTCOMES:
            first[outcome] = list(HoursLine.objects.filter(sheet=sheet, outcome=outcome)[:SAMPLE])
    elif sheet.state == State.UNDONE:
        first["kept"] = list(HoursLine.objects.filter(sheet=sheet).exclude(kept="")[:PAGE])
    lines = lines_of(sheet, [row for rows in first.values() for row in rows], request.user)
    by_class: dict[str, list[Any]] = {}
    for line in lines:
        by_class.setdefault("kept" if line.row.kept else line.row.outcome, []).append(line)
    labels = {**OUTCOME_LABELS, "undone": _("taken back"), "kept": _("not taken back")}
    shown = [*OUTCOMES, *(name for name in ("undone", "kept") if name in sheet.counts)]
    return [
        {
            "outcome": outcome,
            "label": labels[outcome],
            "count": sheet.counts.get(outcome, 0),
            "url": reverse("budget:import_rows", args=[sheet.pk, outcome]) if outcome in OUTCOMES else "",
            "lines": by_class.get(outcome, []),
        }
        for outcome in shown
    ]
