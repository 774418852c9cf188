"""`send_digests [--today D] --json` (R12)."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from deventer_crm.core import clock
from deventer_crm.core.cli import CliBusy, JsonCommand, iso_date
from deventer_crm.core.digests import DigestsBusy, send_digests


class Command(JsonCommand):
    help = "Mail everybody their new reminders, and print how many mails with how many reminders were sent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=iso_date, help="the day to do it for; default today")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        try:
            counts = send_digests(options["today"] or clock.today())
        except DigestsBusy:
            raise CliBusy("Digests are being sent by another process at this moment.") from None
        return asdict(counts)
