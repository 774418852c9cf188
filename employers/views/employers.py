"""Adding and changing employers, their account manager, grouping, retiring."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from employers.forms.employers import (
    EmployerForm,
    GroupForm,
    ManagerForm,
    NewEmployerForm,
    RetireForm,
)
from employers.forms.saving import save_form
from employers.models import AccountAssignment, Employer, EmployerGrouping
from employers.portfolios.proposals import proposal_for
from employers.selectors import find_employers
from employers.selectors.alike import employers_alike
from employers.services import (
    add_employer,
    assign_account_manager,
    group_employers,
    make_readers,
    refresh_employers,
    retire_employer,
    reuse_employer,
    settle_employer,
    ungroup_employers,
)

FORM_PAGE = "employers/employer_form.html"


def _employer(request: HttpRequest, pk: int) -> Employer:
    rows = Employer.objects.visible_to(request.user).filter(merged_into__isnull=True)
    return get_object_or_404(rows.select_related("area", "sector", "track"), pk=pk)


@require(Act.EDIT_EMPLOYER)
def employer_add(request: HttpRequest) -> HttpResponse:
    """An employer that the register does not know yet."""
    form = NewEmployerForm(request.POST or None, user=request.user)
    valid = request.method == "POST" and form.is_valid()
    alike = []
    if valid and "anyway" not in request.POST:
        alike = employers_alike(request.user, form.instance)
    if valid and not alike:

        @transaction.atomic
        def add() -> Employer:
            employer = add_employer(
                form.instance,
                by=request.user,
                kvk_number=form.cleaned_data["kvk_number"],
                address=form.address(),
            )
            make_readers(employer, readers=list(form.cleaned_data["readers"]), by=request.user)
            return employer

        employer = form.attempt(add)
        if employer is not None:
            messages.success(request, _("%(name)s is added.") % {"name": employer.name})
            return redirect(employer)
    context = {"form": form, "alike": alike}
    return render(request, FORM_PAGE, context, status=422 if form.errors or alike else 200)


@require(Act.EDIT_EMPLOYER)
def employer_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Own data of an employer; a second editor is told who was first and sees both texts."""
    employer = _employer(request, pk)
    stored = _employer(request, pk)
    form = EmployerForm(request.POST or None, instance=employer, user=request.user)
    if request.method == "POST" and form.is_valid():

        def after(record: Employer) -> None:
            make_readers(record, readers=list(form.cleaned_data["readers"]), by=request.user)
            refresh_employers([record.pk], clock.today())

        saved = save_form(
            form, by=request.user, before=lambda row: settle_employer(row, stored=stored), after=after
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect(employer)
    return render(request, FORM_PAGE, {"form": form, "employer": stored}, status=422 if form.errors else 200)


@require(Act.EDIT_EMPLOYER)
def account_manager(request: HttpRequest, pk: int) -> HttpResponse:
    """Who looks after this employer, from which day; the current one ends by itself."""
    employer = _employer(request, pk)
    today = clock.today()
    current = AccountAssignment.objects.filter(employer=employer).on(today).select_related("user").first()
    proposal = None if current else proposal_for(employer, today)
    manager = current.user_id if current else proposal.user.pk if proposal else request.user.pk
    initial = {"starts_on": today, "manager": manager}
    form = ManagerForm(request.POST or None, user=request.user, initial=initial)
    if proposal is not None:
        words = {"name": proposal.user, "reason": proposal.reason}
        form.fields["manager"].help_text = _("Proposed: %(name)s, because of %(reason)s.") % words
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data

        def assign() -> bool:
            assign_account_manager(
                employer, chosen["manager"], by=request.user, starts_on=chosen["starts_on"]
            )
            return True

        if form.attempt(assign):
            messages.success(request, _("Saved."))
            return redirect(employer)
    context = {"form": form, "employer": employer, "current": current}
    return render(request, "employers/manager_form.html", context, status=422 if form.errors else 200)


@require(Act.EDIT_EMPLOYER)
def employer_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that another employer is part of this one (R2): search, choose, give the reason. Below it what was
    grouped before, to take back."""
    employer = _employer(request, pk)
    asked = (request.POST.get("q") or request.GET.get("q") or "").strip()
    found = [row for row in find_employers(request.user, asked) if row.pk != employer.pk]
    rows = Employer.objects.visible_to(request.user).filter(pk__in=[row.pk for row in found])
    form = GroupForm(request.POST or None, user=request.user, found=rows)
    if request.method == "POST" and form.is_valid():
        absorbed, reason = form.cleaned_data["absorbed"], form.cleaned_data["reason"]
        if form.attempt(lambda: group_employers(employer, absorbed, by=request.user, reason=reason)):
            messages.success(
                request,
                _("%(part)s is now part of %(whole)s.") % {"part": absorbed.name, "whole": employer.name},
            )
            return redirect(employer)
    context: dict[str, Any] = {
        "form": form,
        "employer": employer,
        "asked": asked,
        "found": found,
        "groupings": _groupings(request, employer)
        .filter(undone_at__isnull=True)
        .select_related("absorbed", "created_by"),
    }
    return render(request, "employers/group_form.html", context, status=422 if form.errors else 200)


def _groupings(request: HttpRequest, employer: Employer) -> "QuerySet[EmployerGrouping]":
    """What was grouped under it, as far as this reader may know: a part can have become confidential."""
    return employer.groupings.filter(absorbed__in=Employer.objects.visible_to(request.user))


@require_POST
@require(Act.EDIT_EMPLOYER)
def employer_ungroup(request: HttpRequest, pk: int, grouping_pk: int) -> HttpResponse:
    """Take a grouping back."""
    employer = _employer(request, pk)
    grouping = get_object_or_404(_groupings(request, employer), pk=grouping_pk)
    try:
        ungroup_employers(grouping, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("employers:group", pk)
    messages.success(request, _("%(name)s stands by itself again.") % {"name": grouping.absorbed.name})
    return redirect(grouping.absorbed)


@require(Act.EDIT_EMPLOYER)
def employer_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer used, with the reason."""
    employer = _employer(request, pk)
    form = RetireForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if form.attempt(lambda: retire_employer(employer, by=request.user, reason=reason)):
            messages.success(request, _("%(name)s is no longer used.") % {"name": employer.name})
            return redirect(employer)
    context = {
        "form": form,
        "title": _("No longer use this employer"),
        "question": employer.name,
        "consequences": [
            _("It leaves the lists and the search fields."),
            _("Its dossier stays, and you can take it into use again."),
            _("It has no account manager any more."),
        ],
        "action": _("No longer use"),
        "back_url": employer.get_absolute_url(),
        "danger": True,
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)


@require_POST
@require(Act.EDIT_EMPLOYER)
def employer_reuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an employer into use again."""
    employer = reuse_employer(_employer(request, pk), by=request.user)
    messages.success(request, _("%(name)s is in use again.") % {"name": employer.name})
    return redirect(employer)
