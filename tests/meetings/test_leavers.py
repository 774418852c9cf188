"""What a college member who left, or a colleague without an account, leaves behind, and who gets it."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.models import CollegeMember
from deventer_crm.core.models import AccessEvent, PolicySetting, Reminder
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.targets import lines_for
from employers.models import FollowUp
from meetings.leavers.file import member_file
from meetings.leavers.reading import closed_accounts, leavers, left_behind
from meetings.leavers.services import Ticked, reassign_closed, reassign_member
from meetings.models import Invitation
from meetings.reminders.leavers import college_member_left
from meetings.reminders.meeting import invitation_unanswered
from tests.accounts.factories import CollegeMemberFactory, MandateFactory, UserFactory
from tests.employers.factories import EmployerFactory, FollowUpFactory, PositionFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, ParticipantFactory

pytestmark = pytest.mark.django_db
#: A Wednesday.
TODAY = dt.date(2026, 11, 11)
LEFT_ON = dt.date(2026, 10, 1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(dt.datetime(2026, 11, 11, 10, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def es():
    return UserFactory(role="ES")


@pytest.fixture
def left():
    return CollegeMemberFactory(name="R. Vertrokken", starts_on=dt.date(2022, 1, 1), ends_on=LEFT_ON)


@pytest.fixture
def new():
    return CollegeMemberFactory(name="N. Nieuwkomer", starts_on=dt.date(2026, 10, 2))


def promise(member, **options) -> FollowUp:
    return FollowUpFactory(promise=True, promised_by=member, **options)


@pytest.fixture
def behind(left):
    """An open promise, an invitation without an answer and a visit to come; and what is settled already."""
    meeting = MeetingFactory(planned=True, on=TODAY + 10 * DAY, title="Rondleiding")
    seat = ParticipantFactory(meeting=meeting, college_member=left)
    held = MeetingFactory(held=True, on=LEFT_ON - 10 * DAY)
    ParticipantFactory(meeting=held, college_member=left)
    promise(left, dropped_on=TODAY, dropped_reason="proef")
    InvitationFactory(college_member=left, answer="declined", answered_on=TODAY)
    InvitationFactory(college_member=left, withdrawn_on=TODAY)
    return promise(left, what="Terugkomen op de meting"), InvitationFactory(college_member=left), seat


# ── what is found ────────────────────────────────────────────────────────────────────────────────


def test_what_is_open_in_the_name_of_who_left_is_found_and_nothing_else(behind, left, es):
    row, invitation, seat = behind
    (found,) = leavers(es)

    assert (found.member, found.promises, found.invitations, found.seats) == (
        left,
        [row],
        [invitation],
        [seat],
    )
    (counted,) = left_behind(es)
    assert (counted.promises, counted.invitations, counted.meetings) == (1, 1, 1)


def test_who_is_there_today_left_nothing_behind(left, es):
    promise(left)
    assert len(left_behind(es, LEFT_ON)) == 0  # the last day counts
    assert len(left_behind(es, LEFT_ON + DAY)) == 1


def test_a_meeting_of_before_the_last_day_is_not_left_behind(left, es):
    meeting = MeetingFactory(planned=True, on=LEFT_ON)
    ParticipantFactory(meeting=meeting, college_member=left)

    assert left_behind(es) == leavers(es) == []


def test_what_a_reader_may_not_know_is_neither_shown_nor_counted(left, es, tl):
    promise(left, is_confidential=True, employer__is_confidential=True)
    InvitationFactory(college_member=left, employer__is_confidential=True)
    secret = MeetingFactory(planned=True, on=TODAY + DAY, confidential=True)
    ParticipantFactory(meeting=secret, college_member=left)

    assert left_behind(es) == leavers(es) == []
    assert left_behind(tl)[0].total == 3


# ── the act ──────────────────────────────────────────────────────────────────────────────────────


def test_one_act_gives_everything_to_another_and_the_facts_stay(behind, left, new, es):
    row, invitation, seat = behind
    given = reassign_member(left, by=es, to=new, reason="Opvolger")

    assert (given.promises, given.invitations, given.meetings, given.stayed) == (1, 1, 1, 0)
    after = FollowUp.objects.get(pk=row.pk)
    assert (after.promised_by, after.taken_over_by, after.taken_over_on) == (left, new, TODAY)
    assert after.version == row.version + 1
    step = after.steps.get()
    assert (step.act, step.by, step.reason, step.member_before) == ("taken_over", es, "Opvolger", left)
    invited = Invitation.objects.get(pk=invitation.pk)
    assert (invited.college_member, invited.taken_over_by, invited.taken_over_on) == (left, new, TODAY)
    seat.refresh_from_db()
    assert seat.college_member == new
    assert "N. Nieuwkomer" in seat.meeting.steps.latest("pk").reason
    assert leavers(es) == []


def test_it_can_stay_with_the_college_as_a_whole_but_a_seat_needs_somebody(behind, left, es):
    row, _invitation, seat = behind
    given = reassign_member(left, by=es, to=None, reason="Nog niemand")

    assert (given.promises, given.invitations, given.meetings, given.stayed) == (1, 1, 0, 1)
    after = FollowUp.objects.get(pk=row.pk)
    assert (after.answers, after.taken_over_on) == (None, TODAY)
    (rest,) = leavers(es)
    assert (rest.promises, rest.invitations, rest.seats) == ([], [], [seat])


def test_only_what_is_ticked_goes(behind, left, new, es):
    row, invitation, _seat = behind
    other = promise(left)
    given = reassign_member(left, by=es, to=new, reason="Deel", ticked=Ticked([other.pk, 999_999], [], []))

    assert (given.promises, given.total) == (1, 1)
    assert FollowUp.objects.get(pk=row.pk).taken_over_by is None
    assert Invitation.objects.get(pk=invitation.pk).taken_over_by is None


def test_somebody_elses_promises_are_not_taken_along(behind, left, new, es):
    other = CollegeMemberFactory(starts_on=dt.date(2022, 1, 1), ends_on=LEFT_ON)
    theirs = promise(other)
    reassign_member(left, by=es, to=new, reason="x", ticked=Ticked([theirs.pk], [], []))

    assert FollowUp.objects.get(pk=theirs.pk).taken_over_by is None


def test_who_takes_over_and_leaves_too_leaves_it_behind_again(behind, left, new, es):
    reassign_member(left, by=es, to=new, reason="Opvolger")
    CollegeMember.objects.filter(pk=new.pk).update(ends_on=TODAY)
    third = CollegeMemberFactory()
    with time_machine.travel(dt.datetime(2026, 11, 12, 10, tzinfo=dt.UTC), tick=False):
        (found,) = leavers(es)
        assert found.member.pk == new.pk
        given = reassign_member(found.member, by=es, to=third, reason="Weer een ander")
        assert (given.total, given.stayed) == (3, 0)
        assert leavers(es) == []
    assert FollowUp.objects.get(taken_over_by=third).promised_by == left


def test_a_seat_that_the_other_has_already_is_not_doubled(behind, left, new, es):
    seat = behind[2]
    ParticipantFactory(meeting=seat.meeting, college_member=new)
    reassign_member(left, by=es, to=new, reason="Opvolger")

    assert list(seat.meeting.participants.values_list("college_member", flat=True)) == [new.pk]


def test_a_seat_on_a_day_on_which_the_other_is_not_there_stays(behind, left, es):
    short = CollegeMemberFactory(ends_on=TODAY + 9 * DAY)
    given = reassign_member(left, by=es, to=short, reason="Waarnemer")

    assert (given.meetings, given.stayed) == (0, 1)


def test_giving_it_to_a_colleague_on_purpose_keeps_it_with_the_college(left, am):
    from employers import services

    row = promise(left, owner=am)
    services.reassign_follow_up(row, by=am, owner=UserFactory(role="AM"), reason="Meer tijd")

    after = FollowUp.objects.get(pk=row.pk)
    assert (after.answers, after.taken_over_on) == (None, TODAY)
    assert not FollowUp.objects.to_give(TODAY).exists()


def test_what_may_not_be_is_refused_in_words(behind, left, new, es, am):
    gone = CollegeMemberFactory(ends_on=LEFT_ON)
    for options, field in (
        ({"to": new, "reason": " "}, "reason"),
        ({"to": gone, "reason": "x"}, "to"),
    ):
        with pytest.raises(ValidationError) as refused:
            reassign_member(left, by=es, **options)
        assert set(refused.value.message_dict) == {field}
    with pytest.raises(ValidationError, match="nog in het college"):
        reassign_member(new, by=es, to=None, reason="x")
    with pytest.raises(PermissionDenied):
        reassign_member(left, by=am, to=new, reason="x")


def test_a_confidential_promise_can_be_read_by_who_answers_for_it(left, tl):
    user = UserFactory(role="CM")
    new = CollegeMemberFactory(user=user)
    row = promise(left, is_confidential=True)
    assert not FollowUp.objects.visible_to(user).filter(pk=row.pk).exists()
    reassign_member(left, by=tl, to=new, reason="Opvolger")

    assert FollowUp.objects.visible_to(user).filter(pk=row.pk).exists()
    assert FollowUp.objects.visible_to(user).of(user).filter(pk=row.pk).exists()


# ── closed accounts ──────────────────────────────────────────────────────────────────────────────


def test_what_lies_with_a_closed_account_or_with_nobody_goes_to_a_colleague(es, am):
    gone = UserFactory(role="AM", is_active=False)
    theirs, nobodys = FollowUpFactory(owner=gone), FollowUpFactory(owner=None)
    FollowUpFactory(owner=None, department="Ruimte")
    meeting = MeetingFactory(planned=True, on=TODAY + DAY, owner=gone)
    first, second = closed_accounts(es)
    assert (first.user, first.follow_ups) == (None, [nobodys])
    assert (second.user, second.follow_ups, second.meetings) == (gone, [theirs], [meeting])

    assert reassign_closed(gone, by=es, to=am, reason="Vertrokken").total == 2
    assert reassign_closed(None, by=es, to=am, reason="Was van niemand").total == 1

    assert set(FollowUp.objects.filter(owner=am)) == {theirs, nobodys}
    assert theirs.steps.get().owner_before == gone
    meeting.refresh_from_db()
    assert meeting.owner == am
    assert closed_accounts(es) == []


def test_nobody_gets_what_they_may_not_know_of(tl, am):
    gone = UserFactory(role="AM", is_active=False)
    for owner in (gone, None):
        FollowUpFactory(owner=owner, employer__is_confidential=True, is_confidential=True)
        FollowUpFactory(owner=owner, person=PositionFactory(employer__is_confidential=True).person)

    for owner in (gone, None):
        given = reassign_closed(owner, by=tl, to=am, reason="x")
        assert (given.total, given.stayed) == (0, 2)


def test_an_open_account_hands_over_instead(es, am):
    with pytest.raises(ValidationError, match="nog een account"):
        reassign_closed(am, by=es, to=UserFactory(role="AM"), reason="x")
    with pytest.raises(ValidationError, match="geen account"):
        reassign_closed(None, by=es, to=UserFactory(is_active=False), reason="x")


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_reassigns_what_is_ticked_and_keeps_what_was_typed(behind, left, new, es, client_as):
    client = client_as(es)
    url = reverse("meetings:reassign_member", args=[left.pk])
    page = client.get(reverse("meetings:reassign")).content.decode()
    assert "Terugkomen op de meting" in page

    refused = client.post(url, {"scope": "ticked", "to": new.pk, "reason": "dit blijft staan"})
    assert refused.status_code == 422
    assert "Vink aan wat naar een ander moet." in refused.content.decode()
    assert "dit blijft staan" in refused.content.decode()
    typed = {"scope": "ticked", "promise": [behind[0].pk], "to": new.pk, "reason": "Opvolger"}
    assert client.post(url, typed).status_code == 302
    assert FollowUp.objects.get(pk=behind[0].pk).taken_over_by == new
    assert Invitation.objects.get(pk=behind[1].pk).taken_over_by is None
    assert client.post(url, {"scope": "all", "to": "college", "reason": "Nog niemand"}).status_code == 302
    assert Invitation.objects.get(pk=behind[1].pk).taken_over_on == TODAY


@pytest.mark.parametrize("nonsense", ["²", "x", "-1", "9" * 5000, "\x00"])
def test_nonsense_that_is_ticked_or_named_is_nobody(nonsense, behind, left, es, client_as):
    client = client_as(es)
    url = reverse("meetings:reassign_member", args=[left.pk])
    ticked = {"scope": "ticked", "promise": [nonsense], "to": "college", "reason": "x"}
    assert client.post(url, ticked).status_code in {302, 422}
    assert client.post(url, {"scope": "all", "to": nonsense, "reason": "x"}).status_code == 422
    closed = {"from": nonsense, "scope": "all", "to": nonsense, "reason": "x"}
    assert client.post(reverse("meetings:reassign_closed"), closed).status_code in {404, 422}
    assert FollowUp.objects.get(pk=behind[0].pk).taken_over_on is None


def test_the_page_of_a_promise_says_that_who_promised_it_left(behind, left, new, es, client_as):
    url = behind[0].get_absolute_url()
    page = client_as(es).get(url).content.decode()
    assert "R. Vertrokken heeft het college verlaten" in page
    reassign_member(left, by=es, to=new, reason="Opvolger")

    page = client_as(es).get(url).content.decode()
    assert "heeft het college verlaten" not in page
    assert re.search(r"Antwoordt er nu voor.*N\. Nieuwkomer", page, re.DOTALL)
    assert "was wethouder R. Vertrokken" in page


def test_mijn_week_counts_it_for_the_secretary_and_leads_there(behind, es, am, client_as):
    page = client_as(es).get(reverse("home:week")).content.decode()
    assert reverse("meetings:reassign") in page
    assert "toezeggingen 1, uitnodigingen 1, bezoeken 1" in page
    assert reverse("meetings:reassign") not in client_as(am).get(reverse("home:week")).content.decode()


# ── reminders (R7) ───────────────────────────────────────────────────────────────────────────────


def whom(wanted) -> dict[int, tuple[dt.date, bool]]:
    return {row.recipient_id: (row.due_on, row.escalated) for row in wanted}


def test_the_secretary_hears_of_it_the_day_after_and_the_lead_two_weeks_later(behind, es, tl):
    assert list(college_member_left(LEFT_ON)) == []
    assert whom(college_member_left(LEFT_ON + DAY)) == {es.pk: (LEFT_ON + DAY, False)}
    assert whom(college_member_left(LEFT_ON + 15 * DAY)) == {
        es.pk: (LEFT_ON + DAY, False),
        tl.pk: (LEFT_ON + 15 * DAY, True),
    }
    PolicySetting.objects.create(name="college_left_lead_days", value=100, starts_on=LEFT_ON)
    assert set(whom(college_member_left(LEFT_ON + 15 * DAY))) == {es.pk}


def test_nobody_is_reminded_of_what_they_may_not_know(left, es, tl):
    promise(left, is_confidential=True, employer__is_confidential=True)

    assert whom(college_member_left(TODAY)) == {tl.pk: (LEFT_ON + DAY, False)}


def test_once_everything_is_reassigned_the_reminder_is_done(behind, left, new, es):
    reconcile(TODAY, kinds=["college_member_left"])
    (line,) = lines_for(Reminder.objects.filter(recipient=es), es)
    assert (line.label, line.url) == (str(left), f"{reverse('meetings:reassign')}#member-{left.pk}")
    reassign_member(left, by=es, to=new, reason="Opvolger")
    reconcile(TODAY, kinds=["college_member_left"])

    assert Reminder.objects.get(recipient=es).state == "resolved"


def test_an_invitation_that_was_taken_over_is_asked_of_the_secretary_of_who_took_it(left, new):
    invitation = InvitationFactory(college_member=left, sent_on=TODAY - 20 * DAY)
    hers = MandateFactory(college_member=new).secretary
    other = MandateFactory(college_member=CollegeMemberFactory()).secretary
    assert set(whom(invitation_unanswered(TODAY))) == {hers.pk, other.pk}
    Invitation.objects.filter(pk=invitation.pk).update(taken_over_by=new, taken_over_on=TODAY)

    assert set(whom(invitation_unanswered(TODAY))) == {hers.pk}


# ── the hand-over file ───────────────────────────────────────────────────────────────────────────


def test_the_file_tells_what_is_open_in_that_name_and_of_whom(behind, left, es):
    told = member_file(left, es)
    lines = [line.text for part in told.parts for line in part.lines]

    assert any("Terugkomen op de meting" in line for line in lines)
    assert any("Rondleiding" in line for line in lines)
    assert len(told.parts) == 3
    assert {block.employer.pk for block in told.blocks} >= {behind[0].employer_id, behind[1].employer_id}


def test_after_the_act_it_stands_in_the_file_of_who_took_over_with_who_promised_it(behind, left, new, es):
    reassign_member(left, by=es, to=new, reason="Opvolger")

    assert member_file(left, es).is_empty
    (note,) = [line.note for line in member_file(new, es).parts[0].lines]
    assert "toegezegd door wethouder R. Vertrokken" in note


def test_a_secret_is_in_nobodys_file_who_may_not_know_it(left, es, tl):
    employer = EmployerFactory(name="Geheimwerk Zilverlinde", is_confidential=True)
    promise(left, employer=employer, is_confidential=True, what="geheime belofte")

    assert member_file(left, es).is_empty
    assert "geheime belofte" in str(member_file(left, tl).parts)


def test_it_is_a_page_and_a_tagged_paper_and_taking_it_out_is_logged(behind, left, es, client_as):
    client = client_as(es)
    page = client.get(reverse("meetings:member_sheet", args=[left.pk])).content.decode()
    paper = client.get(reverse("meetings:member_pdf", args=[left.pk]))

    assert "Terugkomen op de meting" in page
    assert paper.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in paper.content
    event = AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT)
    assert (event.target, event.detail["rows"]) == (f"accounts.collegemember:{left.pk}", 3)
    nothing = CollegeMemberFactory()
    assert client.get(reverse("meetings:member_pdf", args=[nothing.pk])).content.startswith(b"%PDF-")
