"""The command line as other programs see it (R12): one JSON object, exit codes 0, 1 and 3."""

import datetime as dt
import json
import os
import subprocess
import sys
import time

import psycopg2
import pytest
from django.core.management import get_commands
from django.db import connection

from deventer_crm.core.locks import lock_number
from employers.management.commands.import_register import Command
from employers.models import Employer, Establishment, RegisterDelivery
from employers.register_import.busy import RegisterBusy
from employers.register_import.deliveries import import_file, sweep
from employers.register_import.running import Order, dry_run

from .files import HEADER, line, lines, write_csv, write_xlsx

APRIL = ("--reference-date", "2026-04-01")
KEYS = ["rows", "new", "changed", "unchanged", "doubtful", "refused", "missing", "refused_file"]


@pytest.fixture
def command(capsys, monkeypatch):
    """command("file", …) → (exit code, the JSON object); standard output must hold nothing else."""
    # The command line ends with closing connections; a test still needs its own.
    monkeypatch.setattr("deventer_crm.core.cli.connections.close_all", lambda: None)

    def run(*arguments):
        capsys.readouterr()
        code = 0
        try:
            Command().run_from_argv(["manage.py", "import_register", *map(str, arguments), "--json"])
        except SystemExit as ended:
            code = ended.code
        out = capsys.readouterr().out
        assert out.count("\n") == 1, out
        return code, json.loads(out)

    return run


@pytest.fixture
def good(tmp_path):
    return write_xlsx(tmp_path / "levering.xlsx", lines(3))


@pytest.mark.django_db
def test_a_good_file_answers_with_the_counts(command, good):
    assert "import_register" in get_commands()
    code, answer = command(good, *APRIL)
    assert code == 0
    assert list(answer) == KEYS
    assert answer == {**dict.fromkeys(KEYS, 0), "rows": 3, "new": 3, "refused_file": None}
    code, answer = command(good, *APRIL)
    assert (code, answer["new"], answer["changed"], answer["unchanged"]) == (0, 0, 0, 3)


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(command, good):
    code, answer = command(good, *APRIL, "--dry-run")
    assert (code, answer["new"]) == (0, 3)
    assert not Employer.objects.exists()
    assert not RegisterDelivery.objects.exists()


@pytest.mark.django_db
def test_refused_rows_come_back_as_a_file_and_the_exit_code_is_0(command, tmp_path):
    rows = [*lines(2), line(postcode="fout", naam_vestiging="=1+1")]
    path = write_csv(tmp_path / "levering.csv", rows, encoding="cp1252")
    code, answer = command(path, *APRIL)
    assert (code, answer["new"], answer["refused"]) == (0, 2, 1)
    content = (tmp_path / "levering-geweigerd.csv").read_text(encoding="utf-8-sig").splitlines()
    assert answer["refused_file"] == str(tmp_path / "levering-geweigerd.csv")
    assert content[0].split(";")[: len(HEADER)] == list(HEADER)
    cells = content[1].split(";")
    assert cells[0] == "'=1+1"  # a formula of somebody else must not run in our Excel
    assert cells[len(HEADER) : len(HEADER) + 2] == ["4", "I"]
    assert "fout" in cells[-1]
    mended = content[1].replace("fout", "7411 AA")
    (tmp_path / "hersteld.csv").write_text("\n".join([content[0], mended]) + "\n", encoding="utf-8")
    code, answer = command(tmp_path / "hersteld.csv", *APRIL, "--partial")
    assert (code, answer["new"]) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--reference-date", "2999-01-01"], "reference_date_in_future"),
        (["--reference-date", "gisteren"], "bad_arguments"),
        ([], "bad_arguments"),
        ([*APRIL, "--source", "gok"], "bad_source"),
        ([*APRIL, "--sbi", "1993"], "bad_arguments"),
        ([*APRIL, "--map", "kvk"], "bad_mapping"),
        ([*APRIL, "--map", "kvk=Bestaat niet"], "unknown_column"),
        ([*APRIL, "--map", "prijs=A"], "unknown_field"),
    ],
)
def test_bad_input_ends_with_1_and_says_why(command, good, arguments, code):
    status, answer = command(good, *arguments)
    assert status == 1
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message", "row", "column"}
    assert answer["error"]["code"] == code
    assert answer["error"]["message"]
    assert not Establishment.objects.exists()


@pytest.mark.django_db
def test_a_refused_file_points_at_row_and_column(command, tmp_path):
    path = write_csv(
        tmp_path / "twee.csv", [["a", "1", "2", "3"]], header=["Naam", "KVK", "Dossiernr", "Vest.nr."]
    )
    status, answer = command(path, *APRIL)
    assert status == 1
    assert (answer["error"]["code"], answer["error"]["row"], answer["error"]["column"]) == (
        "column_twice",
        1,
        "C",
    )


@pytest.mark.django_db
def test_columns_can_be_named_on_the_command_line(command, tmp_path):
    path = write_csv(tmp_path / "x.csv", [["Proef", "990000000001", 4]], header=["Wie", "Ref", "Mensen"])
    mapping = [
        "--map",
        "naam_vestiging=Wie",
        "--map",
        "vestigingsnummer=B",
        "--map",
        "werkzame_personen=Mensen",
    ]
    code, answer = command(path, *APRIL, *mapping)
    assert (code, answer["new"]) == (0, 1)
    assert Establishment.objects.get().employer.jobs == 4


def other_session():
    settings = connection.settings_dict
    return psycopg2.connect(
        dbname=settings["NAME"], user=settings["USER"], host=settings["HOST"], port=settings["PORT"],
        password=settings["PASSWORD"] or None,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_second_import_of_the_same_register_is_told_and_ends_with_3(command, good):
    other = other_session()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number("register-import:lisa")])
        code, answer = command(good, *APRIL)
        assert (code, answer["error"]["code"]) == (3, "busy")
        assert not RegisterDelivery.objects.exists()
        code, answer = command(good, *APRIL, "--source", "kvk")
        assert (code, answer["new"]) == (0, 3)
    finally:
        other.close()
    code, answer = command(good, *APRIL, "--dry-run")
    assert code == 0


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_nothing_half_written_and_no_lock(tmp_path):
    """A real process, killed while it reads and while it writes: the next import finds a clean register."""
    path = write_xlsx(tmp_path / "groot.xlsx", lines(6_000))
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "deventer_crm.settings.test",
        "TEST_DATABASE_NAME": connection.settings_dict["NAME"],
    }
    for phase in ("reading", "writing"):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "import_register", str(path), *APRIL, "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        seen = []
        for text in process.stderr:
            seen.append(text)
            if text.startswith(phase):
                break
        time.sleep(0.15)
        process.kill()
        process.communicate()
        assert any(text.startswith(phase) for text in seen), seen
    # The server notices a lost client when the statement at hand is done; until then the lock is held.
    order = Order(path, "lisa", dt.date(2026, 4, 1))
    deadline = time.monotonic() + 60
    while True:
        try:
            told = dry_run(order)
            break
        except RegisterBusy:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    assert told.counts["new"] == 6_000
    assert not Establishment.objects.exists()
    RegisterDelivery.objects.update(claimed_at=None)
    sweep()
    assert set(RegisterDelivery.objects.values_list("state", flat=True)) == {"failed"}
    assert import_file(order, file_name=path.name).counts["new"] == 6_000
