"""`backup [--to FOLDER-OR-FILE] --json`"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from deventer_crm.core.backup import BackupError, make_backup
from deventer_crm.core.cli import CliError, JsonCommand


class Command(JsonCommand):
    help = (
        "Write the database and the uploaded files to one new file, with checksums. Nothing is overwritten."
    )
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, default=Path("backups"), help="a folder or a new file; default backups/"
        )

    def answer(self, **options: Any) -> Mapping[str, Any]:
        target: Path = options["to"]
        try:
            if target.suffix != ".tar":
                target.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = make_backup(target)
        except BackupError as problem:
            raise CliError(problem.code, str(problem)) from problem
        except OSError as problem:
            raise CliError("cannot_write", f"{target}: {problem.strerror}") from problem
        rows = sum(rows for rows, _checksum in made["tables"].values())
        return {
            "file": made["file"],
            "bytes": made["bytes"],
            "version": made["version"],
            "migrations": len(made["migrations"]),
            "tables": len(made["tables"]),
            "rows": rows,
            "files": len(made["parts"]) - 1,
        }
