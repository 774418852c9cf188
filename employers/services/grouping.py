"""Grouping (R2): a person says that two employers are one, with a reason, and can take it back.

Registrations and establishments move, so that the register, the jobs and the next import follow. Everything
people did stays where it was recorded and is read through (`merged_into`), so that taking back is exact."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.activity import refresh_activities
from employers.models import Employer, EmployerGrouping, Establishment, Registration

from .refresh import refresh_employers

if TYPE_CHECKING:
    from accounts.models import User

MOVES, READ_THROUGH, FOLLOWS = "moves", "read through", "follows"

#: What happens to each relation of Employer when it is grouped under another. A test walks the relations and
#: fails on one that is not here, whichever app it belongs to.
RELATIONS: dict[str, str] = {
    "employers.Registration.employer": MOVES,
    "employers.Establishment.employer": MOVES,
    "employers.Employer.merged_into": FOLLOWS,
    "employers.EmployerReader.employer": READ_THROUGH,
    "employers.EmployerGrouping.survivor": FOLLOWS,
    "employers.EmployerGrouping.absorbed": FOLLOWS,
    "employers.AccountAssignment.employer": READ_THROUGH,
    "employers.Position.employer": READ_THROUGH,
    "employers.Membership.employer": READ_THROUGH,
    "employers.Membership.association": READ_THROUGH,
    "employers.ContactMoment.employers": READ_THROUGH,
    "employers.ContactMomentEmployer.employer": READ_THROUGH,
    "employers.Activity.employer": READ_THROUGH,
    "employers.FollowUp.employer": READ_THROUGH,
    "employers.EmployerTag.employer": READ_THROUGH,
    "employers.SheetRow.employer": READ_THROUGH,
    "employers.ExternalNumber.employer": READ_THROUGH,
    "employers.SignalObjection.employer": READ_THROUGH,
    "employers.TopListEntry.employer": READ_THROUGH,
    "employers.TopListAdjustment.employer": READ_THROUGH,
    "meetings.SeriesParty.association": READ_THROUGH,
    "meetings.Meeting.employers": READ_THROUGH,
    "meetings.MeetingEmployer.employer": READ_THROUGH,
    "meetings.Participant.employer": READ_THROUGH,
    "meetings.Invitation.employer": READ_THROUGH,
    "meetings.AgendaItem.brought_by": READ_THROUGH,
    "meetings.AgendaDocument.from_employer": READ_THROUGH,
    "meetings.Guest.employer": READ_THROUGH,
    "meetings.ReportSignal.employer": READ_THROUGH,
    "meetings.PlanProposal.employer": READ_THROUGH,
    "budget.TimeEntry.employer": READ_THROUGH,
    "budget.HoursLine.employer": READ_THROUGH,
}


@transaction.atomic
def group_employers(survivor: Employer, absorbed: Employer, *, by: "User", reason: str) -> EmployerGrouping:
    """From now on `absorbed` is part of `survivor`. What was grouped under it comes along.

    Raises ValidationError when it cannot be: the same one, one of them retired or grouped already, one
    confidential and the other not, or no reason."""
    # Always in the same order, so that two people grouping the same pair wait instead of dead-locking.
    rows = {
        row.pk: row
        for row in Employer.objects.select_for_update()
        .filter(pk__in={survivor.pk, absorbed.pk})
        .order_by("pk")
    }
    survivor, absorbed = rows[survivor.pk], rows[absorbed.pk]
    _check(survivor, absorbed, reason)
    grouped = list(absorbed.grouped.values_list("pk", flat=True))
    moved = {
        "registrations": list(absorbed.registrations.values_list("pk", flat=True)),
        "establishments": list(absorbed.establishments.values_list("pk", flat=True)),
        "employers": grouped,
    }
    Registration.objects.filter(pk__in=moved["registrations"]).update(employer=survivor)
    Establishment.objects.filter(pk__in=moved["establishments"]).update(employer=survivor)
    # One level deep, always: whoever reads `merged_into` reaches the survivor in one step.
    Employer.objects.filter(pk__in=grouped).update(merged_into=survivor)
    absorbed.merged_into = survivor
    save_tracked(absorbed, by=by)
    grouping = save_tracked(
        EmployerGrouping(survivor=survivor, absorbed=absorbed, reason=reason.strip(), moved=moved), by=by
    )
    refresh_activities("grouping", [grouping.pk])
    refresh_employers([survivor.pk, absorbed.pk, *grouped], clock.today())
    return grouping


def _check(survivor: Employer, absorbed: Employer, reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why these two are one employer.")})
    if survivor.pk == absorbed.pk:
        raise ValidationError({"absorbed": _("Choose another employer: this is the same one.")})
    if survivor.merged_into_id or absorbed.merged_into_id:
        raise ValidationError({"absorbed": _("One of these is already grouped under another employer.")})
    if survivor.retired_on or absorbed.retired_on:
        raise ValidationError({"absorbed": _("One of these is no longer used.")})
    if survivor.is_confidential != absorbed.is_confidential:
        raise ValidationError(
            {"absorbed": _("One of these is confidential and the other is not; make them equal first.")}
        )


@transaction.atomic
def ungroup_employers(grouping: EmployerGrouping, *, by: "User") -> EmployerGrouping:
    """Take a grouping back: what moved goes home, unless it moved on since. Raises ValidationError when it
    was taken back already."""
    grouping = EmployerGrouping.objects.select_for_update().get(pk=grouping.pk)
    if grouping.undone_at is not None:
        raise ValidationError(_("This grouping was taken back already."))
    absorbed = Employer.objects.select_for_update().get(pk=grouping.absorbed_id)
    # The survivor may have been grouped under a third one: things are with whoever it is now.
    holder_id = absorbed.merged_into_id
    moved = grouping.moved
    Registration.objects.filter(pk__in=moved["registrations"], employer=holder_id).update(employer=absorbed)
    # Establishments that the register added to these registrations since then belong to them too.
    Establishment.objects.filter(employer=holder_id).filter(
        pk__in=[
            *moved["establishments"],
            *Establishment.objects.filter(registration__in=moved["registrations"]).values_list(
                "pk", flat=True
            ),
        ]
    ).update(employer=absorbed)
    Employer.objects.filter(pk__in=moved["employers"], merged_into=holder_id).update(merged_into=absorbed)
    absorbed.merged_into = None
    save_tracked(absorbed, by=by)
    grouping.undone_at = clock.now()
    save_tracked(grouping, by=by)
    refresh_activities("grouping", [grouping.pk])
    refresh_activities("grouping_undone", [grouping.pk])
    refresh_employers([pk for pk in (holder_id, absorbed.pk) if pk], clock.today())
    return grouping
