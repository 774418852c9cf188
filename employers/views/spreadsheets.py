"""What the pages of both imports share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from deventer_crm.core.models import AccessEvent
from deventer_crm.core.services import log_access
from employers.spreadsheets.refused import write_refused

if TYPE_CHECKING:
    pass


def refresh_page() -> HttpResponse:
    """For htmx: what it watched is over, the whole page changes."""
    answer = HttpResponse(status=204)
    answer.headers["HX-Refresh"] = "true"
    return answer


def refused_file(request: HttpRequest, job: Any, rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """The refused rows as a file to mend and bring in again; that it was taken away is logged."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="geweigerd-{job.pk}.csv"'
    answer.write("\ufeff")  # Excel takes the file for Windows-1252 without it
    count = write_refused(answer, job.preview.get("header", []), rows)  # type: ignore[arg-type]  # has write()
    log_access(
        AccessEvent.Verb.EXPORT,
        user=request.user,
        target=f"{job._meta.label_lower}:{job.pk}",
        origin=request.META.get("REMOTE_ADDR", ""),
        rows=count,
    )
    return answer


def ask_to_discard(request: HttpRequest, file_name: str, back_url: str) -> HttpResponse:
    """The question before a file that was not imported is thrown away."""
    context = {
        "title": _("Throw the file away"),
        "question": _("Throw away %(name)s? Nothing of it has been imported.") % {"name": file_name},
        "action": _("Throw away"),
        "back_url": back_url,
        "danger": True,
    }
    return render(request, "components/confirm.html", context)
