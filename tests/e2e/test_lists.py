"""A list in a browser: filtered while typing, kept as a view of the team, and one act on ticked rows taken
back; wide, and at 360 px."""

import re

import pytest
from playwright.sync_api import expect

from deventer_crm.core.models import BulkAct, SavedView
from employers.models import EmployerTag
from employers.services import refresh_employers
from tests.accounts.factories import UserFactory
from tests.e2e.steps import PASSWORD, window
from tests.employers.factories import EmployerFactory
from tests.home.axe import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager(transactional_db):
    rows = [
        EmployerFactory(name=f"Proefhal {word}", kind=("company", "institution")[word == "Brons"])
        for word in ("Brons", "Koper", "Zilver")
    ]
    refresh_employers([row.pk for row in rows])
    return UserFactory(role="AM", password=PASSWORD)


def shown(page):
    return page.locator("#results td.is-main a").all_inner_texts()


def test_filter_while_typing_save_and_lock_a_view(browser, live_server, manager):
    with window(browser, live_server, manager) as page:
        page.goto("/bedrijven/")
        page.fill("#list-text", "zilver")
        expect(page.locator("#results td.is-main")).to_have_count(1)
        assert "q=zilver" in page.url
        page.fill("#list-text", "")
        expect(page.locator("#results td.is-main")).to_have_count(3)
        page.click("#filters a[hx-vals*=filters]")
        page.select_option("#filter-kind", "company")
        expect(page.locator("#results td.is-main")).to_have_count(2)
        assert findings(page) == []
        page.click("#results a[href*='/weergave/']")
        page.fill("#id_name", "Onze bedrijven")
        page.check("#id_is_shared")
        page.check("#id_is_locked")
        assert findings(page) == []
        page.click("main form button[type=submit]")
        expect(page.locator(".view-tabs [aria-current]")).to_contain_text("Onze bedrijven")
        assert shown(page) == ["Proefhal Koper", "Proefhal Zilver"]
        # Changed: it says so, and one click undoes it.
        page.click("#results .chips .chip")
        expect(page.locator(".view-changed")).to_be_visible()
        assert len(shown(page)) == 3
        page.locator(".view-changed a").last.click()
        expect(page.locator(".view-changed")).to_have_count(0)
        assert len(shown(page)) == 2
    view = SavedView.objects.get()
    assert (view.is_shared, view.is_locked, view.query) == (True, True, "kind=company")


@pytest.mark.parametrize("width", [1440, 360])
def test_label_ticked_rows_and_take_it_back(browser, live_server, manager, width):
    with window(browser, live_server, manager, width=width) as page:
        page.goto("/bedrijven/")
        page.locator("#results input[name=rows]").nth(0).check()
        page.locator("#results input[name=rows]").nth(2).check()
        page.locator(".list-acts summary").first.click()
        page.click("button[formaction$='/actie/label/']")
        page.fill("#id_name", "Circulair")
        assert findings(page) == []
        page.click("main form button[type=submit]")
        expect(page.locator("#messages a")).to_have_attribute("href", re.compile("/terugdraaien/$"))
        assert set(EmployerTag.objects.values_list("employer__name", flat=True)) == {
            "Proefhal Brons",
            "Proefhal Zilver",
        }
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        page.click("#messages a")
        page.click("main form button[type=submit]")
        page.wait_for_url(re.compile("/bedrijven/$"))
        assert findings(page) == []
    assert not EmployerTag.objects.exists()
    assert BulkAct.objects.get().undone_at is not None


def test_columns_are_chosen_and_all_rows_ticked_at_once(browser, live_server, manager):
    with window(browser, live_server, manager) as page:
        page.goto("/bedrijven/")
        page.click("#results a[hx-vals*=columns]")
        page.check("#filters input[name=columns][value=kvk]")
        expect(page.locator("#results thead th")).to_have_count(
            page.locator("#filters input[name=columns]:checked").count() + 1
        )
        page.locator("[data-check-all=rows]").check()
        assert page.locator("#results input[name=rows]:checked").count() == 3
        with page.expect_download() as file:
            page.locator(".list-acts summary").nth(1).click()
            page.click("button[formaction$='/csv/']")
        text = file.value.path().read_text(encoding="utf-8-sig")
        assert len(text.strip().splitlines()) == 4
