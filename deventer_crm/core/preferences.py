"""How somebody wants to be asked (R7): some days earlier than the rule does, in the mail or not. A duty
stays: nothing here makes a reminder come later, or takes it from the list."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock, reminders
from deventer_crm.core.locks import lock_transaction
from deventer_crm.core.models import Reminder, ReminderPreference

#: Few numbers: a rule is asked once for each number that somebody chose.
DAYS_AHEAD = (0, 1, 3, 7, 14)


@dataclass(frozen=True)
class Wish:
    """What was chosen for one kind."""

    days_ahead: int = 0
    in_mail: bool = True


def days_ahead(kind: str) -> dict[int, int]:
    """Person → how many days earlier, of those who want it earlier."""
    rows = ReminderPreference.objects.filter(kind=kind, days_ahead__gt=0)
    return dict(rows.values_list("user_id", "days_ahead"))


def wishes_of(user: Any) -> dict[str, Wish]:
    """Kind → what this person chose."""
    rows = ReminderPreference.objects.filter(user_id=user.pk)
    return {kind: Wish(days, mail) for kind, days, mail in rows.values_list("kind", "days_ahead", "in_mail")}


def kinds_for(user: Any) -> list[reminders.Rule]:
    """Rules that may ask this person something: by role, or because they did before; by label."""
    roles = {str(code) for code in user.role_codes}
    had = set(Reminder.objects.filter(recipient_id=user.pk).values_list("kind", flat=True).distinct())
    found = [
        rule
        for rule in reminders.RULES.values()
        if not rule.asks or roles & {*rule.asks, *rule.later} or rule.kind in had
    ]
    return sorted(found, key=lambda rule: str(rule.label).lower())


@transaction.atomic
def set_wishes(user: Any, wishes: Mapping[str, Wish], *, today: dt.date | None = None) -> list[str]:
    """Store what somebody chose for some kinds; returns the kinds that changed.

    Raises ValueError for a kind nobody registered or a number of days that is not offered. What was raised
    early and is now asked too soon goes; it is not done, so it is not called that."""
    from deventer_crm.core.reconcile import request_reconcile

    day = today or clock.today()
    lock_transaction(f"wishes:{user.pk}")
    before = wishes_of(user)
    changed = [kind for kind, wish in wishes.items() if before.get(kind, Wish()) != wish]
    for kind in changed:
        wish = wishes[kind]
        if kind not in reminders.RULES or wish.days_ahead not in DAYS_AHEAD:
            raise ValueError(_("This cannot be chosen."))
        ReminderPreference.objects.update_or_create(
            user_id=user.pk, kind=kind, defaults={"days_ahead": wish.days_ahead, "in_mail": wish.in_mail}
        )
        if wish.days_ahead < before.get(kind, Wish()).days_ahead:
            _take_back_early(user, kind, wish.days_ahead, day)
        if wish.in_mail and not before.get(kind, Wish()).in_mail:
            # Old news by now: it stood on the list all the time.
            Reminder.objects.filter(recipient_id=user.pk, kind=kind, news_on__lt=day).update(news_on=None)
    if changed:
        request_reconcile(changed)
    return changed


def _take_back_early(user: Any, kind: str, days: int, day: dt.date) -> None:
    rule = reminders.RULES[kind]
    early = Reminder.objects.filter(
        kind=kind,
        target_type=ContentType.objects.get_for_model(reminders.target_model(rule)),
        recipient_id=user.pk,
        state=Reminder.State.OPEN,
        due_on__gt=day,
    )
    targets = list(early.values_list("target_id", flat=True))
    if not targets:
        return
    lock_transaction(f"reconcile:{kind}")
    ahead = {user.pk: days} if days else {}
    stays = {
        (row.target_id, row.period)
        for row in reminders.wanted_on(rule, day, targets, ahead)
        if row.recipient_id == user.pk
    }
    early.exclude(
        pk__in=[pk for pk, *key in early.values_list("pk", "target_id", "period") if tuple(key) in stays]
    ).delete()
