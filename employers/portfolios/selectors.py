"""What the page of portfolios shows: whose is what, how many employers that is, and what falls outside."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from employers.models import Employer, HandOver, Portfolio, Sector

from .proposals import Divided, divided_on, needs_manager

if TYPE_CHECKING:
    from accounts.models import User


@dataclass
class Tally:
    """Employers in use: all of them, those that should have an account manager, and of those how many are
    with the one whose portfolio it is, with somebody else, or with nobody."""

    total: int = 0
    needed: int = 0
    own: int = 0
    others: int = 0
    nobody: int = 0

    def add(self, total: int, needed: int, manager_id: int | None, user_id: int | None) -> None:
        self.total += total
        self.needed += needed
        if manager_id is None:
            self.nobody += needed
        elif manager_id == user_id:
            self.own += needed
        else:
            self.others += needed


@dataclass(frozen=True)
class Line:
    """A portfolio of today."""

    portfolio: Portfolio
    tally: Tally

    @property
    def is_area(self) -> bool:
        return self.portfolio.area_id is not None

    @property
    def name(self) -> str:
        return str(self.portfolio.area or self.portfolio.sector)

    @property
    def query(self) -> str:
        """The list of employers with this sector or area."""
        if self.portfolio.area_id is not None:
            return f"?area={self.portfolio.area_id}"
        return f"?sector={self.portfolio.sector_id}"


@dataclass(frozen=True)
class Gap:
    """Employers that fall into nobody's portfolio, by sector."""

    name: str
    query: str
    tally: Tally


@dataclass(frozen=True)
class Division:
    """Everything of the page that is counted, in a fixed number of queries."""

    lines: list[Line]
    coming: list[Portfolio]
    gaps: list[Gap]
    totals: Tally = field(default_factory=Tally)
    outside: int = 0


def division(user: "User", day: dt.date) -> Division:
    """Portfolios of that day with the employers this person may see, each counted once: in the portfolio it
    falls into."""
    divided = divided_on(day)
    groups = (
        Employer.objects.visible_to(user)
        .current()
        .with_manager(day)
        .order_by()
        .values_list("area_id", "sector_id", "manager_id")
        .annotate(total=Count("pk"), needed=Count("pk", filter=needs_manager(day)))
    )
    tallies: dict[int, Tally] = {}
    unclaimed: dict[int | None, Tally] = {}
    totals = Tally()
    for area_id, sector_id, manager_id, total, needed in groups:
        portfolio = divided.of(area_id, sector_id)
        if portfolio is None:
            tally, owner = unclaimed.setdefault(sector_id, Tally()), None
        else:
            tally, owner = tallies.setdefault(portfolio.pk, Tally()), portfolio.user_id
        tally.add(total, needed, manager_id, owner)
        totals.add(total, needed, manager_id, owner)
    return Division(
        lines=_lines(divided, tallies),
        coming=list(
            Portfolio.objects.filter(starts_on__gt=day)
            .select_related("user", "sector", "area")
            .order_by("starts_on", "pk")[:20]
        ),
        gaps=_gaps(unclaimed),
        totals=totals,
        outside=sum(tally.others for tally in tallies.values()),
    )


def _lines(divided: Divided, tallies: dict[int, Tally]) -> list[Line]:
    rows = [*divided.by_area.values(), *divided.by_sector.values()]
    lines = [Line(row, tallies.get(row.pk, Tally())) for row in rows]
    return sorted(lines, key=lambda line: (str(line.portfolio.user).casefold(), line.name.casefold()))


def _gaps(unclaimed: dict[int | None, Tally]) -> list[Gap]:
    """Those with employers that need somebody first."""
    names = dict(Sector.objects.filter(pk__in=[pk for pk in unclaimed if pk]).values_list("pk", "name"))
    gaps = [
        Gap(names[pk], f"?sector={pk}", tally) if pk else Gap(_("without a sector"), "", tally)
        for pk, tally in unclaimed.items()
    ]
    return sorted(gaps, key=lambda gap: (-gap.tally.needed, -gap.tally.total, gap.name))


def hand_overs_for(user: "User", *, keeps: bool) -> "QuerySet[HandOver]":
    """Hand-overs this person may look at: all for who keeps the portfolios, else one's own, either way."""
    rows = HandOver.objects.select_related("from_user", "to_user", "created_by", "undone_by")
    return rows if keeps else rows.filter(Q(from_user=user) | Q(to_user=user))
