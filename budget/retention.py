"""Notes with hours when a contact person is anonymised (R13)."""

from budget.models import TimeEntry
from employers.retention import free_text

free_text(TimeEntry, "note")
