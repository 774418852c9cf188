"""The page of the yearly list, its forms, and the command of R12."""

import datetime as dt
import json
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from employers.models import Employer, TopList, TopListAdjustment
from employers.toplist.services import adjust_top_list, freeze_top_list
from tests.employers.factories import EmployerFactory, JobCountFactory, RegistrationFactory
from tests.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db

URL = "/bedrijven/top/2026/"
FREEZE = URL + "vastzetten/"
ADJUST = URL + "aanpassen/"


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))


@pytest.fixture
def three() -> list[Employer]:
    return [
        EmployerFactory(name=name, working=jobs)
        for name, jobs in [("Proefhal Een", 1200), ("Proefhal Twee", 300), ("Proefhal Drie", 30)]
    ]


def page_of(client_as, user, url=URL) -> str:
    response = client_as(user).get(url)
    assert response.status_code == 200
    return response.content.decode()


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def test_without_a_register_the_page_says_what_to_do_first(client_as, am, fa):
    link = reverse("employers:import_list")
    assert link in page_of(client_as, fa).split("<main", 1)[1]
    assert link not in page_of(client_as, am)


@pytest.mark.parametrize("year", ["1999", "2028"])
def test_a_year_without_meaning_does_not_exist(client_as, am, year):
    assert client_as(am).get(f"/bedrijven/top/{year}/").status_code == 404


def test_only_the_lead_is_offered_to_change_the_list(client_as, am, tl, three):
    assert FREEZE in page_of(client_as, tl)
    assert ADJUST in page_of(client_as, tl)
    assert FREEZE not in page_of(client_as, am)
    assert ADJUST not in page_of(client_as, am)


def test_a_confidential_employer_is_counted_and_not_named(client_as, am, tl, three):
    Employer.objects.filter(pk=three[0].pk).update(is_confidential=True)
    page = page_of(client_as, am)
    assert "Proefhal Een" not in page
    assert "Proefhal Twee" in page
    assert "Proefhal Een" in page_of(client_as, tl)


def test_a_confidential_newcomer_or_leaver_is_not_named(client_as, am, tl, three):
    count = {"reference_date": dt.date(2025, 4, 1)}
    JobCountFactory(establishment=three[0].establishments.get(), jobs=3, **count)
    JobCountFactory(establishment=three[2].establishments.get(), jobs=900, **count)
    freeze_top_list(2025, by=tl, size=1)
    Employer.objects.filter(pk__in=[three[0].pk, three[2].pk]).update(is_confidential=True)
    freeze_top_list(2026, by=tl, size=1)
    page = page_of(client_as, am)
    assert "Proefhal Drie" not in page
    assert "Proefhal Een" not in page
    assert "Proefhal Drie" in page_of(client_as, tl)


def test_every_employer_links_to_its_dossier_with_the_duty_beside_it(client_as, am, tl, three):
    freeze_top_list(2026, by=tl)
    MeetingFactory(held=True, on=dt.date(2026, 5, 12), employers=[three[1]], college=True)
    page = page_of(client_as, am)
    for employer in three:
        assert f'href="{employer.get_absolute_url()}"' in page
    row = page.split(three[1].get_absolute_url(), 1)[1].split("</tr>", 1)[0]
    assert "is-ok" in row
    assert "1.200" in page
    assert "2.026" not in page


def test_the_page_takes_the_same_queries_for_three_and_for_thirty(client_as, am, tl, three):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for employer in three:
        JobCountFactory(
            establishment=employer.establishments.get(), jobs=7, reference_date=dt.date(2025, 4, 1)
        )
    gone = EmployerFactory(name="Proefhal Vijf", working=0)
    JobCountFactory(establishment=gone.establishments.get(), jobs=99, reference_date=dt.date(2025, 4, 1))
    added = EmployerFactory(name="Proefhal Zes", kind="association")
    adjust_top_list(2026, added, status="added", reason="veel vrijwilligers", by=tl)
    freeze_top_list(2026, by=tl, size=40)
    client = client_as(am)
    client.get(URL)
    about_the_person = ("django_session", "accounts_user", "auth_group", "auth_permission")
    numbers = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            client.get(URL)
        queries = [q["sql"] for q in seen]
        numbers.append([q for q in queries if not any(f'FROM "{table}' in q for table in about_the_person)])
        for number in range(27):
            EmployerFactory(name=f"Proefhal {number}", working=number + 40)
        freeze_top_list(2026, by=tl, size=40, reason="meer bedrijven")
    assert len(numbers[0]) == len(numbers[1])
    assert len(numbers[0]) <= 20, "\n".join(query[:200] for query in numbers[0])


# ── freezing ─────────────────────────────────────────────────────────────────────────────────────


def test_the_lead_freezes_the_list_and_replaces_it_with_a_reason(client_as, tl, three):
    client = client_as(tl)
    assert client.get(FREEZE).status_code == 200
    assert not TopList.objects.exists()
    data = {"reference_date": "2026-04-01", "size": "2"}
    assert client.post(FREEZE, data).headers["Location"] == URL
    frozen = TopList.objects.get()
    assert (frozen.size, frozen.frozen_by, frozen.entries.count()) == (2, tl, 2)
    again = client.post(FREEZE, data)
    assert again.status_code == 422
    assert TopList.objects.count() == 1
    assert client.post(FREEZE, data | {"reason": "verkeerd bestand", "size": "3"}).status_code == 302
    assert TopList.objects.get(superseded_on=None).entries.count() == 3


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reference_date": "2024-04-01", "size": "2"}, "reference_date"),
        ({"reference_date": "vandaag", "size": "2"}, "reference_date"),
        ({"reference_date": "2026-04-01", "size": "0"}, "size"),
        ({"reference_date": "2026-04-01", "size": "veel"}, "size"),
        ({"reference_date": "2026-04-01", "size": "501"}, "size"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_kept(client_as, tl, three, data, field):
    response = client_as(tl).post(FREEZE, data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert f'value="{data["size"]}"' in response.content.decode()
    assert not TopList.objects.exists()


def test_without_a_register_freezing_goes_back_to_the_page(client_as, tl):
    assert client_as(tl).get(FREEZE).headers["Location"] == URL


# ── adjusting ────────────────────────────────────────────────────────────────────────────────────


def test_leaving_out_and_taking_back(client_as, tl, three):
    client = client_as(tl)
    url = f"{ADJUST}?soort=weglaten&bedrijf={three[0].pk}"
    assert three[0].name in client.get(url).content.decode()
    empty = client.post(url, {"reason": " "})
    assert empty.status_code == 422
    assert "reason" in empty.context["form"].errors
    assert client.post(url, {"reason": "uitzendbureau"}).status_code == 302
    adjustment = TopListAdjustment.objects.get()
    assert (adjustment.status, adjustment.employer, adjustment.created_by) == ("excluded", three[0], tl)
    twice = client.post(url, {"reason": "nog eens"})
    assert twice.status_code == 422
    assert "nog eens" in twice.content.decode()
    back = reverse("employers:top_withdraw", args=[2026, adjustment.pk])
    assert client.get(back).status_code == 405
    assert client.post(back).status_code == 302
    assert not TopListAdjustment.objects.exists()


def test_a_change_after_freezing_waits_in_sight_until_the_list_is_replaced(client_as, am, tl, three):
    freeze_top_list(2026, by=tl, size=2)
    adjustment = adjust_top_list(2026, three[2], status="added", reason="groeit hard", by=tl)
    back = reverse("employers:top_withdraw", args=[2026, adjustment.pk])
    page = page_of(client_as, tl)
    assert "groeit hard" in page
    assert back in page
    assert "groeit hard" not in page_of(client_as, am)
    freeze_top_list(2026, by=tl, size=2, reason="toevoeging")
    assert "groeit hard" in page_of(client_as, am)
    assert back not in page_of(client_as, tl)


def test_somebody_to_add_is_looked_up_first(client_as, tl, three):
    from deventer_crm.core import clock
    from employers.services import refresh_employers

    other = EmployerFactory(name="Modelsmederij Bronsdraad")
    refresh_employers([other.pk], clock.today())
    client = client_as(tl)
    found = client.get(ADJUST, {"soort": "toevoegen", "q": "bronsdraad"}).content.decode()
    link = re.search(rf'href="(\?soort=toevoegen&amp;bedrijf={other.pk})"', found)
    assert link
    assert client.post(ADJUST + link[1].replace("&amp;", "&"), {"reason": "groeit hard"}).status_code == 302
    assert TopListAdjustment.objects.get().status == "added"


@pytest.mark.parametrize("chosen", ["999999", "x", "9" * 30])
def test_an_employer_that_does_not_exist_is_not_found(client_as, tl, three, chosen):
    assert client_as(tl).get(ADJUST, {"bedrijf": chosen}).status_code == 404


# ── the command ──────────────────────────────────────────────────────────────────────────────────


def run(capsys, *args: str) -> dict:
    call_command("top_list", *args, "--json")
    return json.loads(capsys.readouterr().out)


def fails(capsys, *args: str) -> dict:
    with pytest.raises(CommandError) as problem:
        call_command("top_list", *args, "--json")
    assert problem.value.returncode == 1
    return json.loads(capsys.readouterr().out)["error"]


def test_the_command_prints_the_concept(capsys, three, tl):
    RegistrationFactory(employer=three[0], kvk_number="12345679")
    own = three[0].registrations.exclude(kvk_number="12345679").get().kvk_number
    adjust_top_list(2026, three[1], status="excluded", reason="uitzendbureau", by=tl)
    MeetingFactory(held=True, on=dt.date(2026, 5, 12), place="town_hall", employers=[three[0]], college=True)
    assert run(capsys, "2026", "--size", "1") == {
        "year": 2026,
        "reference_date": "2026-04-01",
        "status": "concept",
        "rows": [
            {
                "rank": 1,
                "employer": "Proefhal Een",
                "employer_id": three[0].pk,
                "kvk": sorted([own, "12345679"]),
                "jobs": 1200,
                "status": "listed",
                "duty": "received",
            },
            {
                "rank": 2,
                "employer": "Proefhal Twee",
                "employer_id": three[1].pk,
                "kvk": [three[1].registrations.get().kvk_number],
                "jobs": 300,
                "status": "excluded",
                "duty": "none",
            },
        ],
    }


def test_the_command_freezes_in_somebodys_name(capsys, three, tl):
    found = run(capsys, "2026", "--size", "2", "--freeze", "--by", tl.email.upper())
    assert (found["status"], len(found["rows"])) == ("frozen", 2)
    assert TopList.objects.get().frozen_by == tl
    assert fails(capsys, "2026", "--freeze", "--by", tl.email)["code"] == "already_frozen"
    assert TopList.objects.count() == 1


def test_without_a_register_the_command_prints_an_empty_list(capsys):
    found = run(capsys, "2026")
    assert found == {"year": 2026, "reference_date": None, "status": "concept", "rows": []}


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["99999"], "bad_year"),
        (["2026", "--size", "0"], "bad_size"),
        (["2026", "--reference-date", "2027-01-01"], "bad_reference_date"),
        (["2026", "--reference-date", "2020-01-01"], "no_register"),
        (["2026", "--freeze"], "who_freezes"),
        (["2026", "--by", "niemand@example.org"], "by_without_freeze"),
        (["2026", "--freeze", "--by", "niemand@example.org"], "unknown_user"),
    ],
)
def test_bad_arguments_are_one_json_error_object(capsys, three, args, code):
    error = fails(capsys, *args)
    assert (error["code"], error["row"], error["column"]) == (code, None, None)
    assert error["message"]


def test_who_may_not_freeze_may_not_by_command_either(capsys, three, am):
    assert fails(capsys, "2026", "--freeze", "--by", am.email)["code"] == "not_allowed"


def test_nothing_to_freeze_is_an_error(capsys, tl):
    assert fails(capsys, "2026", "--freeze", "--by", tl.email)["code"] == "cannot_freeze"


def test_without_json_it_speaks_to_people(capsys, three):
    call_command("top_list", "2026")
    out = capsys.readouterr().out
    assert "Proefhal Een" in out
    assert "1200" in out
