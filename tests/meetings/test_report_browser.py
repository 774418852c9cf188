"""Writing a report in a browser: what one types is kept by itself, and more rows lose nothing."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from deventer_crm.core import clock
from employers.models import FollowUp
from meetings.models import Meeting, ReportDraft
from meetings.reference_data import load_reference_data
from tests.accounts.factories import UserFactory
from tests.e2e.steps import PASSWORD, Visitor
from tests.employers.factories import EmployerFactory
from tests.meetings.factories import MeetingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_one_types_is_kept_and_comes_back(browser, live_server, transactional_db):
    load_reference_data()
    manager = UserFactory(role="AM", password=PASSWORD)
    employer = EmployerFactory(name="Voorbeeldfabriek Hoefijzer", refreshed=True)
    day = clock.today() - dt.timedelta(days=1)
    meeting = MeetingFactory(planned=True, on=day, employers=[employer], owner=manager)
    visitor = Visitor(browser, live_server)
    visitor.log_in(manager)
    page = visitor.page
    url = reverse("meetings:report", args=[meeting.pk])
    page.goto(url)
    page.fill("#id_summary", "De hal wordt te klein.")
    kept = re.compile("Concept bewaard|Draft kept")
    expect(page.locator("#draft-state")).to_have_text(kept, timeout=20_000)
    assert ReportDraft.objects.get().fields["summary"] == ["De hal wordt te klein."]

    page.click("button[value=more-outcome]")
    page.fill("#id_outcome4-what", "Overzicht sturen")
    expect(page.locator("#id_summary")).to_have_value("De hal wordt te klein.")
    page.click("#report-form .btn-primary")
    expect(page.locator("#report")).to_contain_text("De hal wordt te klein.")
    visitor.context.close()

    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.REPORTED
    assert FollowUp.objects.get().what == "Overzicht sturen"
    assert not ReportDraft.objects.exists()
