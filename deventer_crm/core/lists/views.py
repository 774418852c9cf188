"""Pages every list has: its rows, its export, its saved views and its bulk acts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deventer_crm.core import clock
from deventer_crm.core.forms import put_errors
from deventer_crm.core.lists import saved
from deventer_crm.core.lists.asking import Asked, ask_text
from deventer_crm.core.lists.bulk import MOST_SHOWN, Selection, act_of, do_act, undo_act, undoable
from deventer_crm.core.lists.definition import ACTS, LISTS, Act, ListDefinition, Reader
from deventer_crm.core.lists.export import TYPES, exported_columns, write_file
from deventer_crm.core.lists.forms import SavedViewForm
from deventer_crm.core.lists.page import quick_lines, read_list
from deventer_crm.core.models import AccessEvent, BulkAct, SavedView
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.services import StaleRecord, log_access

#: What htmx may ask for apart: a piece of the page that is shown when somebody wants it.
PANELS = {"filters", "columns", "none"}


def _definition(request: HttpRequest, key: str) -> ListDefinition:
    """The list, for who may open it: 404 for one that does not exist, 403 without its right."""
    definition = LISTS.get(key)
    if definition is None:
        raise Http404
    if not Reader(request.user, clock.today()).can(definition.right):
        raise PermissionDenied
    return definition


def _reader(request: HttpRequest) -> Reader:
    return Reader(request.user, clock.today())


def list_response(
    request: HttpRequest, definition: ListDefinition, template: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """The whole page, or for htmx what it asked for: the part below the filters, the opened form of filters
    or columns, or the quick lists with their counts."""
    panel = request.GET.get("panel", "")
    is_part = bool(request.htmx) and not request.htmx.history_restore_request
    if is_part and panel == "counts":
        quicks = quick_lines(definition, _reader(request), counted=True)
        return render(request, "components/list_quicks.html", {"quicks": quicks})
    listing = read_list(definition, request.GET, request.user)
    panel = panel if panel in PANELS else ""
    if is_part and panel:
        return render(request, "components/list_panel.html", {"listing": listing, "panel": panel})
    if is_part:
        response = render(request, "components/list_results.html", {"listing": listing})
        # Only what is filled in belongs in the address bar.
        response["HX-Push-Url"] = listing.asked.own_url
        return response
    return render(request, template, {"listing": listing, "panel": panel, **(context or {})})


# ── export ───────────────────────────────────────────────────────────────────────────────────────


@require_safe
def export(request: HttpRequest, key: str, kind: str) -> HttpResponse | FileResponse:
    """The list as xlsx or csv; with `rows` only the ticked ones."""
    definition = _definition(request, key)
    if kind not in TYPES:
        raise Http404
    selection = Selection.read(definition, _reader(request), request.GET)
    if selection.asked.problems:
        messages.error(request, _("A filter of this list is not right. Take it away first."))
        return redirect(selection.asked.own_url)
    out, count = write_file(selection.asked, selection.rows, kind)
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"list:{key}",
        origin=request.META.get("REMOTE_ADDR", ""),
        rows=count,
        kind=kind,
        filters=dict(selection.asked.chosen),
        # What somebody typed can be a name; that there was something typed is enough.
        has_text=bool(selection.asked.text),
        ticked=len(selection.ticked),
        columns=[column.code for column in exported_columns(selection.asked)],
    )
    title = slugify(str(definition.file_name or definition.words.title)) or definition.key
    name = f"{title}-{clock.today():%Y-%m-%d}.{kind}"
    return FileResponse(out, as_attachment=True, filename=name, content_type=TYPES[kind])


# ── saved views ──────────────────────────────────────────────────────────────────────────────────


def _view(request: HttpRequest, pk: int) -> tuple[SavedView, ListDefinition]:
    """A view this person can open, of a list this person may open."""
    view = get_object_or_404(SavedView.objects.select_related("owner"), pk=pk)
    definition = _definition(request, view.list_key)
    return get_object_or_404(saved.views_of(definition, request.user), pk=pk), definition


def _question(request: HttpRequest, definition: ListDefinition) -> Asked:
    return ask_text(definition, _reader(request), request.POST.get("query", request.GET.get("query", "")))


def _view_page(
    request: HttpRequest, form: SavedViewForm, asked: Asked, *, view: SavedView | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "asked": asked,
        "view": view,
        "may_delete": view is not None and saved.may_change(view, request.user),
    }
    return render(request, "lists/view_form.html", context, status=422 if form.errors else 200)


def view_add(request: HttpRequest, key: str) -> HttpResponse:
    """Keep the list as it is now under a name."""
    definition = _definition(request, key)
    asked = _question(request, definition)
    empty = SavedView(list_key=key, owner=request.user)
    form = SavedViewForm(request.POST or None, user=request.user, instance=empty)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            view = saved.add_view(
                asked,
                by=request.user,
                name=data["name"],
                is_shared=data.get("is_shared", False),
                is_locked=data.get("is_locked", False),
            )
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
            return redirect(f"{definition.path}?view={view.pk}")
    return _view_page(request, form, asked)


def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, sharing and lock of a view."""
    view, definition = _view(request, pk)
    if not saved.may_change(view, request.user):
        raise PermissionDenied
    form = SavedViewForm(request.POST or None, user=request.user, instance=view)
    if request.method == "POST" and form.is_valid() and form.save_as(request.user):
        messages.success(request, _("Saved."))
        return redirect(f"{definition.path}?view={view.pk}")
    asked = ask_text(definition, _reader(request), view.query)
    return _view_page(request, form, asked, view=_view(request, pk)[0])


@require_POST
def view_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the view mean what the list shows now."""
    view, definition = _view(request, pk)
    if not saved.may_change(view, request.user):
        raise PermissionDenied
    asked = _question(request, definition)
    try:
        version = whole_number(request.POST.get("version")) or 0  # without one it never overwrites
        saved.save_filters(view, asked, by=request.user, expected_version=version)
    except StaleRecord:
        messages.error(
            request,
            _("Somebody else changed this view meanwhile. Look at it again, or save yours as a new view."),
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return redirect(f"{definition.path}?view={view.pk}")


def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a view away, after asking."""
    view, definition = _view(request, pk)
    if not saved.may_change(view, request.user):
        raise PermissionDenied
    if request.method == "POST":
        saved.delete_view(view, by=request.user)
        messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
        return redirect(definition.path)
    consequences = [_("The list itself and what is in it stay.")]
    if view.is_shared:
        consequences.append(_("Your colleagues lose this view too."))
    context = {
        "title": _("Delete a view"),
        "question": view.name,
        "consequences": consequences,
        "action": _("Delete"),
        "back_url": f"{definition.path}?view={view.pk}",
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


# ── bulk acts ────────────────────────────────────────────────────────────────────────────────────


def _act(definition: ListDefinition, code: str, user: Any) -> Act:
    act = ACTS.get(definition.key, {}).get(code)
    if act is None:
        raise Http404
    if not user.can(act.right):
        raise PermissionDenied
    return act


def bulk(request: HttpRequest, key: str, code: str) -> HttpResponse:
    """Ask once more, with how many rows it is about; then do it."""
    definition = _definition(request, key)
    act = _act(definition, code, request.user)
    given = request.POST if request.method == "POST" else request.GET
    selection = Selection.read(definition, _reader(request), given)
    form = act.form(request.POST or None, user=request.user)
    if selection.asked.problems:
        messages.error(request, _("A filter of this list is not right. Take it away first."))
        return redirect(selection.asked.own_url)
    if (
        request.method == "POST"
        and form.is_valid()
        and _as_counted(form, selection, given.get("counted", ""))
    ):
        try:
            kept, done = do_act(selection, act, form.cleaned_data, by=request.user)
        except ValidationError as error:
            put_errors(form, error)
        else:
            messages.success(request, _told(kept, done.changed, done.unchanged, definition))
            return redirect(selection.asked.own_url)
    context = {"act": act, "form": form, "selection": selection, "definition": definition}
    return render(request, "lists/bulk.html", context, status=422 if form.errors else 200)


def _as_counted(form: Any, selection: Selection, counted: str) -> bool:
    """Whether it is still about as many rows as the page said; else it asks again with the new number."""
    if counted == str(selection.count):
        return True
    form.add_error(
        None, _("Meanwhile it is about %(counted)s. Is that right?") % {"counted": selection.counted}
    )
    return False


def _told(kept: BulkAct, changed: int, unchanged: int, definition: ListDefinition) -> str:
    said = _("Changed: %(counted)s.") % {"counted": definition.words.counted(changed)}
    if unchanged:
        same = ngettext("%(count)d stayed as it was.", "%(count)d stayed as they were.", unchanged)
        said = f"{said} {same % {'count': unchanged}}"
    if not changed:
        return said
    url = reverse("list_undo", args=[kept.pk])
    return format_html('{} <a href="{}">{}</a>', said, url, _("Undo"))


@require_safe
def bulk_acts(request: HttpRequest) -> HttpResponse:
    """What somebody did with many rows at once in the last day, to take back."""
    rows = []
    for kept in undoable(request.user)[:MOST_SHOWN]:
        act, definition = act_of(kept), LISTS.get(kept.list_key)
        if act is not None and definition is not None:
            rows.append({"kept": kept, "act": act, "counted": definition.words.counted(kept.row_count)})
    return render(request, "lists/bulk_acts.html", {"rows": rows})


def bulk_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one back, after asking; what was changed since is named."""
    kept = get_object_or_404(undoable(request.user), pk=pk)
    act, definition = act_of(kept), LISTS.get(kept.list_key)
    if act is None or definition is None:
        raise Http404
    if request.method == "POST":
        try:
            undone = undo_act(kept, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("list_acts")
        counted = definition.words.counted(undone.restored)
        messages.success(request, _("Taken back: %(counted)s.") % {"counted": counted})
        if undone.left:
            names = ", ".join(undone.left)
            messages.warning(
                request, _("Changed by somebody since, and left as it is: %(names)s.") % {"names": names}
            )
        return redirect(definition.path)
    context = {
        "title": _("Undo"),
        "question": f"{act.label}: {definition.words.counted(kept.row_count)}",
        "consequences": [
            _("Everything is put back as it was before."),
            _("What was changed since stays as it is."),
        ],
        "action": _("Undo"),
        "back_url": reverse("list_acts"),
    }
    return render(request, "components/confirm.html", context)
