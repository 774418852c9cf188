"""Follow-ups belong to the portfolio: with the account manager they pass to the successor (model.md)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from employers.models import Employer, FollowUp
from employers.models.followup_steps import FollowUpStep

from .followups import follow_ups_changed

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def move_follow_ups(
    from_user: "User",
    to_user: "User",
    employer_ids: Iterable[int],
    by: "User | None",
    *,
    reason: str = "",
    only: Iterable[int] | None = None,
) -> int:
    """Give what still lies with one colleague at these employers, and at those grouped under them, to
    another; returns how many. A fixed number of statements for any number of rows; each leaves a step.
    `only`: no others than these follow-ups.

    What the successor may not know of (R10: an employer confidential to them) stays where it is: who names
    them a reader of that employer can give it then."""
    if from_user.pk == to_user.pk:
        return 0
    ids = list(employer_ids)
    known = Employer.objects.visible_to(to_user).order_by().values("pk")
    rows = (
        FollowUp.objects.select_for_update(of=("self",))
        .standing()
        .filter(Q(employer__in=ids) | Q(employer__merged_into__in=ids), owner=from_user, employer__in=known)
    )
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    moving = list(rows.order_by("pk").values_list("pk", "is_confidential"))
    if not moving:
        return 0
    pks = [pk for pk, _secret in moving]
    FollowUp.objects.filter(pk__in=pks).update(
        owner=to_user, version=F("version") + 1, modified_by=by, modified_at=clock.now()
    )
    why = reason.strip() or _("Passes to the successor with the account management.")
    today = clock.today()
    FollowUpStep.objects.bulk_create(
        FollowUpStep(
            follow_up_id=pk,
            act=FollowUpStep.Act.REASSIGNED,
            on=today,
            by=by,
            reason=why,
            owner_before=from_user,
        )
        for pk in pks
    )
    readers = FollowUp.readers.through
    readers.objects.bulk_create(
        [readers(followup_id=pk, user_id=to_user.pk) for pk, secret in moving if secret],
        ignore_conflicts=True,
    )
    follow_ups_changed(pks)
    return len(pks)
