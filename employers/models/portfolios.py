"""Who hands over to whom, and who stands in for whom for a time."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core import formatting
from deventer_crm.core.models import Dated, DatedQuerySet, Tracked, no_overlap
from deventer_crm.core.trail import leaves_trail


class HandOver(Tracked):
    """A portfolio, or part of it, goes from one account manager to another, with everything that is open.

    `employers` are the keys that were chosen; `moved` says per kind of record exactly what was changed, so
    that taking back puts back that and nothing else. Assignments and portfolios are dated and written at
    once; what lies with a person passes on the day itself, and `completed_on` says that it did."""

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("from account manager"),
        on_delete=models.PROTECT,
        related_name="handed_over",
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("to account manager"),
        on_delete=models.PROTECT,
        related_name="taken_over",
    )
    starts_on = models.DateField(pgettext_lazy("hand-over", "as of"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    #: What was asked for: {"scope": "all" | "sector" | "area" | "chosen", "keys": […]}.
    asked = models.JSONField(_("asked for"), default=dict, editable=False)
    employers = models.JSONField(_("keys of the employers"), default=list, editable=False)
    moved = models.JSONField(_("moved records"), default=dict, editable=False)
    completed_on = models.DateField(_("open items passed on"), null=True, blank=True, editable=False)
    undone_on = models.DateField(_("taken back on"), null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken back by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_user=F("to_user")),
                name="employers_handover_to_another",
                violation_error_message=_("Choose somebody else: this is the same person."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_on"],
                condition=Q(completed_on__isnull=True, undone_on__isnull=True),
                name="employers_handover_waiting",
            ),
        ]
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.from_user} → {self.to_user} {formatting.nl_date(self.starts_on)}"

    def get_absolute_url(self) -> str:
        return reverse("employers:handover", args=[self.pk])

    @property
    def is_waiting(self) -> bool:
        """The open items pass later, on the day itself."""
        return self.completed_on is None and self.undone_on is None


class AccountCover(Tracked, Dated):
    """Somebody does the work of an account manager for a time: what would be asked of the one is asked of the
    other. It ends by itself, so the last day is never left open."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account manager"),
        on_delete=models.PROTECT,
        related_name="covers",
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("substitute"),
        on_delete=models.PROTECT,
        related_name="covering",
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("cover")
        verbose_name_plural = pgettext_lazy("more than one", "covers")
        ordering = ["starts_on", "pk"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=False),
                name="employers_accountcover_ends",
                violation_error_message=_("A cover needs a last day."),
            ),
            models.CheckConstraint(
                condition=~Q(user=F("substitute")),
                name="employers_accountcover_by_another",
                violation_error_message=_("Choose somebody else: this is the same person."),
            ),
            no_overlap(
                "employers_accountcover_one_at_a_time",
                "user",
                message=_("There is already a substitute in this period."),
            ),
        ]
        indexes = [models.Index(fields=["substitute", "ends_on"], name="employers_cover_substitute")]
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.substitute} → {self.user} {self.starts_on}"
