"""The annual plan of the demo: who cares for what, and a plan for the year that is ahead, of which the
secretary fixed some, put some into the agenda and left one out."""

import datetime as dt

from deventer_crm.core import clock
from deventer_crm.home.demo.people import Team
from employers.models import Area, Sector
from meetings.annual_plan.services import (
    accept_proposals,
    drop_proposal,
    fix_proposal,
    make_plan,
    set_interests,
)
from meetings.models import PlanProposal

State = PlanProposal.State

#: From this month on people plan the next year.
NEXT_YEAR_FROM = 10
ACCEPTED, FIXED = 4, 3


def tell_plans(team: Team, today: dt.date) -> None:
    """Remit and district of the college, and the plan of the year; a week ago, by the secretary."""
    sectors, areas = list(Sector.objects.order_by("pk")), list(Area.objects.order_by("pk"))
    for number, member in enumerate(team.college[1:]):
        set_interests(
            member,
            sectors=sectors[number :: len(team.college) - 1],
            areas=areas[number :: len(team.college) - 1],
            by=team.secretary,
        )
    with clock.at(today - dt.timedelta(days=7)):
        plan = make_plan(today.year, by=team.secretary)
        if today.month >= NEXT_YEAR_FROM:
            plan = make_plan(today.year + 1, by=team.secretary)
        rows = list(plan.proposals.filter(state=State.PROPOSED).order_by("day", "pk"))
        accept_proposals(plan, by=team.secretary, only=[row.pk for row in rows[:ACCEPTED]])
        for row in rows[ACCEPTED : ACCEPTED + FIXED]:
            fix_proposal(row, by=team.secretary)
        for row in rows[ACCEPTED + FIXED :][:1]:
            drop_proposal(
                row, by=team.secretary, reason="Zij vieren dit jaar hun jubileum; dan komt het college."
            )
