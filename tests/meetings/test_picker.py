"""Planning in a browser: employers are found and added as one types, and without JavaScript as well."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from deventer_crm.core import clock
from meetings.models import Meeting
from meetings.reference_data import load_reference_data
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.e2e.steps import PASSWORD, Visitor
from tests.employers.factories import EmployerFactory, PositionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def planner(transactional_db):
    load_reference_data()
    CollegeMemberFactory()
    return UserFactory(role="ES", password=PASSWORD)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_an_employer_is_searched_added_and_planned_with(browser, live_server, planner, scripts):
    first = EmployerFactory(name="Voorbeeldfabriek Hoefijzer", refreshed=True)
    second = EmployerFactory(name="Oefenkantoor Regenkap", refreshed=True)
    person = PositionFactory(employer=second).person
    visitor = Visitor(browser, live_server, java_script_enabled=scripts)
    visitor.log_in(planner)
    page = visitor.page
    page.goto(f"{reverse('meetings:plan')}?employer={first.pk}")
    page.fill("#id_starts_on", f"{clock.today():%Y-%m-%d}")
    page.fill("#id_start_time", "10:00")
    page.fill("#id_title", "Uitbreiding proefhal")
    page.fill("#employer-search", "regenkap")
    if not scripts:
        page.click("#picker button[name=refresh]")
    page.check(f"#employer-{second.pk}")
    if not scripts:
        page.click("#picker button[name=refresh]")
    expect(page.locator(f"#person-{person.pk}")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Uitbreiding proefhal")
    page.check(f"#person-{person.pk}")
    page.check("#id_college_members_0")
    page.click("button[name=save]")
    expect(page.locator("h1")).to_contain_text("Uitbreiding proefhal")
    visitor.context.close()

    meeting = Meeting.objects.get()
    assert set(meeting.employers.all()) == {first, second}
    assert meeting.participants.get(person=person).employer == second
    assert meeting.participants.filter(college_member__isnull=False).count() == 1
