"""A year, day by day: things happen, and the nightly round runs or does not. Whatever was missed, reminders
end as those of a year in which every round ran, and the monitor says the same."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from deventer_crm.core import clock
from deventer_crm.core.commitments import evaluate_all
from deventer_crm.core.models import Reminder, ReminderPreference
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.reminders import RULES
from employers.models import AccountAssignment, FollowUp, Track
from employers.toplist.services import freeze_top_list
from meetings.models import Invitation, Meeting, MeetingEmployer, Participant
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.budget.factories import TimeEntryFactory, plan, tracks
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory, FollowUpFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, at

pytestmark = pytest.mark.django_db

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 1, 15)
ONE = dt.timedelta(days=1)
#: Days after which both years are compared, besides the last.
COMPARED = {dt.date(2026, 4, 2), dt.date(2026, 9, 3), dt.date(2026, 12, 30)}


class Year:
    """A small municipality in which something happens on one day in three; the same for a seed. Records are
    known by the order in which they came, for their keys differ between two years."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.names: dict[tuple[str, int], str] = {}
        self.people = [UserFactory(role=role) for role in ("AM", "AM", "ES", "TL", "FA")]
        self.managers, self.lead = self.people[:2], self.people[3]
        self.member = CollegeMemberFactory()
        tracks()
        plan(800, 200)
        self.employers = [
            self.named(
                EmployerFactory(working=100 + 10 * number, working__reference_date=dt.date(2025, 4, 1))
            )
            for number in range(8)
        ]
        for number, employer in enumerate(self.employers):
            AccountAssignmentFactory(
                employer=employer, user=self.managers[number % 2], starts_on=dt.date(2025, 1, 1)
            )
        ReminderPreference.objects.create(user=self.managers[0], kind="follow_up_due", days_ahead=3)
        ReminderPreference.objects.create(user=self.lead, kind="list_not_frozen", days_ahead=14)
        self.meetings: list[Any] = []
        self.invitations: list[Any] = []
        self.follow_ups: list[Any] = []
        self.frozen = False

    def named(self, record: Any) -> Any:
        label = record._meta.label_lower
        self.names[label, record.pk] = f"{label} {len(self.names)}"
        return record

    def live(self, day: dt.date) -> None:
        """What happens on one day."""
        if self.rng.random() > 0.34:
            return
        happening: Callable[[dt.date], None] = self.rng.choice(
            [
                self.plan_meeting,
                self.plan_meeting,
                self.hold,
                self.hold,
                self.report,
                self.call_off,
                self.invite,
                self.answer,
                self.promise,
                self.promise,
                self.confirm,
                self.fulfil,
                self.hand_over,
                self.freeze,
                self.book,
            ]
        )
        happening(day)

    def plan_meeting(self, day: dt.date) -> None:
        on = day + dt.timedelta(days=self.rng.randint(3, 40))
        meeting = MeetingFactory(
            planned=True,
            on=on,
            planned_on=day,
            employers=[self.rng.choice(self.employers)],
            college=[self.member],
            owner=self.rng.choice(self.managers),
        )
        self.meetings.append(self.named(meeting))

    def _some(self, model: Any, **filters: Any) -> Any:
        rows = list(model.objects.filter(**filters).order_by("pk"))
        return self.rng.choice(rows) if rows else None

    def hold(self, day: dt.date) -> None:
        meeting = self._some(Meeting, state="planned", starts_at__lt=at(day))
        if meeting:
            Meeting.objects.filter(pk=meeting.pk).update(
                state="held", held_on=clock.local_date(meeting.starts_at)
            )
            MeetingEmployer.objects.filter(meeting=meeting).update(is_present=True)
            Participant.objects.filter(meeting=meeting).update(is_present=True)

    def report(self, day: dt.date) -> None:
        meeting = self._some(Meeting, state="held")
        if meeting:
            Meeting.objects.filter(pk=meeting.pk).update(state="reported", reported_on=day)

    def call_off(self, day: dt.date) -> None:
        meeting = self._some(Meeting, state="planned")
        if meeting:
            Meeting.objects.filter(pk=meeting.pk).update(
                state="cancelled", cancelled_on=day, cancelled_by=self.rng.choice(["employer", "us"])
            )

    def invite(self, day: dt.date) -> None:
        employer = self.rng.choice(self.employers)
        self.named(InvitationFactory(employer=employer, college_member=self.member, sent_on=day))

    def answer(self, day: dt.date) -> None:
        invitation = self._some(Invitation, answer="")
        if invitation:
            answer = self.rng.choice(["accepted", "declined"])
            Invitation.objects.filter(pk=invitation.pk).update(answer=answer, answered_on=day)

    def promise(self, day: dt.date) -> None:
        self.named(
            FollowUpFactory(
                promise=self.rng.random() < 0.5,
                employer=self.rng.choice(self.employers),
                owner=self.rng.choice(self.managers),
                made_on=day,
                due_on=day + dt.timedelta(days=self.rng.randint(5, 60)),
            )
        )

    def confirm(self, day: dt.date) -> None:
        row = self._some(FollowUp, state="unconfirmed")
        if row:
            FollowUp.objects.filter(pk=row.pk).update(
                confirmed_on=day, exact_words="zo gezegd", authority_checked=True
            )

    def fulfil(self, day: dt.date) -> None:
        row = self._some(FollowUp, state="open")
        if row:
            FollowUp.objects.filter(pk=row.pk).update(fulfilled_on=day)

    def hand_over(self, day: dt.date) -> None:
        row = self._some(AccountAssignment, ends_on=None, starts_on__lt=day)
        if row:
            AccountAssignment.objects.filter(pk=row.pk).update(ends_on=day - ONE)
            other = next(person for person in self.managers if person.pk != row.user_id)
            AccountAssignmentFactory(employer=row.employer, user=other, starts_on=day)

    def freeze(self, day: dt.date) -> None:
        if not self.frozen and day > dt.date(2026, 3, 10):
            self.frozen = True
            for entry in freeze_top_list(day.year, by=self.lead, size=5).entries.order_by(
                "rank", "employer_id"
            ):
                self.named(entry)

    def book(self, day: dt.date) -> None:
        TimeEntryFactory(user=self.rng.choice(self.managers), day=day, hours=8, track=tracks()[Track.SECTORS])

    # ── what is compared ─────────────────────────────────────────────────────────────────────────

    def open_reminders(self) -> set[tuple[Any, ...]]:
        people = {person.pk: number for number, person in enumerate(self.people)}
        found = set()
        for row in Reminder.objects.filter(state="open").select_related("target_type"):
            model = row.target_type.model_class()._meta.label_lower
            target = self.names.get((model, row.target_id), model)
            period = row.period.split(":")[0]
            found.add((row.kind, target, people[row.recipient_id], period, row.due_on, row.is_escalation))
        return found

    def figures(self) -> list[tuple[Any, ...]]:
        return [(one.commitment.code, one.count, one.seen.planned, one.state) for one in evaluate_all()]


Told = dict[dt.date, tuple[set[tuple[Any, ...]], list[tuple[Any, ...]]]]


class _Undo(Exception):
    """Ends a year without a trace."""


def tell(seed: int, night: Callable[[dt.date], None]) -> tuple[Told, set[str]]:
    """Live the year; what was open and measured on the days compared, and every kind there was."""
    told: Told = {}
    kinds: set[str] = set()
    try:
        with transaction.atomic():
            with clock.at(FIRST):
                year = Year(seed)
            day = FIRST
            while day <= LAST:
                with clock.at(day):
                    year.live(day)
                    night(day)
                    if day in COMPARED or day == LAST:
                        reconcile()
                        told[day] = year.open_reminders(), year.figures()
                day += ONE
            kinds = set(Reminder.objects.values_list("kind", flat=True))
            raise _Undo  # noqa: TRY301 - it ends the transaction
    except _Undo:
        return told, kinds


@pytest.mark.parametrize("seed", [3, 20])
def test_missed_nights_and_half_rounds_end_as_a_year_without_them(seed: int) -> None:
    luck = random.Random(seed + 1)

    def disturbed(day: dt.date) -> None:
        if luck.random() < 0.05:
            reconcile()
        elif luck.random() < 0.03:  # a round that was killed after some rules
            reconcile(kinds=luck.sample(sorted(RULES), 4))

    def calm(day: dt.date) -> None:
        if day.weekday() == 0:  # each Monday: a round a night finds the same and takes seven times as long
            reconcile()

    whole, kinds = tell(seed, calm)
    missed, _few = tell(seed, disturbed)
    assert len(kinds) >= 8
    for day in sorted(whole):
        assert missed[day] == whole[day], day
    assert any(found for found, _figures in whole.values())
