"""The year of the agreement, by the people who keep it: the list is frozen, the year is planned, a company is
invited by mail and answers by the link, the alderman reads the briefing, the visit is held and reported, what
was promised is confirmed, passed on, answered and told to the company, and the monitor shows it."""

import datetime as dt
import io
import re
import urllib.request

import pikepdf
import pytest
import time_machine
from icalendar import Calendar
from playwright.sync_api import expect

from deventer_crm.core.mails import deliver_mails
from employers.models import Employer, FollowUp, FollowUpRequest
from employers.services.refresh import refresh_employers
from meetings.models import Invitation, Meeting, Series
from meetings.reference_data import load_reference_data
from tests.accounts.factories import CollegeMemberFactory, MandateFactory, UserFactory
from tests.e2e.steps import PASSWORD, Visitor, window
from tests.employers.factories import (
    AccountAssignmentFactory,
    EmployerFactory,
    EstablishmentFactory,
    JobCountFactory,
    PositionFactory,
)
from tests.meetings.series_world import make_series, meet
from tests.support.mailserver import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: A Monday; the clock of the server runs on from there.
MORNING = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TODAY = MORNING.date()
YEAR = TODAY.year


@pytest.fixture(autouse=True)
def drafts_are_made_one_by_one(settings):
    """Accepting a plan makes each draft by the service of one meeting."""
    settings.ZEAL_ALLOWLIST = [*settings.ZEAL_ALLOWLIST, {"model": "*", "field": "*"}]


@pytest.fixture(autouse=True)
def clock_of_the_test():
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.fixture
def mailserver(settings, live_server):
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.SITE_URL = live_server.url
        yield server


@pytest.fixture
def team(transactional_db):
    load_reference_data()
    people = {role: UserFactory(role=role, password=PASSWORD) for role in ("AM", "CM", "ES", "TL")}
    member = CollegeMemberFactory(user=people["CM"], starts_on=dt.date(2020, 1, 1))
    MandateFactory(secretary=people["ES"], college_member=member, starts_on=dt.date(2020, 1, 1))
    return people


@pytest.fixture
def company(team):
    """The largest of three employers, with a director who has a mail address, and an account manager."""
    made = []
    for number in range(3):
        employer = EmployerFactory(kind=Employer.Kind.COMPANY)
        place = EstablishmentFactory(employer=employer)
        JobCountFactory(establishment=place, reference_date=dt.date(2025, 4, 1), jobs=900 - 100 * number)
        made.append(employer)
    refresh_employers(None, TODAY)
    AccountAssignmentFactory(employer=made[0], user=team["AM"], starts_on=dt.date(2025, 1, 1))
    PositionFactory(employer=made[0], title="directeur", person__email="directeur@example.org")
    return made[0]


def text_of(mail):
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    return part.get_payload(decode=True).decode(part.get_content_charset())


def appointment_of(mail):
    """Method, event and whether the zone came along, by a calendar library."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    assert part.get_param("method") == calendar["method"]
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Amsterdam"]
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


def scanned(url):
    """A mail scanner opens every link, and asks for its head."""
    for method in ("HEAD", "GET"):
        asked = urllib.request.Request(url, method=method)
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200


def link_in(mail, word):
    return re.search(rf"https?://\S+/{word}/\S+/", text_of(mail)).group()


def test_the_year_of_the_agreement(browser, live_server, mailserver, team, company):
    with window(browser, live_server, team["TL"]) as page:
        page.goto(f"/bedrijven/top/{YEAR}/")
        page.get_by_role("link", name="Freeze the list").click()
        page.locator("main form button[type=submit]").click()
        expect(page.locator("main tbody tr")).to_have_count(3)

    visit = plan_the_year(browser, live_server, team["ES"], company)
    invite_by_mail(browser, live_server, mailserver, team["ES"], visit)
    prepare_and_read(browser, live_server, team, visit)
    hold_and_report(browser, live_server, mailserver, team, visit)
    promise = keep_the_promise(browser, live_server, mailserver, team, visit)
    assert (promise.state, promise.reported_back_how) == (FollowUp.State.CLOSED, "mail")

    boards, chairs = make_series(Series.BOARDS), make_series(Series.CHAIRS, seat="chair")
    meet(boards, TODAY - dt.timedelta(days=20), positions=boards.members, held=True)
    meet(chairs, TODAY - dt.timedelta(days=10), held=True)
    with window(browser, live_server, team["TL"]) as page:
        page.goto("/monitor/")
        expect(page.locator("tr", has_text="C1").first).to_contain_text("1 spoken")
        expect(page.locator("tr", has_text="C2").first).to_contain_text("achieved")
        for code, shown in (
            ("C1", company.name),
            ("C2", "Bestuurlijk overleg"),
            ("C3", "Voorzittersoverleg"),
        ):
            page.goto(f"/monitor/{code}/")
            expect(page.locator("main")).to_contain_text(shown)


def plan_the_year(browser, live_server, secretary, company):
    with window(browser, live_server, secretary) as page:
        page.goto(f"/agenda/jaarplan/{YEAR}/")
        page.locator("button[name=act][value=make]").click()
        expect(page.locator("main")).to_contain_text(company.name)
        page.locator("button[name=act][value=accept_all]").first.click()
        page.wait_for_load_state()
    visit = Meeting.objects.get(employers=company)
    assert (visit.state, visit.kind.counts_for_visit) == (Meeting.State.DRAFT, True)
    assert Meeting.objects.filter(kind__counts_for_visit=True).count() == 3
    return visit


def invite_by_mail(browser, live_server, mailserver, secretary, visit):
    with window(browser, live_server, secretary) as page:
        page.goto(visit.get_absolute_url())
        page.get_by_role("link", name="Mail an invitation").click()
        page.get_by_role("button", name="Send it").click()
        page.wait_for_url(lambda url: "/mailen/" not in url)
        invitation = Invitation.objects.get(meeting=visit)
        assert deliver_mails() == 1
        page.goto(invitation.get_absolute_url())
        expect(page.locator("#mails")).to_contain_text("mailed")
    mail = mailserver.mails[-1]
    method, event = appointment_of(mail)
    assert (method, event["sequence"]) == ("REQUEST", 0)
    link = link_in(mail, "uitnodiging")
    scanned(link)
    invitation.refresh_from_db()
    assert invitation.answer == Invitation.Answer.NONE

    guest = Visitor(browser, live_server)
    guest.page.goto(link)
    guest.page.get_by_label("Yes, I will come").check()
    guest.page.get_by_role("button", name="Send my answer").click()
    expect(guest.page.locator("button", has_text="Change my answer")).to_have_count(1)
    guest.close()
    invitation.refresh_from_db()
    assert (invitation.answer, invitation.answered_on) == (Invitation.Answer.ACCEPTED, TODAY)

    with window(browser, live_server, secretary) as page:
        page.goto(visit.get_absolute_url())
        page.get_by_role("button", name="The date is agreed: plan it").click()
        expect(page.locator("main")).to_contain_text("planned")


def prepare_and_read(browser, live_server, team, visit):
    with window(browser, live_server, team["AM"]) as page:
        page.goto(f"{visit.get_absolute_url()}briefing/schrijven/")
        page.locator("#id_points").fill("Vraag naar de uitbreiding van de proefhal.")
        page.locator("#id_ready").check()
        page.locator("main form .btn-primary").click()
        page.wait_for_url(lambda url: "/schrijven/" not in url)
        paper = page.context.request.get(f"{live_server.url}{visit.get_absolute_url()}briefing/pdf/").body()
    with pikepdf.open(io.BytesIO(paper)) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) in {"nl", "en"}
        assert str(document.docinfo["/Title"])
        assert len(document.pages) == 1

    with window(browser, live_server, team["CM"], width=360) as page:
        page.goto("/college/")
        page.get_by_role("link", name="Read the briefing").click()
        expect(page.locator("main")).to_contain_text("Vraag naar de uitbreiding van de proefhal.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def hold_and_report(browser, live_server, mailserver, team, visit):
    with window(browser, live_server, team["ES"]) as page:
        page.goto(f"{visit.get_absolute_url()}verzetten/")
        page.locator("#id_starts_on").fill(TODAY.isoformat())
        page.locator("#id_start_time").fill("09:15")
        page.locator("#id_end_time").fill("09:45")
        page.locator("#id_reason").fill("kan eerder")
        page.locator("main form .btn-primary").last.click()
        page.wait_for_url(re.compile(rf"{visit.get_absolute_url()}$"))
    assert deliver_mails() == 1
    method, event = appointment_of(mailserver.mails[-1])
    assert (method, event["sequence"], event.start.date()) == ("REQUEST", 1, TODAY)

    with window(browser, live_server, team["AM"], width=360) as page:
        page.goto(f"{visit.get_absolute_url()}verslag/")
        for box in page.locator("[name=present_employers], [name=present_people], [name=present_ours]").all():
            box.check()
        page.locator("#id_summary").fill("Rondleiding door de proefhal.")
        page.locator("#id_agreements").fill("Wij zoeken uit of de uitrit breder kan.")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.locator("#report-form .btn-primary").click()
        expect(page.locator("#report")).to_contain_text("Rondleiding door de proefhal.")
    visit.refresh_from_db()
    assert (visit.state, visit.held_on) == (Meeting.State.REPORTED, TODAY)


def keep_the_promise(browser, live_server, mailserver, team, visit):
    with window(browser, live_server, team["CM"], width=360) as page:
        page.goto("/college/")
        page.get_by_role("link", name="Something, in one sentence").click()
        page.locator("#id_what").fill("Wij zoeken uit of de uitrit breder kan")
        page.locator("main form .btn-primary").click()
        page.wait_for_url(re.compile(r"/college/$"))
        expect(page.locator("main")).to_contain_text("Wij zoeken uit of de uitrit breder kan")
    promise = FollowUp.objects.get(promised_by__isnull=False)
    assert (promise.state, promise.owner) == (FollowUp.State.UNCONFIRMED, team["AM"])

    with window(browser, live_server, team["AM"]) as page:
        page.goto(promise.get_absolute_url())
        page.get_by_label("Checked that the municipality may promise this").check()
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("main")).to_contain_text("It was checked that the municipality may promise this")
        page.goto(f"{promise.get_absolute_url()}doorgeven/")
        page.locator("#id_name").fill("Collega Verkeer")
        page.locator("#id_email").fill("verkeer@example.org")
        page.locator("main form .btn-primary").click()
        page.wait_for_url(lambda url: "/doorgeven/" not in url)
    assert deliver_mails() == 1
    link = link_in(mailserver.mails[-1], "vraag")
    scanned(link)
    request = FollowUpRequest.objects.get()
    assert request.answered_at is None

    colleague = Visitor(browser, live_server)
    colleague.page.goto(link)
    colleague.page.get_by_label("Your answer").fill("De uitrit is verbreed.")
    colleague.page.get_by_label("Yes, it is done").check()
    colleague.page.get_by_role("button", name="Send the answer").click()
    colleague.page.wait_for_load_state()
    colleague.close()
    request.refresh_from_db()
    assert request.answered_at is not None

    with window(browser, live_server, team["AM"]) as page:
        page.goto(promise.get_absolute_url())
        expect(page.locator("main")).to_contain_text("De uitrit is verbreed.")
        page.get_by_role("button", name="Take over: it is done").click()
        page.goto(promise.get_absolute_url())
        page.get_by_label("How").select_option("mail")
        page.get_by_role("button", name="The employer was told").click()
        expect(page.get_by_role("button", name="The employer was told")).to_have_count(0)
    promise.refresh_from_db()
    return promise
