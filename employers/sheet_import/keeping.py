"""What lists say of people goes when a person is taken out of the books (R13)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from employers.models import ContactPerson, ExternalNumber, SheetRow

#: What a row says besides what became of it; empty it no longer tells of anybody.
EMPTY: dict[str, Any] = {
    "values": [],
    "notes": [],
    "differences": [],
    "written": [],
    "candidates": [],
    "decided": {},
    "reason_values": {},
}


def forget_person(person: ContactPerson) -> None:
    """Empty the rows about this person, also those that only name them (refused, or held back), and the
    number another list has for them. Such an import can be taken back without these rows."""
    about = Q(person=person)
    named = [text for text in (str(person) if person.first_name else "", person.email) if text]
    for text in named:
        about |= Q(said__icontains=text)
    if person.first_name:
        about |= Q(said__icontains=f'"{person.first_name}"') & Q(said__icontains=f'"{person.last_name}"')
    rows = SheetRow.objects.annotate(said=Cast("values", TextField())).filter(about)
    SheetRow.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**EMPTY)
    ExternalNumber.objects.filter(person=person).delete()
