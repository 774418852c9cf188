"""Everything in one act: a contact with its follow-ups, other employers and sections, all or nothing, drawn
again with what was typed."""

import datetime as dt
import re
from collections.abc import Callable
from itertools import filterfalse
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from deventer_crm.core import clock
from employers.forms.contact_entry import after_a_month
from employers.models import Activity, ContactMoment, Employer, FollowUp
from employers.services import add_follow_up, log_contact
from tests.employers import factories as make
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
#: Savepoints with the context of the trail in front, and conditions that read no table.
NO_READ_OR_WRITE = re.compile(r"SAVEPOINT|^SELECT 1 AS \"_check\"").search
HTMX = {"HX-Request": "true", "HX-Target": "dossier-body"}


def new_url(employer: Employer) -> str:
    return reverse("employers:contact_new", args=[employer.pk])


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.content, "html.parser")


def row(number: int = 0, **values: Any) -> dict[str, Any]:
    """What a page sends of a row with a follow-up."""
    given = {"kind": "action", "term": "week", **values}
    return {"row": [str(number)], **{f"row{number}-{name}": value for name, value in given.items()}}


# ── follow-ups ───────────────────────────────────────────────────────────────────────────────────


@time_machine.travel(NOW, tick=False)
def test_a_follow_up_is_made_with_the_contact(am: User, tl: User, client_as: Enter) -> None:
    position = make.PositionFactory()
    sent = {"kind": "call", "subject": "Over laadpalen", "person": position.person_id}
    sent |= row(what=" Overzicht sturen ", owner=tl.pk)
    answer = client_as(am).post(new_url(position.employer), sent)
    assert answer.status_code == 302
    made = FollowUp.objects.get()
    assert (made.what, made.owner, made.person, made.due_on) == (
        "Overzicht sturen",
        tl,
        position.person,
        dt.date(2026, 11, 30),
    )
    assert made.contact_moment == ContactMoment.objects.get()
    assert made.made_on == dt.date(2026, 11, 23)


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ({"term": "fortnight"}, dt.date(2026, 12, 7)),
        ({"term": "month"}, dt.date(2026, 12, 23)),
        ({"term": "month", "due_on": "2026-12-01"}, dt.date(2026, 12, 1)),
    ],
)
def test_a_due_date_is_a_quick_choice_or_a_day(
    am: User, client_as: Enter, asked: dict[str, str], due: dt.date
) -> None:
    sent = {"kind": "call", "subject": "Gebeld"} | row(what="Bellen", **asked)
    client_as(am).post(new_url(make.EmployerFactory()), sent)
    assert FollowUp.objects.get().due_on == due


def test_a_month_ends_where_the_next_one_does() -> None:
    assert after_a_month(dt.date(2027, 1, 31)) == dt.date(2027, 2, 28)
    assert after_a_month(dt.date(2026, 12, 15)) == dt.date(2027, 1, 15)


def test_an_empty_row_is_nothing_and_a_date_alone_is_an_error(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    client = client_as(am)
    sent = {"kind": "call", "subject": "Gebeld"}
    answer = client.post(new_url(employer), sent | row(due_on="2030-01-01"))
    assert answer.status_code == 422
    assert "is-invalid" in soup(answer).find(id="id_row0-what")["class"]
    assert not ContactMoment.objects.exists()
    assert client.post(new_url(employer), sent | row()).status_code == 302
    assert ContactMoment.objects.count() == 1
    assert not FollowUp.objects.exists()


def test_what_a_follow_up_refuses_undoes_the_contact_and_keeps_what_was_typed(
    am: User, client_as: Enter
) -> None:
    """Due before it was made: the service of follow-ups says no, long after the contact was written."""
    employer = make.EmployerFactory()
    yesterday = clock.today() - dt.timedelta(days=1)
    sent = {"kind": "mail", "subject": "Blijft staan", "notes": "Ook dit"}
    sent |= row(what="Te laat bedacht", due_on=yesterday.isoformat())
    answer = client_as(am).post(new_url(employer), sent)
    assert answer.status_code == 422
    page = soup(answer)
    assert "is-invalid" in page.find(id="id_row0-due_on")["class"]
    assert page.find(id="id_subject")["value"] == "Blijft staan"
    assert page.find(id="id_row0-what")["value"] == "Te laat bedacht"
    assert page.find("input", {"name": "kind", "value": "mail"}).has_attr("checked")
    assert page.select_one(".error-summary a[href='#id_row0-due_on']")
    assert not ContactMoment.objects.exists()
    assert not FollowUp.objects.exists()
    assert not Activity.objects.exists()
    employer.refresh_from_db()
    assert employer.last_contact_at is None


def test_rows_are_added_and_left_out_and_the_rest_stays_as_typed(am: User, client_as: Enter) -> None:
    employer, client = make.EmployerFactory(), client_as(am)
    sent: dict[str, Any] = {"kind": "note", "subject": "", "theme": make.ThemeFactory().pk}
    page = soup(client.post(new_url(employer), sent | {"do": "follow_up"}))
    assert [field["value"] for field in page.find_all("input", {"name": "row"})] == ["0"]
    sent |= row(what="Eerste")
    page = soup(client.post(new_url(employer), sent | {"do": "follow_up"}))
    assert [field["value"] for field in page.find_all("input", {"name": "row"})] == ["0", "1"]
    assert page.find(id="id_row0-what")["value"] == "Eerste"
    assert not page.find(class_="is-invalid"), "nothing is judged before it is sent"
    assert page.find("input", {"name": "kind", "value": "note"}).has_attr("checked")
    assert page.find("details", class_="contact-more").has_attr("open")
    both = sent | row(1, what="Tweede")
    both["row"] = ["0", "1"]
    page = soup(client.post(new_url(employer), both | {"do": "remove-0"}))
    assert [field["value"] for field in page.find_all("input", {"name": "row"})] == ["1"]
    assert page.find(id="id_row1-what")["value"] == "Tweede"
    assert not ContactMoment.objects.exists()


def test_a_promise_of_a_college_member_lies_unconfirmed(cm: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    sent = {"kind": "note", "subject": "Bij de opening"} | row(what="Ik laat het weten", kind="promise_to")
    assert client_as(cm).post(new_url(employer), sent).status_code == 302
    made = FollowUp.objects.get()
    assert (made.kind, made.state, made.promised_by.user) == ("promise_to", "unconfirmed", cm)
    refused = sent | row(what="Een actie", kind="action")
    assert client_as(cm).post(new_url(employer), refused).status_code == 422


def test_a_follow_up_is_as_secret_as_its_contact(am: User, client_as: Enter) -> None:
    secret = make.EmployerFactory(is_confidential=True)
    secret.readers.add(am)
    sent = {"kind": "call", "subject": "Vestigen?", "audience": "named"} | row(what="Kavels zoeken")
    client_as(am).post(new_url(secret), sent)
    made = FollowUp.objects.get()
    assert made.is_confidential
    assert made.audience == "named"
    assert am in made.readers.all()


# ── several employers ────────────────────────────────────────────────────────────────────────────


def test_a_contact_with_several_employers_stands_on_each_timeline(am: User, client_as: Enter) -> None:
    first, second = make.EmployerFactory(), make.EmployerFactory()
    person = make.PositionFactory(employer=second).person
    sent = {"kind": "call", "subject": "Parkeren", "employers": [second.pk], "people": [person.pk]}
    sent |= row(what="Terugbellen", employer=second.pk)
    assert client_as(am).post(new_url(first), sent).status_code == 302
    moment = ContactMoment.objects.get()
    assert set(moment.employers.all()) == {first, second}
    assert moment.people.get() == person
    assert FollowUp.objects.get().employer == second
    on = Activity.objects.filter(kind="contact", record_id=moment.pk).values_list("employer", flat=True)
    assert set(on) == {first.pk, second.pk}
    for employer in (first, second):
        employer.refresh_from_db()
        assert employer.last_contact_at == moment.happened_at


def test_employers_are_searched_ticked_and_unticked_without_a_script(am: User, client_as: Enter) -> None:
    first, client = make.EmployerFactory(), client_as(am)
    second = make.EmployerFactory(name="Oefenkantoor Regenkap", refreshed=True)
    person = make.PositionFactory(employer=second).person
    sent: dict[str, Any] = {"kind": "call", "subject": "Samen", "employer_search": "regenkap"}
    found = soup(client.post(new_url(first), sent))  # Enter in the search is no logging
    assert found.find("input", {"name": "employers", "value": str(second.pk)})
    assert found.find(id="id_subject")["value"] == "Samen"
    assert not ContactMoment.objects.exists()
    sent |= {"employers": [second.pk], "employer_search": ""}
    chosen = soup(client.post(new_url(first), sent | {"do": "search"}))
    assert chosen.find("input", {"name": "employers", "value": str(second.pk)}).has_attr("checked")
    option = chosen.find(id="id_person").find("option", {"value": str(person.pk)})
    assert second.name in option.get_text()
    without = soup(client.post(new_url(first), {"kind": "call", "subject": "Samen", "do": "search"}))
    assert not without.find("input", {"name": "employers"})


def test_who_may_not_see_an_employer_cannot_add_or_find_it(am: User, client_as: Enter) -> None:
    first, client = make.EmployerFactory(), client_as(am)
    secret = make.EmployerFactory(name="Geheimproef Onzichtbaar", is_confidential=True, refreshed=True)
    sent = {"kind": "call", "subject": "Samen", "employers": [secret.pk]}
    assert client.post(new_url(first), sent).status_code == 302
    assert ContactMoment.objects.get().employers.get() == first
    drawn = soup(client.post(new_url(first), {"do": "search", "employer_search": "Onzichtbaar"}))
    assert not drawn.find("input", {"name": "employers"})


# ── its own page, and the way to it ──────────────────────────────────────────────────────────────


def test_the_page_proposes_the_kind_the_person_and_what_was_last(am: User, client_as: Enter) -> None:
    one = make.PositionFactory()
    two = make.PositionFactory(employer=one.employer)
    client = client_as(am)
    page = soup(client.get(new_url(one.employer), {"kind": "mail", "person": two.person_id}))
    assert page.find("input", {"name": "kind", "value": "mail"}).has_attr("checked")
    assert page.find(id="id_person").find("option", selected=True)["value"] == str(two.person_id)
    log_contact(by=am, employers=[one.employer], subject="Op straat", kind="chat")
    page = soup(client.get(new_url(one.employer)))
    assert page.find("input", {"name": "kind", "value": "chat"}).has_attr("checked")
    assert client.get(new_url(one.employer), {"kind": "x", "person": "-1"}).status_code == 200


def test_a_college_member_gets_the_only_kind_there_is(cm: User, client_as: Enter) -> None:
    page = soup(client_as(cm).get(new_url(make.EmployerFactory())))
    kinds = page.find_all("input", {"name": "kind"})
    assert [(field["type"], field["value"]) for field in kinds] == [("hidden", "note")]


def test_from_a_person_to_the_employer_where_they_are_first(am: User, ed: User, client_as: Enter) -> None:
    person = make.PositionFactory(starts_on=dt.date(2024, 1, 1)).person
    first = make.PositionFactory(person=person, is_primary=True).employer
    make.PositionFactory(person=person, ends_on=dt.date(2021, 1, 1), is_primary=True)
    url = reverse("employers:person_contact", args=[person.pk])
    answer = client_as(am).get(url, {"kind": "call"})
    assert answer.headers["Location"] == f"{new_url(first)}?person={person.pk}&kind=call"
    nowhere = make.ContactPersonFactory()
    answer = client_as(am).get(reverse("employers:person_contact", args=[nowhere.pk]))
    assert answer.headers["Location"] == nowhere.get_absolute_url()
    assert client_as(ed).get(url).status_code == 403


def test_a_refusal_by_htmx_draws_the_form_alone(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    url = reverse("employers:contact_add", args=[employer.pk])
    answer = client_as(am).post(url, {"kind": "call", "subject": ""}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#contact-form")
    assert answer.content.decode().strip().startswith("<form")


def test_logging_costs_a_bounded_number_of_statements(am: User, client_as: Enter) -> None:
    position = make.PositionFactory()
    client = client_as(am)
    quick = {"kind": "call", "subject": "Kort", "person": position.person_id}
    with page_queries() as few:
        client.post(new_url(position.employer), quick)
    everything = quick | row(what="Iets doen")
    with page_queries() as more:
        client.post(new_url(position.employer), everything)
    assert FollowUp.objects.count() == 1
    few, more = (list(filterfalse(NO_READ_OR_WRITE, sent)) for sent in (few, more))
    assert len(few) <= 12, "\n".join(few)
    assert len(more) <= 24, "\n".join(more)


# ── changing and taking back ─────────────────────────────────────────────────────────────────────


def test_the_page_of_a_change_says_who_changed_what_without_the_texts(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    moment = log_contact(by=am, employers=[employer], subject="Eerste zin")
    url, client = reverse("employers:contact_edit", args=[employer.pk, moment.pk]), client_as(am)
    assert "Eerste zin" in client.get(url).content.decode()
    sent = {"kind": "mail", "subject": "Andere zin", "record_version": moment.version, "audience": "team"}
    assert client.post(url, sent).status_code == 302
    lines = soup(client.get(url)).select(".lines li")
    assert len(lines) == 1
    said = lines[0].get_text()
    assert str(am) in said
    for name in ("kind", "subject"):
        assert str(ContactMoment._meta.get_field(name).verbose_name).lower() in said.lower()
    assert "Eerste zin" not in said


@pytest.mark.parametrize(("choice", "state"), [("keep", "open"), ("drop", "dropped")])
def test_withdrawing_asks_what_becomes_of_what_was_agreed(
    am: User, client_as: Enter, choice: str, state: str
) -> None:
    employer = make.EmployerFactory()
    moment = log_contact(by=am, employers=[employer], subject="Vergissing")
    agreed = add_follow_up(by=am, employer=employer, what="Iets sturen", contact_moment=moment)
    url, client = reverse("employers:contact_withdraw", args=[employer.pk, moment.pk]), client_as(am)
    assert "Iets sturen" in client.get(url).content.decode()
    assert client.post(url, {"withdrawn_reason": "verkeerd bedrijf"}).status_code == 422
    agreed.refresh_from_db()
    assert agreed.state == "open"
    sent = {"withdrawn_reason": "verkeerd bedrijf", "follow_ups": choice}
    assert client.post(url, sent).status_code == 302
    agreed.refresh_from_db()
    assert agreed.state == state
    assert not Activity.objects.filter(kind="contact", record_id=moment.pk).exists()


def test_a_contact_with_an_agreement_cannot_be_deleted(am: User) -> None:
    employer = make.EmployerFactory()
    moment = log_contact(by=am, employers=[employer], subject="Blijft")
    add_follow_up(by=am, employer=employer, what="Iets sturen", contact_moment=moment)
    with pytest.raises(ProtectedError):
        moment.delete()
