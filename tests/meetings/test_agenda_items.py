"""The agenda of a meeting: items in order, documents to come, confidential items, roles, the PDF."""

import datetime as dt
import io

import pikepdf
import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError

from deventer_crm.core.models import AccessEvent, PolicySetting, Reminder
from deventer_crm.core.reconcile import reconcile
from deventer_crm.core.services import StaleRecord
from meetings.models import AgendaDocument, AgendaItem, Meeting
from meetings.selectors.agenda import agenda_page, items_of
from meetings.services import agenda, cancel_meeting, table
from tests.accounts.factories import UserFactory
from tests.employers.factories import EmployerFactory, FollowUpFactory
from tests.meetings.factories import AgendaDocumentFactory, AgendaItemFactory, MeetingFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 16)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(dt.datetime(2026, 11, 16, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def meeting(es):
    """Of two associations, looked after by the secretary."""
    clubs = [EmployerFactory(kind="association", name=f"Proefclub {letter}") for letter in "AB"]
    return MeetingFactory(planned=True, on=dt.date(2026, 12, 1), employers=clubs, owner=es, college=True)


def titles(meeting, user):
    return [item.title for item in items_of(meeting, user)]


# ── items ────────────────────────────────────────────────────────────────────────────────────────


def test_items_stand_in_the_order_they_were_added_and_move_by_buttons(meeting, es, client_as):
    client, url = client_as(es), f"/agenda/{meeting.pk}/agendapunten/"
    for title in ("Opening", "Verkeer", "Rondvraag"):
        assert client.post(url, {"title": title}).status_code == 302
    first, _second, third = meeting.agenda_items.order_by("position")
    client.post(f"{url}{third.pk}/verplaatsen/", {"to": "up"})
    assert titles(meeting, es) == ["Opening", "Rondvraag", "Verkeer"]
    client.post(f"{url}{first.pk}/verplaatsen/", {"to": "down"})
    assert titles(meeting, es) == ["Rondvraag", "Opening", "Verkeer"]
    client.post(f"{url}{third.pk}/verplaatsen/", {"to": "up"})
    assert titles(meeting, es) == ["Rondvraag", "Opening", "Verkeer"]


def test_the_first_has_no_button_up_and_the_last_none_down(meeting, es, client_as):
    for _number in range(2):
        AgendaItemFactory(meeting=meeting)
    page = BeautifulSoup(client_as(es).get(f"/agenda/{meeting.pk}/agendapunten/").content, "html.parser")
    ways = [box["value"] for box in page.select(".agenda-item input[name=to]")]
    assert ways == ["down", "up"]


def test_an_item_says_who_brings_it_and_only_who_takes_part_can(meeting, es):
    club = meeting.employers.first()
    item = agenda.add_item(meeting, by=es, title="Parkeren", brought_by=club, duration=15)
    assert item.brought_by == club
    with pytest.raises(ValidationError) as refusal:
        agenda.add_item(meeting, by=es, title="Anders", brought_by=EmployerFactory())
    assert "brought_by" in refusal.value.error_dict


def test_times_follow_from_the_lengths_and_too_long_is_said(meeting, es, client_as):
    Meeting.objects.filter(pk=meeting.pk).update(ends_at=meeting.starts_at + dt.timedelta(minutes=20))
    meeting.refresh_from_db()
    for minutes in (15, 10, None):
        AgendaItemFactory(meeting=meeting, duration=minutes)
    page = agenda_page(meeting, es)
    starts = [row.starts_at and row.starts_at - meeting.starts_at for row in page.items]
    assert starts == [dt.timedelta(0), dt.timedelta(minutes=15), dt.timedelta(minutes=25)]
    assert page.is_too_long
    assert "vragen 25 minuten" in client_as(es).get(f"/agenda/{meeting.pk}/agendapunten/").content.decode()


def test_two_editors_of_one_item_are_told(meeting, es, am):
    item = AgendaItemFactory(meeting=meeting)
    theirs = AgendaItem.objects.get(pk=item.pk)
    theirs.title = "Van de ander"
    agenda.change_item(theirs, by=am, expected_version=1)
    item.title = "Van mij"
    with pytest.raises(StaleRecord):
        agenda.change_item(item, by=es, expected_version=1)


def test_the_second_editor_keeps_the_text_on_the_page(meeting, es, client_as):
    item = AgendaItemFactory(meeting=meeting, title="Eerst")
    agenda.change_item(item, by=es)
    url = f"/agenda/{meeting.pk}/agendapunten/{item.pk}/"
    answer = client_as(es).post(url, {"title": "Mijn tekst", "record_version": 1})
    assert answer.status_code == 422
    assert "Mijn tekst" in answer.content.decode()


def test_what_was_written_down_cannot_be_taken_off(meeting, es):
    said, unsaid = AgendaItemFactory(meeting=meeting, notes="Besproken."), AgendaItemFactory(meeting=meeting)
    with pytest.raises(ValidationError):
        agenda.remove_item(said, by=es)
    agenda.remove_item(unsaid, by=es)
    assert list(meeting.agenda_items.all()) == [said]


def test_the_agenda_of_a_meeting_that_is_over_does_not_change(es, client_as):
    over = MeetingFactory(reported=True, on=dt.date(2026, 10, 1), employers=[EmployerFactory()])
    item = AgendaItemFactory(meeting=over)
    with pytest.raises(ValidationError):
        agenda.add_item(over, by=es, title="Te laat")
    client_as(es).post(f"/agenda/{over.pk}/agendapunten/", {"title": "Te laat"})
    client_as(es).post(f"/agenda/{over.pk}/agendapunten/{item.pk}/weghalen/")
    assert list(over.agenda_items.all()) == [item]


# ── confidential items (R10) ─────────────────────────────────────────────────────────────────────


def test_a_confidential_item_is_there_for_our_side_of_the_table_and_the_lead_only(meeting, es, am, tl):
    secret = agenda.add_item(meeting, by=es, title="Geheim punt", is_confidential=True)
    AgendaItemFactory(meeting=meeting, title="Open punt")
    member = meeting.participants.get(college_member__isnull=False).college_member
    assert titles(meeting, es) == titles(meeting, tl) == ["Geheim punt", "Open punt"]
    assert titles(meeting, am) == ["Open punt"]
    assert es in secret.readers.all()
    assert member.user is None or member.user in secret.readers.all()
    assert [row.number for row in agenda_page(meeting, am).items] == [1]


def test_moving_goes_over_items_one_does_not_see(meeting, es, am):
    for title, secret in (("Een", False), ("Geheim", True), ("Drie", False)):
        agenda.add_item(meeting, by=es, title=title, is_confidential=secret)
    agenda.move_item(meeting.agenda_items.get(title="Drie"), by=am, up=True)
    assert titles(meeting, am) == ["Drie", "Een"]
    assert titles(meeting, es) == ["Drie", "Een", "Geheim"]


def test_an_item_from_a_point_that_becomes_a_secret_is_hidden_with_it(meeting, es, am):
    point = FollowUpFactory(employer=meeting.employers.first())
    AgendaItemFactory(meeting=meeting, follow_up=point, source="follow_up")
    assert len(items_of(meeting, am)) == 1
    point.is_confidential = True
    point.save()
    assert items_of(meeting, am) == []


def test_documents_of_a_hidden_item_are_hidden(meeting, es, am, client_as):
    secret = agenda.add_item(meeting, by=es, title="Geheim punt", is_confidential=True)
    document = AgendaDocumentFactory(meeting=meeting, item=secret, name="Geheim stuk")
    text = client_as(am).get(f"/agenda/{meeting.pk}/agendapunten/").content.decode()
    assert "Geheim" not in text
    assert client_as(am).get(f"/agenda/{meeting.pk}/stukken/{document.pk}/").status_code == 404
    assert not AgendaDocument.objects.visible_to(am).exists()


# ── documents to come ────────────────────────────────────────────────────────────────────────────


def test_a_document_is_written_down_and_received(meeting, es, client_as):
    client = client_as(es)
    club = meeting.employers.first()
    answer = client.post(
        f"/agenda/{meeting.pk}/stukken/nieuw/",
        {
            "name": "Cijfers leegstand",
            "from_employer": club.pk,
            "due_on": "2026-11-20",
            "link": "documenten.example.org/stuk/7",
        },
    )
    assert answer.status_code == 302
    document = AgendaDocument.objects.get()
    assert (document.link, document.from_whom) == ("https://documenten.example.org/stuk/7", str(club))
    client.post(f"/agenda/{meeting.pk}/stukken/{document.pk}/ontvangen/")
    document.refresh_from_db()
    assert document.received_on == TODAY


def test_a_document_comes_from_one_side_and_not_from_tomorrow(meeting, es):
    both = AgendaDocument(
        meeting=meeting,
        name="Stuk",
        from_employer=meeting.employers.first(),
        from_user=UserFactory(role="AM"),
    )
    with pytest.raises(ValidationError):
        agenda.save_document(both, by=es)
    early = AgendaDocument(meeting=meeting, name="Stuk", received_on=dt.date(2026, 11, 17))
    with pytest.raises(ValidationError) as refusal:
        agenda.save_document(early, by=es)
    assert "received_on" in refusal.value.error_dict


def asked() -> list[tuple[int, int]]:
    rows = Reminder.objects.filter(kind="agenda_document_overdue", state="open")
    return sorted(rows.values_list("target_id", "recipient_id"))


def test_a_late_document_is_asked_of_who_looks_after_the_meeting_until_it_comes(meeting, es):
    late = AgendaDocumentFactory(meeting=meeting, due_on=dt.date(2026, 11, 13))
    AgendaDocumentFactory(meeting=meeting, due_on=TODAY)
    AgendaDocumentFactory(meeting=meeting)
    reconcile(TODAY, kinds=["agenda_document_overdue"])
    assert asked() == [(late.pk, es.pk)]
    agenda.receive_document(late, by=es)
    reconcile(TODAY, kinds=["agenda_document_overdue"])
    assert asked() == []


def test_after_how_many_days_is_a_setting(meeting):
    late = AgendaDocumentFactory(meeting=meeting, due_on=dt.date(2026, 11, 13))
    PolicySetting.objects.create(name="agenda_document_days", starts_on=dt.date(2026, 1, 1), value=4)
    reconcile(TODAY, kinds=["agenda_document_overdue"])
    assert asked() == []
    PolicySetting.objects.update(value=3)
    reconcile(TODAY, kinds=["agenda_document_overdue"])
    assert [target for target, _who in asked()] == [late.pk]


def test_nobody_is_asked_for_a_meeting_that_was_called_off(meeting, es):
    AgendaDocumentFactory(meeting=meeting, due_on=dt.date(2026, 11, 2))
    cancel_meeting(meeting, by=es, cancelled_by="us", reason="proef")
    reconcile(TODAY, kinds=["agenda_document_overdue"])
    assert asked() == []


# ── roles ────────────────────────────────────────────────────────────────────────────────────────


def test_roles_are_chosen_on_one_page_and_stand_with_the_names(meeting, es, client_as):
    row = meeting.participants.get()
    url = f"/agenda/{meeting.pk}/rollen/"
    assert client_as(es).post(url, {f"role_{row.pk}": "chair"}).status_code == 302
    row.refresh_from_db()
    assert row.role == "chair"
    assert "voorzitter van het overleg" in client_as(es).get(f"/agenda/{meeting.pk}/").content.decode()


def test_one_person_chairs(meeting, es):
    meeting.participants.create(user=es)
    roles = {row.pk: "chair" for row in meeting.participants.all()}
    with pytest.raises(ValidationError):
        table.set_roles(meeting, roles, by=es)


# ── the PDF ──────────────────────────────────────────────────────────────────────────────────────


def words(pdf: bytes) -> tuple[set[str], str]:
    """The kinds of tags, and title with language."""

    def walk(node):
        for child in node.get("/K", []) if isinstance(node.get("/K"), pikepdf.Array) else [node.get("/K")]:
            if isinstance(child, pikepdf.Dictionary):
                yield child
                yield from walk(child)

    with pikepdf.open(io.BytesIO(pdf)) as found:
        kinds = {str(node.S) for node in walk(found.Root.StructTreeRoot) if "/S" in node}
        with found.open_metadata() as meta:
            assert (meta["pdfuaid:part"], meta["pdfaid:part"]) == ("1", "2")
        return kinds, f"{found.Root.Lang} {found.docinfo['/Title']}"


def test_the_agenda_as_a_tagged_pdf_says_the_same_and_is_logged(meeting, es, am, client_as, monkeypatch):
    agenda.add_item(meeting, by=es, title="Geheim #punt", is_confidential=True)
    AgendaItemFactory(meeting=meeting, title="Open *punt*", text="Toelichting", duration=10)
    AgendaDocumentFactory(meeting=meeting, due_on=dt.date(2026, 11, 20))
    answer = client_as(es).get(f"/agenda/{meeting.pk}/agendapunten/pdf/")
    kinds, head = words(answer.content)
    assert {"/H1", "/H2", "/L"} <= kinds
    assert head.startswith("nl Agenda:")
    event = AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT)
    assert (event.user, event.detail) == (es, {"rows": 2})
    told = {}
    monkeypatch.setattr("meetings.views.items.make_pdf", lambda _name, data, **_kw: told.update(data) or b"")
    client_as(am).get(f"/agenda/{meeting.pk}/agendapunten/pdf/")
    assert [row["title"] for row in told["items"]] == ["Open *punt*"]


def test_an_empty_agenda_is_a_pdf_too(meeting, es, client_as):
    answer = client_as(es).get(f"/agenda/{meeting.pk}/agendapunten/pdf/")
    assert answer.content.startswith(b"%PDF")
