"""`manage.py demo_data`: fills an empty local database with a made-up municipality (R12)."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from deventer_crm.core import clock
from deventer_crm.core.cli import iso_date
from deventer_crm.home.demo import register, story


class Command(BaseCommand):
    help = "Fills an empty local database with a made-up municipality and prints its accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=sorted(register.SIZES), default="small")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--today", type=iso_date, default=None, metavar="D")

    def handle(self, *args: Any, **options: Any) -> None:
        today: dt.date = options["today"] or clock.today()
        try:
            accounts = story.tell(size=options["size"], seed=options["seed"], today=today, say=self._say)
        except story.NotLocal:
            raise CommandError("Demo data is for local mode only.") from None
        except story.NotEmpty:
            raise CommandError(
                "The database is not empty; `make demo` throws it away and starts again."
            ) from None
        text = self._sheet(accounts)
        path: Path = settings.LOCAL_PATHS.demo_accounts
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        self.stdout.write(text)

    def _say(self, text: str) -> None:
        self.stderr.write(f"  {text}")

    def _sheet(self, accounts: list[tuple[str, str, str]]) -> str:
        width = max(len(address) for address, _password, _title in accounts)
        lines = [f"  {address:<{width}}  {title}" for address, _password, title in accounts]
        return "\n".join(["Demo accounts, all with the password " + accounts[0][1], *lines, ""])
