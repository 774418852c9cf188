"""R7: a document for a meeting to come that was expected and did not come."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from deventer_crm.core import policy
from deventer_crm.core.reminders import Wanted, rule
from meetings.models import AgendaDocument


@rule(
    "agenda_document_overdue",
    label=_("Document for a meeting not received"),
    act=_("Ask for the document, or record that it came"),
    target="meetings.AgendaDocument",
    asks=(
        Role.ACCOUNT_MANAGER,
        Role.SECRETARY,
        Role.TEAM_LEAD,
    ),
)
def agenda_document_overdue(today: dt.date, targets: list[int] | None = None) -> Iterable[Wanted]:
    """To who looks after the meeting, else to who wrote the document down. Over once it came, was taken off,
    or the meeting was held or called off."""
    days = dt.timedelta(days=policy.value("agenda_document_days", today))
    rows = AgendaDocument.objects.filter(
        received_on__isnull=True, due_on__lte=today - days, meeting__state__in=["draft", "planned"]
    )
    if targets is not None:
        rows = rows.filter(pk__in=targets)
    active = User.objects.filter(is_active=True, pk=OuterRef("meeting__owner_id"))
    listed = rows.annotate(
        who=Coalesce(Subquery(active.values("pk")[:1]), "created_by_id", output_field=IntegerField())
    ).values_list("pk", "due_on", "who")
    return [Wanted(pk, who, due_on + days, f"document:{pk}") for pk, due_on, who in listed if who is not None]
