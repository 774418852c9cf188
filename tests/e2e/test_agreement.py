"""The main job, done by people in a browser while a real worker keeps the reminders: the list is frozen, a
visit is planned, seen, held and reported, and the commitment moves; a budget is planned until it is 80/20."""

import datetime as dt
import re

import pytest
from playwright.sync_api import expect

from deventer_crm.core import clock
from deventer_crm.core.models import PolicySetting, Reminder
from employers.services.refresh import refresh_employers
from tests.accounts.factories import CollegeMemberFactory, MandateFactory, UserFactory
from tests.e2e.steps import PASSWORD, eventually, window
from tests.employers.factories import (
    AccountAssignmentFactory,
    EmployerFactory,
    EstablishmentFactory,
    JobCountFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def team(transactional_db):
    """One person per role who takes part, the alderman in the college, the secretary with a mandate."""
    people = {role: UserFactory(role=role, password=PASSWORD) for role in ("AM", "CM", "ES", "TL")}
    member = CollegeMemberFactory(user=people["CM"], starts_on=dt.date(2020, 1, 1))
    MandateFactory(secretary=people["ES"], college_member=member, starts_on=dt.date(2020, 1, 1))
    return people


@pytest.fixture
def employers(team):
    """Twenty-two employers with falling numbers of jobs; the first has an account manager."""
    counted_on = clock.today() - dt.timedelta(days=60)
    made = []
    for number in range(22):
        employer = EmployerFactory()
        establishment = EstablishmentFactory(employer=employer)
        JobCountFactory(establishment=establishment, reference_date=counted_on, jobs=900 - 10 * number)
        made.append(employer)
    refresh_employers(None, clock.today())
    AccountAssignmentFactory(employer=made[0], user=team["AM"], starts_on=counted_on)
    # The reminder is due from 1 April in real life; this test must also work in March.
    PolicySetting.objects.create(name="top_list_nothing_from", value="01-01", starts_on=dt.date(2020, 1, 1))
    return made


def reminder_of(employer, user):
    rows = Reminder.objects.filter(kind="top_list_nothing", recipient=user)
    return next((row for row in rows if row.target and row.target.employer_id == employer.pk), None)


def test_from_a_frozen_list_to_a_kept_commitment(browser, live_server, worker, team, employers):
    year = clock.today().year
    employer = employers[0]

    with window(browser, live_server, team["TL"]) as page:
        page.goto(f"/bedrijven/top/{year}/")
        page.get_by_role("link", name="Freeze the list").click()
        page.locator("main form button[type=submit]").click()
        expect(page.locator("main tbody tr")).to_have_count(20)
        page.goto("/monitor/")
        expect(page.locator("tr", has_text="C1").first).to_contain_text("20")

    found = eventually(lambda: reminder_of(employer, team["AM"]))
    assert found.state == Reminder.State.OPEN
    with window(browser, live_server, team["AM"]) as page:
        page.goto("/herinneringen/")
        expect(page.locator("main")).to_contain_text(employer.name)

    with window(browser, live_server, team["ES"]) as page:
        page.goto(f"/bedrijven/{employer.pk}/")
        page.get_by_role("link", name="Plan a visit").first.click()
        page.locator("#id_kind").select_option(label="Bedrijfsbezoek college")
        page.locator("#id_starts_on").fill(clock.today().isoformat())
        page.locator("#id_start_time").fill("09:00")
        page.locator("input[name=college_members]").first.check()
        page.get_by_role("button", name="Plan it").click()
        page.wait_for_url(re.compile(r"/agenda/\d+/$"))
        meeting_path = re.search(r"/agenda/\d+/$", page.url).group()

    with window(browser, live_server, team["CM"], width=360) as page:
        page.goto("/college/")
        expect(page.locator("main")).to_contain_text(employer.name)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360

    eventually(lambda: reminder_of(employer, team["AM"]).state == Reminder.State.RESOLVED)

    with window(browser, live_server, team["AM"]) as page:
        page.goto(meeting_path)
        page.get_by_role("link", name="Mark as held").click()
        for box in page.locator("main form input[type=checkbox]").all():
            box.check()
        page.locator("main form button[type=submit]").click()
        page.get_by_role("link", name="Write the report").first.click()
        page.locator("#id_summary").fill("Rondleiding door de proefhal.")
        page.get_by_role("button", name="Save the report").click()
        expect(page.locator("main")).to_contain_text("Rondleiding door de proefhal.")
        page.goto("/monitor/")
        expect(page.locator("tr", has_text="C1").first).to_contain_text("1 spoken")
        page.goto("/monitor/C1/")
        expect(page.locator("main")).to_contain_text(employer.name)


def test_a_budget_is_planned_until_it_is_80_20(browser, live_server, worker, team):
    year = clock.today().year

    def plan(page, sectors, inner_city, reason):
        page.goto(f"/budget/{year}/plan/")
        boxes = page.locator("main form input[name^=euros_]")
        hours = page.locator("main form input[name^=hours_]")
        for index in range(boxes.count()):
            boxes.nth(index).fill("0")
            hours.nth(index).fill("0")
        for label, amount in (("Branches", sectors), ("Binnenstad", inner_city)):
            block = page.locator("main fieldset", has_text=label)
            block.locator("input[name^=hours_]").fill(str(amount))
            block.locator("input[name^=euros_]").fill(str(amount * 90))
        page.locator("#id_reason").fill(reason)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(re.compile(rf"/budget/{year}/$"))

    with window(browser, live_server, team["TL"]) as page:
        plan(page, 700, 300, "")
        expect(page.locator("main")).to_contain_text("70/30")
        expect(page.locator("main .state").first).to_contain_text("at risk")
        eventually(lambda: Reminder.objects.filter(kind="budget_not_split", state="open").exists())
        plan(page, 800, 200, "Back to the agreement")
        expect(page.locator("main")).to_contain_text("80/20")
        expect(page.locator("main .state").first).to_contain_text("achieved")
        page.goto("/monitor/C5/")
        expect(page.locator("main")).to_contain_text("80/20")
    eventually(lambda: not Reminder.objects.filter(kind="budget_not_split", state="open").exists())


def test_a_contact_is_logged_by_keyboard_alone(browser, live_server, team, employers):
    employer = employers[0]
    with window(browser, live_server, team["AM"]) as page:
        page.goto(f"/bedrijven/{employer.pk}/")
        page.keyboard.press("n")
        page.keyboard.type("Netcongestie houdt de uitbreiding tegen")
        page.keyboard.press("Enter")
        expect(page.locator("main .timeline").last).to_contain_text("Netcongestie houdt de uitbreiding tegen")
    assert employer.contact_moments.get().user == team["AM"]
