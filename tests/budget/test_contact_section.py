"""Hours that are logged with a contact: proposed by kind, on the track of the employer, and nothing at all
when the month is closed."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from accounts.models import User
from budget.models import BudgetYear, MonthConfirmation, TimeEntry
from deventer_crm.core.models import PolicySetting
from employers.models import Activity, ContactMoment, Employer, FollowUp
from tests.employers import factories as make

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)


def new_url(employer: Employer) -> str:
    return reverse("employers:contact_new", args=[employer.pk])


def hours(text: str, **more: Any) -> dict[str, Any]:
    return {
        "section": "hours",
        "hours-hours": text,
        **{f"hours-{name}": value for name, value in more.items()},
    }


@pytest.fixture
def employer() -> Employer:
    return make.EmployerFactory(track=make.TrackFactory())


@time_machine.travel(NOW, tick=False)
def test_the_usual_hours_of_the_kind_are_proposed_and_booked(
    am: User, client_as: Enter, employer: Employer
) -> None:
    PolicySetting.objects.create(name="standard_hours_chat", value=0.75, starts_on=dt.date(2026, 1, 1))
    client = client_as(am)
    sent = {"kind": "chat", "subject": "Bij de kraam"}
    page = BeautifulSoup(
        client.post(new_url(employer), sent | {"do": "section-hours"}).content, "html.parser"
    )
    proposed = page.find(id="id_hours-hours")["value"]
    assert proposed in {"0,75", "0.75"}
    assert not page.find(id="id_hours-track"), "the employer has one"
    assert client.post(new_url(employer), sent | hours(proposed)).status_code == 302
    entry = TimeEntry.objects.get()
    assert (entry.user, entry.day, entry.hours, entry.track, entry.employer, entry.kind) == (
        am,
        dt.date(2026, 11, 23),
        Decimal("0.75"),
        employer.track,
        employer,
        "contact",
    )


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("closed", ["month", "year"])
def test_a_closed_month_refuses_beside_the_hours_and_nothing_is_saved(
    am: User, client_as: Enter, employer: Employer, closed: str
) -> None:
    day = dt.date(2026, 10, 5)
    if closed == "month":
        MonthConfirmation.objects.create(user=am, month=day.replace(day=1), confirmed_on=day)
    else:
        BudgetYear.objects.create(year=2026, locked_on=day)
    sent = {"kind": "call", "subject": "Van vorige maand", "day": day.isoformat(), "notes": "Lang verhaal"}
    sent |= {"row": "0", "row0-what": "Opsturen", "row0-kind": "action", "row0-term": "month"}
    sent |= hours("1,5")
    answer = client_as(am).post(new_url(employer), sent)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.content, "html.parser")
    assert "is-invalid" in page.find(id="id_hours-hours")["class"]
    assert page.select_one(".error-summary a[href='#id_hours-hours']")
    kept = {name: page.find(id=f"id_{name}") for name in ("subject", "row0-what", "hours-hours", "notes")}
    assert kept["subject"]["value"] == "Van vorige maand"
    assert kept["row0-what"]["value"] == "Opsturen"
    assert kept["hours-hours"]["value"] == "1,5"
    assert kept["notes"].get_text(strip=True) == "Lang verhaal"
    for model in (ContactMoment, FollowUp, TimeEntry, Activity):
        assert not model.objects.exists(), model


def test_an_employer_without_a_track_asks_for_one(am: User, client_as: Enter) -> None:
    employer, track = make.EmployerFactory(), make.TrackFactory()
    client, sent = client_as(am), {"kind": "call", "subject": "Gebeld"}
    answer = client.post(new_url(employer), sent | hours("1"))
    assert answer.status_code == 422
    assert "is-invalid" in BeautifulSoup(answer.content, "html.parser").find(id="id_hours-track")["class"]
    assert not ContactMoment.objects.exists()
    assert client.post(new_url(employer), sent | hours("1", track=track.pk)).status_code == 302
    assert TimeEntry.objects.get().track == track


@pytest.mark.parametrize("typed", ["0", "-1", "25", "veel"])
def test_hours_that_cannot_be_are_refused(am: User, client_as: Enter, employer: Employer, typed: str) -> None:
    answer = client_as(am).post(new_url(employer), {"kind": "call", "subject": "Gebeld"} | hours(typed))
    assert answer.status_code == 422
    assert not ContactMoment.objects.exists()


def test_empty_hours_are_none_and_a_note_is_preparation(
    am: User, client_as: Enter, employer: Employer
) -> None:
    client = client_as(am)
    assert client.post(new_url(employer), {"kind": "call", "subject": "Kort"} | hours("")).status_code == 302
    assert not TimeEntry.objects.exists()
    client.post(new_url(employer), {"kind": "note", "subject": "Uitgezocht"} | hours("2"))
    assert TimeEntry.objects.get().kind == TimeEntry.Kind.PREPARATION


def test_who_books_no_hours_has_no_such_section(fa: User, client_as: Enter, employer: Employer) -> None:
    client, sent = client_as(fa), {"kind": "call", "subject": "Gebeld"}
    page = client.post(new_url(employer), sent | {"do": "section-hours"}).content.decode()
    assert "hours-hours" not in page
    assert "section-hours" not in page
    assert client.post(new_url(employer), sent | hours("1")).status_code == 302
    assert not TimeEntry.objects.exists()
