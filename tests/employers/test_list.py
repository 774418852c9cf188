"""The list of employers: search, filters in the address, order, paging, rights."""

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.lists.page import Listing, read_list
from deventer_crm.core.paging import page_of
from deventer_crm.core.search import fold
from employers.lists.employers import EMPLOYERS
from employers.models import Employer, TopList, TopListEntry
from employers.selectors import find_employers
from employers.services import refresh_employers
from tests.employers import factories as make
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
URL = "/bedrijven/"


def listed(query: str, user: User) -> Listing:
    return read_list(EMPLOYERS, QueryDict(query), user)


def names(user: User, query: str = "") -> list[str]:
    return [row.name for row in listed(query, user).rows]


def named(*wanted: str, **options: object) -> list[Employer]:
    rows = [make.EmployerFactory(name=name, **options) for name in wanted]
    refresh_employers([row.pk for row in rows])
    return rows


def test_folding_in_python_equals_the_folding_of_the_database() -> None:
    letters = "".join(
        chr(code) for code in [*range(0x20, 0x7F), *range(0xC0, 0x180)] if chr(code) not in "×÷"
    )
    with connection.cursor() as cursor:
        for letter in letters:
            cursor.execute("SELECT lower(unaccent(%s))", [letter])
            # The database writes small what it made of a letter; so does fold().
            assert fold(letter).lower() == cursor.fetchone()[0].lower(), letter


def test_every_word_must_occur_and_accents_do_not_matter(am: User) -> None:
    named("Café Zilverlinde", "Zilverlinde Metaal", "Bronsdraad")
    assert names(am, "q=cafe+zilver") == ["Café Zilverlinde"]
    assert names(am, "q=ZILVERLINDE") == ["Zilverlinde Metaal", "Café Zilverlinde"]  # begins with it: first


def test_it_is_found_by_number_and_address(am: User) -> None:
    place = make.EstablishmentFactory(postcode="9999AB", street="Modelkade", town="Proefdorp")
    refresh_employers([place.employer_id])
    for asked in (place.registration.kvk_number, place.number, "9999 AB", "modelkade", "proefdorp"):
        assert names(am, f"q={asked}") == [place.employer.name], asked
    assert names(am, "q=%25") == []  # a wildcard of SQL is a letter like any other


def test_a_typing_error_still_finds_it_and_says_so(am: User) -> None:
    named("Brinkhof Metaal", "Zilverlinde")
    listing = listed("q=brinckhof", am)
    assert [row.name for row in listing.rows] == ["Brinkhof Metaal"]
    assert listing.is_guess
    assert [row.name for row in find_employers(am, "brinckhof")] == ["Brinkhof Metaal"]
    assert names(am, "q=qqqqqqqq") == []


def test_filters_of_the_address_narrow_the_list(am: User, make_user: Callable[..., User]) -> None:
    sector, area, track = make.SectorFactory(), make.AreaFactory(), make.TrackFactory(code="proef")
    mine, other, retired = named("Mijn", "Ander", "Weg")
    Employer.objects.filter(pk=mine.pk).update(
        sector=sector, area=area, track=track, jobs=120, kind="institution"
    )
    Employer.objects.filter(pk=retired.pk).update(retired_on=clock.today(), retired_reason="gestopt")
    make.AccountAssignmentFactory(employer=mine, user=am)
    make.AccountAssignmentFactory(employer=other, user=am, ends_on=dt.date(2020, 12, 31))
    for query in (
        f"sector={sector.pk}", f"area={area.pk}", f"track={track.pk}", "size=100-199", "size=100-",
        "manager=me", f"manager={am.pk}", "kind=institution",
    ):  # fmt: skip
        assert names(am, query) == ["Mijn"], query
    assert names(am, "manager=none") == ["Ander"]
    assert names(am, "use=retired") == ["Weg"]
    assert names(am) == ["Ander", "Mijn"]
    assert names(am, "sector=999999&q=mijn") == ["Mijn"]  # a sector that is not there filters nothing


def test_last_contact_never_or_before_a_day(am: User) -> None:
    _never, old, new = named("Nooit", "Lang", "Net")
    today = clock.today()
    for employer, days in ((old, 400), (new, 3)):
        at = clock.now() - dt.timedelta(days=days)
        Employer.objects.filter(pk=employer.pk).update(last_contact_at=at)
    assert names(am, "contact=never") == ["Nooit"]
    assert names(am, "contact=365") == ["Lang", "Nooit"]
    assert names(am, f"silent={today - dt.timedelta(days=2)}") == ["Lang", "Net", "Nooit"]
    assert names(am, f"silent={today - dt.timedelta(days=10)}") == ["Lang", "Nooit"]
    assert names(am, "sort=contact") == ["Nooit", "Lang", "Net"]
    assert names(am, "sort=-contact") == ["Net", "Lang", "Nooit"]


def test_on_the_list_of_this_year(am: User) -> None:
    on_it, _not = named("Groot", "Klein")
    top = TopList.objects.create(
        year=clock.today().year, size=1, reference_date=clock.today(), frozen_on=clock.today(), frozen_by=am
    )
    TopListEntry.objects.create(top_list=top, employer=on_it, rank=1, jobs=900)
    assert names(am, "top=yes") == ["Groot"]


def test_unknown_jobs_come_last_when_the_largest_come_first(am: User) -> None:
    rows = named("A", "B", "C")
    for row, jobs in zip(rows, (5, None, 50), strict=True):
        Employer.objects.filter(pk=row.pk).update(jobs=jobs)
    assert names(am, "sort=-jobs") == ["C", "A", "B"]


def test_who_sees_only_size_classes_cannot_sort_the_numbers_out(rd: User, ed: User) -> None:
    rows = named("Aap", "Noot")
    for row, jobs in zip(rows, (110, 190), strict=True):
        Employer.objects.filter(pk=row.pk).update(jobs=jobs)
    for user in (rd, ed):
        listing = listed("sort=-jobs", user)
        assert listing.asked.sort == ""
        assert [row.name for row in listing.rows] == ["Aap", "Noot"]


def test_who_may_not_know_of_contact_cannot_filter_or_sort_on_it(rd: User) -> None:
    known, _never = named("Wel", "Niet")
    Employer.objects.filter(pk=known.pk).update(last_contact_at=clock.now())
    assert names(rd, "contact=never") == ["Niet", "Wel"]
    assert listed("sort=contact", rd).asked.sort == ""


def test_a_confidential_employer_is_in_no_list_and_no_count(am: User, tl: User) -> None:
    secret, _open = named("Geheim Zilver", "Open Zilver")
    Employer.objects.filter(pk=secret.pk).update(is_confidential=True)
    assert names(am, "q=zilver") == ["Open Zilver"]
    assert listed("", am).total == 1
    assert [row.name for row in find_employers(am, "geheim")] == []
    assert names(tl, "q=zilver") == ["Geheim Zilver", "Open Zilver"]
    secret.readers.add(am)
    assert "Geheim Zilver" in names(am)


def test_exact_jobs_or_the_size_class_by_right(am: User, rd: User, client_as: Enter) -> None:
    [row] = named("Zilverlinde")
    Employer.objects.filter(pk=row.pk).update(jobs=137)
    htmx = {"HX-Request": "true"}
    assert "137" in client_as(am).get(URL, headers=htmx).content.decode()
    shown = client_as(rd).get(URL, headers=htmx).content.decode()
    assert "137" not in shown
    assert "100–199" in shown


def test_the_swap_equals_the_reload(am: User, client_as: Enter) -> None:
    named("Zilverlinde", "Bronsdraad")
    client = client_as(am)
    query = {"q": "zilver", "sort": "-name", "sector": ""}
    page = BeautifulSoup(client.get(URL, query).content, "html.parser").find(id="results")
    answer = client.get(URL, query, headers={"HX-Request": "true"})
    assert page is not None
    part = BeautifulSoup(answer.content, "html.parser")
    assert page.decode_contents().split() == part.decode().split()
    assert answer.headers["HX-Push-Url"] == f"{URL}?q=zilver&sort=-name"


def test_each_filter_is_a_chip_that_leads_to_the_list_without_it(am: User) -> None:
    listing = listed("q=zilver&kind=company&after=3-25", am)
    assert {chip.remove_url for chip in listing.chips} == {f"{URL}?kind=company", f"{URL}?q=zilver"}


def test_as_many_queries_for_ten_as_for_a_hundred(am: User, client_as: Enter) -> None:
    client = client_as(am)
    counts = []
    for wanted in (10, 100):
        rows = [make.EmployerFactory() for _ in range(wanted)]
        refresh_employers([row.pk for row in rows])
        for row in rows[:20]:
            make.AccountAssignmentFactory(employer=row, user=am)
        with page_queries() as found:
            assert client.get(URL, {"manager": "me"}).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 8


def test_counting_stops_at_the_cap() -> None:
    named(*(f"Bedrijf {n}" for n in range(7)))
    rows = Employer.objects.order_by("pk")
    page = page_of(rows, "3", 2, cap=5)
    assert (page.paginator.count, page.paginator.num_pages, page.paginator.is_capped) == (5, 3, True)
    assert page.object_list == [rows[4]]
    assert not page_of(rows, None, 2, cap=7).paginator.is_capped


@pytest.mark.parametrize(
    ("asked", "got"), [(None, 1), ("", 1), ("2", 2), ("99", 3), ("-1", 1), ("x", 1), ("9" * 30, 1)]
)
def test_a_page_that_is_not_there_gives_one_that_is(asked: str | None, got: int) -> None:
    named(*(f"Bedrijf {n}" for n in range(5)))
    page = page_of(Employer.objects.order_by("pk"), asked, 2)
    assert page.number == got
    assert len(page.object_list) == (1 if got == 3 else 2)


def test_empty_says_what_to_do_first(fa: User, rd: User, client_as: Enter) -> None:
    assert (
        reverse("employers:import_list")
        in client_as(fa).get(URL, headers={"HX-Request": "true"}).content.decode()
    )
    assert "btn-primary" not in client_as(rd).get(URL, headers={"HX-Request": "true"}).content.decode()
