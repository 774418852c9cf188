"""Pages of the lists; what they are is declared in employers.lists."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.lists.views import list_response
from employers.lists.employers import EMPLOYERS


@require_safe
@require(Act.SEE_HEADERS)
def employer_list(request: HttpRequest) -> HttpResponse:
    """Employers."""
    return list_response(request, EMPLOYERS, "employers/employer_list.html")
