"""Logging a contact in a browser, as fast as it must go: by keys alone from an opened dossier, by thumb at
360 px, with everything that may come along, without JavaScript, and after a call."""

import re
import time

import pytest
from playwright.sync_api import expect

from budget.models import TimeEntry
from employers.models import ContactMoment, FollowUp
from tests.accounts.factories import UserFactory
from tests.e2e.steps import PASSWORD, Visitor, window
from tests.employers.factories import EmployerFactory, PositionFactory, TrackFactory
from tests.home.axe import findings

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: What the design allows for one contact, typing included.
SECONDS = 15
SENTENCE = "Netcongestie houdt de uitbreiding tegen"


@pytest.fixture
def manager(transactional_db):
    return UserFactory(role="AM", password=PASSWORD)


@pytest.fixture
def position(manager):
    employer = EmployerFactory(
        name="Proefwerkplaats Zilverlinde B.V.", phone="0570000000", track=TrackFactory(), refreshed=True
    )
    return PositionFactory(employer=employer, is_primary=True, person__phone="0570000001")


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_contact_by_keys_alone(browser, live_server, manager, position):
    """One key, the sentence, one key. A person types some five signs a second."""
    with window(browser, live_server, manager) as page:
        page.goto(position.employer.get_absolute_url())
        began = time.monotonic()
        page.keyboard.press("n")
        expect(page.locator("#id_subject")).to_be_focused()
        page.keyboard.type(SENTENCE, delay=100)
        page.keyboard.press("Enter")
        expect(page.locator("main .timeline").last).to_contain_text(SENTENCE)
        assert time.monotonic() - began < SECONDS
        assert findings(page) == []
    moment = ContactMoment.objects.get()
    assert (moment.kind, moment.people.get(), moment.user) == ("call", position.person, manager)


def test_follow_up_and_hours_come_along_by_keys_alone(browser, live_server, manager, position):
    with window(browser, live_server, manager) as page:
        page.goto(position.employer.get_absolute_url())
        began = time.monotonic()
        page.keyboard.press("u")  # hours, with the usual ones filled in
        expect(page.locator("#id_hours-hours")).to_be_focused()
        expect(page.locator("#id_hours-hours")).to_have_value(re.compile("0[.,]25"))
        page.locator("body").evaluate("() => document.activeElement.blur()")
        page.keyboard.press("v")
        expect(page.locator("#id_row0-what")).to_be_focused()
        page.keyboard.type("Overzicht van laadpalen sturen", delay=40)
        page.locator("body").evaluate("() => document.activeElement.blur()")
        page.keyboard.press("n")
        page.keyboard.type(SENTENCE, delay=40)
        assert findings(page) == []
        page.keyboard.press("Enter")
        expect(page.locator("main .timeline").last).to_contain_text(SENTENCE)
        assert time.monotonic() - began < SECONDS
    moment = ContactMoment.objects.get()
    assert FollowUp.objects.get().contact_moment == moment
    assert TimeEntry.objects.get().employer == position.employer


def test_by_thumb_at_360_pixels(browser, live_server, manager, position):
    visitor = Visitor(browser, live_server, has_touch=True, is_mobile=True)
    page = visitor.log_in(manager)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{position.employer.get_absolute_url()}contact/nieuw/")
    began = time.monotonic()
    page.locator(".segment", has_text="chat").tap()
    page.locator("#id_subject").tap()
    page.keyboard.type(SENTENCE, delay=100)
    page.locator(".form-line .btn-primary").first.tap()
    page.wait_for_url(re.compile(rf"{position.employer.get_absolute_url()}$"))
    assert time.monotonic() - began < SECONDS
    assert ContactMoment.objects.get().kind == "chat"

    page.goto(f"{position.employer.get_absolute_url()}contact/nieuw/")
    for label, opened in (
        ("Follow-up", "#id_row0-what"),
        ("Hours", "#id_hours-hours"),
        ("Another employer", "#contact-employer-search"),
    ):
        page.locator(".contact-adds .chip", has_text=label).tap()
        expect(page.locator(opened)).to_be_focused()
    assert overflow(page) <= 0
    assert findings(page) == []
    targets = page.locator(".segment, .contact-adds .chip, #contact-form .btn-primary")
    assert min(target.bounding_box()["height"] for target in targets.all()) >= 44
    expect(page.locator("#id_row0-what")).to_be_visible()

    # With a follow-up and hours: four taps and two sentences.
    page.goto(f"{position.employer.get_absolute_url()}contact/nieuw/")
    began = time.monotonic()
    page.locator(".contact-adds .chip", has_text="Hours").tap()
    page.locator(".contact-adds .chip", has_text="Follow-up").tap()
    expect(page.locator("#id_row0-what")).to_be_focused()
    page.keyboard.type("Overzicht van laadpalen sturen", delay=40)
    page.locator("#id_subject").tap()
    page.keyboard.type(SENTENCE, delay=40)
    page.locator("#contact-form .btn-primary").first.tap()
    page.wait_for_url(re.compile(rf"{position.employer.get_absolute_url()}$"))
    assert time.monotonic() - began < SECONDS
    visitor.close()
    moment = FollowUp.objects.get().contact_moment
    assert (moment.subject, moment.employers.get()) == (SENTENCE, position.employer)
    assert TimeEntry.objects.get().employer == position.employer


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_two_employers_and_two_follow_ups_in_one_act(browser, live_server, manager, position, scripts):
    second = EmployerFactory(name="Oefenkantoor Regenkap", refreshed=True)
    visitor = Visitor(browser, live_server, java_script_enabled=scripts)
    page = visitor.log_in(manager)
    page.goto(f"{position.employer.get_absolute_url()}contact/nieuw/")
    page.fill("#id_subject", "Samen gesproken")
    page.click("button[value=employers]")
    page.fill("#contact-employer-search", "regenkap")
    page.press("#contact-employer-search", "Enter")
    box = page.locator(f"input[name=employers][value='{second.pk}']")
    box.check()
    if not scripts:
        page.click("button[value=search]")
    expect(box).to_be_checked()
    expect(page.locator("#contact-found input[type=checkbox]")).to_have_count(0)
    expect(page.locator("#id_subject")).to_have_value("Samen gesproken")
    for number, what in enumerate(("Kaart sturen", "Terugbellen")):
        page.click("button[value=follow_up]")
        page.fill(f"#id_row{number}-what", what)
    page.select_option("#id_row1-employer", str(second.pk))
    expect(page.locator("#id_row0-what")).to_have_value("Kaart sturen")
    page.locator("#contact-form .btn-primary").first.click()
    page.wait_for_url(re.compile(rf"{position.employer.get_absolute_url()}$"))
    visitor.close()
    assert set(ContactMoment.objects.get().employers.all()) == {position.employer, second}
    made = dict(FollowUp.objects.values_list("what", "employer"))
    assert made == {"Kaart sturen": position.employer_id, "Terugbellen": second.pk}


def test_after_a_call_the_page_asks_whether_it_is_logged(browser, live_server, manager, position):
    with window(browser, live_server, manager) as page:
        page.goto(position.employer.get_absolute_url())
        bar = page.locator("#after-call")
        expect(bar).to_be_hidden()
        # The browser has nothing to call with; what matters is what happens on coming back.
        page.evaluate("addEventListener('click', (event) => event.preventDefault())")
        page.locator("[data-contact-person] a[href^='tel:']").first.click()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(bar).to_be_visible()
        expect(bar).to_contain_text(position.employer.name)
        assert findings(page) == []
        page.goto("/herinneringen/")
        expect(bar).to_be_visible()
        bar.get_by_role("button", name="Not now").press("Enter")
        expect(bar).to_be_hidden()
        page.reload()
        expect(bar).to_be_hidden()

        page.goto(position.employer.get_absolute_url())
        page.evaluate("addEventListener('click', (event) => event.preventDefault(), {once: true})")
        page.locator("[data-contact-person] a[href^='mailto:']").first.click()
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        bar.get_by_role("link").press("Enter")
        page.wait_for_url(re.compile(r"contact/nieuw/"))
        expect(page.locator("input[name=kind][value=mail]")).to_be_checked()
        expect(page.locator("#id_person")).to_have_value(str(position.person_id))
        expect(page.locator("#id_subject")).to_be_focused()
        expect(bar).to_be_hidden()
    assert not ContactMoment.objects.exists()
