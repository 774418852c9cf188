"""Kinds of meeting, and the series of commitments C2 to C4."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core.models import Reference
from deventer_crm.core.trail import leaves_trail
from employers.models import Employer, Position


class Series(Reference):
    """A returning meeting of commitments C2 to C4: which seats of which parties sit at the table, and how
    many parties make it count (R6)."""

    BOARDS, CHAIRS, THEMED = "bestuurlijk-overleg", "voorzittersoverleg", "themabijeenkomst"

    quorum = models.PositiveSmallIntegerField(_("quorum (parties)"), default=3)
    needs_college = models.BooleanField(_("counts only with a college member"), default=False)

    class Meta(Reference.Meta):
        verbose_name = _("series")
        verbose_name_plural = pgettext_lazy("more than one", "series")

    def get_absolute_url(self) -> str:
        return reverse("meetings:series", args=[self.code])


class SeriesParty(models.Model):
    """A party of a series: an association, and the seat that represents it."""

    series = models.ForeignKey(
        Series, verbose_name=_("series"), on_delete=models.CASCADE, related_name="parties"
    )
    association = models.ForeignKey(
        Employer, verbose_name=_("association"), on_delete=models.PROTECT, related_name="series_parties"
    )
    seat = models.CharField(
        _("seat"), max_length=10, choices=Position.Seat, blank=True, default=Position.Seat.BOARD
    )
    starts_on = models.DateField(_("takes part since"), null=True, blank=True)
    ends_on = models.DateField(_("takes part until"), null=True, blank=True)

    class Meta:
        verbose_name = _("party of a series")
        verbose_name_plural = _("parties of a series")
        constraints = [
            models.UniqueConstraint(
                fields=["series", "association"],
                name="meetings_seriesparty_once",
                violation_error_message=_("This association is already a party of this series."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="meetings_seriesparty_ends_after_start",
                violation_error_message=_("The last day lies before the first day."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.series}: {self.association}"

    def takes_part_on(self, day: dt.date) -> bool:
        """Without days always: a party that joined or left counts for meetings of its own time only (R1)."""
        return (self.starts_on is None or self.starts_on <= day) and (
            self.ends_on is None or self.ends_on >= day
        )


class MeetingKind(Reference):
    """Soort: what a meeting counts for."""

    counts_for_visit = models.BooleanField(
        _("counts as a visit"), default=False, help_text=_("For the yearly visit of the largest employers.")
    )
    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="kinds",
    )

    class Meta(Reference.Meta):
        verbose_name = _("kind of meeting")
        verbose_name_plural = _("kinds of meeting")
