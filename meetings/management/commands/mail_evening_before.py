"""`mail_evening_before [--today D] --json`"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from deventer_crm.core.cli import JsonCommand, iso_date
from meetings.evening import mail_evening_before


class Command(JsonCommand):
    help = "Mail college members about their meetings of tomorrow, once; print how many mails were written."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=iso_date, help="the evening to do it for; default today")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        return asdict(mail_evening_before(options["today"]))
