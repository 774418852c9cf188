"""Reminders (R7): the table that core.reconcile makes equal to what the rules say should exist today."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core import clock


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Reads of reminders; a reminder is only ever shown to its recipient."""

    def awake(self, today: dt.date | None = None) -> Self:
        """Open and not snoozed. Snoozed until a day means: back on that day."""
        day = today or clock.today()
        return self.filter(state=Reminder.State.OPEN).filter(
            Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=day)
        )

    def open_for(self, user: Any, today: dt.date | None = None) -> Self:
        """What this person has to do now."""
        return self.filter(recipient_id=user.pk).awake(today)

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
        ]
        indexes = [
            models.Index(fields=["recipient", "state", "due_on"], name="core_reminder_inbox"),
            models.Index(fields=["kind", "state"], name="core_reminder_kind_state"),
            models.Index(
                fields=["news_on", "recipient"],
                condition=Q(state="open", news_on__isnull=False),
                name="core_reminder_news",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} → {self.recipient_id}"
