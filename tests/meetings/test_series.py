"""C2 to C4: which meetings of a series count, and why others do not (R6)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from deventer_crm.core.commitments import Norm, Period, State, evaluate, evidence_for
from deventer_crm.core.models import Commitment
from deventer_crm.home.seed import sync_commitments
from employers.models import Employer
from meetings.commitments.series import (
    boards_meeting,
    chairs_meeting,
    measure_series,
    series_seats,
    themed_meeting,
)
from meetings.models import Series
from meetings.reference_data import load_reference_data
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import MeetingFactory, MeetingKindFactory, SeriesPartyFactory

pytestmark = pytest.mark.django_db
YEAR = Period.year(2026)
JULY = dt.date(2026, 7, 1)
NORM = Norm(Decimal(1), Decimal(0))


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def boards():
    """The boards series with four parties, each with a chair and a board member."""
    return _series(Series.BOARDS, "board")


@pytest.fixture
def chairs():
    return _series(Series.CHAIRS, "chair")


def _series(code, seat):
    load_reference_data()
    series = Series.objects.get(code=code)
    series.kind = series.kinds.get()
    series.chairs, series.members = [], []
    for number in range(4):
        association = EmployerFactory(kind=Employer.Kind.ASSOCIATION, name=f"Proefvereniging {number}")
        SeriesPartyFactory(series=series, association=association, seat=seat)
        series.chairs.append(PositionFactory(employer=association, seat="chair", title="voorzitter"))
        series.members.append(PositionFactory(employer=association, seat="board", title="bestuurslid"))
    return series


def meet(series, positions, *, on=dt.date(2026, 4, 22), college=True, **traits):
    traits = traits or {"held": True}
    return MeetingFactory(
        kind=series.kind,
        on=on,
        employers=[position.employer for position in positions],
        people=[(position.person, position.employer) for position in positions],
        college=college,
        **traits,
    )


def test_three_of_four_parties_with_a_college_member_count(boards):
    meeting = meet(boards, boards.members[:3])
    seen = boards_meeting(None, YEAR, JULY, NORM)
    assert (seen.count, seen.planned) == (1, 0)
    assert [row.pk for rows in seen.evidence for row in rows] == [meeting.pk]
    assert "3 of 4" in seen.headline
    assert "Proefvereniging 3" in seen.headline


def test_two_parties_do_not_count_and_the_absent_ones_are_named(boards):
    meet(boards, boards.members[:2])
    seen = boards_meeting(None, YEAR, JULY, NORM)
    assert seen.count == 0
    (note,) = seen.notes
    assert "Proefvereniging 2" in note
    assert "Proefvereniging 3" in note
    assert "Proefvereniging 1" not in note


def test_without_a_college_member_present_the_boards_meeting_does_not_count(boards):
    meet(boards, boards.members, college=False)
    absent = meet(boards, boards.members, on=dt.date(2026, 5, 20))
    absent.participants.filter(college_member__isnull=False).update(is_present=False)
    seen = boards_meeting(None, YEAR, JULY, NORM)
    assert seen.count == 0
    assert len(seen.notes) == 2


def test_only_who_was_ticked_present_represents_a_party(boards):
    meeting = meet(boards, boards.members)
    assert boards_meeting(None, YEAR, JULY, NORM).count == 1
    meeting.participants.filter(person__in=[p.person_id for p in boards.members[:2]]).update(is_present=False)
    assert boards_meeting(None, YEAR, JULY, NORM).count == 0


def test_the_chairs_count_by_the_seat_of_the_chair_only(chairs):
    meet(chairs, chairs.members, college=False)
    assert chairs_meeting(None, YEAR, JULY, NORM).count == 0
    meet(chairs, chairs.chairs[:3], college=False, on=dt.date(2026, 5, 6))
    assert chairs_meeting(None, YEAR, JULY, NORM).count == 1


def test_a_seat_counts_as_it_was_on_the_day_of_the_meeting(chairs):
    for position in chairs.chairs[:2]:
        position.ends_on = dt.date(2026, 4, 30)
        position.save()
    meet(chairs, chairs.chairs, on=dt.date(2026, 4, 22))
    meet(chairs, chairs.chairs, on=dt.date(2026, 5, 22))
    assert chairs_meeting(None, YEAR, JULY, NORM).count == 1


def test_what_was_grouped_under_another_association_is_still_that_party(chairs):
    survivor = EmployerFactory(kind=Employer.Kind.ASSOCIATION, name="Proefkoepel")
    merged = chairs.chairs[0].employer
    merged.merged_into = survivor
    merged.save()
    chairs.chairs[0].employer = survivor
    chairs.chairs[0].save()
    meet(chairs, chairs.chairs[:3])
    assert chairs_meeting(None, YEAR, JULY, NORM).count == 1


def test_a_themed_meeting_counts_with_two_organising_parties():
    load_reference_data()
    series = Series.objects.get(code=Series.THEMED)
    series.kind = series.kinds.get()
    one, two = EmployerFactory(kind="association"), EmployerFactory(kind="association")
    alone = MeetingFactory(kind=series.kind, held=True, on=dt.date(2026, 3, 4), organisers=[one])
    assert themed_meeting(None, YEAR, JULY, NORM).count == 0
    both = MeetingFactory(kind=series.kind, held=True, on=dt.date(2026, 3, 11), organisers=[one, two])
    seen = themed_meeting(None, YEAR, JULY, NORM)
    assert [row.pk for rows in seen.evidence for row in rows] == [both.pk]
    assert alone.pk != both.pk


def test_as_of_a_day_later_facts_are_still_to_come(boards):
    meet(boards, boards.members, on=dt.date(2026, 4, 22))
    before = boards_meeting(None, YEAR, dt.date(2026, 4, 21), NORM)
    assert (before.count, before.planned) == (0, 1)
    long_before = boards_meeting(None, YEAR, dt.date(2026, 3, 1), NORM)
    assert (long_before.count, long_before.planned) == (0, 0)


def test_what_was_called_off_or_is_a_draft_is_not_planned(boards):
    meet(boards, boards.members, on=dt.date(2026, 9, 1), cancelled=True)
    MeetingFactory(kind=boards.kind, on=dt.date(2026, 9, 2), employers=[boards.members[0].employer])
    assert boards_meeting(None, YEAR, dt.date(2026, 12, 1), NORM).planned == 0


def test_another_year_is_another_year(boards):
    meet(boards, boards.members, on=dt.date(2025, 12, 31))
    assert boards_meeting(None, YEAR, JULY, NORM).count == 0
    assert boards_meeting(None, Period.year(2025), JULY, NORM).count == 1


def test_without_parties_there_is_nothing_to_measure():
    load_reference_data()
    seen = measure_series(Series.BOARDS, YEAR, JULY)
    assert seen.missing
    assert seen.count is None


def test_the_monitor_says_achieved_and_hides_what_a_reader_may_not_see(boards, am):
    sync_commitments()
    meet(boards, boards.members).readers.clear()
    meeting = meet(boards, boards.members, on=dt.date(2026, 5, 5))
    meeting.is_confidential = True
    meeting.save()
    measured = evaluate(Commitment.objects.get(code="C2"), JULY)
    assert measured.state == State.ACHIEVED
    assert measured.count == 2
    evidence = evidence_for(measured.seen.evidence, am)
    assert (len(evidence.visible), evidence.hidden) == (1, 1)


def test_the_seats_of_a_day_are_who_to_invite(chairs):
    seats = dict(series_seats(chairs, JULY))
    assert [[row.person for row in rows] for rows in seats.values()] == [
        [position.person] for position in chairs.chairs
    ]


def test_the_number_of_queries_does_not_grow_with_meetings(boards, django_assert_max_num_queries):
    for month in range(1, 7):
        meet(boards, boards.members, on=dt.date(2026, month, 9))
    with django_assert_max_num_queries(11):
        seen = measure_series(Series.BOARDS, YEAR, JULY)
    assert seen.count == 6


def test_reference_data_is_added_once_and_never_undone():
    load_reference_data()
    kind = Series.objects.get(code=Series.BOARDS).kinds.get()
    kind.name = "Bestuurlijk overleg met koffie"
    kind.save()
    load_reference_data()
    kind.refresh_from_db()
    assert kind.name == "Bestuurlijk overleg met koffie"
    assert MeetingKindFactory(visit=True).counts_for_visit
