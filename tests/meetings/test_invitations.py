"""Invitations as facts: errors beside the field, one chain with the meeting, mandates (R5, R9)."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from meetings import services
from meetings.models import Invitation
from tests.accounts.factories import CollegeMemberFactory, MandateFactory, UserFactory
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        yield


def record(by, **details):
    details.setdefault("employer", EmployerFactory())
    details.setdefault("sent_on", dt.date(2026, 6, 1))
    details.setdefault("college_member", CollegeMemberFactory())
    return services.record_invitation(by=by, **details)


def fields_of(refusal) -> set[str]:
    return set(refusal.value.error_dict)


def test_a_recorded_invitation_waits_for_its_answer(am):
    invitation = record(am)
    assert (invitation.answer, invitation.answered_on, invitation.created_by) == ("", None, am)


def test_nothing_was_sent_in_the_future(am):
    with pytest.raises(ValidationError) as refusal:
        record(am, sent_on=dt.date(2026, 6, 16))
    assert fields_of(refusal) == {"sent_on"}


def test_the_sender_was_in_the_college_on_the_day_of_sending(am):
    gone = CollegeMemberFactory(ends_on=dt.date(2026, 5, 31))
    with pytest.raises(ValidationError) as refusal:
        record(am, college_member=gone)
    assert fields_of(refusal) == {"college_member"}
    assert record(am, college_member=gone, sent_on=dt.date(2026, 5, 31)).pk


def test_a_personal_invitation_of_ours_has_a_sender_and_theirs_needs_none(am):
    with pytest.raises(ValidationError):
        record(am, college_member=None)
    assert record(am, college_member=None, direction="in").pk
    assert record(am, college_member=None, purpose="group").pk


def test_it_is_tied_only_to_a_meeting_of_that_employer(am):
    meeting = MeetingFactory(planned=True, employers=[EmployerFactory()])
    with pytest.raises(ValidationError) as refusal:
        record(am, meeting=meeting)
    assert fields_of(refusal) == {"meeting"}
    invitation = record(am, employer=meeting.employers.get())
    assert services.link_invitation(invitation, meeting, by=am).meeting == meeting
    assert services.link_invitation(invitation, None, by=am).meeting is None


def test_a_secretary_with_a_mandate_records_on_behalf_and_without_one_not(es):
    mandate = MandateFactory(secretary=es)
    assert record(es, college_member=mandate.college_member).on_behalf_of == mandate.college_member
    assert record(es).on_behalf_of is None
    with pytest.raises(ValidationError) as refusal:
        record(es, on_behalf_of=CollegeMemberFactory())
    assert fields_of(refusal) == {"on_behalf_of"}


@pytest.mark.parametrize(
    "day", [dt.date(2026, 5, 31), dt.date(2026, 6, 16)], ids=["before it was sent", "in the future"]
)
def test_an_answer_comes_after_the_invitation_and_not_tomorrow(am, day):
    invitation = record(am)
    with pytest.raises(ValidationError) as refusal:
        services.answer_invitation(invitation, by=am, answer="declined", answered_on=day)
    assert fields_of(refusal) == {"answered_on"}


def test_a_wrong_answer_can_be_taken_away(am):
    invitation = record(am)
    services.answer_invitation(invitation, by=am, answer="declined")
    assert (invitation.answer, invitation.answered_on) == ("declined", TODAY)
    services.answer_invitation(invitation, by=am, answer="")
    assert (invitation.answer, invitation.answered_on) == ("", None)


def test_a_withdrawn_invitation_takes_no_answer(am):
    invitation = record(am)
    with pytest.raises(ValidationError):
        services.withdraw_invitation(invitation, by=am, withdrawn_on=dt.date(2026, 5, 1))
    services.withdraw_invitation(invitation, by=am)
    assert invitation.withdrawn_on == TODAY
    with pytest.raises(ValidationError):
        services.answer_invitation(invitation, by=am, answer="accepted")


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(client_as, am):
    employer = EmployerFactory()
    url = f"{reverse('meetings:invitation_add')}?employer={employer.pk}"
    page = client_as(am).post(
        url,
        {
            "direction": "out",
            "purpose": "personal",
            "channel": "letter",
            "sent_on": "2026-06-16",
            "note": "op eigen papier",
        },
    )
    assert page.status_code == 422
    assert {"sent_on", "college_member"} >= set(page.context["form"].errors) > set()
    assert "college_member" in page.context["form"].errors
    assert "op eigen papier" in page.content.decode()
    assert not Invitation.objects.exists()


def test_a_date_to_come_is_refused_beside_the_date(client_as, am):
    employer, member = EmployerFactory(), CollegeMemberFactory()
    url = f"{reverse('meetings:invitation_add')}?employer={employer.pk}"
    data = {
        "direction": "out",
        "purpose": "personal",
        "channel": "letter",
        "college_member": member.pk,
        "sent_on": "2026-06-16",
    }
    page = client_as(am).post(url, data)
    assert set(page.context["form"].errors) == {"sent_on"}
    page = client_as(am).post(url, data | {"sent_on": "2026-06-12"})
    assert page.status_code == 302
    assert Invitation.objects.get().employer == employer


def test_somebody_else_was_first(client_as, am):
    invitation = record(am)
    client = client_as(am)
    url = reverse("meetings:invitation_edit", args=[invitation.pk])
    version = client.get(url).context["form"]["record_version"].value()
    services.answer_invitation(invitation, by=UserFactory(role="ES"), answer="accepted")
    data = {
        "direction": "out",
        "purpose": "personal",
        "channel": "letter",
        "college_member": invitation.college_member_id,
        "sent_on": "2026-06-01",
        "note": "mijn tekst",
        "record_version": version,
    }
    page = client.post(url, data)
    assert page.status_code == 422
    assert page.context["form"].non_field_errors()
    assert "mijn tekst" in page.content.decode()
    invitation.refresh_from_db()
    assert invitation.note == ""
    # The second, deliberate save is based on what is stored now, and keeps the answer.
    again = data | {"record_version": page.context["form"]["record_version"].value()}
    assert client.post(url, again).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.note, invitation.answer) == ("mijn tekst", "accepted")


def test_without_an_employer_one_is_searched_for_first(client_as, am):
    employer = EmployerFactory(name="Zoekbaar Proefbedrijf", refreshed=True)
    hidden = EmployerFactory(name="Zoekbaar Geheimbedrijf", is_confidential=True, refreshed=True)
    page = client_as(am).get(reverse("meetings:invitation_add"), {"q": "zoekbaar"}).content.decode()
    assert f"?employer={employer.pk}" in page
    assert hidden.name not in page


def test_an_accepted_invitation_becomes_one_chain_with_the_meeting_planned_from_it(client_as, am):
    from tests.meetings.factories import MeetingKindFactory

    invitation = InvitationFactory(answer="accepted", sent_on=dt.date(2026, 6, 1))
    url = f"{reverse('meetings:plan')}?employer={invitation.employer_id}&invitation={invitation.pk}"
    page = client_as(am).post(
        url,
        {
            "kind": MeetingKindFactory(visit=True).pk,
            "starts_on": "2026-07-01",
            "start_time": "10:00",
            "place": "company",
            "direction": "out",
            "employers": [invitation.employer_id],
        },
    )
    assert page.status_code == 302
    invitation.refresh_from_db()
    assert invitation.meeting is not None
    assert page.url == invitation.meeting.get_absolute_url()


def test_who_only_looks_cannot_answer(client_as, cm):
    invitation = InvitationFactory()
    url = reverse("meetings:invitation", args=[invitation.pk])
    client = client_as(cm)
    assert client.get(url).context["form"] is None
    assert client.post(url, {"answer": "accepted", "answered_on": "2026-06-15"}).status_code == 403
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_the_list_takes_the_same_queries_for_one_and_for_thirty(client_as, es, django_assert_max_num_queries):
    InvitationFactory.create_batch(30)
    client = client_as(es)
    url = reverse("meetings:invitations")
    client.get(url)
    with django_assert_max_num_queries(10):
        page = client.get(url)
    assert len(page.context["listing"].page.object_list) == 30


def test_the_unanswered_ones_can_be_asked_for(client_as, es):
    waiting = InvitationFactory()
    InvitationFactory(answer="declined")
    InvitationFactory(withdrawn_on=dt.date(2026, 5, 1))
    page = client_as(es).get(reverse("meetings:invitations"), {"answer": "none"})
    assert list(page.context["listing"].page.object_list) == [waiting]


def test_an_answer_is_recorded_on_its_page_and_a_wrong_date_is_said_beside_it(client_as, es):
    invitation = InvitationFactory(sent_on=dt.date(2026, 6, 1))
    client, url = client_as(es), reverse("meetings:invitation", args=[invitation.pk])
    wrong = client.post(url, {"answer": "other_date", "answered_on": "2026-05-01"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"answered_on"}
    assert client.post(url, {"answer": "other_date", "answered_on": "2026-06-10"}).status_code == 302
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.answered_on) == ("other_date", dt.date(2026, 6, 10))


def test_withdrawing_is_asked_once_more_and_then_nothing_can_be_done(client_as, es):
    invitation = InvitationFactory(sent_on=dt.date(2026, 6, 1))
    client, url = client_as(es), reverse("meetings:invitation_withdraw", args=[invitation.pk])
    assert client.get(url).status_code == 200
    wrong = client.post(url, {"withdrawn_on": "2026-05-01"})
    assert set(wrong.context["form"].errors) == {"withdrawn_on"}
    assert client.post(url, {"withdrawn_on": "2026-06-15"}).status_code == 302
    page = reverse("meetings:invitation", args=[invitation.pk])
    assert client.get(page).context["form"] is None
    assert client.post(page, {"answer": "accepted"}).url == page
    assert client.get(reverse("meetings:invitation_edit", args=[invitation.pk])).url == page
    invitation.refresh_from_db()
    assert invitation.answer == ""


def test_lists_by_employer_member_and_with_htmx_the_same(client_as, es):
    from bs4 import BeautifulSoup

    employer = EmployerFactory(name="Zoekbaar Proefbedrijf", refreshed=True)
    wanted = InvitationFactory(employer=employer)
    InvitationFactory()
    client, url = client_as(es), reverse("meetings:invitations")
    for query in ({"q": "zoekbaar"}, {"member": wanted.college_member_id}):
        page = client.get(url, query)
        assert list(page.context["listing"].page.object_list) == [wanted]
    full = BeautifulSoup(client.get(url, {"q": "zoekbaar"}).content, "html.parser").find(id="results")
    part = client.get(url, {"q": "zoekbaar"}, headers={"HX-Request": "true"})
    swapped = BeautifulSoup(part.content, "html.parser")
    assert full.decode_contents().split() == swapped.decode_contents().split()


def test_recording_from_a_meeting_proposes_it(client_as, es):
    meeting = MeetingFactory(planned=True, employers=[EmployerFactory()])
    employer = meeting.employers.get()
    url = f"{reverse('meetings:invitation_add')}?employer={employer.pk}&meeting={meeting.pk}"
    form = client_as(es).get(url).context["form"]
    assert form["meeting"].value() == meeting.pk
    assert form["sent_on"].value() == TODAY
