"""R8 as a property: whatever people try, in whatever order and on whatever day, only the allowed steps
succeed, their dates never run backwards, and the history tells exactly what happened."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from meetings import services
from meetings.models import Meeting
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import MeetingKindFactory, at

pytestmark = pytest.mark.django_db
State = Meeting.State
START = dt.date(2026, 6, 1)

#: R8, written down a second time so that a slip in the code shows: step → {from: to}.
RULES = {
    "plan": {State.DRAFT: State.PLANNED},
    "hold": {State.PLANNED: State.HELD},
    "report": {State.HELD: State.REPORTED},
    "close": {State.REPORTED: State.CLOSED},
    "cancel": {State.DRAFT: State.CANCELLED, State.PLANNED: State.CANCELLED},
    "move": {State.PLANNED: State.PLANNED},
    "back": {State.REPORTED: State.HELD, State.HELD: State.PLANNED},
}
MOVES = st.lists(
    st.tuples(st.sampled_from(sorted(RULES)), st.integers(0, 4), st.integers(-6, 6)), min_size=1, max_size=9
)


def attempt(step: str, meeting: Meeting, user, today: dt.date, offset: int) -> None:
    """Try a step, with a date `offset` days from today where it has one."""
    day = today + dt.timedelta(days=offset)
    if step == "plan":
        services.plan_draft(meeting, by=user)
    elif step == "hold":
        present = [row.employer_id for row in meeting.employer_rows.all()]
        services.hold_meeting(meeting, by=user, held_on=day, present_employer_ids=present)
    elif step == "report":
        services.report_meeting(meeting, by=user, summary="Besproken.", reported_on=day)
    elif step == "close":
        services.close_meeting(meeting, by=user, closed_on=day)
    elif step == "cancel":
        services.cancel_meeting(meeting, by=user, cancelled_by="us", reason="proef", cancelled_on=day)
    elif step == "move":
        services.move_meeting(meeting, by=user, starts_at=at(day, 11))
    else:
        services.step_back(meeting, by=user, reason="proef")


class TestWalks(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(moves=MOVES)
    def test_only_the_steps_of_the_rules_succeed_and_dates_never_run_backwards(self, moves):
        user = UserFactory(role="TL")
        today = START
        with time_machine.travel(dt.datetime.combine(today, dt.time(10), dt.UTC), tick=False):
            meeting = services.draft_meeting(
                by=user, kind=MeetingKindFactory(), starts_at=at(START, 9), employers=[EmployerFactory()]
            )
        history = []
        for step, passed, offset in moves:
            today += dt.timedelta(days=passed)
            before = Meeting.objects.get(pk=meeting.pk)
            with time_machine.travel(dt.datetime.combine(today, dt.time(10), dt.UTC), tick=False):
                try:
                    attempt(step, meeting, user, today, offset)
                except services.IllegalStep:
                    assert before.state not in RULES[step], f"{step} from {before.state} was refused"
                    taken = False
                except ValidationError:
                    # Allowed from here, but not on that day.
                    assert before.state in RULES[step]
                    taken = False
                else:
                    assert meeting.state == RULES[step][State(before.state)]
                    history.append((before.state, meeting.state))
                    taken = True
            stored = Meeting.objects.get(pk=meeting.pk)
            if not taken:
                assert (stored.state, stored.version) == (before.state, before.version)
            dates = [stored.planned_on, stored.held_on, stored.reported_on, stored.closed_on]
            known = [day for day in dates if day is not None]
            assert known == sorted(known)
            assert all(day <= today for day in [*known, stored.cancelled_on or today])
            assert (stored.held_on is not None) == stored.is_held
            assert (stored.cancelled_on is not None) == (stored.state == State.CANCELLED)
        steps = list(meeting.steps.values_list("from_state", "to_state"))
        assert steps == history
