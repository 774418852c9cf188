"""What the search box finds in the agenda (R9, R10)."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from deventer_crm.core.search import Found, Hit, first_and_count, source
from meetings.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User


@source("meetings", label=_("In the agenda"), icon="calendar3", order=50)
def meetings(text: str, user: "User", limit: int) -> Found:
    """By title, what it is about, and who is at the table; the newest first."""
    if not user.can(Act.SEE_AGENDA):
        return Found()
    found = Meeting.objects.visible_to(user).search(text).order_by("-starts_at", "-pk")
    keys, count, more = first_and_count(found, limit)
    rows = Meeting.objects.for_list().filter(pk__in=keys).order_by("-starts_at", "-pk") if keys else []
    return Found([_hit(row) for row in rows], count, more)


def _hit(row: Meeting) -> Hit:
    names = ", ".join(dict.fromkeys(line.employer.name for line in row.employer_rows.all()))
    return Hit(row.name, row.get_absolute_url(), row.when_line, names)
