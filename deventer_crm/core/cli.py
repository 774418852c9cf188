"""Commands that other programs call (R12): one JSON object on standard output and nothing else there."""

import datetime as dt
import json
from argparse import ArgumentTypeError
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

BAD_INPUT = 1
BUSY = 3


class CliError(Exception):
    """What the caller gave cannot be used. `row` and `column` point into a file, when it came from one."""

    def __init__(self, code: str, message: str, *, row: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.row = row
        self.column = column


class CliBusy(Exception):
    """The same job already runs; the caller may try again later (exit status 3)."""


def iso_date(text: str) -> dt.date:
    """An argument such as 2026-11-23."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date; write it as 2026-11-23") from None


class _JsonParser(CommandParser):
    """A parser whose complaints are JSON too."""

    def error(self, message: str) -> NoReturn:
        raise CliError("bad_arguments", message)


def _plain(value: object) -> object:
    """Numbers stay numbers: a Decimal is a whole number when it is one, else a float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


class JsonCommand(BaseCommand):
    """Implement `answer(**options) -> mapping`; with `--json` the mapping is printed, without it a line of
    words per entry. CliError ends with 1, CliBusy with 3; both are told as JSON under `--json`."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.add_argument("--json", action="store_true", help="print one JSON object on standard output")
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        if "--json" not in argv:
            super().run_from_argv(argv)
            return
        parser = self.create_parser(argv[0], argv[1])
        parser.__class__ = _JsonParser  # Django makes the parser itself and leaves no other way in
        try:
            options = vars(parser.parse_args(argv[2:]))
        except CliError as problem:
            self._print_error(problem)
            raise SystemExit(BAD_INPUT) from None
        arguments = options.pop("args", ())
        try:
            self.execute(*arguments, **options)
        except CommandError as problem:
            raise SystemExit(problem.returncode) from None
        finally:
            connections.close_all()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self.answer(**options)
        except CliBusy as problem:
            busy = CliError("busy", str(problem))
            self._fail(busy, BUSY, as_json=options["json"])
        except CliError as problem:
            self._fail(problem, BAD_INPUT, as_json=options["json"])
        else:
            self._print(found, as_json=options["json"])

    def answer(self, **options: Any) -> Mapping[str, Any]:
        """Do the work and say what came of it."""
        raise NotImplementedError

    def describe(self, found: Mapping[str, Any]) -> list[str]:
        """Lines for a person; override where the mapping is more than a few numbers."""
        return [f"{name}: {value}" for name, value in found.items()]

    def _print(self, found: Mapping[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found, default=_plain, ensure_ascii=False))
        else:
            for line in self.describe(found):
                self.stdout.write(line)

    def _print_error(self, problem: CliError) -> None:
        error = {
            "code": problem.code,
            "message": str(problem),
            "row": problem.row,
            "column": problem.column,
        }
        self.stdout.write(json.dumps({"error": error}, ensure_ascii=False))

    def _fail(self, problem: CliError, status: int, *, as_json: bool) -> NoReturn:
        if as_json:
            self._print_error(problem)
        raise CommandError(str(problem), returncode=status) from problem
