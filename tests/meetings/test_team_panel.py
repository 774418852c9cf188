"""The lead's card of what lies with the team: every number equals the list it opens, and names nobody."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup

from deventer_crm.core import clock
from meetings.panels.team import lies_with_the_team
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory, FollowUpFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory, MeetingKindFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(am):
    """Two late promises, one to come, one done; two visits without a report, one soon without a briefing; an
    invitation that waits; and a secret of each that only some may know."""
    today = clock.today()
    visit = MeetingKindFactory(visit=True)
    for secret in (False, True):
        employer = EmployerFactory(is_confidential=secret)
        for days in (-9, -1, 5):
            FollowUpFactory(employer=employer, owner=am, due_on=today + dt.timedelta(days))
        FollowUpFactory(
            employer=employer,
            owner=am,
            due_on=today - dt.timedelta(20),
            dropped_on=today,
            dropped_reason="proef",
        )
        for days in (-12, -3):
            on = today + dt.timedelta(days)
            MeetingFactory(held=True, on=on, kind=visit, employers=[employer], college=True, owner=am)
        MeetingFactory(
            planned=True, on=today + dt.timedelta(4), kind=visit, employers=[employer], college=True, owner=am
        )
        InvitationFactory(employer=employer, sent_on=today)


@pytest.mark.parametrize("sees_secrets", [True, False])
def test_every_number_equals_the_list_it_opens(work, sees_secrets, client_as, tl, am):
    reader = tl if sees_secrets else UserFactory(role="AM")
    client = client_as(reader)
    numbers = lies_with_the_team(reader)

    counts = [number.count for number in numbers]
    assert counts == ([6, 4, 4, 2, 2] if sees_secrets else [3, 2, 2, 1, 1])
    for number in numbers:
        page = BeautifulSoup(client.get(number.url).content, "html.parser")
        assert len(page.select("table tbody tr:not(:has([colspan]))")) == number.count, number.label


def test_only_the_lead_has_the_card_and_it_names_nobody(work, client_as, tl, am):
    card = "Bij het team"
    assert card not in client_as(am).get("/").content.decode()
    page = BeautifulSoup(client_as(tl).get("/").content, "html.parser")
    (found,) = [one for one in page.select("section.card") if one.find("h2") and card in one.find("h2").text]
    assert str(am) not in found.text
    assert [link["href"] for link in found.select("a")] == [number.url for number in lies_with_the_team(tl)]


def test_nothing_waits_is_said_without_a_link(tl, client_as):
    page = BeautifulSoup(client_as(tl).get("/").content, "html.parser")
    assert [line.text.split()[0] for line in page.select(".team-numbers li")] == ["0"] * 5
    assert not page.select(".team-numbers a")
