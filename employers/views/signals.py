"""Saying that a signal of an employer is not so."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import require
from accounts.roles import Act
from employers.forms.portfolios import ObjectionForm
from employers.models import Employer, SignalObjection
from employers.signals import signals_for
from employers.signals.services import object_to_signal, withdraw_objection


def _employer(request: HttpRequest, pk: int) -> Employer:
    rows = Employer.objects.visible_to(request.user).filter(merged_into__isnull=True)
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Act.EDIT_EMPLOYER)
def signal_object(request: HttpRequest, pk: int) -> HttpResponse:
    """One signal, named by its code and cause in the address, and the reason why it is not so."""
    employer = _employer(request, pk)
    code, cause = request.GET.get("code", ""), request.GET.get("cause", "")
    shown = signals_for([employer.pk], request.user).get(employer.pk, [])
    signal = next((row for row in shown if (row.code, row.cause) == (code, cause)), None)
    if signal is None:
        messages.info(request, _("This signal is no longer there. Somebody may have been first."))
        return redirect(employer)
    form = ObjectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(
            lambda: object_to_signal(employer, by=request.user, code=code, cause=cause, reason=reason)
        ):
            messages.success(request, _("Recorded. The signal comes back when the facts change."))
            return redirect(employer)
    context = {"form": form, "employer": employer, "signal": signal}
    return render(request, "employers/signal_object.html", context, status=422 if form.errors else 200)


@require_POST
@require(Act.EDIT_EMPLOYER)
def signal_withdraw(request: HttpRequest, pk: int, objection_pk: int) -> HttpResponse:
    """Show it again."""
    employer = _employer(request, pk)
    objection = get_object_or_404(SignalObjection, pk=objection_pk, employer=employer)
    withdraw_objection(objection, by=request.user)
    messages.success(request, _("The signal is shown again."))
    return redirect(employer)
