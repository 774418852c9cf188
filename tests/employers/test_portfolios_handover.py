"""Hand-over: everything open goes along, nothing of others, and taking back is exact."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from deventer_crm.core import clock
from employers.models import AccountAssignment, AccountCover, FollowUp, HandOver, Portfolio
from employers.portfolios.cover import end_cover, plan_cover
from employers.portfolios.handover import (
    ALL,
    AREA,
    CHOSEN,
    SECTOR,
    Scope,
    complete_hand_overs,
    hand_over,
    preview,
    undo_hand_over,
)
from employers.portfolios.services import end_portfolio, start_portfolio
from employers.portfolios.sheet import sheet_data, sheet_of
from employers.portfolios.sources import SOURCES
from employers.services import reassign_follow_up
from meetings.models import Meeting, Participant
from tests.accounts.factories import UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    AreaFactory,
    ContactPersonFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
    SectorFactory,
)
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def holders() -> dict[str, list[tuple]]:
    """Everything a hand-over may touch, as it is stored."""
    return {
        "assignments": sorted(
            AccountAssignment.objects.values_list("employer_id", "user_id", "starts_on", "ends_on"), key=repr
        ),
        "portfolios": sorted(
            Portfolio.objects.values_list("sector_id", "area_id", "user_id", "starts_on", "ends_on"), key=repr
        ),
        "follow_ups": sorted(FollowUp.objects.values_list("pk", "owner_id", "state"), key=repr),
        "readers": sorted(FollowUp.readers.through.objects.values_list("followup_id", "user_id")),
        "meetings": sorted(Meeting.objects.values_list("pk", "owner_id"), key=repr),
        "seats": sorted(Participant.objects.values_list("pk", "user_id"), key=repr),
    }


@pytest.fixture
def people(db):
    return [UserFactory(role=Role.ACCOUNT_MANAGER) for _ in range(3)]


def employer_of(user, *, since=dt.date(2024, 1, 1), **fields):
    employer = EmployerFactory(**fields)
    AccountAssignmentFactory(employer=employer, user=user, starts_on=since)
    return employer


def test_the_old_assignment_ends_the_day_before(people, tl):
    old, new, _other = people
    employer = employer_of(old)
    day = clock.today() + 10 * DAY

    hand_over(old, new, by=tl, starts_on=day, scope=Scope())

    rows = list(AccountAssignment.objects.filter(employer=employer).order_by("starts_on"))
    assert [(row.user_id, row.starts_on, row.ends_on) for row in rows] == [
        (old.pk, dt.date(2024, 1, 1), day - DAY),
        (new.pk, day, None),
    ]
    assert rows[1].created_by_id == tl.pk


def test_open_items_pass_on_the_day_itself(people, tl):
    old, new, _other = people
    follow_up = FollowUpFactory(employer=employer_of(old), owner=old)
    day = clock.today() + 3 * DAY
    handed = hand_over(old, new, by=tl, starts_on=day, scope=Scope())

    assert complete_hand_overs(day - DAY) == 0
    assert FollowUp.objects.get(pk=follow_up.pk).owner_id == old.pk
    assert handed.is_waiting
    with clock.at(day):
        assert complete_hand_overs() == 1
        assert complete_hand_overs() == 0
    assert FollowUp.objects.get(pk=follow_up.pk).owner_id == new.pk


def test_what_was_given_to_somebody_else_before_the_day_stays_there(people, tl):
    from employers.services import assign_account_manager

    old, new, other = people
    employer = employer_of(old)
    follow_up = FollowUpFactory(employer=employer, owner=old)
    day = clock.today() + 3 * DAY
    hand_over(old, new, by=tl, starts_on=day, scope=Scope())
    with clock.at(day):
        assign_account_manager(employer, other, by=tl)
        FollowUp.objects.filter(pk=follow_up.pk).update(owner=old)
        complete_hand_overs()

    assert FollowUp.objects.get(pk=follow_up.pk).owner_id == old.pk


@pytest.mark.parametrize("kind", [SECTOR, AREA, CHOSEN])
def test_a_part_leaves_the_rest(kind, people, tl):
    old, new, _other = people
    sector, area = SectorFactory(), AreaFactory()
    goes = employer_of(old, sector=sector, area=area, sector_reason="x", area_reason="x")
    stays = employer_of(old)
    Portfolio.objects.create(user=old, sector=sector, starts_on=dt.date(2024, 1, 1))
    Portfolio.objects.create(user=old, area=area, starts_on=dt.date(2024, 1, 1))
    keys = {SECTOR: sector.pk, AREA: area.pk, CHOSEN: goes.pk}

    hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope(kind, (keys[kind],)))

    on = AccountAssignment.objects.on(clock.today())
    assert on.get(employer=goes).user_id == new.pk
    assert on.get(employer=stays).user_id == old.pk
    moved = Portfolio.objects.on(clock.today()).filter(user=new)
    expected = {SECTOR: [(sector.pk, None)], AREA: [(None, area.pk)], CHOSEN: []}[kind]
    assert list(moved.values_list("sector_id", "area_id")) == expected


def test_a_confidential_employer_stays_until_the_successor_may_know_it(people, tl):
    old, new, _other = people
    secret = employer_of(old, is_confidential=True)
    secret.readers.add(old)
    open_one = employer_of(old)
    shown = preview(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    handed = hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    assert [row.pk for row in shown.secret] == [secret.pk]
    assert handed.employers == [open_one.pk]
    assert AccountAssignment.objects.on(clock.today()).get(employer=secret).user_id == old.pk


def test_the_preview_counts_what_then_moves(people, tl):
    old, new, other = people
    employer = employer_of(old)
    elsewhere = employer_of(other)
    FollowUpFactory(employer=employer, owner=old)
    FollowUpFactory(employer=elsewhere, owner=old)
    MeetingFactory(employers=[employer], owner=old, planned=True, on=clock.today() + 5 * DAY)
    InvitationFactory(employer=employer)
    shown = preview(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    handed = hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    counted = {code: (c.number, c.left) for code, c in zip(SOURCES, shown.counts, strict=True)}
    assert counted["follow_up"] == (1, 1)
    assert counted["meeting"] == (1, 0)
    assert counted["invitation"] == (1, 0)
    assert {code: len(items) for code, items in handed.moved["items"].items()} == {
        code: number for code, (number, _left) in counted.items() if not SOURCES[code].follows
    }


@pytest.mark.parametrize("problem", ["same", "role", "past", "far", "nothing"])
def test_what_cannot_be(problem, people, tl, rd):
    old, new, other = people
    employer_of(other if problem == "nothing" else old)
    day = {"past": clock.today() - DAY, "far": clock.today() + 400 * DAY}.get(problem, clock.today())
    to = {"same": old, "role": rd}.get(problem, new)

    with pytest.raises(ValidationError):
        hand_over(old, to, by=tl, starts_on=day, scope=Scope(ALL))

    assert not HandOver.objects.exists()


def test_what_was_changed_since_stays_when_it_is_taken_back(people, tl):
    old, new, other = people
    follow_up, kept = (FollowUpFactory(employer=employer_of(old), owner=old) for _ in range(2))
    handed = hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope())
    FollowUp.objects.filter(pk=kept.pk).update(owner=other)

    done = undo_hand_over(handed, by=tl)

    assert done.kept == 1
    assert FollowUp.objects.get(pk=follow_up.pk).owner_id == old.pk
    assert FollowUp.objects.get(pk=kept.pk).owner_id == other.pk
    with pytest.raises(ValidationError):
        undo_hand_over(handed, by=tl)


WORLD = st.lists(
    st.tuples(
        st.integers(0, 2),  # whose employer
        st.sampled_from(["none", "sector", "area"]),
        st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=3),  # follow-ups: owner, done
        st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=2),  # meetings: owner, secret
        st.booleans(),  # the assignment begins today
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=WORLD, kind=st.sampled_from([ALL, SECTOR, AREA]), ahead=st.sampled_from([0, 4]))
def test_nothing_open_is_lost_nothing_of_others_moves_and_taking_back_is_exact(
    people, tl, world, kind, ahead
):
    old, new = people[0], people[1]
    FollowUp.objects.all().delete()
    Participant.objects.all().delete()
    Meeting.objects.all().delete()
    AccountAssignment.objects.all().delete()
    Portfolio.objects.all().delete()
    HandOver.objects.all().delete()
    sector, area = SectorFactory(), AreaFactory()
    Portfolio.objects.create(user=old, sector=sector, starts_on=dt.date(2024, 1, 1))
    for owner, place, follow_ups, meetings, young in world:
        reasons = {"sector": {"sector": sector}, "area": {"area": area}, "none": {}}[place]
        employer = employer_of(
            people[owner], since=clock.today() if young else dt.date(2024, 1, 1), **reasons
        )
        for who, done in follow_ups:
            FollowUpFactory(
                employer=employer, owner=people[who], fulfilled_on=dt.date(2026, 11, 3) if done else None
            )
        for who, secret in meetings:
            meeting = MeetingFactory(
                employers=[employer], owner=people[who], planned=True, on=clock.today() + 9 * DAY
            )
            Participant.objects.create(meeting=meeting, user=people[who])
            if secret:
                Meeting.objects.filter(pk=meeting.pk).update(is_confidential=True)
    before, day = holders(), clock.today() + ahead * DAY
    scope = Scope(kind, {ALL: (), SECTOR: (sector.pk,), AREA: (area.pk,)}[kind])
    shown = preview(old, new, by=tl, starts_on=day, scope=scope)
    going = {row.pk for row in shown.employers}
    try:
        handed = hand_over(old, new, by=tl, starts_on=day, scope=scope)
    except ValidationError:
        assert not going
        assert holders() == before
        return
    with clock.at(day):
        complete_hand_overs()
        open_there = FollowUp.objects.standing().filter(employer__in=going)
        after = dict(FollowUp.objects.values_list("pk", "owner_id"))
        for pk, owner, _state in before["follow_ups"]:
            moves = owner == old.pk and open_there.filter(pk=pk).exists()
            assert after[pk] == (new.pk if moves else owner)
        owned = dict(Meeting.objects.values_list("pk", "owner_id"))
        for meeting in Meeting.objects.prefetch_related("employers"):
            was = dict(before["meetings"])[meeting.pk]
            (employer,) = meeting.employers.all()
            moves = was == old.pk and employer.pk in going and not meeting.is_confidential
            assert owned[meeting.pk] == (new.pk if moves else was)
        on = AccountAssignment.objects.on(day)
        for employer_id, user_id, _starts, _ends in before["assignments"]:
            assert on.get(employer=employer_id).user_id == (new.pk if employer_id in going else user_id)

        assert undo_hand_over(handed, by=tl).kept == 0

    assert holders() == before


# ── what is a secret stays one ───────────────────────────────────────────────────────────────────


def test_a_follow_up_about_somebody_the_successor_may_not_know_stays(people, tl):
    """Passed on it would lie with somebody who cannot read it, and nobody would be asked for it (R7, R10)."""
    old, new, _other = people
    employer, hidden = employer_of(old), EmployerFactory(confidential=True)
    person = ContactPersonFactory()
    PositionFactory(person=person, employer=hidden)
    secret = FollowUpFactory(employer=employer, owner=old, person=person)
    plain = FollowUpFactory(employer=employer, owner=old)

    hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    secret.refresh_from_db()
    plain.refresh_from_db()
    assert (secret.owner_id, plain.owner_id) == (old.pk, new.pk)
    with pytest.raises(ValidationError):
        reassign_follow_up(secret, by=tl, owner=new, reason="Proef")


def test_the_file_tells_nothing_of_a_secret_that_is_grouped_under_an_employer(people, tl):
    old, new, _other = people
    employer = employer_of(old)
    EmployerFactory(confidential=True, merged_into=employer)
    handed = hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    [block] = sheet_of(handed, new)

    assert [part.title for part in block.parts] == []
    assert sheet_of(handed, tl)[0].parts != []


def test_who_objected_is_no_number_in_the_file(people, tl):
    old, new, _other = people
    employer = employer_of(old)
    person = ContactPersonFactory(has_objected=True, mobile="06 00 00 11 22", email="proef@example.org")
    PositionFactory(person=person, employer=employer)
    handed = hand_over(old, new, by=tl, starts_on=clock.today(), scope=Scope())

    said = repr(sheet_data(handed, sheet_of(handed, new)))

    assert person.last_name in said
    assert "06 00 00 11 22" not in said
    assert "proef@example.org" not in said


def test_ending_what_somebody_else_ended_this_moment_is_no_error(people, tl):
    old, new, _other = people
    today = clock.today()
    cover = plan_cover(AccountCover(user=old, substitute=new, starts_on=today, ends_on=today), by=tl)
    portfolio = start_portfolio(Portfolio(user=old, sector=SectorFactory(), starts_on=today), by=tl)
    for _ in range(2):
        end_cover(cover, by=tl)
        end_portfolio(portfolio, by=tl)

    assert not AccountCover.objects.exists()
    assert not Portfolio.objects.exists()
