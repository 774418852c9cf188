"""R7: somebody left the college, and what they promised, invited or were to attend lies with nobody."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import CollegeMember, User
from accounts.roles import Role
from deventer_crm.core import policy
from deventer_crm.core.reminders import Wanted, rule
from meetings.leavers.reading import left_behind
from meetings.leavers.services import RULE


@rule(
    RULE,
    label=_("A college member left"),
    act=_("Say who answers for promises, invitations and visits now"),
    target="accounts.CollegeMember",
    asks=(Role.SECRETARY, Role.TEAM_LEAD),
)
def college_member_left(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the secretaries who may know of something that waits, from the day after; to the lead some days
    later (a setting), or at once when no secretary may know of it. One statement for each of them."""
    left = CollegeMember.objects.filter(ends_on__lt=today)
    if targets is not None:
        left = left.filter(pk__in=targets)
    since = {pk: ends_on + dt.timedelta(days=1) for pk, ends_on in left.values_list("pk", "ends_on")}
    if not since:
        return []
    late = dt.timedelta(days=policy.value("college_left_lead_days", today))
    wanted, told = [], set()
    for secretary in User.objects.with_role(Role.SECRETARY):
        for row in left_behind(secretary, today):
            if row.member.pk in since:
                told.add(row.member.pk)
                wanted.append(_wanted(row.member.pk, secretary, since))
    for lead in User.objects.with_role(Role.TEAM_LEAD):
        for row in left_behind(lead, today):
            pk = row.member.pk
            if pk not in since or any(one.target_id == pk and one.recipient_id == lead.pk for one in wanted):
                continue
            if pk not in told:
                wanted.append(_wanted(pk, lead, since))
            elif since[pk] + late <= today:
                wanted.append(Wanted(pk, lead.pk, since[pk] + late, f"member:{pk}", escalated=True))
    return wanted


def _wanted(pk: int, user: User, since: dict[int, dt.date]) -> Wanted:
    return Wanted(pk, user.pk, since[pk], f"member:{pk}")
