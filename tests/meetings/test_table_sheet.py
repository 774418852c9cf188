"""Samen-om-tafel-blad: open points of both sides, what was left, and themes of three companies or more."""

import datetime as dt
import io

import pikepdf
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from deventer_crm.core.models import PolicySetting
from employers.models import Employer, Theme
from meetings.models import AgendaItem, TableSheet
from meetings.selectors.table_sheet import Part, has_sheet, sheet_page
from meetings.services.agenda import add_item
from meetings.services.table_sheet import freeze_sheet, release_sheet, take_over
from meetings.theme_signals import SOURCES, at_least, theme_signal_source, theme_signals
from tests.employers.factories import (
    ContactMomentFactory,
    EmployerFactory,
    FollowUpFactory,
    MembershipFactory,
)
from tests.meetings.factories import AgendaItemFactory, MeetingFactory
from tests.meetings.series_world import table

pytestmark = pytest.mark.django_db
WHEN = dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 4, 15), dt.date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(WHEN, tick=False):
        yield


@pytest.fixture
def world():
    return table()


@pytest.fixture
def theme():
    return Theme.objects.create(code="proefthema", name="Proefthema")


def lines(page, part):
    return [line for found in page.parts if found.code == part for line in found.lines]


def mention(theme, employers, *, on=dt.date(2026, 9, 1), **options):
    """One contact each."""
    when = dt.datetime.combine(on, dt.time(10), dt.UTC)
    for employer in employers:
        ContactMomentFactory(employers=[employer], theme=theme, happened_at=when, **options)


# ── open points ──────────────────────────────────────────────────────────────────────────────────


def test_open_points_of_both_sides_stand_apart(world, es):
    ours = FollowUpFactory(employer=world.clubs[0], what="Kaart van de vrije kavels sturen")
    theirs = FollowUpFactory(employer=world.clubs[1], kind="promise_by", what="Ledenlijst doorgeven")
    FollowUpFactory(employer=world.clubs[0], what="Al gedaan", fulfilled_on=dt.date(2026, 11, 10))
    FollowUpFactory(what="Van een ander bedrijf")
    page = sheet_page(world.next, es)
    assert [line.follow_up for line in lines(page, Part.OURS)] == [ours]
    assert [line.follow_up for line in lines(page, Part.THEIRS)] == [theirs]
    assert lines(page, Part.THEIRS)[0].brought_by_id == world.clubs[1].pk


@pytest.mark.parametrize(
    "secret",
    [
        {"is_confidential": True},
        {"given_in_confidence": True, "woo_ground": "art. 5.1"},
        {"audience": "named"},
        {"kind": "promise_to"},
    ],
    ids=str,
)
def test_what_is_not_for_the_table_is_left_out_even_for_the_lead(world, tl, secret):
    FollowUpFactory(employer=world.clubs[0], what="Niet voor de tafel", **secret)
    page = sheet_page(world.next, tl)
    assert page.lines == []
    assert page.unconfirmed == (1 if "kind" in secret else 0)


def test_a_party_that_is_a_secret_is_not_named_and_its_points_are_not_there(world, es, tl):
    FollowUpFactory(employer=world.clubs[0], what="Punt van de geheime club")
    world.clubs[0].is_confidential = True
    world.clubs[0].save()
    others = MeetingFactory(
        kind=world.series.kind, planned=True, on=dt.date(2026, 12, 2), employers=world.clubs[1:]
    )
    page = sheet_page(others, es)
    assert page.parties == world.clubs[1:]
    assert page.lines == []
    assert sheet_page(others, tl).parties == world.clubs


def test_open_points_at_members_are_a_theme_and_a_number(world, es, theme):
    for number in range(3):
        member = EmployerFactory(name=f"Lid met naam {number}")
        MembershipFactory(employer=member, association=world.clubs[0])
        FollowUpFactory(employer=member, theme=theme, what="Geheim van het lid", made_on=dt.date(2025, 1, 2))
    FollowUpFactory(employer=EmployerFactory(), theme=theme, made_on=dt.date(2025, 1, 2))  # no member
    page = sheet_page(world.next, es)
    (line,) = lines(page, Part.MEMBERS)
    assert (line.text, line.companies, line.note) == ("Proefthema", 3, "3 bedrijven")


# ── what was left ────────────────────────────────────────────────────────────────────────────────


def test_items_that_were_not_finished_come_back_and_secret_ones_do_not(world, es):
    left = AgendaItemFactory(meeting=world.last, title="Laden en lossen")
    AgendaItemFactory(meeting=world.last, title="Klaar", is_finished=True)
    AgendaItemFactory(meeting=world.last, title="Geheim", is_confidential=True)
    page = sheet_page(world.next, es)
    assert [line.item for line in lines(page, Part.LEFT)] == [left]
    take_over(world.next, [f"item:{left.pk}"], by=es)
    made = world.next.agenda_items.get()
    assert (made.title, made.carried_from, made.source) == ("Laden en lossen", left, "last_time")


# ── signals ──────────────────────────────────────────────────────────────────────────────────────


def test_a_theme_of_three_companies_is_a_signal_without_their_names(world, es, theme, client_as):
    mention(theme, [EmployerFactory(name=f"Naam die niet mag {number}") for number in range(3)])
    (line,) = lines(sheet_page(world.next, es), Part.SIGNALS)
    assert (line.text, line.note) == ("Proefthema", "3 bedrijven")
    text = client_as(es).get(f"/agenda/{world.next.pk}/tafelblad/").content.decode()
    assert "Proefthema" in text
    assert "Naam die niet mag" not in text


def test_two_companies_are_no_signal_however_often_they_say_it(theme):
    mention(theme, [EmployerFactory(), EmployerFactory()] * 3)
    assert theme_signals(FIRST, LAST) == []


def test_natural_persons_secrets_and_associations_are_counted_out(theme):
    mention(theme, [EmployerFactory(), EmployerFactory()])
    mention(theme, [EmployerFactory(is_natural_person=True)])
    mention(theme, [EmployerFactory(is_confidential=True)])
    mention(theme, [EmployerFactory(kind=Employer.Kind.ASSOCIATION)])
    mention(theme, [EmployerFactory()], is_confidential=True)
    mention(theme, [EmployerFactory()], given_in_confidence=True, woo_ground="art. 5.1")
    mention(theme, [EmployerFactory()], audience="named")
    mention(theme, [EmployerFactory()], withdrawn_on=LAST, withdrawn_reason="proef")
    assert theme_signals(FIRST, LAST) == []
    mention(theme, [EmployerFactory()])
    assert [found.companies for found in theme_signals(FIRST, LAST)] == [3]


def test_a_contact_with_a_secret_company_tells_nothing_of_the_other(theme):
    secret = EmployerFactory(is_confidential=True)
    for _number in range(3):
        ContactMomentFactory(
            employers=[EmployerFactory(), secret],
            theme=theme,
            happened_at=dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC),
        )
    assert theme_signals(FIRST, LAST) == []


def test_grouped_companies_are_one(theme):
    survivor = EmployerFactory()
    mention(theme, [survivor, EmployerFactory(merged_into=survivor), EmployerFactory()])
    assert theme_signals(FIRST, LAST) == []


def test_contacts_visits_and_promises_add_up(theme):
    mention(theme, [EmployerFactory()])
    MeetingFactory(held=True, on=dt.date(2026, 6, 2), employers=[EmployerFactory()], theme=theme)
    FollowUpFactory(theme=theme, made_on=dt.date(2026, 7, 1))
    assert [found.companies for found in theme_signals(FIRST, LAST)] == [3]


def test_a_meeting_of_a_series_is_no_mention(theme, world):
    for _number in range(3):
        MeetingFactory(
            kind=world.series.kind,
            held=True,
            on=dt.date(2026, 6, 2),
            employers=[EmployerFactory()],
            theme=theme,
        )
    assert theme_signals(FIRST, LAST) == []


def test_only_what_came_up_since_the_last_meeting_counts(world, es, theme):
    mention(theme, [EmployerFactory() for _ in range(3)], on=dt.date(2026, 4, 14))
    page = sheet_page(world.next, es)
    assert page.since == dt.date(2026, 4, 15)
    assert lines(page, Part.SIGNALS) == []


def test_how_many_companies_is_a_setting_but_never_fewer_than_two(theme):
    mention(theme, [EmployerFactory()])
    PolicySetting.objects.create(name="signal_companies", starts_on=dt.date(2026, 1, 1), value=1)
    assert theme_signals(FIRST, LAST) == []
    mention(theme, [EmployerFactory()])
    assert len(theme_signals(FIRST, LAST)) == 1


def test_a_source_is_registered_once_and_counts_along(theme, monkeypatch):
    for code in ("contact", "meeting", "follow_up"):
        assert code in SOURCES
    with pytest.raises(ValueError, match="twice"):
        theme_signal_source("contact")(SOURCES["meeting"])
    companies = [EmployerFactory() for _ in range(3)]
    monkeypatch.setitem(SOURCES, "proef", lambda _first, _last: [(theme.pk, row.pk) for row in companies])
    assert [found.companies for found in theme_signals(FIRST, LAST)] == [3]


class TestThreshold(TestCase):
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        kinds=st.lists(st.sampled_from(["company", "person", "secret", "club"]), max_size=6),
        threshold=st.integers(0, 4),
    )
    def test_a_theme_shows_exactly_when_enough_open_companies_say_it(self, kinds, threshold):
        theme = Theme.objects.create(code="proef", name="Proef")
        options = {"person": {"is_natural_person": True}, "secret": {"is_confidential": True}}
        options["club"] = {"kind": Employer.Kind.ASSOCIATION}
        pairs = [(theme.pk, EmployerFactory(**options.get(kind, {})).pk) for kind in kinds]
        enough = kinds.count("company")
        found = at_least(pairs, threshold)
        assert [row.companies for row in found] == ([enough] if enough >= max(threshold, 2) else [])


# ── to the agenda ────────────────────────────────────────────────────────────────────────────────


def test_ticked_lines_become_items_once(world, es, theme, client_as):
    point = FollowUpFactory(employer=world.clubs[1], kind="promise_by", what="Ledenlijst doorgeven")
    mention(theme, [EmployerFactory() for _ in range(4)])
    client, url = client_as(es), f"/agenda/{world.next.pk}/tafelblad/"
    ticked = {"line": [f"follow_up:{point.pk}", f"theme:{theme.pk}"]}
    assert client.post(url, ticked).status_code == 302
    client.post(url, ticked)
    items = {item.source: item for item in world.next.agenda_items.all()}
    assert len(items) == world.next.agenda_items.count() == 2
    assert (items["follow_up"].follow_up, items["follow_up"].brought_by) == (point, world.clubs[1])
    assert (items["theme"].theme, items["theme"].companies) == (theme, 4)
    assert "staat op de agenda" in client.get(url).content.decode()


def test_a_line_that_is_gone_or_was_never_there_is_refused(world, es):
    secret = FollowUpFactory(employer=world.clubs[0], is_confidential=True)
    with pytest.raises(ValidationError):
        take_over(world.next, [f"follow_up:{secret.pk}"], by=es)
    assert not AgendaItem.objects.exists()


# ── freezing ─────────────────────────────────────────────────────────────────────────────────────


def test_what_was_sent_stays_as_it_was(world, es, am, client_as):
    point = FollowUpFactory(employer=world.clubs[0], what="Zoals het was")
    client = client_as(es)
    client.post(f"/agenda/{world.next.pk}/tafelblad/vaststellen/")
    point.what = "Zoals het werd"
    point.save()
    FollowUpFactory(employer=world.clubs[0], what="Nieuw punt")
    page = sheet_page(world.next, am)
    assert [line.text for line in page.lines] == ["Zoals het was"]
    assert page.frozen.frozen_on == LAST
    point.is_confidential = True
    point.save()
    assert sheet_page(world.next, am).lines == []
    with pytest.raises(ValidationError):
        freeze_sheet(world.next, by=es)
    release_sheet(world.next, by=es)
    assert not TableSheet.objects.exists()


# ── who has a sheet ──────────────────────────────────────────────────────────────────────────────


def test_a_meeting_of_two_associations_has_one_and_a_visit_has_none(es, client_as):
    clubs = [EmployerFactory(kind=Employer.Kind.ASSOCIATION) for _ in range(2)]
    before = MeetingFactory(held=True, on=dt.date(2026, 5, 5), employers=clubs)
    both = MeetingFactory(planned=True, on=dt.date(2026, 12, 1), employers=clubs)
    visit = MeetingFactory(planned=True, on=dt.date(2026, 12, 1), employers=[clubs[0]])
    assert has_sheet(both)
    assert not has_sheet(visit)
    assert sheet_page(both, es).previous == before
    assert client_as(es).get(f"/agenda/{visit.pk}/tafelblad/").status_code == 404


def test_a_reader_sees_the_sheet_without_buttons(world, cm, client_as):
    FollowUpFactory(employer=world.clubs[0])
    text = client_as(cm).get(f"/agenda/{world.next.pk}/tafelblad/").content.decode()
    assert "Overzicht van laadpalen sturen" in text
    assert 'name="line"' not in text


# ── on paper ─────────────────────────────────────────────────────────────────────────────────────


def test_the_pdf_is_tagged_and_one_page_however_much_there_is(world, es, client_as):
    for number in range(20):
        FollowUpFactory(employer=world.clubs[number % 4], what=f"{number} " + "lange woorden en meer " * 8)
        FollowUpFactory(
            employer=world.clubs[number % 4],
            kind="promise_by",
            what=f"{number} " + "lange woorden en meer " * 8,
        )
        AgendaItemFactory(meeting=world.last, title=f"{number} " + "lange woorden en nog veel meer " * 6)
        wide = Theme.objects.create(code=f"t{number}", name=f"Thema {number} met een naam van enige lengte")
        members = [EmployerFactory() for _ in range(3)]
        mention(wide, members)
        for member in members:
            MembershipFactory(employer=member, association=world.clubs[0])
            FollowUpFactory(employer=member, theme=wide)
    answer = client_as(es).get(f"/agenda/{world.next.pk}/tafelblad/pdf/")
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 1
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "nl"
    page = sheet_page(world.next, es)
    assert all(part.lines and part.more for part in page.parts)


def test_the_number_of_queries_does_not_grow_with_the_lines(world, es, theme):
    counts = []
    for more in (2, 6):
        for _number in range(more):
            FollowUpFactory(employer=world.clubs[0])
            mention(theme, [EmployerFactory(), EmployerFactory()])
            AgendaItemFactory(meeting=world.last)
            add_item(world.next, by=es, title="Punt")
        sheet_page(world.next, es)  # the rights of the reader are read once
        with CaptureQueriesContext(connection) as asked:
            assert sheet_page(world.next, es).lines
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 18
