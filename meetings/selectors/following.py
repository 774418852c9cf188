"""The next meeting with the same people, proposed from one that took place."""

from typing import TYPE_CHECKING, Any

from accounts.models import CollegeMember
from deventer_crm.core import clock
from employers.models import ContactPerson, Employer
from meetings.models import Meeting
from meetings.selectors.picking import Choice

if TYPE_CHECKING:
    from accounts.models import User


def next_of(meeting: Meeting) -> dict[str, Any]:
    """What the form of the next one begins with. No date: that is what somebody has to pick."""
    seats = list(meeting.participants.all())
    members = CollegeMember.objects.on(clock.today()).filter(
        pk__in=[row.college_member_id for row in seats if row.college_member_id]
    )
    return {
        "kind": meeting.kind_id if meeting.kind.disabled_on is None else None,
        "title": meeting.title,
        "place": meeting.place,
        "location": meeting.location,
        "theme": meeting.theme_id,
        "owner": meeting.owner_id,
        "is_confidential": meeting.is_confidential,
        "college_members": [row.pk for row in members],
        "colleagues": [row.user_id for row in seats if row.user_id],
    }


def choice_of(meeting: Meeting, user: "User") -> Choice:
    """With whom: the employers still in use, and their people, as far as this planner may know of them."""
    rows = dict(meeting.employer_rows.values_list("employer_id", "is_organiser"))
    employers = Employer.objects.visible_to(user).current().filter(pk__in=rows)
    people = ContactPerson.objects.visible_to(user).filter(
        participations__meeting=meeting, anonymised_on__isnull=True
    )
    kept = frozenset(employers.values_list("pk", flat=True))
    return Choice(
        employers=kept,
        people=frozenset(people.values_list("pk", flat=True)),
        organisers=frozenset(pk for pk, organises in rows.items() if organises) & kept,
    )
