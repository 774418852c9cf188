"""Taking away what was only prepared."""

from django.db import transaction
from django.db.models import ProtectedError

from employers.activity import refresh_activities
from meetings.models import Meeting, Report


@transaction.atomic
def delete_draft(meeting: Meeting) -> bool:
    """Delete a meeting that is still a draft and that nothing hangs on: no invitation, no report, no hours.
    False when something does; what was agreed is cancelled instead (R8)."""
    pk = meeting.pk
    if meeting.state != Meeting.State.DRAFT or meeting.invitations.exists():
        return False
    if Report.objects.filter(meeting=pk).exists():
        return False
    try:
        with transaction.atomic():
            meeting.delete()
    except ProtectedError:  # hours were booked on it
        return False
    refresh_activities("meeting", [pk])
    return True
