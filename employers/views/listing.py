"""Pages of the lists; what they are is declared in employers.lists."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.lists import ListDefinition
from deventer_crm.core.lists.views import list_response
from deventer_crm.core.parsing import whole_number
from employers.lists.employers import EMPLOYERS
from employers.lists.establishments import ESTABLISHMENTS
from employers.lists.followups import FOLLOW_UPS
from employers.lists.people import PEOPLE
from employers.models import Employer


@require_safe
@require(Act.SEE_HEADERS)
def employer_list(request: HttpRequest) -> HttpResponse:
    """Employers."""
    return list_response(
        request,
        EMPLOYERS,
        "employers/employer_list.html",
        {
            "may_see_people": request.user.can(Act.SEE_DOSSIERS),
            "may_add": request.user.can(Act.EDIT_EMPLOYER),
        },
    )


@require_safe
@require(Act.SEE_HEADERS)
def establishment_list(request: HttpRequest) -> HttpResponse:
    """Establishments."""
    return list_response(request, ESTABLISHMENTS, "employers/establishment_list.html")


def _of_one_employer(
    request: HttpRequest, definition: ListDefinition, template: str, *, may_add: bool
) -> HttpResponse:
    """A list that a dossier links to with its employer: 404 for one that does not exist for this reader."""
    employer_id = whole_number(request.GET.get("employer"))
    employer = None
    if employer_id is not None:
        employer = get_object_or_404(Employer.objects.visible_to(request.user), pk=employer_id)
    return list_response(request, definition, template, {"employer": employer, "may_add": may_add})


@require_safe
@require(Act.SEE_DOSSIERS)
def person_list(request: HttpRequest) -> HttpResponse:
    """Contact persons, all or those of one employer."""
    return _of_one_employer(
        request, PEOPLE, "employers/person_list.html", may_add=request.user.can(Act.EDIT_PERSON)
    )


@require_safe
@require(Act.SEE_FOLLOW_UPS)
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """Promises and actions, all or those of one employer."""
    return _of_one_employer(
        request, FOLLOW_UPS, "employers/followup_list.html", may_add=request.user.can(Act.ADD_FOLLOW_UP)
    )
