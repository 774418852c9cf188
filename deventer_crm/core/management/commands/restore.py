"""`restore FILE [--replace] --json`"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from deventer_crm.core.backup import BackupError, restore_backup
from deventer_crm.core.cli import CliError, JsonCommand


class Command(JsonCommand):
    help = "Put a back-up back into an empty database, compare every table, and migrate when it is older."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="what the command backup made")
        parser.add_argument(
            "--replace", action="store_true", help="the database is not empty: throw away what is in it"
        )

    def answer(self, **options: Any) -> Mapping[str, Any]:
        try:
            return restore_backup(options["file"], replace=options["replace"])
        except BackupError as problem:
            raise CliError(problem.code, str(problem)) from problem
