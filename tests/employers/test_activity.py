"""The index behind the timelines: equal to the records whatever happens to them, and mended when not."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.models import JobRun
from employers import services
from employers.activity import (
    activity_source,
    rebuild_activities,
    refresh_activities,
    refresh_employer_activities,
)
from employers.activity.repair import build_first_index
from employers.models import Activity, Employer
from employers.tasks import rebuild_activities as nightly
from meetings import services as meetings
from meetings.models import Meeting
from tests.accounts.factories import CollegeMemberFactory
from tests.employers import factories as make
from tests.meetings.factories import InvitationFactory, MeetingFactory, MeetingKindFactory

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


def nothing_is_wrong() -> None:
    """The index and the last contact equal what a rebuild makes of the records."""
    found = rebuild_activities()
    assert not any(found.values()), found


def rows_of(kind: str, record_id: int) -> list[tuple[int, bool, bool]]:
    rows = Activity.objects.filter(kind=kind, record_id=record_id).order_by("employer_id")
    return list(rows.values_list("employer_id", "is_plan", "is_contact"))


def test_a_second_refresh_changes_nothing() -> None:
    moment = make.ContactMomentFactory(employers=[make.EmployerFactory(), make.EmployerFactory()])
    assert len(rows_of("contact", moment.pk)) == 2
    keys = list(Activity.objects.values_list("pk", flat=True))
    assert refresh_activities("contact", [moment.pk]) == 0
    assert list(Activity.objects.values_list("pk", flat=True)) == keys
    nothing_is_wrong()


def test_a_kind_that_nobody_registered_is_refused() -> None:
    with pytest.raises(KeyError):
        refresh_activities("nonsense", [1])
    with pytest.raises(ValueError, match="contact"):
        activity_source("contact", label="x")(object)  # type: ignore[type-var]


def test_nothing_to_refresh_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        refresh_activities("contact", [])
        refresh_employer_activities([])


def test_what_a_contact_goes_through_is_followed(am: User) -> None:
    one, two = make.EmployerFactory(), make.EmployerFactory()
    moment = services.log_contact(by=am, employers=[one, two], subject="Proefgesprek", kind="call")
    assert [row[0] for row in rows_of("contact", moment.pk)] == [one.pk, two.pk]
    nothing_is_wrong()
    moment.employers.set([one])
    moment.happened_at -= dt.timedelta(days=3)
    moment.save()
    services.contact_changed(moment)
    assert [row[0] for row in rows_of("contact", moment.pk)] == [one.pk]
    two.refresh_from_db()
    assert (two.last_contact_at, two.last_contact_by, two.last_contact_kind) == (None, None, "")
    nothing_is_wrong()
    services.withdraw_contact(moment, by=am, reason="vergist")
    assert rows_of("contact", moment.pk) == []
    one.refresh_from_db()
    assert one.last_contact_at is None
    nothing_is_wrong()


def test_what_a_meeting_goes_through_is_followed(am: User) -> None:
    one, two = make.EmployerFactory(), make.EmployerFactory()
    kind, member = MeetingKindFactory(visit=True), CollegeMemberFactory()
    starts_at = clock.now() - dt.timedelta(hours=3)
    draft = meetings.draft_meeting(
        by=am, kind=kind, starts_at=starts_at, employers=[one, two], college_members=[member]
    )
    assert rows_of("meeting", draft.pk) == [(one.pk, True, False), (two.pk, True, False)]
    meeting = meetings.plan_draft(draft, by=am)
    nothing_is_wrong()
    meetings.hold_meeting(
        meeting,
        by=am,
        present_employer_ids=[one.pk],
        present_participant_ids=list(meeting.participants.values_list("pk", flat=True)),
    )
    assert rows_of("meeting", meeting.pk) == [(one.pk, False, True), (two.pk, False, False)]
    one.refresh_from_db()
    assert (one.last_contact_at, one.last_contact_kind) == (meeting.starts_at, "meeting")
    nothing_is_wrong()


def test_a_meeting_that_moves_or_is_called_off_moves_with_it(am: User, es: User) -> None:
    employer = make.EmployerFactory()
    meeting = MeetingFactory(planned=True, on=clock.today() + dt.timedelta(days=9), employers=[employer])
    meetings.move_meeting(
        meeting, by=es, starts_at=meeting.starts_at + dt.timedelta(days=5), reason="andere dag"
    )
    assert Activity.objects.get(kind="meeting").at == Meeting.objects.get().starts_at
    meetings.cancel_meeting(meeting, by=es, cancelled_by="employer", reason="verhinderd")
    row = Activity.objects.get(kind="meeting")
    assert (clock.local_date(row.at), row.is_plan) == (clock.today(), False)
    nothing_is_wrong()


def test_an_invitation_is_followed(am: User) -> None:
    invitation = InvitationFactory()
    meetings.withdraw_invitation(invitation, by=am)
    assert [row[0] for row in rows_of("invitation", invitation.pk)] == [invitation.employer_id]
    nothing_is_wrong()


def test_grouping_and_taking_back_leave_it_right(tl: User) -> None:
    one, two, three = make.EmployerFactory(working=5), make.EmployerFactory(working=7), make.EmployerFactory()
    make.ContactMomentFactory(employers=[two])
    services.refresh_employers([one.pk, two.pk, three.pk])
    first = services.group_employers(one, two, by=tl, reason="één zaak")
    services.group_employers(three, one, by=tl, reason="nog een")
    nothing_is_wrong()
    three.refresh_from_db()
    assert three.last_contact_at is not None
    services.ungroup_employers(first, by=tl)
    three.refresh_from_db()
    assert three.last_contact_at is None
    nothing_is_wrong()


def test_people_who_come_and_go_are_followed(am: User) -> None:
    position = make.PositionFactory()
    make.ContactMomentFactory(
        employers=[make.EmployerFactory()], people=[position.person], happened_at=clock.now()
    )
    there = position.employer
    there.refresh_from_db()
    assert there.last_contact_at is not None
    services.end_position(position, by=am, ends_on=clock.today() - dt.timedelta(days=30))
    there.refresh_from_db()
    assert there.last_contact_at is None
    nothing_is_wrong()


def test_becoming_confidential_takes_the_date_away_from_everybody(am: User, tl: User) -> None:
    """R10: the last contact of an open employer may not tell of a talk with a secret one."""
    secret, other = make.EmployerFactory(), make.EmployerFactory()
    services.log_contact(by=am, employers=[secret, other], subject="Samen", kind="call")
    other.refresh_from_db()
    assert other.last_contact_at is not None
    secret.is_confidential = True
    secret.save()
    services.make_readers(secret, readers=[am], by=tl)
    other.refresh_from_db()
    assert other.last_contact_at is None
    nothing_is_wrong()


def test_the_night_mends_what_went_wrong_and_says_how_much(am: User) -> None:
    moment = make.ContactMomentFactory(employers=[make.EmployerFactory()], user=am, happened_at=clock.now())
    meeting = MeetingFactory(planned=True, employers=[make.EmployerFactory()])
    wrong = Activity.objects.get(kind="contact")
    Activity.objects.filter(pk=wrong.pk).update(at=wrong.at - dt.timedelta(days=400), is_contact=False)
    Activity.objects.filter(kind="meeting").delete()
    Activity.objects.create(employer=make.EmployerFactory(), kind="invitation", record_id=1, at=clock.now())
    Activity.objects.create(employer=make.EmployerFactory(), kind="gone", record_id=1, at=clock.now())
    Employer.objects.filter(pk=wrong.employer_id).update(last_contact_at=None)

    nightly()

    assert Activity.objects.get(kind="contact").at == moment.happened_at
    assert rows_of("meeting", meeting.pk)
    assert not Activity.objects.filter(kind__in=["invitation", "gone"]).exists()
    assert Employer.objects.get(pk=wrong.employer_id).last_contact_at == moment.happened_at
    run = JobRun.objects.get(name="employers.rebuild_activities")
    assert (run.state, run.counts) == (
        JobRun.State.DONE,
        {"repaired": 4, "contact": 1, "meeting": 1, "invitation": 1, "unknown": 1},
    )
    nothing_is_wrong()


def test_the_command_answers_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    make.ContactMomentFactory(employers=[make.EmployerFactory()])
    Activity.objects.all().delete()
    call_command("rebuild_activities", "--json")
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["repaired"] >= 1, found["kinds"]["contact"]) == (True, 1)


def test_after_an_update_the_index_is_made_once(am):
    """A database from before the index: contacts, last contacts, and no row of the index."""
    employer = make.EmployerFactory()
    moment = make.ContactMomentFactory(user=am, employers=[employer])
    Activity.objects.all().delete()
    Employer.objects.update(search_text="of before")

    assert build_first_index()

    employer.refresh_from_db()
    assert Activity.objects.filter(kind="contact", record_id=moment.pk).exists()
    assert employer.last_contact_at == moment.happened_at
    assert employer.search_text.startswith(employer.name.lower())
    Activity.objects.all().delete()
    assert not build_first_index()
    assert not Activity.objects.exists()
