"""What was done with a follow-up, act by act: for the history on its page, and for answers as of a day."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core.trail import leaves_trail

from .followups import FollowUp


class FollowUpStep(models.Model):
    """One act on a follow-up, on the day it was done (R1). Reopening clears the dates of the follow-up;
    what they were stays here. A change of owner or due date keeps what it was before."""

    class Act(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("follow-up", "confirmed")
        FULFILLED = "fulfilled", pgettext_lazy("follow-up", "fulfilled")
        REPORTED_BACK = "reported_back", pgettext_lazy("follow-up", "reported back")
        DROPPED = "dropped", pgettext_lazy("follow-up", "dropped")
        REASSIGNED = "reassigned", pgettext_lazy("follow-up", "given to somebody else")
        RESCHEDULED = "rescheduled", pgettext_lazy("follow-up", "due date changed")
        REOPENED = "reopened", pgettext_lazy("follow-up", "opened again")
        TAKEN_OVER = "taken_over", pgettext_lazy("follow-up", "taken over within the college")

    follow_up = models.ForeignKey(
        FollowUp, verbose_name=_("follow-up"), on_delete=models.CASCADE, related_name="steps"
    )
    act = models.CharField(_("act"), max_length=15, choices=Act)
    on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    owner_before = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lay with"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    department_before = models.CharField(_("department before"), max_length=80, blank=True)
    member_before = models.ForeignKey(
        CollegeMember,
        verbose_name=_("answered for it"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    due_before = models.DateField(_("was due on"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a follow-up")
        verbose_name_plural = _("steps of a follow-up")
        ordering = ["recorded_at", "pk"]
        triggers = [leaves_trail(hidden=("reason", "department_before"))]

    def __str__(self) -> str:
        return f"{self.follow_up_id}: {self.act}"
