"""Every reminder leads to where its act is done."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse

from deventer_crm.core.models import Commitment
from deventer_crm.core.reminders import ACT_URLS, RULES
from deventer_crm.core.targets import url_of
from employers.models import TopList, TopListEntry
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.budget.factories import BudgetYearFactory
from tests.employers.factories import EmployerFactory, FollowUpFactory, FollowUpRequestFactory
from tests.home.factories import ReminderFactory
from tests.meetings.factories import AgendaDocumentFactory, InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db


def listed() -> Any:
    frozen = TopList.objects.create(
        year=2026, size=20, reference_date="2026-04-01", frozen_on="2026-05-01", frozen_by=UserFactory()
    )
    return TopListEntry.objects.create(top_list=frozen, employer=EmployerFactory(), rank=1, jobs=100)


#: A rule that points at another kind of record needs one here.
TARGETS: dict[str, Callable[[], Any]] = {
    "accounts.CollegeMember": CollegeMemberFactory,
    "core.Commitment": lambda: Commitment.objects.get(code="C2"),
    "budget.BudgetYear": lambda: BudgetYearFactory(year=2026),
    "employers.FollowUp": lambda: FollowUpFactory(promise=True),
    "employers.FollowUpRequest": FollowUpRequestFactory,
    "employers.TopListEntry": listed,
    "meetings.AgendaDocument": AgendaDocumentFactory,
    "meetings.Invitation": InvitationFactory,
    "meetings.Meeting": MeetingFactory,
}


@pytest.mark.parametrize("kind", sorted(RULES))
def test_it_is_a_page_and_not_the_list_of_reminders(kind: str) -> None:
    row = ReminderFactory(kind=kind, period="2026-05", target=TARGETS[RULES[kind].target]())
    url = url_of(row, row.target)
    assert resolve(urlsplit(url).path).view_name
    assert url != reverse("home:reminders")


def test_no_act_is_registered_for_a_rule_that_does_not_exist() -> None:
    assert set(ACT_URLS) <= set(RULES)
