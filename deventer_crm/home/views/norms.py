"""The norm of a commitment: what it was, what it is, and a new one from a day on (R6, R9)."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.forms import sent
from deventer_crm.core.models import Commitment, CommitmentNorm
from deventer_crm.core.norms import add_norm, withdraw_norm
from deventer_crm.home.forms_monitor import NormForm
from deventer_crm.home.selectors.monitor import document_text, norm_lines


def _commitment(code: str) -> Commitment:
    """The one in force today; 404 when there is none."""
    rows = Commitment.objects.on(clock.today()).filter(code=code).select_related("document")
    found: Commitment | None = rows.order_by("-document__starts_on").first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.CHANGE_NORMS)
def norm(request: HttpRequest, code: str) -> HttpResponse:
    """All norms of a commitment, and the form for the next."""
    commitment = _commitment(code)
    form = NormForm(sent(request), user=request.user, commitment=commitment)
    if form.is_bound and form.is_valid():
        saved = form.attempt(lambda: add_norm(commitment, by=request.user, **form.cleaned_data))
        if saved is not None:
            messages.success(request, _("The norm is saved."))
            return redirect("home:norm", code=code)
    context = {
        "form": form,
        "commitment": commitment,
        "document": document_text(commitment.document),
        "lines": norm_lines(commitment, clock.today()),
    }
    return render(request, "home/norm.html", context, status=422 if form.is_bound else 200)


@require_POST
@require(Act.CHANGE_NORMS)
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take back a norm that has not begun."""
    row = get_object_or_404(CommitmentNorm, pk=pk, commitment__code=code)
    try:
        withdraw_norm(row, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The norm is taken back."))
    return redirect("home:norm", code=code)
