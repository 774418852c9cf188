"""R5 against a second reading of the rule: in whatever order facts were recorded, `duties` says what a slow
and literal judge says from the same facts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from employers.models import Employer
from meetings.duty import duties
from meetings.models import Invitation, Meeting, MeetingEmployer, MeetingKind, Participant
from tests.accounts.factories import CollegeMemberFactory
from tests.employers.factories import EmployerFactory

pytestmark = pytest.mark.django_db

YEAR = 2026
DAYS = st.integers(-40, 420).map(lambda n: dt.date(2025, 12, 1) + dt.timedelta(days=n))
EMPLOYERS = st.integers(0, 2)


@dataclass(frozen=True)
class FakeMeeting:
    """Facts about one meeting; `present` and `invited_employers` are numbers of employers."""

    counts: bool
    starts: dt.date
    place: str
    state: str
    planned_on: dt.date | None
    held_on: dt.date | None
    cancelled_on: dt.date | None
    cancelled_by: str
    college_asked: bool
    college_present: bool
    employers: frozenset[int]
    present: frozenset[int]


@dataclass(frozen=True)
class FakeInvitation:
    employer: int
    purpose: str
    direction: str
    in_name: bool
    sent: dt.date
    answer: str
    answered: dt.date | None
    withdrawn: dt.date | None
    meeting: int | None
    undelivered: dt.date | None = None
    by_link: bool = False


@st.composite
def meetings(draw: Any) -> FakeMeeting:
    state = draw(st.sampled_from(["draft", "planned", "held", "reported", "closed", "cancelled"]))
    present_state = state in ("held", "reported", "closed")
    held = draw(DAYS) if present_state else None
    planned = draw(DAYS) if state in ("planned", "cancelled") else None
    if held is not None:
        planned = held - dt.timedelta(days=draw(st.integers(0, 60)))
    asked = draw(st.booleans())
    employers = draw(st.frozensets(EMPLOYERS, min_size=1))
    return FakeMeeting(
        counts=draw(st.sampled_from([True, True, True, False])),
        starts=draw(DAYS),
        place=draw(st.sampled_from(["company", "town_hall", "elsewhere", "online"])),
        state=state,
        planned_on=planned,
        held_on=held,
        cancelled_on=draw(DAYS) if state == "cancelled" else None,
        cancelled_by=draw(st.sampled_from(["employer", "us", "other"])) if state == "cancelled" else "",
        college_asked=asked,
        college_present=asked and present_state and draw(st.booleans()),
        employers=employers,
        present=frozenset(e for e in employers if draw(st.booleans())) if present_state else frozenset(),
    )


@st.composite
def invitations(draw: Any, count: int) -> FakeInvitation:
    purpose = draw(st.sampled_from(["personal", "personal", "personal", "appointment", "group"]))
    direction = draw(st.sampled_from(["out", "out", "out", "in"]))
    must = purpose == "personal" and direction == "out"  # the database asks for a member here
    sent = draw(DAYS)
    answer = draw(st.sampled_from(["", "", "accepted", "declined", "other_date"]))
    later = st.integers(0, 200).map(lambda n: sent + dt.timedelta(days=n))
    return FakeInvitation(
        employer=draw(EMPLOYERS),
        purpose=purpose,
        direction=direction,
        in_name=must or draw(st.booleans()),
        sent=sent,
        answer=answer,
        answered=draw(later) if answer else None,
        withdrawn=draw(st.one_of(st.none(), st.none(), later)),
        meeting=draw(st.one_of(st.none(), st.integers(0, count - 1))) if count else None,
        # Who answered was reached, so the services keep no such day beside an answer.
        undelivered=None if answer else draw(st.one_of(st.none(), later)),
        by_link=bool(answer) and draw(st.booleans()),
    )


@st.composite
def worlds(draw: Any) -> tuple[list[FakeMeeting], list[FakeInvitation], list[int | None], dt.date, list[int]]:
    found = draw(st.lists(meetings(), max_size=3))
    sent = draw(st.lists(invitations(len(found)), max_size=3))
    # Employer 2 may be grouped under 1, and 1 under 0.
    grouped = draw(st.sampled_from([[None, None, None], [None, None, 1], [None, 0, 0], [None, 0, 1]]))
    order = draw(st.permutations(range(len(found) + len(sent))))
    return found, sent, grouped, draw(DAYS), list(order)


# ── the judge ────────────────────────────────────────────────────────────────────────────────────


def judge(
    employer: int,
    found: list[FakeMeeting],
    sent: list[FakeInvitation],
    grouped: list[int | None],
    day: dt.date,
) -> str:
    """Reads R5 line by line for one employer."""

    def top(number: int) -> int:
        while (above := grouped[number]) is not None:
            number = above
        return number

    family = {number for number in range(3) if top(number) == top(employer)}
    verdicts = {"none"}

    def verdict_of(meeting: FakeMeeting) -> tuple[str, int] | None:
        """What it is for this family as of the day, and in which year."""
        if not meeting.counts or not meeting.employers & family:
            return None
        was_held = meeting.held_on is not None and meeting.held_on <= day
        if was_held:
            if meeting.college_present and meeting.present & family:
                return ("visited" if meeting.place == "company" else "received"), meeting.held_on.year
            return None
        was_cancelled = meeting.cancelled_on is not None and meeting.cancelled_on <= day
        was_planned = meeting.planned_on is not None and meeting.planned_on <= day
        if was_planned and not was_cancelled and meeting.college_asked:
            return "planned", meeting.starts.year
        return None

    for meeting in found:
        verdict = verdict_of(meeting)
        if verdict and verdict[1] == YEAR:
            verdicts.add(verdict[0])
    for invitation in sent:
        if invitation.employer not in family or invitation.sent.year != YEAR or invitation.sent > day:
            continue
        if (invitation.purpose, invitation.direction, invitation.in_name) != ("personal", "out", True):
            continue
        if invitation.withdrawn and invitation.withdrawn <= day:
            continue
        if invitation.undelivered and invitation.undelivered <= day:
            continue  # it reached nobody
        meeting = found[invitation.meeting] if invitation.meeting is not None else None
        if meeting and verdict_of(meeting):
            continue  # one chain counts once, and in the year of the meeting
        cancelled_by = ""
        if meeting and meeting.cancelled_on and meeting.cancelled_on <= day:
            cancelled_by = meeting.cancelled_by
        answer = invitation.answer if invitation.answered and invitation.answered <= day else ""
        if cancelled_by == "us":
            continue
        if cancelled_by == "employer" or answer in ("", "declined"):
            verdicts.add("invited")
    return next(s for s in ("visited", "received", "planned", "invited", "none") if s in verdicts)


# ── the same facts in the database ───────────────────────────────────────────────────────────────


def record(
    found: list[FakeMeeting], sent: list[FakeInvitation], grouped: list[int | None], order: list[int]
) -> list[Employer]:
    """Write the facts in the given order: invitations may come before the meeting they led to."""
    employers = [EmployerFactory() for _ in range(3)]
    for number, above in enumerate(grouped):
        if above is not None:
            Employer.objects.filter(pk=employers[number].pk).update(merged_into=employers[above])
    member = CollegeMemberFactory()
    kinds = {
        counts: MeetingKind.objects.create(
            code=f"proef-{counts}".lower(), name="Proef", counts_for_visit=counts
        )
        for counts in (True, False)
    }
    made: dict[int, Meeting] = {}
    waiting: dict[int, list[Invitation]] = {}
    for number in order:
        if number < len(found):
            made[number] = _meeting(found[number], kinds, employers, member)
            for invitation in waiting.get(number, []):
                invitation.meeting = made[number]
                invitation.save()
            continue
        fact = sent[number - len(found)]
        invitation = Invitation.objects.create(
            employer=employers[fact.employer],
            purpose=fact.purpose,
            direction=fact.direction,
            college_member=member if fact.in_name else None,
            sent_on=fact.sent,
            answer=fact.answer,
            answered_on=fact.answered,
            answered_via="link" if fact.by_link else "",
            withdrawn_on=fact.withdrawn,
            undelivered_on=fact.undelivered,
            meeting=made.get(fact.meeting) if fact.meeting is not None else None,
        )
        if fact.meeting is not None and fact.meeting not in made:
            waiting.setdefault(fact.meeting, []).append(invitation)
    return employers


def _meeting(
    fact: FakeMeeting, kinds: dict[bool, MeetingKind], employers: list[Employer], member: Any
) -> Meeting:
    meeting = Meeting.objects.create(
        kind=kinds[fact.counts],
        starts_at=dt.datetime.combine(fact.starts, dt.time(12, 0), tzinfo=dt.UTC),
        place=fact.place,
        state=fact.state,
        planned_on=fact.planned_on,
        held_on=fact.held_on,
        reported_on=fact.held_on if fact.state in ("reported", "closed") else None,
        closed_on=fact.held_on if fact.state == "closed" else None,
        cancelled_on=fact.cancelled_on,
        cancelled_by=fact.cancelled_by,
    )
    MeetingEmployer.objects.bulk_create(
        MeetingEmployer(meeting=meeting, employer=employers[number], is_present=number in fact.present)
        for number in fact.employers
    )
    if fact.college_asked:
        Participant.objects.create(meeting=meeting, college_member=member, is_present=fact.college_present)
    return meeting


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds())
def test_any_order_of_facts_gives_what_the_rule_says(db: None, world: Any) -> None:
    from django.db import transaction

    found, sent, grouped, day, order = world
    sid = transaction.savepoint()
    try:
        employers = record(found, sent, grouped, order)
        got = duties([employer.pk for employer in employers], YEAR, day)
        expected = [judge(number, found, sent, grouped, day) for number in range(3)]
        assert [got[employer.pk].status for employer in employers] == expected
    finally:
        transaction.savepoint_rollback(sid)
