"""The yearly list of the largest employers (R4). The concept is computed; freezing stores it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.querysets_toplist import TopListEntryQuerySet, TopListQuerySet

from .employer import Employer


class TopList(Tracked):
    """A frozen list of a year. Only superseded, with a reason; of a year one stands."""

    year = models.PositiveSmallIntegerField(_("year"))
    size = models.PositiveSmallIntegerField(_("size"))
    reference_date = models.DateField(_("reference date"))
    frozen_on = models.DateField(_("frozen on"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("frozen by"), on_delete=models.PROTECT, related_name="+"
    )
    superseded_on = models.DateField(_("superseded on"), null=True, blank=True)
    superseded_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = TopListQuerySet.as_manager()

    class Meta:
        verbose_name = _("top list")
        verbose_name_plural = _("top lists")
        ordering = ["-year", "-frozen_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                condition=Q(superseded_on__isnull=True),
                name="employers_toplist_one_standing_per_year",
                violation_error_message=_("The list of this year is already frozen."),
            ),
            models.CheckConstraint(
                condition=Q(superseded_on__isnull=True) | ~Q(superseded_reason=""),
                name="employers_toplist_superseded_with_reason",
                violation_error_message=_("Say why this list is replaced."),
            ),
        ]
        triggers = [leaves_trail(hidden=("superseded_reason",))]

    def __str__(self) -> str:
        return f"{self.year}"


class EntryStatus(models.TextChoices):
    LISTED = "listed", _("listed")
    EXCLUDED = "excluded", _("excluded")
    ADDED = "added", _("added")


class TopListEntry(models.Model):
    """One employer on a frozen list, with the figures as they were. `employer` may be grouped under another
    later: read it through `resolved_employer`."""

    top_list = models.ForeignKey(
        TopList, verbose_name=_("top list"), on_delete=models.CASCADE, related_name="entries"
    )
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="top_list_entries"
    )
    rank = models.PositiveIntegerField(_("rank"))
    jobs = models.PositiveIntegerField(_("jobs"))
    status = models.CharField(_("status"), max_length=10, choices=EntryStatus, default=EntryStatus.LISTED)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = TopListEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of a top list")
        verbose_name_plural = _("entries of top lists")
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["top_list", "employer"], name="employers_toplistentry_once"),
            models.CheckConstraint(
                condition=Q(status="listed") | ~Q(reason=""),
                name="employers_toplistentry_reason",
                violation_error_message=_("Say why this employer is left out or added."),
            ),
        ]
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.rank}. {self.employer}"

    def get_absolute_url(self) -> str:
        """The employer as it is known now: there the visit is planned."""
        return self.resolved_employer.get_absolute_url()

    @property
    def is_confidential(self) -> bool:
        """R10: the employer decides who may know of the entry."""
        return self.resolved_employer.is_confidential

    @property
    def resolved_employer(self) -> Employer:
        """The employer as it is known now (R4: the stored row stays, reading resolves to the survivor)."""
        return self.employer.merged_into or self.employer


class TopListAdjustment(Tracked):
    """A person leaves an employer out of a year's list or adds one, with the reason, before freezing."""

    year = models.PositiveSmallIntegerField(_("year"))
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="top_list_adjustments"
    )
    status = models.CharField(
        _("what"), max_length=10, choices=[choice for choice in EntryStatus.choices if choice[0] != "listed"]
    )
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = _("adjustment of a top list")
        verbose_name_plural = _("adjustments of top lists")
        constraints = [
            models.UniqueConstraint(
                fields=["year", "employer"],
                name="employers_toplistadjustment_once",
                violation_error_message=_("There is already an adjustment for this employer in this year."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="employers_toplistadjustment_reason",
                violation_error_message=_("Say why this employer is left out or added."),
            ),
        ]
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.year} {self.status} {self.employer_id}"
