"""On the page of a meeting: its agenda, what came of it, its series and the parties at the table."""

from typing import TYPE_CHECKING, Any

from deventer_crm.core.memo import shared
from deventer_crm.core.panels import Panel, panel
from meetings.models import Meeting, Series
from meetings.permissions import acts_on
from meetings.selectors.agenda import AgendaPage, agenda_page
from meetings.selectors.meeting import attendance_of
from meetings.selectors.renewal import names_at, renewal_of

if TYPE_CHECKING:
    from accounts.models import User


def _agenda(meeting: Meeting, user: "User") -> AgendaPage:
    return shared(("agenda", meeting.pk, user.pk), lambda: agenda_page(meeting, user))


@panel("meeting.main", order=20)
def agenda_of(meeting: Any, user: "User") -> Panel | None:
    """The items with their documents; for who plans also while it is empty, where an agenda is usual. What
    came of a meeting that was held stands with its report."""
    page = _agenda(meeting, user)
    has_any = page.items or page.documents or (page.follow_ups and not meeting.is_held)
    if not has_any and (meeting.kind.series is None or "agenda" not in page.acts):
        return None
    return Panel("meetings/agenda_panel.html", {"page": page, "meeting": meeting})


@panel("meeting.menu", order=20)
def ways(meeting: Any, user: "User") -> Panel | None:
    """The agenda, the sheet, minutes and roles."""
    acts = acts_on(meeting, user)
    if not acts & {"agenda", "minutes", "roles"} and meeting.kind.series is None:
        return None
    return Panel(
        "meetings/table_menu.html",
        {"meeting": meeting, "acts": acts, "has_sheet": meeting.kind.series is not None},
    )


@panel("meeting.side", order=20)
def series_of(meeting: Any, user: "User") -> Panel | None:
    """Of a meeting of a series: which parties were there or organise it, and whether who is asked still
    holds the seats."""
    series = meeting.kind.series
    if series is None:
        return None
    acts = acts_on(meeting, user)
    attendance = attendance_of(meeting)
    context: dict[str, Any] = {
        "meeting": meeting,
        "series": series,
        "is_themed": series.code == Series.THEMED,
    }
    if context["is_themed"]:
        context["organisers"] = [
            row.employer for row in meeting.employer_rows.filter(is_organiser=True).select_related("employer")
        ]
    elif attendance is not None:
        context["present"], context["absent"] = names_at(attendance, user)
    if "renew" in acts:
        context["renewal"] = renewal_of(meeting, user)
    if attendance is not None:
        context["why"] = attendance.lacks(series)
        context["is_held"] = True
    return Panel("meetings/series_panel.html", context)
