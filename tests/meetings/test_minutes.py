"""Minutes for each agenda item, decisions as follow-ups in the same act, adoption in the next meeting; and a
meeting that is logged afterwards in one act."""

import datetime as dt

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied, ValidationError

from deventer_crm.core.services import StaleRecord
from employers.models import FollowUp
from meetings.models import AgendaItem, Meeting, MeetingFollowUp, MeetingMinutes, Report
from meetings.selectors.table_sheet import Part, sheet_page
from meetings.services import IllegalStep
from meetings.services.minutes import (
    Agreed,
    ItemMinutes,
    adopt_minutes,
    withdraw_adoption,
    write_minutes,
)
from tests.employers.factories import EmployerFactory, PositionFactory
from tests.meetings.factories import AgendaItemFactory, MeetingFactory, MeetingKindFactory
from tests.meetings.series_world import make_series, meet

pytestmark = pytest.mark.django_db
HELD = dt.date(2026, 11, 3)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def series():
    return make_series()


@pytest.fixture
def meeting(series):
    held = meet(series, HELD, series.chairs[:3], held=True)
    AgendaItemFactory(meeting=held, title="Laden en lossen")
    AgendaItemFactory(meeting=held, title="Leegstand")
    return held


def sent(client, meeting, **values):
    """The form of the minutes as the page shows it, with other values."""
    url = f"/agenda/{meeting.pk}/notulen/"
    page = BeautifulSoup(client.get(url).content, "html.parser")
    data = {}
    for field in page.select("main form [name], form.stack [name]"):
        name = field["name"]
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            data[name] = chosen["value"] if chosen else ""
        elif field.name == "textarea":
            data[name] = field.text.strip()
        elif field.get("type") != "checkbox" and field.name == "input":
            data[name] = field.get("value", "")
    return client.post(url, {**data, **values})


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def test_minutes_decisions_and_follow_ups_are_written_in_one_act(meeting, series, es, am, client_as):
    first, second = meeting.agenda_items.all()
    answer = sent(
        client_as(es),
        meeting,
        **{
            f"item{first.pk}-notes": "De proef met venstertijden loopt.",
            f"item{first.pk}-decision": "De proef gaat door tot de zomer.",
            f"item{first.pk}-is_finished": "on",
            f"item{first.pk}-agreed-what": "Borden laten aanpassen",
            f"item{first.pk}-agreed-owner": am.pk,
            f"item{first.pk}-agreed-due_on": "2026-12-15",
            f"item{second.pk}-notes": "Volgende keer verder.",
            f"item{second.pk}-agreed-what": "Lijst van lege panden sturen",
            f"item{second.pk}-agreed-kind": "promise_by",
            f"item{second.pk}-agreed-employer": series.clubs[1].pk,
            "remarks": "De voorzitter opent.",
        },
    )
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".error-summary")
    first.refresh_from_db()
    assert (first.decision, first.decided_on, first.is_finished) == (
        "De proef gaat door tot de zomer.",
        HELD,
        True,
    )
    ties = {row.agenda_item: row.follow_up for row in MeetingFollowUp.objects.filter(meeting=meeting)}
    assert (ties[first].what, ties[first].owner, ties[first].due_on) == (
        "Borden laten aanpassen",
        am,
        dt.date(2026, 12, 15),
    )
    assert ties[first].made_on == HELD
    assert (ties[second].kind, ties[second].employer) == ("promise_by", series.clubs[1])
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.HELD
    text = client_as(es).get(f"/agenda/{meeting.pk}/").content.decode()
    assert "Borden laten aanpassen" in text
    assert "De proef gaat door tot de zomer." in text


def test_the_page_names_present_and_absent_parties(meeting, es, client_as):
    text = client_as(es).get(f"/agenda/{meeting.pk}/notulen/").content.decode()
    assert "Proefvereniging 0, Proefvereniging 1, Proefvereniging 2" in text
    assert "Afwezig" in text
    assert "Proefvereniging 3" in text


def test_ready_takes_the_step_to_reported_in_the_same_act(meeting, es, client_as):
    first = meeting.agenda_items.first()
    answer = sent(client_as(es), meeting, **{f"item{first.pk}-notes": "Besproken.", "is_ready": "on"})
    assert answer.status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.REPORTED
    assert "1. Laden en lossen" in Report.objects.get(meeting=meeting).summary


def test_a_refusal_leaves_nothing_behind(meeting, es):
    first = meeting.agenda_items.first()
    with pytest.raises(ValidationError):
        write_minutes(
            meeting,
            by=es,
            items=[ItemMinutes(first.pk, first.version, notes="Iets")],
            agreed=[Agreed("Te vroeg", meeting.employers.first(), due_on=dt.date(2026, 1, 1))],
        )
    first.refresh_from_db()
    assert first.notes == ""
    assert not FollowUp.objects.exists()
    assert not MeetingMinutes.objects.exists()


def test_a_wrong_line_is_told_and_keeps_what_was_typed(meeting, es, client_as):
    first = meeting.agenda_items.first()
    answer = sent(
        client_as(es),
        meeting,
        **{f"item{first.pk}-notes": "Bewaar mij", f"item{first.pk}-agreed-due_on": "31-02-2026"},
    )
    assert answer.status_code == 422
    assert "Bewaar mij" in answer.content.decode()


def test_two_people_who_write_about_one_item_are_told(meeting, es, am, client_as):
    first = meeting.agenda_items.first()
    write_minutes(meeting, by=am, items=[ItemMinutes(first.pk, first.version, notes="Van een collega")])
    with pytest.raises(StaleRecord):
        write_minutes(meeting, by=es, items=[ItemMinutes(first.pk, first.version, notes="Van mij")])
    values = {f"item{first.pk}-notes": "Van mij", f"item{first.pk}-record_version": first.version}
    answer = sent(client_as(es), meeting, **values)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Van mij" in text
    assert "Van een collega" in text
    page = BeautifulSoup(text, "html.parser")
    assert page.select_one(f"[name=item{first.pk}-record_version]")["value"] == str(first.version + 1)


def test_minutes_are_for_a_meeting_that_was_held(series, es):
    planned = meet(series, dt.date(2026, 12, 1), planned=True)
    with pytest.raises(IllegalStep):
        write_minutes(planned, by=es)


def test_what_was_agreed_in_secret_stays_secret(meeting, es, am, tl):
    item = AgendaItemFactory(meeting=meeting, is_confidential=True)
    item.readers.add(es)
    write_minutes(
        meeting, by=es, agreed=[Agreed("Stil houden", meeting.employers.first(), item_id=item.pk, owner=tl)]
    )
    made = FollowUp.objects.get()
    assert made.is_confidential
    assert made in FollowUp.objects.visible_to(es)
    assert made not in FollowUp.objects.visible_to(am)


def test_a_hidden_item_cannot_be_written_and_its_decision_is_not_in_the_report(meeting, es, am):
    item = AgendaItemFactory(meeting=meeting, title="Geheim punt", is_confidential=True)
    with pytest.raises(ValidationError):
        write_minutes(meeting, by=am, items=[ItemMinutes(item.pk, item.version, notes="Geraden")])
    item.readers.add(es)
    write_minutes(meeting, by=es, is_ready=True)
    assert "Geheim" not in Report.objects.get().summary


# ── adoption ─────────────────────────────────────────────────────────────────────────────────────


def test_minutes_are_adopted_in_the_next_meeting_and_then_stand(series, meeting, es, tl, client_as):
    before = meet(series, dt.date(2026, 4, 14), held=True)
    MeetingMinutes.objects.create(meeting=before)
    assert "Notulen van 14 april 2026 vaststellen" in [
        line.text for line in sheet_page(meeting, es).lines if line.part == Part.LEFT
    ]
    answer = sent(client_as(es), meeting, adopts="on")
    assert answer.status_code == 302
    minutes = MeetingMinutes.objects.get(meeting=before)
    assert (minutes.adopted_on, minutes.adopted_in) == (HELD, meeting)
    with pytest.raises(ValidationError):
        write_minutes(before, by=es, remarks="Toch anders")
    assert client_as(es).get(f"/agenda/{before.pk}/notulen/").status_code == 302
    withdraw_adoption(before, by=tl)
    write_minutes(before, by=es, remarks="Toch anders")


def test_adoption_needs_a_day_after_the_meeting_and_not_to_come(meeting, es, am):
    for day in (HELD - dt.timedelta(1), dt.date(2026, 11, 17), None):
        with pytest.raises(ValidationError):
            adopt_minutes(meeting, by=es, adopted_on=day)
    adopt_minutes(meeting, by=es, adopted_on=dt.date(2026, 11, 10), adopted_with="Punt 2: “kan” wordt “zal”.")
    with pytest.raises(PermissionDenied):
        withdraw_adoption(meeting, by=am)


def test_adopting_on_its_own_page(meeting, es, client_as):
    client = client_as(es)
    answer = client.post(f"/agenda/{meeting.pk}/notulen/vaststellen/", {"adopted_on": "2026-11-12"})
    assert answer.status_code == 302
    text = client.get(f"/agenda/{meeting.pk}/agendapunten/").content.decode()
    assert "De notulen zijn vastgesteld op 12 november 2026." in text


# ── logged afterwards in one act ─────────────────────────────────────────────────────────────────


def afterwards(person, **values):
    kind = MeetingKindFactory(visit=True)
    return {
        "kind": kind.pk,
        "starts_on": "2026-11-10",
        "start_time": "10:00",
        "place": "company",
        "direction": "out",
        "employers": [person.employer_id],
        "people": [person.person_id],
        **values,
    }


def test_who_was_there_the_report_and_what_was_agreed_in_one_act(am, client_as):
    person = PositionFactory()
    answer = client_as(am).post(
        "/agenda/vastleggen/",
        afterwards(
            person,
            summary="Rondleiding gehad.",
            agreements="Wij bellen terug.",
            colleagues=[am.pk],
            **{
                "agreed1-what": "Terugbellen over de inrit",
                "agreed1-due_on": "2026-11-30",
                "agreed2-what": "Tekening sturen",
                "agreed2-kind": "promise_by",
            },
        ),
    )
    assert answer.status_code == 302
    meeting = Meeting.objects.get()
    assert (meeting.state, meeting.held_on) == (Meeting.State.REPORTED, dt.date(2026, 11, 10))
    assert all(row.is_present for row in meeting.participants.all())
    assert meeting.report.summary == "Rondleiding gehad."
    made = {row.follow_up.what: row.follow_up for row in meeting.follow_up_rows.all()}
    assert {row.employer for row in made.values()} == {person.employer}
    assert made["Tekening sturen"].kind == "promise_by"
    assert made["Terugbellen over de inrit"].made_on == dt.date(2026, 11, 10)


def test_without_a_report_it_is_held_and_the_report_is_asked_for_later(am, client_as):
    assert client_as(am).post("/agenda/vastleggen/", afterwards(PositionFactory())).status_code == 302
    assert Meeting.objects.get().state == Meeting.State.HELD


def test_nothing_is_kept_when_one_part_is_wrong(am, client_as):
    values = afterwards(PositionFactory(), summary="Rondleiding gehad.")
    for wrong in (
        {"starts_on": "2026-11-17"},
        {"agreed1-what": "Te vroeg", "agreed1-due_on": "2026-11-01"},
        {"employers": []},
    ):
        answer = client_as(am).post("/agenda/vastleggen/", {**values, **wrong})
        assert answer.status_code == 422
        assert "Rondleiding gehad." in answer.content.decode()
        assert not Meeting.objects.exists()


def test_with_many_employers_one_is_chosen_for_what_was_agreed(am, client_as):
    person, other = PositionFactory(), EmployerFactory()
    values = afterwards(person, **{"agreed1-what": "Iets doen", "agreed1-employer": other.pk})
    values["employers"] = [person.employer_id, other.pk]
    client = client_as(am)
    page = client.post("/agenda/vastleggen/", {**values, "refresh": "1"}, headers={"HX-Request": "true"})
    offered = BeautifulSoup(page.content, "html.parser").select("#agreed [name=agreed1-employer] option")
    assert {option["value"] for option in offered} == {str(person.employer_id), str(other.pk)}
    assert client.post("/agenda/vastleggen/", values).status_code == 302
    assert FollowUp.objects.get().employer == other


def test_an_employer_that_was_not_there_is_refused(am, client_as):
    stranger = EmployerFactory()
    values = afterwards(PositionFactory(), **{"agreed1-what": "Iets", "agreed1-employer": stranger.pk})
    assert client_as(am).post("/agenda/vastleggen/", values).status_code == 422
    assert not FollowUp.objects.exists()


def test_items_of_a_meeting_without_a_series_work_too(es, client_as):
    held = MeetingFactory(held=True, on=HELD, employers=[EmployerFactory()])
    item = AgendaItemFactory(meeting=held)
    assert sent(client_as(es), held, **{f"item{item.pk}-notes": "Besproken."}).status_code == 302
    assert AgendaItem.objects.get(pk=item.pk).notes == "Besproken."
