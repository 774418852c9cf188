"""R7, of questions to colleagues without an account: an answer came, or none did. Both are for the owner of
the follow-up, who stays responsible."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from deventer_crm.core import policy, workdays
from deventer_crm.core.reminders import Wanted, rule
from employers.models import FollowUp, FollowUpRequest

from .followups import Leads, with_people


@rule(
    "request_answered",
    label=_("A colleague answered your question"),
    act=_("Read the answer and decide what to do with it"),
    target="employers.FollowUpRequest",
    for_manager=True,
    asks=(
        Role.ACCOUNT_MANAGER,
        Role.TEAM_LEAD,
    ),
)
def request_answered(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """From the day of the answer until the owner did something with it."""
    rows = _of_standing(targets).to_look_at().filter(answered_on__lte=today)
    listed = rows.values_list("pk", "follow_up_id", "answered_on")
    return _to_the_owners(today, list(listed))


@rule(
    "request_unanswered",
    label=_("Question to a colleague not answered"),
    act=_("Ask again, or call your colleague"),
    target="employers.FollowUpRequest",
    for_manager=True,
    asks=(
        Role.ACCOUNT_MANAGER,
        Role.TEAM_LEAD,
    ),
)
def request_unanswered(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """Some working days after it was asked (a setting), and not before the day on which the answer was
    wanted is past."""
    settings = policy.values(["pass_on_unanswered_days", "free_days"], today)
    days, free = settings["pass_on_unanswered_days"], workdays.as_days(settings["free_days"])
    rows = _of_standing(targets).unanswered().filter(asked_on__lt=today, answer_by__lt=today)
    due = [
        (pk, follow_up, max(workdays.shift(asked_on, days, free), answer_by + workdays.ONE_DAY))
        for pk, follow_up, asked_on, answer_by in rows.values_list(
            "pk", "follow_up_id", "asked_on", "answer_by"
        )
    ]
    return _to_the_owners(today, [row for row in due if row[2] <= today])


def _of_standing(targets: list[int] | None) -> Any:
    rows = FollowUpRequest.objects.filter(follow_up__in=FollowUp.objects.standing().order_by().values("pk"))
    return rows if targets is None else rows.filter(pk__in=targets)


def _to_the_owners(today: dt.date, listed: list[tuple[int, int, dt.date]]) -> list[Wanted]:
    """To whom the follow-up lies with, else to the account manager, else to the lead; `listed`: question,
    follow-up, day from which it is asked."""
    if not listed:
        return []
    leads = Leads()
    rows = with_people(today, [follow_up for _pk, follow_up, _day in listed])
    owners = {
        pk: [keeper or manager] if keeper or manager else leads()
        for pk, keeper, manager in rows.values_list("pk", "keeper", "manager")
    }
    return [
        Wanted(pk, person, due_on, f"request:{pk}")
        for pk, follow_up, due_on in listed
        for person in owners.get(follow_up, [])
    ]
