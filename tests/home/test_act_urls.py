"""Every reminder leads to where its act is done."""

from typing import Any

import pytest
from django.urls import resolve, reverse

from deventer_crm.core.models import Commitment
from deventer_crm.core.reminders import ACT_URLS, RULES
from deventer_crm.core.targets import url_of
from employers.models import TopList, TopListEntry
from tests.accounts.factories import UserFactory
from tests.budget.factories import BudgetYearFactory
from tests.employers.factories import EmployerFactory, FollowUpFactory
from tests.home.factories import ReminderFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db


def target_of(model: str) -> Any:
    """A record of that kind."""
    if model == "core.Commitment":
        return Commitment.objects.get(code="C2")
    if model == "budget.BudgetYear":
        return BudgetYearFactory(year=2026)
    if model == "meetings.Meeting":
        return MeetingFactory()
    if model == "meetings.Invitation":
        return InvitationFactory()
    if model == "employers.FollowUp":
        return FollowUpFactory(promise=True)
    if model == "employers.TopListEntry":
        frozen = TopList.objects.create(
            year=2026, size=20, reference_date="2026-04-01", frozen_on="2026-05-01", frozen_by=UserFactory()
        )
        return TopListEntry.objects.create(top_list=frozen, employer=EmployerFactory(), rank=1, jobs=100)
    raise AssertionError(f"a rule points at {model}: make one here")


@pytest.mark.parametrize("kind", sorted(RULES))
def test_it_is_a_page_and_not_the_list_of_reminders(kind: str) -> None:
    row = ReminderFactory(kind=kind, period="2026-05", target=target_of(RULES[kind].target))
    url = url_of(row, row.target)
    assert resolve(url.partition("?")[0]).view_name
    assert url != reverse("home:reminders")


def test_no_act_is_registered_for_a_rule_that_does_not_exist() -> None:
    assert set(ACT_URLS) <= set(RULES)
