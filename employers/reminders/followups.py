"""R7: a promise or action that is due, and a promise that nobody confirmed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import policy, workdays
from deventer_crm.core.reminders import Wanted, rule
from employers.models import AccountAssignment, FollowUp

#: A term in working days never reaches further than twice as many days and the longest row of free days.
FREE_DAYS = 7


def with_people(today: dt.date, targets: list[int] | None) -> "QuerySet[Any, Any]":
    """Standing follow-ups with `keeper` (the owner, as long as there is an account) and `manager` (the
    account manager of that day of the employer it is about, or of its survivor)."""
    rows: QuerySet[Any, Any] = FollowUp.objects.standing()
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    owner = User.objects.filter(is_active=True, pk=OuterRef("owner_id"))
    manager = AccountAssignment.objects.on(today).filter(
        employer=Coalesce(OuterRef("employer__merged_into_id"), OuterRef("employer_id")),
        user__is_active=True,
    )
    found: QuerySet[Any, Any] = rows.annotate(
        keeper=Subquery(owner.values("pk")[:1], output_field=IntegerField()),
        manager=Subquery(manager.values("user_id")[:1], output_field=IntegerField()),
    )
    return found


class Leads:
    """The leads, read once and only when somebody is missing or late."""

    found: list[int] | None = None

    def __call__(self) -> list[int]:
        if self.found is None:
            self.found = User.objects.ids_with_role(Role.TEAM_LEAD)
        return self.found


@rule(
    "follow_up_due",
    label=_("Promise or action due"),
    act=_("Do it, and say that it was done"),
    target="employers.FollowUp",
    for_manager=True,
    deadline=lambda follow_up: follow_up.due_on,
    asks=(Role.ACCOUNT_MANAGER, Role.COLLEGE_MEMBER, Role.SECRETARY, Role.TEAM_LEAD, Role.EMPLOYER_DESK),
)
def follow_up_due(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To whom it lies with, some working days before it is due; without an account there, or with another
    department, to the account manager, else to the lead. When it is late the lead hears of it too."""
    settings = policy.values(["follow_up_due_days", "follow_up_late_lead", "free_days"], today)
    free = workdays.as_days(settings["free_days"])
    before, late = settings["follow_up_due_days"], dt.timedelta(days=settings["follow_up_late_lead"])
    last = today + dt.timedelta(days=2 * before + FREE_DAYS + len(free))
    rows = with_people(today, targets).filter(due_on__lte=last)
    wanted, leads = [], Leads()
    for pk, due_on, keeper, manager in rows.values_list("pk", "due_on", "keeper", "manager"):
        asked_from, escalated_from = workdays.shift(due_on, -before, free), due_on + late
        period = f"follow_up:{pk}"
        who = keeper or manager
        people = [who] if who else leads()
        if asked_from <= today:
            wanted += [Wanted(pk, person, asked_from, period) for person in people]
        if escalated_from <= today and who:
            wanted += [
                Wanted(pk, lead, escalated_from, period, escalated=True) for lead in leads() if lead != who
            ]
    return wanted


@rule(
    "promise_unconfirmed",
    label=_("Promise not confirmed"),
    act=_("Write down the exact words and confirm them"),
    target="employers.FollowUp",
    url=lambda follow_up, period: follow_up.get_confirm_url(),
    for_manager=True,
    asks=(Role.ACCOUNT_MANAGER, Role.TEAM_LEAD),
)
def promise_unconfirmed(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To the account manager of the employer, some working days after it was made; without one to whom it
    lies with, else to the lead."""
    settings = policy.values(["promise_unconfirmed_days", "free_days"], today)
    days: int = settings["promise_unconfirmed_days"]
    free = workdays.as_days(settings["free_days"])
    rows = with_people(today, targets).filter(state=FollowUp.State.UNCONFIRMED, made_on__lte=today)
    # Nobody is asked to confirm a promise of their own as a member of the college.
    rows = rows.annotate(promiser=F("promised_by__user_id"))
    wanted, leads = [], Leads()
    for pk, made_on, keeper, manager, promiser in rows.values_list(
        "pk", "made_on", "keeper", "manager", "promiser"
    ):
        due_on = workdays.shift(made_on, days, free)
        if due_on > today:
            continue
        who = next((person for person in (manager, keeper) if person and person != promiser), None)
        people = [who] if who else leads()
        wanted += [Wanted(pk, person, due_on, f"follow_up:{pk}") for person in people]
    return wanted
