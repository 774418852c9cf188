"""Memberships of associations, from both sides."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.paging import page_of
from employers.forms.memberships import EndMembershipForm, MembershipForm
from employers.models import Employer, Membership
from employers.selectors import find_employers
from employers.selectors.associations import members_of
from employers.services.memberships import add_membership, end_membership

#: Associations one can choose from; a municipality knows dozens.
MOST_ASSOCIATIONS = 300


def _employer(request: HttpRequest, pk: int) -> Employer:
    rows = Employer.objects.visible_to(request.user).filter(merged_into__isnull=True)
    return get_object_or_404(rows, pk=pk)


@require_safe
@require(Act.SEE_DOSSIERS)
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is a member of an association, or was (`?former=1`)."""
    employer = _employer(request, pk)
    grouped = Employer.objects.visible_to(request.user).filter(merged_into=employer)
    former = request.GET.get("former") == "1"
    rows = members_of(
        [employer.pk, *grouped.values_list("pk", flat=True)], request.user, clock.today(), former=former
    )
    page = page_of(rows, request.GET.get("page"))
    return render(
        request, "employers/members.html", {"employer": employer, "page_obj": page, "former": former}
    )


@require(Act.EDIT_EMPLOYER)
def membership_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A new member of an association, found by searching; or the association an employer is a member of."""
    employer = _employer(request, pk)
    is_association = employer.kind == Employer.Kind.ASSOCIATION
    asked = (request.POST.get("q") or request.GET.get("q") or "").strip()
    if is_association:
        other, choices = "employer", find_employers(request.user, asked)
    else:
        rows = Employer.objects.visible_to(request.user).current().filter(kind=Employer.Kind.ASSOCIATION)
        other, choices = "association", list(rows.order_by("sort_name", "pk")[:MOST_ASSOCIATIONS])
    choices = [row for row in choices if row.pk != employer.pk]
    form = MembershipForm(request.POST or None, user=request.user, other=other, choices=choices)
    if request.method == "POST" and form.is_valid():
        sides = {"employer": employer, "association": employer, other: form.cleaned_data[other]}
        dates = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
        if form.attempt(lambda: add_membership(by=request.user, **sides, **dates)) is not None:
            messages.success(request, _("Saved."))
            return redirect(employer)
    context: dict[str, Any] = {
        "form": form,
        "employer": employer,
        "title": _("Add a member") if is_association else _("Add a membership"),
        "searches": is_association,
        "asked": asked,
        "found": choices,
    }
    return render(request, "employers/membership_form.html", context, status=422 if form.errors else 200)


@require(Act.EDIT_EMPLOYER)
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a membership."""
    rows = Membership.objects.visible_to(request.user).select_related("employer", "association")
    membership = get_object_or_404(rows, pk=pk)
    form = EndMembershipForm(request.POST or None, user=request.user, initial={"ends_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["ends_on"]
        if form.attempt(lambda: end_membership(membership, by=request.user, ends_on=day)) is not None:
            messages.success(request, _("Saved."))
            return redirect(membership.employer)
    context = {
        "form": form,
        "title": _("End a membership"),
        "question": _("%(employer)s is a member of %(association)s.")
        % {"employer": membership.employer.name, "association": membership.association.name},
        "consequences": [_("The membership stays readable among the members before.")],
        "action": _("End the membership"),
        "back_url": membership.employer.get_absolute_url(),
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)
