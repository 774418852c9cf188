"""The planner, on any year that could be: what it never does, and what it says of it."""

import datetime as dt
import time
from collections import Counter
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from deventer_crm.core.workdays import is_working_day
from meetings.annual_plan.inputs import (
    Gathering,
    Kept,
    Member,
    Place,
    Question,
    Rules,
    Unplaced,
    Visit,
    quarter_of,
)
from meetings.annual_plan.planner import parts_of, parts_without, place_one, plan

YEAR = 2027
FIRST, LAST = dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)
days = st.dates(FIRST, LAST)
places = st.builds(
    Place,
    postcode=st.sampled_from(["", "7411AB", "7411XY", "7418ZZ", "7420AA"]),
    x=st.one_of(st.none(), st.floats(205_000, 215_000)),
    y=st.one_of(st.none(), st.floats(470_000, 478_000)),
)
members = st.lists(
    st.builds(
        Member,
        key=st.integers(1, 6),
        sectors=st.frozensets(st.integers(1, 4), max_size=2),
        areas=st.frozensets(st.integers(1, 4), max_size=2),
        unavailable=st.frozensets(days, max_size=60),
        starts_on=st.one_of(st.just(dt.date.min), days),
        ends_on=st.one_of(st.just(dt.date.max), days),
    ),
    max_size=6,
    unique_by=lambda member: member.key,
).map(tuple)
visits = st.lists(
    st.builds(
        Visit,
        employer=st.integers(100, 112),
        rank=st.integers(1, 20),
        last_spoken=st.one_of(st.none(), st.dates(dt.date(2022, 1, 1), dt.date(2026, 12, 1))),
        sector=st.one_of(st.none(), st.integers(1, 4)),
        area=st.one_of(st.none(), st.integers(1, 4)),
        place=places,
    ),
    max_size=12,
    unique_by=lambda visit: visit.employer,
).map(tuple)
gatherings = st.lists(
    st.builds(
        Gathering,
        series=st.integers(1, 3),
        number=st.integers(1, 3),
        of=st.just(3),
        with_college=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda row: (row.series, row.number),
).map(tuple)
kept = st.lists(
    st.builds(
        Kept,
        day=st.dates(dt.date(YEAR - 1, 10, 1), LAST),
        members=st.frozensets(st.integers(1, 6), max_size=2),
        employers=st.frozensets(st.integers(100, 112), max_size=2),
        series=st.one_of(st.none(), st.integers(1, 3)),
        place=places,
    ),
    max_size=8,
).map(tuple)
rules = st.builds(
    Rules,
    most_a_month=st.integers(1, 3),
    most_a_day=st.integers(1, 2),
    months_off=st.frozensets(st.integers(1, 12), max_size=11),
    near_metres=st.integers(0, 3000),
    days_apart=st.integers(0, 120),
)
questions = st.builds(
    Question,
    first=days,
    last=st.just(LAST),
    members=members,
    visits=visits,
    gatherings=gatherings,
    kept=kept,
    rules=rules,
)


@settings(max_examples=40, deadline=None)
@given(questions)
def test_what_is_proposed_breaks_no_rule(question):
    outcome = plan(question)
    by_key = {member.key: member for member in question.members}
    places_of = {visit.employer: visit.place for visit in question.visits}
    on_days: dict[tuple[int, dt.date], list[Place]] = {}
    in_months: Counter[tuple[int, int, int]] = Counter()
    for item in question.kept:
        if item.series is None:
            for key in item.members:
                on_days.setdefault((key, item.day), []).append(item.place)
                in_months[key, item.day.year, item.day.month] += 1
    for proposal in outcome.proposals:
        day = proposal.day
        assert question.first <= day <= question.last
        assert is_working_day(day, ())
        assert day.month not in question.rules.months_off
        assert proposal.reasons
        for key in proposal.members:
            assert by_key[key].is_free_on(day)
        if proposal.employer is None:
            continue
        (key,) = proposal.members
        in_months[key, day.year, day.month] += 1
        assert in_months[key, day.year, day.month] <= question.rules.most_a_month
        here = on_days.setdefault((key, day), [])
        place = places_of[proposal.employer]
        assert not here or any(place.is_near(other, question.rules.near_metres) for other in here)
        here.append(place)
        assert len(here) <= max(question.rules.most_a_day, 1)
        for item in question.kept:
            if item.series is None and proposal.employer in item.employers:
                assert quarter_of(item.day) != quarter_of(day)
                assert abs((item.day - day).days) >= question.rules.days_apart


@settings(max_examples=25, deadline=None)
@given(questions)
def test_everything_asked_is_placed_once_or_listed_with_why(question):
    outcome = plan(question)
    visited = [row.employer for row in (*outcome.proposals, *outcome.unplaced) if row.employer is not None]
    assert sorted(visited) == sorted(visit.employer for visit in question.visits)
    met = [
        (row.series, row.number) for row in (*outcome.proposals, *outcome.unplaced) if row.series is not None
    ]
    assert sorted(met) == sorted((row.series, row.number) for row in question.gatherings)
    assert all(row.reasons for row in outcome.unplaced)


@settings(max_examples=15, deadline=None)
@given(questions)
def test_the_same_question_has_the_same_answer(question):
    assert plan(question) == plan(question)


@settings(max_examples=15, deadline=None)
@given(questions)
def test_planning_again_beside_what_was_fixed_moves_nothing_and_finds_no_room_that_was_not_there(question):
    """Planning again with all proposals kept finds nothing new to place, and moves nothing."""
    outcome = plan(question)
    asked = {visit.employer: visit for visit in question.visits}
    stands = tuple(
        Kept(
            row.day,
            frozenset(row.members),
            frozenset() if row.employer is None else frozenset({row.employer}),
            row.series,
            asked[row.employer].place if row.employer is not None else Place(),
        )
        for row in outcome.proposals
    )
    left = tuple(asked[row.employer] for row in outcome.unplaced if row.employer is not None)
    again = plan(
        Question(question.first, LAST, question.members, left, (), question.kept + stands, question.rules)
    )
    assert [row.employer for row in again.unplaced] == [visit.employer for visit in sorted(left, key=_order)]
    assert again.proposals == ()


def _order(visit: Visit):
    return visit.last_spoken or dt.date.min, visit.rank, visit.employer


# ── what it prefers ──────────────────────────────────────────────────────────────────────────────


def codes(row) -> set[str]:
    return {reason.code for reason in row.reasons}


def test_the_longest_unspoken_come_first_in_the_year():
    asked = (*(Visit(100 + n, n, dt.date(2020 + n, 5, 1)) for n in range(5)), Visit(99, 9))
    outcome = plan(Question(FIRST, LAST, (Member(1), Member(2)), asked, rules=Rules(most_a_month=1)))
    by_day = [row.employer for row in sorted(outcome.proposals, key=lambda row: row.day)]
    assert by_day == [99, 100, 101, 102, 103, 104]
    assert {"never_spoken"} <= codes(outcome.proposals[0])


def test_remit_and_district_decide_who_goes():
    college = (Member(1, sectors=frozenset({7})), Member(2, areas=frozenset({3})), Member(3))
    asked = (Visit(100, sector=7, area=1), Visit(101, sector=1, area=3), Visit(102, sector=9, area=9))
    found = {row.employer: row for row in plan(Question(FIRST, LAST, college, asked)).proposals}
    assert (found[100].members, found[101].members) == ((1,), (2,))
    assert "sector" in codes(found[100])
    assert "area" in codes(found[101])
    assert "no_interest" in codes(found[102])


def test_companies_nearby_share_a_day_and_others_do_not():
    near, far = Place("7418AB"), Place("7411AB")
    asked = (Visit(100, 1, place=near), Visit(101, 2, place=far), Visit(102, 3, place=near))
    found = {row.employer: row for row in plan(Question(FIRST, LAST, (Member(1),), asked)).proposals}
    assert found[100].day == found[102].day != found[101].day
    reason = next(reason for reason in found[102].reasons if reason.code == "near")
    assert (reason.values["employer"], reason.values["postcode"]) == (100, "7418")


def test_visits_spread_over_members_and_months():
    college = tuple(Member(key) for key in range(1, 5))
    asked = tuple(Visit(100 + n, n) for n in range(20))
    outcome = plan(Question(FIRST, LAST, college, asked, rules=Rules(months_off=frozenset({7, 8}))))
    per_member = Counter(row.members[0] for row in outcome.proposals)
    per_month = Counter(row.day.month for row in outcome.proposals)
    assert set(per_member.values()) == {5}
    assert set(per_month) == set(range(1, 13)) - {7, 8}
    assert set(per_month.values()) == {2}


def test_an_employer_without_room_says_what_stands_in_the_way():
    spoken = tuple(Kept(dt.date(YEAR, month, 10), frozenset(), frozenset({100})) for month in (2, 5, 8, 11))
    outcome = plan(Question(FIRST, LAST, (Member(1),), (Visit(100),), kept=spoken))
    assert codes(outcome.unplaced[0]) == {"spoken_around"}
    nobody = plan(Question(FIRST, LAST, (), (Visit(100),)))
    assert codes(nobody.unplaced[0]) == {"no_members"}
    late = plan(
        Question(
            dt.date(YEAR, 12, 31), LAST, (Member(1),), (Visit(100),), rules=Rules(months_off=frozenset({12}))
        )
    )
    assert codes(late.unplaced[0]) == {"no_days"}


def test_one_employer_can_be_asked_into_a_month_of_one_member():
    question = Question(FIRST, LAST, (Member(1), Member(2)), rules=Rules(most_a_month=1))
    placed = place_one(question, Visit(100), members=[2], month=(YEAR, 9))
    assert (placed.members, placed.day.month) == ((2,), 9)
    full = Question(
        FIRST,
        LAST,
        (Member(2),),
        kept=(Kept(dt.date(YEAR, 9, 6), frozenset({2})),),
        rules=Rules(most_a_month=1),
    )
    refused = place_one(full, Visit(100), members=[2], month=(YEAR, 9))
    assert isinstance(refused, Unplaced)
    assert codes(refused) == {"month_full"}


# ── series ───────────────────────────────────────────────────────────────────────────────────────


def test_the_parts_of_a_year_are_the_whole_year():
    for count in range(1, 13):
        parts = parts_of(YEAR, count)
        assert (parts[0][0], parts[-1][1]) == (FIRST, LAST)
        assert all(b[0] - a[1] == dt.timedelta(days=1) for a, b in pairwise(parts))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.lists(days, max_size=5))
def test_each_meeting_that_stands_covers_one_part(count, taken):
    left = parts_without(YEAR, count, taken)
    assert len(left) == max(0, count - len(taken))
    free = [
        n
        for n, (first, last) in enumerate(parts_of(YEAR, count), 1)
        if not any(first <= d <= last for d in taken)
    ]
    assert set(left) <= set(free)


def test_three_a_year_are_spread_and_the_whole_college_is_asked_on_a_day_it_can():
    away = frozenset(FIRST + dt.timedelta(days=n) for n in range(365) if n % 7 != 3)
    college = (Member(1, unavailable=away), Member(2))
    asked = (Gathering(1, 1, 1, with_college=True), *(Gathering(2, n, 3) for n in (1, 2, 3)))
    outcome = plan(Question(FIRST, LAST, college, gatherings=asked))
    boards, *chairs = outcome.proposals
    assert boards.members == (1, 2)
    assert "whole_college" in codes(boards)
    gaps = [b.day - a.day for a, b in pairwise(chairs)]
    assert all(gap > dt.timedelta(days=80) for gap in gaps)


def test_a_day_on_which_most_of_the_college_can_come_is_taken_when_there_is_none_for_all():
    never = frozenset(FIRST + dt.timedelta(days=n) for n in range(365))
    college = (Member(1, unavailable=never), Member(2), Member(3))
    (row,) = plan(Question(FIRST, LAST, college, gatherings=(Gathering(1, with_college=True),))).proposals
    assert row.members == (2, 3)
    reason = next(reason for reason in row.reasons if reason.code == "some_college")
    assert dict(reason.values) == {"present": 2, "all": 3}


# ── speed ────────────────────────────────────────────────────────────────────────────────────────


def test_twenty_employers_and_six_members_are_planned_within_two_seconds():
    """Of a processor's time: what else the machine does does not count. A tenth of it is usual."""
    college = tuple(Member(key, frozenset({key}), frozenset({key % 4})) for key in range(1, 7))
    asked = tuple(
        Visit(
            100 + n,
            n,
            dt.date(2024, 1, 1) + dt.timedelta(days=31 * n),
            n % 8,
            n % 5,
            Place(f"74{11 + n % 6}AB"),
        )
        for n in range(20)
    )
    series = (Gathering(1, with_college=True), *(Gathering(2, n, 3) for n in (1, 2, 3)), Gathering(3))
    start = time.process_time()
    outcome = plan(Question(FIRST, LAST, college, asked, series))
    assert time.process_time() - start < 2
    assert (len(outcome.proposals), outcome.unplaced) == (25, ())
