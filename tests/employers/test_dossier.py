"""The page of one employer: who sees what of it, its timeline, its cost."""

import datetime as dt
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.models import User
from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent
from employers.activity import happened
from employers.models import Employer
from employers.selectors.dossier import dossier_of, employers_for_dossier
from employers.selectors.history import History, history_of, remembering
from employers.services import refresh_employers
from tests.employers import factories as make
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


@pytest.fixture
def employer() -> Employer:
    """An employer with everything on it."""
    found = make.EmployerFactory(name="Proefwerkplaats Zilverlinde", email="info@zilverlinde.example.org")
    place = make.EstablishmentFactory(employer=found, is_main=True, street="Modelkade", phone="0570 00 00 00")
    for year, jobs in ((2024, 150), (2025, 145), (2026, 137)):
        make.JobCountFactory(establishment=place, reference_date=dt.date(year, 4, 1), jobs=jobs)
    person = make.PositionFactory(employer=found, is_primary=True, person__last_name="Staal").person
    manager = make.AccountAssignmentFactory(employer=found, user__last_name="Voorbeeld").user
    make.ContactMomentFactory(
        employers=[found],
        people=[person],
        user=manager,
        subject="Laadpalen aan de Modelkade",
        notes="Meer tekst",
    )
    make.MembershipFactory(employer=found, association__name="Testvereniging Oost")
    refresh_employers([found.pk])
    return found


def url(employer: Employer) -> str:
    return f"/bedrijven/{employer.pk}/"


def text_of(client: Client, employer: Employer, query: str = "") -> str:
    return BeautifulSoup(client.get(url(employer) + query).content, "html.parser").get_text(" ")


def test_the_team_sees_everything(am: User, employer: Employer, client_as: Enter) -> None:
    page = client_as(am).get(url(employer)).content.decode()
    for piece in (
        "tel:+31570000000", "mailto:info@zilverlinde.example.org", "Modelkade", "137", "−8", "Staal",
        "Voorbeeld", "Laadpalen aan de Modelkade", "Testvereniging Oost", 'class="spark"', "Meer tekst",
        employer.registrations.get().kvk_number,
    ):  # fmt: skip
        assert piece in page, piece


def test_a_reader_of_another_department_sees_the_header_only(
    rd: User, employer: Employer, client_as: Enter
) -> None:
    page = text_of(client_as(rd), employer)
    for piece in ("Proefwerkplaats Zilverlinde", "Modelkade", "100–199"):
        assert piece in page, piece
    for piece in ("137", "Staal", "Laadpalen", "Testvereniging"):
        assert piece not in page, piece


def test_the_employer_desk_sees_that_and_when_there_was_contact(
    ed: User, employer: Employer, client_as: Enter
) -> None:
    make.ContactMomentFactory(employers=[employer], subject="Stage afgesproken", audience="employer_desk")
    make.ContactMomentFactory(employers=[employer], subject="Eigen gesprek", user=ed, audience="team")
    page = text_of(client_as(ed), employer)
    for piece in ("Voorbeeld", "Stage afgesproken", "Eigen gesprek"):
        assert piece in page, piece
    for piece in ("Laadpalen", "Staal", "Meer tekst", "137"):
        assert piece not in page, piece


def test_what_is_confidential_does_not_exist_for_the_employer_desk(ed: User, employer: Employer) -> None:
    secret = make.EmployerFactory(is_confidential=True)
    make.ContactMomentFactory(employers=[employer], is_confidential=True)
    make.ContactMomentFactory(employers=[employer], audience="named")
    make.ContactMomentFactory(employers=[employer, secret])
    assert len(happened([employer.pk], ed, kinds=["contact"])) == 1


def test_a_confidential_employer_is_404_and_seeing_one_is_logged(
    am: User, tl: User, client_as: Enter
) -> None:
    secret = make.EmployerFactory(is_confidential=True)
    assert client_as(am).get(url(secret)).status_code == 404
    assert not AccessEvent.objects.filter(verb="view_confidential").exists()
    assert client_as(tl).get(url(secret)).status_code == 200
    seen = AccessEvent.objects.get(verb="view_confidential")
    assert (seen.user, seen.target) == (tl, f"employers.employer:{secret.pk}")


def test_a_shielded_address_is_not_shown(am: User, employer: Employer, client_as: Enter) -> None:
    employer.establishments.update(is_shielded=True)
    assert "Modelkade 1" not in text_of(client_as(am), employer).replace("aan de Modelkade", "")


def test_it_costs_the_same_few_queries_however_much_there_is(
    am: User, employer: Employer, client_as: Enter
) -> None:
    client = client_as(am)
    with page_queries() as few:
        client.get(url(employer))
    for _ in range(12):
        person = make.PositionFactory(employer=employer).person
        make.ContactMomentFactory(employers=[employer], people=[person])
        make.JobCountFactory(establishment=make.EstablishmentFactory(employer=employer))
    with page_queries() as many:
        client.get(url(employer))
    assert len(few) == len(many) <= 15, "\n".join(many)


def test_the_swapped_timeline_equals_the_reloaded_one(am: User, employer: Employer, client_as: Enter) -> None:
    client = client_as(am)
    headers = {"HX-Request": "true", "HX-Target": "timeline"}
    part = BeautifulSoup(client.get(url(employer) + "?kind=contact", headers=headers).content, "html.parser")
    page = BeautifulSoup(client.get(url(employer) + "?kind=contact").content, "html.parser").find(
        id="timeline"
    )
    assert page is not None
    assert part.find(id="timeline").decode().split() == page.decode().split()


def test_the_reader_cannot_ask_for_the_timeline_apart(rd: User, employer: Employer, client_as: Enter) -> None:
    headers = {"HX-Request": "true", "HX-Target": "timeline"}
    assert client_as(rd).get(url(employer), headers=headers).status_code == 403


def test_a_history_is_read_once_within_a_page(am: User, employer: Employer) -> None:
    with remembering(), page_queries() as found:
        first, second = history_of([employer.pk]), history_of([employer.pk])
    assert first is second
    assert len(found) == 1
    assert history_of([employer.pk]) is not first


def test_the_sparkline_has_one_point_a_year(employer: Employer) -> None:
    history: History = history_of([employer.pk])
    assert [jobs for _day, jobs in history.series(dt.date(2026, 11, 1))] == [150, 145, 137]


def test_what_is_to_come_is_apart(am: User, employer: Employer) -> None:
    later = clock.today() + dt.timedelta(days=30)
    current = employer.assignments.get()
    current.ends_on = later - dt.timedelta(days=1)
    current.save()
    make.AccountAssignmentFactory(employer=employer, starts_on=later, user__last_name="Opvolger")
    row = employers_for_dossier(am).get(pk=employer.pk)
    with remembering():
        dossier = dossier_of(row, am)
    assert [line.text.split()[-1] for line, _year in dossier.upcoming] == ["Opvolger"]
    assert row.manager_name.endswith("Voorbeeld")


def test_a_grouped_employer_leads_to_the_one_it_is_part_of(
    am: User, employer: Employer, client_as: Enter
) -> None:
    part = make.EmployerFactory(merged_into=employer)
    make.ContactMomentFactory(employers=[part], subject="Van het andere deel")
    assert client_as(am).get(url(part)).headers["Location"] == url(employer)
    assert "Van het andere deel" in text_of(client_as(am), employer)
