"""The part of a form that says whether a moment suits, while it is being picked."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.parsing import whole_number
from meetings.calendar import Asked
from meetings.forms.moment import ANYWAY, Picking, keys, seated
from meetings.models import Meeting

#: The form is about a meeting; with SEATED everybody at its table is meant, else who is ticked.
CHANGED, SEATED = "changed", "seated"


@require_GET
@require(Act.PLAN_MEETING)
def moment(request: HttpRequest) -> HttpResponse:
    """Conflicts, gaps and proposals for what is typed so far: `starts_on`, `start_time`, `end_time`,
    `college_members`, `colleagues`, `people`; `changed`: the meeting that is being changed or moved."""
    meeting = None
    if request.GET.get(CHANGED):
        rows = Meeting.objects.visible_to(request.user)
        meeting = get_object_or_404(rows, pk=whole_number(request.GET[CHANGED]))
    if meeting is not None and request.GET.get(SEATED):
        asked = seated(meeting)
    else:
        lists = ("college_members", "colleagues", "people")
        asked = Asked(*(keys(request.GET.getlist(name)) for name in lists))
    has_time = meeting is None or "starts_on" in request.GET
    if meeting is not None and not has_time:
        picking = Picking.of(meeting, asked, request.user)
    else:
        picking = Picking.read(request.GET.get, asked, request.user, meeting)
    context = {"picking": picking, "has_time": has_time, "ticked": request.GET.get(ANYWAY, "")}
    return render(request, "meetings/_moment.html", context)
