"""How much SQL a page may take: a list 8 statements, the page of one record 15, a dashboard 20 (session and
user left out), and as many for a lot of records as for a few. One table for all pages of each day."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from budget.models import HoursLine
from deventer_crm.core import clock
from deventer_crm.core.lists import LISTS
from deventer_crm.core.mails import queue_mail
from deventer_crm.core.models import BulkAct, Commitment, Quarter, QuarterlyReport, SavedView
from employers.models import (
    AccountCover,
    Employer,
    EmployerTag,
    Portfolio,
    SheetImport,
    SheetRow,
    SignalObjection,
    Tag,
    TopList,
    TopListEntry,
)
from employers.portfolios.handover import Scope, hand_over
from employers.services import refresh_employers
from meetings.models import MeetingFollowUp
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.budget.factories import HoursImportFactory, TimeEntryFactory
from tests.budget.factories import plan as plan_of_the_budget
from tests.employers import factories as make
from tests.home.factories import ReminderFactory, make_report
from tests.meetings.factories import (
    AgendaDocumentFactory,
    AgendaItemFactory,
    GuestFactory,
    InvitationFactory,
    MeetingFactory,
    MeetingKindFactory,
    PlanProposalFactory,
)
from tests.meetings.series_world import make_series, meet
from tests.permission_matrix import AM, CM, ES, TL
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db

LIST, DOSSIER, DASHBOARD = 8, 15, 20
WORD = "Zilverlinde"


@dataclass(frozen=True)
class Page:
    """An address of the world, what it is asked, and its bar."""

    name: str
    bar: int
    args: Callable[[SimpleNamespace], list[Any]] = lambda world: []
    query: dict[str, Any] = field(default_factory=dict)
    roles: frozenset[str] = frozenset({AM, TL})
    htmx: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.query or ''}"


def of(kind: str) -> Callable[[SimpleNamespace], list[Any]]:
    return lambda world: [getattr(world, kind).pk]


TEAM = frozenset({AM, CM, ES, TL})
BOOKERS = frozenset({AM, ES, TL})


def this_year(world: SimpleNamespace) -> list[Any]:
    return [clock.today().year]


def this_month(world: SimpleNamespace) -> list[Any]:
    return [clock.today().year, clock.today().month]


def c1() -> Commitment:
    return Commitment.objects.get(code="C1")


def this_week(world: SimpleNamespace) -> list[Any]:
    return list(clock.today().isocalendar()[:2])


COLUMNS = "labels.kvk.address.contact_by.employer.seat.sector.area.person.theme"
PAGES = [
    *(
        Page(name, LIST, query=query)
        for name in ("employers:list", "employers:people", "employers:establishments", "employers:follow_ups")
        for query in (
            {},
            {"q": WORD},
            {"panel": "filters", "columns": COLUMNS},
            {"view": "VIEW", "sort": "-name"},
        )
    ),
    # Six kinds of records at once.
    Page("home:search", DASHBOARD, query={"q": WORD}),
    Page("home:search", DASHBOARD, query={"q": "zilverlidne"}),
    Page("list_acts", LIST),
    Page("employers:follow_ups", LIST, query={"answers": "left", "age": ">30", "department": "none"}),
    *(
        Page("employers:follow_up_ledger", LIST, query={"per": per}, roles=TEAM)
        for per in ("college", "afdeling", "bedrijf", "leeftijd")
    ),
    Page("employers:follow_up_weekly", LIST, roles=TEAM),
    Page("meetings:reassign", DASHBOARD, roles=frozenset({ES, TL})),
    Page("meetings:member_sheet", DASHBOARD, of("member"), roles=TEAM),
    Page("meetings:agenda", LIST),
    Page("meetings:month", LIST, lambda world: [clock.today().year, clock.today().month]),
    Page("meetings:week", LIST, lambda world: list(clock.today().isocalendar()[:2])),
    Page("meetings:blocked", LIST),
    Page("meetings:subscription", LIST),
    Page("meetings:invitations", LIST),
    Page("meetings:series_list", DASHBOARD, roles=TEAM),
    Page("meetings:series", DASHBOARD, lambda world: ["bestuurlijk-overleg"], roles=TEAM),
    Page("meetings:items", DOSSIER, of("table"), roles=TEAM),
    Page("meetings:table_sheet", DASHBOARD, of("table"), roles=TEAM),
    Page("meetings:minutes", DASHBOARD, of("held_table"), roles=frozenset({AM, ES, TL})),
    Page("meetings:detail", DOSSIER, of("theme")),
    Page("meetings:guests", LIST, of("theme")),
    Page("meetings:guest_sheet", LIST, of("theme")),
    Page("meetings:door", LIST, of("theme")),
    Page("meetings:guests_invite", DOSSIER, of("theme")),
    Page("employers:portfolios", DOSSIER),
    Page("employers:proposals", LIST, roles=frozenset({TL})),
    Page("employers:sheet_list", LIST, roles=frozenset({TL})),
    Page("employers:sheet_rows", LIST, lambda world: [world.sheet.pk, "doubtful"], roles=frozenset({TL})),
    Page("employers:sheet_detail", DOSSIER, of("sheet"), roles=frozenset({TL})),
    Page("employers:detail", DOSSIER, of("employer"), roles=TEAM),
    Page("employers:detail", DOSSIER, of("club")),
    Page("employers:timeline", DOSSIER, of("employer"), {"family": "1", "panel": "filters"}, roles=TEAM),
    Page("employers:knowing", DOSSIER, of("employer")),
    Page("employers:members", DOSSIER, of("club")),
    Page("employers:person", DOSSIER, of("person")),
    Page("employers:follow_up", DOSSIER, of("follow_up"), roles=TEAM),
    Page("employers:contact_new", DOSSIER, of("employer")),
    Page("employers:handover", DOSSIER, of("handed")),
    Page("employers:handover_sheet", DASHBOARD, of("handed")),
    Page("budget:year", DOSSIER, this_year, roles=BOOKERS),
    Page("budget:spending", DOSSIER, this_year, roles=BOOKERS),
    Page("budget:years", LIST, roles=BOOKERS),
    Page("budget:year_hours", LIST, this_year, {"spoor": "branches"}, roles=frozenset({TL})),
    Page("budget:own_hours", LIST, this_year, roles=BOOKERS),
    Page("budget:months", LIST, this_year, roles=frozenset({TL})),
    Page("budget:people", DOSSIER, this_year, roles=BOOKERS),
    Page("budget:hours", DOSSIER, roles=BOOKERS),
    Page("budget:month", DOSSIER, this_month, roles=BOOKERS),
    Page("budget:week", DOSSIER, this_week, roles=BOOKERS),
    Page("budget:import_list", LIST, roles=frozenset({TL})),
    Page("budget:import_rows", LIST, lambda world: [world.hours.pk, "refused"], roles=frozenset({TL})),
    Page("home:week", DASHBOARD, roles=TEAM - {CM}),
    Page("home:week_commitments", DASHBOARD, roles=frozenset({TL}), htmx=True),
    Page("home:reminders", DASHBOARD, roles=TEAM),
    Page("home:reminder_choices", LIST, roles=TEAM),
    Page("home:monitor", DASHBOARD, roles=TEAM),
    *(
        Page("home:monitor_evidence", DOSSIER, lambda world, code=code: [code], roles=TEAM)
        for code in ("C1", "C2", "C5", "C6", "C7", "C14")
    ),
    Page("home:council", DASHBOARD, query={"afspraak": ["C1", "C2", "C6", "C7"]}, roles=TEAM),
    Page("home:norm", LIST, lambda world: ["C1"], roles=frozenset({TL})),
    Page("home:reports", LIST, roles=TEAM),
    Page("home:reports_compare", LIST, roles=TEAM),
    Page("home:report", DOSSIER, of("frozen_report"), roles=TEAM),
    Page("home:report_evidence", DOSSIER, lambda world: [world.frozen_report.pk, c1().pk], roles=TEAM),
    # The figures of the monitor, live, with a box for a text beside each.
    Page("home:report", DASHBOARD, of("draft_report"), roles=frozenset({TL})),
    Page("meetings:briefing", DOSSIER, of("visit"), roles=TEAM),
    Page("meetings:college", DASHBOARD, roles=TEAM),
    Page("meetings:annual_plan", DASHBOARD, lambda world: [clock.today().year], roles=TEAM),
    Page("meetings:agenda", LIST, query={"gap": "report"}),
    Page("meetings:invitations", LIST, query={"gap": "answer"}),
]


def begin(user: User) -> SimpleNamespace:
    """One record of each kind that has a page of its own, all of them with something to tell."""
    today = clock.today()
    lead = UserFactory(role=TL)
    employer = make.EmployerFactory(name=f"Proefwerkplaats {WORD}", is_relation=True, working=100)
    club = make.EmployerFactory(name=f"Vereniging {WORD}", kind=Employer.Kind.ASSOCIATION)
    person = make.PositionFactory(employer=employer, is_primary=True).person
    world = SimpleNamespace(
        user=user, lead=lead, employer=employer, club=club, person=person, other=UserFactory(role=AM)
    )
    world.gone = UserFactory(role=AM, is_active=False)
    make.AccountAssignmentFactory(employer=employer, user=user)
    plan_of_the_budget(80, 20, year=today.year, on=today)
    top = TopList.objects.create(
        year=today.year, size=20, reference_date=dt.date(today.year, 1, 1), frozen_on=today, frozen_by=lead
    )
    TopListEntry.objects.create(top_list=top, employer=employer, rank=1, jobs=100)
    # Signals: shrunk, said to be untrue, and a promise that is late.
    place = employer.establishments.get()
    make.JobCountFactory(establishment=place, jobs=400, reference_date=dt.date(2025, 4, 1))
    SignalObjection.objects.create(
        employer=employer,
        code="silent",
        cause="contact:never",
        reason="proef",
        made_on=today,
        created_by=lead,
    )
    world.follow_up = make.FollowUpFactory(
        promise=True, employer=employer, owner=user, person=person, due_on=today - dt.timedelta(days=3)
    )
    AccountCover.objects.create(
        user=user, substitute=world.other, starts_on=today, ends_on=today + dt.timedelta(days=9)
    )
    make.FollowUpRequestFactory(follow_up=world.follow_up)
    make.FollowUpRequestFactory(follow_up=world.follow_up, answered=True)
    world.member = CollegeMemberFactory(starts_on=dt.date(2018, 1, 1), ends_on=today - dt.timedelta(days=20))
    world.sheet = SheetImport.objects.create(
        what="employers", list_name="Proeflijst", file="x", state="checked", by=lead,
        preview={"header": ["naam", "telefoon"], "positions": {"naam": 0}},
        counts={"doubtful": 9, "rows": 9},
    )  # fmt: skip
    if user.has_role(TL):
        SheetImport.objects.filter(pk=world.sheet.pk).update(by=user)
    world.theme = MeetingFactory(
        planned=True, on=today + dt.timedelta(9), kind=MeetingKindFactory(code="proefthema"), owner=user
    )
    world.hours = HoursImportFactory(by=user)
    world.views = {
        key: SavedView.objects.create(list_key=key, owner=lead, name="Proef", is_shared=True, query="")
        for key in LISTS
    }
    old = UserFactory(role=AM)
    for _ in range(2):
        make.AccountAssignmentFactory(user=old, employer=make.EmployerFactory(refreshed=True))
    world.series = make_series()
    world.table = meet(world.series, today + dt.timedelta(days=60), planned=True, planned_on=today)
    world.held_table = meet(world.series, today - dt.timedelta(days=200), held=True)
    world.old, world.handed = old, None
    quarter = Quarter.of(today)
    world.frozen_report = make_report(quarter.previous, by=lead, freeze=True, C1=f"Met {WORD}.")
    world.draft_report = make_report(quarter, by=lead, C1="Nog niet af.")
    grow(world, 8)
    world.handed = hand_over(
        old, user if user.has_role(AM) else world.other, by=lead, starts_on=today, scope=Scope()
    )
    return world


def grow(world: SimpleNamespace, count: int) -> None:
    """That many more of everything, at the one employer and beside it."""
    today, user = clock.today(), world.user
    when = clock.now() - dt.timedelta(days=2)
    tag, _made = Tag.objects.get_or_create(name="proeflabel")
    for number in range(count):
        employer = make.EmployerFactory(
            name=f"{WORD} {Employer.objects.count()}", is_relation=True, working=20
        )
        other = UserFactory(role=AM)
        make.AccountAssignmentFactory(employer=employer, user=user if number % 2 else other)
        make.EstablishmentFactory(employer=world.employer, name=f"{WORD} {number}")
        make.EstablishmentFactory(employer=world.employer)
        EmployerTag.objects.create(employer=employer, tag=tag)
        EmployerTag.objects.create(
            employer=world.employer, tag=Tag.objects.create(name=f"{tag} {employer.pk}")
        )
        for place in (employer, world.employer):
            person = make.PositionFactory(employer=place, person__last_name=f"{WORD}{number}").person
            make.PositionFactory(person=person, employer=world.club, seat="board")
            make.ContactMomentFactory(employers=[place], people=[person], happened_at=when, user=other)
            make.ContactMomentFactory(employers=[place], people=[world.person], happened_at=when, user=user)
            for options in ({}, {"promise": True}, {"kind": "promise_by"}):
                make.FollowUpFactory(
                    employer=place, owner=user, person=person, due_on=today + dt.timedelta(number), **options
                )
            make.FollowUpFactory(promise=True, employer=place, promised_by=world.member, department="Ruimte")
            make.FollowUpRequestFactory(follow_up=make.FollowUpFactory(employer=place, promise=True))
            make.FollowUpFactory(employer=place, owner=world.gone)
            InvitationFactory(employer=place, college_member=world.member)
            planned = MeetingFactory(
                planned=True, on=today + dt.timedelta(2 + number), employers=[place, world.club],
                owner=user, people=[(person, place)], college=True, title=WORD,
            )  # fmt: skip
            invited = InvitationFactory(
                employer=place, sent_on=today - dt.timedelta(9), person=person, link_key=uuid.uuid4()
            )
            queue_mail(
                kind="invitation",
                key=f"{invited.pk}",
                to="x@example.org",
                subject="x",
                text="x",
                about=invited,
            )
            for guest_of, invitation in ((world.theme, invited), (world.theme, None)):
                who = person if invitation else make.PositionFactory(employer=place).person
                GuestFactory(
                    meeting=guest_of, person=who, employer=place, invitation=invitation, position=False
                )
            world.visit = getattr(world, "visit", planned)
            InvitationFactory(employer=place, sent_on=today - dt.timedelta(9), person=person)
            ReminderFactory(recipient=user, target=planned)
            TimeEntryFactory(user=user, employer=place, day=today)
            HoursImportFactory(by=user)
            HoursLine.objects.create(
                sheet=world.hours, number=number, outcome="refused", employer=place, values=["x"]
            )
        for table in (world.table, world.held_table):
            item = AgendaItemFactory(meeting=table, brought_by=world.series.clubs[0], title=WORD)
            AgendaDocumentFactory(meeting=table, item=item, from_user=other, due_on=today)
        meet(world.series, today - dt.timedelta(days=210 + number), held=True)
        decision = make.FollowUpFactory(employer=world.series.clubs[0], owner=other, due_on=today)
        MeetingFollowUp.objects.create(meeting=world.held_table, follow_up=decision)
        make.PositionFactory(employer=world.series.clubs[0], seat="board", starts_on=today)
        # The reason names an employer, a member, a sector and an area that stand nowhere else on the page.
        PlanProposalFactory(
            employer=employer, day=today + dt.timedelta(3 + number),
            why=[
                {"code": "near", "employer": world.club.pk, "postcode": "7411"},
                {"code": "sector_and_area", "sector": make.SectorFactory().pk, "area": make.AreaFactory().pk},
            ],
        )  # fmt: skip
        _older_report(world)
        make.MembershipFactory(employer=employer, association=world.club)
        club = make.EmployerFactory(kind=Employer.Kind.ASSOCIATION)
        make.MembershipFactory(employer=world.employer, association=club)
        Portfolio.objects.create(user=other, sector=make.SectorFactory(), starts_on=dt.date(2024, 1, 1))
        BulkAct.objects.create(
            list_key="employers", act="label", by=user, undo={"tag": tag.pk, "is_new": False, "made": []}
        )
        SheetImport.objects.create(what="employers", list_name=f"Proef {number}", state="done", by=user)
        SheetRow.objects.create(
            sheet=world.sheet, number=employer.pk, outcome="doubtful", reason="same_name", employer=employer,
            reason_values={"asks": "employer"}, candidates=[employer.pk, world.employer.pk],
        )  # fmt: skip
        if world.handed is not None:
            world.handed.employers = [*world.handed.employers, employer.pk]
            world.handed.save()
    refresh_employers(None, today)


def _older_report(world: SimpleNamespace) -> None:
    """The quarter before the oldest one, with the same figures."""
    quarter = QuarterlyReport.objects.order_by("year", "quarter")[0].period.previous
    QuarterlyReport.objects.create(
        year=quarter.year, quarter=quarter.number, state="frozen", as_of=quarter.last, frozen_on=quarter.last,
        frozen_by=world.lead, figures=world.frozen_report.figures, sha256="x",
    )  # fmt: skip


def statements(client: Any, page: Page, world: SimpleNamespace) -> list[str]:
    """What the page asks when the process is warm."""
    query = dict(page.query)
    url = reverse(page.name, args=page.args(world))
    if "view" in query:
        query["view"] = next(view.pk for view in world.views.values() if LISTS[view.list_key].path == url)
    headers = {"HX-Request": "true"} if page.htmx else {}
    assert client.get(url, query, headers=headers).status_code == 200, page
    with page_queries() as found:
        client.get(url, query, headers=headers)
    # What only sets a threshold for the next statement asks nothing.
    return [sql for sql in found if "; SET LOCAL " not in sql and "; RESET " not in sql]


def shape(sql: str) -> str:
    """What is asked, whatever the values."""
    return re.sub(r"'[^']*'|\d+", "?", sql)[:400]


@pytest.mark.parametrize("role", [AM, CM, ES, TL], ids=str)
def test_each_page_keeps_to_its_bar_however_much_there_is(role: str, client_as: Any):
    user = UserFactory(role=role)
    if role == CM:
        CollegeMemberFactory(user=user)
    client = client_as(user)
    world = begin(user)
    pages = [page for page in PAGES if role in page.roles]
    few = [statements(client, page, world) for page in pages]
    grow(world, 8)
    found = []
    for page, before in zip(pages, few, strict=True):
        after = statements(client, page, world)
        if len(after) > page.bar or len(after) != len(before):
            known = set() if len(after) > page.bar else {shape(sql) for sql in before}
            asked = "\n".join(f"    {sql[:160]} … {sql[-200:]}" for sql in after if shape(sql) not in known)
            found.append(f"{page}: {len(before)} → {len(after)}, at most {page.bar}\n{asked}")
    assert not found, "\n".join(found)
