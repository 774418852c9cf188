"""Contact moments: logged inline, by right, and taken back with a reason."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from deventer_crm.core import clock
from employers.models import ContactMoment, Employer
from employers.services import log_contact, withdraw_contact
from tests.employers import factories as make

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]
HTMX = {"HX-Request": "true", "HX-Target": "dossier-body"}
NOW = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)


def add_url(employer: Employer) -> str:
    return f"/bedrijven/{employer.pk}/contact/"


def test_three_fields_are_enough(am: User, client_as: Enter) -> None:
    position = make.PositionFactory()
    employer = position.employer
    data = {"kind": "call", "person": position.person_id, "subject": " Netcongestie "}
    with time_machine.travel(NOW, tick=False):
        answer = client_as(am).post(add_url(employer), data)
    assert answer.status_code == 302
    assert answer.headers["Location"] == employer.get_absolute_url()
    moment = ContactMoment.objects.get()
    assert (moment.subject, moment.user, moment.happened_at, moment.audience) == (
        "Netcongestie",
        am,
        NOW,
        "team",
    )
    assert (moment.employers.get(), moment.people.get()) == (employer, position.person)
    employer.refresh_from_db()
    assert employer.last_contact_at == NOW


def test_the_swap_after_logging_equals_a_reload(am: User, client_as: Enter) -> None:
    employer, client = make.EmployerFactory(), client_as(am)
    answer = client.post(add_url(employer), {"kind": "mail", "subject": "Offerte"}, headers=HTMX)
    assert answer.status_code == 200
    part = BeautifulSoup(answer.content, "html.parser")
    part.find(id="messages").extract()
    page = BeautifulSoup(client.get(employer.get_absolute_url()).content, "html.parser").find(
        id="dossier-body"
    )
    for soup in (part, page):
        for token in soup.find_all("input", {"name": "csrfmiddlewaretoken"}):
            token.extract()
    assert part.decode().split() == page.decode_contents().split()
    assert "Offerte" in part.get_text()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_errors_stand_beside_the_field_and_keep_what_was_typed(
    am: User, client_as: Enter, headers: dict[str, str]
) -> None:
    employer = make.EmployerFactory()
    tomorrow = clock.today() + dt.timedelta(days=1)
    data = {"kind": "call", "subject": "", "notes": "Lange tekst die blijft", "day": tomorrow.isoformat()}
    answer = client_as(am).post(add_url(employer), data, headers=headers)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.find(id="id_notes").get_text(strip=True) == "Lange tekst die blijft"
    assert "is-invalid" in page.find(id="id_subject")["class"]
    assert "is-invalid" in page.find(id="id_day")["class"]
    assert page.find("details", class_="contact-more").has_attr("open")
    assert not ContactMoment.objects.exists()


def test_a_day_in_the_past_without_a_time_is_noon(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    client_as(am).post(add_url(employer), {"kind": "call", "subject": "Gebeld", "day": "2026-03-02"})
    assert ContactMoment.objects.get().happened_at == dt.datetime(2026, 3, 2, 11, 0, tzinfo=dt.UTC)


def test_people_of_another_employer_cannot_be_chosen(am: User, client_as: Enter) -> None:
    position, employer = make.PositionFactory(), make.PositionFactory().employer
    data = {"kind": "call", "subject": "Gebeld", "person": position.person_id}
    assert client_as(am).post(add_url(employer), data).status_code == 422


def test_a_college_member_writes_notes_only(cm: User, client_as: Enter) -> None:
    employer, client = make.EmployerFactory(), client_as(cm)
    assert client.post(add_url(employer), {"kind": "call", "subject": "Gebeld"}).status_code == 422
    assert client.post(add_url(employer), {"kind": "note", "subject": "Beloofd te bellen"}).status_code == 302
    with pytest.raises(PermissionDenied):
        log_contact(by=cm, employers=[employer], subject="Gebeld", kind="call")


def test_who_may_not_log_is_refused(rd: User, es: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    for user in (rd, es):
        assert client_as(user).post(add_url(employer), {"kind": "note", "subject": "x"}).status_code == 403
        assert not BeautifulSoup(
            client_as(user).get(employer.get_absolute_url()).content, "html.parser"
        ).find(id="contact")


def test_the_employer_desk_logs_for_the_team_and_itself(ed: User, am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    client_as(ed).post(add_url(employer), {"kind": "call", "subject": "Over stages"})
    moment = ContactMoment.objects.get()
    assert moment.audience == "employer_desk"
    assert moment in ContactMoment.objects.visible_to(am)


def test_a_confidential_employer_cannot_be_written_on_and_makes_its_contacts_confidential(
    am: User, tl: User, client_as: Enter
) -> None:
    secret = make.EmployerFactory(is_confidential=True)
    assert client_as(am).post(add_url(secret), {"kind": "call", "subject": "x"}).status_code == 404
    secret.readers.add(am)
    moment = log_contact(by=am, employers=[secret], subject="Vestiging hier?")
    assert moment.is_confidential
    assert set(moment.readers.all()) == {am}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"happened_at": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "happened_at"),
        ({"subject": "  "}, "subject"),
        ({"given_in_confidence": True}, "__all__"),
        ({"employers": []}, ""),
    ],
)
def test_the_service_refuses_what_cannot_be(am: User, wrong: dict[str, object], field: str) -> None:
    arguments: dict[str, object] = {"employers": [make.EmployerFactory()], "subject": "Gebeld", **wrong}
    with pytest.raises(ValidationError) as refused:
        log_contact(by=am, **arguments)  # type: ignore[arg-type]
    assert not field or field in refused.value.message_dict
    assert not ContactMoment.objects.exists()


def test_one_changes_ones_own_and_the_lead_changes_all(
    am: User, tl: User, make_user: Callable[..., User], client_as: Enter
) -> None:
    employer = make.EmployerFactory()
    moment = make.ContactMomentFactory(employers=[employer], user=am)
    url = f"{add_url(employer)}{moment.pk}/wijzigen/"
    assert client_as(make_user("AM")).get(url).status_code == 403
    data = {"kind": "mail", "subject": "Toch een mail", "record_version": moment.version, "audience": "team"}
    assert client_as(tl).post(url, data).status_code == 302
    moment.refresh_from_db()
    assert (moment.kind, moment.subject, moment.user, moment.modified_by) == ("mail", "Toch een mail", am, tl)
    other = make.EmployerFactory()
    assert client_as(am).get(f"{add_url(other)}{moment.pk}/wijzigen/").status_code == 404


def test_the_second_editor_is_told_and_both_texts_are_shown(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    moment = make.ContactMomentFactory(employers=[employer], user=am)
    url, old = f"{add_url(employer)}{moment.pk}/wijzigen/", moment.version
    client = client_as(am)
    client.post(url, {"kind": "call", "subject": "Eerste tekst", "record_version": old, "audience": "team"})
    late = {"kind": "call", "subject": "Tweede tekst", "record_version": old, "audience": "team"}
    answer = client.post(url, late)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Eerste tekst" in page
    assert "Tweede tekst" in page
    moment.refresh_from_db()
    assert moment.subject == "Eerste tekst"


def test_withdrawn_leaves_the_timeline_and_the_last_contact(am: User, client_as: Enter) -> None:
    employer = make.EmployerFactory()
    moment = log_contact(by=am, employers=[employer], subject="Vergissing")
    url = f"{add_url(employer)}{moment.pk}/intrekken/"
    assert client_as(am).post(url, {"withdrawn_reason": ""}).status_code == 422
    assert client_as(am).post(url, {"withdrawn_reason": "verkeerd bedrijf"}).status_code == 302
    employer.refresh_from_db()
    assert employer.last_contact_at is None
    assert "Vergissing" not in client_as(am).get(employer.get_absolute_url()).content.decode()
    assert client_as(am).get(url).status_code == 404
    moment.refresh_from_db()
    with pytest.raises(PermissionDenied):
        withdraw_contact(moment, by=am, reason="nog eens")
