"""A made-up table: four associations with a chair and a board member each, a series that asks them, and who
of us works with it. Shared by the tests of series, agenda, sheet and minutes."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from employers.models import Employer
from meetings.models import Meeting, Series
from meetings.reference_data import load_reference_data
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory, SeriesPartyFactory


def make_series(code: str = Series.BOARDS, seat: str = "board", parties: int = 4) -> Any:
    """The series with `.kind`, `.clubs`, `.chairs` and `.members` (positions)."""
    load_reference_data()
    series: Any = Series.objects.get(code=code)
    series.kind = series.kinds.get()
    series.clubs, series.chairs, series.members = [], [], []
    for number in range(parties):
        club = EmployerFactory(kind=Employer.Kind.ASSOCIATION, name=f"Proefvereniging {number}")
        SeriesPartyFactory(series=series, association=club, seat=seat)
        series.clubs.append(club)
        series.chairs.append(PositionFactory(employer=club, seat="chair", title="voorzitter"))
        series.members.append(PositionFactory(employer=club, seat="board", title="bestuurslid"))
    return series


def meet(series: Any, on: dt.date, positions: list[Any] | None = None, **traits: Any) -> Meeting:
    """A meeting of the series by who holds these positions (default: the chairs)."""
    asked = series.chairs if positions is None else positions
    traits.setdefault("college", True)
    if traits.get("planned"):
        traits.setdefault("planned_on", dt.date(2026, 9, 1))
    return MeetingFactory(
        kind=series.kind,
        on=on,
        employers=[position.employer for position in asked],
        people=[(position.person, position.employer) for position in asked],
        **traits,
    )


def table(**options: Any) -> SimpleNamespace:
    """A boards series that met on 14 April 2026 and meets again on 1 December."""
    series = make_series(**options)
    return SimpleNamespace(
        series=series,
        clubs=series.clubs,
        last=meet(series, dt.date(2026, 4, 14), held=True),
        next=meet(series, dt.date(2026, 12, 1), planned=True),
    )
