"""Budget years, plan lines and hours. Tracks come from the reference data that every database has."""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from budget.models import BudgetYear, HoursImport, TimeEntry, TrackBudget
from employers.models import Track
from tests.accounts.factories import UserFactory
from tests.employers.factories import TrackFactory


class BudgetYearFactory(DjangoModelFactory):
    class Meta:
        model = BudgetYear
        django_get_or_create = ("year",)

    year = 2026
    adopted_on = dt.date(2026, 1, 9)


class TrackBudgetFactory(DjangoModelFactory):
    class Meta:
        model = TrackBudget

    budget_year = factory.SubFactory(BudgetYearFactory)
    track = factory.SubFactory(TrackFactory)
    hours = Decimal(1000)
    euros = Decimal(80000)
    planned_on = dt.date(2026, 1, 9)


class TimeEntryFactory(DjangoModelFactory):
    class Meta:
        model = TimeEntry

    user = factory.SubFactory(UserFactory)
    day = dt.date(2026, 3, 2)
    hours = Decimal(4)
    track = factory.SubFactory(TrackFactory)


class HoursImportFactory(DjangoModelFactory):
    """A file that was looked at. The file itself is a name: what needs its content uploads one."""

    class Meta:
        model = HoursImport

    file = "hours/proef.sheet"
    file_name = "uren.csv"
    state = "checked"
    by = factory.SubFactory(UserFactory)
    counts = {"rows": 1, "refused": 1, "new": 0, "hours": "0"}
    preview = {"header": ["medewerker", "uren"], "positions": {"medewerker_email": 0, "uren": 1}}


def tracks() -> dict[str, Track]:
    """The three tracks by code."""
    names = {Track.SECTORS: "Branches", Track.INNER_CITY: "Binnenstad", Track.NONE: "Niet toe te rekenen"}
    return {code: TrackFactory(code=code, name=name) for code, name in names.items()}


def plan(sectors: int, inner_city: int, *, year: int = 2026, on: dt.date = dt.date(2026, 1, 9)) -> BudgetYear:
    """A plan in hours, at a hundred euros an hour."""
    found = tracks()
    budget_year = BudgetYearFactory(year=year)
    for code, hours in ((Track.SECTORS, sectors), (Track.INNER_CITY, inner_city)):
        TrackBudgetFactory(
            budget_year=budget_year, track=found[code], hours=hours, euros=hours * 100, planned_on=on
        )
    return budget_year
