"""What people say about a signal: "this is not so"."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail

from .employer import Employer


class SignalObjection(Tracked):
    """Somebody says that a signal is wrong or no news, and why. It hides that signal for everybody until its
    cause changes (`cause`: which facts it was about), or until it is taken back."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.CASCADE, related_name="signal_objections"
    )
    code = models.CharField(_("signal"), max_length=30)
    cause = models.CharField(_("cause"), max_length=120)
    reason = models.CharField(_("reason"), max_length=200)
    made_on = models.DateField(_("said on"))
    withdrawn_on = models.DateField(_("taken back on"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken back by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("objection to a signal")
        verbose_name_plural = _("objections to signals")
        ordering = ["-made_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "code", "cause"],
                condition=Q(withdrawn_on__isnull=True),
                name="employers_signalobjection_once",
                violation_error_message=_("Somebody already said that this is not so."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="employers_signalobjection_reason",
                violation_error_message=_("Say why this is not so."),
            ),
        ]
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.employer_id}: {self.code}"
