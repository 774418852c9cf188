"""A year ahead with a college and a frozen list."""

import datetime as dt
from types import SimpleNamespace

import pytest

from employers.models import Employer
from employers.toplist.services import freeze_top_list
from meetings.reference_data import load_reference_data
from tests.accounts.factories import CollegeMemberFactory
from tests.employers.factories import AreaFactory, EmployerFactory, SectorFactory

TODAY = dt.date(2026, 1, 5)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def world(tl) -> SimpleNamespace:
    """Four employers on the frozen list of 2026 in two sectors, and two members of the college."""
    load_reference_data()
    sectors = [SectorFactory(), SectorFactory()]
    area = AreaFactory()
    employers: list[Employer] = [
        EmployerFactory(
            name=f"Proefhal {number}", working=100 - number, sector=sectors[number % 2], area=area
        )
        for number in range(4)
    ]
    freeze_top_list(2026, by=tl, size=4)
    members = [CollegeMemberFactory(name=f"Proefwethouder {number}", position=number) for number in (1, 2)]
    return SimpleNamespace(employers=employers, members=members, sectors=sectors, area=area)
