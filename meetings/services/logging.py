"""What took place is written down afterwards in one act: who was there, the report, and what was agreed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.models import CollegeMember
from meetings.models import Meeting

from .minutes import Agreed, agree
from .planning import log_meeting
from .steps import report_meeting

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def log_whole_meeting(
    *,
    by: "User",
    summary: str = "",
    agreements: str = "",
    agreed: Iterable[Agreed] = (),
    on_behalf_of: CollegeMember | None = None,
    **details: Any,
) -> Meeting:
    """Plan, hold and, with a `summary`, report what already took place; `agreed` becomes follow-ups tied to
    it. `details`: those of log_meeting. All of it, or nothing. Raises ValidationError."""
    meeting = log_meeting(by=by, on_behalf_of=on_behalf_of, **details)
    agree(meeting, agreed, by=by)
    if summary.strip():
        report_meeting(meeting, by=by, summary=summary, agreements=agreements, on_behalf_of=on_behalf_of)
    return meeting
