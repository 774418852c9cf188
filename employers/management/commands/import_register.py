"""`manage.py import_register FILE --reference-date D …`: a register file from the command line (R12)."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import ngettext

from deventer_crm.core.cli import CliBusy, CliError, JsonCommand, iso_date
from employers.register_import.busy import RegisterBusy
from employers.register_import.columns import parse_mapping
from employers.register_import.deliveries import import_file
from employers.register_import.running import IMPORTED_SOURCES, Order, Result, dry_run
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.refused import write_refused


class Command(JsonCommand):
    help = (
        "Imports a file of the employment register (xlsx or csv): everything, or nothing when it is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--reference-date", type=iso_date, required=True, metavar="D")
        parser.add_argument("--source", default="lisa", help=", ".join(IMPORTED_SOURCES))
        parser.add_argument("--sbi", type=int, choices=(2008, 2025), help="default: found from the codes")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="field=column",
            help="column name or letter; repeatable",
        )
        parser.add_argument("--partial", action="store_true", help="do not end what the file lacks")
        parser.add_argument("--dry-run", action="store_true", help="only tell what it would do")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        path: Path = options["file"]
        self._told = 0.0
        try:
            order = Order(
                path=path,
                source=options["source"],
                reference_date=options["reference_date"],
                sbi_version=options["sbi"],
                chosen=parse_mapping(options["map"]),
                is_partial=options["partial"],
            )
            if options["dry_run"]:
                result = dry_run(order, progress=self._tell)
            else:
                result = import_file(order, file_name=path.name, progress=self._tell)
        except RegisterBusy as busy:
            raise CliBusy(busy.message) from busy
        except RefusedFile as refusal:
            raise CliError(refusal.code, refusal.message, row=refusal.row, column=refusal.column) from refusal
        return {**result.counts, "refused_file": self._write_refused(path, result)}

    def _tell(self, phase: str, rows: int) -> None:
        """Progress for a person watching; standard output is for the answer alone."""
        now = time.monotonic()
        if phase != "reading" or now - self._told > 1:
            self._told = now
            self.stderr.write(
                ngettext("%(phase)s: %(rows)d row", "%(phase)s: %(rows)d rows", rows)
                % {"phase": phase, "rows": rows}
            )

    def _write_refused(self, path: Path, result: Result) -> str | None:
        """Beside the file that was delivered; in the system's temporary folder when that is read-only."""
        if not result.refused:
            return None
        target = path.resolve().with_name(f"{path.stem}-geweigerd.csv")
        try:
            out = target.open("w", encoding="utf-8-sig", newline="")
        except OSError:
            target = Path(tempfile.mkdtemp(prefix="register-")) / target.name
            out = target.open("w", encoding="utf-8-sig", newline="")
        with out:
            write_refused(out, result.columns.header, result.refused)
        return str(target)
