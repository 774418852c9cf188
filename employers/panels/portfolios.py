"""Who stands in for whom, on the dossier and on mijn week; and what waits for the lead."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.panels import Panel, panel
from deventer_crm.core.statements import PreparedFor
from employers.models import AccountAssignment, AccountCover, FollowUp
from employers.portfolios.cover import covers_on
from employers.portfolios.proposals import proposable_count

if TYPE_CHECKING:
    from accounts.models import User


@panel("employer.header", order=40)
def stood_in_for(employer: Any, user: "User") -> Panel | None:
    """ "vervangen door X tot en met …", as long as the account manager of today is away. Whoever may see the
    header may know whom to call."""
    cover: dict[str, Any] | None = employer.cover
    if cover is None:
        return None
    until = {"ends_on": dt.date.fromisoformat(cover["ends_on"])}
    return Panel(
        "employers/portfolio_stand_in.html",
        {"cover": cover | until, "is_me": cover["substitute_id"] == user.pk},
    )


@panel("week.side", order=15)
def standing_in_for(reader: Any, user: "User") -> Panel | None:
    """For whom this person stands in today, with what of theirs is open; one query."""
    if not user.has_role(Role.ACCOUNT_MANAGER):
        return None
    rows = _stood_in_for.rows(user, today=clock.today())
    return Panel("employers/portfolio_week_cover.html", {"covers": rows}) if rows else None


@PreparedFor
def _stood_in_for(user: "User", *, today: dt.date) -> "QuerySet[AccountCover]":
    """Covers of that day, with how many employers and open follow-ups the absent one has."""
    held = AccountAssignment.objects.on(today).filter(
        user=OuterRef("user"), employer__retired_on__isnull=True
    )
    open_ones = FollowUp.objects.standing().visible_to(user).filter(owner=OuterRef("user"))

    def number(rows: Any, key: str) -> Coalesce:
        counted = rows.order_by().values(key).annotate(number=Count("pk")).values("number")
        return Coalesce(Subquery(counted), 0)

    return (
        covers_on(today)
        .filter(substitute=user.pk)
        .select_related("user")
        .annotate(employers=number(held, "user"), follow_ups=number(open_ones, "owner"))
        .order_by("ends_on", "pk")
    )


@panel("week.side", order=25)
def proposals_waiting(reader: Any, user: "User") -> Panel | None:
    """For the lead: employers for which a portfolio proposes an account manager."""
    if not user.can(Act.KEEP_PORTFOLIOS):
        return None
    count = proposable_count(user, clock.today())
    return Panel("employers/portfolio_week_proposals.html", {"count": count}) if count else None
