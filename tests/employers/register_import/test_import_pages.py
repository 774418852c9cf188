"""The upload pages: a file from upload to result, and its way through the background."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from deventer_crm.core.models import AccessEvent
from employers.models import DeliveryRow, Employer, Establishment, MappingProfile, RegisterDelivery
from employers.register_import import deliveries
from employers.register_import.busy import RegisterBusy
from employers.tasks import run_import, sweep_imports
from tests.support.queries import page_queries

from .files import csv_text, line, lines

pytestmark = pytest.mark.django_db
State = RegisterDelivery.State


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def sent(monkeypatch):
    """Deliveries handed to the background; `work(sent)` is the worker."""
    found: list[int] = []
    monkeypatch.setattr(
        "employers.register_import.deliveries.enqueue", lambda task, pk: found.append(pk) or task
    )
    return found


def work(sent):
    while sent:
        run_import(sent.pop(0))


@pytest.fixture
def admin(client_as, fa):
    """A browser of the functional admin."""
    return client_as(fa)


def upload(admin, content: bytes | str, name="levering.csv", **data):
    if isinstance(content, str):
        content = content.encode()
    fields = {"source": "lisa", "reference_date": "2026-04-01", "sbi_version": "", **data}
    return admin.post(
        reverse("employers:import_upload"), {"file": SimpleUploadedFile(name, content), **fields}
    )


def test_from_upload_to_result(admin, sent, fa, media):
    assert admin.get(reverse("employers:import_list")).status_code == 200
    answer = upload(admin, csv_text([*lines(3), line(kvk="fout")]))
    delivery = RegisterDelivery.objects.get()
    detail = reverse("employers:import_detail", args=[delivery.pk])
    assert answer.headers["Location"] == detail
    assert delivery.by == fa
    assert b"import-progress" in admin.get(detail).content
    work(sent)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.counts["new"], delivery.counts["refused"]) == (State.CHECKED, 3, 1)
    assert not Establishment.objects.exists()
    looked = admin.get(detail)
    assert reverse("employers:import_start", args=[delivery.pk]).encode() in looked.content
    assert b"Proefbedrijf 1" in looked.content
    stored = Path(delivery.file.path)
    assert stored.is_relative_to(media)
    assert "levering" not in stored.name

    admin.post(reverse("employers:import_start", args=[delivery.pk]))
    admin.post(reverse("employers:import_start", args=[delivery.pk]))
    assert sent == [delivery.pk]
    work(sent)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.file.name) == (State.DONE, "")
    assert not stored.exists()
    assert Establishment.objects.count() == 3
    done = admin.get(detail).content.decode()
    for outcome in ("new", "refused"):
        url = reverse("employers:import_rows", args=[delivery.pk, outcome])
        assert url in done
        rows = admin.get(url)
        assert rows.status_code == 200
    assert len(rows.context["lines"]) == 1
    download = admin.get(reverse("employers:import_refused", args=[delivery.pk]))
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.content.decode("utf-8-sig").splitlines()[1].split(";")[2] == "fout"
    assert AccessEvent.objects.get(verb="export").detail == {"rows": 1}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7", "not_a_spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 99, "old_excel"),
        (b"PK\x03\x04half", "unfinished_file"),
    ],
)
def test_a_wrong_file_is_told_beside_the_field_and_what_was_typed_stays(admin, sent, content, code):
    answer = upload(admin, content, name="register.xlsx", is_partial="on")
    assert answer.status_code == 422
    assert answer.context["form"].errors.as_data()["file"][0].code == code
    assert answer.context["form"]["reference_date"].value() == "2026-04-01"
    assert b'value="2026-04-01"' in answer.content
    assert not RegisterDelivery.objects.exists()


def test_a_reference_date_in_the_future_is_told(admin, sent):
    answer = upload(admin, csv_text(lines(1)), reference_date="2999-01-01")
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"reference_date"}


def test_an_unknown_header_can_be_mapped_and_is_remembered(admin, sent):
    content = "Wie;Ref;Mensen\r\nProef;990000000001;4\r\n"
    upload(admin, content)
    work(sent)
    delivery = RegisterDelivery.objects.get()
    assert (delivery.state, delivery.problem["code"]) == (State.REFUSED, "no_table")
    assert admin.get(reverse("employers:import_detail", args=[delivery.pk])).context["problem"]["message"]
    url = reverse("employers:import_columns", args=[delivery.pk])
    assert admin.get(url).status_code == 200
    twice = admin.post(url, {"naam_vestiging": "A", "vestigingsnummer": "A"})
    assert twice.status_code == 422
    assert "vestigingsnummer" in twice.context["form"].errors
    keyless = admin.post(url, {"naam_vestiging": "A"})
    assert keyless.context["form"].non_field_errors().as_data()[0].code == "no_key_column"
    admin.post(url, {"naam_vestiging": "A", "vestigingsnummer": "B", "werkzame_personen": "C"})
    work(sent)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.counts["new"]) == (State.CHECKED, 1)
    admin.post(reverse("employers:import_start", args=[delivery.pk]))
    work(sent)
    assert Establishment.objects.get().employer.jobs == 4
    assert MappingProfile.objects.count() == 1
    upload(admin, content)
    work(sent)
    assert RegisterDelivery.objects.latest("pk").counts["unchanged"] == 1


def test_progress_is_a_fragment_and_ends_with_a_whole_page(admin, sent):
    upload(admin, csv_text(lines(1)))
    url = reverse("employers:import_detail", args=[RegisterDelivery.objects.get().pk])
    RegisterDelivery.objects.update(state=State.RUNNING, phase="reading", rows_done=4000)
    fragment = admin.get(url, headers={"HX-Request": "true"})
    assert b"<html" not in fragment.content
    assert b'hx-trigger="every 2s"' in fragment.content
    work(sent)
    RegisterDelivery.objects.update(state=State.CHECKED)
    assert admin.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_file_can_be_thrown_away_until_it_is_imported(admin, sent):
    upload(admin, csv_text(lines(1)))
    work(sent)
    delivery = RegisterDelivery.objects.get()
    stored = Path(delivery.file.path)
    url = reverse("employers:import_discard", args=[delivery.pk])
    assert admin.get(url).status_code == 200
    assert stored.exists()
    admin.post(url)
    assert not stored.exists()
    assert not RegisterDelivery.objects.exists()
    done = RegisterDelivery.objects.create(reference_date=dt.date(2026, 4, 1), state=State.DONE)
    assert admin.post(reverse("employers:import_discard", args=[done.pk])).status_code == 404


def test_rows_of_a_confidential_employer_show_no_name(admin, sent):
    upload(admin, csv_text(lines(2)))
    work(sent)
    delivery = RegisterDelivery.objects.get()
    admin.post(reverse("employers:import_start", args=[delivery.pk]))
    work(sent)
    Employer.objects.filter(establishments__number="990000000001").update(is_confidential=True)
    content = admin.get(reverse("employers:import_rows", args=[delivery.pk, "new"])).content.decode()
    assert "Proefbedrijf 2," in content
    assert "Proefbedrijf 1," not in content


def test_a_look_alike_of_a_confidential_employer_is_not_named(admin, sent):
    upload(admin, csv_text([line()]))
    work(sent)
    admin.post(reverse("employers:import_start", args=[RegisterDelivery.objects.get().pk]))
    work(sent)
    Employer.objects.update(is_confidential=True)
    twin = line(
        vestigingsnummer="990000000099", kvk="90000099", naam_vestiging="Proefwerkplaats Zilverlinden"
    )
    upload(admin, csv_text([twin]))
    work(sent)
    row = DeliveryRow.objects.get(outcome="doubtful")
    assert (row.reason, row.reason_values) == ("looks_known", {})


def test_the_pages_of_many_rows_ask_as_much_as_those_of_few(admin, sent):
    upload(admin, csv_text(lines(60)))
    work(sent)
    delivery = RegisterDelivery.objects.get()
    admin.post(reverse("employers:import_start", args=[delivery.pk]))
    work(sent)
    url = reverse("employers:import_rows", args=[delivery.pk, "new"])
    admin.get(url)
    with page_queries() as many:
        admin.get(url)
    with page_queries() as few:
        admin.get(url, {"page": 2})
    assert len(many) == len(few) <= 8


# the background


def test_the_sweep_starts_what_nobody_works_on(admin, sent):
    upload(admin, csv_text(lines(2)))
    sent.clear()  # the message was lost
    sweep_imports()
    work(sent)
    delivery = RegisterDelivery.objects.get()
    assert delivery.state == State.CHECKED
    deliveries.start(delivery, by=None)
    sent.clear()
    RegisterDelivery.objects.update(state=State.RUNNING, claimed_at=None)  # the worker was killed
    sweep_imports()
    work(sent)
    delivery.refresh_from_db()
    assert delivery.state == State.DONE
    assert Establishment.objects.count() == 2
    sweep_imports()
    assert sent == []


def test_a_busy_register_leaves_the_delivery_to_the_sweep(admin, sent, monkeypatch):
    upload(admin, csv_text(lines(1)))

    def busy(*args, **kwargs):
        raise RegisterBusy

    with monkeypatch.context() as patch:
        patch.setattr("employers.register_import.deliveries.dry_run", busy)
        work(sent)
    assert RegisterDelivery.objects.get().state == State.UPLOADED
    sweep_imports()
    work(sent)
    assert RegisterDelivery.objects.get().state == State.CHECKED


def test_a_fault_of_ours_is_shown_and_the_register_is_as_it_was(admin, sent, monkeypatch):
    upload(admin, csv_text(lines(1)))
    work(sent)
    delivery = RegisterDelivery.objects.get()
    deliveries.start(delivery, by=None)

    def fault(*args, **kwargs):
        raise RuntimeError("stuk")

    monkeypatch.setattr("employers.register_import.applying.refresh_employers", fault)
    with pytest.raises(RuntimeError):
        run_import(sent.pop())
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED
    assert not Employer.objects.exists()
    assert admin.get(reverse("employers:import_detail", args=[delivery.pk])).context["problem"]["message"]


def test_files_nobody_comes_back_for_are_thrown_away(admin, sent):
    upload(admin, csv_text(lines(1)))
    work(sent)
    stored = Path(RegisterDelivery.objects.get().file.path)
    sweep_imports()
    assert stored.exists()
    RegisterDelivery.objects.update(created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    sweep_imports()
    assert not stored.exists()
    assert not RegisterDelivery.objects.exists()


# deciding about doubtful rows


@pytest.fixture
def held(admin, sent):
    """held(row, reference_date=…) → the doubtful row after importing one known establishment and `row`."""

    def bring(row, **data):
        upload(admin, csv_text([row]), is_partial="on", **data)
        work(sent)
        delivery = RegisterDelivery.objects.latest("pk")
        admin.post(reverse("employers:import_start", args=[delivery.pk]))
        work(sent)
        return DeliveryRow.objects.filter(delivery=delivery, outcome="doubtful").first()

    assert bring(line()) is None
    return bring


def decide(admin, row, choice):
    return admin.post(
        reverse("employers:import_decide", args=[row.delivery_id, row.pk]), {"choice": choice}, follow=True
    )


TWIN = {
    "vestigingsnummer": "990000000099",
    "kvk": "90000099",
    "naam_vestiging": "Proefwerkplaats Zilverlinden",
}


def test_a_look_alike_is_the_same_establishment(admin, held):
    row = held(line(**TWIN, werkzame_personen=20, mannen_fulltime=14))
    listed = admin.get(reverse("employers:import_rows", args=[row.delivery_id, "doubtful"])).content.decode()
    assert reverse("employers:import_decide", args=[row.delivery_id, row.pk]) in listed
    decide(admin, row, "same")
    establishment = Establishment.objects.get()
    assert (establishment.number, establishment.name) == ("990000000099", "Proefwerkplaats Zilverlinden")
    assert establishment.employer.jobs == 20
    row.refresh_from_db()
    assert (row.outcome, row.values, row.establishment) == ("changed", [], establishment)
    row.delivery.refresh_from_db()
    assert (row.delivery.counts["doubtful"], row.delivery.counts["changed"]) == (0, 1)


def test_a_look_alike_is_another_establishment(admin, held):
    row = held(line(**TWIN))
    decide(admin, row, "own")
    decide(admin, row, "own")  # pressed twice
    assert sorted(Establishment.objects.values_list("number", flat=True)) == ["990000000011", "990000000099"]
    row.refresh_from_db()
    assert row.outcome == "new"
    row.delivery.refresh_from_db()
    assert row.delivery.counts["new"] == 1


def test_numbers_that_differ_can_be_accepted(admin, held):
    row = held(line(werkzame_personen=40))
    assert row.reason == "jobs_differ"
    decide(admin, row, "own")
    assert Establishment.objects.get().employer.jobs == 40


def test_an_older_file_makes_nothing_new_even_then(admin, held):
    row = held(line(**TWIN), reference_date="2025-04-01")
    assert row.reason == "unknown_in_older_file"
    decide(admin, row, "own")
    row.refresh_from_db()
    assert row.outcome == "doubtful"
    assert Establishment.objects.count() == 1


def test_a_file_that_is_only_looked_at_decides_nothing(admin, sent):
    upload(admin, csv_text([line(werkzame_personen=40)]))
    work(sent)
    row = DeliveryRow.objects.get(outcome="doubtful")
    assert (
        b"beslissen"
        not in admin.get(reverse("employers:import_rows", args=[row.delivery_id, "doubtful"])).content
    )
    decide(admin, row, "own")
    assert not Establishment.objects.exists()
