"""What is written by hand for a briefing, who read it, and the copy that stays when the meeting is held."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.models import AccessEvent
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.services import log_access, save_tracked
from meetings.briefing import freeze_lines
from meetings.models import Briefing, BriefingView, Meeting

if TYPE_CHECKING:
    from accounts.models import User

RULES = ("briefing_missing",)


@transaction.atomic
def save_briefing(
    briefing: Briefing, *, by: "User", ready: bool | None = None, expected_version: int | None = None
) -> Briefing:
    """Save points and sensitivities. `ready`: somebody says it can be read (True), or that it is not there
    yet (False). Raises StaleRecord, and ValidationError once the meeting is held: it is the copy then."""
    meeting: Meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=briefing.meeting_id)
    if meeting.state not in (Meeting.State.DRAFT, Meeting.State.PLANNED):
        raise ValidationError(_("This meeting was held or called off; its briefing stays as it was."))
    briefing.points, briefing.sensitivities = briefing.points.strip(), briefing.sensitivities.strip()
    if ready is not None and ready != (briefing.ready_on is not None):
        briefing.ready_on = clock.today() if ready else None
        briefing.ready_by = by if ready else None
    save_tracked(briefing, by=by, expected_version=expected_version)
    request_reconcile(RULES, [meeting.pk])
    return briefing


def log_briefing_view(meeting: Meeting, user: "User", how: str = BriefingView.How.PAGE) -> None:
    """Write down that somebody read it, once a day for each way; what leaves as a document is an export too
    (R13)."""
    BriefingView.objects.bulk_create(
        [BriefingView(meeting=meeting, user=user, on=clock.today(), how=how)], ignore_conflicts=True
    )
    if how == BriefingView.How.PDF:
        log_access(AccessEvent.Verb.EXPORT, user=user, target=f"meetings.briefing:{meeting.pk}")


def freeze_briefing(meeting: Meeting, *, by: "User") -> Briefing | None:
    """Keep what there was to read, when somebody prepared it or read it; called when the meeting is held, in
    that transaction. None when there was no briefing: what is compiled afterwards was read by nobody."""
    briefing = Briefing.objects.select_for_update(of=("self",)).filter(meeting=meeting).first()
    if briefing is None:
        if not BriefingView.objects.filter(meeting=meeting).exists():
            return None
        briefing = Briefing(meeting=meeting)
    if briefing.frozen_at is None:
        briefing.frozen, briefing.frozen_at = freeze_lines(meeting), clock.now()
        save_tracked(briefing, by=by)
    return briefing


def thaw_briefing(meeting: Meeting, *, by: "User") -> None:
    """The meeting is to come again: the copy goes, the briefing is compiled anew. What was read is not lost,
    the list of readers stays."""
    briefing = Briefing.objects.select_for_update(of=("self",)).filter(meeting=meeting).first()
    if briefing is not None and briefing.frozen_at is not None:
        briefing.frozen, briefing.frozen_at = "", None
        save_tracked(briefing, by=by)
