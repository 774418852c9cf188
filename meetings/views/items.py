"""The agenda of a meeting: items and documents, added, put in order and taken off; every act works without
JavaScript. What a reader may not see of it does not exist (R10)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.pdf import make_pdf, pdf_response
from deventer_crm.core.services import log_access, log_view
from meetings.forms.agenda import AgendaDocumentForm, AgendaItemForm, RolesForm
from meetings.models import AgendaDocument, AgendaItem, Meeting
from meetings.permissions import acts_on
from meetings.selectors.agenda import agenda_data, agenda_page
from meetings.selectors.meeting import meetings_for_page
from meetings.services import agenda, table

FORM = "meetings/agenda_form.html"


def meeting_of(request: HttpRequest, pk: int) -> Meeting:
    """The meeting, when this reader may know of it."""
    return get_object_or_404(meetings_for_page(request.user), pk=pk)


def not_now(request: HttpRequest, meeting: Meeting, to: str = "meetings:items") -> HttpResponse:
    """The state of the meeting does not allow it; somebody else may have been first."""
    messages.error(
        request,
        _("This meeting is “%(state)s” now; that is not possible any more.")
        % {"state": meeting.get_state_display()},
    )
    return redirect(to, pk=meeting.pk)


def refused(request: HttpRequest, refusal: ValidationError) -> None:
    messages.error(request, " ".join(refusal.messages))


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.SEE_AGENDA)
def items(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole agenda, with a form for one more item for who plans."""
    meeting = meeting_of(request, pk)
    may = "agenda" in acts_on(meeting, request.user)
    form = AgendaItemForm(sent(request), meeting=meeting, user=request.user) if may else None
    if request.method == "POST":
        if form is None:
            require_plan(request)
            return not_now(request, meeting)
        if form.is_valid() and form.save() is not None:
            messages.success(request, _("The item is on the agenda."))
            return redirect("meetings:items", pk=pk)
    else:
        log_view(meeting, request.user)
    context = {"page": agenda_page(meeting, request.user), "meeting": meeting, "form": form}
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "meetings/agenda_items.html", context, status=status)


def require_plan(request: HttpRequest) -> None:
    """Who only reads is told 403, whatever the state of the meeting."""
    from django.core.exceptions import PermissionDenied

    if not request.user.can(Act.PLAN_MEETING):
        raise PermissionDenied


@require_safe
@require(Act.SEE_AGENDA)
def items_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda on paper; of a held meeting with its minutes. Taking it out is logged (R13)."""
    meeting = meeting_of(request, pk)
    page = agenda_page(meeting, request.user)
    is_held = meeting.is_held and page.has_minutes
    title = (_("Minutes: %(meeting)s") if is_held else _("Agenda: %(meeting)s")) % {"meeting": meeting.name}
    content = make_pdf("meetings/agenda.typ", agenda_data(page), title=title)
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"meetings.meeting:{meeting.pk}",
        rows=len(page.items),
    )
    name = "notulen" if is_held else "agenda"
    return pdf_response(content, f"{name}-{meeting.starts_at:%Y-%m-%d}.pdf")


def _item(request: HttpRequest, meeting: Meeting, item_pk: int) -> AgendaItem:
    rows = AgendaItem.objects.visible_to(request.user).select_related("meeting", "modified_by")
    return get_object_or_404(rows, meeting=meeting, pk=item_pk)


def _document(request: HttpRequest, meeting: Meeting, document_pk: int) -> AgendaDocument:
    rows = AgendaDocument.objects.visible_to(request.user).select_related("meeting", "modified_by")
    return get_object_or_404(rows, meeting=meeting, pk=document_pk)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def item_edit(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Correct an item."""
    meeting = meeting_of(request, pk)
    item = _item(request, meeting, item_pk)
    if "agenda" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    form = AgendaItemForm(sent(request), instance=item, meeting=meeting, user=request.user)
    if request.method == "POST" and form.is_valid() and form.save() is not None:
        messages.success(request, _("The item is saved."))
        return redirect("meetings:items", pk=pk)
    context: dict[str, Any] = {"form": form, "meeting": meeting, "title": _("Change the agenda item")}
    context["remove_url"] = reverse("meetings:item_remove", args=[pk, item_pk])
    return render(request, FORM, context, status=422 if form.is_bound else 200)


@require_POST
@require(Act.PLAN_MEETING)
def item_move(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """One place up or down."""
    meeting = meeting_of(request, pk)
    item = _item(request, meeting, item_pk)
    if "agenda" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    agenda.move_item(item, by=request.user, up=request.POST.get("to") != "down")
    return redirect(f"{reverse('meetings:items', args=[pk])}#item-{item_pk}")


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def item_remove(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Take an item off, after one question."""
    meeting = meeting_of(request, pk)
    item = _item(request, meeting, item_pk)
    if "agenda" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    if request.method == "POST":
        try:
            agenda.remove_item(item, by=request.user)
        except ValidationError as refusal:
            refused(request, refusal)
        else:
            messages.success(request, _("The item is off the agenda."))
        return redirect("meetings:items", pk=pk)
    context = {
        "title": _("Take off the agenda"),
        "question": _("Take “%(item)s” off the agenda? Its documents go with it.") % {"item": item},
        "action": _("Take off"),
        "back_url": reverse("meetings:items", args=[pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def document_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a document that is to come."""
    meeting = meeting_of(request, pk)
    return _document_form(request, meeting, AgendaDocument(meeting=meeting), _("Document to come"))


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def document_edit(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    """Correct a document, or give its address."""
    meeting = meeting_of(request, pk)
    document = _document(request, meeting, document_pk)
    return _document_form(request, meeting, document, _("Change the document"))


def _document_form(
    request: HttpRequest, meeting: Meeting, document: AgendaDocument, title: str
) -> HttpResponse:
    if "agenda" not in acts_on(meeting, request.user):
        return not_now(request, meeting)
    form = AgendaDocumentForm(sent(request), instance=document, meeting=meeting, user=request.user)
    if request.method == "POST" and form.is_valid() and form.save() is not None:
        messages.success(request, _("The document is saved."))
        return redirect("meetings:items", pk=meeting.pk)
    context: dict[str, Any] = {"form": form, "meeting": meeting, "title": title}
    if document.pk:
        context["remove_url"] = reverse("meetings:document_remove", args=[meeting.pk, document.pk])
        context["removes_at_once"] = True
    return render(request, FORM, context, status=422 if form.is_bound else 200)


@require_POST
@require(Act.PLAN_MEETING)
def document_received(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    """It came in today."""
    meeting = meeting_of(request, pk)
    document = _document(request, meeting, document_pk)
    try:
        agenda.receive_document(document, by=request.user)
    except ValidationError as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("“%(document)s” came in today.") % {"document": document})
    return redirect("meetings:items", pk=pk)


@require_POST
@require(Act.PLAN_MEETING)
def document_remove(request: HttpRequest, pk: int, document_pk: int) -> HttpResponse:
    """It is not expected any more."""
    meeting = meeting_of(request, pk)
    document = _document(request, meeting, document_pk)
    try:
        agenda.remove_document(document, by=request.user)
    except ValidationError as refusal:
        refused(request, refusal)
    else:
        messages.success(request, _("The document is taken off."))
    return redirect("meetings:items", pk=pk)


@require_http_methods(["GET", "POST"])
@require(Act.PLAN_MEETING)
def roles(request: HttpRequest, pk: int) -> HttpResponse:
    """Who chairs, speaks, takes the minutes or is a guest."""
    meeting = meeting_of(request, pk)
    if "roles" not in acts_on(meeting, request.user):
        return not_now(request, meeting, "meetings:detail")
    form = RolesForm(sent(request), meeting=meeting, user=request.user)
    if request.method == "POST" and form.is_valid() and form.take():
        messages.success(request, _("The roles are saved."))
        return redirect("meetings:detail", pk=pk)
    context = {"form": form, "meeting": meeting, "title": _("Roles"), "button": _("Save")}
    return render(request, "meetings/step_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@require(Act.PLAN_MEETING)
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Make who takes part follow the seats of the series, in one act."""
    meeting = meeting_of(request, pk)
    if "renew" not in acts_on(meeting, request.user):
        return not_now(request, meeting, "meetings:detail")
    done = table.renew_participants(meeting, by=request.user)
    if done:
        messages.success(request, _("The participants follow the seats of the series again."))
    else:
        messages.info(request, _("The participants were up to date."))
    return redirect("meetings:detail", pk=pk)
