"""Contact persons and positions: list, page, forms, changes of job."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from deventer_crm.core import clock
from employers.models import ContactPerson, Position
from employers.services import change_job, save_position
from tests.employers import factories as make
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
LIST = "/contactpersonen/"


def page_of(person: ContactPerson) -> str:
    return f"{LIST}{person.pk}/"


def test_the_list_finds_by_name_position_and_employer(am: User, client_as: Enter) -> None:
    make.PositionFactory(
        person__last_name="Stáál", person__first_name="Sam", title="directeur", employer__name="Zilverlinde"
    )
    make.ContactPersonFactory(last_name="Nikkel")
    client = client_as(am)
    for asked in ("staal", "sam", "directeur", "zilverlinde", "sam direct"):
        page = client.get(LIST, {"q": asked}, headers={"HX-Request": "true"}).content.decode()
        assert "Stáál" in page, asked
        assert "Nikkel" not in page, asked


def test_the_list_of_one_employer(am: User, client_as: Enter) -> None:
    here, there = make.PositionFactory(), make.PositionFactory()
    make.PositionFactory(employer=here.employer, ends_on=dt.date(2021, 1, 1), person__last_name="Vertrokken")
    page = client_as(am).get(LIST, {"employer": here.employer_id}).content.decode()
    assert here.person.last_name in page
    assert there.person.last_name not in page
    assert "Vertrokken" not in page


def test_a_person_at_a_confidential_employer_only_does_not_exist(
    am: User, tl: User, client_as: Enter
) -> None:
    position = make.PositionFactory(employer__is_confidential=True, person__last_name="Geheim")
    assert "Geheim" not in client_as(am).get(LIST).content.decode()
    assert client_as(am).get(page_of(position.person)).status_code == 404
    for part in ("wijzigen", "beeindigen"):
        assert client_as(am).get(f"{LIST}functies/{position.pk}/{part}/").status_code == 404
    assert client_as(am).get(LIST, {"employer": position.employer_id}).status_code == 404
    assert client_as(tl).get(page_of(position.person)).status_code == 200


def test_the_confidential_half_of_somebody_stays_hidden(am: User, client_as: Enter) -> None:
    position = make.PositionFactory(employer__name="Open Huis")
    make.PositionFactory(person=position.person, employer__name="Geheim Huis", employer__is_confidential=True)
    for url in (LIST, page_of(position.person)):
        page = client_as(am).get(url).content.decode()
        assert "Open Huis" in page
        assert "Geheim Huis" not in page


def test_the_list_costs_the_same_for_any_number(am: User, client_as: Enter) -> None:
    client, counts = client_as(am), []
    for _ in range(2):
        make.PositionFactory.create_batch(9)
        with page_queries() as found:
            client.get(LIST)
        counts.append(len(found))
    assert counts[0] == counts[1] <= 8


def test_adding_somebody_with_a_position(es: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    empty = client_as(es).get(f"{LIST}nieuw/?employer={employer.pk}").content.decode()
    assert f'value="{clock.today().isoformat()}"' in empty
    before = make.PositionFactory(employer=employer, is_primary=True)
    data = {
        "first_name": "Sam", "last_name": "Staal", "email": "sam@example.org", "phone": "0570 00 00 00",
        "source": "visitekaartje", "position-title": "directeur", "position-is_primary": "on",
        "position-starts_on": "2026-01-01",
    }  # fmt: skip
    answer = client_as(es).post(f"{LIST}nieuw/?employer={employer.pk}", data)
    assert answer.headers["Location"] == employer.get_absolute_url()
    position = Position.objects.get(person__last_name="Staal")
    assert (position.employer, position.title, position.is_primary) == (employer, "directeur", True)
    before.refresh_from_db()
    assert not before.is_primary  # there is one first to contact


def test_a_wrong_position_saves_no_person_either(es: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    make.PositionFactory(employer=employer, seat="chair")
    data = {
        "last_name": "Staal", "source": "gesprek", "position-title": "voorzitter", "position-seat": "chair",
        "position-starts_on": "2026-01-01",
    }  # fmt: skip
    answer = client_as(es).post(f"{LIST}nieuw/?employer={employer.pk}", data)
    assert answer.status_code == 422
    assert 'value="Staal"' in answer.content.decode()
    assert not ContactPerson.objects.filter(last_name="Staal").exists()


@pytest.mark.parametrize(
    ("field", "value"), [("phone", "bel maar"), ("email", "geen adres"), ("last_name", "")]
)
def test_wrong_data_are_refused_beside_the_field(am: User, client_as: Enter, field: str, value: str) -> None:
    data = {"last_name": "Staal", "source": "gesprek", "phone": "", "email": "", field: value}
    answer = client_as(am).post(f"{LIST}nieuw/", data)
    assert answer.status_code == 422
    assert f'id="error_1_id_{field}"' in answer.content.decode()


def test_two_editors_of_one_person(am: User, client_as: Enter) -> None:
    person, client = make.ContactPersonFactory(last_name="Oud"), client_as(am)
    url = f"{page_of(person)}wijzigen/"
    first = {"last_name": "Eerst", "source": "gesprek", "record_version": person.version}
    assert client.post(url, first).status_code == 302
    second = {**first, "last_name": "Tweede"}
    answer = client.post(url, second)
    assert answer.status_code == 422
    assert "Eerst" in answer.content.decode()
    person.refresh_from_db()
    assert person.last_name == "Eerst"
    # Saving once more, knowing of the other, is a choice.
    assert client.post(url, {**second, "record_version": person.version}).status_code == 302
    person.refresh_from_db()
    assert person.last_name == "Tweede"


def test_a_change_of_job_ends_the_old_position(am: User, client_as: Enter) -> None:
    position = make.PositionFactory(title="hoofd HR", starts_on=dt.date(2020, 1, 1))
    new = make.EmployerFactory(name="Kwartelsteen Techniek", refreshed=True)
    url = f"{page_of(position.person)}functie/?ends={position.pk}&q=kwartel"
    client = client_as(am)
    assert "Kwartelsteen Techniek" in client.get(url).content.decode()
    data = {
        "q": "kwartel", "ends": position.pk, "employer": new.pk, "title": "directeur",
        "starts_on": "2026-09-01",
    }  # fmt: skip
    assert client.post(f"{page_of(position.person)}functie/", data).status_code == 302
    position.refresh_from_db()
    assert position.ends_on == dt.date(2026, 8, 31)
    assert position.person.positions.on(dt.date(2026, 9, 1)).get().employer == new
    page = client.get(page_of(position.person)).content.decode()
    assert "hoofd HR" in page
    assert "directeur" in page


def test_a_change_of_job_that_cannot_be_leaves_the_old_one_alone(am: User) -> None:
    position, taken = make.PositionFactory(), make.PositionFactory(seat="chair")
    with pytest.raises(ValidationError):
        change_job(
            position,
            by=am,
            employer=taken.employer,
            title="voorzitter",
            starts_on=clock.today(),
            seat="chair",
        )
    position.refresh_from_db()
    assert position.ends_on is None


def test_a_position_ends_on_a_day_that_can_be(am: User, client_as: Enter) -> None:
    position = make.PositionFactory(starts_on=dt.date(2024, 1, 1))
    url = f"{LIST}functies/{position.pk}/beeindigen/"
    assert client_as(am).post(url, {"ends_on": "2023-01-01"}).status_code == 422
    assert client_as(am).post(url, {"ends_on": "2026-10-31"}).status_code == 302
    position.refresh_from_db()
    assert position.ends_on == dt.date(2026, 10, 31)


def test_correcting_a_position_keeps_one_first_to_contact(am: User, client_as: Enter) -> None:
    first = make.PositionFactory(is_primary=True)
    second = make.PositionFactory(employer=first.employer)
    url = f"{LIST}functies/{second.pk}/wijzigen/"
    data = {
        "title": "eigenaar", "is_primary": "on", "starts_on": "2020-01-01", "record_version": second.version,
    }  # fmt: skip
    assert client_as(am).post(url, {**data, "record_version": 99}).status_code == 422
    first.refresh_from_db()
    assert first.is_primary  # what was refused changed nothing
    assert client_as(am).post(url, data).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_primary, second.is_primary, second.title) == (False, True, "eigenaar")


def test_a_former_first_to_contact_keeps_that(am: User) -> None:
    old = make.PositionFactory(is_primary=True, ends_on=dt.date(2022, 12, 31))
    save_position(
        make.PositionFactory.build(
            person=make.ContactPersonFactory(),
            employer=old.employer,
            is_primary=True,
            starts_on=dt.date(2023, 1, 1),
        ),
        by=am,
    )
    old.refresh_from_db()
    assert old.is_primary
