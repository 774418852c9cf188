"""Who sits at the table of a planned meeting: roles, and following the seats of a series (R6)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core.services import save_tracked
from meetings.models import Meeting, Participant
from meetings.permissions import ACTS
from meetings.selectors.renewal import Renewal, renewal_of

from .effects import meeting_changed
from .planning import keep_readers
from .steps import lock

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def set_roles(meeting: Meeting, roles: Mapping[int, str], *, by: "User") -> None:
    """Who chairs, speaks, takes the minutes or is a guest: participant to role ("" for none). Raises
    ValidationError for somebody who does not take part, an unknown role, or a second chair."""
    lock(meeting)
    if meeting.state not in ACTS["roles"][1]:
        raise ValidationError(_("This meeting is over: it cannot be changed any more."))
    rows = {row.pk: row for row in meeting.participants.all()}
    after = {pk: roles.get(pk, row.role) for pk, row in rows.items()}
    if not roles.keys() <= rows.keys():
        raise ValidationError(_("Somebody you chose does not take part any more."))
    if not set(after.values()) <= {"", *Participant.Role.values}:
        raise ValidationError(_("Choose a role from the list."))
    if list(after.values()).count(Participant.Role.CHAIR) > 1:
        raise ValidationError(_("One person chairs a meeting."))
    for pk, role in after.items():
        if rows[pk].role != role:
            rows[pk].role = role
            rows[pk].save(update_fields=["role"])


@transaction.atomic
def renew_participants(meeting: Meeting, *, by: "User") -> Renewal:
    """Make who takes part follow the seats of the series on the day of the meeting: who came on a seat joins,
    who left it goes. Returns what was done. Raises ValidationError for a meeting that is over."""
    lock(meeting)
    if meeting.state not in ACTS["renew"][1]:
        raise ValidationError(_("This meeting is over: it cannot be changed any more."))
    change = renewal_of(meeting, by)
    Participant.objects.filter(pk__in=[row.pk for row in change.leave]).delete()
    Participant.objects.bulk_create(
        [
            *(
                Participant(meeting=meeting, person_id=join.position.person_id, employer_id=join.employer_id)
                for join in change.join
            ),
            *(Participant(meeting=meeting, college_member=member) for member in change.college),
        ]
    )
    save_tracked(meeting, by=by)
    keep_readers(meeting, by=by)
    meeting_changed(meeting)
    return change
