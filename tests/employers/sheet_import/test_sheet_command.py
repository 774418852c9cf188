"""`import_sheet`: one JSON object, exit codes 0, 1 and 3, the refused rows beside the file (R12)."""

import csv
import json

import pytest

from deventer_crm.core.locks import lock_number
from employers.management.commands.import_sheet import Command
from employers.models import Employer, SheetImport
from tests.employers.register_import.files import write_csv
from tests.employers.register_import.test_import_command import other_session

HEADER = ("Naam", "KvK", "Telefoon")
ROWS = [("Proefbedrijf Eén", "", "0570 00 00 00"), ("=HYPERLINK(1)", "fout", "")]


@pytest.fixture
def run(db, capsys, monkeypatch):
    """run(*arguments) → (exit status, the JSON object)."""
    # The command line ends with closing connections; a test still needs its own.
    monkeypatch.setattr("deventer_crm.core.cli.connections.close_all", lambda: None)

    def call(*arguments):
        status = 0
        try:
            Command().run_from_argv(["manage.py", "import_sheet", *map(str, arguments), "--json"])
        except SystemExit as end:
            status = end.code
        printed = capsys.readouterr().out.strip().splitlines()
        assert len(printed) == 1
        return status, json.loads(printed[0])

    return call


def test_an_import_answers_with_counts_that_add_up(run, tmp_path, tl):
    path = write_csv(tmp_path / "relaties.csv", ROWS, header=HEADER)
    status, answer = run(path, "--what", "organisations", "--by", tl.email)

    sheet = SheetImport.objects.get()
    assert (status, answer) == (
        0,
        {
            "rows": 2,
            "new": 1,
            "changed": 0,
            "unchanged": 0,
            "doubtful": 0,
            "refused": 1,
            "refused_file": str(tmp_path / "relaties-geweigerd.csv"),
            "import": sheet.pk,
        },
    )
    assert (sheet.list_name, sheet.by, sheet.state) == ("relaties", tl, SheetImport.State.DONE)
    with (tmp_path / "relaties-geweigerd.csv").open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file, delimiter=";")
    assert header[:3] == list(HEADER)
    # A cell that a spreadsheet would run is text; row and column tell where.
    assert row[:5] == ["'=HYPERLINK(1)", "fout", "", "3", "B"]


def test_a_mended_refused_file_goes_in(run, tmp_path, tl):
    path = write_csv(tmp_path / "relaties.csv", ROWS, header=HEADER)
    _status, answer = run(path, "--what", "organisations", "--by", tl.email)
    refused = tmp_path / "relaties-geweigerd.csv"
    refused.write_bytes(refused.read_bytes().replace(b"fout", b"").replace(b"'=HYPERLINK(1)", b"Proef Twee"))
    status, answer = run(refused, "--what", "organisations", "--by", tl.email)

    assert (status, answer["new"]) == (0, 1)
    assert Employer.objects.count() == 2


def test_a_dry_run_leaves_nothing(run, tmp_path, tl):
    path = write_csv(tmp_path / "relaties.csv", ROWS, header=HEADER)
    status, answer = run(path, "--what", "organisations", "--by", tl.email, "--dry-run")

    assert (status, answer["new"], answer["import"]) == (0, 1, None)
    assert not SheetImport.objects.exists()
    assert not Employer.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--what", "organisations", "--by", "niemand@example.org"), "unknown_user"),
        (("--what", "organisations", "--by", "am"), "not_allowed"),
        (("--what", "organisations", "--by", "tl", "--map", "kleur=A"), "unknown_field"),
        (("--what", "organisations", "--by", "tl", "--map", "naam=Z"), "unknown_column"),
        (("--what", "dieren", "--by", "tl"), "bad_arguments"),
        (("--by", "tl"), "bad_arguments"),
    ],
)
def test_bad_input_ends_with_one(run, tmp_path, tl, am, arguments, code):
    people = {"tl": tl.email, "am": am.email}
    path = write_csv(tmp_path / "relaties.csv", ROWS, header=HEADER)
    status, answer = run(path, *(people.get(argument, argument) for argument in arguments))

    assert (status, answer["error"]["code"]) == (1, code)
    assert set(answer["error"]) == {"code", "message", "row", "column"}
    assert not SheetImport.objects.exists()


def test_a_file_that_is_none_ends_with_one(run, tmp_path, tl):
    status, answer = run(tmp_path / "weg.csv", "--what", "people", "--by", tl.email)

    assert (status, answer["error"]["code"]) == (1, "missing_file")


@pytest.mark.django_db(transaction=True)
def test_a_second_import_at_the_same_moment_is_told(run, tmp_path, tl):
    path = write_csv(tmp_path / "relaties.csv", ROWS, header=HEADER)
    other = other_session()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number("sheet-import")])
        status, answer = run(path, "--what", "organisations", "--by", tl.email)
    finally:
        other.close()

    assert (status, answer["error"]["code"]) == (3, "busy")
    assert not SheetImport.objects.exists()
