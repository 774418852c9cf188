"""Adding, changing, assigning, grouping and retiring employers."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from deventer_crm.core import clock
from employers.models import AccountAssignment, Employer, EmployerGrouping, Establishment
from employers.services import (
    assign_account_manager,
    group_employers,
    refresh_employers,
    retire_employer,
    ungroup_employers,
)
from employers.services.grouping import RELATIONS
from tests.accounts.factories import UserFactory
from tests.employers import factories as make

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
FORM = {"name": "Zilverlinde", "kind": "company"}


# Adding and changing


def test_adding_one_that_the_register_does_not_know(am: User, client_as: Enter) -> None:
    area = make.AreaPostcodeFactory(postcode="9811").area
    kvk = make.kvk_number(77_000)
    data = {
        **FORM,
        "kvk_number": f" {kvk[:4]} {kvk[4:]}",
        "postcode": "9811 ab",
        "street": "Modelkade",
        "house_number": "3",
    }
    answer = client_as(am).post("/bedrijven/nieuw/", data)
    employer = Employer.objects.get()
    assert answer.headers["Location"] == employer.get_absolute_url()
    assert employer.registrations.get().kvk_number == kvk
    assert (employer.area, employer.name_is_own, employer.created_by) == (area, True, am)
    assert "modelkade" in employer.search_text
    assert employer.establishments.get().in_municipality


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("kvk_number", "123"),
        ("postcode", "0000AA"),
        ("phone", "geen nummer"),
        ("website", "zomaar iets"),
        ("area", "999999"),
    ],
)
def test_wrong_input_is_refused_beside_its_field(am: User, client_as: Enter, field: str, value: str) -> None:
    answer = client_as(am).post("/bedrijven/nieuw/", {**FORM, "town": "Blijft Staan", field: value})
    assert answer.status_code == 422
    assert f'id="error_1_id_{field}"' in answer.content.decode()
    assert "Blijft Staan" in answer.content.decode()
    assert not Employer.objects.exists()


def test_a_taken_kvk_number_names_its_owner_unless_that_is_confidential(am: User, client_as: Enter) -> None:
    taken = make.RegistrationFactory(employer__name="Bronsdraad")
    data = {**FORM, "kvk_number": taken.kvk_number}
    assert "Bronsdraad" in client_as(am).post("/bedrijven/nieuw/", data).content.decode()
    Employer.objects.update(is_confidential=True)
    answer = client_as(am).post("/bedrijven/nieuw/", data)
    assert answer.status_code == 422
    assert "Bronsdraad" not in answer.content.decode()


def test_area_by_hand_needs_a_reason_and_without_one_follows_the_register(am: User, client_as: Enter) -> None:
    register, chosen = make.AreaFactory(), make.AreaFactory()
    employer = make.EstablishmentFactory(area=register).employer
    refresh_employers([employer.pk])
    url, client = f"/bedrijven/{employer.pk}/wijzigen/", client_as(am)

    def save(**fields: object) -> int:
        employer.refresh_from_db()
        data = {**FORM, "name": employer.name, "record_version": employer.version, **fields}
        status: int = client.post(url, data).status_code
        employer.refresh_from_db()
        return status

    assert save(area=chosen.pk) == 422
    assert save(area_reason="alleen een reden") == 422
    assert save(area=chosen.pk, area_reason="staat op het bedrijvenpark") == 302
    assert (employer.area, employer.area_reason) == (chosen, "staat op het bedrijvenpark")
    assert not employer.name_is_own
    assert save() == 302
    assert (employer.area, employer.area_reason) == (register, "")


def test_the_second_editor_sees_both_texts_and_nothing_is_lost(am: User, tl: User, client_as: Enter) -> None:
    employer = make.EmployerFactory(name="Oude naam")
    url, version = f"/bedrijven/{employer.pk}/wijzigen/", employer.version
    first = {**FORM, "name": "Naam van de eerste", "record_version": version}
    assert client_as(tl).post(url, first).status_code == 302
    answer = client_as(am).post(url, {**FORM, "name": "Naam van de tweede", "record_version": version})
    assert answer.status_code == 422
    page = answer.content.decode()
    for text in ("Naam van de eerste", "Naam van de tweede", str(tl)):
        assert text in page
    employer.refresh_from_db()
    assert employer.name == "Naam van de eerste"


def test_a_form_without_its_version_overwrites_nothing(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory(name="Oude naam")
    assert client_as(am).post(f"/bedrijven/{employer.pk}/wijzigen/", FORM).status_code == 422
    employer.refresh_from_db()
    assert employer.name == "Oude naam"


def test_who_makes_it_confidential_still_sees_it(
    am: User, make_user: Callable[..., User], client_as: Enter
) -> None:
    employer = make.EmployerFactory()
    data = {**FORM, "record_version": employer.version, "is_confidential": "on"}
    assert client_as(am).post(f"/bedrijven/{employer.pk}/wijzigen/", data).status_code == 302
    assert client_as(am).get(employer.get_absolute_url()).status_code == 200
    assert client_as(make_user("AM")).get(employer.get_absolute_url()).status_code == 404


# Account manager


def test_a_new_manager_ends_the_current_one_the_day_before(am: User, client_as: Enter) -> None:
    old = make.AccountAssignmentFactory()
    data = {"manager": am.pk, "starts_on": "2026-10-01"}
    assert client_as(am).post(f"/bedrijven/{old.employer_id}/accountmanager/", data).status_code == 302
    old.refresh_from_db()
    assert old.ends_on == dt.date(2026, 9, 30)
    assert AccountAssignment.objects.on(dt.date(2026, 10, 1)).get(employer=old.employer).user == am


def test_only_account_managers_can_be_chosen(am: User, rd: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    data = {"manager": rd.pk, "starts_on": "2026-10-01"}
    assert client_as(am).post(f"/bedrijven/{employer.pk}/accountmanager/", data).status_code == 422


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 3), st.dates(dt.date(2024, 1, 1), dt.date(2024, 2, 10))), max_size=7
    )
)
def test_whatever_is_assigned_the_last_word_holds_on_its_day(
    db: None, steps: list[tuple[int, dt.date]]
) -> None:
    employer = make.EmployerFactory()
    users = [None, *(UserFactory() for _ in range(3))]
    for who, day in steps:
        assign_account_manager(employer, users[who], by=None, starts_on=day)
        holding = AccountAssignment.objects.filter(employer=employer).on(day)
        assert [row.user for row in holding] == ([] if who == 0 else [users[who]])
        for row in AccountAssignment.objects.filter(employer=employer):
            assert row.ends_on is None or row.ends_on >= row.starts_on


# Grouping


def test_grouping_moves_the_register_and_taking_back_is_exact(am: User) -> None:
    one, two = make.EmployerFactory(working=100), make.EmployerFactory(working=30, name="Deelnaam")
    refresh_employers([one.pk, two.pk])
    before = set(Establishment.objects.values_list("pk", "employer_id"))
    grouping = group_employers(one, two, by=am, reason="twee KVK-nummers, één zorggroep")
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.jobs, two.jobs, two.merged_into) == (130, None, one)
    assert one.establishments.count() == one.registrations.count() == 2
    assert "deelnaam" in one.search_text
    ungroup_employers(grouping, by=am)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.jobs, two.jobs, two.merged_into) == (100, 30, None)
    assert set(Establishment.objects.values_list("pk", "employer_id")) == before
    with pytest.raises(ValidationError):
        ungroup_employers(grouping, by=am)


def test_an_establishment_that_the_register_added_since_goes_home_too(am: User) -> None:
    one, two = make.EmployerFactory(), make.EmployerFactory(working=30)
    grouping = group_employers(one, two, by=am, reason="één bedrijf")
    added = make.EstablishmentFactory(employer=one, registration=one.registrations.get())
    ungroup_employers(grouping, by=am)
    added.refresh_from_db()
    assert added.employer == two


def test_groupings_stay_one_level_deep(am: User) -> None:
    one, two, three = (make.EmployerFactory(working=10) for _ in range(3))
    inner = group_employers(two, three, by=am, reason="één bedrijf")
    outer = group_employers(one, two, by=am, reason="ook van hen")
    three.refresh_from_db()
    assert three.merged_into == one
    ungroup_employers(outer, by=am)
    three.refresh_from_db()
    assert three.merged_into == two
    ungroup_employers(inner, by=am)
    refresh_employers(None)
    assert list(Employer.objects.order_by("pk").values_list("jobs", "merged_into")) == [(10, None)] * 3


def test_taking_back_the_inner_one_first_is_as_exact(am: User) -> None:
    one, two, three = (make.EmployerFactory(working=10) for _ in range(3))
    inner = group_employers(two, three, by=am, reason="één bedrijf")
    outer = group_employers(one, two, by=am, reason="ook van hen")
    ungroup_employers(inner, by=am)
    ungroup_employers(outer, by=am)
    assert list(Employer.objects.order_by("pk").values_list("jobs", "merged_into")) == [(10, None)] * 3


@pytest.mark.parametrize("wrong", ["same", "retired", "grouped", "confidential", "reason"])
def test_what_cannot_be_grouped(am: User, wrong: str) -> None:
    one, two = make.EmployerFactory(), make.EmployerFactory()
    if wrong == "same":
        two = one
    elif wrong == "retired":
        Employer.objects.filter(pk=two.pk).update(retired_on=clock.today(), retired_reason="gestopt")
    elif wrong == "grouped":
        Employer.objects.filter(pk=two.pk).update(merged_into=make.EmployerFactory())
    elif wrong == "confidential":
        Employer.objects.filter(pk=two.pk).update(is_confidential=True)
    with pytest.raises(ValidationError):
        group_employers(one, two, by=am, reason="  " if wrong == "reason" else "één bedrijf")
    assert not EmployerGrouping.objects.exists()


def test_the_grouping_page_searches_groups_and_takes_back(am: User, client_as: Enter) -> None:
    one, two = (
        make.EmployerFactory(name="Hoofd", refreshed=True),
        make.EmployerFactory(name="Bijzaak", refreshed=True),
    )
    url, client = f"/bedrijven/{one.pk}/samenvoegen/", client_as(am)
    assert "Bijzaak" in client.get(url, {"q": "bijz"}).content.decode()
    answer = client.post(url, {"q": "bijz", "absorbed": two.pk, "reason": ""})
    assert answer.status_code == 422
    assert client.post(url, {"q": "bijz", "absorbed": two.pk, "reason": "één bedrijf"}).status_code == 302
    grouping = EmployerGrouping.objects.get()
    assert "Bijzaak" in client.get(url).content.decode()
    other = make.EmployerFactory()
    assert client.post(f"/bedrijven/{other.pk}/samenvoegen/{grouping.pk}/terugdraaien/").status_code == 404
    assert client.post(f"{url}{grouping.pk}/terugdraaien/").headers["Location"] == two.get_absolute_url()


def test_every_relation_to_employer_says_what_grouping_does_with_it() -> None:
    found = set()
    for model in apps.get_models():
        if model._meta.auto_created:
            continue
        for field in [*model._meta.fields, *model._meta.many_to_many]:
            if field.related_model is Employer:
                found.add(f"{model._meta.app_label}.{model.__name__}.{field.name}")
    assert found == set(RELATIONS)


# Retiring


def test_retired_leaves_the_list_and_its_manager_and_comes_back(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory(name="Zilverlinde", refreshed=True)
    assignment = make.AccountAssignmentFactory(employer=employer)
    url, client = f"/bedrijven/{employer.pk}/niet-meer-gebruiken/", client_as(am)
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "gestopt"}).status_code == 302
    assignment.refresh_from_db()
    assert assignment.ends_on == clock.today() - dt.timedelta(days=1)
    assert employer.get_absolute_url() not in client.get("/bedrijven/").content.decode()
    assert client.post(f"/bedrijven/{employer.pk}/weer-gebruiken/").status_code == 302
    assert employer.get_absolute_url() in client.get("/bedrijven/").content.decode()


def test_one_that_others_are_grouped_under_stays_in_use(am: User) -> None:
    one, two = make.EmployerFactory(), make.EmployerFactory()
    group_employers(one, two, by=am, reason="één bedrijf")
    with pytest.raises(ValidationError):
        retire_employer(one, by=am, reason="gestopt")
