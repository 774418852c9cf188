"""On mijn week of the secretary and the lead: somebody left, and something waits."""

from typing import TYPE_CHECKING, Any

from accounts.roles import Act
from deventer_crm.core.panels import Panel, panel
from employers.selectors.followups import gives_follow_ups
from meetings.leavers.reading import follow_ups_of_closed, left_behind

if TYPE_CHECKING:
    from accounts.models import User


@panel("week.main", order=15)
def to_reassign(reader: Any, user: "User") -> Panel | None:
    """Who left with how much, and how much lies with no account; two queries. Who has the card of follow-ups
    to give reads the latter there, line by line."""
    if not user.can(Act.REASSIGN_COLLEGE):
        return None
    left = left_behind(user)
    closed = 0 if gives_follow_ups(user) else follow_ups_of_closed(user).count()
    if not left and not closed:
        return None
    count = closed + sum(row.total for row in left)
    return Panel("meetings/reassign_week.html", {"left": left, "closed": closed, "count": count})
