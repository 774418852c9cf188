"""Hours from a file: looked at first, taken as a whole, the same file twice changes nothing, closed months
refuse, and it can be taken back. What the export gives comes in again and changes nothing."""

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budget import services
from budget.hours_import import files, undoing
from budget.hours_import.files import work_on
from budget.hours_import.rows import hours, month
from budget.models import HoursImport, HoursLine, StaffNumber, TimeEntry
from deventer_crm.core.models import AccessEvent, PolicySetting
from employers.models import Track
from employers.services_retention import anonymise_person
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.values import BadValue
from tests.accounts.factories import UserFactory
from tests.budget.factories import HoursImportFactory, TimeEntryFactory, plan, tracks
from tests.employers.factories import ContactPersonFactory, EmployerFactory, RegistrationFactory

pytestmark = pytest.mark.django_db
HEADER = ("medewerker", "datum", "uren", "kostencode")


@pytest.fixture(autouse=True)
def _today(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    settings.SHEET_IMPORT_LIMITS = {"settle_seconds": 0}
    with time_machine.travel(dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC), tick=False):
        tracks()
        yield


@pytest.fixture
def anna():
    return UserFactory(role="AM", email="anna@example.org")


def table(*rows: Any, header: tuple[str, ...] = HEADER) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerows([header, *rows])
    return out.getvalue().encode()


def upload(content: bytes, by: Any) -> HoursImport:
    sheet = files.upload(SimpleUploadedFile("uren.csv", content), by=by)
    work_on(sheet.pk)
    sheet.refresh_from_db()
    return sheet


def bring_in(content: bytes, by: Any) -> HoursImport:
    sheet = upload(content, by)
    assert sheet.state == "checked", sheet.problem
    files.start(sheet, by=by)
    work_on(sheet.pk)
    sheet.refresh_from_db()
    assert sheet.state == "done"
    return sheet


def counts(sheet: HoursImport) -> tuple[int, ...]:
    return tuple(sheet.counts[name] for name in ("new", "changed", "unchanged", "refused"))


def reasons(sheet: HoursImport) -> list[str]:
    return list(sheet.rows.order_by("number").values_list("reason", flat=True))


ROWS = (
    ("anna@example.org", "04-05-2026", "7,5", "Branches"),
    ("ANNA@example.org", "2026-05-05", "2:30", "binnenstad"),
    ("anna@example.org", "06-05-2026", "1", "Niet toe te rekenen"),
)


def test_a_file_is_looked_at_first_and_then_booked(anna, tl):
    sheet = upload(table(*ROWS), tl)
    assert (counts(sheet), sheet.counts["hours"]) == ((3, 0, 0, 0), "11.00")
    assert not TimeEntry.objects.exists()
    done = bring_in(table(*ROWS), tl)
    assert counts(done) == (3, 0, 0, 0)
    assert sorted(TimeEntry.objects.values_list("day", "hours", "track__code", "user")) == [
        (dt.date(2026, 5, 4), Decimal("7.5"), Track.SECTORS, anna.pk),
        (dt.date(2026, 5, 5), Decimal("2.5"), Track.INNER_CITY, anna.pk),
        (dt.date(2026, 5, 6), Decimal(1), Track.NONE, anna.pk),
    ]
    assert done.file == ""


def test_the_same_file_twice_changes_nothing_and_a_mended_one_what_was_mended(anna, tl):
    twice = (*ROWS, ROWS[0])  # two rows that say the same are two
    bring_in(table(*twice), tl)
    before = list(TimeEntry.objects.order_by("pk").values())
    assert counts(bring_in(table(*twice), tl)) == (0, 0, 4, 0)
    assert list(TimeEntry.objects.order_by("pk").values()) == before
    mended = ((*ROWS[0][:2], "6", ROWS[0][3]), *twice[1:])
    assert counts(bring_in(table(*mended), tl)) == (0, 1, 3, 0)
    assert sum(TimeEntry.objects.values_list("hours", flat=True)) == Decimal(17)


def test_a_number_of_the_row_finds_it_again_whatever_else_changed(anna, tl):
    header = ("regel", *HEADER)
    bring_in(table(("A1", *ROWS[0]), header=header), tl)
    sheet = bring_in(table(("A1", "anna@example.org", "11-05-2026", "3", "Binnenstad"), header=header), tl)
    assert counts(sheet) == (0, 1, 0, 0)
    entry = TimeEntry.objects.get()
    assert (entry.day, entry.hours, entry.track.code) == (dt.date(2026, 5, 11), 3, Track.INNER_CITY)
    again = table(("A1", *ROWS[0]), ("A1", *ROWS[1]), header=header)
    assert reasons(upload(again, tl)) == ["", "repeated_hours"]


def test_hours_of_a_month_are_spread_over_its_working_days_and_add_up(anna, tl):
    header = ("personeelsnummer", "maand", "uren", "kostencode")
    StaffNumber.objects.create(user=anna, number="0042")
    content = table(("0042", "mei 2026", "100,07", "Branches"), header=header)
    bring_in(content, tl)
    entries = TimeEntry.objects.all()
    assert sum(entry.hours for entry in entries) == Decimal("100.07")
    assert len(entries) == 19  # without Saturdays, Sundays, Ascension Day and Whit Monday
    assert {entry.hours for entry in entries} == {Decimal("5.27"), Decimal("5.26")}
    assert counts(bring_in(content, tl)) == (0, 0, 1, 0)
    assert counts(bring_in(table(("0042", "2026-05", "90", "Branches"), header=header), tl)) == (0, 1, 0, 0)
    assert sum(TimeEntry.objects.values_list("hours", flat=True)) == 90


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(("nobody@example.org", "04-05-2026", "1", "Branches"), "unknown_employee", id="who"),
        pytest.param(("", "04-05-2026", "1", "Branches"), "no_employee", id="nobody"),
        pytest.param(("anna@example.org", "31-02-2026", "1", "Branches"), "bad_date", id="day"),
        pytest.param(("anna@example.org", "", "1", "Branches"), "no_day", id="no day"),
        pytest.param(("anna@example.org", "04-05-2026", "veel", "Branches"), "bad_hours", id="hours"),
        pytest.param(("anna@example.org", "04-05-2026", "-1", "Branches"), "bad_hours", id="below zero"),
        pytest.param(
            ("anna@example.org", "04-05-2026", "24,01", "Branches"), "too_many_hours", id="too many"
        ),
        pytest.param(("anna@example.org", "04-05-2026", "1", "K-99"), "unknown_track", id="cost code"),
        pytest.param(("anna@example.org", "04-05-2026", "1", ""), "no_track", id="no track"),
        pytest.param(("anna@example.org", "16-06-2026", "1", "Branches"), "day_to_come", id="to come"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_the_rest_is_taken(anna, tl, row, reason):
    sheet = bring_in(table(row, ROWS[0]), tl)
    assert counts(sheet) == (1, 0, 0, 1)
    assert reasons(sheet)[0] == reason
    assert TimeEntry.objects.count() == 1


def test_closed_books_refuse_new_rows_and_changes(anna, tl):
    bring_in(table(*ROWS), tl)
    services.confirm_month(anna, dt.date(2026, 5, 1), by=anna)
    mended = table(
        (*ROWS[0][:2], "6", ROWS[0][3]), ("anna@example.org", "07-05-2026", "1", "Branches"), ROWS[1]
    )
    assert reasons(upload(mended, tl)) == ["month_is_confirmed"] * 3
    services.reopen_month(anna, dt.date(2026, 5, 1), by=anna)
    services.close_month(dt.date(2026, 5, 1), by=tl)
    assert reasons(upload(mended, tl)) == ["month_is_closed"] * 3
    services.lock_year(plan(800, 200), by=tl)
    assert reasons(upload(mended, tl)) == ["year_is_locked"] * 3


def test_what_was_closed_between_looking_and_importing_is_refused(anna, tl):
    sheet = upload(table(*ROWS), tl)
    services.close_month(dt.date(2026, 5, 1), by=tl)
    files.start(sheet, by=tl)
    work_on(sheet.pk)
    sheet.refresh_from_db()
    assert counts(sheet) == (0, 0, 0, 3)
    assert not TimeEntry.objects.exists()


def test_cost_codes_stand_in_the_policy_settings_with_their_days(anna, tl):
    PolicySetting.objects.create(name="cost_codes_inner_city", value=["6410"], starts_on=dt.date(2026, 5, 5))
    rows = (("anna@example.org", f"0{day}-05-2026", "1", "6410") for day in (4, 5))
    sheet = bring_in(table(*rows), tl)
    # The codes of a month are those of its first row's day.
    assert reasons(sheet)[0] == "unknown_track"


def test_an_employer_gives_the_track_and_a_hidden_one_stays_unknown(anna, tl, fa):
    header = (*HEADER, "kvk")
    open_one = EmployerFactory(track=tracks()[Track.INNER_CITY])
    secret = EmployerFactory(track=tracks()[Track.INNER_CITY], is_confidential=True)
    numbers = [RegistrationFactory(employer=employer).kvk_number for employer in (open_one, secret)]
    rows = [("anna@example.org", "04-05-2026", "1", "", number) for number in numbers]
    sheet = bring_in(
        table(*rows, ("anna@example.org", "05-05-2026", "2", "Branches", numbers[1]), header=header), fa
    )
    assert reasons(sheet) == ["", "no_track", ""]
    assert list(TimeEntry.objects.order_by("day").values_list("employer", "track__code")) == [
        (open_one.pk, Track.INNER_CITY),
        (None, Track.SECTORS),
    ]


def test_refused_rows_come_back_as_a_file_and_nothing_in_it_runs(anna, tl, client_as):
    sheet = upload(table(("=cmd()", "04-05-2026", "1", "Branches"), ROWS[0]), tl)
    answer = client_as(tl).get(reverse("budget:import_refused", args=[sheet.pk]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == list(HEADER)
    assert rows[1][0] == "'=cmd()"
    assert len(rows) == 2
    assert AccessEvent.objects.filter(verb="export", target=f"budget.hoursimport:{sheet.pk}").exists()


def test_taking_back_removes_and_restores_but_not_what_somebody_changed_since(anna, tl):
    bring_in(table(ROWS[0]), tl)
    first = TimeEntry.objects.get()
    sheet = bring_in(table((*ROWS[0][:2], "6", ROWS[0][3]), *ROWS[1:]), tl)
    touched = TimeEntry.objects.get(day=dt.date(2026, 5, 6))
    touched.version += 1
    touched.save()
    assert undoing.undo(sheet, by=tl) == {"undone": 2, "kept": 1}
    assert dict(TimeEntry.objects.values_list("day", "hours")) == {first.day: Decimal("7.5"), touched.day: 1}
    assert HoursLine.objects.exclude(kept="").get().kept == "hours_changed_since"
    with pytest.raises(RefusedFile):
        undoing.undo(sheet, by=tl)


def test_a_closed_month_is_not_taken_back(anna, tl):
    sheet = bring_in(table(*ROWS), tl)
    services.close_month(dt.date(2026, 5, 1), by=tl)
    assert undoing.undo(sheet, by=tl) == {"undone": 0, "kept": 3}
    assert TimeEntry.objects.count() == 3


def test_what_is_exported_comes_in_again_and_changes_nothing(anna, client_as):
    found = tracks()
    employer = EmployerFactory(track=found[Track.SECTORS])
    RegistrationFactory(employer=employer)
    secret = EmployerFactory(is_confidential=True)
    for at, options in enumerate(({"employer": employer}, {"employer": secret}, {"kind": "internal"})):
        TimeEntryFactory(
            user=anna, day=dt.date(2026, 5, 4 + at), track=found[Track.SECTORS], hours="1.25", **options
        )
    before = list(TimeEntry.objects.order_by("pk").values())
    answer = client_as(anna).get(reverse("budget:own_hours_file", args=[2026]))
    content = b"".join(answer.streaming_content)
    sheet = bring_in(content, UserFactory(role="FA"))
    assert counts(sheet) == (0, 0, 3, 0)
    assert list(TimeEntry.objects.order_by("pk").values()) == before
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book.active.values)
    assert rows[1][1] == anna.email
    assert rows[2][5] in ("", None), "the number of what became confidential stays in the house"


def test_a_row_of_the_export_cannot_take_hours_of_somebody_else(anna, tl):
    entry = TimeEntryFactory(
        user=UserFactory(role="AM"), day=dt.date(2026, 5, 4), track=tracks()[Track.SECTORS]
    )
    sheet = bring_in(table((f"crm-{entry.pk}", *ROWS[0]), header=("regel", *HEADER)), tl)
    assert reasons(sheet) == ["row_of_other"]


def test_columns_with_other_names_are_chosen_and_remembered(anna, tl, client_as):
    odd = ("Wie schreef", "Wanneer", "Hoeveel", "Waarop")
    sheet = upload(table(ROWS[0], header=odd), tl)
    assert (sheet.state, sheet.problem["code"]) == ("refused", "no_table")
    chosen = {"medewerker_email": "A", "datum": "B", "uren": "C", "spoor": "D"}
    answer = client_as(tl).post(reverse("budget:import_columns", args=[sheet.pk]), chosen)
    assert answer.status_code == 302
    work_on(sheet.pk)
    sheet.refresh_from_db()
    files.start(sheet, by=tl)
    work_on(sheet.pk)
    assert TimeEntry.objects.count() == 1
    again = upload(table(ROWS[1], header=odd), tl)
    assert counts(again) == (1, 0, 0, 0)


def test_who_imports_sees_the_own_files_and_the_lead_all(tl, fa, client_as):
    theirs = HoursImportFactory(by=tl)
    assert client_as(fa).get(reverse("budget:import_detail", args=[theirs.pk])).status_code == 404
    mine = HoursImportFactory(by=fa)
    assert client_as(tl).get(reverse("budget:import_detail", args=[mine.pk])).status_code == 200


def test_rows_are_emptied_after_a_while_and_when_somebody_is_anonymised(anna, tl):
    person = ContactPersonFactory(first_name="Zwaantje", last_name="Proefnaam", email="zwaantje@example.org")
    header = (*HEADER, "opmerking")
    sheet = bring_in(
        table((*ROWS[0], "met Zwaantje Proefnaam"), (*ROWS[1], "zwaantje@example.org"), header=header), tl
    )
    anonymise_person(person, by=tl)
    assert [row.values for row in sheet.rows.all()] == [[], []]
    other = bring_in(table(*ROWS), tl)
    with time_machine.travel(dt.datetime(2026, 7, 16, 13, tzinfo=dt.UTC), tick=False):
        assert files.empty_old_rows() == 2
    other.refresh_from_db()
    assert not undoing.is_undoable(other)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("7,5", "7.5"),
        ("7.5", "7.5"),
        (7.5, "7.5"),
        (8, "8"),
        ("1:45", "1.75"),
        ("1.234,5", "1234.5"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_hours_as_people_and_systems_write_them(cell, found):
    assert hours(cell) == Decimal(found)


@pytest.mark.parametrize("cell", [None, "", True, "7,5,5", "1e3", float("nan"), float("inf"), "acht", "7:75"])
def test_what_is_no_number_of_hours(cell):
    with pytest.raises(BadValue):
        hours(cell)


@pytest.mark.parametrize(
    "cell",
    ["2026-05", "05-2026", "202605", "mei 2026", "Mei-2026", "1-5-2026", dt.date(2026, 5, 9), "2026 P05"],
)
def test_months_as_systems_write_them(cell):
    assert month(cell) == dt.date(2026, 5, 1)


@pytest.mark.parametrize("cell", ["13-2026", "2026-00", "lente 2026", "2026"])
def test_what_is_no_month(cell):
    with pytest.raises(BadValue):
        month(cell)
