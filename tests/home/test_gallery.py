"""The look in a real browser: accessible in both themes, fits narrow screens, works by keyboard."""

import pytest
from django.conf import settings as django_settings

from tests.home.axe import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gallery(live_server, settings, tl, client_as):
    """Address of the gallery and the cookies of a team lead."""
    settings.ROOT_URLCONF = "tests.home.gallery_urls"
    session = client_as(tl).cookies[django_settings.SESSION_COOKIE_NAME].value
    cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    return live_server.url + "/onderdelen/", cookie


def open_page(browser, gallery, *, width=1440, theme="light", language="nl"):
    url, cookie = gallery
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    address = cookie["url"]
    context.add_cookies(
        [cookie, {"name": django_settings.LANGUAGE_COOKIE_NAME, "value": language, "url": address}]
    )
    page = context.new_page()
    page.problems = []
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.problems.append(str(e)))
    assert page.goto(url).status == 200
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_axe_finds_nothing(browser, gallery, theme, width):
    page = open_page(browser, gallery, width=width, theme=theme)
    assert not (found := findings(page)), "\n".join(found)
    page.locator("details.menu > summary:visible").first.click()
    assert not (found := findings(page, ".menu[open] .menu-list")), "\n".join(found)
    assert page.problems == []  # the strict CSP blocked nothing, no script failed


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_before_log_in(browser, live_server, theme):
    page = browser.new_context(color_scheme=theme).new_page()
    page.goto(live_server.url + "/inloggen/")
    assert not (found := findings(page)), "\n".join(found)


@pytest.mark.parametrize("width", [1440, 1024, 360, 320])
def test_nothing_sticks_out(browser, gallery, width):
    page = open_page(browser, gallery, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_tiles_show_rank_name_and_word_on_a_phone(browser, gallery):
    page = open_page(browser, gallery, width=360)
    for tile in page.locator(".tile").all():
        box = tile.bounding_box()
        for part in (".tile-top", ".tile-name", ".tile-word"):
            inside = tile.locator(part).bounding_box()
            assert inside["width"] > 0
            assert inside["y"] + inside["height"] <= box["y"] + box["height"] + 1
    sizes = page.evaluate(
        "[...document.querySelectorAll('.tile span')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 13


def test_single_keys(browser, gallery):
    page = open_page(browser, gallery)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "global-search"
    page.keyboard.type("n?/")
    assert page.input_value("#global-search") == "n?/"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.id") == "g-kind"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    assert not (found := findings(page)), "\n".join(found)
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "global-search"
    page.reload()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "global-search"


def test_menus_open_without_a_script_and_close_with_escape(browser, gallery):
    page = open_page(browser, gallery)
    menu = page.locator("details.top-person")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.locator(".menu-list").is_visible()
    page.keyboard.press("Escape")
    assert not menu.locator(".menu-list").is_visible()


def test_the_skip_link_comes_first(browser, live_server):
    page = browser.new_page()
    page.goto(live_server.url + "/inloggen/")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_language_switch_comes_back_to_the_page(browser, live_server):
    page = browser.new_page()
    page.goto(live_server.url + "/inloggen/?next=/bedrijven/")
    page.click("button[name=language][value=en]")
    assert page.get_attribute("html", "lang") == "en"
    assert page.url.endswith("/inloggen/?next=/bedrijven/")
    page.click("button[name=language][value=nl]")
    assert page.get_attribute("html", "lang") == "nl"
