"""What of the agenda passes to the successor when an employer is handed over."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date
from deventer_crm.core.reconcile import request_reconcile
from employers.activity import refresh_activities
from employers.models import Employer
from employers.portfolios.sheet import About, Entry, sheet_part
from employers.portfolios.sources import HandOverSource, Item, hand_over_source
from meetings.models import Invitation, Meeting, MeetingEmployer, Participant

if TYPE_CHECKING:
    from accounts.models import User

#: Not finished: still to come, or waiting for the report.
OPEN_STATES = (Meeting.State.DRAFT, Meeting.State.PLANNED, Meeting.State.HELD)


def _of_employers(rows: "QuerySet[Any]", meeting: str, employer_ids: Sequence[int] | None) -> "QuerySet[Any]":
    """Those whose meeting has one of these employers as its first: the one who manages that, manages it."""
    if employer_ids is None:
        return rows
    first = MeetingEmployer.objects.filter(meeting=OuterRef(meeting)).order_by("pk").values("employer")[:1]
    found: QuerySet[Any] = rows.alias(first_employer=Subquery(first)).filter(first_employer__in=employer_ids)
    return found


class Meetings(HandOverSource):
    """Meetings the account manager looks after: to come, or without their report."""

    code = "meeting"
    label = _("planned meetings and reports to write")
    rules = ("report_missing", "briefing_missing", "report_unsigned")

    def open_items(
        self, user: "User", employer_ids: Sequence[int] | None, day: dt.date
    ) -> "QuerySet[Meeting]":
        rows = Meeting.objects.filter(owner=user, state__in=OPEN_STATES)
        return _of_employers(rows, "pk", employer_ids)

    def move(self, keys: Sequence[int], old: "User", new: "User", by: "User | None") -> list[Item]:
        rows = Meeting.objects.filter(pk__in=keys, owner=old, state__in=OPEN_STATES)
        known = Meeting.objects.visible_to(new).filter(pk__in=keys).order_by().values("pk")
        return [[pk] for pk in _give(rows.filter(pk__in=known), new, by)]

    def put_back(self, items: Sequence[Item], old: "User", new: "User", by: "User | None") -> int:
        keys = [item[0] for item in items]
        return len(_give(Meeting.objects.filter(pk__in=keys, owner=new), old, by))


def _give(rows: "QuerySet[Meeting]", owner: "User", by: "User | None") -> list[int]:
    keys = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Meeting.objects.filter(pk__in=keys).update(
        owner=owner, version=F("version") + 1, modified_by=by, modified_at=clock.now()
    )
    refresh_activities("meeting", keys)
    request_reconcile(Meetings.rules, keys)
    return keys


class Seats(HandOverSource):
    """The account manager's seat at meetings to come."""

    code = "seat"
    label = _("seats at planned meetings")

    def open_items(
        self, user: "User", employer_ids: Sequence[int] | None, day: dt.date
    ) -> "QuerySet[Participant]":
        rows = Participant.objects.filter(
            user=user,
            meeting__state__in=[Meeting.State.DRAFT, Meeting.State.PLANNED],
            meeting__starts_at__gte=clock.start_of(day),
        )
        return _of_employers(rows, "meeting", employer_ids)

    def move(self, keys: Sequence[int], old: "User", new: "User", by: "User | None") -> list[Item]:
        known = Meeting.objects.visible_to(new).order_by().values("pk")
        # Who sits there already takes no second seat.
        taken = Participant.objects.filter(user=new).values("meeting")
        rows = Participant.objects.filter(pk__in=keys, user=old, meeting__in=known)
        return [[pk] for pk in _seat(rows.exclude(meeting__in=taken), new)]

    def put_back(self, items: Sequence[Item], old: "User", new: "User", by: "User | None") -> int:
        taken = Participant.objects.filter(user=old).values("meeting")
        rows = Participant.objects.filter(pk__in=[item[0] for item in items], user=new)
        return len(_seat(rows.exclude(meeting__in=taken), old))


def _seat(rows: "QuerySet[Participant]", user: "User") -> list[int]:
    keys = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Participant.objects.filter(pk__in=keys).update(user=user)
    return keys


class Invitations(HandOverSource):
    """Invitations without an answer lie with nobody in person: they stay with the employer."""

    code = "invitation"
    label = _("invitations without an answer")
    follows = True

    def open_items(
        self, user: "User", employer_ids: Sequence[int] | None, day: dt.date
    ) -> "QuerySet[Invitation]":
        rows = Invitation.objects.unanswered()
        if employer_ids is None:
            return rows.none()
        family = Employer.objects.filter(Q(pk__in=employer_ids) | Q(merged_into__in=employer_ids))
        return rows.filter(employer__in=family.order_by().values("pk"))


for source in (Meetings(), Seats(), Invitations()):
    hand_over_source(source)


@sheet_part(_("In the agenda"), order=50)
def planned(about: About) -> Iterable[tuple[int, Entry]]:
    """What is to come, and what was held and waits for its report."""
    if not about.user.can(Act.SEE_AGENDA):
        return
    meetings = Meeting.objects.visible_to(about.user).filter(state__in=OPEN_STATES)
    rows = (
        MeetingEmployer.objects.filter(
            employer__in=list(about.members), meeting__in=meetings.order_by().values("pk")
        )
        .select_related("meeting__kind")
        .order_by("meeting__starts_at", "pk")
    )
    for row in rows:
        meeting = row.meeting
        yield (
            row.employer_id,
            Entry(
                f"{nl_date(meeting.starts_at, 'short_year')}: {meeting.name}",
                str(meeting.get_state_display()),
                meeting.get_absolute_url(),
            ),
        )


@sheet_part(_("Invitations without an answer"), order=60)
def unanswered(about: About) -> Iterable[tuple[int, Entry]]:
    """Who was asked and has not answered."""
    if not about.user.can(Act.SEE_AGENDA):
        return
    rows = Invitation.objects.visible_to(about.user).unanswered().filter(employer__in=list(about.members))
    for row in rows.select_related("college_member").order_by("sent_on", "pk"):
        who = str(row.college_member) if row.college_member else ""
        yield row.employer_id, Entry(nl_date(row.sent_on, "short_year"), who, row.get_absolute_url())
