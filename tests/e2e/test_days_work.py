"""A day of an account manager and of the team lead in a browser, each piece from the page they start on:
found in spite of a slip, a list of the team, another job, a portfolio in other hands, two editors at once."""

import csv
import io
import re
import time

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from deventer_crm.core.models import SavedView
from employers.models import AccountAssignment, Employer, FollowUp
from tests.accounts.factories import UserFactory
from tests.e2e.steps import PASSWORD, window
from tests.employers.factories import (
    AccountAssignmentFactory,
    EmployerFactory,
    EstablishmentFactory,
    FollowUpFactory,
    PositionFactory,
)
from tests.home.axe import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ZILVERLINDE = "Proefwerkplaats Zilverlinde B.V."


@pytest.fixture
def manager(transactional_db):
    return UserFactory(role="AM", last_name="Voorbeeldman", password=PASSWORD)


@pytest.fixture
def colleague(manager):
    return UserFactory(role="AM", last_name="Modelvrouw", password=PASSWORD)


@pytest.fixture
def lead(manager):
    return UserFactory(role="TL", last_name="Proefleider", password=PASSWORD)


@pytest.fixture
def employer(manager):
    made = EmployerFactory(name=ZILVERLINDE, refreshed=True)
    EstablishmentFactory(employer=made, is_main=True)
    return made


def test_a_misspelt_name_leads_to_the_dossier_by_keys_alone(browser, live_server, manager, employer):
    """A slash, the name with two letters swapped, down, enter. Less than ten seconds, typing included."""
    for number in range(5):
        EmployerFactory(name=f"Testbakkerij Kwartelsteen {number}", refreshed=True)
    with window(browser, live_server, manager) as page:
        page.goto("/")
        began = time.monotonic()
        page.keyboard.press("/")
        expect(page.locator("#global-search")).to_be_focused()
        page.keyboard.type("zilverlidne", delay=100)
        hits = page.locator("#search-hits")
        expect(hits.get_by_role("link", name=ZILVERLINDE)).to_be_visible()
        assert findings(page) == []
        page.keyboard.press("ArrowDown")
        expect(hits.locator("a").first).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(rf"{employer.get_absolute_url()}$"))
        assert time.monotonic() - began < 10


def test_a_view_of_the_team_that_only_its_maker_changes(browser, live_server, manager, colleague, employer):
    EmployerFactory(name="Proefbakkerij Zilverdauw", refreshed=True)
    EmployerFactory(name="Oefenkantoor Regenkap", refreshed=True)
    EmployerFactory(name="Zilverstil Geheim", is_confidential=True, refreshed=True)
    with window(browser, live_server, manager) as page:
        page.goto("/bedrijven/")
        page.locator("#list-text").fill("zilver")
        expect(page.locator("#results tbody tr")).to_have_count(2)
        page.get_by_role("link", name="Save view").click()
        page.get_by_label("Name").fill("Alles van zilver")
        page.get_by_label("Shared with the team").check()
        page.get_by_label("Locked").check()
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(re.compile(r"view=\d+"))
        view_path = page.url
    view = SavedView.objects.get()
    assert (view.is_shared, view.is_locked) == (True, True)

    with window(browser, live_server, colleague) as page:
        page.goto("/bedrijven/")
        page.get_by_role("navigation", name="Saved views").get_by_role(
            "link", name="Alles van zilver"
        ).click()
        names = page.locator("#results tbody .is-main a")
        expect(names).to_have_count(2)
        results = page.locator("#results")
        expect(results.get_by_role("link", name="View", exact=True)).to_have_count(0)
        shown = names.all_inner_texts()

        results.get_by_text("Download", exact=True).click()
        with page.expect_download() as download:
            results.get_by_role("button", name="As text (csv)").click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        header, *rows = csv.reader(io.StringIO(text), delimiter=";")
        at = header.index("Name")
        assert [row[at] for row in rows] == shown

        # Another question is theirs to ask, and to keep for themselves; not in place of the team's.
        page.goto(f"{view_path}&q=dauw")
        expect(results.locator(".view-changed")).to_be_visible()
        expect(results.get_by_role("button", name="Save", exact=True)).to_have_count(0)
        expect(results.get_by_role("link", name="Save as a new view")).to_be_visible()
        assert page.request.get(reverse("list_view_edit", args=[view.pk])).status == 403
    view.refresh_from_db()
    assert "zilver" in view.query


def test_another_job_shows_on_both_sides(browser, live_server, manager, employer):
    person = PositionFactory(
        employer=employer, title="bedrijfsleider", is_primary=True, person__last_name="Wisselproef"
    ).person
    new = EmployerFactory(name="Oefenkantoor Regenkap", refreshed=True)
    with window(browser, live_server, manager) as page:
        page.goto(employer.get_absolute_url())
        page.get_by_role("link", name="Wisselproef").first.click()
        page.get_by_role("link", name="moved to another job").click()
        page.locator("#employer-search").fill("regenkap")
        page.keyboard.press("Enter")
        page.get_by_label("Oefenkantoor Regenkap").check()
        page.get_by_label("Position").fill("directeur")
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile(rf"{person.get_absolute_url()}$"))
        before = page.locator(".card", has=page.get_by_role("heading", name="Before"))
        expect(before).to_contain_text(employer.name)
        now = page.locator(".card", has=page.get_by_role("heading", name="Positions"))
        expect(now).to_contain_text("directeur")
        expect(now).to_contain_text(new.name)
        expect(now).not_to_contain_text(employer.name)
        for side in (employer, new):
            page.goto(f"{side.get_absolute_url()}tijdlijn/")
            expect(page.locator("main")).to_contain_text("Wisselproef")
    old, current = person.positions.order_by("starts_on")
    assert (old.employer, current.employer) == (employer, new)
    assert old.ends_on < current.starts_on
    assert current.ends_on is None


def test_a_portfolio_in_other_hands_and_back(browser, live_server, manager, colleague, lead, employer):
    AccountAssignmentFactory(employer=employer, user=manager)
    promise = FollowUpFactory(employer=employer, owner=manager, what="Kaart van de laadpalen sturen")

    def holders():
        current = AccountAssignment.objects.get(employer=employer, ends_on=None)
        return current.user, FollowUp.objects.get(pk=promise.pk).owner

    with window(browser, live_server, lead) as page:
        page.goto("/portefeuilles/")
        page.get_by_role("link", name="Hand over").click()
        page.get_by_label("From").select_option(str(manager.pk))
        page.get_by_label("To", exact=False).first.select_option(str(colleague.pk))
        page.get_by_role("button", name="Show what goes along").click()
        expect(page.locator("#preview")).to_contain_text(employer.name)
        assert holders() == (manager, manager)
        page.get_by_role("button", name="Hand over").click()
        page.wait_for_url(re.compile(r"/overdrachten/\d+/$"))
        assert holders() == (colleague, colleague)

        handed = page.url
        page.get_by_role("link", name="Open the hand-over file").click()
        expect(page.locator(".sheet-block")).to_have_count(1)
        expect(page.locator(".sheet-block")).to_contain_text(promise.what)
        pdf = page.request.get(page.get_by_role("link", name="PDF").get_attribute("href"))
        assert (pdf.status, pdf.headers["content-type"], pdf.body()[:5]) == (200, "application/pdf", b"%PDF-")

        page.goto(handed)
        page.get_by_role("button", name="Take back").click()
        expect(page.locator("main")).to_contain_text("taken back")
        assert holders() == (manager, manager)


def test_the_second_of_two_editors_loses_nothing(browser, live_server, manager, colleague, employer):
    path = f"{employer.get_absolute_url()}wijzigen/"
    with window(browser, live_server, manager) as first, window(browser, live_server, colleague) as second:
        for page in (first, second):
            page.goto(path)
        first.get_by_label("Phone").fill("0570 00 00 01")
        first.get_by_role("button", name="Save").click()
        first.wait_for_url(re.compile(rf"{employer.get_absolute_url()}$"))

        second.get_by_label("Phone").fill("0570 00 00 02")
        second.get_by_role("button", name="Save").click()
        told = second.locator("main")
        expect(told).to_contain_text(str(manager))
        conflict = second.locator("tr", has=second.get_by_role("rowheader", name="Phone", exact=False))
        expect(conflict).to_contain_text("0570 00 00 01")
        expect(conflict).to_contain_text("0570 00 00 02")
        expect(second.get_by_label("Phone")).to_have_value("0570 00 00 02")
        assert Employer.objects.get(pk=employer.pk).phone == "0570 00 00 01"
        second.get_by_role("button", name="Save").click()
        second.wait_for_url(re.compile(rf"{employer.get_absolute_url()}$"))
    assert Employer.objects.get(pk=employer.pk).phone == "0570 00 00 02"


def test_the_commitments_come_to_the_week_of_the_lead_by_themselves(browser, live_server, lead):
    with window(browser, live_server, lead) as page:
        page.goto("/")
        card = page.locator("section.card", has=page.get_by_role("heading", name="Commitments"))
        expect(card.locator("a", has_text="C5")).to_be_visible()
        assert findings(page) == []
