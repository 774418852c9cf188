"""Budget per track and hours (C5): reservation decides, spending steers (R6). Decimal throughout."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budget.querysets import TimeEntryQuerySet
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import Employer, Track


class BudgetYear(Tracked):
    """The budget for official effort of one year. A locked year takes no changes."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    locked_on = models.DateField(_("locked on"), null=True, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)

    class Meta:
        verbose_name = _("budget year")
        verbose_name_plural = _("budget years")
        ordering = ["-year"]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return str(self.year)


class TrackBudget(Tracked):
    """What a year reserves for a track, in hours and in euros. An amendment is a new line with its reason;
    the plan on a day is the sum of the lines up to that day (R1)."""

    budget_year = models.ForeignKey(
        BudgetYear, verbose_name=_("budget year"), on_delete=models.PROTECT, related_name="lines"
    )
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(_("hours"), max_digits=9, decimal_places=2)
    euros = models.DecimalField(_("euros"), max_digits=12, decimal_places=2)
    planned_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("track budget")
        verbose_name_plural = _("track budgets")
        ordering = ["budget_year", "track", "planned_on", "pk"]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.budget_year} {self.track}: {self.euros}"


class TimeEntry(Tracked):
    """Hours of one person on one day. The track is copied when booked (R3), so later regrouping of an
    employer does not rewrite the books."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("contact with companies")
        PREPARATION = "preparation", _("preparation and follow-up")
        INTERNAL = "internal", _("internal")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="time_entries"
    )
    day = models.DateField(_("day"))
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=2)
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("employer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="time_entries",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CONTACT)
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=Decimal(0), hours__lte=Decimal(24)),
                name="budget_timeentry_hours_in_a_day",
                violation_error_message=_("Fill in more than 0 and at most 24 hours."),
            )
        ]
        indexes = [
            models.Index(fields=["day", "track"], name="budget_timeentry_day_track"),
            models.Index(fields=["user", "-day"], name="budget_timeentry_user_day"),
        ]
        triggers = [leaves_trail(hidden=("note",))]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}: {self.hours}"


class MonthConfirmation(Tracked):
    """A person says: my hours of this month are complete. A confirmed month takes no more entries."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="month_confirmations",
    )
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    confirmed_on = models.DateField(_("confirmed on"))

    class Meta:
        verbose_name = _("confirmed month")
        verbose_name_plural = _("confirmed months")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["user", "month"], name="budget_monthconfirmation_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="budget_monthconfirmation_first_day"),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.user_id} {self.month:%Y-%m}"
