"""Hours as a file, in the columns that the import reads: what goes out can come in again and changes nothing.

Without the column of the employee as long as the reader may not see figures per person (R9), and without an
employer this reader may not know of (R10)."""

from collections.abc import Iterator
from typing import IO, Any

from django.db.models import QuerySet

from accounts.models import User
from budget.hours_import.columns import FIELD_LABELS
from budget.hours_import.planning import OWN
from budget.models import TimeEntry
from budget.selectors.people import sees_booked_of_all
from deventer_crm.core.lists.export import write_table
from employers.models import Employer, Registration

COLUMNS = ("regel", "medewerker_email", "datum", "uren", "spoor", "uren_kvk", "uren_soort")


def hours_file(rows: "QuerySet[TimeEntry]", reader: User, kind: str = "xlsx") -> tuple[IO[bytes], int]:
    """The file and how many rows it has. `rows`: entries this reader may see."""
    with_person = sees_booked_of_all(reader) or not rows.exclude(user=reader).exists()
    columns = [name for name in COLUMNS if with_person or name != "medewerker_email"]
    entries = rows.select_related("user", "track").order_by("day", "pk")
    kvk = _kvk_numbers(entries, reader)

    def lines() -> Iterator[list[Any]]:
        for entry in entries:
            cells = {
                "regel": f"{OWN}{entry.pk}",
                "medewerker_email": entry.user.email,
                "datum": entry.day,
                "uren": float(entry.hours),
                "spoor": entry.track.name,
                "uren_kvk": kvk.get(entry.employer_id or 0, ""),
                "uren_soort": str(TimeEntry.Kind(entry.kind).label),
            }
            yield [cells[name] for name in columns]

    return write_table([FIELD_LABELS[name] for name in columns], lines(), kind)


def _kvk_numbers(rows: "QuerySet[TimeEntry]", reader: User) -> dict[int, str]:
    """The first KVK number of each employer this reader may know of."""
    named = set(rows.exclude(employer=None).values_list("employer_id", flat=True))
    seen = Employer.objects.visible_to(reader).filter(pk__in=named).values("pk")
    found = Registration.objects.filter(employer__in=seen).order_by("-kvk_number")
    return dict(found.exclude(kvk_number="").values_list("employer_id", "kvk_number"))
