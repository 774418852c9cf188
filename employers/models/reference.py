"""Reference data of employers: sectors and SBI codes, areas and tracks, city profiles, themes (R3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Reference
from deventer_crm.core.trail import leaves_trail


class Track(Reference):
    """Spoor: what the budget is divided over. `none` ("niet toe te rekenen") stays outside the 80/20
    share."""

    SECTORS, INNER_CITY, NONE = "branches", "binnenstad", "geen"

    class Meta(Reference.Meta):
        verbose_name = _("track")
        verbose_name_plural = _("tracks")


class CityProfile(Reference):
    """One of the profiles of the city; names change, so they are rows."""

    class Meta(Reference.Meta):
        verbose_name = _("city profile")
        verbose_name_plural = _("city profiles")


class Sector(Reference):
    """Branche: how account management is divided; follows from SBI codes by SectorPrefix."""

    city_profile = models.ForeignKey(
        CityProfile, verbose_name=_("city profile"), on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta(Reference.Meta):
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")


class SbiVersion(models.IntegerChoices):
    """Section letters shifted between the two, so a code means nothing without its version."""

    SBI_2008 = 2008, "SBI 2008"
    SBI_2025 = 2025, "SBI 2025"


class SbiCode(models.Model):
    """A code of the Standaard Bedrijfsindeling (CBS). Unique by version and code (R3)."""

    version = models.PositiveSmallIntegerField(_("version"), choices=SbiVersion)
    code = models.CharField(_("code"), max_length=6)
    title_nl = models.CharField(_("title (Dutch)"), max_length=250)
    title_en = models.CharField(_("title (English)"), max_length=250, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )

    class Meta:
        verbose_name = _("SBI code")
        verbose_name_plural = _("SBI codes")
        ordering = ["version", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "code"],
                name="employers_sbicode_unique",
                violation_error_message=_("This code exists already in this version."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_nl}"


class SectorPrefix(models.Model):
    """SBI codes that start with these digits belong to this sector; the longest prefix wins (R3)."""

    sector = models.ForeignKey(
        Sector, verbose_name=_("sector"), on_delete=models.CASCADE, related_name="prefixes"
    )
    version = models.PositiveSmallIntegerField(_("version"), choices=SbiVersion)
    prefix = models.CharField(_("first digits"), max_length=6)

    class Meta:
        verbose_name = _("SBI prefix")
        verbose_name_plural = _("SBI prefixes")
        ordering = ["version", "prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "prefix"],
                name="employers_sectorprefix_unique",
                violation_error_message=_("These digits already belong to a sector."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.version} {self.prefix} → {self.sector}"


class Area(Reference):
    """Gebied: inner city, business park, district or village."""

    class Kind(models.TextChoices):
        INNER_CITY = "inner_city", _("inner city")
        BUSINESS_PARK = "business_park", _("business park")
        DISTRICT = "district", _("district")
        VILLAGE = "village", _("village")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    city_profile = models.ForeignKey(
        CityProfile, verbose_name=_("city profile"), on_delete=models.PROTECT, null=True, blank=True
    )

    class Meta(Reference.Meta):
        verbose_name = _("area")
        verbose_name_plural = _("areas")


class AreaPostcode(models.Model):
    """Which area a postcode lies in: six characters first, else four digits (R3). A postcode that is in no
    row lies outside the municipality."""

    area = models.ForeignKey(Area, verbose_name=_("area"), on_delete=models.CASCADE, related_name="postcodes")
    postcode = models.CharField(
        _("postcode"), max_length=6, unique=True, help_text=_("Four digits, or four digits and two letters.")
    )

    class Meta:
        verbose_name = _("postcode of an area")
        verbose_name_plural = _("postcodes of areas")
        ordering = ["postcode"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(postcode__regex=r"^[1-9][0-9]{3}([A-Z]{2})?$"),
                name="employers_areapostcode_form",
                violation_error_message=_("A postcode has four digits, or four digits and two letters."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.postcode} → {self.area}"


class Theme(Reference):
    """What a contact or meeting is about; counted per quarter as signals to policy."""

    class Meta(Reference.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
