"""Cover: for a time somebody else does the work of an account manager. R7: nobody is reminded of what another
must do, so during a cover the substitute is asked and the account manager is not."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.names import colleague_name
from deventer_crm.core import clock, reminders
from deventer_crm.core.memo import shared
from deventer_crm.core.models import Reminder
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.reminders import Rule, Wanted
from deventer_crm.core.services import save_tracked
from deventer_crm.core.statements import Prepared
from employers.models import AccountCover

if TYPE_CHECKING:
    from accounts.models import User


def covers_on(day: dt.date) -> "QuerySet[AccountCover]":
    """Who stands in for whom that day; a substitute without an account stands in for nobody."""
    rows: QuerySet[AccountCover] = AccountCover.objects.on(day).filter(substitute__is_active=True)
    return rows


def standing_in(rule: Rule, rows: Sequence[Wanted], day: dt.date) -> list[Wanted]:
    """The same reminders, each to who must act that day. What a substitute may not know of (R10) stays with
    the account manager; what comes to somebody as lead or secretary is not passed on."""
    substitutes = dict(covers_on(day).values_list("user_id", "substitute_id"))
    concerned = {row.target_id for row in rows if not row.escalated and row.recipient_id in substitutes}
    if not concerned:
        return list(rows)
    known = _known(rule, concerned, set(substitutes.values()))
    return [
        Wanted(row.target_id, substitutes[row.recipient_id], row.due_on, row.period)
        if not row.escalated
        and row.recipient_id in substitutes
        and row.target_id in known[substitutes[row.recipient_id]]
        else row
        for row in rows
    ]


def _known(rule: Rule, targets: set[int], substitutes: set[int]) -> dict[int, set[int]]:
    from accounts.models import User

    records: Any = reminders.target_model(rule)._default_manager.filter(pk__in=targets)
    people = User.objects.filter(pk__in=substitutes)
    return {
        person.pk: set(
            (records.visible_to(person) if hasattr(records, "visible_to") else records).values_list(
                "pk", flat=True
            )
        )
        for person in people
    }


reminders.stand_in(standing_in)


@transaction.atomic
def plan_cover(cover: AccountCover, *, by: "User", expected_version: int | None = None) -> AccountCover:
    """Save a new or changed cover. Raises ValidationError for a last day that is missing or gone by, the same
    person, two substitutes at once, or a substitute who is away then too."""
    if cover.ends_on is None:
        raise ValidationError({"ends_on": _("A cover needs a last day.")})
    if cover.ends_on < clock.today():
        raise ValidationError({"ends_on": _("This day has gone by. Choose today or a later day.")})
    _check_presence(cover)
    saved = save_tracked(cover, by=by, expected_version=expected_version)
    _look_again()
    return saved


def _check_presence(cover: AccountCover) -> None:
    """No chains: who stands in does the work in person."""
    if cover.user_id is None or cover.substitute_id is None:
        return
    same_days = AccountCover.objects.exclude(pk=cover.pk).filter(
        starts_on__lte=cover.ends_on, ends_on__gte=cover.starts_on
    )
    if same_days.filter(user=cover.substitute_id).exists():
        raise ValidationError({"substitute": _("This person is away (partly) in the same days.")})
    if same_days.filter(substitute=cover.user_id).exists():
        raise ValidationError({"user": _("This person stands in for somebody in the same days.")})


@transaction.atomic
def end_cover(cover: AccountCover, *, by: "User") -> None:
    """Stop a cover now: one that did not begin yet goes, another had its last day yesterday."""
    row = AccountCover.objects.select_for_update(of=("self",)).filter(pk=cover.pk).first()
    today = clock.today()
    if row is None:
        return  # somebody else did it this very moment
    if row.starts_on >= today:
        row.delete()
    elif row.ends_on is not None and row.ends_on >= today:
        row.ends_on = today - dt.timedelta(days=1)
        save_tracked(row, by=by)
    _look_again()


def _look_again() -> None:
    request_reconcile([rule.kind for rule in reminders.RULES.values() if rule.for_manager])


def cover_row(user: OuterRef, day: dt.date) -> Subquery:
    """The same in the statement of another record: name and number of the substitute and the last day; null
    without one."""
    rows = covers_on(day).filter(user=user).order_by("pk")
    cover = JSONObject(
        substitute=colleague_name("substitute"), substitute_id="substitute_id", ends_on="ends_on"
    )
    return Subquery(rows.values(row=cover)[:1])


@Prepared
def _of_substitute(user_id: int, *, day: dt.date) -> "QuerySet[AccountCover]":
    return covers_on(day).filter(substitute=user_id).select_related("user").order_by("ends_on", "pk")


def covered_by(user: "User", day: dt.date) -> list[AccountCover]:
    """For whom this person stands in that day; read once for a page."""
    return shared(
        ("covered_by", user.pk, day),
        lambda: _of_substitute.rows(user.pk, day=day),
    )


def on_behalf_of(rows: Sequence[Reminder], reader: "User", day: dt.date) -> dict[int, str]:
    """Key of the reminder → name of the account manager this reader stands in for. One query for who stands
    in for nobody; who does has the rules asked once more whom they meant."""
    kinds: dict[str, list[Reminder]] = {}
    for row in rows:
        rule = reminders.RULES.get(row.kind)
        if rule is not None and rule.for_manager and not row.is_escalation:
            kinds.setdefault(row.kind, []).append(row)
    absent = {cover.user_id: str(cover.user) for cover in covered_by(reader, day)} if kinds else {}
    found: dict[int, str] = {}
    if absent:
        for kind, asked in kinds.items():
            targets = [row.target_id for row in asked]
            meant = {
                (row.target_id, row.period): absent[row.recipient_id]
                for row in reminders.RULES[kind].function(day, targets)
                if row.recipient_id in absent and not row.escalated
            }
            found |= {
                row.pk: meant[row.target_id, row.period]
                for row in asked
                if (row.target_id, row.period) in meant
            }
    return found


def covers_to_show(day: dt.date) -> "QuerySet[AccountCover]":
    """Covers of today and later, soonest first."""
    return (
        AccountCover.objects.filter(Q(ends_on__gte=day))
        .select_related("user", "substitute")
        .order_by("starts_on", "pk")
    )
