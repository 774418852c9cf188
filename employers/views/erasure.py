"""Taking a person out of the books (R13), by who administers: what goes is shown first, and it is final."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.forms import CrmForm, sent
from employers.forms.people import AnonymiseForm
from employers.models import ContactPerson
from employers.services_retention import anonymise_person, preview_of


@require(Act.ERASE_PERSON)
def person_anonymise(request: HttpRequest, pk: int) -> HttpResponse:
    """A preview, and a POST with a tick that does it. Who was anonymised before has nothing left to show."""
    rows = ContactPerson.objects.visible_to(request.user).filter(anonymised_on__isnull=True)
    person = get_object_or_404(rows, pk=pk)
    user: Any = request.user
    form: CrmForm = AnonymiseForm(sent(request), user=user)
    if request.method == "POST" and form.is_valid():
        anonymise_person(person, by=user)
        messages.success(request, _("The person is anonymised."))
        return redirect("employers:person", pk)
    context = {"person": person, "preview": preview_of(person, by=user), "form": form}
    return render(request, "employers/person_anonymise.html", context, status=422 if form.errors else 200)
