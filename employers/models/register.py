"""What the register tells (R2): registrations, establishments and counts of jobs."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.search import keeps_search_text
from deventer_crm.core.trail import leaves_trail
from employers.querysets_register import EstablishmentQuerySet

from .employer import Employer
from .reference import Area, SbiCode


class Source(models.TextChoices):
    """Where a count comes from; the order of preference is the policy setting job_source_order."""

    LISA = "lisa", "LISA/BIRO"
    KVK = "kvk", "KVK"
    OWN = "own", _("own")


class Registration(Tracked):
    """An entry in the trade register (inschrijving KVK)."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="registrations"
    )
    kvk_number = models.CharField(_("KVK number"), max_length=8, unique=True)
    rsin = models.CharField(_("RSIN"), max_length=9, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=80, blank=True)
    no_mailing = models.BooleanField(_("no unsolicited mail"), default=False)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["kvk_number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kvk_number__regex=r"^[0-9]{8}$"),
                name="employers_registration_kvk_form",
                violation_error_message=_("A KVK number has eight digits."),
            ),
            models.CheckConstraint(
                condition=Q(rsin="") | Q(rsin__regex=r"^[0-9]{9}$"),
                name="employers_registration_rsin_form",
                violation_error_message=_("An RSIN has nine digits."),
            ),
        ]
        triggers = [leaves_trail(hidden=("name",))]

    def __str__(self) -> str:
        return self.kvk_number


class Establishment(Tracked):
    """Vestiging: a place of work. Inside the municipality or not follows from its postcode (AreaPostcode)."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="establishments"
    )
    registration = models.ForeignKey(
        Registration,
        verbose_name=_("registration"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="establishments",
    )
    number = models.CharField(_("establishment number"), max_length=12, blank=True)
    lisa_number = models.CharField(_("LISA number"), max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=200)
    enterprise_name = models.CharField(_("name of the enterprise"), max_length=200, blank=True)
    is_main = models.BooleanField(_("main establishment"), default=False)
    street = models.CharField(_("street"), max_length=100, blank=True)
    house_number = models.CharField(_("house number"), max_length=6, blank=True)
    house_letter = models.CharField(_("house letter"), max_length=2, blank=True)
    house_addition = models.CharField(_("addition"), max_length=10, blank=True)
    postcode = models.CharField(_("postcode"), max_length=6, blank=True)
    town = models.CharField(_("town"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    bag_id = models.CharField(_("BAG id"), max_length=16, blank=True)
    rd_x = models.DecimalField(_("RD x"), max_digits=9, decimal_places=2, null=True, blank=True)
    rd_y = models.DecimalField(_("RD y"), max_digits=9, decimal_places=2, null=True, blank=True)
    is_shielded = models.BooleanField(_("address is shielded"), default=False)
    in_municipality = models.BooleanField(_("inside the municipality"), default=True)
    area = models.ForeignKey(Area, verbose_name=_("area"), on_delete=models.PROTECT, null=True, blank=True)
    sbi = models.ForeignKey(
        SbiCode, verbose_name=_("SBI code"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.OWN)
    #: Register fields a person corrected: a delivery that differs becomes a ChangeProposal (R11).
    own_fields = models.JSONField(_("fields set by hand"), default=list, blank=True)
    #: What the last delivery of the source said, to tell "changed" from "unchanged" (R11).
    register_values = models.JSONField(editable=False, default=dict, blank=True)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    # derived, by a trigger
    search_text = models.TextField(editable=False, blank=True)

    objects = EstablishmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("establishment")
        verbose_name_plural = _("establishments")
        ordering = ["-is_main", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="employers_establishment_number_unique",
                violation_error_message=_("There is already an establishment with this number."),
            ),
            models.CheckConstraint(
                condition=Q(number="") | Q(number__regex=r"^[0-9]{12}$"),
                name="employers_establishment_number_form",
                violation_error_message=_("An establishment number has twelve digits."),
            ),
            models.CheckConstraint(
                condition=Q(postcode="") | Q(postcode__regex=r"^[1-9][0-9]{3}[A-Z]{2}$"),
                name="employers_establishment_postcode_form",
                violation_error_message=_("A postcode has four digits and two letters."),
            ),
        ]
        indexes = [
            models.Index(fields=["postcode", "house_number"], name="employers_estab_address"),
            models.Index(fields=["source", "ended_on"], name="employers_estab_source"),
            models.Index(fields=["name", "id"], name="employers_estab_sort"),
            GinIndex(fields=["search_text"], opclasses=["gin_trgm_ops"], name="employers_estab_search"),
        ]
        triggers = [
            leaves_trail(
                hidden=("name", "enterprise_name", "phone", "own_fields", "register_values"),
                derived=("search_text",),
            ),
            # A shielded address is not found by its address either.
            keeps_search_text(
                "NEW.name",
                "NULLIF(NEW.enterprise_name, NEW.name)",
                "NEW.number",
                "NEW.lisa_number",
                "CASE WHEN NOT NEW.is_shielded THEN concat_ws(' ', NEW.street, concat(NEW.house_number,"
                " NEW.house_letter, '-' || NULLIF(NEW.house_addition, '')), NEW.postcode) END",
                "NEW.town",
                columns=(
                    "name",
                    "enterprise_name",
                    "number",
                    "lisa_number",
                    "street",
                    "house_number",
                    "house_letter",
                    "house_addition",
                    "postcode",
                    "town",
                    "is_shielded",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.address}" if self.address else self.name

    @property
    def address(self) -> str:
        """Street, number and town on one line, as on an envelope."""
        number = f"{self.house_number}{self.house_letter}"
        number += f"-{self.house_addition}" if self.house_addition else ""
        street = f"{self.street} {number}".strip()
        postcode = f"{self.postcode[:4]} {self.postcode[4:]}" if self.postcode else ""
        town = f"{postcode} {self.town}".strip()
        return ", ".join(part for part in (street, town) if part)


class JobCount(models.Model):
    """How many people worked at an establishment on a reference date, by one source (R2). A corrected
    delivery for the same date adds a version; the newest counts. `jobs` is the total when given, else the
    sum of the four columns."""

    establishment = models.ForeignKey(
        Establishment, verbose_name=_("establishment"), on_delete=models.CASCADE, related_name="job_counts"
    )
    reference_date = models.DateField(_("reference date"))
    source = models.CharField(_("source"), max_length=10, choices=Source)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    men_full = models.PositiveIntegerField(_("men, 12 hours or more"), null=True, blank=True)
    women_full = models.PositiveIntegerField(_("women, 12 hours or more"), null=True, blank=True)
    men_part = models.PositiveIntegerField(_("men, less than 12 hours"), null=True, blank=True)
    women_part = models.PositiveIntegerField(_("women, less than 12 hours"), null=True, blank=True)
    jobs = models.PositiveIntegerField(_("jobs"))
    is_doubtful = models.BooleanField(_("doubtful"), default=False)
    delivery = models.ForeignKey(
        "employers.RegisterDelivery",
        verbose_name=_("delivery"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="job_counts",
    )

    class Meta:
        verbose_name = _("count of jobs")
        verbose_name_plural = _("counts of jobs")
        ordering = ["-reference_date", "-version"]
        indexes = [models.Index(fields=["reference_date"], name="employers_jobcount_date")]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "reference_date", "source", "version"],
                name="employers_jobcount_unique",
            ),
            models.CheckConstraint(
                condition=Q(jobs__lte=20000),
                name="employers_jobcount_possible",
                violation_error_message=_("No establishment has more than 20,000 jobs."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.establishment_id} {self.reference_date}: {self.jobs}"
