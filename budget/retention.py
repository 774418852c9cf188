"""Notes with hours when a contact person is anonymised (R13), and what files of hours said of them."""

from django.db.models import TextField
from django.db.models.functions import Cast

from budget.hours_import.files import EMPTY
from budget.models import HoursLine, MonthClosing, PersonBudget, TimeEntry
from employers.models import ContactPerson
from employers.retention import ERASERS, free_text

free_text(TimeEntry, "note")
free_text(PersonBudget, "reason")
free_text(MonthClosing, "reopen_reason")


def _rows_of_files(person: ContactPerson) -> None:
    """A file of hours can name somebody in a column that is not even read: such rows are emptied."""
    for text in (str(person) if person.first_name else "", person.email):
        if text:
            rows = HoursLine.objects.annotate(said=Cast("values", TextField())).filter(said__icontains=text)
            HoursLine.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(**EMPTY)


ERASERS.append(_rows_of_files)
