"""Norms that the lead changes, dated and with a reason; what has begun is history (R1, R6)."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from deventer_crm.core.commitments import evaluate, norm_on
from deventer_crm.core.models import Commitment, CommitmentNorm, TrailEvent
from deventer_crm.core.norms import add_norm, withdraw_norm

pytestmark = pytest.mark.django_db

Enter = Callable[[User], Client]
TODAY = dt.date(2026, 11, 23)
TOMORROW = TODAY + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with time_machine.travel(dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC), tick=False):
        yield


def row(code: str) -> Commitment:
    return Commitment.objects.get(code=code)


def add(code: str, by: User, **values: Any) -> CommitmentNorm:
    given = {"value": Decimal(4), "starts_on": TODAY, "reason": "afgesproken in het overleg", **values}
    return add_norm(row(code), by=by, **given)


def refused(code: str, by: User, **values: Any) -> set[str]:
    before = CommitmentNorm.objects.count()
    with pytest.raises(ValidationError) as told:
        add(code, by, **values)
    assert CommitmentNorm.objects.count() == before
    return set(told.value.message_dict)


def test_a_norm_holds_from_its_day_and_the_days_before_keep_theirs(tl: User) -> None:
    add("C3", tl, starts_on=TOMORROW)
    days = (TODAY, TOMORROW, dt.date(2030, 1, 1))
    assert [norm_on(row("C3"), day).value for day in days] == [3, 4, 4]  # type: ignore[union-attr]
    assert evaluate(row("C3"), TODAY).norm == 3


def test_a_norm_of_the_past_would_change_what_was_judged(tl: User) -> None:
    assert refused("C3", tl, starts_on=TODAY - dt.timedelta(days=1)) == {"starts_on"}


def test_only_the_first_norm_may_start_earlier_but_not_before_the_commitment(tl: User) -> None:
    assert refused("C7", tl, starts_on=dt.date(2014, 12, 31)) == {"starts_on"}
    add("C7", tl, value=Decimal(10), starts_on=dt.date(2026, 1, 1))
    assert evaluate(row("C7"), TODAY).norm == 10
    assert refused("C7", tl, starts_on=dt.date(2025, 1, 1)) == {"starts_on"}


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        ("C3", {"value": Decimal("2.5")}, "value"),
        ("C3", {"value": Decimal(-1)}, "value"),
        ("C6", {"value": Decimal(101)}, "value"),
        ("C5", {"value": Decimal(101)}, "value"),
        ("C3", {"tolerance": Decimal(1)}, "tolerance"),
        ("C3", {"reason": "  "}, "reason"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(
    tl: User, code: str, values: dict[str, Any], field: str
) -> None:
    assert refused(code, tl, **values) == {field}


def test_there_is_one_norm_a_day(tl: User) -> None:
    add("C3", tl, starts_on=TOMORROW)
    assert refused("C3", tl, starts_on=TOMORROW) == {"starts_on"}


def test_what_has_not_begun_can_be_taken_back_and_the_trail_keeps_both(tl: User) -> None:
    norm = add("C3", tl, starts_on=TOMORROW)
    key = norm.pk
    withdraw_norm(norm, by=tl)
    assert norm_on(row("C3"), TOMORROW).value == 3  # type: ignore[union-attr]
    events = TrailEvent.objects.filter(table_name="core_commitmentnorm", object_id=key)
    assert sorted(events.values_list("action", flat=True)) == ["D", "I"]


def test_what_has_begun_cannot_be_taken_back(tl: User) -> None:
    norm = add("C3", tl, starts_on=TODAY)
    with pytest.raises(ValidationError):
        withdraw_norm(norm, by=tl)
    assert CommitmentNorm.objects.filter(pk=norm.pk).exists()


def test_the_lead_changes_a_norm_on_its_page_and_takes_it_back(tl: User, client_as: Enter) -> None:
    client = client_as(tl)
    sent = {"value": "85", "tolerance": "2,5", "starts_on": "2026-12-01", "reason": "nieuw akkoord"}
    assert client.post("/monitor/C5/norm/", sent).status_code == 302
    norm = CommitmentNorm.objects.get(commitment__code="C5", value=85)
    assert (norm.tolerance, norm.starts_on, norm.reason) == (
        Decimal("2.5"),
        dt.date(2026, 12, 1),
        "nieuw akkoord",
    )
    html = client.get("/monitor/C5/norm/").content.decode()
    assert "85/15" in html
    assert "nieuw akkoord" in html
    assert f"/monitor/C5/norm/{norm.pk}/intrekken/" in html
    client.post(f"/monitor/C5/norm/{norm.pk}/intrekken/")
    assert not CommitmentNorm.objects.filter(pk=norm.pk).exists()


def test_what_was_typed_stays_with_the_error_beside_it(tl: User, client_as: Enter) -> None:
    sent = {"value": "4", "starts_on": "2026-11-22", "reason": "te vroeg"}
    response = client_as(tl).post("/monitor/C3/norm/", sent)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"starts_on"}
    assert "te vroeg" in response.content.decode()


def test_only_the_lead_finds_the_way_to_change_it(tl: User, am: User, client_as: Enter) -> None:
    found = ["/monitor/C3/norm/" in client_as(who).get("/monitor/C3/").content.decode() for who in (tl, am)]
    assert found == [True, False]


def test_a_norm_of_another_commitment_is_not_found(tl: User, client_as: Enter) -> None:
    norm = add("C3", tl, starts_on=TOMORROW)
    assert client_as(tl).post(f"/monitor/C2/norm/{norm.pk}/intrekken/").status_code == 404
    assert CommitmentNorm.objects.filter(pk=norm.pk).exists()
