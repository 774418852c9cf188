"""`reconcile_reminders [--today D] --json` (R12)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from deventer_crm.core import clock
from deventer_crm.core.cli import CliError, JsonCommand, iso_date
from deventer_crm.core.reconcile import ReconcileFailed, reconcile_and_record


class Command(JsonCommand):
    help = "Make the reminders equal to what the rules say, and print what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=iso_date, help="the day to do it for; default today")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        try:
            counts = reconcile_and_record(options["today"] or clock.today())
        except ReconcileFailed as failure:
            raise CliError("rule_failed", str(failure)) from failure
        return asdict(counts)
