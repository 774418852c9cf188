"""Portfolios and what they propose, cover by its days, and the overdrachtsdossier."""

import datetime as dt
import io

import pikepdf
import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent, PolicySetting, Reminder
from deventer_crm.core.pdf import PdfError, make_pdf
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.reminders import RULES, wanted_on
from employers.models import AccountAssignment, AccountCover, ContactMoment, Employer, Portfolio
from employers.portfolios.cover import end_cover, on_behalf_of, plan_cover
from employers.portfolios.handover import Scope, hand_over
from employers.portfolios.proposals import accept_proposals, divided_on, proposable, proposals_for
from employers.portfolios.selectors import division
from employers.portfolios.services import end_portfolio, start_portfolio
from employers.portfolios.sheet import sheet_of
from tests.accounts.factories import UserFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    AreaFactory,
    ContactMomentFactory,
    EmployerFactory,
    FollowUpFactory,
    PositionFactory,
    SectorFactory,
)
from tests.meetings.factories import InvitationFactory, MeetingFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today():
    with clock.at(TODAY):
        yield


@pytest.fixture
def people(db):
    return [UserFactory(role=Role.ACCOUNT_MANAGER) for _ in range(3)]


def has(user, *, sector=None, area=None, since=dt.date(2024, 1, 1), until=None):
    return Portfolio.objects.create(user=user, sector=sector, area=area, starts_on=since, ends_on=until)


def proposed(user) -> dict[int, int]:
    divided = divided_on(TODAY)
    rows = proposals_for(proposable(user, TODAY, divided), divided)
    return {row.employer.pk: row.user.pk for row in rows}


# ── proposals ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("area_first", [True, False])
def test_area_or_sector_goes_first_by_the_setting(area_first, people, tl):
    PolicySetting.objects.create(name="portfolio_area_first", value=area_first, starts_on=dt.date(2020, 1, 1))
    sector, area = SectorFactory(), AreaFactory()
    has(people[0], sector=sector)
    has(people[1], area=area)
    employer = EmployerFactory(sector=sector, area=area, is_relation=True)

    assert proposed(tl) == {employer.pk: people[1 if area_first else 0].pk}


def test_proposed_is_for_who_needs_somebody_and_has_nobody(people, tl):
    sector = SectorFactory()
    has(people[0], sector=sector)
    fields = {"sector": sector, "is_relation": True}
    wanted = EmployerFactory(**fields)
    EmployerFactory(sector=sector)  # nobody says that it needs one
    EmployerFactory(**fields, retired_on=TODAY, retired_reason="weg")
    EmployerFactory(**fields, is_confidential=True)
    EmployerFactory(is_relation=True)  # in nobody's portfolio
    AccountAssignmentFactory(employer=EmployerFactory(**fields))
    AccountAssignmentFactory(employer=EmployerFactory(**fields), starts_on=TODAY + DAY)
    ended = EmployerFactory(**fields)
    AccountAssignmentFactory(employer=ended, ends_on=TODAY - DAY)

    assert set(proposed(tl)) == {wanted.pk, ended.pk}


def test_accepting_keeps_what_somebody_assigned_meanwhile_and_says_who_accepted(people, tl):
    sector = SectorFactory()
    has(people[0], sector=sector)
    first, second = (EmployerFactory(sector=sector, is_relation=True) for _ in range(2))
    AccountAssignmentFactory(employer=second, user=people[2], starts_on=TODAY)

    accepted = accept_proposals([first.pk, second.pk], by=tl)

    assert [row.employer.pk for row in accepted] == [first.pk]
    made = AccountAssignment.objects.get(employer=first)
    assert (made.user_id, made.starts_on, made.created_by_id) == (people[0].pk, TODAY, tl.pk)
    assert AccountAssignment.objects.get(employer=second).user_id == people[2].pk
    assert accept_proposals(None, by=tl) == []


def test_accepting_many_costs_as_much_as_accepting_one(people, tl):
    counts = []
    assert tl.can("see_dossiers")  # what this person may do is read once
    for number in (1, 8):
        sector = SectorFactory()
        has(people[0], sector=sector)
        EmployerFactory.create_batch(number, sector=sector, is_relation=True)
        with CaptureQueriesContext(connection) as caught:
            assert len(accept_proposals(None, by=tl)) == number
        counts.append(len(caught))

    assert counts[0] == counts[1]


def test_the_page_of_proposals_accepts_ticked_ones_and_all(people, tl, client_as):
    sector = SectorFactory()
    has(people[0], sector=sector)
    rows = EmployerFactory.create_batch(3, sector=sector, is_relation=True)
    client, url = client_as(tl), "/portefeuilles/voorstellen/"

    client.post(url, {"employer": [rows[0].pk]})
    assert AccountAssignment.objects.count() == 1
    client.post(url, {})
    assert AccountAssignment.objects.count() == 1
    client.post(url, {"all": "1"})
    assert AccountAssignment.objects.count() == 3


def test_the_form_of_one_employer_begins_with_the_proposal(people, tl, client_as):
    sector = SectorFactory()
    has(people[0], sector=sector)
    employer = EmployerFactory(sector=sector)

    form = client_as(tl).get(f"/bedrijven/{employer.pk}/accountmanager/").context["form"]

    assert form.initial["manager"] == people[0].pk
    assert str(sector) in form.fields["manager"].help_text


# ── portfolios ───────────────────────────────────────────────────────────────────────────────────


def test_a_portfolio_passes_on_the_day_before(people, tl):
    sector = SectorFactory()
    old = has(people[0], sector=sector)

    new = start_portfolio(Portfolio(user=people[1], sector=sector, starts_on=TODAY), by=tl)

    old.refresh_from_db()
    assert (old.ends_on, new.ends_on) == (TODAY - DAY, None)
    assert divided_on(TODAY).by_sector[sector.pk].user == people[1]
    with pytest.raises(ValidationError):
        start_portfolio(Portfolio(user=people[2], sector=sector, starts_on=TODAY), by=tl)


def test_a_later_row_ends_a_new_one_in_time(people, tl):
    sector = SectorFactory()
    has(people[0], sector=sector, since=TODAY + 10 * DAY)

    made = start_portfolio(Portfolio(user=people[1], sector=sector, starts_on=TODAY), by=tl)

    assert made.ends_on == TODAY + 9 * DAY


def test_an_ended_portfolio_is_nobodys(people, tl):
    began, coming = (
        has(people[0], sector=SectorFactory()),
        has(people[0], area=AreaFactory(), since=TODAY + DAY),
    )

    end_portfolio(began, by=tl)
    end_portfolio(coming, by=tl)

    assert list(Portfolio.objects.values_list("pk", "ends_on")) == [(began.pk, TODAY - DAY)]


def test_the_division_counts_every_employer_once(people, tl):
    sector, area, other = SectorFactory(), AreaFactory(), SectorFactory()
    has(people[0], sector=sector)
    has(people[1], area=area)
    both = EmployerFactory(sector=sector, area=area, is_relation=True)
    AccountAssignmentFactory(employer=both, user=people[0])
    AccountAssignmentFactory(employer=EmployerFactory(sector=sector, is_relation=True), user=people[0])
    EmployerFactory(sector=sector)
    EmployerFactory(sector=other, is_relation=True)

    found = division(tl, TODAY)

    tallies = {line.portfolio.user_id: line.tally for line in found.lines}
    shown = {
        who.pk: (t.total, t.needed, t.own, t.others, t.nobody)
        for who in people[:2]
        for t in [tallies[who.pk]]
    }
    assert shown == {people[0].pk: (2, 1, 1, 0, 0), people[1].pk: (1, 1, 0, 1, 0)}
    assert [(gap.name, gap.tally.total, gap.tally.needed) for gap in found.gaps] == [(str(other), 1, 1)]
    assert found.totals.total == Employer.objects.count()


def test_a_portfolio_is_a_sector_or_an_area(people, tl, client_as):
    sector, area = SectorFactory(), AreaFactory()
    data = {"user": people[0].pk, "starts_on": "2026-12-01"}
    client, url = client_as(tl), "/portefeuilles/nieuw/"

    assert client.post(url, {**data, "sector": sector.pk, "area": area.pk}).status_code == 422
    assert client.post(url, data).status_code == 422
    assert client.post(url, {**data, "sector": sector.pk}).status_code == 302
    made = Portfolio.objects.get()
    assert (made.sector, made.starts_on, made.created_by) == (sector, dt.date(2026, 12, 1), tl)


# ── cover ────────────────────────────────────────────────────────────────────────────────────────


def cover(absent, substitute, start=0, end=7, **fields):
    return AccountCover(
        user=absent, substitute=substitute, starts_on=TODAY + start * DAY, ends_on=TODAY + end * DAY, **fields
    )


def asked(day) -> set[tuple[int, bool]]:
    rule = RULES["follow_up_due"]
    return {(row.recipient_id, row.escalated) for row in wanted_on(rule, day)}


@pytest.mark.parametrize(
    ("offset", "who"), [(-1, 0), (0, 1), (7, 1), (8, 0)], ids=["before", "first", "last", "after"]
)
def test_the_substitute_is_asked_on_exactly_the_days_of_the_cover(offset, who, people, tl):
    FollowUpFactory(owner=people[0], due_on=TODAY)
    plan_cover(cover(*people[:2]), by=tl)

    assert asked(TODAY + offset * DAY) == {(people[who].pk, False)}


def test_what_the_substitute_may_not_know_stays_with_the_account_manager(people, tl):
    row = FollowUpFactory(owner=people[0], due_on=TODAY, is_confidential=True)
    row.readers.add(people[0])
    plan_cover(cover(*people[:2]), by=tl)

    assert asked(TODAY) == {(people[0].pk, False)}


def test_an_escalation_to_the_lead_is_not_passed_on(people, tl):
    lead = User.objects.get(pk=tl.pk)
    FollowUpFactory(owner=people[0], due_on=TODAY - 40 * DAY)
    AccountCover.objects.create(
        user=lead, substitute=people[2], starts_on=TODAY, ends_on=TODAY + DAY, created_by=lead
    )

    assert asked(TODAY) == {(people[0].pk, False), (lead.pk, True)}


def test_reminders_go_to_the_substitute_and_come_back_by_themselves(people, tl):
    FollowUpFactory(owner=people[0], due_on=TODAY)
    reconcile(TODAY, kinds=["follow_up_due"])
    plan_cover(cover(*people[:2]), by=tl)

    def open_with() -> list[int]:
        rows = Reminder.objects.filter(kind="follow_up_due", state=Reminder.State.OPEN)
        return list(rows.values_list("recipient_id", flat=True))

    reconcile(TODAY, kinds=["follow_up_due"])
    assert open_with() == [people[1].pk]
    reconcile(TODAY + 8 * DAY, kinds=["follow_up_due"])
    assert open_with() == [people[0].pk]


def test_the_substitute_reads_in_whose_name_each_reminder_is(people, tl, client_as):
    FollowUpFactory(owner=people[0], due_on=TODAY, what="Het bord laten staan")
    FollowUpFactory(owner=people[1], due_on=TODAY, what="Kaart sturen")
    plan_cover(cover(*people[:2]), by=tl)
    reconcile(TODAY, kinds=["follow_up_due"])

    rows = list(Reminder.objects.filter(recipient=people[1]))
    named = on_behalf_of(rows, people[1], TODAY)

    assert len(rows) == 2
    assert list(named.values()) == [str(people[0])]
    page = BeautifulSoup(client_as(people[1]).get("/herinneringen/").content, "html.parser")
    lines = [item.get_text(" ") for item in page.select(".reminder-what")]
    assert [str(people[0]) in line for line in lines].count(True) == 1


@pytest.mark.parametrize("problem", ["same", "no end", "past", "twice", "away too", "stands in"])
def test_a_cover_that_cannot_be(problem, people, tl):
    made = {
        "same": lambda: cover(people[0], people[0]),
        "no end": lambda: AccountCover(user=people[0], substitute=people[1], starts_on=TODAY),
        "past": lambda: cover(people[0], people[1], -9, -1),
        "twice": lambda: cover(people[0], people[1], 7, 9),
        "away too": lambda: cover(people[2], people[0]),
        "stands in": lambda: cover(people[2], people[1]),
    }[problem]()
    if problem in {"twice", "away too"}:
        plan_cover(cover(people[0], people[2] if problem == "twice" else people[1]), by=tl)
    if problem == "stands in":
        plan_cover(cover(people[0], people[2]), by=tl)

    with pytest.raises(ValidationError):
        plan_cover(made, by=tl)


def test_an_ended_cover_held_until_yesterday(people, tl):
    began = plan_cover(cover(*people[:2], start=-3), by=tl)
    coming = plan_cover(cover(people[2], people[1], start=2), by=tl)

    end_cover(began, by=tl)
    end_cover(coming, by=tl)

    assert list(AccountCover.objects.values_list("pk", "ends_on")) == [(began.pk, TODAY - DAY)]


def test_the_dossier_and_mijn_week_say_who_stands_in(people, tl, am, client_as):
    assignment = AccountAssignmentFactory(user=people[0])
    plan_cover(cover(people[0], people[1]), by=tl)
    url = assignment.employer.get_absolute_url()

    def header() -> str:
        page = BeautifulSoup(client_as(am).get(url).content, "html.parser")
        return page.select_one(".dossier-kinds").get_text(" ")

    assert str(people[1]) in header()
    assert f"manager={people[0].pk}" in client_as(people[1]).get("/").content.decode()
    with clock.at(TODAY + 8 * DAY):
        assert str(people[1]) not in header()


# ── hand-over: pages and file ────────────────────────────────────────────────────────────────────


@pytest.fixture
def handed(people, tl):
    """Three employers with something of everything; one became confidential after the hand-over."""
    old, new = people[:2]
    full = EmployerFactory(name="Proefwerkplaats Zilverlinde B.V.", jobs=1123, is_relation=True)
    Employer.objects.filter(pk=full.pk).update(jobs=1123)
    secret = EmployerFactory(name="Oefenkantoor Geheimhoek B.V.")
    for employer in (full, secret, EmployerFactory(name="#Testbakkerij *Bronsdraad* #set")):
        AccountAssignmentFactory(employer=employer, user=old)
        PositionFactory(employer=employer, is_primary=True)
        FollowUpFactory(
            employer=employer, owner=old, promise=True, what=f"Bord bij {employer.pk} laten staan"
        )
        MeetingFactory(employers=[employer], owner=old, planned=True, on=TODAY + 5 * DAY)
        InvitationFactory(employer=employer, sent_on=TODAY - DAY)
        ContactMomentFactory(
            employers=[employer],
            kind=ContactMoment.Kind.CALL,
            subject="Denkt na over verhuizen",
            given_in_confidence=True,
            woo_ground="bedrijfsgegevens",
        )
    made = hand_over(old, new, by=tl, starts_on=TODAY, scope=Scope())
    Employer.objects.filter(pk=secret.pk).update(is_confidential=True)
    return made


def test_the_file_names_nothing_its_reader_may_not_know(handed, people, tl, client_as):
    url = f"/portefeuilles/overdrachten/{handed.pk}/dossier/"
    seen = client_as(people[1]).get(url).content.decode()
    all_of_it = client_as(tl).get(url).content.decode()

    assert "Zilverlinde" in seen
    assert "Geheimhoek" not in seen
    assert "Geheimhoek" in all_of_it
    assert "1123" not in all_of_it
    assert "1.123" not in all_of_it


def test_somebody_elses_hand_over_does_not_exist(handed, people, client_as):
    for page in ("", "dossier/", "dossier.pdf"):
        url = f"/portefeuilles/overdrachten/{handed.pk}/{page}"
        assert client_as(people[2]).get(url).status_code == 404


def test_the_file_costs_the_same_for_any_number_of_employers(handed, people, tl):
    with CaptureQueriesContext(connection) as three:
        assert len(sheet_of(handed, tl)) == 3
    for _ in range(4):
        employer = EmployerFactory()
        PositionFactory(employer=employer)
        FollowUpFactory(employer=employer)
        handed.employers.append(employer.pk)
    with CaptureQueriesContext(connection) as seven:
        assert len(sheet_of(handed, tl)) == 7

    assert len(three) == len(seven)


def test_the_pdf_is_tagged_has_a_title_and_a_language_and_is_logged(handed, people, client_as):
    answer = client_as(people[1]).get(f"/portefeuilles/overdrachten/{handed.pk}/dossier.pdf")

    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        assert str(root.Lang) == "nl"
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo["/Title"]).strip()
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert meta["pdfaid:part"] == "2"
        kinds = {str(item.S) for item in walk(root.StructTreeRoot) if "/S" in item}
    assert {"/H1", "/H2", "/L"} <= kinds
    event = AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT)
    assert (event.user, event.target) == (people[1], f"employers.handover:{handed.pk}")
    assert event.detail == {"rows": 2}


def walk(node):
    children = node.get("/K", [])
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield child
            yield from walk(child)


def test_what_people_typed_is_never_markup_of_the_document():
    nasty = '#panic("x") *vet* $x$ @label <a> // \\ "'
    row = {"name": nasty, "place": nasty, "facts": [{"label": nasty, "text": nasty}], "parts": []}
    data = {"lead": nasty, "foot": "", "words": {"contents": "x", "nothing": "x"}, "employers": [row]}

    with translation.override("en"):
        assert make_pdf("employers/handover_sheet.typ", data, title=nasty).startswith(b"%PDF")
    with pytest.raises(PdfError):
        make_pdf("employers/handover_sheet.typ", {}, title="x")


def test_handing_over_by_its_page(people, tl, client_as):
    sector = SectorFactory()
    first, second = (
        AccountAssignmentFactory(user=people[0], employer=EmployerFactory(sector=sector)).employer
        for _ in range(2)
    )
    has(people[0], sector=sector)
    asked_for = {"from_user": people[0].pk, "to_user": people[1].pk, "starts_on": TODAY.isoformat()}
    client, url = client_as(tl), "/portefeuilles/overdragen/"

    assert 'name="employer"' in client.get(url, {**asked_for, "sectors": [sector.pk]}).content.decode()
    assert client.post(url, {**asked_for, "to_user": people[0].pk, "act": "hand_over"}).status_code == 422
    answer = client.post(url, {**asked_for, "ticked": "1", "employer": [first.pk], "act": "hand_over"})

    on = AccountAssignment.objects.on(TODAY)
    assert answer.status_code == 302
    assert on.get(employer=first).user_id == people[1].pk
    assert on.get(employer=second).user_id == people[0].pk
    client.post(f"{answer['Location']}terugdraaien/")
    assert on.get(employer=first).user_id == people[0].pk
    assert client.post(f"{answer['Location']}terugdraaien/").status_code == 302


def test_counting_again_hands_nothing_over(people, tl, client_as):
    AccountAssignmentFactory(user=people[0])
    data = {"from_user": people[0].pk, "to_user": people[1].pk, "starts_on": TODAY.isoformat()}

    answer = client_as(tl).post("/portefeuilles/overdragen/", {**data, "ticked": "1", "act": "count"})

    assert answer.status_code == 200
    assert not AccountAssignment.objects.filter(user=people[1]).exists()
