"""The page of one employer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import allow, require
from accounts.roles import Act
from deventer_crm.core.parsing import aware_moment
from deventer_crm.core.services import log_view
from employers.selectors.dossier import dossier_of, employers_for_dossier, timeline_page
from employers.selectors.history import remembering
from employers.views.contact import PAGE, dossier_context


@require_safe
@require(Act.SEE_HEADERS)
def employer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier; for htmx only the timeline, when that is what is swapped."""
    employer = get_object_or_404(employers_for_dossier(request.user), pk=pk)
    if employer.merged_into_id is not None:
        messages.info(request, _("%(name)s is grouped under this employer.") % {"name": employer.name})
        return redirect("employers:detail", employer.merged_into_id)
    kind, before = request.GET.get("kind", ""), aware_moment(request.GET.get("before"))
    if request.htmx and request.htmx.target == "timeline":
        allow(request.user, Act.SEE_CONTACT_DATES)
        family = [employer.pk, *employer.family]
        with remembering():
            page = timeline_page(family, request.user, kind=kind, before=before)
        return render(request, f"{PAGE}#timeline", {"employer": employer, "page": page})
    log_view(employer, request.user)
    with remembering():
        dossier = dossier_of(employer, request.user, kind=kind, before=before)
    return render(request, PAGE, dossier_context(request, dossier))
