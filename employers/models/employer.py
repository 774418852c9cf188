"""The employer: the organisation people talk to (R2), who looks after it, and how employers are grouped."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Confidential, Dated, DatedQuerySet, Tracked, no_overlap
from deventer_crm.core.trail import leaves_trail
from employers.names import keeps_names
from employers.querysets import EmployerQuerySet

from .reference import Area, CityProfile, Sector, Track


class Employer(Tracked, Confidential):
    """An organisation as people know it; the register's KVK numbers hang below it.

    Columns under "derived" are kept by employers.services (refresh_employers) so that lists of 100,000 rows
    filter and sort on an index; nothing else writes them."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("company")
        INSTITUTION = "institution", _("institution")
        ASSOCIATION = "association", _("association")
        OWNER = "owner", _("property owner")

    #: R4: only these rank in the yearly list.
    RANKING_KINDS = (Kind.COMPANY, Kind.INSTITUTION)

    name = models.CharField(_("name"), max_length=200)
    #: Names it had before, so that people find it by the one they remember.
    former_names = ArrayField(models.CharField(max_length=200), default=list, blank=True, editable=False)
    name_is_own = models.BooleanField(_("name set by hand"), default=False)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind, default=Kind.COMPANY)
    is_natural_person = models.BooleanField(_("is a natural person"), default=False)
    is_relation = models.BooleanField(
        _("relation"),
        default=False,
        help_text=_("Has an account manager even when it is not in the top list."),
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    website = models.URLField(_("website"), blank=True)

    area = models.ForeignKey(Area, verbose_name=_("area"), on_delete=models.PROTECT, null=True, blank=True)
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), on_delete=models.PROTECT, null=True, blank=True
    )
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, null=True, blank=True)
    #: Why a person set area, sector or track; empty means it follows the main establishment (R3).
    area_reason = models.CharField(_("reason for the area"), max_length=200, blank=True)
    sector_reason = models.CharField(_("reason for the sector"), max_length=200, blank=True)
    track_reason = models.CharField(_("reason for the track"), max_length=200, blank=True)

    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("grouped under"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grouped",
    )
    retired_on = models.DateField(_("no longer used since"), null=True, blank=True)
    retired_reason = models.CharField(_("reason"), max_length=200, blank=True)

    # derived
    jobs = models.PositiveIntegerField(_("jobs"), null=True, blank=True, editable=False)
    jobs_on = models.DateField(_("jobs on"), null=True, blank=True, editable=False)
    jobs_before = models.PositiveIntegerField(_("jobs a year before"), null=True, blank=True, editable=False)
    main_establishment = models.ForeignKey(
        "employers.Establishment",
        verbose_name=_("main establishment"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    last_contact_at = models.DateTimeField(_("last contact"), null=True, blank=True, editable=False)
    last_contact_kind = models.CharField(
        _("kind of the last contact"), max_length=20, blank=True, editable=False
    )
    last_contact_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("last contact by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    search_text = models.TextField(editable=False, blank=True)
    sort_name = models.CharField(max_length=200, editable=False, blank=True)

    objects = EmployerQuerySet.as_manager()

    class Meta:
        verbose_name = _("employer")
        verbose_name_plural = _("employers")
        ordering = ["sort_name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="employers_employer_has_a_name",
                violation_error_message=_("An employer needs a name."),
            ),
            models.CheckConstraint(
                condition=Q(retired_on__isnull=True) | ~Q(retired_reason=""),
                name="employers_employer_retired_with_reason",
                violation_error_message=_("Say why this employer is no longer used."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="employers_employer_not_under_itself",
                violation_error_message=_("An employer cannot be grouped under itself."),
            ),
        ]
        indexes = [
            models.Index(fields=["sort_name", "id"], name="employers_employer_sort"),
            # As the list sorts: unknown jobs come last, never contacted comes before long ago.
            models.Index(
                models.F("jobs").desc(nulls_last=True), "sort_name", "id", name="employers_employer_jobs"
            ),
            models.Index(
                models.F("last_contact_at").asc(nulls_first=True), "id", name="employers_employer_contact"
            ),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="employers_employer_search"),
            # A handful: whatever asks which records a reader may not know (R10) begins here, not at all rows.
            models.Index(fields=["id"], condition=Q(is_confidential=True), name="employers_employer_secret"),
            # Some hundreds: who should have an account manager, and of whom silence is a signal.
            models.Index(fields=["id"], condition=Q(is_relation=True), name="employers_employer_relation"),
        ]
        triggers = [
            leaves_trail(
                hidden=(
                    "name",
                    "phone",
                    "email",
                    "website",
                    "area_reason",
                    "sector_reason",
                    "track_reason",
                    "retired_reason",
                ),
                derived=(
                    "former_names",
                    "jobs",
                    "jobs_on",
                    "jobs_before",
                    "main_establishment_id",
                    "last_contact_at",
                    "last_contact_kind",
                    "last_contact_by_id",
                    "search_text",
                    "sort_name",
                ),
            ),
            keeps_names(),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("employers:detail", args=[self.pk])

    @property
    def city_profile(self) -> CityProfile | None:
        """Default profile, from the area, else the sector."""
        if self.area and self.area.city_profile:
            return self.area.city_profile
        return self.sector.city_profile if self.sector else None

    @property
    def jobs_change(self) -> int | None:
        """Jobs now minus jobs a year before, when both are known."""
        if self.jobs is None or self.jobs_before is None:
            return None
        return self.jobs - self.jobs_before


class EmployerGrouping(Tracked):
    """A person said: these two are one employer (R2). Keeps what moved, so that it can be taken back."""

    survivor = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="groupings"
    )
    absorbed = models.ForeignKey(
        Employer, verbose_name=_("grouped employer"), on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=200)
    moved = models.JSONField(_("moved records"), default=dict)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("grouping")
        verbose_name_plural = _("groupings")
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(undone_at__isnull=True),
                name="employers_employergrouping_once",
                violation_error_message=_("This employer is already grouped under another."),
            )
        ]
        triggers = [leaves_trail(hidden=("reason",))]

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.survivor_id}"


class AccountAssignment(Tracked, Dated):
    """Who is the account manager of an employer, and when; one at a time."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.CASCADE, related_name="assignments"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account manager"),
        on_delete=models.PROTECT,
        related_name="assignments",
    )

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("account assignment")
        verbose_name_plural = _("account assignments")
        ordering = ["-starts_on"]
        constraints = [
            *Dated.Meta.constraints,
            no_overlap(
                "employers_accountassignment_one_at_a_time",
                "employer",
                message=_("This employer already has an account manager in this period."),
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_on"], name="employers_assignment_user")]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.employer_id}: {self.user_id} {self.starts_on}"


class Portfolio(Tracked, Dated):
    """Which sector or area an account manager looks after; proposes the assignment of new employers."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account manager"),
        on_delete=models.PROTECT,
        related_name="portfolios",
    )
    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), on_delete=models.PROTECT, null=True, blank=True
    )
    area = models.ForeignKey(Area, verbose_name=_("area"), on_delete=models.PROTECT, null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = _("portfolio")
        verbose_name_plural = _("portfolios")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(sector__isnull=False, area__isnull=True)
                | Q(sector__isnull=True, area__isnull=False),
                name="employers_portfolio_sector_or_area",
                violation_error_message=_("A portfolio is a sector or an area, not both."),
            ),
            no_overlap(
                "employers_portfolio_sector_no_overlap",
                "sector",
                condition=Q(sector__isnull=False),
                message=_("This sector already has an account manager in this period."),
            ),
            no_overlap(
                "employers_portfolio_area_no_overlap",
                "area",
                condition=Q(area__isnull=False),
                message=_("This area already has an account manager in this period."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.sector or self.area}"
