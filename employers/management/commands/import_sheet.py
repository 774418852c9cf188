"""`manage.py import_sheet FILE --what … --by EMAIL`: a list from the command line (R12)."""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Act
from deventer_crm.core.cli import CliBusy, CliError, JsonCommand
from employers.models import SheetImport, SheetRow
from employers.sheet_import.columns import VOCABULARIES
from employers.sheet_import.plans import Terms
from employers.sheet_import.running import OUTCOMES, Order, SheetBusy
from employers.sheet_import.sheets import import_file
from employers.spreadsheets.columns import parse_mapping
from employers.spreadsheets.errors import RefusedFile
from employers.spreadsheets.refused import as_refused, write_refused

WHAT = {"organisations": SheetImport.What.ORGANISATIONS, "people": SheetImport.What.PEOPLE}


class Command(JsonCommand):
    help = (
        "Imports a list of organisations or people (xlsx or csv): everything, or nothing when it is refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--what", choices=sorted(WHAT), required=True)
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="in whose name, and what they may see"
        )
        parser.add_argument("--list-name", metavar="NAME", help="whose numbers; default: the file's name")
        parser.add_argument("--overwrite", action="store_true", help="default: only fill what is empty")
        parser.add_argument("--person-source", default="", metavar="TEXT", help="for rows without a source")
        parser.add_argument("--reason", default="", metavar="TEXT", help="for sectors and areas without one")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="field=column",
            help="column name or letter; repeatable",
        )
        parser.add_argument("--dry-run", action="store_true", help="only tell what it would do")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        path: Path = options["file"]
        what = WHAT[options["what"]]
        self._told = 0.0
        try:
            order = Order(
                path,
                Terms(
                    what=what,
                    by=self._person(options["by"]),
                    list_name=(options["list_name"] or path.stem)[:60],
                    overwrite=options["overwrite"],
                    person_source=options["person_source"][:120],
                    reason=options["reason"][:200],
                ),
                parse_mapping(options["map"], VOCABULARIES[what].fields),
            )
            sheet, result = import_file(
                order, file_name=path.name, dry=options["dry_run"], progress=self._tell
            )
        except SheetBusy as busy:
            raise CliBusy(busy.message) from busy
        except RefusedFile as refusal:
            raise CliError(refusal.code, refusal.message, row=refusal.row, column=refusal.column) from refusal
        try:
            refused_file = self._write_refused(path, sheet, result.columns.header)
        finally:
            if options["dry_run"]:
                sheet.delete()
        counts = {name: result.counts[name] for name in ("rows", *OUTCOMES)}
        return {**counts, "refused_file": refused_file, "import": None if options["dry_run"] else sheet.pk}

    @staticmethod
    def _person(email: str) -> User:
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise CliError("unknown_user", _("Nobody has the e-mail address %(email)s.") % {"email": email})
        if not person.can(Act.IMPORT_SHEET):
            raise CliError("not_allowed", _("%(email)s may not import lists.") % {"email": email})
        return person

    def _tell(self, phase: str, rows: int) -> None:
        """Progress for a person watching; standard output is for the answer alone."""
        now = time.monotonic()
        if now - self._told > 1:
            self._told = now
            self.stderr.write(
                ngettext("%(phase)s: %(rows)d row", "%(phase)s: %(rows)d rows", rows)
                % {"phase": phase, "rows": rows}
            )

    def _write_refused(self, path: Path, sheet: SheetImport, header: tuple[str, ...]) -> str | None:
        """Beside the file that was imported; in the system's temporary folder when that is read-only."""
        rows = SheetRow.objects.filter(sheet=sheet, outcome=SheetRow.Outcome.REFUSED).order_by("number")
        if not rows.exists():
            return None
        target = path.resolve().with_name(f"{path.stem}-geweigerd.csv")
        try:
            out = target.open("w", encoding="utf-8-sig", newline="")
        except OSError:
            target = Path(tempfile.mkdtemp(prefix="sheet-")) / target.name
            out = target.open("w", encoding="utf-8-sig", newline="")
        with out:
            write_refused(out, header, map(as_refused, rows.iterator(chunk_size=500)))
        return str(target)
