"""R4: the ranking, the concept, freezing, what changed since last year."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deventer_crm.core import clock
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicySetting
from employers.models import Employer, TopList, TopListAdjustment
from employers.toplist.comparison import explained_list
from employers.toplist.ranking import newest_reference_date, rank_employers
from employers.toplist.selectors import concept, default_size, kvk_numbers, year_list
from employers.toplist.services import (
    AlreadyFrozen,
    adjust_top_list,
    freeze_top_list,
    withdraw_adjustment,
)
from tests.employers.factories import (
    EmployerFactory,
    EstablishmentFactory,
    JobCountFactory,
    RegistrationFactory,
)

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 4, 1)
BEFORE = dt.date(2025, 4, 1)


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))


def employer(name: str, jobs: int, **fields) -> Employer:
    return EmployerFactory(name=name, working=jobs, **fields)


def count(who: Employer, jobs: int, day: dt.date, **fields) -> None:
    JobCountFactory(establishment=who.establishments.first(), jobs=jobs, reference_date=day, **fields)


def shown(rows) -> list[tuple[int, str]]:
    return [(row.rank, row.employer.name) for row in rows]


# ── the ranking ──────────────────────────────────────────────────────────────────────────────────


def test_order_is_jobs_then_name_and_equal_jobs_share_a_place():
    for name, jobs in [("Bever", 50), ("Das", 10), ("Aap", 50), ("Citroen", 30)]:
        employer(name, jobs)
    assert shown(concept(2026).rows) == [(1, "Aap"), (1, "Bever"), (3, "Citroen"), (4, "Das")]


@pytest.mark.parametrize(("ties", "names"), [(True, ["Aap", "Bever", "Citroen"]), (False, ["Aap", "Bever"])])
def test_all_tied_on_the_last_place_are_in_unless_set_otherwise(ties, names):
    for name, jobs in [("Citroen", 30), ("Aap", 50), ("Bever", 30)]:
        employer(name, jobs)
    PolicySetting.objects.create(name="top_list_includes_ties", value=ties, starts_on=DAY)
    found = year_list(2026, size=2)
    assert [row.employer.name for row in found.rows] == names
    assert found.extra_by_ties == len(names) - 2
    assert bool(found.explain_extra()) is ties


def test_only_companies_and_institutions_in_use_with_jobs_rank():
    employer("Bedrijf", 10)
    employer("Instelling", 9, kind="institution")
    employer("Vereniging", 99, kind="association")
    employer("Eigenaar", 99, kind="owner")
    employer("Leeg", 0)
    employer("Gestopt", 99, retired_on=DAY, retired_reason="bestaat niet meer")
    assert shown(concept(2026).rows) == [(1, "Bedrijf"), (2, "Instelling")]


def test_jobs_are_those_of_the_register_rule():
    """R2: establishments inside the municipality, the newest version of the first source, ended ones 0."""
    who = employer("Bedrijf", 10)
    count(who, 12, DAY, version=2)
    count(who, 500, DAY, source="kvk")
    count(who, 700, DAY + dt.timedelta(1))
    for jobs, fields in [(5, {}), (300, {"in_municipality": False}), (200, {"ended_on": DAY})]:
        JobCountFactory(establishment=EstablishmentFactory(employer=who, **fields), jobs=jobs)
    assert [item.jobs for item in rank_employers(DAY, 5)] == [17]


def test_counts_of_grouped_employers_go_to_the_survivor():
    survivor, absorbed = employer("Blijver", 10), employer("Opgenomen", 15)
    Employer.objects.filter(pk=absorbed.pk).update(merged_into=survivor)
    assert [(row.employer.name, row.jobs) for row in concept(2026).rows] == [("Blijver", 25)]


def test_the_reference_date_is_the_newest_loaded_up_to_the_end_of_the_year():
    who = employer("Bedrijf", 10)
    count(who, 8, BEFORE)
    count(who, 99, dt.date(2027, 1, 1))
    count(who, 77, dt.date(2026, 12, 31), source="own")
    assert newest_reference_date(dt.date(2026, 12, 31)) == DAY
    assert [row.jobs for row in concept(2025).rows] == [8]
    assert [row.jobs for row in concept(2026).rows] == [10]
    assert [row.jobs for row in concept(2026, reference_date=BEFORE).rows] == [8]


def test_without_a_register_there_is_no_list_and_nothing_to_freeze(tl):
    found = explained_list(2026).shown
    assert (found.reference_date, found.rows) == (None, ())
    with pytest.raises(ValidationError):
        freeze_top_list(2026, by=tl)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=st.lists(st.tuples(st.sampled_from("abAB"), st.integers(0, 6)), max_size=12),
    size=st.integers(1, 6),
    ties=st.booleans(),
    out=st.sets(st.integers(0, 11), max_size=3),
)
def test_places_follow_the_rule_for_any_numbers(db, rows, size, ties, out):
    """Against a reading of R4 with nothing but sorting: who is in, in which order, on which place."""
    from django.db import transaction

    sid = transaction.savepoint()
    try:
        PolicySetting.objects.create(name="top_list_includes_ties", value=ties, starts_on=BEFORE)
        made = [employer(name, jobs) for name, jobs in rows]
        left_out = {made[number].pk for number in out if number < len(made)}
        ranked = sorted(
            (
                (-jobs, name.lower(), who.pk)
                for who, (name, jobs) in zip(made, rows, strict=True)
                if jobs > 0 and who.pk not in left_out
            ),
        )
        expected = []
        for position, (jobs, _name, pk) in enumerate(ranked):
            place = 1 + sum(other[0] < jobs for other in ranked)
            if (place if ties else position + 1) <= size:
                expected.append((pk, -jobs, place))
        found = rank_employers(DAY, size, left_out=left_out, also=left_out)
        assert [(s.employer_id, s.jobs, s.rank) for s in found if s.is_listed] == expected
        for standing in found:
            if not standing.is_listed:
                tied_and_out = not ties and standing.rank <= size
                assert standing.employer_id in left_out or tied_and_out
                assert standing.rank == 1 + sum(-row[0] > standing.jobs for row in ranked)
        if ties and expected:
            # Nobody outside has as many jobs as the last one inside.
            inside = {pk for pk, _jobs, _place in expected}
            assert all(-row[0] < expected[-1][1] for row in ranked if row[2] not in inside)
    finally:
        transaction.savepoint_rollback(sid)


def test_places_below_the_list_can_be_asked_for():
    for name, jobs in [("Een", 30), ("Twee", 20), ("Drie", 10), ("Vier", 5)]:
        employer(name, jobs)
    found = rank_employers(DAY, 1, beyond=2)
    assert [(item.jobs, item.rank, item.is_listed) for item in found] == [
        (30, 1, True),
        (20, 2, False),
        (10, 3, False),
    ]


def test_who_fell_far_below_the_list_is_explained_too():
    """Further than the ranking is read in one go: it is asked for by name."""
    fallen = employer("Gevallen", 1)
    count(fallen, 900, BEFORE)
    for number in range(8):
        count(employer(f"Blijver {number}", 50 - number), 50 - number, BEFORE)
    leaver = explained_list(2026, size=1).leavers[0]
    assert (leaver.employer, leaver.now.rank, leaver.now.jobs) == (fallen, 9, 1)


# ── size, adjustments ────────────────────────────────────────────────────────────────────────────


def test_the_size_is_the_norm_of_c1_on_that_day():
    assert Commitment.objects.filter(code="C1").exists()
    CommitmentNorm.objects.all().delete()
    assert default_size(2026) == 20
    commitment = Commitment.objects.get(code="C1")
    for value, day in [(25, dt.date(2020, 1, 1)), (30, dt.date(2026, 7, 1)), (40, dt.date(2027, 1, 1))]:
        CommitmentNorm.objects.create(commitment=commitment, value=value, starts_on=day)
    assert [default_size(year) for year in (2025, 2026, 2027)] == [25, 30, 40]


def test_who_is_left_out_stays_visible_and_the_next_comes_in(tl):
    one, two, three = employer("Een", 30), employer("Twee", 20), employer("Drie", 10)
    adjustment = adjust_top_list(2026, one, status="excluded", reason="uitzendbureau", by=tl)
    rows = concept(2026, size=2).rows
    assert [(r.rank, r.employer, r.status, r.reason) for r in rows] == [
        (1, one, "excluded", "uitzendbureau"),
        (1, two, "listed", ""),
        (2, three, "listed", ""),
    ]
    assert [row.has_duty for row in rows] == [False, True, True]
    withdraw_adjustment(adjustment, by=tl)
    assert shown(concept(2026, size=2).rows) == [(1, "Een"), (2, "Twee")]


def test_who_is_added_comes_on_top_with_its_own_place(tl):
    for name, jobs in [("Een", 30), ("Twee", 20), ("Drie", 10)]:
        employer(name, jobs)
    association = employer("Vereniging", 5, kind="association")
    adjust_top_list(2026, association, status="added", reason="grote vrijwilligersorganisatie", by=tl)
    assert [(r.rank, r.employer.name, r.status) for r in concept(2026, size=2).rows] == [
        (1, "Een", "listed"),
        (2, "Twee", "listed"),
        (4, "Vereniging", "added"),
    ]


@pytest.mark.parametrize(
    ("status", "reason", "field"),
    [("excluded", "  ", "reason"), ("listed", "x", "status"), ("added", "x", "employer")],
)
def test_an_adjustment_that_makes_no_sense_is_refused(tl, status, reason, field):
    who = employer("Een", 30)
    with pytest.raises(ValidationError) as problem:
        adjust_top_list(2026, who, status=status, reason=reason, by=tl)
    assert field in problem.value.error_dict
    assert not TopListAdjustment.objects.exists()


def test_one_adjustment_per_employer_and_year_also_after_a_grouping(tl):
    who, other = employer("Een", 30), employer("Oud", 3)
    adjust_top_list(2026, other, status="excluded", reason="dubbel", by=tl)
    Employer.objects.filter(pk=other.pk).update(merged_into=who)
    with pytest.raises(ValidationError):
        adjust_top_list(2026, who, status="excluded", reason="nog eens", by=tl)
    adjust_top_list(2027, who, status="excluded", reason="volgend jaar", by=tl)


# ── freezing ─────────────────────────────────────────────────────────────────────────────────────


def test_a_frozen_list_answers_with_its_stored_rows(tl):
    one, two = employer("Een", 30), employer("Twee", 20)
    frozen = freeze_top_list(2026, by=tl, size=1)
    assert (frozen.frozen_by, frozen.frozen_on, frozen.reference_date) == (tl, clock.today(), DAY)
    count(two, 90, dt.date(2026, 10, 1))
    Employer.objects.filter(pk=one.pk).update(retired_on=DAY, retired_reason="gestopt")
    found = year_list(2026, size=5, reference_date=BEFORE)
    assert (shown(found.rows), found.size, found.is_frozen) == ([(1, "Een")], 1, True)


def test_newer_figures_stand_apart_from_the_stored_row(tl):
    one, two = employer("Een", 30), employer("Twee", 20)
    freeze_top_list(2026, by=tl, size=2)
    found = explained_list(2026)
    assert (found.changed_rows, found.newer_reference_date) == ([], None)
    count(two, 90, dt.date(2026, 10, 1))
    found = explained_list(2026)
    assert found.newer_reference_date == dt.date(2026, 10, 1)
    rows = {row.employer.pk: row for row in found.shown.rows}
    assert (rows[one.pk].rank, rows[one.pk].jobs, rows[one.pk].newer.rank) == (1, 30, 2)
    assert (rows[two.pk].rank, rows[two.pk].jobs, rows[two.pk].newer.rank) == (2, 20, 1)


def test_a_list_is_replaced_only_with_a_reason_and_kept(tl):
    employer("Een", 30)
    first = freeze_top_list(2026, by=tl)
    with pytest.raises(AlreadyFrozen):
        freeze_top_list(2026, by=tl)
    employer("Twee", 50)
    second = freeze_top_list(2026, by=tl, reason="verkeerd bestand")
    first.refresh_from_db()
    assert (first.superseded_on, first.superseded_reason) == (clock.today(), "verkeerd bestand")
    assert first.entries.count() == 1
    assert list(TopList.objects.standing_on(2026, clock.today())) == [second]
    assert shown(year_list(2026).rows) == [(1, "Twee"), (2, "Een")]


def test_as_of_an_earlier_day_the_earlier_list_stood(tl, time_machine):
    employer("Een", 30)
    time_machine.move_to(dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC))
    JobCountFactory(establishment=Employer.objects.get().establishments.get(), reference_date=BEFORE, jobs=3)
    first = freeze_top_list(2026, by=tl)
    time_machine.move_to(dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC))
    second = freeze_top_list(2026, by=tl, reason="nieuw register")

    def standing(day):
        return TopList.objects.standing_on(2026, day).first()

    assert standing(dt.date(2026, 1, 31)) is None
    assert standing(dt.date(2026, 2, 1)) == standing(dt.date(2026, 5, 31)) == first
    assert standing(dt.date(2026, 6, 1)) == second


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": 501}, "size"),
        ({"reference_date": dt.date(2027, 1, 1)}, "reference_date"),
        ({"reference_date": dt.date(2024, 4, 1)}, "reference_date"),
    ],
)
def test_an_impossible_choice_is_refused_beside_its_field(tl, fields, field):
    employer("Een", 30)
    with pytest.raises(ValidationError) as problem:
        freeze_top_list(2026, by=tl, **fields)
    assert field in problem.value.error_dict
    assert not TopList.objects.exists()


def test_a_grouping_keeps_the_stored_row_and_reads_as_the_survivor(tl):
    listed, survivor = employer("Oude naam", 30), employer("Nieuwe naam", 2)
    RegistrationFactory(employer=listed, kvk_number="12345679")
    freeze_top_list(2026, by=tl, size=1)
    Employer.objects.filter(pk=listed.pk).update(merged_into=survivor)
    row = year_list(2026).rows[0]
    assert (row.employer, row.stored_name, row.jobs) == (survivor, "Oude naam", 30)
    assert "12345679" in kvk_numbers([survivor.pk])[survivor.pk]


def test_excluded_and_added_rows_are_frozen_with_their_reason(tl):
    one, two = employer("Een", 30), employer("Twee", 20)
    adjust_top_list(2026, one, status="excluded", reason="uitzendbureau", by=tl)
    frozen = freeze_top_list(2026, by=tl, size=1)
    stored = {entry.employer: (entry.status, entry.reason) for entry in frozen.entries.all()}
    assert stored == {one: ("excluded", "uitzendbureau"), two: ("listed", "")}
    assert [entry.employer for entry in frozen.entries.with_duty()] == [two]


# ── since last year ──────────────────────────────────────────────────────────────────────────────


def test_newcomers_and_leavers_are_explained_from_the_registers():
    grew, shrank, stayed = employer("Groeier", 40), employer("Krimper", 5), employer("Blijver", 60)
    for who, jobs in [(grew, 4), (shrank, 50), (stayed, 70)]:
        count(who, jobs, BEFORE)
    found = explained_list(2026, size=2)
    assert [item.employer for item in found.newcomers] == [grew]
    assert [item.employer for item in found.leavers] == [shrank]
    newcomer, leaver = found.newcomers[0], found.leavers[0]
    assert (newcomer.before.rank, newcomer.before.jobs, newcomer.now.rank, newcomer.now.jobs) == (3, 4, 2, 40)
    assert (leaver.before.rank, leaver.before.jobs, leaver.now.rank, leaver.now.jobs) == (2, 50, 3, 5)
    exact, rough = leaver.explain(exact=True), leaver.explain(exact=False)
    assert "50" in exact
    assert "5" in exact
    assert "50–99" in rough
    changes = {row.employer: row.change for row in found.shown.rows}
    assert changes == {stayed: 0, grew: None}


def test_with_a_frozen_list_of_last_year_that_one_counts(tl, time_machine):
    one, two = employer("Een", 30), employer("Twee", 20)
    count(one, 5, BEFORE)
    count(two, 50, BEFORE)
    freeze_top_list(2025, by=tl, size=1)
    found = explained_list(2026, size=1)
    assert [item.employer for item in found.newcomers] == [one]
    assert [item.employer for item in found.leavers] == [two]
    assert "2025" in found.compared_with


def test_a_leaver_that_was_left_out_or_stopped_says_so(tl):
    one, two, three = employer("Een", 30), employer("Twee", 20), employer("Drie", 10)
    for who, jobs in [(one, 30), (two, 20), (three, 10)]:
        count(who, jobs, BEFORE)
    freeze_top_list(2025, by=tl, size=2)
    adjust_top_list(2026, one, status="excluded", reason="uitzendbureau", by=tl)
    Employer.objects.filter(pk=two.pk).update(retired_on=DAY, retired_reason="failliet")
    found = explained_list(2026, size=2)
    sentences = {item.employer: item.explain(exact=True) for item in found.leavers}
    assert "uitzendbureau" in sentences[one]
    assert "failliet" in sentences[two]
    frozen = freeze_top_list(2026, by=tl, size=2)
    assert frozen.entries.count() == 2
    again = {item.employer: item.explain(exact=True) for item in explained_list(2026).leavers}
    assert again == sentences


def test_without_an_older_register_nothing_is_compared():
    employer("Een", 30)
    found = explained_list(2026)
    assert (found.newcomers, found.leavers, found.compared_with) == ((), (), "")
