"""Quarterly reports when a contact person is anonymised (R13): the name goes, also from a frozen text.
Figures hold no names."""

from django.db import connection

from deventer_crm.core.models import QuarterlyReport, ReportText
from deventer_crm.core.models.reports import ERASING
from employers.models import ContactPerson
from employers.retention import ERASERS, free_text


def _open_frozen_texts(person: ContactPerson) -> None:
    """Until the end of this transaction the database lets a name be taken out of what is frozen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [ERASING])


ERASERS.append(_open_frozen_texts)
free_text(QuarterlyReport, "reason")
free_text(ReportText, "text")
