"""One act that gives what somebody left behind to somebody else. Who promised or invited stays a fact."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.reconcile import request_reconcile
from employers.activity import refresh_activities
from employers.models import FollowUp
from employers.models.followup_steps import FollowUpStep
from employers.portfolios.sources import SOURCES
from employers.services.followup_rules import check_owner, follow_ups_changed, said
from employers.services.followup_succession import move_follow_ups
from employers.services.followups import reassign_follow_up
from meetings.models import Invitation, Meeting, Participant
from meetings.services.effects import INVITATION_RULES, meeting_changed
from meetings.services.steps import leave_step

from .reading import (
    follow_ups_of_closed,
    invitations_left,
    meetings_of_closed,
    promises_left,
    seats_left,
)

if TYPE_CHECKING:
    from accounts.models import User

RULE = "college_member_left"


@dataclass(frozen=True)
class Given:
    """How much went to somebody else, and how much stayed because that was not possible."""

    promises: int = 0
    invitations: int = 0
    meetings: int = 0
    stayed: int = 0

    @property
    def total(self) -> int:
        return self.promises + self.invitations + self.meetings


@dataclass(frozen=True)
class Ticked:
    """The records of one act, by key; None: all there are."""

    promises: Iterable[int] | None = None
    invitations: Iterable[int] | None = None
    meetings: Iterable[int] | None = None


EVERYTHING = Ticked()


@transaction.atomic
def reassign_member(
    member: CollegeMember,
    *,
    by: "User",
    to: CollegeMember | None,
    reason: str,
    ticked: Ticked = EVERYTHING,
) -> Given:
    """From a member who left to another, or to the college as a whole (`to` None): open promises, invitations
    and seats at meetings to come, all or the ticked ones, as far as `by` may know of them. A seat needs
    somebody: without a member, or for a day on which that member is not in the college, it stays.

    Raises PermissionDenied, ValidationError without a reason, for a member who is still there, and for one
    who is not in the college today."""
    if not by.can(Act.REASSIGN_COLLEGE):
        raise PermissionDenied
    today = clock.today()
    why = said("reason", reason, _("Say why it goes to somebody else."))
    if member.ends_on is None or member.ends_on >= today:
        raise ValidationError(_("%(member)s is still in the college.") % {"member": member})
    if to is not None and not to.is_valid_on(today):
        raise ValidationError({"to": _("%(member)s is not in the college today.") % {"member": to}})
    promises = _take_promises(member, to, by, why, ticked.promises, today)
    invitations = _take_invitations(member, to, by, ticked.invitations, today)
    meetings, stayed = _take_seats(member, to, by, why, ticked.meetings, today)
    request_reconcile([RULE], [member.pk])
    return Given(promises, invitations, meetings, stayed)


def _take_promises(
    member: CollegeMember,
    to: CollegeMember | None,
    by: "User",
    why: str,
    only: Iterable[int] | None,
    today: dt.date,
) -> int:
    rows = promises_left(by, today).filter(answering=member.pk)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    locked = FollowUp.objects.filter(pk__in=rows.order_by().values("pk")).select_for_update(of=("self",))
    taken = list(locked.order_by("pk").values_list("pk", "is_confidential"))
    keys = [pk for pk, _secret in taken]
    FollowUp.objects.filter(pk__in=keys).update(
        taken_over_by=to,
        taken_over_on=today,
        version=F("version") + 1,
        modified_by=by,
        modified_at=clock.now(),
    )
    FollowUpStep.objects.bulk_create(
        FollowUpStep(
            follow_up_id=pk,
            act=FollowUpStep.Act.TAKEN_OVER,
            on=today,
            by=by,
            reason=why,
            member_before=member,
        )
        for pk in keys
    )
    if to is not None and to.user_id is not None:
        # Whoever answers for it can read it, as with an owner.
        readers = FollowUp.readers.through
        named = [readers(followup_id=pk, user_id=to.user_id) for pk, secret in taken if secret]
        readers.objects.bulk_create(named, ignore_conflicts=True)
    follow_ups_changed(keys)
    return len(keys)


def _take_invitations(
    member: CollegeMember, to: CollegeMember | None, by: "User", only: Iterable[int] | None, today: dt.date
) -> int:
    rows = invitations_left(by, today).filter(answering=member.pk)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    locked = Invitation.objects.filter(pk__in=rows.order_by().values("pk")).select_for_update(of=("self",))
    keys = list(locked.order_by("pk").values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=keys).update(
        taken_over_by=to,
        taken_over_on=today,
        version=F("version") + 1,
        modified_by=by,
        modified_at=clock.now(),
    )
    if keys:
        request_reconcile(INVITATION_RULES, keys)
        refresh_activities("invitation", keys)
    return len(keys)


def _take_seats(
    member: CollegeMember,
    to: CollegeMember | None,
    by: "User",
    why: str,
    only: Iterable[int] | None,
    today: dt.date,
) -> tuple[int, int]:
    """How many seats were taken, and how many stay empty-handed."""
    rows = seats_left(by, today).filter(college_member=member)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    seats = list(rows.select_related("meeting__kind").order_by("meeting__starts_at", "pk"))
    if to is None:
        return 0, len(seats)
    meetings = {seat.meeting_id for seat in seats}
    # In one order, so that two who do this at once wait for each other.
    list(Meeting.objects.select_for_update(of=("self",)).filter(pk__in=meetings).order_by("pk").only("pk"))
    sits = Participant.objects.filter(college_member=to, meeting__in=meetings)
    there = set(sits.values_list("meeting_id", flat=True))
    taken = 0
    for seat in seats:
        if not to.is_valid_on(clock.local_date(seat.meeting.starts_at)):
            continue
        if seat.meeting_id in there:
            seat.delete()
        else:
            Participant.objects.filter(pk=seat.pk).update(college_member=to)
        words = {"old": member, "new": to, "reason": why}
        reason = _("%(new)s comes instead of %(old)s: %(reason)s") % words
        leave_step(seat.meeting, seat.meeting.state, by=by, on=today, reason=reason[:200])
        meeting_changed(seat.meeting)
        taken += 1
    return taken, len(seats) - taken


@transaction.atomic
def reassign_closed(
    old: "User | None", *, by: "User", to: "User", reason: str, ticked: Ticked = EVERYTHING
) -> Given:
    """From a colleague whose account was closed (None: from nobody) to another: promises and actions, and the
    meetings they looked after, by the ways of a hand-over. What the other may not know of stays (R10).

    Raises PermissionDenied, ValidationError without a reason, for an account that is open, and for a new
    owner without one."""
    if not by.can(Act.GIVE_FOLLOW_UP):
        raise PermissionDenied
    why = said("reason", reason, _("Say why it goes to somebody else."))
    if old is not None and old.is_active:
        raise ValidationError(_("This colleague still has an account; hand the portfolio over instead."))
    if not to.is_active:
        raise ValidationError({"to": _("This colleague no longer has an account.")})
    rows = follow_ups_of_closed(by).filter(owner=old)
    if ticked.promises is not None:
        rows = rows.filter(pk__in=list(ticked.promises))
    listed = list(rows.select_related("employer", "person").order_by("pk"))
    given = _give(old, to, listed, by, why)
    meetings = meetings_of_closed(by).filter(owner=old) if old is not None else Meeting.objects.none()
    if ticked.meetings is not None:
        meetings = meetings.filter(pk__in=list(ticked.meetings))
    keys = list(meetings.order_by("pk").values_list("pk", flat=True))
    moved = len(SOURCES["meeting"].move(keys, old, to, by)) if old is not None and keys else 0
    return Given(promises=given, meetings=moved, stayed=len(listed) + len(keys) - given - moved)


def _give(old: "User | None", to: "User", rows: list[FollowUp], by: "User", why: str) -> int:
    if old is not None:
        employers = {row.employer_id for row in rows}
        return move_follow_ups(old, to, employers, by, reason=why, only=[row.pk for row in rows])
    given = 0
    for row in rows:
        try:
            check_owner(row.employer, to, row.person)
        except ValidationError:
            continue
        reassign_follow_up(row, by=by, owner=to, reason=why)
        given += 1
    return given
