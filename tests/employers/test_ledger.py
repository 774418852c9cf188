"""The ledger of promises by college member, department, employer and age, and the weekly list."""

import datetime as dt
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse

from deventer_crm.core import clock
from deventer_crm.core.lists import LISTS, Reader
from deventer_crm.core.lists.asking import ask
from deventer_crm.core.models import AccessEvent, PolicySetting
from employers.models import FollowUp
from employers.selectors.ledger import GROUPINGS, ledger
from employers.selectors.weekly import weekly_list
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.employers.factories import (
    EmployerFactory,
    FollowUpFactory,
    FollowUpRequestFactory,
    PositionFactory,
)

pytestmark = pytest.mark.django_db
#: A Wednesday.
TODAY = dt.date(2026, 11, 11)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel(dt.datetime(2026, 11, 11, 10, tzinfo=dt.UTC), tick=False):
        yield


def promise(**options) -> FollowUp:
    return FollowUpFactory(promise=True, **options)


@pytest.fixture
def left():
    return CollegeMemberFactory(starts_on=dt.date(2022, 1, 1), ends_on=dt.date(2026, 10, 1), position=9)


@pytest.fixture
def world(am, left):
    """Promises of every sort: of members who are there, who left and whose promises went to others."""
    first, second = CollegeMemberFactory(position=1), CollegeMemberFactory(position=2)
    employer = EmployerFactory(name="Proefwerkplaats Kwarts")
    promise(promised_by=first, employer=employer, due_on=TODAY - DAY, made_on=TODAY - 100 * DAY)
    promise(promised_by=first, employer=employer, department="Ruimte", made_on=TODAY - 89 * DAY)
    promise(promised_by=left, department="ruimte & wonen", made_on=TODAY - 30 * DAY)
    promise(promised_by=left, taken_over_by=second, taken_over_on=TODAY, made_on=TODAY - 29 * DAY)
    promise(promised_by=left, taken_over_on=TODAY, made_on=TODAY - 14 * DAY)
    promise(made_on=TODAY - 13 * DAY, confirmed_on=TODAY, exact_words="Ja.", authority_checked=True)
    promise(
        made_on=TODAY - 90 * DAY,
        due_on=TODAY - DAY,
        confirmed_on=TODAY,
        exact_words="Ja.",
        authority_checked=True,
        fulfilled_on=TODAY,
    )
    promise(employer__is_confidential=True, is_confidential=True, promised_by=first)
    promise(dropped_on=TODAY, dropped_reason="proef", promised_by=first)
    FollowUpFactory(kind="action", department="Ruimte")
    FollowUpFactory(kind="promise_by")
    return first, second


def rows_behind(url: str, user) -> int:
    """How many rows the list shows at that address."""
    definition = LISTS["follow-ups"]
    parts = urlsplit(url)
    assert parts.path == definition.path
    query = QueryDict(mutable=True)
    query.update(dict(parse_qsl(parts.query)))
    asked = ask(definition, Reader(user, clock.today()), query)
    assert asked.problems == {}
    return asked.rows().count()


@pytest.mark.parametrize("everything", [False, True], ids=["promises", "everything"])
@pytest.mark.parametrize("per", GROUPINGS)
@pytest.mark.parametrize("role", ["AM", "TL", "ED"])
def test_every_number_is_the_number_of_rows_it_leads_to(per, everything, role, world):
    user = UserFactory(role=role)
    shown = ledger(user, per=per, everything=everything)

    for row in [shown.total, *shown.rows]:
        for number in row.numbers:
            assert rows_behind(number.url, user) == number.count, (per, str(row.label), str(number.label))
    for position in range(4):
        parts = sum(row.numbers[position].count for row in shown.rows)
        assert parts == shown.total.numbers[position].count


def test_what_somebody_took_over_counts_for_who_answers_for_it_now(world, left, am):
    first, second = world
    found = {str(row.label): (row.numbers[0].count, str(row.note)) for row in ledger(am, per="college").rows}

    assert found == {
        first.titled_name: (2, ""),
        second.titled_name: (1, ""),
        left.titled_name: (1, "heeft het college verlaten"),
        "het hele college": (1, ""),
        "niemand van het college": (2, ""),
    }


def test_ages_are_counted_in_days_open(world, am):
    found = [(row.numbers[0].count, row.oldest) for row in ledger(am, per="leeftijd").rows]

    assert found == [(1, 13), (2, 29), (2, 89), (2, 100)]


def test_what_is_late_to_confirm_or_to_report_back_is_told_apart(world, am):
    total = ledger(am, per="college").total

    assert [number.count for number in total.numbers] == [7, 2, 5, 1]


def test_a_confidential_promise_is_in_no_number_for_who_may_not_know(world, am, tl):
    assert ledger(tl, per="college").total.numbers[0].count == 8
    assert ledger(am, per="college").total.numbers[0].count == 7


def test_a_member_of_the_college_sees_the_own_promises_first(world, client_as):
    user = UserFactory(role="CM")
    member = CollegeMemberFactory(user=user, position=3)
    promise(what="Mijn eigen belofte", promised_by=member, audience="named")
    promise(what="Overgenomen belofte", promised_by=world[0], taken_over_by=member, taken_over_on=TODAY)

    page = client_as(user).get(reverse("employers:follow_up_ledger")).content.decode()

    assert page.index("Mijn eigen belofte") < page.index("Per collegelid")
    assert "Overgenomen belofte" in page


def test_the_page_groups_and_links_and_survives_nonsense(world, am, client_as):
    client = client_as(am)
    for per in (*GROUPINGS, "", "onzin", "²"):
        assert client.get(reverse("employers:follow_up_ledger"), {"per": per}).status_code == 200
    page = client.get(reverse("employers:follow_up_ledger"), {"per": "afdeling"}).content.decode()
    assert "?kind=promise_to&amp;department=Ruimte" in page
    assert "Proefwerkplaats Kwarts" not in page


def test_with_nothing_open_the_ledger_says_so(am, client_as):
    response = client_as(am).get(reverse("employers:follow_up_ledger"), {"per": "bedrijf"})

    assert "Er staat niets open" in response.content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"answers": "any"}, 5),
        ({"answers": "left"}, 1),
        ({"answers": "college"}, 1),
        ({"answers": "none", "kind": "promise_to"}, 2),
        ({"age": ">30"}, 3),
        ({"age": ">14", "department": "Ruimte"}, 1),
        ({"department": "none", "kind": "promise_to"}, 5),
    ],
)
def test_the_list_narrows_by_the_same_words(query, count, world, am, client_as):
    response = client_as(am).get(reverse("employers:follow_ups"), query)

    assert response.context["listing"].total == count


def test_a_member_who_left_can_still_be_chosen_as_who_promised_it(world, left, am, client_as):
    response = client_as(am).get(reverse("employers:follow_ups"), {"promised": left.pk, "columns": "answers"})

    assert response.context["listing"].total == 3
    page = response.content.decode()
    assert "het college" in page
    assert world[1].titled_name in page


def test_departments_of_what_a_reader_may_not_know_are_no_choice(am, client_as):
    promise(is_confidential=True, employer__is_confidential=True, department="Geheime dienst")

    page = client_as(am).get(reverse("employers:follow_ups"), {"panel": "filters"}).content.decode()

    assert "Geheime dienst" not in page


# ── the weekly list ──────────────────────────────────────────────────────────────────────────────


def names(user) -> list[str]:
    return [
        line.what
        for section in weekly_list(user).sections
        for department in section.departments
        for line in department.lines
    ]


CONFIRMED = {"confirmed_on": TODAY, "exact_words": "Ja.", "authority_checked": True}


def test_what_needs_a_word_is_on_it_and_nothing_else(am):
    promise(what="te laat", due_on=TODAY - DAY, **CONFIRMED)
    promise(what="binnen twee weken", due_on=TODAY + 14 * DAY, **CONFIRMED)
    promise(what="later", due_on=TODAY + 15 * DAY, **CONFIRMED)
    promise(what="te bevestigen", due_on=TODAY + 40 * DAY)
    promise(what="terug te koppelen", due_on=TODAY + 40 * DAY, fulfilled_on=TODAY, **CONFIRMED)
    promise(what="bij een afdeling", due_on=TODAY + 40 * DAY, owner=None, department="Ruimte", **CONFIRMED)
    waits = promise(what="wacht op een collega", due_on=TODAY + 40 * DAY, **CONFIRMED)
    FollowUpRequestFactory(follow_up=waits, name="Tess Tegel")
    FollowUpFactory(what="een actie", due_on=TODAY)
    promise(what="klaar", dropped_on=TODAY, dropped_reason="proef")

    assert set(names(am)) == {
        "te laat",
        "binnen twee weken",
        "te bevestigen",
        "terug te koppelen",
        "bij een afdeling",
        "wacht op een collega",
    }
    why = {
        line.what: line.why
        for section in weekly_list(am).sections
        for department in section.departments
        for line in department.lines
    }
    assert why["te laat"] == ["te laat"]
    assert why["terug te koppelen"] == ["terug te koppelen"]
    assert why["wacht op een collega"] == ["wacht op Tess Tegel, gevraagd op 11 nov"]
    assert why["bij een afdeling"] == ["wacht op Ruimte"]


def test_how_far_ahead_is_a_setting(am):
    promise(what="over drie weken", due_on=TODAY + 21 * DAY, **CONFIRMED)
    assert names(am) == []
    PolicySetting.objects.create(name="weekly_list_days", value=21, starts_on=TODAY)

    assert names(am) == ["over drie weken"]


def test_it_is_grouped_by_who_answers_for_it_and_then_by_department(world, left, am):
    first, second = world
    found = [
        (section.name, [department.name for department in section.departments])
        for section in weekly_list(am).sections
    ]

    assert found == [
        (first.titled_name, ["Ons eigen team", "Ruimte"]),
        (second.titled_name, ["Ons eigen team"]),
        (f"{left.titled_name}, heeft het college verlaten", ["ruimte & wonen"]),
        ("Het hele college", ["Ons eigen team"]),
        ("Niet door het college toegezegd", ["Ons eigen team"]),
    ]


def test_the_paper_holds_no_secrets_whoever_prints_it(am, tl):
    person = PositionFactory(employer__is_confidential=True).person
    promise(what="geheim", is_confidential=True)
    promise(what="geheim bedrijf", employer__is_confidential=True, is_confidential=True)
    promise(what="geheime persoon", person=person)
    promise(what="voor genoemden", audience="named", owner=tl)
    promise(what="in vertrouwen", given_in_confidence=True, woo_ground="bedrijfsgegevens")

    assert names(tl) == ["In vertrouwen gegeven"]
    assert weekly_list(tl).hidden == 4
    assert names(am) == ["In vertrouwen gegeven"]
    assert weekly_list(am).hidden == 0  # who may not know of them, is not told that there are


def test_the_page_and_the_paper_tell_the_same(world, am, client_as):
    client = client_as(am)
    page = client.get(reverse("employers:follow_up_weekly"))
    paper = client.get(reverse("employers:follow_up_weekly_pdf"))

    assert "Proefwerkplaats Kwarts" in page.content.decode()
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["Cache-Control"] == "no-store"
    assert paper.content.startswith(b"%PDF-")
    # Tagged, and said to be accessible and fit to keep: the compiler refuses what is not.
    assert re.search(rb"/StructTreeRoot", paper.content)
    assert b"pdfuaid" in paper.content
    event = AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT)
    assert (event.target, event.detail["rows"]) == ("list:weekly-promises", 6)


def test_an_empty_list_is_a_page_and_a_paper_too(am, client_as):
    client = client_as(am)
    said = "Geen toezegging vraagt deze week aandacht."

    assert said in client.get(reverse("employers:follow_up_weekly")).content.decode()
    assert client.get(reverse("employers:follow_up_weekly_pdf")).content.startswith(b"%PDF-")


def test_what_people_typed_is_text_on_the_paper(am, client_as):
    promise(what='#panic("x") $ * _ [ ] <a> \\ = kop', department="= #eval(1)")

    assert client_as(am).get(reverse("employers:follow_up_weekly_pdf")).content.startswith(b"%PDF-")
