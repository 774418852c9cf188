"""The factories give what the constraints of the database accept."""

import pytest

from meetings.models import Meeting
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, ParticipantFactory, SeriesFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", Meeting.State.values)
def test_each_state_can_be_made(state):
    traits = {} if state == "draft" else {state: True}
    meeting = MeetingFactory(**traits, employers=[EmployerFactory()], college=True)
    meeting.full_clean()
    assert meeting.state == state
    assert meeting.employer_rows.filter(is_present=True).exists() == meeting.is_held


def test_participants_invitations_and_series():
    assert ParticipantFactory().user is not None
    assert InvitationFactory(answer="declined").answered_on is not None
    association = EmployerFactory(kind="association")
    assert SeriesFactory(parties=[association], parties__seat="chair").parties.get().seat == "chair"
