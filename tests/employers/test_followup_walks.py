"""A property: whatever people try with a promise or action, in whatever order and on whatever day, only what
its state allows succeeds, no promise closes without telling the employer, and the reminders that are left are
the ones a run from nothing would make."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from deventer_crm.core.models import Reminder
from deventer_crm.core.reconcile import reconcile
from employers import services
from employers.models import FollowUp
from employers.services.followup_rules import NotNow
from tests.accounts.factories import UserFactory
from tests.employers.factories import AccountAssignmentFactory

pytestmark = pytest.mark.django_db
State, Kind = FollowUp.State, FollowUp.Kind
START = dt.date(2026, 6, 1)
OPEN = {State.UNCONFIRMED, State.OPEN, State.FULFILLED}

#: Written down a second time, so that a slip in the code shows: act → states from which it may be done.
FROM = {
    "confirm": {State.UNCONFIRMED},
    "fulfil": {State.OPEN},
    "fulfil_and_tell": {State.OPEN},
    "tell": {State.FULFILLED},
    "drop": OPEN,
    "give": OPEN,
    "reschedule": OPEN,
    "reopen": {State.FULFILLED, State.CLOSED, State.DROPPED},
}
MOVES = st.lists(
    st.tuples(st.sampled_from(sorted(FROM)), st.integers(0, 6), st.integers(-5, 5)), min_size=1, max_size=10
)


def attempt(act: str, row: FollowUp, user, colleague, today: dt.date, offset: int) -> None:
    """Try an act, with a date `offset` days from today where it has one."""
    day = today + dt.timedelta(days=offset)
    if act == "confirm":
        services.confirm_follow_up(
            row, by=user, exact_words="Wij bellen.", authority_checked=True, confirmed_on=day
        )
    elif act == "fulfil":
        services.fulfil_follow_up(row, by=user, fulfilled_on=day)
    elif act == "fulfil_and_tell":
        services.fulfil_follow_up(row, by=user, reported_back_how="call", reported_back_on=day)
    elif act == "tell":
        services.report_back(row, by=user, how="mail", reported_back_on=day)
    elif act == "drop":
        services.drop_follow_up(row, by=user, reason="proef", dropped_on=day)
    elif act == "give":
        owner = colleague if row.owner_id == user.pk else user
        services.reassign_follow_up(row, by=user, owner=owner, reason="proef")
    elif act == "reschedule":
        services.edit_follow_up(row, by=user, due_on=day)
    else:
        services.reopen_follow_up(row, by=user, reason="proef")


def open_reminders() -> set[tuple]:
    rows = Reminder.objects.filter(state="open", kind__in=["follow_up_due", "promise_unconfirmed"])
    return set(rows.values_list("kind", "target_id", "recipient_id", "due_on", "is_escalation"))


class TestWalks(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(kind=st.sampled_from(sorted(Kind.values)), moves=MOVES)
    def test_only_what_the_state_allows_succeeds_and_nothing_closes_untold(self, kind, moves):
        user, colleague = UserFactory(role="TL"), UserFactory(role="AM")
        employer = AccountAssignmentFactory(user=colleague).employer
        today = START
        with time_machine.travel(dt.datetime.combine(today, dt.time(10), dt.UTC), tick=False):
            made = services.add_follow_up(by=user, employer=employer, what="Bellen", kind=kind, owner=user)
        steps = 0
        for act, passed, offset in moves:
            today += dt.timedelta(days=passed)
            before = FollowUp.objects.get(pk=made.pk)
            with time_machine.travel(dt.datetime.combine(today, dt.time(10), dt.UTC), tick=False):
                try:
                    attempt(act, before, user, colleague, today, offset)
                    assert before.state in FROM[act], f"{act} from {before.state} was allowed"
                except NotNow:
                    assert before.state not in FROM[act], f"{act} from {before.state} was refused"
                except ValidationError:
                    # Allowed from here, but not on that day, or not for this kind.
                    assert before.state in FROM[act]
                reconcile(today)
            after = FollowUp.objects.get(pk=made.pk)
            if after.kind == Kind.PROMISE_TO and after.state == State.CLOSED:
                assert after.confirmed_on is not None
                assert after.fulfilled_on <= after.reported_back_on <= today
                assert after.reported_back_how
            for day in (after.confirmed_on, after.fulfilled_on, after.reported_back_on, after.dropped_on):
                assert day is None or after.made_on <= day <= today
            assert after.steps.count() >= steps
            steps = after.steps.count()
        kept = open_reminders()
        Reminder.objects.all().delete()
        with time_machine.travel(dt.datetime.combine(today, dt.time(10), dt.UTC), tick=False):
            reconcile(today)
        assert open_reminders() == kept
