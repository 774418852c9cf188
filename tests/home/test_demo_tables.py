"""The demo shows a table from agenda to decisions, and one that is being prepared."""

import datetime as dt

import pytest

from deventer_crm.core import clock
from deventer_crm.home.demo import tables
from deventer_crm.home.demo.people import Team
from meetings.models import Meeting, Series
from meetings.selectors.series import series_page
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import PositionFactory
from tests.meetings.factories import MeetingFactory
from tests.meetings.series_world import make_series, meet

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 16)


def test_boards_with_decisions_and_chairs_with_a_sheet():
    people = {name: UserFactory(role="AM") for name in ("industry", "inner_city", "services")}
    team = Team(
        **people,
        secretary=UserFactory(role="ES"),
        lead=UserFactory(role="TL"),
        desk=UserFactory(role="ED"),
        admin=UserFactory(role="FA"),
        college=[CollegeMemberFactory()],
    )
    series = make_series(Series.CHAIRS, "chair")
    with clock.at(TODAY):
        held = MeetingFactory(
            planned=True, on=dt.date(2026, 4, 14), employers=series.clubs, college=team.college
        )
        tables.make_agenda(team, held, series.clubs)
        Meeting.objects.filter(pk=held.pk).update(state="held", held_on=dt.date(2026, 4, 14))
        held.refresh_from_db()
        tables.take_minutes(team, held, series.clubs, TODAY)
        planned = meet(series, dt.date(2026, 12, 1), planned=True)
        meet(series, dt.date(2026, 9, 22), held=True)
        PositionFactory(employer=series.clubs[3], seat="board")
        tables.tell_chairs(team, series.clubs, TODAY)
        page = series_page(Series.CHAIRS, team.secretary, TODAY)
    held.refresh_from_db()
    assert held.state == Meeting.State.REPORTED
    assert sorted(row.follow_up.state for row in held.follow_up_rows.all()) == ["closed", "open"]
    assert planned.agenda_items.filter(source="follow_up").count() == 2
    assert planned.agenda_documents.filter(received_on__isnull=True, due_on__lt=TODAY).count() == 1
    assert sum(holder.is_new for row in page.parties for holder in row.holders) == 1
