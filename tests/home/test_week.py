"""Mijn week by role, and how many queries it costs."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.models import Digest, JobRun
from deventer_crm.home.selectors import week
from tests.accounts.factories import UserFactory
from tests.employers.factories import AccountAssignmentFactory, ContactMomentFactory, EmployerFactory
from tests.home.factories import ReminderFactory

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]


def test_a_college_member_lands_on_the_visits(cm: User, client_as: Enter) -> None:
    response = client_as(cm).get("/")
    assert response.status_code == 302
    assert response["Location"] == "/college/"


def test_a_college_member_with_other_work_sees_the_week(client_as: Enter) -> None:
    both = UserFactory(roles=["CM", "TL"])
    assert client_as(both).get("/").status_code == 200


@pytest.mark.parametrize(
    ("role", "cards"),
    [
        ("AM", {"meetings", "silent"}),
        ("ES", {"invitations", "visits"}),
        ("TL", {"with_commitments"}),
        ("FA", {"machine"}),
        ("ED", set()),
        ("RD", set()),
    ],
)
def test_each_role_has_its_cards(role: str, cards: set[str], client_as: Enter) -> None:
    context = client_as(UserFactory(role=role)).get("/").context
    offered = {"meetings", "silent", "invitations", "visits", "with_commitments", "machine"}
    assert {name for name in offered if context.get(name)} == cards


def test_somebody_without_a_role_is_told_so(client_as: Enter) -> None:
    assert client_as(UserFactory()).get("/").status_code == 200


def test_reminders_are_first_with_how_many_there_are(am: User, client_as: Enter) -> None:
    for number in range(11):
        ReminderFactory(recipient=am, due_in=-number)
    context = client_as(am).get("/").context
    assert context["reminders_total"] == 11
    assert sum(len(group.lines) for group in context["reminders"]) == 8


def test_long_without_contact_is_about_my_employers_never_contacted_first(am: User) -> None:
    today = clock.today()
    old, never, recent, other = (EmployerFactory() for _ in range(4))
    for employer, days in ((old, 500), (recent, 5)):
        ContactMomentFactory(employers=[employer], happened_at=clock.now() - dt.timedelta(days=days))
    for employer in (old, never, recent):
        AccountAssignmentFactory(employer=employer, user=am, starts_on=today - dt.timedelta(days=900))
    AccountAssignmentFactory(employer=other, starts_on=today - dt.timedelta(days=900))
    found = week.long_without_contact(am, today)
    assert {row.pk for row in found.rows} == {never.pk, old.pk}
    assert found.total == 2


def test_an_ended_assignment_does_not_nag(am: User) -> None:
    today = clock.today()
    AccountAssignmentFactory(
        employer=EmployerFactory(last_contact_at=None),
        user=am,
        starts_on=today - dt.timedelta(days=900),
        ends_on=today - dt.timedelta(days=1),
    )
    assert week.long_without_contact(am, today).total == 0


def test_the_admin_sees_which_rule_and_which_mails_failed(fa: User, client_as: Enter) -> None:
    JobRun.objects.create(
        name="reconcile_reminders",
        started_at=clock.now(),
        finished_at=clock.now(),
        state="failed",
        counts={"rules": {}, "failed": {"budget_not_split": "ValueError: proef"}},
        error="budget_not_split: ValueError: proef",
    )
    for day, state, retry in ((1, "failed", None), (2, "failed", clock.now()), (3, "claimed", None)):
        Digest.objects.create(
            recipient=fa, day=dt.date(2026, 1, day), state=state, retry_at=retry, message_id=f"<{day}@x>"
        )
    machine = client_as(fa).get("/").context["machine"]
    assert [rule.problem for rule in machine.failed_rules] == ["ValueError: proef"]
    assert (machine.failed_digests, machine.waiting_digests) == (1, 2)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COLLEGE_MEMBER])
def test_the_number_of_queries_stays_within_the_budget_and_does_not_grow(
    role: Role, client_as: Enter
) -> None:
    person = UserFactory(role=role)
    client = client_as(person)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        return len(queries)

    def fill(number: int) -> None:
        for _ in range(number):
            employer = EmployerFactory(last_contact_at=None)
            AccountAssignmentFactory(employer=employer, user=person)
            ReminderFactory(recipient=person, target=employer)

    fill(10)
    count()
    few = count()
    fill(30)
    assert count() == few
    assert few <= 25  # of which the session, the user, roles and rights are five


def test_without_javascript_the_card_of_the_lead_leads_to_the_monitor(client_as: Enter) -> None:
    client = client_as(UserFactory(role="TL"))
    part = reverse("home:week_commitments")
    page = client.get("/").content.decode()
    assert f'hx-get="{part}"' in page
    assert "Hoe de beleidsafspraken ervoor staan" in page
    assert client.get(part).url == reverse("home:monitor")
    card = client.get(part, headers={"HX-Request": "true"}).content.decode()
    assert "Budget 80/20" in card
    assert "<html" not in card
