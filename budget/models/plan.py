"""What a year reserves, what an hour costs, and what the weekly look at spending found."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.commitments import State
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import Track


class BudgetYear(Tracked):
    """The budget for official effort of one year. A locked year takes no changes."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    locked_on = models.DateField(_("locked on"), null=True, blank=True)
    #: When and why it was locked and opened again, a line for each.
    explanation = models.TextField(_("explanation"), blank=True)
    #: A plan off the norm is allowed (R6); here stands why.
    off_norm_reason = models.CharField(_("why the plan is off the norm"), max_length=400, blank=True)

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


class PersonBudget(Tracked):
    """Hours of the year that one person has for a track. Lines as those of a track: an amendment is a new one
    with its reason. What they cost follows from the rate (Rate)."""

    budget_year = models.ForeignKey(
        BudgetYear, verbose_name=_("budget year"), on_delete=models.PROTECT, related_name="person_lines"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="+")
    hours = models.DecimalField(_("hours"), max_digits=9, decimal_places=2)
    planned_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("budget of a person")
        verbose_name_plural = _("budgets of people")
        ordering = ["budget_year", "user", "track", "planned_on", "pk"]
        # The reason of a person's hours can tell of the person.
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.budget_year} {self.user_id} {self.track}: {self.hours}"


class Rate(Tracked):
    """What an hour costs from a day on, until the next rate. One for everybody: what somebody earns is no
    business of this application."""

    euros = models.DecimalField(_("euros an hour"), max_digits=7, decimal_places=2)
    starts_on = models.DateField(_("from"), unique=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(euros__gt=Decimal(0)),
                name="budget_rate_above_zero",
                violation_error_message=_("Fill in more than 0 euros."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.starts_on}: {self.euros}"


class SpendingCheck(Tracked):
    """What the weekly look at spending found (R6), with the figures it was judged by: the explanation of the
    reminder, and later the course of the year. Shares are fractions of the sector track."""

    year = models.PositiveSmallIntegerField(_("year"))
    checked_on = models.DateField(_("checked on"))
    state = models.CharField(_("state"), max_length=20, choices=State)
    booked_sectors = models.DecimalField(_("booked, sectors"), max_digits=9, decimal_places=2)
    booked_inner_city = models.DecimalField(_("booked, inner city"), max_digits=9, decimal_places=2)
    expected_sectors = models.DecimalField(_("expected, sectors"), max_digits=11, decimal_places=4)
    expected_inner_city = models.DecimalField(_("expected, inner city"), max_digits=11, decimal_places=4)
    #: Hours still to spend, and how many of them must at least and at most go to the sectors; empty: the
    #: margin is out of reach.
    left = models.DecimalField(_("left"), max_digits=9, decimal_places=2)
    least = models.DecimalField(_("at least"), max_digits=11, decimal_places=4, null=True, blank=True)
    most = models.DecimalField(_("at most"), max_digits=11, decimal_places=4, null=True, blank=True)
    norm = models.DecimalField(_("norm"), max_digits=6, decimal_places=2)
    tolerance = models.DecimalField(_("tolerance"), max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = _("weekly check of spending")
        verbose_name_plural = _("weekly checks of spending")
        ordering = ["-checked_on"]
        constraints = [models.UniqueConstraint(fields=["checked_on"], name="budget_spendingcheck_once_a_day")]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.checked_on}: {self.state}"

    @property
    def booked_share(self) -> Decimal | None:
        """The part of the sector track in what was booked."""
        total = self.booked_sectors + self.booked_inner_city
        return self.booked_sectors / total if total else None

    @property
    def expected_share(self) -> Decimal | None:
        """The same for what was expected on 31 December."""
        total = self.expected_sectors + self.expected_inner_city
        return self.expected_sectors / total if total else None
