"""Promises and actions: writing one down, its page, and a page for each act."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import sent
from deventer_crm.core.once import did_its_work
from deventer_crm.core.services import log_view
from employers.forms.followups import (
    ActForm,
    ConfirmForm,
    DropForm,
    FollowUpForm,
    FulfilForm,
    ReassignForm,
    ReopenForm,
    ReportBackForm,
)
from employers.models import ContactPerson, FollowUp
from employers.panels.followups import dossier_card, week_card
from employers.permissions_followups import STATES, acts_on, may
from employers.selectors.dossier import employers_for_dossier, people_at
from employers.selectors.followups import follow_up_page, follow_ups_for_page

#: The act that comes next, in the order in which a promise goes.
NEXT_ACTS = ("confirm", "fulfil", "report_back")


def _follow_up(request: HttpRequest, pk: int) -> FollowUp:
    return get_object_or_404(follow_ups_for_page(request.user), pk=pk)


def _people(employer: Any, user: Any) -> list[ContactPerson]:
    family = [employer.pk, *getattr(employer, "family", [])]
    return list({row.person_id: row.person for row in people_at(family, user)}.values())


@require_http_methods(["GET", "POST"])
@require(Act.ADD_FOLLOW_UP)
def follow_up_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Write one down for an employer; `?person=` proposes with whom."""
    employer: Any = get_object_or_404(employers_for_dossier(request.user), pk=pk, merged_into__isnull=True)
    people = _people(employer, request.user)
    wanted = request.GET.get("person", "")
    initial = {"person": wanted} if any(str(person.pk) == wanted for person in people) else {}
    form = FollowUpForm(
        sent(request),
        instance=FollowUp(employer=employer),
        user=request.user,
        employer=employer,
        people=people,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        made = form.save_follow_up()
        if made is not None:
            messages.success(request, _("It is written down."))
            return redirect("employers:detail", pk)
    context = {"form": form, "employer": employer, "back_url": employer.get_absolute_url()}
    return render(request, "employers/followup_form.html", context, status=422 if form.is_bound else 200)


@require_safe
@require(Act.SEE_FOLLOW_UPS)
def follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise or action: facts, history, and the form of the one act that comes next."""
    row = _follow_up(request, pk)
    log_view(row, request.user)
    acts = acts_on(row, request.user)
    chosen = next((act for act in NEXT_ACTS if act in acts), None)
    page = ACTS[chosen] if chosen else None
    context = {
        "page": follow_up_page(row, request.user),
        "follow_up": row,
        "acts": acts,
        "next": page,
        "form": page.form(follow_up=row, user=request.user) if page else None,
    }
    return render(request, "employers/followup_detail.html", context)


@require_http_methods(["GET", "POST"])
@require(Act.ADD_FOLLOW_UP)
def follow_up_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what was written down."""
    row = _follow_up(request, pk)
    refused = _refusal(request, row, "edit")
    if refused is not None:
        return refused
    form = FollowUpForm(
        sent(request),
        instance=row,
        user=request.user,
        employer=row.employer,
        people=_people(row.employer, request.user),
    )
    if request.method == "POST" and form.is_valid() and form.save_follow_up() is not None:
        messages.success(request, _("The change is saved."))
        return redirect(row)
    context = {"form": form, "employer": row.employer, "follow_up": row, "back_url": row.get_absolute_url()}
    return render(request, "employers/followup_form.html", context, status=422 if form.is_bound else 200)


def _refusal(request: HttpRequest, row: FollowUp, act: str) -> HttpResponse | None:
    """403 for who may never do this; back to the page, with the reason, when it is too late for it."""
    if not may(act, row, request.user):
        raise PermissionDenied
    if row.state in STATES[act]:
        return None
    messages.error(
        request,
        _("This is “%(state)s” now; that is not possible any more.") % {"state": row.get_state_display()},
    )
    return redirect(row)


class ActPage:
    """The page of one act; its form also stands on the page of the follow-up when it comes next."""

    def __init__(
        self,
        act: str,
        form: type[ActForm],
        *,
        title: Any,
        button: Any,
        done: Any,
        danger: bool = False,
    ) -> None:
        self.act, self.form, self.title, self.button, self.done = act, form, title, button, done
        self.danger = danger
        self.url_name = f"employers:follow_up_{act}"

    def view(self) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, pk: int) -> HttpResponse:
            return self.answer(request, pk)

        page.__name__ = f"follow_up_{self.act}"
        return require_http_methods(["GET", "POST"])(require(Act.SEE_FOLLOW_UPS)(page))

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = _follow_up(request, pk)
        refused = _refusal(request, row, self.act)
        if refused is not None:
            return refused
        form = self.form(sent(request), follow_up=row, user=request.user)
        if request.method == "POST" and form.is_valid():
            after = form.take()
            if after is not None:
                return self._done(request, after)
            row = _follow_up(request, pk)  # somebody else may have been first
            if row.state not in STATES[self.act]:
                return _refusal(request, row, self.act) or redirect(row)
        context = {"form": form, "follow_up": row, "page": self}
        return render(request, "employers/followup_act.html", context, status=422 if form.is_bound else 200)

    def _done(self, request: HttpRequest, row: FollowUp) -> HttpResponse:
        """Back to where the button was: a card on another page, or the page of the follow-up."""
        messages.success(request, self.done)
        card = CARDS.get(request.POST.get("card", ""))
        if card is None:
            # Who gave it away may not be one who sees it any more.
            seen = FollowUp.objects.visible_to(request.user).filter(pk=row.pk).exists()
            return redirect(row if seen else "home:week")
        return card(request, row)


def _dossier(request: HttpRequest, row: FollowUp) -> HttpResponse:
    if not request.htmx:
        return redirect("employers:detail", row.employer.merged_into_id or row.employer_id)
    employer = get_object_or_404(
        employers_for_dossier(request.user), pk=row.employer.merged_into_id or row.employer_id
    )
    return _card(request, dossier_card(employer, request.user))


def _week(request: HttpRequest, row: FollowUp) -> HttpResponse:
    return _card(request, week_card(request.user)) if request.htmx else redirect("home:week")


def _card(request: HttpRequest, panel: Any) -> HttpResponse:
    did_its_work(request)
    return render(request, panel.template, {**panel.context, "panel": panel.context, "swapped": True})


CARDS: dict[str, Callable[[HttpRequest, FollowUp], HttpResponse]] = {"dossier": _dossier, "week": _week}

ACTS: dict[str, ActPage] = {
    page.act: page
    for page in (
        ActPage(
            "confirm",
            ConfirmForm,
            title=gettext_lazy("Confirm the promise"),
            button=pgettext_lazy("promise", "Confirm"),
            done=gettext_lazy("The promise is confirmed."),
        ),
        ActPage(
            "fulfil",
            FulfilForm,
            title=pgettext_lazy("promise", "It was done"),
            button=pgettext_lazy("promise", "Done"),
            done=gettext_lazy("It is marked as done."),
        ),
        ActPage(
            "report_back",
            ReportBackForm,
            title=gettext_lazy("Report back to the employer"),
            button=gettext_lazy("The employer was told"),
            done=gettext_lazy("The employer was told; this promise is done."),
        ),
        ActPage(
            "drop",
            DropForm,
            title=gettext_lazy("This will not be done"),
            button=pgettext_lazy("promise", "Drop"),
            done=gettext_lazy("It is dropped."),
            danger=True,
        ),
        ActPage(
            "reassign",
            ReassignForm,
            title=gettext_lazy("Give it to somebody else"),
            button=pgettext_lazy("promise", "Give"),
            done=gettext_lazy("It lies with somebody else now."),
        ),
        ActPage(
            "reopen",
            ReopenForm,
            title=gettext_lazy("Open it again"),
            button=gettext_lazy("Open again"),
            done=gettext_lazy("It is open again."),
        ),
    )
}
