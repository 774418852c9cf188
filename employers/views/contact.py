"""Logging contact: on the page of an employer, on a page of its own (the phone, a list, a person); changing
a contact and taking it back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts.permissions import allow, require
from accounts.roles import Act
from deventer_crm.core.once import did_its_work
from deventer_crm.core.parsing import whole_number
from employers.forms.contact import ContactForm, WithdrawForm
from employers.forms.contact_entry import ContactEntry
from employers.forms.saving import save_form
from employers.models import ContactMoment, ContactPerson, Employer
from employers.permissions_followups import may
from employers.selectors.contact import changes_of, last_kind, main_position
from employers.selectors.dossier import Dossier, dossier_of, employers_for_dossier, people_at
from employers.selectors.history import remembering
from employers.services import contact_changed, may_change, withdraw_contact

PAGE = "employers/employer_detail.html"
NEW = "employers/contact_new.html"
FORM = "employers/_contact_form.html"


def dossier_context(
    request: HttpRequest, dossier: Dossier, entry: ContactEntry | None = None
) -> dict[str, Any]:
    """What the page of an employer shows, with the contact form for who may log."""
    if entry is None and dossier.rights.logs_contact:
        entry = _fresh_entry(request, dossier)
    return {"dossier": dossier, "employer": dossier.employer, "entry": entry}


def _fresh_entry(request: HttpRequest, dossier: Dossier) -> ContactEntry:
    """Guessed: the kind this person used last here, and the first to contact, or the only one there is."""
    positions = [*dossier.people, *dossier.more_people]
    last = dossier.last_moment
    initial = {"person": _guessed_person(positions)}
    if last is not None and last.user_id == request.user.pk:
        initial["kind"] = last.kind
    return ContactEntry(request.user, dossier.employer, positions=positions, initial=initial)


def _guessed_person(positions: list[Any]) -> Any:
    """The first to contact, or the only one there is."""
    if positions and (positions[0].is_primary or len({row.person_id for row in positions}) == 1):
        return positions[0].person_id
    return None


def _draw_form(request: HttpRequest, entry: ContactEntry, *, is_inline: bool, status: int) -> HttpResponse:
    """The form as it is now: alone for htmx, else on its own page."""
    context = {"entry": entry, "employer": entry.employer, "is_inline": is_inline}
    if request.htmx:
        answer = render(request, FORM, context, status=status)
        # The form was sent to log: what comes back is not the body of the page after all.
        is_whole = request.htmx.target == "dossier-body"
        return reswap(retarget(answer, "#contact-form"), "outerHTML") if is_whole else answer
    return render(request, NEW, {**context, "is_inline": False}, status=status)


@require_POST
@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a contact from the dossier. With htmx the body of the page comes back as a reload would show it."""
    employer = get_object_or_404(employers_for_dossier(request.user), pk=pk, merged_into__isnull=True)
    entry = ContactEntry(request.user, employer, data=request.POST)
    if entry.is_drawn_again or entry.save() is None:
        return _draw_form(request, entry, is_inline=True, status=200 if entry.is_drawn_again else 422)
    messages.success(request, _logged(entry))
    if not request.htmx:
        return redirect("employers:detail", pk)
    did_its_work(request)
    with remembering():
        dossier = dossier_of(employers_for_dossier(request.user).get(pk=pk), request.user)
        context = dossier_context(request, dossier)
    return render(request, f"{PAGE}#body_swap", context)


@require_http_methods(["GET", "POST"])
@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    """The same form on a page of its own. `?kind=` and `?person=` propose."""
    employer = get_object_or_404(employers_for_dossier(request.user), pk=pk, merged_into__isnull=True)
    if request.method == "POST":
        entry = ContactEntry(request.user, employer, data=request.POST)
        if entry.is_drawn_again or entry.save() is None:
            return _draw_form(request, entry, is_inline=False, status=200 if entry.is_drawn_again else 422)
        messages.success(request, _logged(entry))
        return redirect("employers:detail", pk)
    positions = people_at([employer.pk, *employer.family], request.user)
    kind = request.GET.get("kind") or last_kind(employer, request.user)
    initial = {
        **({"kind": kind} if kind else {}),
        "person": whole_number(request.GET.get("person")) or _guessed_person(positions),
    }
    entry = ContactEntry(request.user, employer, positions=positions, initial=initial)
    return render(request, NEW, {"entry": entry, "employer": employer, "is_inline": False})


@require_safe
@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def person_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Log a contact with somebody: leads to the form of the employer where this person is, first of all."""
    allow(request.user, Act.SEE_DOSSIERS)
    person = get_object_or_404(ContactPerson.objects.visible_to(request.user), pk=pk)
    position = main_position(person, request.user)
    if position is None:
        messages.info(
            request, _("This person has no position now. Add one first; a contact needs an employer.")
        )
        return redirect(person)
    query = {"person": pk, "kind": request.GET.get("kind", "")}
    return redirect(_new_url(position.employer, query))


def _new_url(employer: Employer, query: dict[str, Any]) -> str:
    given = {name: str(value) for name, value in query.items() if value}
    return reverse("employers:contact_new", args=[employer.merged_into_id or employer.pk], query=given)


def _logged(entry: ContactEntry) -> str:
    others = [row.name for row in entry.others]
    if not others:
        return _("The contact is logged.")
    return _("The contact is logged, also with %(names)s.") % {"names": ", ".join(others)}


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
    """Change a contact that oneself logged; a team lead changes all. Who changed what before stands below."""
    employer, moment = _own_moment(request, pk, moment_pk)
    everywhere = [pk, *employer.family, *moment.employers.values_list("pk", flat=True)]
    positions = people_at(everywhere, request.user)
    people = {row.person_id: row.person for row in positions}
    people |= {person.pk: person for person in moment.people.all()}
    form = ContactForm(request.POST or None, instance=moment, user=request.user, people=list(people.values()))
    if (
        request.method == "POST"
        and form.is_valid()
        and save_form(form, by=request.user, after=contact_changed)
    ):
        messages.success(request, _("The contact is changed."))
        return redirect("employers:detail", pk)
    others = moment.employers.visible_to(request.user).exclude(pk=pk)
    context = {
        "form": form,
        "employer": employer,
        "moment": moment,
        "others": list(others.order_by("sort_name")),
        "changes": changes_of(moment),
    }
    return render(request, "employers/contact_form.html", context, status=422 if form.errors else 200)


@require(Act.LOG_CONTACT, Act.LOG_NOTE)
def contact_withdraw(request: HttpRequest, pk: int, moment_pk: int) -> HttpResponse:
    """Take a contact back, with a reason; what was agreed in it stays open or goes with it."""
    employer, moment = _own_moment(request, pk, moment_pk)
    agreed = moment.follow_ups.visible_to(request.user).standing()
    follow_ups = [row for row in agreed if may("drop", row, request.user)]
    form = WithdrawForm(request.POST or None, user=request.user, has_follow_ups=bool(follow_ups))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["withdrawn_reason"]
        dropped = follow_ups if form.cleaned_data.get("follow_ups") == WithdrawForm.DROP else []
        if form.attempt(lambda: withdraw_contact(moment, by=request.user, reason=reason, dropping=dropped)):
            messages.success(request, _("The contact is withdrawn."))
            return redirect("employers:detail", pk)
    context = {
        "form": form,
        "title": _("Withdraw a contact"),
        "question": moment.subject,
        "consequences": [
            _("It leaves the timeline; the row and your reason stay on record."),
            *[_("Agreed in this contact: %(what)s") % {"what": row.what} for row in follow_ups],
            _("Hours that were booked stay; change them on your page of hours."),
        ],
        "action": _("Withdraw"),
        "back_url": employer.get_absolute_url(),
        "danger": True,
    }
    return render(request, "components/confirm.html", context, status=422 if form.errors else 200)
