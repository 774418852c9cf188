"""What people start in a browser and a worker finishes: a promise from the first word until the company was
told, with the reminders that come and go; a damaged list of people."""

import csv
import datetime as dt
import io
import re

import pytest
from playwright.sync_api import expect

from deventer_crm.core import clock
from deventer_crm.core.models import Reminder
from employers.models import ContactPerson, FollowUp
from tests.accounts.factories import UserFactory
from tests.e2e.steps import PASSWORD, eventually, window
from tests.employers.factories import (
    AccountAssignmentFactory,
    EmployerFactory,
    PositionFactory,
    RegistrationFactory,
)
from tests.employers.register_import.files import csv_text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_promise_until_the_company_was_told(browser, live_server, worker):
    manager = UserFactory(role="AM", password=PASSWORD)
    employer = EmployerFactory(name="Proefwerkplaats Zilverlinde B.V.", refreshed=True)
    AccountAssignmentFactory(employer=employer, user=manager)
    promise = "Wij sturen de kaart met laadpalen"
    today = clock.today()

    def reminded(kind):
        return Reminder.objects.filter(kind=kind, recipient=manager, state=Reminder.State.OPEN).exists()

    with window(browser, live_server, manager) as page:
        page.goto(f"{employer.get_absolute_url()}toezegging/")
        page.get_by_label("What must be done").fill(promise)
        page.get_by_label("Kind").select_option("promise_to")
        page.get_by_label("Made on").fill((today - dt.timedelta(days=20)).isoformat())
        page.get_by_label("Due on").fill((today + dt.timedelta(days=1)).isoformat())
        page.get_by_role("button", name="Save").click()
        page.wait_for_url(lambda url: "/toezegging/" not in url)
        made = FollowUp.objects.get()
        assert made.state == FollowUp.State.UNCONFIRMED

        eventually(lambda: reminded("promise_unconfirmed") and reminded("follow_up_due"))
        page.goto("/herinneringen/")
        asked = page.locator("main .reminder")  # what was done stands below them for two weeks
        expect(asked.filter(has_text="Promise not confirmed")).to_have_count(1)

        page.goto(made.get_absolute_url())
        page.get_by_label("Checked that the municipality may promise this").check()
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("main")).to_contain_text("It was checked that the municipality may promise this")
        eventually(lambda: not reminded("promise_unconfirmed"))
        page.goto("/herinneringen/")
        expect(asked).to_have_count(1)
        expect(asked).to_contain_text("Promise or action due")

        page.goto(made.get_absolute_url())
        page.get_by_label("Outcome").fill("Kaart gestuurd")
        page.get_by_role("button", name="Done").click()
        page.get_by_label("How").select_option("mail")
        assert reminded("follow_up_due")  # done is not told
        page.get_by_role("button", name="The employer was told").click()
        expect(page.get_by_role("button", name="The employer was told")).to_have_count(0)
        eventually(lambda: not reminded("follow_up_due"))
        page.goto("/herinneringen/")
        expect(asked).to_have_count(0)
        page.goto(employer.get_absolute_url())
        expect(page.locator("main .timeline").last).to_contain_text(promise)
    made.refresh_from_db()
    assert (made.state, made.reported_back_how, made.outcome) == ("closed", "mail", "Kaart gestuurd")


def test_a_damaged_list_of_people(browser, live_server, worker, tmp_path):
    """Good rows go in, damaged ones come back as a file that says why, and nothing happens before somebody
    says so; afterwards it is taken back."""
    lead = UserFactory(role="TL", password=PASSWORD)
    employer = RegistrationFactory(employer__refreshed=True).employer
    kvk = employer.registrations.get().kvk_number
    PositionFactory(employer=employer, person__last_name="Bekend", person__email="bekend@example.org")
    header = ("Voornaam", "Achternaam", "E-mail", "KvK", "Functie")
    rows = [
        ("Proef", "Nieuweling", "nieuw@example.org", kvk, "inkoper"),
        ("Proef", "=HYPERLINK(1)", "geen adres", "fout", "inkoper"),
        ("Proef", "", "leeg@example.org", kvk, ""),
    ]
    path = tmp_path / "mensen.csv"
    path.write_bytes(csv_text(rows, header=header).encode("cp1252") + b"\n;;;;\n")

    with window(browser, live_server, lead) as page:
        page.goto("/bedrijven/lijsten/")
        page.get_by_role("link", name="Import a list").first.click()
        page.get_by_label("contact persons").check()
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_label("Name of the list").fill("Proeflijst")
        page.get_by_label("Source of the people").fill("oude lijst")
        page.get_by_role("button", name="Look at the file").click()
        page.get_by_role("button", name="Import now").wait_for(timeout=30_000)
        expect(page.locator("main")).to_contain_text("Nieuweling")
        assert not ContactPerson.objects.filter(last_name="Nieuweling").exists()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the refused rows with the reason").click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        _header, *refused = csv.reader(io.StringIO(text), delimiter=";")
        assert [row[1] for row in refused] == ["'=HYPERLINK(1)", ""]

        page.get_by_role("button", name="Import now").click()
        page.get_by_role("link", name="Take back").wait_for(timeout=30_000)
        assert ContactPerson.objects.get(last_name="Nieuweling").positions.get().employer == employer
        assert ContactPerson.objects.count() == 2
        page.get_by_role("link", name="Take back").click()
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(re.compile(r"/lijsten/\d+/$"))
        expect(page.locator("main")).to_contain_text("Taken back on")
    assert ContactPerson.objects.filter(last_name="Nieuweling").count() == 0
    assert ContactPerson.objects.filter(last_name="Bekend").exists()
