"""R7: an employer of the yearly list with whom nothing happened yet."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import policy
from deventer_crm.core.reminders import Wanted, rule, year_is_over
from employers.models import AccountAssignment, TopListEntry
from employers.toplist.families import families
from employers.toplist.selectors import standing_list
from meetings.duty import duties

FIRST, SECOND, THIRD = "top_list_nothing_from", "top_list_nothing_secretary", "top_list_nothing_lead"


@rule(
    "top_list_nothing",
    label=_("Largest employer with nothing yet"),
    act=_("Plan a visit or send a personal invitation"),
    target="employers.TopListEntry",
    period_over=year_is_over,
    for_manager=True,
    asks=(Role.ACCOUNT_MANAGER,),
    later=(Role.SECRETARY, Role.TEAM_LEAD),
)
def top_list_nothing(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """Entries without a visit, a planned visit or an invitation that counts: to the account manager of that
    day, later also to the secretaries and the lead. Nobody is asked who is not there: without an account
    manager the secretary hears of it first."""
    year = today.year
    settings = policy.values([FIRST, SECOND, THIRD], today)
    due = {name: policy.month_day(value, year) for name, value in settings.items()}
    frozen = standing_list(year, today)
    if frozen is None or today < min(due.values()):
        return []
    rows = frozen.entries.with_duty()
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    entries: list[TopListEntry] = list(rows)
    found = duties((entry.employer_id for entry in entries), year, today)
    still_open = [entry for entry in entries if found[entry.employer_id].is_open]
    wanted = []
    if today >= due[FIRST]:
        managers = _account_managers(still_open, today)
        wanted += [
            Wanted(entry.pk, managers[entry.pk], due[FIRST], str(year))
            for entry in still_open
            if entry.pk in managers
        ]
    for name, role in ((SECOND, Role.SECRETARY), (THIRD, Role.TEAM_LEAD)):
        if still_open and today >= due[name]:
            people = User.objects.ids_with_role(role)
            wanted += [
                Wanted(entry.pk, person, due[name], str(year), escalated=True)
                for entry in still_open
                for person in people
            ]
    return wanted


def _account_managers(entries: list[TopListEntry], day: dt.date) -> dict[int, int]:
    """Entry → user, by the survivor's assignment on that day, else that of the employer as it was listed."""
    known = families(entry.employer_id for entry in entries)
    rows = AccountAssignment.objects.on(day).filter(employer__in=list(known.members))
    by_employer = dict(rows.values_list("employer_id", "user_id"))
    found = {}
    for entry in entries:
        user_id = by_employer.get(known.survivor(entry.employer_id)) or by_employer.get(entry.employer_id)
        if user_id:
            found[entry.pk] = user_id
    return found
