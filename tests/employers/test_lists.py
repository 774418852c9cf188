"""What every list promises: page, count, file, saved view and bulk act are about the same rows, and nobody
learns from one what another would not tell."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from zeal import zeal_ignore

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.lists import LISTS, Filter, Reader, register
from deventer_crm.core.lists.asking import ask, ask_text
from deventer_crm.core.lists.bulk import Selection
from deventer_crm.core.lists.page import Listing, quick_lines, read_list
from deventer_crm.core.memo import remembering
from deventer_crm.core.models import AccessEvent, BulkAct, SavedView
from employers.models import AccountAssignment, Employer, EmployerTag, Registration, Tag
from employers.services import refresh_employers
from meetings.models import Meeting
from tests.accounts.factories import UserFactory
from tests.employers import factories as make
from tests.meetings.factories import MeetingKindFactory
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
EMPLOYERS, PEOPLE = LISTS["employers"], LISTS["people"]
PLACES, FOLLOW_UPS = LISTS["establishments"], LISTS["follow-ups"]
HTMX = {"HX-Request": "true"}


def listed(definition: Any, query: str, user: User) -> Listing:
    with remembering():  # as a page does
        return read_list(definition, QueryDict(query), user)


def names(definition: Any, query: str, user: User) -> list[str]:
    return [definition.row_name(row) for row in listed(definition, query, user).rows]


def employers(*wanted: str, **fields: Any) -> list[Employer]:
    rows = [make.EmployerFactory(name=name, **fields) for name in wanted]
    refresh_employers([row.pk for row in rows])
    return rows


def downloaded(client: Client, key: str, query: str = "", kind: str = "csv", **more: Any) -> list[list[Any]]:
    answer = client.get(f"/lijsten/{key}/bestand/{kind}/", {"query": query, **more})
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    sheet = load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.values]


# ── page, count and file are the same rows ───────────────────────────────────────────────────────


@pytest.fixture
def world(am: User) -> dict[str, Any]:
    """Forty employers with every property that a filter asks for, unevenly; some confidential."""
    sectors = [make.SectorFactory() for _ in range(2)]
    areas = [make.AreaFactory() for _ in range(2)]
    tag = Tag.objects.create(name="proefmerk")
    now = clock.now()
    for number in range(40):
        row = make.EmployerFactory(
            name=f"{('Zilver', 'Brons', 'Koper')[number % 3]} {number % 7} {number}",
            kind=("company", "institution")[number % 2],
            is_confidential=number % 11 == 0,
        )
        make.EstablishmentFactory(employer=row, is_main=True)
        make.PositionFactory(employer=row, seat=("", "chair")[number % 2], person__has_objected=number == 5)
        make.FollowUpFactory(
            employer=row,
            owner=am if number % 4 else None,
            due_on=clock.today() + dt.timedelta(days=number - 20),
            made_on=clock.today() - dt.timedelta(days=60),
            promise=number % 3 == 0,
        )
        if number % 5 == 0:
            make.AccountAssignmentFactory(employer=row, user=am)
        if number % 6 == 0:
            EmployerTag.objects.create(employer=row, tag=tag)
        refresh_employers([row.pk])
        Employer.objects.filter(pk=row.pk).update(
            sector=sectors[number % 2] if number % 3 else None,
            area=areas[number // 20],
            jobs=number * 7 if number % 8 else None,
            last_contact_at=now - dt.timedelta(days=number * 20) if number % 4 else None,
            retired_on=clock.today() if number == 39 else None,
            retired_reason="gestopt" if number == 39 else "",
        )
    return {
        "sector": [str(row.pk) for row in sectors], "area": [str(row.pk) for row in areas],
        "label": [str(tag.pk)], "manager": ["me", "none", str(am.pk)], "size": ["1-1", "50-", "10-19"],
        "contact": ["never", "90", "365"], "kind": ["company", "institution"], "use": ["retired"],
        "silent": [str(clock.today() - dt.timedelta(days=100))], "q": ["zilver", "koper 3", "xqz", "zilvr"],
        "sort": ["name", "-name", "sector", "-sector", "area", "jobs", "-jobs", "contact", "-contact"],
        "seat": ["any", "chair"], "due": ["late", "today", "soon", "later"], "owner": ["me", "none"],
        "state": ["all", "unconfirmed", "open"], "columns": ["kvk.labels.address", "jobs"],
    }  # fmt: skip


def all_pages(definition: Any, query: str, user: User) -> tuple[list[int], int, bool]:
    """Keys of every page from first to last, and the same on the way back."""
    listing = listed(definition, query, user)
    forward, total, is_guess = [row.pk for row in listing.rows], listing.total, listing.is_guess
    back = []
    while listing.next_url:
        listing = listed(definition, urlsplit(listing.next_url).query, user)
        forward += [row.pk for row in listing.rows]
        assert listing.last == len(forward)
    back = [row.pk for row in listing.rows]
    while listing.previous_url:
        listing = listed(definition, urlsplit(listing.previous_url).query, user)
        back = [row.pk for row in listing.rows] + back
        assert listing.total == total
    assert back == forward
    return forward, total, is_guess


@pytest.mark.parametrize("role", ["AM", "RD", "TL"])
def test_page_count_and_file_are_the_same_rows(
    role: str, world: dict[str, Any], am: User, client_as: Enter
) -> None:
    user = am if role == "AM" else UserFactory(role=role)
    client = client_as(user)
    cases = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(values) for name, values in world.items()}
    )

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, key=st.sampled_from(["employers", "establishments", "people", "follow-ups"]))
    def same(case: dict[str, str], key: str) -> None:
        definition = LISTS[key]
        if not user.can(definition.right):
            return
        query = "&".join(f"{name}={value}" for name, value in case.items())
        asked = ask(definition, Reader(user, clock.today()), QueryDict(query))
        found, total, is_guess = all_pages(definition, query, user)
        assert len(set(found)) == len(found) == total
        rows = downloaded(client, key, asked.query)[1:]
        if is_guess:
            assert rows == []  # what only looks like it is not what was asked for
            return
        left_out = 0
        if key == "people":
            left_out = definition.base(asked.reader).filter(pk__in=found, has_objected=True).count()
        assert len(rows) == total - left_out
        usual = asked.sort not in ("jobs", "-jobs") and key != "people"
        if usual:
            shown = {row.pk: definition.row_name(row) for row in definition.base(asked.reader)}
            assert [row[0] for row in rows] == [shown[pk] for pk in found]

    same()


@pytest.mark.parametrize("definition", LISTS.values(), ids=list(LISTS))
def test_quick_counts_equal_their_lists(definition: Any, world: dict[str, Any], am: User) -> None:
    lines = quick_lines(definition, Reader(am, clock.today()), counted=True)
    assert lines
    for line in lines:
        assert line.count == listed(definition, urlsplit(line.url).query, am).total, line.label


def test_a_page_is_found_again_after_its_row_left_the_list(world: dict[str, Any], am: User) -> None:
    first = listed(EMPLOYERS, "sort=-name", am)
    Employer.objects.filter(pk=first.rows[-1].pk).update(retired_on=clock.today(), retired_reason="gestopt")
    second = listed(EMPLOYERS, urlsplit(first.next_url).query, am)
    assert second.rows
    assert not {row.pk for row in second.rows} & {row.pk for row in first.rows}


def test_the_place_of_a_secret_in_the_order_is_not_told(world: dict[str, Any], am: User, tl: User) -> None:
    secret = Employer.objects.filter(is_confidential=True).order_by("-sort_name")[0]
    assert listed(EMPLOYERS, f"after={secret.pk}-1", tl).page.first == 2
    assert listed(EMPLOYERS, f"after={secret.pk}-1", am).page.first == 1  # as a number that does not exist


# ── what a file may not say ──────────────────────────────────────────────────────────────────────


def test_no_cell_of_a_file_is_a_formula(am: User, client_as: Enter) -> None:
    wanted = ["=1+1", "+31", "-cmd", "@SUM(A1)", "＝1+1", "Gewoon"]
    employers(*wanted)
    for kind in ("csv", "xlsx"):
        rows = downloaded(client_as(am), "employers", "columns=phone", kind)
        cells = sorted(str(row[0]) for row in rows[1:])
        assert cells == sorted([*(f"'{name}" for name in wanted[:-1]), "Gewoon"]), kind


def test_files_tell_size_classes_and_no_order_by_jobs(tl: User, client_as: Enter) -> None:
    rows = employers("Aap", "Noot")
    for row, jobs in zip(rows, (110, 190), strict=True):
        Employer.objects.filter(pk=row.pk).update(jobs=jobs)
    found = downloaded(client_as(tl), "employers", "sort=-jobs")
    at = found[0].index(str(next(c.label for c in EMPLOYERS.columns if c.code == "jobs")))
    assert [(row[0], row[at]) for row in found[1:]] == [("Aap", "100–199"), ("Noot", "100–199")]


def test_who_objected_or_was_anonymised_is_in_no_file(am: User, client_as: Enter) -> None:
    for name, fields in {
        "Wel": {}, "Bezwaar": {"has_objected": True}, "Weg": {"anonymised_on": clock.today()},
    }.items():  # fmt: skip
        make.ContactPersonFactory(last_name=name, first_name="", **fields)
    assert [row[0] for row in downloaded(client_as(am), "people")[1:]] == ["Wel"]


def test_who_asked_for_no_mail_has_no_address_in_a_file(am: User, client_as: Enter) -> None:
    _wanted, refused = employers("Aap", "Noot", email="info@example.org")
    Registration.objects.create(employer=refused, kvk_number="10000003", no_mailing=True)
    rows = downloaded(client_as(am), "employers", "columns=email")[1:]
    assert rows == [["Aap", "info@example.org"], ["Noot", ""]]


def test_a_shielded_address_is_on_no_page_and_in_no_file(tl: User, client_as: Enter) -> None:
    make.EstablishmentFactory(street="Verborgenkade", is_shielded=True)
    client = client_as(tl)
    assert "Verborgenkade" not in client.get(PLACES.path).content.decode()
    assert "Verborgenkade" not in str(downloaded(client, "establishments"))


def test_an_export_is_logged_without_what_was_typed(am: User, client_as: Enter) -> None:
    employers("Zilverlinde", "Bronsdraad")
    downloaded(client_as(am), "employers", "q=zilver&kind=company")
    event = AccessEvent.objects.get(verb="export")
    assert (event.user, event.target) == (am, "list:employers")
    assert (event.detail["rows"], event.detail["filters"]) == (1, {"kind": "company"})
    assert event.detail["has_text"] is True
    assert "zilver" not in str(event.detail)


def test_only_the_ticked_rows_are_in_the_file(am: User, client_as: Enter) -> None:
    rows = employers("Aap", "Noot", "Mies")
    secret = make.EmployerFactory(name="Geheim", is_confidential=True)
    found = downloaded(client_as(am), "employers", "", rows=[rows[0].pk, rows[2].pk, secret.pk])
    assert [row[0] for row in found[1:]] == ["Aap", "Mies"]


def test_a_filter_that_is_wrong_gives_no_file_of_everything(am: User, client_as: Enter) -> None:
    employers("Aap")
    answer = client_as(am).get("/lijsten/employers/bestand/csv/", {"query": "sector=999999"})
    assert answer.status_code == 302
    assert not AccessEvent.objects.filter(verb="export").exists()


# ── people by what their organisation is ─────────────────────────────────────────────────────────


def test_people_are_found_by_one_organisation_that_is_all_that_was_asked(am: User) -> None:
    sector, area = make.SectorFactory(), make.AreaFactory()
    both = make.EmployerFactory(sector=sector, area=area)
    one, other = make.EmployerFactory(sector=sector), make.EmployerFactory(area=area)
    here = make.PositionFactory(employer=both, person__last_name="Hier").person
    spread = make.PositionFactory(employer=one, person__last_name="Verspreid").person
    make.PositionFactory(employer=other, person=spread)
    make.PositionFactory(employer=both, person__last_name="Vroeger", ends_on=dt.date(2021, 1, 1))
    query = f"sector={sector.pk}&area={area.pk}"
    assert names(PEOPLE, query, am) == [str(here)]
    Employer.objects.filter(pk=both.pk).update(is_confidential=True)
    assert names(PEOPLE, query, am) == []


def test_people_by_seat_association_and_account_manager(am: User) -> None:
    club = make.EmployerFactory(kind="association")
    member = make.MembershipFactory(association=club).employer
    make.AccountAssignmentFactory(employer=member, user=am)
    chair = make.PositionFactory(employer=club, seat="chair", person__last_name="Stoel").person
    plain = make.PositionFactory(employer=member, person__last_name="Lid").person
    assert names(PEOPLE, "seat=any&kind=association", am) == [str(chair)]
    assert names(PEOPLE, f"member={club.pk}", am) == [str(plain)]
    assert names(PEOPLE, "manager=me", am) == [str(plain)]
    assert names(PEOPLE, "manager=none", am) == [str(chair)]


# ── saved views ──────────────────────────────────────────────────────────────────────────────────


def save(client: Client, name: str, query: str, **data: Any) -> SavedView:
    answer = client.post("/lijsten/employers/weergave/", {"name": name, "query": query, **data})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return SavedView.objects.latest("pk")


def test_a_view_opens_as_it_was_saved_and_says_when_it_was_changed(am: User, client_as: Enter) -> None:
    employers("Zilverlinde", "Bronsdraad")
    client = client_as(am)
    view = save(client, "Zilver", "columns=kvk&sort=-name&q=zilver&nonsens=1")
    assert view.query == "q=zilver&sort=-name&columns=kvk"  # only what the list knows, in one order
    opened = listed(EMPLOYERS, f"view={view.pk}", am)
    assert [row.name for row in opened.rows] == ["Zilverlinde"]
    assert [column.code for column in opened.asked.columns] == ["name", "kvk"]
    assert opened.view is not None
    assert not opened.view.is_changed
    without = urlsplit(opened.chips[0].remove_url).query
    changed = listed(EMPLOYERS, without, am)
    assert len(changed.rows) == 2
    assert changed.view is not None
    assert changed.view.is_changed
    data = {"query": changed.asked.query, "version": view.version}
    assert client.post(f"/lijsten/weergave/{view.pk}/filters/", data).status_code == 302
    view.refresh_from_db()
    assert view.query == "sort=-name&columns=kvk"
    # The last filter of a view taken away is no filter, not the view as it was saved.
    only = save(client, "Kort", "q=zilver")
    emptied = listed(
        EMPLOYERS, urlsplit(listed(EMPLOYERS, f"view={only.pk}", am).chips[0].remove_url).query, am
    )
    assert emptied.view is not None
    assert emptied.view.is_changed
    assert len(emptied.rows) == 2


def test_two_who_change_one_view_the_second_is_told(am: User, client_as: Enter) -> None:
    view = save(client_as(am), "Ons", "kind=company", is_shared="on")
    url = f"/lijsten/weergave/{view.pk}/filters/"
    other = UserFactory(role="AM")
    client_as(other).post(url, {"query": "kind=institution", "version": view.version})
    client_as(am).post(url, {"query": "kind=owner", "version": view.version})
    view.refresh_from_db()
    assert view.query == "kind=institution"


def test_a_name_is_used_once_by_one_person_and_freely_by_two(am: User, client_as: Enter) -> None:
    client, other = client_as(am), UserFactory(role="AM")
    save(client, "Mijn lijst", "", is_shared="on")
    again = client.post("/lijsten/employers/weergave/", {"name": "Mijn lijst", "query": ""})
    assert again.status_code == 422
    assert 'value="Mijn lijst"' in again.content.decode()
    save(client_as(other), "Mijn lijst", "kind=company")
    shown = [(tab.name, tab.owner) for tab in listed(EMPLOYERS, "", other).tabs]
    assert shown == [("Mijn lijst", ""), ("Mijn lijst", str(am))]


def test_who_may_open_change_and_lock(am: User, tl: User, rd: User, client_as: Enter) -> None:
    client, other = client_as(am), UserFactory(role="AM")
    own = save(client, "Eigen", "kind=company")
    locked = save(client, "Slot", "kind=company", is_shared="on", is_locked="on")
    shared = save(client, "Samen", "kind=company", is_shared="on")

    def answer(user: User, view: SavedView, part: str = "") -> int:
        return client_as(user).get(f"/lijsten/weergave/{view.pk}/{part}").status_code

    assert [answer(other, view) for view in (own, locked, shared)] == [404, 403, 200]
    assert [answer(tl, view) for view in (own, locked, shared)] == [404, 200, 200]
    assert [answer(rd, view) for view in (own, locked, shared)] == [404, 403, 403]
    assert answer(other, locked, "verwijderen/") == 403
    assert client_as(other).post(f"/lijsten/weergave/{locked.pk}/verwijderen/").status_code == 403
    assert client_as(other).post(f"/lijsten/weergave/{locked.pk}/filters/", {"version": 1}).status_code == 403
    # A colleague cannot lock the view of another, and a reader shares nothing.
    client_as(other).post(
        f"/lijsten/weergave/{shared.pk}/",
        {"name": "Samen", "is_shared": "on", "is_locked": "on", "record_version": shared.version},
    )
    shared.refresh_from_db()
    assert not shared.is_locked
    assert not save(client_as(rd), "Van de lezer", "", is_shared="on").is_shared
    assert client_as(tl).post(f"/lijsten/weergave/{locked.pk}/verwijderen/").status_code == 302
    assert not SavedView.objects.filter(pk=locked.pk).exists()
    assert listed(EMPLOYERS, f"view={own.pk}", other).view is None


def test_a_view_of_the_team_shows_each_what_they_may_see(
    am: User, tl: User, rd: User, client_as: Enter
) -> None:
    secret = make.EmployerFactory(name="Fluisterhout", is_confidential=True)
    hidden = make.PositionFactory(employer=secret, person__last_name="Zwijger")
    employers("Openbaar")
    view = save(client_as(tl), "Alles", "contact=never&sort=-jobs&columns=labels.contact.kvk", is_shared="on")
    assert names(EMPLOYERS, f"view={view.pk}", am) == ["Openbaar"]
    for_reader = listed(EMPLOYERS, f"view={view.pk}", rd)
    assert (for_reader.asked.values, for_reader.asked.sort) == ({}, "")
    assert [column.code for column in for_reader.asked.columns] == ["name", "kvk"]
    people = SavedView.objects.create(
        list_key="people", owner=tl, is_shared=True, name="Wie", query=f"employer={secret.pk}"
    )
    assert names(PEOPLE, f"view={people.pk}", tl) == [str(hidden.person)]
    page = client_as(am).get(PEOPLE.path, {"view": people.pk}).content.decode()
    assert "Zwijger" not in page
    assert "Fluisterhout" not in page
    assert listed(PEOPLE, f"view={people.pk}", am).rows == []


# ── bulk acts ────────────────────────────────────────────────────────────────────────────────────


def do(client: Client, code: str, counted: int, **data: Any) -> Any:
    return client.post(f"/lijsten/employers/actie/{code}/", {"counted": counted, **data})


def undo(client: Client) -> None:
    kept = BulkAct.objects.latest("pk")
    answer = client.post(f"/lijsten/acties/{kept.pk}/terugdraaien/")
    assert answer.status_code == 302
    kept.refresh_from_db()
    assert kept.undone_at is not None


def assignments() -> set[tuple[int, int, dt.date, dt.date | None]]:
    return set(AccountAssignment.objects.values_list("employer_id", "user_id", "starts_on", "ends_on"))


def test_account_managers_are_assigned_and_put_back_exactly(am: User, client_as: Enter) -> None:
    other, client, today = UserFactory(role="AM"), client_as(am), clock.today()
    _nobody, mine, begun, planned, same, changed = employers("Aap", "Noot", "Mies", "Wim", "Zus", "Jet")
    make.AccountAssignmentFactory(employer=mine, user=am)
    make.AccountAssignmentFactory(employer=begun, user=am, starts_on=today)
    make.AccountAssignmentFactory(employer=planned, user=am, starts_on=today + dt.timedelta(days=40))
    make.AccountAssignmentFactory(employer=same, user=other)
    make.AccountAssignmentFactory(employer=changed, user=am, ends_on=today + dt.timedelta(days=9))
    before = assignments()
    answer = do(client, "toewijzen", 6, manager=other.pk, starts_on=today.isoformat())
    assert answer.status_code == 302
    assert BulkAct.objects.get().row_count == 5
    now = {row.employer_id: row.user for row in AccountAssignment.objects.on(today)}
    assert set(now.values()) == {other}
    assert len(now) == 6
    assert (planned.pk, other.pk, today, today + dt.timedelta(days=39)) in assignments()
    undo(client)
    assert assignments() == before


def test_what_was_changed_since_stays_and_is_named(am: User, tl: User, client_as: Enter) -> None:
    other, third, client, today = UserFactory(role="AM"), UserFactory(role="AM"), client_as(am), clock.today()
    first, second = employers("Eerste", "Tweede")
    make.AccountAssignmentFactory(employer=first, user=am)
    do(client, "toewijzen", 2, manager=other.pk, starts_on=today.isoformat())
    row = AccountAssignment.objects.on(today).get(employer=second)
    row.user, row.version = third, row.version + 1
    row.save()
    kept = BulkAct.objects.get()
    page = client.post(f"/lijsten/acties/{kept.pk}/terugdraaien/", follow=True).content.decode()
    assert "Tweede" in page.split('id="messages"')[1].split("</div>")[0]
    now = {row.employer_id: row.user_id for row in AccountAssignment.objects.on(today)}
    assert now == {first.pk: am.pk, second.pk: third.pk}
    assert client.post(f"/lijsten/acties/{kept.pk}/terugdraaien/").status_code == 302  # once is enough
    assert {row.employer_id: row.user_id for row in AccountAssignment.objects.on(today)} == now


def test_nobody_can_be_chosen_too(am: User, client_as: Enter) -> None:
    [row] = employers("Aap")
    make.AccountAssignmentFactory(employer=row, user=am)
    before = assignments()
    do(client_as(am), "toewijzen", 1, manager="", starts_on=clock.today().isoformat())
    assert not AccountAssignment.objects.on(clock.today()).exists()
    undo(client_as(am))
    assert assignments() == before


def test_labels_go_on_and_off_and_back(am: User, client_as: Enter) -> None:
    rows, client = employers("Aap", "Noot", "Mies"), client_as(am)
    old = Tag.objects.create(name="Circulair")
    EmployerTag.objects.create(employer=rows[0], tag=old)
    do(client, "label", 3, name="circulair")  # the same label, whatever the capitals
    assert Tag.objects.count() == 1
    assert EmployerTag.objects.filter(tag=old).count() == 3
    undo(client)
    assert list(EmployerTag.objects.values_list("employer_id", flat=True)) == [rows[0].pk]
    do(client, "label", 2, name="Nieuw", rows=[rows[1].pk, rows[2].pk])
    assert names(EMPLOYERS, f"label={Tag.objects.get(name='Nieuw').pk}", am) == ["Mies", "Noot"]
    undo(client)
    assert not Tag.objects.filter(name="Nieuw").exists()
    do(client, "label-weg", 3, tag=old.pk)
    assert not EmployerTag.objects.exists()
    undo(client)
    assert list(EmployerTag.objects.values_list("employer_id", "tag_id")) == [(rows[0].pk, old.pk)]


def test_drafts_for_each_and_only_untouched_ones_go_again(am: User, client_as: Enter) -> None:
    kind, client = MeetingKindFactory(), client_as(am)
    employers("Aap", "Noot", "Mies")
    data = {"kind": kind.pk, "first_on": "2026-12-04", "time": "10:00", "each_days": "1"}
    with zeal_ignore():  # each draft is made by the service of one meeting
        assert do(client, "plannen", 3, **data).status_code == 302
    days = [clock.local_date(row.starts_at) for row in Meeting.objects.order_by("starts_at", "pk")]
    assert days == [dt.date(2026, 12, 4), dt.date(2026, 12, 7), dt.date(2026, 12, 7)]
    assert set(Meeting.objects.values_list("state", flat=True)) == {"draft"}
    kept = Meeting.objects.order_by("pk")[1]
    Meeting.objects.filter(pk=kept.pk).update(version=kept.version + 1, title="Uitgewerkt")
    undo(client)
    assert list(Meeting.objects.values_list("pk", flat=True)) == [kept.pk]


def test_an_act_asks_first_and_says_how_many(am: User, client_as: Enter) -> None:
    rows, client = employers("Aap", "Noot"), client_as(am)
    page = client.get("/lijsten/employers/actie/label/", {"query": "q=aap", "rows": []}).content.decode()
    assert 'name="counted" value="1"' in page
    assert "Aap" in page
    make.EmployerFactory(name="Noot twee", refreshed=True)
    late = do(client, "label", 1, name="Nieuw", query="q=noot")
    assert late.status_code == 422  # meanwhile there are two: asked again, nothing done
    assert 'value="Nieuw"' in late.content.decode()
    assert not EmployerTag.objects.exists()
    assert do(client, "label", 2, name="Nieuw", query="q=noot").status_code == 302
    assert set(EmployerTag.objects.values_list("employer__name", flat=True)) == {"Noot", "Noot twee"}
    assert not EmployerTag.objects.filter(employer=rows[0]).exists()


def test_an_act_is_bounded_and_refuses_a_wrong_filter(am: User, client_as: Enter) -> None:
    from deventer_crm.core.models import PolicySetting

    PolicySetting.objects.create(name="bulk_acts_at_most", value=2, starts_on=dt.date(2020, 1, 1))
    employers("Aap", "Noot", "Mies")
    client = client_as(am)
    page = client.get("/lijsten/employers/actie/label/", {"query": ""}).content.decode()
    assert '<form class="card form-card"' not in page
    assert do(client, "label", 3, name="Nieuw").status_code == 422
    assert do(client, "label", 2, name="Nieuw", query="sector=999999").status_code == 302
    assert not EmployerTag.objects.exists()


def test_an_act_never_reaches_what_its_doer_may_not_see(am: User, client_as: Enter) -> None:
    secret = make.EmployerFactory(name="Geheim", is_confidential=True)
    [row] = employers("Open")
    assert do(client_as(am), "label", 1, name="Nieuw", rows=[row.pk, secret.pk]).status_code == 302
    assert list(EmployerTag.objects.values_list("employer_id", flat=True)) == [row.pk]


def test_nobody_takes_back_what_a_colleague_did_or_after_a_day(am: User, tl: User, client_as: Enter) -> None:
    employers("Aap")
    do(client_as(am), "label", 1, name="Nieuw")
    url = f"/lijsten/acties/{BulkAct.objects.get().pk}/terugdraaien/"
    assert client_as(tl).post(url).status_code == 404
    assert url in client_as(am).get("/lijsten/acties/").content.decode()
    BulkAct.objects.update(at=clock.now() - dt.timedelta(days=2))
    assert client_as(am).post(url).status_code == 404


def test_an_act_that_fails_halfway_did_nothing(am: User, client_as: Enter, monkeypatch: Any) -> None:
    import meetings.lists as acts

    kind = MeetingKindFactory()
    employers("Aap", "Noot")
    real, calls = acts.draft_meeting, []

    def fails(**details: Any) -> Meeting:
        calls.append(1)
        if len(calls) == 2:
            from django.core.exceptions import ValidationError

            raise ValidationError("niet vandaag")
        return real(**details)

    monkeypatch.setattr(acts, "draft_meeting", fails)
    data = {"kind": kind.pk, "first_on": "2026-12-04", "time": "10:00", "each_days": "1"}
    with zeal_ignore():  # as above
        answer = do(client_as(am), "plannen", 2, **data)
    assert answer.status_code == 422
    assert "niet vandaag" in answer.content.decode()
    assert not Meeting.objects.exists()
    assert not BulkAct.objects.exists()


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("definition", LISTS.values(), ids=list(LISTS))
def test_a_list_works_without_javascript(
    definition: Any, world: dict[str, Any], am: User, client_as: Enter
) -> None:
    """Every door on the page is a link or a form that leads somewhere by itself."""
    client = client_as(am)
    page = BeautifulSoup(client.get(definition.path).content, "html.parser")
    results = page.find(id="results")
    assert results is not None
    links = [link["href"] for link in page.select("#filters a[href], #results a[href], .quick-lists a[href]")]
    own = [link for link in links if link.startswith((definition.path, "/lijsten/"))]
    assert len(own) >= 4
    for link in own:
        assert client.get(link).status_code == 200, link
    opened = BeautifulSoup(client.get(definition.path, {"panel": "filters"}).content, "html.parser")
    asked = {item["name"] for item in opened.select("#filters select, #filters input[type=date]")}
    expected = {item.name for item in definition.filters if item.kind != "hidden"}
    assert asked == expected


def test_the_form_keeps_what_is_not_open(am: User, client_as: Enter) -> None:
    client = client_as(am)
    query = {"kind": "company", "columns": "kvk", "sort": "-name"}
    for panel, shown in (("", {"kind", "columns"}), ("filters", {"columns"}), ("columns", {"kind"})):
        page = BeautifulSoup(client.get("/bedrijven/", {**query, "panel": panel}).content, "html.parser")
        hidden = {item["name"] for item in page.select("#filters input[type=hidden]")}
        assert hidden == shown, panel
    picked = page.select("#filters input[name=columns][checked]")
    assert [box["value"] for box in picked] == ["kvk"]


def test_columns_are_chosen_and_those_without_the_right_are_not_offered(am: User, rd: User) -> None:
    assert [c.code for c in listed(EMPLOYERS, "columns=kvk&columns=area", am).asked.columns] == [
        "name",
        "area",
        "kvk",
    ]
    assert [c.code for c in listed(EMPLOYERS, "columns=contact.labels", rd).asked.columns] == [
        c.code for c in listed(EMPLOYERS, "", rd).asked.columns
    ]
    offered = {c.code for c in listed(EMPLOYERS, "", rd).asked.possible_columns}
    assert not offered & {"contact", "contact_by", "contact_kind", "labels", "duty_column"}


def test_a_wrong_value_is_left_out_said_beside_its_field_and_kept(am: User, client_as: Enter) -> None:
    employers("Aap")
    page = client_as(am).get("/bedrijven/", {"silent": "31-31-2026", "panel": "filters"}).content.decode()
    assert 'value="31-31-2026"' in page
    assert 'id="problem-silent"' in page
    assert "Aap" in page


@pytest.mark.parametrize("definition", LISTS.values(), ids=list(LISTS))
def test_as_many_queries_for_ten_rows_as_for_a_page_full(definition: Any, am: User, client_as: Enter) -> None:
    client = client_as(am)
    counts = []
    for _ in range(2):
        for _number in range(12):
            place = make.EstablishmentFactory()
            make.PositionFactory(employer=place.employer)
            make.FollowUpFactory(employer=place.employer, due_on=clock.today())
            refresh_employers([place.employer_id])
        with page_queries() as found:
            client.get(definition.path)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(
    "query", ["q=brinckhof", "q=brinckhof&top=yes&sort=-jobs", "q=xqzv", "sort=-jobs", "top=yes&view=1"]
)
def test_queries_of_the_worst_questions(query: str, am: User, client_as: Enter) -> None:
    employers("Brinkhof Metaal", "Zilverlinde")
    client = client_as(am)
    with page_queries() as found:
        client.get(f"/bedrijven/?{query}")
    # What only sets a threshold for the next statement asks nothing.
    found = [sql for sql in found if "; SET LOCAL " not in sql and "; RESET " not in sql]
    assert len(found) <= 8, "\n".join(sql[:150] for sql in found)


def test_a_far_page_reads_no_more_than_the_first(am: User) -> None:
    """Whatever the page: the rows before it are not read. Shown by the plan, which begins in the index."""
    from deventer_crm.core.lists.keyset import _behind

    employers(*(f"Bedrijf {number:03}" for number in range(60)))
    asked = ask_text(EMPLOYERS, Reader(am, clock.today()), "")
    rows, sort = asked.ordered(asked.rows())
    row = Employer.objects.order_by("sort_name", "pk")[40]
    [part] = _behind(rows, sort.keys, (row.sort_name, row.pk))
    assert part.count() == 19
    with connection.cursor() as cursor:
        # What 60 rows cost is the same each way; asked is whether the index can begin at a row.
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
    plan = part.order_by("sort_name", "pk")[:26].explain()
    assert "Index Cond: (ROW(" in plan


def test_a_ticked_row_that_is_nonsense_is_no_row_and_never_all_of_them(am: User) -> None:
    make.EmployerFactory(), make.EmployerFactory()
    definition, reader = LISTS["employers"], Reader(am, clock.today())

    def count(query: str) -> int:
        return Selection.read(definition, reader, QueryDict(query)).count

    assert (count(""), count("rows=abc"), count("rows=0"), count("rows=")) == (2, 0, 0, 0)


def test_no_filter_has_a_name_that_means_something_else_in_the_address() -> None:
    known = LISTS["employers"]
    paging = Filter("before", "Before", lambda rows, value, reader: rows)
    with pytest.raises(ValueError, match="reserved"):
        register(replace(known, key="another", filters=(paging,)))
    assert "another" not in LISTS
