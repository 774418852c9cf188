"""Contact persons and their positions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.parsing import whole_number
from employers.forms.people import EndPositionForm, PersonForm, PositionForm
from employers.forms.saving import save_form
from employers.models import ContactPerson, Employer, Position
from employers.selectors import find_employers
from employers.selectors.alike import people_alike
from employers.selectors.knowing import shared_boards, who_knows
from employers.selectors.people import person_page
from employers.services import (
    add_person,
    change_job,
    end_position,
    make_way,
    position_changed,
    save_position,
)


def _person(request: HttpRequest, pk: int) -> ContactPerson:
    return get_object_or_404(ContactPerson.objects.visible_to(request.user), pk=pk)


def _position(request: HttpRequest, pk: int) -> Position:
    rows = Position.objects.visible_to(request.user).select_related("person", "employer")
    return get_object_or_404(rows, pk=pk)


@require_safe
@require(Act.SEE_DOSSIERS)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: how to reach them, positions now and before, the last contacts."""
    return render(
        request, "employers/person_detail.html", {"page": person_page(_person(request, pk), request.user)}
    )


@require_safe
@require(Act.SEE_DOSSIERS)
def who_knows_whom(request: HttpRequest, pk: int) -> HttpResponse:
    """Who of the town hall knows an employer best, and boards its people share; for htmx only the card."""
    rows = Employer.objects.visible_to(request.user).filter(merged_into__isnull=True)
    employer = get_object_or_404(rows, pk=pk)
    grouped = Employer.objects.visible_to(request.user).filter(merged_into=pk)
    family = [pk, *grouped.values_list("pk", flat=True)]
    context = {
        "employer": employer,
        "colleagues": who_knows(family, request.user),
        "boards": shared_boards(family, request.user),
    }
    template = "employers/knowing.html" + ("#card" if request.htmx else "")
    return render(request, template, context)


@require(Act.EDIT_PERSON)
def person_add(request: HttpRequest) -> HttpResponse:
    """A new person, usually with a position at the employer the link came from."""
    employer = None
    employer_id = whole_number(request.GET.get("employer"))
    if employer_id is not None:
        rows = Employer.objects.visible_to(request.user).filter(merged_into__isnull=True)
        employer = get_object_or_404(rows, pk=employer_id)
    form = PersonForm(request.POST or None, user=request.user)
    position_form = None
    if employer is not None:
        position_form = PositionForm(
            request.POST or None, user=request.user, instance=Position(employer=employer), prefix="position"
        )
    valid = request.method == "POST" and form.is_valid()
    valid = (position_form is None or position_form.is_valid()) and valid
    alike = []
    if valid and "anyway" not in request.POST:
        alike = people_alike(request.user, form.instance, employer)
    if valid and not alike:
        position = position_form.instance if position_form else None
        person = (position_form or form).attempt(
            lambda: add_person(form.instance, by=request.user, position=position)
        )
        if person is not None:
            messages.success(request, _("%(name)s is added.") % {"name": str(person)})
            return redirect(employer) if employer else redirect("employers:person", person.pk)
    context = {"form": form, "position_form": position_form, "employer": employer, "alike": alike}
    wrong = form.errors or (position_form and position_form.errors) or alike
    return render(request, "employers/person_form.html", context, status=422 if wrong else 200)


@require(Act.EDIT_PERSON)
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Business data of a person."""
    person = _person(request, pk)
    form = PersonForm(request.POST or None, instance=person, user=request.user)
    if request.method == "POST" and form.is_valid() and save_form(form, by=request.user):
        messages.success(request, _("Saved."))
        return redirect("employers:person", pk)
    context = {"form": form, "person": _person(request, pk)}
    return render(request, "employers/person_form.html", context, status=422 if form.errors else 200)


@require(Act.EDIT_PERSON)
def position_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Another position; `?ends=<position>` for a change of job: the old one ends when the new one begins."""
    person = _person(request, pk)
    leaving = None
    leaving_id = whole_number(request.POST.get("ends") or request.GET.get("ends"))
    if leaving_id is not None:
        rows = Position.objects.visible_to(request.user).select_related("employer").filter(person=person)
        leaving = get_object_or_404(rows, pk=leaving_id)
    asked = (request.POST.get("q") or request.GET.get("q") or "").strip()
    found = find_employers(request.user, asked)
    form = PositionForm(
        request.POST or None, user=request.user, found=found, instance=Position(person=person)
    )
    if request.method == "POST" and form.is_valid():
        new = form.instance

        def save() -> Position:
            if leaving is None:
                return save_position(new, by=request.user)
            return change_job(
                leaving,
                by=request.user,
                employer=new.employer,
                title=new.title,
                starts_on=new.starts_on,
                seat=new.seat,
            )

        if form.attempt(save) is not None:
            messages.success(request, _("Saved."))
            return redirect("employers:person", pk)
    context: dict[str, Any] = {
        "form": form,
        "person": person,
        "leaving": leaving,
        "asked": asked,
        "found": found,
        "hidden": [("ends", leaving.pk)] if leaving else [],
    }
    return render(request, "employers/position_form.html", context, status=422 if form.errors else 200)


@require(Act.EDIT_PERSON)
def position_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a position."""
    position = _position(request, pk)
    form = PositionForm(request.POST or None, instance=position, user=request.user)
    if request.method == "POST" and form.is_valid():
        saved = save_form(
            form,
            by=request.user,
            before=lambda row: make_way(row, by=request.user),
            after=position_changed,
        )
        if saved is not None:
            messages.success(request, _("Saved."))
            return redirect("employers:person", position.person_id)
    context = {"form": form, "person": position.person, "position": _position(request, pk)}
    return render(request, "employers/position_form.html", context, status=422 if form.errors else 200)


@require(Act.EDIT_PERSON)
def position_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a position."""
    position = _position(request, pk)
    form = EndPositionForm(request.POST or None, user=request.user, initial={"ends_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["ends_on"]
        if form.attempt(lambda: end_position(position, by=request.user, ends_on=day)) is not None:
            messages.success(request, _("Saved."))
            return redirect("employers:person", position.person_id)
    context = {
        "form": form,
        "title": _("End a position"),
        "question": _("%(person)s, %(title)s at %(employer)s")
        % {"person": str(position.person), "title": position.title, "employer": position.employer.name},
        "consequences": [_("The position stays readable on the page of the person.")],
        "action": _("End the position"),
        "back_url": position.person.get_absolute_url(),
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)
