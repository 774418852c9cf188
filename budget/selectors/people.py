"""Hours of each person: planned, and booked as far as R9 allows. By name, never by amount: this is no
ranking, and no column of it can be sorted."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q, Sum

from accounts.models import User
from accounts.roles import Act, Role
from budget.models import PersonBudget, Rate, TimeEntry
from deventer_crm.core import policy
from employers.models import Track

from .spending import TRACKS
from .split import ZERO


@dataclass
class PersonRow:
    """One person: planned and booked hours by code of the track; `booked` is None for who may not know."""

    user: User
    planned: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(TRACKS, ZERO))
    booked: dict[str, Decimal] | None = None
    contact: Decimal = ZERO
    euros: Decimal | None = None

    @property
    def total_planned(self) -> Decimal:
        return sum(self.planned.values(), ZERO)

    @property
    def total_booked(self) -> Decimal:
        return sum((self.booked or {}).values(), ZERO)

    @property
    def contact_share(self) -> Decimal | None:
        """The part that was contact with companies, 0 to 1."""
        return self.contact / self.total_booked if self.total_booked else None


@dataclass(frozen=True)
class People:
    """`shows_booked`: of everybody; else only the own row has booked hours."""

    rows: list[PersonRow]
    shows_booked: bool
    planned: dict[str, Decimal]

    @property
    def total_planned(self) -> Decimal:
        return sum(self.planned.values(), ZERO)


def sees_booked_of_all(user: User, day: dt.date | None = None) -> bool:
    """R9: the lead, once the works council agreed (a policy setting)."""
    return user.can(Act.SEE_ALL_HOURS) and bool(policy.value("per_person_figures", day))


def may_see_person(reader: User, person_id: int) -> bool:
    """Whether this reader may see the booked hours of that person as figures."""
    return reader.pk == person_id or sees_booked_of_all(reader)


def people_of(year: int, as_of: dt.date, reader: User) -> People:
    """Who has hours in a year, for this reader: the planner sees the plan of everybody, booked hours follow
    R9; everybody else only their own row. Six queries or so for any number of people."""
    shows = sees_booked_of_all(reader)
    sees_plan = reader.can(Act.PLAN_BUDGET)
    lines = PersonBudget.objects.filter(budget_year__year=year, planned_on__lte=as_of)
    hours = TimeEntry.objects.filter(day__year=year, day__lte=as_of)
    if not sees_plan:
        lines = lines.filter(user=reader)
    if not shows:
        hours = hours.filter(user=reader)
    sums = lines.order_by().values("user", "track__code").annotate(total=Sum("hours"))
    booked = hours.order_by().values("user", "track__code", "kind").annotate(total=Sum("hours"))
    found: dict[int, PersonRow] = {}
    planned, spent = list(sums), list(booked)
    for user in _people({row["user"] for row in [*planned, *spent]}, reader, with_team=sees_plan):
        shown = dict.fromkeys(TRACKS, ZERO) if shows or user.pk == reader.pk else None
        found[user.pk] = PersonRow(user, booked=shown)
    rate = Rate.objects.filter(starts_on__lte=as_of).order_by("-starts_on").first()
    for row in planned:
        found[row["user"]].planned[row["track__code"]] = row["total"]
    for row in spent:
        person = found[row["user"]]
        if person.booked is not None:
            person.booked[row["track__code"]] += row["total"]
            person.contact += row["total"] if row["kind"] == TimeEntry.Kind.CONTACT else ZERO
    rows = sorted(found.values(), key=lambda row: (str(row.user).casefold(), row.user.pk))
    for person in rows:
        person.euros = person.total_planned * rate.euros if rate else None
    totals = {code: sum((row.planned[code] for row in rows), ZERO) for code in TRACKS}
    return People(rows, shows, totals)


def _people(ids: set[int], reader: User, *, with_team: bool) -> list[User]:
    """Those with hours, the reader, and for a planner the account managers there are."""
    wanted = Q(pk__in={*ids, reader.pk})
    if with_team:
        managers = User.objects.with_role(Role.ACCOUNT_MANAGER)
        wanted |= Q(pk__in=managers.order_by().values("pk"))
    return list(User.objects.filter(wanted))


def own_totals(user: User, year: int, as_of: dt.date) -> dict[str, Decimal]:
    """Booked hours of one person by code of the track."""
    rows = TimeEntry.objects.filter(user=user, day__year=year, day__lte=as_of).order_by()
    found = dict.fromkeys((Track.SECTORS, Track.INNER_CITY, Track.NONE), ZERO)
    found.update(rows.values_list("track__code").annotate(total=Sum("hours")))
    return found
