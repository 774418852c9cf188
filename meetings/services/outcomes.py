"""What comes out of a meeting: promises and actions tied to it, as open or as secret as it is (R10)."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.models import User as Colleague
from employers.models import Employer, FollowUp
from employers.models.contact import Audience
from employers.services import add_follow_up
from employers.services.followup_rules import may_know
from meetings.models import Meeting, MeetingFollowUp

if TYPE_CHECKING:
    from accounts.models import User


def is_secret(meeting: Meeting) -> bool:
    """Confidential itself, or by one of its employers."""
    return meeting.is_confidential or meeting.employer_rows.filter(employer__is_confidential=True).exists()


def people_of_ours(meeting: Meeting) -> list["User"]:
    """Who was at the table for us, who looks after the meeting and who may read it, as far as they may know
    of it."""
    rows = Colleague.objects.filter(is_active=True)
    ours = (
        rows.filter(participations__meeting=meeting)
        | rows.filter(college_member__participations__meeting=meeting)
        | rows.filter(pk__in=[meeting.owner_id or 0])
        | rows.filter(pk__in=meeting.readers.order_by().values("pk"))
    )
    return [
        person
        for person in ours.distinct().order_by("pk")
        if Meeting.objects.visible_to(person).filter(pk=meeting.pk).exists()
    ]


@transaction.atomic
def add_outcome(
    meeting: Meeting, *, by: "User", employer: Employer, audience: str = "", **details: Any
) -> FollowUp:
    """A follow-up that was agreed at this meeting, on its day; `details` as of add_follow_up(). Without an
    owner it lies with the account manager of the meeting. Raises what add_follow_up() raises."""
    secret = is_secret(meeting)
    manager = meeting.owner
    if manager is None or not manager.is_active or not may_know(employer, manager):
        manager = by if secret else None
    narrow = secret or audience == Audience.NAMED
    row = add_follow_up(
        by=by,
        employer=employer,
        audience=audience,
        made_on=details.pop("made_on", None) or meeting.held_on,
        default_to=manager,
        is_confidential=secret,
        readers=people_of_ours(meeting) if narrow else [],
        **details,
    )
    MeetingFollowUp.objects.create(meeting=meeting, follow_up=row)
    return row
