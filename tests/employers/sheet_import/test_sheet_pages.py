"""The pages of the import of lists: from upload to result, what readers see of it, deciding, taking back."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse

from deventer_crm.core.models import AccessEvent
from employers.models import ContactPerson, Employer, MappingProfile, SheetImport, SheetRow
from employers.sheet_import.running import SheetBusy
from employers.sheet_import.sheets import work_on
from employers.spreadsheets import jobs
from employers.tasks import run_sheet_import, sweep_imports
from tests.employers.factories import EmployerFactory, PositionFactory, RegistrationFactory, kvk_number
from tests.employers.register_import.files import csv_text
from tests.support.queries import page_queries

pytestmark = pytest.mark.django_db
State = SheetImport.State
HEADER = ("Naam", "KvK", "Telefoon", "E-mail")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def sent(monkeypatch):
    """Lists handed to the background; `work(sent)` is the worker."""
    found: list[int] = []
    monkeypatch.setattr("employers.sheet_import.sheets.enqueue", lambda task, pk: found.append(pk) or task)
    return found


def work(sent):
    while sent:
        run_sheet_import(sent.pop(0))


@pytest.fixture
def lead(client_as, tl):
    return client_as(tl)


def upload(client, rows, *, header=HEADER, name="relaties.csv", **data):
    content = csv_text(rows, header=header).encode() if not isinstance(rows, bytes) else rows
    fields = {"what": "employers", "list_name": "Proeflijst", "mode": "fill", **data}
    return client.post(
        reverse("employers:sheet_upload"), {"file": SimpleUploadedFile(name, content), **fields}
    )


def address(name, sheet, *more):
    return reverse(f"employers:sheet_{name}", args=[sheet.pk, *more])


def test_from_upload_to_result_and_back(lead, sent, tl, media):
    known = EmployerFactory(name="Proefwerkplaats Zilverlinde", email="")
    kvk = RegistrationFactory(employer=known).kvk_number
    rows = [
        ("", kvk, "0570 00 00 00", "info@example.org"),
        ("Proefbedrijf Nieuw", kvk_number(90), "", ""),
        ("Fout", "geen", "", ""),
    ]
    answer = upload(lead, rows)
    sheet = SheetImport.objects.get()
    assert answer.headers["Location"] == address("detail", sheet)
    assert b"import-progress" in lead.get(address("detail", sheet)).content
    work(sent)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.by) == (State.CHECKED, tl)
    assert {name: sheet.counts[name] for name in ("new", "changed", "refused")} == {
        "new": 1,
        "changed": 1,
        "refused": 1,
    }
    looked = lead.get(address("detail", sheet)).content.decode()
    assert "Proefbedrijf Nieuw" in looked
    assert "info@example.org" in looked
    assert Employer.objects.count() == 1
    stored = Path(sheet.file.path)
    assert stored.is_relative_to(media)
    assert "relaties" not in stored.name

    lead.post(address("start", sheet))
    lead.post(address("start", sheet))
    assert sent == [sheet.pk]
    work(sent)
    sheet.refresh_from_db()
    known.refresh_from_db()
    assert (sheet.state, known.email, Employer.objects.count()) == (State.DONE, "info@example.org", 2)
    assert not stored.exists()

    assert lead.get(address("undo", sheet)).status_code == 200
    lead.post(address("undo", sheet))
    sheet.refresh_from_db()
    known.refresh_from_db()
    assert (sheet.state, known.email, Employer.objects.count()) == (State.UNDONE, "", 1)
    assert lead.get(address("undo", sheet)).status_code == 404
    assert lead.get(address("detail", sheet)).status_code == 200


def test_columns_are_chosen_and_remembered(lead, sent):
    header = ("Wie", "Bel", "Wat anders")
    rows = [("Proefbedrijf", "0570 00 00 00", "x")]
    upload(lead, rows, header=header)
    work(sent)
    sheet = SheetImport.objects.get()
    assert sheet.state == State.REFUSED
    page = lead.get(address("columns", sheet))
    assert page.status_code == 200
    wrong = lead.post(address("columns", sheet), {"naam": "A", "telefoon": "A"})
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["telefoon"]
    assert wrong.context["form"]["naam"].value() == "A"
    lead.post(address("columns", sheet), {"naam": "A", "telefoon": "B"})
    work(sent)
    sheet.refresh_from_db()
    assert (sheet.state, sheet.counts["new"]) == (State.CHECKED, 1)
    lead.post(address("start", sheet))
    work(sent)
    assert MappingProfile.objects.get(source="employers").mapping == {"naam": "Wie", "telefoon": "Bel"}

    upload(lead, rows, header=("wie", "BEL", "wat_anders"))
    work(sent)
    again = SheetImport.objects.first()
    assert again.state == State.CHECKED
    assert lead.get(address("columns", again)).context["form"]["naam"].value() == "A"


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("lijst.csv", b"%PDF-1.7 geen lijst", "file"),
        ("lijst.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "file"),
        ("lijst.csv", b"", "file"),
    ],
    ids=["pdf", "old excel", "empty"],
)
def test_a_wrong_file_is_told_beside_the_field_and_keeps_what_was_typed(lead, sent, name, content, field):
    answer = upload(lead, content, name=name, list_name="Zo getypt")

    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert answer.context["form"]["list_name"].value() == "Zo getypt"
    assert not SheetImport.objects.exists()


def test_a_doubtful_row_is_decided_on_the_page(lead, sent):
    known = EmployerFactory(name="Proefwerkplaats Zilverlinde", email="")
    upload(lead, [("Proefwerkplaats Zilverlinde", "", "", "a@example.org")])
    work(sent)
    sheet = SheetImport.objects.get()
    row = sheet.rows.get()
    lead.post(address("decide", sheet, row.pk), {"choice": str(known.pk)})
    assert sheet.rows.get().outcome == "doubtful"  # first import, then decide
    lead.post(address("start", sheet))
    work(sent)
    row = sheet.rows.get()
    page = lead.get(address("rows", sheet, "doubtful")).content.decode()
    assert f'value="{known.pk}"' in page
    assert 'value="new"' in page
    for nonsense in ("", "0", "999999", "x", "²"):
        lead.post(address("decide", sheet, row.pk), {"choice": nonsense})
        assert sheet.rows.get().outcome == "doubtful"
    lead.post(address("decide", sheet, row.pk), {"choice": str(known.pk)})

    known.refresh_from_db()
    assert (sheet.rows.get().outcome, known.email) == ("changed", "a@example.org")


def test_the_refused_file_is_safe_and_leaves_a_line_in_the_log(lead, sent, tl):
    upload(lead, [("@som", "fout", "=1+1", "")])
    work(sent)
    sheet = SheetImport.objects.get()
    content = lead.get(address("refused", sheet)).content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(content), delimiter=";")

    assert header[:4] == list(HEADER)
    assert row[:6] == ["'@som", "fout", "'=1+1", "", "2", "B"]
    logged = AccessEvent.objects.get(verb=AccessEvent.Verb.EXPORT)
    assert (logged.user, logged.target, logged.detail["rows"]) == (tl, f"employers.sheetimport:{sheet.pk}", 1)


def test_a_list_is_of_who_imported_it_and_of_the_lead(lead, client_as, fa, sent):
    upload(lead, [("Fluisterhout", "", "", "")])
    work(sent)
    theirs = SheetImport.objects.get()
    other = client_as(fa)
    for name, *more in (("detail",), ("rows", "new"), ("refused",), ("columns",), ("undo",), ("discard",)):
        assert other.get(address(name, theirs, *more)).status_code == 404, name
    assert "Proeflijst" not in other.get(reverse("employers:sheet_list")).content.decode()
    upload(other, [("Proefbedrijf", "", "", "")])

    assert lead.get(address("detail", SheetImport.objects.first())).status_code == 200


def test_what_became_confidential_is_in_no_page_any_more(client_as, fa, sent):
    """Not even by what the file says of it."""
    known = EmployerFactory(name="Fluisterhout B.V.")
    kvk = RegistrationFactory(employer=known).kvk_number
    person = PositionFactory(employer=known, person__last_name="Fluisterhout").person
    desk = client_as(fa)
    names = [
        ("Fluisterhout", kvk, "0570 00 00 00", ""),
        ("Fluisterhout", "", "", ""),
        ("Fluisterhout", kvk, "", ""),
    ]
    upload(desk, names)
    people = [(str(person), "Fluisterhout B.V.", "", ""), (str(person), "", "", person.email)]
    header = ("Naam", "Organisatie", "Functie", "E-mail")
    upload(desk, people, header=header, what="people", person_source="oude lijst")
    work(sent)

    def shown() -> str:
        pages = []
        for sheet in SheetImport.objects.all():
            pages += [address("detail", sheet), address("refused", sheet)]
            pages += [address("rows", sheet, outcome) for outcome in SheetRow.Outcome.values]
        return " ".join(desk.get(page).content.decode() for page in pages)

    assert "Fluisterhout" in shown()
    Employer.objects.filter(pk=known.pk).update(is_confidential=True)
    assert "Fluisterhout" not in shown()


def test_a_killed_worker_and_a_busy_lock_lose_nothing(lead, sent, monkeypatch):
    upload(lead, [("Proefbedrijf", "", "", "")])
    sent.clear()
    sweep_imports()

    def busy(*args, **kwargs):
        raise SheetBusy

    with monkeypatch.context() as patch:
        patch.setattr("employers.sheet_import.sheets.dry_run", busy)
        work(sent)
    assert SheetImport.objects.get().state == State.UPLOADED
    sweep_imports()
    work(sent)
    sheet = SheetImport.objects.get()
    lead.post(address("start", sheet))
    sent.clear()
    SheetImport.objects.update(state=State.RUNNING, claimed_at=None)
    sweep_imports()
    work(sent)

    assert SheetImport.objects.get().state == State.DONE
    assert Employer.objects.count() == 1


def test_a_fault_of_ours_is_shown_and_nothing_is_written(lead, sent, monkeypatch):
    upload(lead, [("Proefbedrijf", "", "", "")])
    work(sent)
    sheet = SheetImport.objects.get()
    lead.post(address("start", sheet))

    def fault(*args, **kwargs):
        raise RuntimeError("stuk")

    monkeypatch.setattr("employers.sheet_import.running.refresh_employers", fault)
    with pytest.raises(RuntimeError):
        run_sheet_import(sent.pop())
    sheet.refresh_from_db()

    assert sheet.state == State.FAILED
    assert not Employer.objects.exists()
    assert lead.get(address("detail", sheet)).context["problem"]["message"]
    lead.post(address("discard", sheet))
    assert not SheetImport.objects.exists()


def test_pages_cost_the_same_with_more_rows(lead, sent):
    upload(lead, [(f"Proefbedrijf {at}", "", "", "") for at in range(30)])
    for at in range(20):
        EmployerFactory(name=f"Proefbedrijf {at}")
    work(sent)
    sheet = SheetImport.objects.get()

    for url, most in (
        (address("rows", sheet, "doubtful"), 8),
        (address("detail", sheet), 10),
        (reverse("employers:sheet_list"), 6),
    ):
        with page_queries() as found:
            assert lead.get(url).status_code == 200
        assert len(found) <= most, (url, found)


def test_people_come_in_by_the_same_road(lead, sent):
    employer = EmployerFactory()
    upload(
        lead,
        [("Anne Proef", employer.pk, "directeur", "anne@example.org")],
        header=("Naam", "CRM nummer organisatie", "Functie", "E-mail"),
        what="people",
        person_source="oude lijst",
    )
    work(sent)
    sheet = SheetImport.objects.get()
    lead.post(address("start", sheet))
    work(sent)

    assert ContactPerson.objects.get().positions.get().title == "directeur"
    assert lead.get(address("rows", sheet, "new")).status_code == 200


def test_no_file_stays_behind(lead, sent, media, monkeypatch):
    """A worker killed between the commit and the throwing away; a fault nobody came back for."""
    upload(lead, [("Proefbedrijf", "", "", "")])
    work(sent)
    sheet = SheetImport.objects.get()
    lead.post(address("start", sheet))
    with monkeypatch.context() as patch:
        patch.setattr("employers.spreadsheets.jobs.drop_file", lambda job: None)
        work(sent)
    sheet.refresh_from_db()
    assert (sheet.state, bool(sheet.file)) == (State.DONE, True)
    upload(lead, [("Voorbeeldbedrijf", "", "", "")])
    failed = SheetImport.objects.exclude(pk=sheet.pk).get()
    long_ago = failed.created_at - jobs.KEEP_UNUSED
    SheetImport.objects.filter(pk=failed.pk).update(state=State.FAILED, created_at=long_ago)

    sweep_imports()

    sheet.refresh_from_db()
    assert not sheet.file
    assert list(SheetImport.objects.all()) == [sheet]
    assert not list(media.rglob("*.sheet"))
    jobs.discard(failed)  # somebody else threw it away this very moment


def test_who_saves_at_the_same_moment_does_not_make_an_import_fail(lead, sent, monkeypatch):
    """PostgreSQL ends one of two that wait for each other: nothing was written, and it is tried again."""
    upload(lead, [("Proefbedrijf", "", "", "")])
    work(sent)
    sheet = SheetImport.objects.get()
    lead.post(address("start", sheet))

    class Deadlock(Exception):
        pgcode = "40P01"

    def lose(*args, **kwargs):
        raise OperationalError("deadlock detected") from Deadlock()

    with monkeypatch.context() as patch:
        patch.setattr("employers.sheet_import.running.refresh_employers", lose)
        with pytest.raises(OperationalError):
            work_on(sent[0])
    sheet.refresh_from_db()
    assert sheet.state in jobs.UNFINISHED
    assert not Employer.objects.exists()

    work(sent)

    sheet.refresh_from_db()
    assert sheet.state == State.DONE
    assert Employer.objects.count() == 1
