"""The guest list on the page of its meeting."""

from typing import TYPE_CHECKING, Any

from accounts.roles import Act
from deventer_crm.core.panels import Panel, panel
from meetings.selectors.guests import counts_of
from meetings.services.guests import takes_guests

if TYPE_CHECKING:
    from accounts.models import User


@panel("meeting.side", order=10)
def guest_counts(meeting: Any, user: "User") -> Panel | None:
    """How many come, do not come and have not answered; nothing without a guest list. One query."""
    counts = counts_of(meeting, user) if not meeting.kind.counts_for_visit else {"all": 0}
    return (
        Panel("meetings/guest_panel.html", {"meeting": meeting, "counts": counts}) if counts["all"] else None
    )


@panel("meeting.menu", order=10)
def to_the_guests(meeting: Any, user: "User") -> Panel | None:
    """The way to the guest list, where there can be one."""
    if not user.can(Act.PLAN_MEETING) or takes_guests(meeting):
        return None
    return Panel("meetings/guest_menu.html", {"meeting": meeting})
