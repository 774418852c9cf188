"""Portfolios propose the account manager of employers that should have one and have none (C6)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from deventer_crm.core import clock, policy
from deventer_crm.core.statements import Prepared, PreparedFor
from employers.activity import refresh_activities
from employers.models import AccountAssignment, Employer, Portfolio, TopListEntry

if TYPE_CHECKING:
    from accounts.models import User


def needs_manager(day: dt.date) -> Q:
    """Employers that should have an account manager: relations, and those on the yearly list of that day. As
    one set of keys, which the database can begin with; "or" would make it look at every employer."""
    relations = Employer.objects.filter(is_relation=True).order_by().values("pk")
    entries = TopListEntry.objects.standing(day.year).order_by()
    survivors = entries.annotate(now=Coalesce("employer__merged_into_id", "employer_id"))
    return Q(pk__in=relations.union(survivors.values("now")))


@dataclass(frozen=True)
class Divided:
    """The portfolios of one day, and which of the two goes first (a setting)."""

    by_area: dict[int, Portfolio] = field(default_factory=dict)
    by_sector: dict[int, Portfolio] = field(default_factory=dict)
    area_first: bool = True

    def of(self, area_id: int | None, sector_id: int | None) -> Portfolio | None:
        """Into whose portfolio an employer of that area and sector falls."""
        area = self.by_area.get(area_id) if area_id else None
        sector = self.by_sector.get(sector_id) if sector_id else None
        return (area or sector) if self.area_first else (sector or area)

    def matching(self) -> Q:
        """Employers that fall into any portfolio."""
        return Q(area__in=list(self.by_area)) | Q(sector__in=list(self.by_sector))


@Prepared
def _portfolios(*, day: dt.date) -> "QuerySet[Portfolio]":
    rows: QuerySet[Portfolio] = Portfolio.objects.on(day).filter(user__is_active=True)
    return rows.select_related("user", "area", "sector")


def divided_on(day: dt.date) -> Divided:
    """The portfolios of that day whose account manager still has an account, in one query and the setting."""
    found = Divided(area_first=policy.value("portfolio_area_first", day))
    for row in _portfolios.rows(day=day):
        if row.area_id is not None:
            found.by_area[row.area_id] = row
        else:
            found.by_sector[row.sector_id] = row
    return found


@dataclass(frozen=True)
class Proposal:
    """Who is proposed for an employer, and because of which portfolio."""

    employer: Employer
    portfolio: Portfolio

    @property
    def user(self) -> "User":
        return self.portfolio.user

    @property
    def reason(self) -> str:
        """ "portefeuille Maakindustrie"."""
        return _("portfolio %(name)s") % {"name": self.portfolio.sector or self.portfolio.area}


def without_manager(user: "User", day: dt.date) -> "QuerySet[Employer]":
    """Employers that should have an account manager and have none that day or later, as far as this person
    may know them."""
    assigned = AccountAssignment.objects.filter(employer=OuterRef("pk")).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    )
    rows = Employer.objects.visible_to(user).current().filter(needs_manager(day))
    return rows.filter(~Exists(assigned)).select_related("area", "sector").order_by("sort_name", "pk")


def proposable(user: "User", day: dt.date, divided: Divided) -> "QuerySet[Employer]":
    """Those for which a portfolio proposes somebody. A confidential employer is left to a person: a proposal
    would tell the account manager of it (R10)."""
    return without_manager(user, day).filter(divided.matching(), is_confidential=False)


def proposable_count(user: "User", day: dt.date) -> int:
    """How many those are."""
    return _proposable.count(user, day=day)


@PreparedFor
def _proposable(user: "User", *, day: dt.date) -> "QuerySet[Employer]":
    portfolios = Portfolio.objects.on(day).filter(user__is_active=True)
    matching = Q(area__in=portfolios.filter(area__isnull=False).values("area")) | Q(
        sector__in=portfolios.filter(area__isnull=True).values("sector")
    )
    return without_manager(user, day).filter(matching, is_confidential=False)


def proposals_for(employers: Iterable[Employer], divided: Divided) -> list[Proposal]:
    """The proposal of each of these employers that has one."""
    found = []
    for employer in employers:
        portfolio = divided.of(employer.area_id, employer.sector_id)
        if portfolio is not None:
            found.append(Proposal(employer, portfolio))
    return found


def proposal_for(employer: Employer, day: dt.date) -> Proposal | None:
    """What a portfolio says of one employer, whether or not it has an account manager."""
    return next(iter(proposals_for([employer], divided_on(day))), None)


@transaction.atomic
def accept_proposals(
    employer_ids: Iterable[int] | None, *, by: "User", day: dt.date | None = None
) -> list[Proposal]:
    """Assign the proposed account manager to these employers (None: to all that have a proposal), from that
    day (default today). Proposals are made again here, so that what somebody else assigned meanwhile stays.
    Returns what was assigned; a fixed number of statements for any number of employers."""
    starts_on = day or clock.today()
    divided = divided_on(starts_on)
    rows = proposable(by, starts_on, divided)
    if employer_ids is not None:
        rows = rows.filter(pk__in=list(employer_ids))
    # The lock of assign_account_manager: whoever waits for it finds the new assignment.
    locked = Employer.objects.select_for_update().filter(pk__in=rows.order_by().values("pk")).order_by("pk")
    keys = list(locked.values_list("pk", flat=True))
    accepted = proposals_for(proposable(by, starts_on, divided).filter(pk__in=keys), divided)
    made = AccountAssignment.objects.bulk_create(
        AccountAssignment(
            employer=proposal.employer,
            user=proposal.user,
            starts_on=starts_on,
            created_by=by,
            modified_by=by,
        )
        for proposal in accepted
    )
    refresh_activities("assignment", [row.pk for row in made])
    return accepted
