"""Reminders (R7): the table that core.reconcile makes equal to what the rules say should exist today, and how
each person wants to be asked."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock
from deventer_crm.core.trail import leaves_trail


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reads of reminders; a reminder is only ever shown to its recipient."""

    def awake(self, today: dt.date | None = None) -> Self:
        """Open and not snoozed. Snoozed until a day means: back on that day."""
        day = today or clock.today()
        return self.filter(state=Reminder.State.OPEN).filter(
            Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=day)
        )

    def open_for(self, user: Any, today: dt.date | None = None) -> Self:
        """What this person has to do now: their own, but for what a colleague took over, and what a colleague
        gave them."""
        day = today or clock.today()
        own = Q(recipient_id=user.pk) & (Q(delegated_until__isnull=True) | Q(delegated_until__lt=day))
        return self.awake(day).filter(own | Q(delegated_to_id=user.pk, delegated_until__gte=day))

    def given_by(self, user: Any, today: dt.date | None = None) -> Self:
        """What a colleague does for this person now."""
        day = today or clock.today()
        return self.filter(recipient_id=user.pk, state=Reminder.State.OPEN, delegated_until__gte=day)

    def snoozed_for(self, user: Any, today: dt.date | None = None) -> Self:
        """What this person put off."""
        day = today or clock.today()
        return self.filter(recipient_id=user.pk, state=Reminder.State.OPEN, snoozed_until__gt=day)


class Reminder(models.Model):
    """One thing one person should do. The target is a generic key because a reminder may point at any
    record and carries no business truth of its own."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        RESOLVED = "resolved", _("resolved")
        LAPSED = "lapsed", _("lapsed")

    kind = models.CharField(_("kind"), max_length=60)
    target_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    target_id = models.PositiveBigIntegerField()
    target = GenericForeignKey("target_type", "target_id")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("for"), on_delete=models.PROTECT, related_name="reminders"
    )
    period = models.CharField(
        _("period"), max_length=40, help_text=_("For instance 2026, 2026-Q2 or meeting:123.")
    )
    due_on = models.DateField(_("due on"))
    is_escalation = models.BooleanField(_("escalated"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    raised_on = models.DateField(_("raised on"))
    reopened_on = models.DateField(_("reopened on"), null=True, blank=True)
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    lapsed_on = models.DateField(_("lapsed on"), null=True, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    #: The day from which the next digest must mention it; emptied when a digest did.
    news_on = models.DateField(_("news on"), null=True, blank=True)
    #: A colleague who does it in the place of the recipient, up to and including a day. It stays the duty of
    #: the recipient: key, escalation and end are those of one row.
    delegated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("passed to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    delegated_on = models.DateField(_("passed on"), null=True, blank=True)
    delegated_until = models.DateField(_("passed until"), null=True, blank=True)
    delegation_reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_type", "target_id", "recipient", "period"],
                name="core_reminder_key",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_on__isnull=False) | ~Q(state="resolved"),
                name="core_reminder_resolved_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(state="lapsed", lapsed_on__isnull=False) | ~Q(state="lapsed"),
                name="core_reminder_lapsed_has_a_date",
            ),
            models.CheckConstraint(
                condition=Q(delegated_to__isnull=True, delegated_until__isnull=True)
                | Q(delegated_to__isnull=False, delegated_on__isnull=False, delegated_until__isnull=False),
                name="core_reminder_delegated_until_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "state", "due_on"], name="core_reminder_inbox"),
            models.Index(fields=["kind", "state"], name="core_reminder_kind_state"),
            models.Index(
                fields=["news_on", "recipient"],
                condition=Q(state="open", news_on__isnull=False),
                name="core_reminder_news",
            ),
            models.Index(
                fields=["delegated_to", "delegated_until"],
                condition=Q(state="open", delegated_to__isnull=False),
                name="core_reminder_delegated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} → {self.recipient_id}"

    def is_given_away(self, today: dt.date | None = None) -> bool:
        """Whether a colleague does it now."""
        return self.delegated_until is not None and self.delegated_until >= (today or clock.today())


class ReminderPreference(models.Model):
    """How one person wants to be asked about one kind: earlier than the rule does, and in the mail or not.
    Nothing here can make a duty come later or go away (R7)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("for"),
        on_delete=models.CASCADE,
        related_name="reminder_preferences",
    )
    kind = models.CharField(_("kind"), max_length=60)
    days_ahead = models.PositiveSmallIntegerField(_("days earlier"), default=0)
    in_mail = models.BooleanField(_("in the mail"), default=True)

    class Meta:
        verbose_name = _("reminder preference")
        verbose_name_plural = _("reminder preferences")
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="core_reminderpreference_one_per_kind")
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"
