"""The commands other programs call (R12): one JSON object on standard output, and the exit status."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command, load_command_class

from deventer_crm.core import reminders
from deventer_crm.core.cli import CliError, JsonCommand
from deventer_crm.core.digests import DigestsBusy
from deventer_crm.core.management.commands import send_digests as send_digests_command

pytestmark = pytest.mark.django_db

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command as the shell does; gives exit status, the JSON on stdout and the text on stderr."""

    def go(*argv: str, command: JsonCommand | None = None) -> tuple[int, Any, str]:
        chosen = command or load_command_class("deventer_crm.core", argv[0])
        status = 0
        try:
            chosen.run_from_argv(["manage.py", *argv])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        assert len(out.splitlines()) == 1
        return status, json.loads(out), err

    return go


@pytest.fixture(autouse=True)
def no_connections_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command closes the connections at its end; a test still needs its own."""
    monkeypatch.setattr("deventer_crm.core.cli.connections.close_all", lambda: None)


def test_reconcile_reminders_answers_with_its_counts(run: Run) -> None:
    status, found, _err = run("reconcile_reminders", "--today", "2026-05-01", "--json")
    assert status == 0
    assert set(found) == {"raised", "reopened", "resolved", "lapsed", "open"}
    assert all(isinstance(value, int) for value in found.values())


def test_send_digests_answers_with_its_counts(run: Run) -> None:
    assert run("send_digests", "--json")[:2] == (0, {"mails": 0, "reminders": 0})


def test_commitments_answers_for_any_day(run: Run) -> None:
    status, found, _err = run("commitments", "--as-of", "2026-03-31", "--json")
    assert (status, found["as_of"]) == (0, "2026-03-31")
    assert [row["code"] for row in found["commitments"]] == [f"C{n}" for n in range(1, 15)]
    for row in found["commitments"]:
        assert set(row) == {"code", "norm", "count", "planned", "state", "forecast", "evidence"}
        assert row["state"] in {"achieved", "on_track", "at_risk", "missed", "not_measured"}
        assert row["norm"] is None or isinstance(row["norm"], int | float)
    c6 = next(row for row in found["commitments"] if row["code"] == "C6")
    assert (c6["count"], c6["forecast"], c6["state"]) == (None, None, "not_measured")


@pytest.mark.parametrize(
    "argv",
    [
        ("reconcile_reminders", "--today", "gisteren", "--json"),
        ("commitments", "--as-of", "2026-13-01", "--json"),
        ("send_digests", "--json", "--onbekend"),
    ],
)
def test_bad_input_is_an_object_too(run: Run, argv: tuple[str, ...]) -> None:
    status, found, _err = run(*argv)
    assert status == 1
    assert set(found) == {"error"}
    assert set(found["error"]) == {"code", "message", "row", "column"}
    assert found["error"]["message"]


def test_busy_is_three(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(day: object) -> None:
        raise DigestsBusy

    monkeypatch.setattr(send_digests_command, "send_digests", busy)
    status, found, _err = run("send_digests", "--json")
    assert (status, found["error"]["code"]) == (3, "busy")


def test_a_failing_rule_is_told_and_ends_with_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("proef")

    rule = reminders.Rule("stuk", "", "", "core.Commitment", broken, reminders.never_over)
    monkeypatch.setattr(reminders, "RULES", {"stuk": rule})
    status, found, _err = run("reconcile_reminders", "--json")
    assert status == 1
    assert "proef" in found["error"]["message"]


def test_row_and_column_point_into_a_file(run: Run) -> None:
    class Refusing(JsonCommand):
        def answer(self, **options: Any) -> Any:
            raise CliError("bad_row", "Dit klopt niet", row=7, column="C")

    status, found, err = run("proef", "--json", command=Refusing())
    assert (status, found["error"]) == (
        1,
        {"code": "bad_row", "message": "Dit klopt niet", "row": 7, "column": "C"},
    )
    assert err == ""


def test_words_for_people_without_json(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("commitments", "--as-of", "2026-03-31")
    assert "C14" in capsys.readouterr().out
