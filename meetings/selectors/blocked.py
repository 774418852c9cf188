"""Blocked times as their page shows them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import BlockedTime
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import clock_time, nl_date

if TYPE_CHECKING:
    from accounts.models import User

#: Who keeps them: the secretary and the functional admin.
KEEPERS = (Act.ACT_FOR_COLLEGE, Act.MANAGE_REFERENCE)
MOST = 200


@dataclass(frozen=True)
class BlockedRow:
    """A line of the page; `when` in words."""

    row: BlockedTime
    when: str


def may_keep(user: "User") -> bool:
    return any(user.can(act) for act in KEEPERS)


def blocked_times(user: "User") -> "QuerySet[BlockedTime]":
    """Of the college and its members for everybody; of colleagues for who keeps them, and one's own."""
    rows = BlockedTime.objects.select_related("college_member", "user")
    if may_keep(user):
        return rows
    return rows.filter(Q(user__isnull=True) | Q(user=user))


def blocked_list(user: "User") -> list[BlockedRow]:
    """What holds now or later: what returns weekly first, then by date."""
    rows = blocked_times(user).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()))
    found = rows.order_by("weekday", "starts_on", "start_time", "pk")[:MOST]
    return [BlockedRow(row, in_words(row)) for row in found]


def in_words(row: BlockedTime) -> str:
    """ "every Wednesday, 19.00 uur to 23.00 uur, from 1 January 2026"."""
    if row.weekday is not None:
        parts = [_("every %(day)s") % {"day": str(row.get_weekday_display()).lower()}]
    elif row.ends_on == row.starts_on:
        parts = [nl_date(row.starts_on, "weekday_year")]
    else:
        parts = [
            _("%(first)s until %(last)s") % {"first": nl_date(row.starts_on), "last": nl_date(row.ends_on)}
        ]
    if row.is_whole_day:
        parts.append(_("whole days") if row.ends_on != row.starts_on else _("the whole day"))
    else:
        parts.append(
            _("%(start)s to %(end)s") % {"start": clock_time(row.start_time), "end": clock_time(row.end_time)}
        )
    if row.weekday is not None and row.ends_on:
        parts.append(
            _("%(first)s until %(last)s") % {"first": nl_date(row.starts_on), "last": nl_date(row.ends_on)}
        )
    elif row.weekday is not None:
        parts.append(_("from %(day)s on") % {"day": nl_date(row.starts_on)})
    return ", ".join(parts)
