"""Commitments (beleidsafspraken, R6): rows of a policy document, with dated norms. How they are measured
is registered code (core.commitments); what they say is data."""

from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.trail import leaves_trail

from .base import Dated, DatedQuerySet, Tracked

MONTH_DAY = RegexValidator(r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", _("Write month and day as 07-01."))


class PolicyDocument(Dated):
    """The document the commitments come from; a successor is a new document with new rows."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        verbose_name = _("policy document")
        verbose_name_plural = _("policy documents")
        ordering = ["-starts_on"]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return self.name


class Commitment(Tracked, Dated):
    """One sentence somebody agreed to, with the measure that tells whether it is kept."""

    class Strength(models.TextChoices):
        HARD = "hard", _("hard")
        WISH = "wish", _("wish")

    class Owner(models.TextChoices):
        MUNICIPALITY = "municipality", _("municipality")
        ENTREPRENEURS = "entrepreneurs", _("entrepreneurs")
        TOGETHER = "together", _("together")

    class Unit(models.TextChoices):
        COUNT = "count", _("a number")
        PERCENT = "percent", _("a percentage")
        SPLIT = "split", _("a division over two tracks")

    document = models.ForeignKey(
        PolicyDocument,
        verbose_name=_("policy document"),
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    code = models.CharField(_("code"), max_length=10)
    sentence_nl = models.CharField(_("sentence (Dutch)"), max_length=300)
    sentence_en = models.CharField(_("sentence (English)"), max_length=300)
    strength = models.CharField(_("strength"), max_length=10, choices=Strength)
    owner = models.CharField(_("owner"), max_length=15, choices=Owner)
    measure = models.CharField(
        _("measure"),
        max_length=60,
        blank=True,
        help_text=_("The registered measure; empty: not measured yet."),
    )
    unit = models.CharField(
        _("unit of the norm"),
        max_length=10,
        choices=Unit,
        default=Unit.COUNT,
        help_text=_("How norm and figure are written: 20, 20% or 80/20."),
    )
    warn_from = models.CharField(
        _("warn from"),
        max_length=5,
        default="07-01",
        validators=[MONTH_DAY],
        help_text=_("Month and day, as 07-01. Before that day the commitment is never at risk."),
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"), default=0)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["position", "code"]
        constraints = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["document", "code"],
                name="core_commitment_code_per_document",
                violation_error_message=_("This document already has a commitment with this code."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.code} {self.sentence}"

    def get_absolute_url(self) -> str:
        return reverse("home:monitor_evidence", args=[self.code])

    @property
    def sentence(self) -> str:
        return self.sentence_en if (get_language() or "nl").startswith("en") else self.sentence_nl


class CommitmentNorm(models.Model):
    """The norm of a commitment from a day on: a number, or a share in percent with a tolerance in
    percentage points. Edited by the lead; history is the earlier rows."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="norms"
    )
    value = models.DecimalField(_("norm"), max_digits=9, decimal_places=2)
    tolerance = models.DecimalField(_("tolerance"), max_digits=5, decimal_places=2, default=0)
    starts_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("norm")
        verbose_name_plural = _("norms")
        ordering = ["commitment", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "starts_on"],
                name="core_commitmentnorm_one_per_day",
                violation_error_message=_("There is already a norm from that day."),
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=0, tolerance__gte=0),
                name="core_commitmentnorm_not_negative",
                violation_error_message=_("A norm cannot be negative."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.commitment.code}: {self.value}"
