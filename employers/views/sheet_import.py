"""The import of lists of organisations and people: upload, look, run, decide, take back. Everything long
happens in the background."""

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

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.paging import page_of
from deventer_crm.core.parsing import whole_number
from employers.forms.sheet_import import SheetColumnsForm, SheetUploadForm
from employers.models import SheetImport, SheetRow
from employers.register_import.texts import OUTCOME_LABELS
from employers.selectors.sheets import Line, lines_of, refused_rows
from employers.sheet_import import deciding, sheets, undoing
from employers.sheet_import.columns import FIELD_LABELS, VOCABULARIES
from employers.spreadsheets import jobs
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.showing import columns_of, problem_of
from employers.spreadsheets.texts import sentence
from employers.views.spreadsheets import ask_to_discard, refresh_page, refused_file

State = SheetImport.State
PAGE = 25
SAMPLE = 5  # first rows of each class on the preview
OUTCOMES = tuple(SheetRow.Outcome.values)
#: What a person should look at first.
TONES = {"doubtful": "risk", "refused": "missed"}


@require_GET
@require(Act.IMPORT_SHEET)
def sheet_list(request: HttpRequest) -> HttpResponse:
    """Every imported list, the newest first."""
    found = SheetImport.objects.visible_to(request.user).select_related("by").order_by("-created_at", "-pk")
    page = page_of(found, request.GET.get("page"), PAGE)
    return render(request, "employers/sheet_list.html", {"page_obj": page})


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_SHEET)
def sheet_upload(request: HttpRequest) -> HttpResponse:
    """Step 1: the file, what is in it and how it is taken."""
    form = SheetUploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        terms = {name: form.cleaned_data[name] for name in form.fields if name != "file"}
        sheet = sheets.upload(form.cleaned_data["file"], by=request.user, **terms)
        return redirect("employers:sheet_detail", pk=sheet.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "employers/sheet_upload.html", {"form": form}, status=status)


@require_GET
@require(Act.IMPORT_SHEET)
def sheet_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a list is: busy, checked (what the import would do), done, taken back, refused or failed."""
    sheet = _sheet(request, pk)
    busy = sheet.state in jobs.UNFINISHED
    if getattr(request, "htmx", False) and not busy:
        return refresh_page()
    context: dict[str, Any] = {"sheet": sheet, "busy": busy}
    if getattr(request, "htmx", False):
        return render(request, "employers/sheet_detail.html#progress", context)
    context |= {
        "problem": problem_of(sheet.problem),
        "classes": _classes(sheet, request),
        "columns": columns_of(sheet.preview, FIELD_LABELS),
        "can_map": bool(sheet.preview.get("header")) and sheet.state in (State.CHECKED, State.REFUSED),
        "can_undo": undoing.is_undoable(sheet) and _wrote(sheet),
    }
    return render(request, "employers/sheet_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_SHEET)
def sheet_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2, when needed: say which column is which, and look again."""
    sheet = _sheet(request, pk)
    header = sheet.preview.get("header")
    if not header or sheet.state not in (State.CHECKED, State.REFUSED) or not sheet.file:
        raise Http404
    positions = sheet.preview.get("positions")
    chosen = sheet.mapping
    if positions:  # as it was read, also by what people chose for such a list before
        chosen = {
            name: get_column_letter(positions[name] + 1) if name in positions else ""
            for name in VOCABULARIES[sheet.what].fields
        }
    form = SheetColumnsForm(
        request.POST or None, header=header, chosen=chosen, what=sheet.what, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        sheets.remap(sheet, form.chosen(), by=request.user)
        return redirect("employers:sheet_detail", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "employers/sheet_columns.html", {"form": form, "sheet": sheet}, status=status)


@require_POST
@require(Act.IMPORT_SHEET)
def sheet_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: import what was looked at."""
    sheets.start(_sheet(request, pk), by=request.user)
    return redirect("employers:sheet_detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_SHEET)
def sheet_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw away a file that was not imported."""
    sheet = _sheet(request, pk)
    if sheet.state not in jobs.UNUSED:
        raise Http404
    if request.method == "POST":
        jobs.discard(sheet)
        messages.success(request, _("The file has been thrown away. Nothing was imported."))
        return redirect("employers:sheet_list")
    return ask_to_discard(request, sheet.file_name, reverse("employers:sheet_detail", args=[pk]))


@require_GET
@require(Act.IMPORT_SHEET)
def sheet_rows(request: HttpRequest, pk: int, outcome: str) -> HttpResponse:
    """The rows of one class, with what they are about and what was said about them."""
    sheet = _sheet(request, pk)
    if outcome not in OUTCOMES:
        raise Http404
    rows = SheetRow.objects.filter(sheet=sheet, outcome=outcome).order_by("number", "pk")
    page = page_of(rows, request.GET.get("page"), PAGE)
    context = {
        "sheet": sheet,
        "outcome": outcome,
        "can_decide": outcome == SheetRow.Outcome.DOUBTFUL and deciding.is_open(sheet),
        "can_be_new": deciding.CAN_BE_NEW,
        "outcome_label": OUTCOME_LABELS[outcome],
        "page_obj": page,
        "lines": lines_of(sheet, page.object_list, request.user),
        "crumbs": [
            (_("Import of lists"), reverse("employers:sheet_list")),
            (sheet.list_name, reverse("employers:sheet_detail", args=[pk])),
        ],
    }
    return render(request, "employers/sheet_rows.html", context)


@require_GET
@require(Act.IMPORT_SHEET)
def sheet_refused(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused rows as a file to mend and import again."""
    sheet = _sheet(request, pk)
    return refused_file(request, sheet, refused_rows(sheet, request.user))


@require_POST
@require(Act.IMPORT_SHEET)
def sheet_decide(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """A doubtful row is one of the candidates (choice=its key), a new one (new), or left out (skip)."""
    row = get_object_or_404(SheetRow.objects.select_related("sheet"), pk=row_pk, sheet=_sheet(request, pk))
    typed = request.POST.get("choice", "")
    choice = typed if typed in (deciding.NEW, deciding.SKIP) else whole_number(typed)
    page = redirect("employers:sheet_rows", pk=pk, outcome="doubtful")
    if lines_of(row.sheet, [row], request.user)[0].is_hidden:
        raise Http404
    try:
        row = deciding.decide(row, 0 if choice is None else choice, by=request.user)
    except RefusedFile as refusal:
        messages.error(request, refusal.message)
        return page
    if row.outcome == SheetRow.Outcome.DOUBTFUL:
        messages.warning(request, sentence("still_doubtful", {}))
    else:
        said = _("Row %(row)s has been imported: %(outcome)s.")
        messages.success(request, said % {"row": row.number, "outcome": OUTCOME_LABELS[row.outcome]})
    return page


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.IMPORT_SHEET)
def sheet_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back, as far as nobody changed or used what it wrote."""
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
        return redirect("employers:sheet_detail", pk=pk)
    context = {
        "title": _("Take the import back"),
        "question": _("Take back what %(name)s brought in?") % {"name": sheet.list_name},
        "consequences": [
            _("What it made is removed, and what it changed becomes what it was."),
            _("What somebody changed or used since then stays. You get to see which rows."),
        ],
        "action": _("Take back"),
        "back_url": reverse("employers:sheet_detail", args=[pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


def _sheet(request: HttpRequest, pk: int) -> SheetImport:
    found: SheetImport = get_object_or_404(
        SheetImport.objects.visible_to(request.user).select_related("by"), pk=pk
    )
    return found


# ── what the pages show ──────────────────────────────────────────────────────────────────────────


def _wrote(sheet: SheetImport) -> bool:
    return bool(sheet.counts.get("new") or sheet.counts.get("changed"))


def _classes(sheet: SheetImport, request: HttpRequest) -> list[dict[str, Any]]:
    """Each class with its number and the page of its rows; on the preview with its first rows."""
    if not sheet.counts:
        return []
    first: dict[str, list[SheetRow]] = {}
    if sheet.state == State.CHECKED:
        for outcome in OUTCOMES:
            rows = SheetRow.objects.filter(sheet=sheet, outcome=outcome).order_by("number", "pk")
            first[outcome] = list(rows[:SAMPLE])
    elif sheet.state == State.UNDONE:
        kept = SheetRow.objects.filter(sheet=sheet).exclude(kept="").order_by("number", "pk")
        first["kept"] = list(kept[:PAGE])
    lines = lines_of(sheet, [row for rows in first.values() for row in rows], request.user)
    by_class: dict[str, list[Line]] = {}
    for line in lines:
        by_class.setdefault("kept" if line.row.kept else line.row.outcome, []).append(line)
    shown = [*OUTCOMES, *(name for name in ("undone", "kept") if name in sheet.counts)]
    labels = {**OUTCOME_LABELS, "undone": _("taken back"), "kept": _("not taken back")}
    return [
        {
            "outcome": outcome,
            "label": labels[outcome],
            "count": sheet.counts.get(outcome, 0),
            "tone": TONES.get(outcome, "") if sheet.counts.get(outcome) else "",
            "url": reverse("employers:sheet_rows", args=[sheet.pk, outcome]) if outcome in OUTCOMES else "",
            "lines": by_class.get(outcome, []),
        }
        for outcome in shown
    ]
