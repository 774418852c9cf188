"""Logging contact on the page of an employer; changing a contact and taking it back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.once import did_its_work
from employers.forms.contact import ContactForm, WithdrawForm
from employers.forms.saving import save_form
from employers.models import ContactMoment, Employer
from employers.selectors.dossier import Dossier, dossier_of, employers_for_dossier, people_at
from employers.selectors.history import remembering
from employers.services import contact_changed, log_contact, may_change, withdraw_contact

PAGE = "employers/employer_detail.html"


def dossier_context(
    request: HttpRequest, dossier: Dossier, form: ContactForm | None = None
) -> dict[str, Any]:
    """What the page of an employer shows, with the contact form for who may log."""
    if form is None and dossier.rights.logs_contact:
        form = _contact_form(request, dossier)
    return {"dossier": dossier, "employer": dossier.employer, "form": form}


def _contact_form(request: HttpRequest, dossier: Dossier) -> ContactForm:
    """Guessed: the kind this person used last here, and the first to contact, or the only one there is."""
    positions = [*dossier.people, *dossier.more_people]
    initial: dict[str, Any] = {}
    if positions and (positions[0].is_primary or len({row.person_id for row in positions}) == 1):
        initial["person"] = positions[0].person_id
    last = dossier.last_moment
    if last is not None and last.user_id == request.user.pk:
        initial["kind"] = last.kind
    return ContactForm(
        user=request.user, people=_people(positions), themes=_themes(dossier.employer), initial=initial
    )


def _themes(employer: Any) -> list[tuple[int, str]]:
    return [(row["id"], row["name"]) for row in employer.themes]


def _people(positions: list[Any]) -> list[Any]:
    """Each person once, however many positions somebody holds."""
    return list({row.person_id: row.person for row in positions}.values())


@require_POST
@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a contact. With htmx the same body of the page comes back as a reload would show."""
    employer = get_object_or_404(employers_for_dossier(request.user), pk=pk, merged_into__isnull=True)
    family = [employer.pk, *employer.family]
    form: ContactForm | None = ContactForm(
        request.POST,
        user=request.user,
        people=_people(people_at(family, request.user)),
        themes=_themes(employer),
    )
    status = 200
    if form is not None and form.is_valid():
        log_contact(by=request.user, employers=[employer], **form.arguments())
        messages.success(request, _("The contact is logged."))
        if not request.htmx:
            return redirect("employers:detail", pk)
        did_its_work(request)
        employer, form = employers_for_dossier(request.user).get(pk=pk), None
    else:
        status = 422
    with remembering():
        context = dossier_context(request, dossier_of(employer, request.user), form)
    return render(request, f"{PAGE}#body_swap" if request.htmx else PAGE, context, status=status)


def _own_moment(request: HttpRequest, pk: int, moment_pk: int) -> tuple[Employer, ContactMoment]:
    """A contact of this employer that the reader sees and may change: else 404 or 403."""
    employer = get_object_or_404(employers_for_dossier(request.user), pk=pk)
    moment = get_object_or_404(
        ContactMoment.objects.visible_to(request.user)
        .standing()
        .filter(employers__in=[pk, *employer.family])
        .distinct(),
        pk=moment_pk,
    )
    if not may_change(moment, request.user):
        raise PermissionDenied
    return employer, moment


@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def contact_edit(request: HttpRequest, pk: int, moment_pk: int) -> HttpResponse:
    """Change a contact that oneself logged."""
    employer, moment = _own_moment(request, pk, moment_pk)
    positions = people_at([employer.pk, *employer.family], request.user)
    people = {person.pk: person for person in [*_people(positions), *moment.people.all()]}
    form = ContactForm(request.POST or None, instance=moment, user=request.user, people=list(people.values()))
    if (
        request.method == "POST"
        and form.is_valid()
        and save_form(form, by=request.user, after=contact_changed)
    ):
        messages.success(request, _("The contact is changed."))
        return redirect("employers:detail", pk)
    context = {"form": form, "employer": employer, "moment": moment}
    return render(request, "employers/contact_form.html", context, status=422 if form.errors else 200)


@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def contact_withdraw(request: HttpRequest, pk: int, moment_pk: int) -> HttpResponse:
    """Take a contact back, with a reason."""
    employer, moment = _own_moment(request, pk, moment_pk)
    form = WithdrawForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        withdraw_contact(moment, by=request.user, reason=form.cleaned_data["withdrawn_reason"])
        messages.success(request, _("The contact is withdrawn."))
        return redirect("employers:detail", pk)
    context = {
        "form": form,
        "title": _("Withdraw a contact"),
        "question": moment.subject,
        "consequences": [_("It leaves the timeline; the row and your reason stay on record.")],
        "action": _("Withdraw"),
        "back_url": employer.get_absolute_url(),
        "danger": True,
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)
