"""Follow-ups belong to the portfolio: with the account manager they pass to the successor (model.md)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from deventer_crm.core import clock
from employers.models import AccountAssignment, ContactPerson, Employer, FollowUp
from employers.models.followup_steps import FollowUpStep

from .followup_rules import follow_ups_changed

#: An account management that began longer ago is not looked at again.
LOOK_BACK = dt.timedelta(days=31)


@transaction.atomic
def move_follow_ups(
    from_user: User,
    to_user: User,
    employer_ids: Iterable[int],
    by: User | None,
    *,
    reason: str = "",
    only: Iterable[int] | None = None,
) -> int:
    """Give what still lies with one colleague at these employers, and at those grouped under them, to
    another; returns how many. A fixed number of statements for any number of rows; each leaves a step.
    `only`: no others than these follow-ups.

    What the successor may not know of (R10: an employer or a contact person that is a secret to them) stays
    where it is: who names them a reader of that employer can give it then."""
    if from_user.pk == to_user.pk:
        return 0
    ids = list(employer_ids)
    known = Employer.objects.visible_to(to_user).order_by().values("pk")
    rows = (
        FollowUp.objects.select_for_update(of=("self",))
        .standing()
        .filter(Q(employer__in=ids) | Q(employer__merged_into__in=ids), owner=from_user, employer__in=known)
    )
    rows = rows.exclude(person__in=ContactPerson.objects.secret_to(to_user).order_by().values("pk"))
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


def pass_on_follow_ups(today: dt.date | None = None) -> int:
    """Each night: what an assignment that was planned ahead and has begun brings to the successor; returns
    how many. A second run, or one after some missed nights, gives nothing twice."""
    day = today or clock.today()
    before = AccountAssignment.objects.filter(
        employer=OuterRef("employer"), ends_on=OuterRef("starts_on") - dt.timedelta(days=1)
    )
    begun = (
        AccountAssignment.objects.on(day)
        .filter(starts_on__gt=day - LOOK_BACK)
        .annotate(predecessor=Subquery(before.values("user_id")[:1]))
        .filter(predecessor__isnull=False)
        .exclude(predecessor=F("user_id"))
    )
    portfolios: dict[tuple[int, int, dt.date], list[int]] = defaultdict(list)
    for old, new, starts_on, employer_id in begun.values_list(
        "predecessor", "user_id", "starts_on", "employer_id"
    ):
        portfolios[old, new, starts_on].append(employer_id)
    people = User.objects.in_bulk({pk for old, new, _day in portfolios for pk in (old, new)})
    return sum(
        move_follow_ups(people[old], people[new], employers, None, only=_left_behind(people[old], starts_on))
        for (old, new, starts_on), employers in portfolios.items()
    )


def _left_behind(owner: User, since: dt.date) -> list[int]:
    """What lay with somebody before that day and was given to nobody since: what was given back on purpose,
    or made later, stays there."""
    given = FollowUpStep.objects.filter(
        follow_up=OuterRef("pk"), act=FollowUpStep.Act.REASSIGNED, on__gte=since
    )
    rows = FollowUp.objects.standing().filter(~Exists(given), owner=owner, made_on__lt=since)
    return list(rows.values_list("pk", flat=True))
