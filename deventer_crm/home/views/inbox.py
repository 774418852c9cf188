"""Reminders of the person who asks: the list, putting one off, taking it up again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deventer_crm.core import clock, delegation, formatting
from deventer_crm.core.forms import sent
from deventer_crm.core.models import Reminder
from deventer_crm.core.snooze import CannotSnooze, latest_day
from deventer_crm.core.snooze import snooze as snooze_reminder
from deventer_crm.core.snooze import wake as wake_reminder
from deventer_crm.core.targets import lines_for
from deventer_crm.home.forms import GiveForm, SnoozeForm
from deventer_crm.home.selectors.inbox import inbox


def _page(
    request: HttpRequest, *, wrong: SnoozeForm | None = None, wrong_id: int | None = None
) -> HttpResponse:
    today = clock.today()
    context = {
        "inbox": inbox(request.user, today, request.GET.get("page")),
        "today": today,
        "latest": latest_day(today),
        "wrong": wrong,
        "wrong_id": wrong_id,
    }
    return render(request, "home/reminders.html", context, status=422 if wrong else 200)


@require_safe
def reminders(request: HttpRequest) -> HttpResponse:
    """Everybody has their own; there is no address for somebody else's."""
    return _page(request)


@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one off until a day."""
    form = SnoozeForm(request.POST)
    if form.is_valid():
        try:
            reminder = snooze_reminder(pk, by=request.user, until=form.cleaned_data["until"])
        except Reminder.DoesNotExist:
            raise Http404 from None
        except CannotSnooze as problem:
            form.add_error("until", str(problem))
        else:
            day = formatting.nl_date(reminder.snoozed_until, "weekday")
            messages.success(request, _("Put off. It is back on %(day)s.") % {"day": day})
            return redirect("home:reminders")
    if not Reminder.objects.filter(pk=pk, recipient_id=request.user.pk).exists():
        raise Http404
    return _page(request, wrong=form, wrong_id=pk)


@require_POST
def wake(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up again what was put off."""
    try:
        wake_reminder(pk, by=request.user)
    except Reminder.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The reminder is back on your list."))
    return redirect("home:reminders")


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass one to a colleague."""
    today = clock.today()
    reminder = Reminder.objects.filter(pk=pk, recipient_id=request.user.pk, state=Reminder.State.OPEN).first()
    if reminder is None or not delegation.may_be_given(reminder, today):
        raise Http404
    form = GiveForm(sent(request), user=request.user, latest=delegation.latest_day(today))
    if form.is_valid():
        try:
            given = form.attempt(lambda: delegation.give_to(pk, by=request.user, **form.cleaned_data))
        except Reminder.DoesNotExist:
            raise Http404 from None
        if given is not None:
            day = formatting.nl_date(given.delegated_until, "weekday")
            words = _("%(name)s has it until %(day)s.") % {"name": given.delegated_to, "day": day}
            messages.success(request, words)
            return redirect("home:reminders")
    context = {"form": form, "line": lines_for([reminder], request.user)[0]}
    return render(request, "home/reminder_give.html", context, status=422 if form.is_bound else 200)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """By who gave it, or by the colleague who gives it back."""
    try:
        reminder = delegation.take_back(pk, by=request.user)
    except Reminder.DoesNotExist:
        raise Http404 from None
    if reminder.recipient_id == request.user.pk:
        messages.success(request, _("The reminder is back on your list."))
    else:
        name = reminder.recipient
        messages.success(request, _("The reminder is back with %(name)s.") % {"name": name})
    return redirect("home:reminders")
