"""What else must be looked at after a meeting or invitation changed: reminders, and the timeline with the
last contact."""

from collections.abc import Iterable

from deventer_crm.core.reconcile import request_reconcile
from employers.activity import refresh_activities
from employers.models import TopListEntry
from employers.toplist.families import families
from meetings.models import AgendaDocument, Invitation, Meeting, Series

#: Rules of this app by what they point at.
MEETING_RULES = ("report_missing", "guests_unanswered", "briefing_missing", "report_unsigned")
INVITATION_RULES = ("invitation_unanswered", "invitation_undelivered", "invitation_other_date")
DOCUMENT_RULES = ("agenda_document_overdue",)
SERIES_RULES = {
    Series.BOARDS: "boards_not_planned",
    Series.CHAIRS: "chairs_behind",
    Series.THEMED: "themed_not_planned",
}
#: Rules about entries of the yearly list; a visit or an invitation may be what they wait for.
ENTRY_RULES = ("top_list_nothing",)


def meeting_changed(meeting: Meeting, *, also_employers: Iterable[int] = ()) -> None:
    """After a step or a change of who takes part. `also_employers`: ids that were taken off the meeting."""
    request_reconcile(MEETING_RULES, [meeting.pk])
    invitations = list(Invitation.objects.filter(meeting=meeting).values_list("pk", flat=True))
    request_reconcile(INVITATION_RULES, invitations)
    documents = list(AgendaDocument.objects.filter(meeting=meeting).values_list("pk", flat=True))
    request_reconcile(DOCUMENT_RULES, documents)
    series = meeting.kind.series
    if series is not None and series.code in SERIES_RULES:
        request_reconcile(SERIES_RULES[series.code])
    employers = {*meeting.employer_rows.values_list("employer_id", flat=True), *also_employers}
    refresh_activities("meeting", [meeting.pk])
    duty_changed(employers)


def invitation_changed(invitation: Invitation) -> None:
    """After an invitation was recorded, answered, linked or withdrawn."""
    request_reconcile(INVITATION_RULES, [invitation.pk])
    if invitation.is_guest and invitation.meeting_id is not None:
        request_reconcile("guests_unanswered", [invitation.meeting_id])
    refresh_activities("invitation", [invitation.pk])
    duty_changed([invitation.employer_id])


def duty_changed(employer_ids: Iterable[int]) -> None:
    """Have the reminders of the yearly list looked at again for these employers and their families."""
    entries = TopListEntry.objects.filter(
        employer__in=list(families(employer_ids).members), top_list__superseded_on__isnull=True
    )
    request_reconcile(ENTRY_RULES, list(entries.values_list("pk", flat=True)))
