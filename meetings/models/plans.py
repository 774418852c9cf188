"""The annual plan: what is proposed for the college, and for which sectors and areas a member cares."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import Area, Employer, Sector
from meetings.querysets_plans import PlanProposalQuerySet

from .kinds import Series
from .meeting import Meeting


class MemberInterest(models.Model):
    """Remit and district of a college member, as far as it says which employers go with it. Besides the remit
    in words, for a plan cannot read those."""

    college_member = models.ForeignKey(
        CollegeMember, verbose_name=_("college member"), on_delete=models.PROTECT, related_name="interests"
    )
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    area = models.ForeignKey(
        Area, verbose_name=_("area"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("sector or area of a college member")
        verbose_name_plural = _("sectors and areas of college members")
        ordering = ["college_member", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sector__isnull=False, area__isnull=True)
                | Q(sector__isnull=True, area__isnull=False),
                name="meetings_memberinterest_sector_or_area",
                violation_error_message=_("Choose a sector or an area, not both."),
            ),
            models.UniqueConstraint(
                fields=["college_member", "sector"],
                name="meetings_memberinterest_sector_once",
                violation_error_message=_("This sector is already there for this member."),
            ),
            models.UniqueConstraint(
                fields=["college_member", "area"],
                name="meetings_memberinterest_area_once",
                violation_error_message=_("This area is already there for this member."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.college_member_id}: {self.sector or self.area}"


class AnnualPlan(Tracked):
    """The plan of a year and how it was asked for, so that planning again asks the same."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    first_day = models.DateField(_("plan from"))
    most_a_month = models.PositiveSmallIntegerField(
        _("visits of a member in a month, at most"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    months_off = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("months without visits"), default=list, blank=True
    )
    with_invited = models.BooleanField(_("also who was only invited"), default=False)
    with_series = models.BooleanField(_("also the meetings of the series"), default=True)
    planned_at = models.DateTimeField(_("last planned at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("annual plan")
        verbose_name_plural = _("annual plans")
        ordering = ["-year"]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.year}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:annual_plan", args=[self.year])


class PlanProposal(Tracked):
    """One employer, or one meeting of a series, in the plan of a year: when, who of the college, and why.
    A row stays the same row when it is planned anew; its former days are in the trail."""

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("proposal", "proposed")
        FIXED = "fixed", pgettext_lazy("proposal", "fixed")
        ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted")
        DROPPED = "dropped", pgettext_lazy("proposal", "dropped")
        UNPLACED = "unplaced", pgettext_lazy("proposal", "no place found")

    #: Stands in the plan on a day.
    PLACED = (State.PROPOSED, State.FIXED, State.ACCEPTED)
    #: Takes a day that the agenda does not know of yet.
    STANDING = (State.PROPOSED, State.FIXED)

    plan = models.ForeignKey(
        AnnualPlan, verbose_name=_("annual plan"), on_delete=models.CASCADE, related_name="proposals"
    )
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("employer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_proposals",
    )
    series = models.ForeignKey(
        Series,
        verbose_name=_("series"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_proposals",
    )
    number = models.PositiveSmallIntegerField(_("which of the year"), default=1)
    college_member = models.ForeignKey(
        CollegeMember,
        verbose_name=_("college member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plan_proposals",
    )
    with_college = models.BooleanField(_("with the whole college"), default=False)
    day = models.DateField(_("day"), null=True, blank=True)
    #: Coded reasons with their values (annual_plan.wording): numbers, days and keys, never a name.
    why = models.JSONField(_("why"), default=list, blank=True)
    state = models.CharField(
        pgettext_lazy("proposal", "state"), max_length=10, choices=State, default=State.PROPOSED
    )
    dropped_reason = models.CharField(_("reason"), max_length=200, blank=True)
    meeting = models.OneToOneField(
        Meeting,
        verbose_name=_("meeting"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="plan_proposal",
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"), default=0)

    objects = PlanProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal of the annual plan")
        verbose_name_plural = _("proposals of the annual plan")
        ordering = ["day", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employer__isnull=False, series__isnull=True)
                | Q(employer__isnull=True, series__isnull=False),
                name="meetings_planproposal_employer_or_series",
            ),
            models.UniqueConstraint(fields=["plan", "employer"], name="meetings_planproposal_employer_once"),
            models.UniqueConstraint(
                fields=["plan", "series", "number"], name="meetings_planproposal_series_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["unplaced", "dropped"]) | Q(day__isnull=False),
                name="meetings_planproposal_placed_has_a_day",
                violation_error_message=_("Choose a day."),
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=False)
                | Q(state__in=["unplaced", "dropped"])
                | Q(college_member__isnull=False),
                name="meetings_planproposal_visit_has_a_member",
                violation_error_message=_("Choose who of the college goes."),
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(dropped_reason=""),
                name="meetings_planproposal_dropped_with_reason",
                violation_error_message=_("Say why this is left out of the plan."),
            ),
        ]
        triggers = [leaves_trail(hidden=("dropped_reason",))]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:plan_proposal", args=[self.pk])

    @property
    def name(self) -> str:
        """Whom or what it is about."""
        return str(self.employer or self.series)
