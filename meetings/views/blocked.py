"""Blocked times: what they are, and keeping them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import BlockedTime
from accounts.permissions import require
from accounts.roles import Act
from accounts.services import end_blocked_time
from deventer_crm.core.forms import sent
from meetings.forms.blocked import BlockedTimeForm
from meetings.selectors.blocked import KEEPERS, blocked_list, may_keep


@require_GET
@require(Act.SEE_AGENDA)
def blocked_times(request: HttpRequest) -> HttpResponse:
    """What is blocked now and later."""
    context = {"rows": blocked_list(request.user), "may_keep": may_keep(request.user)}
    return render(request, "meetings/blocked_list.html", context)


@require_http_methods(["GET", "POST"])
@require(*KEEPERS)
def add(request: HttpRequest) -> HttpResponse:
    """A new one."""
    return _form(request, BlockedTimeForm(sent(request), user=request.user))


@require_http_methods(["GET", "POST"])
@require(*KEEPERS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one."""
    row = get_object_or_404(BlockedTime, pk=pk)
    return _form(request, BlockedTimeForm(sent(request), user=request.user, instance=row), pk)


def _form(request: HttpRequest, form: BlockedTimeForm, pk: int | None = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and form.save_row() is not None:
        messages.success(request, _("The blocked time is saved."))
        return redirect("meetings:blocked")
    context = {"form": form, "pk": pk}
    return render(request, "meetings/blocked_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@require(*KEEPERS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """From today on it holds no longer."""
    row = get_object_or_404(BlockedTime, pk=pk)
    if end_blocked_time(row, by=request.user):
        messages.success(request, _("From today on this time is free again."))
    else:
        messages.success(request, _("The blocked time is taken away."))
    return redirect("meetings:blocked")
