"""Labels the team puts on employers to find them again."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail

from .employer import Employer


class Tag(Tracked):
    """A label, the same for the whole team. About the organisation, never about a person."""

    name = models.CharField(_("label"), max_length=40)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="employers_tag_name_once",
                violation_error_message=_("This label exists already."),
            )
        ]
        triggers = [leaves_trail(hidden=("name",))]

    def __str__(self) -> str:
        return self.name


class EmployerTag(Tracked):
    """A label on an employer."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.CASCADE, related_name="employer_tags"
    )
    tag = models.ForeignKey(Tag, verbose_name=_("label"), on_delete=models.PROTECT, related_name="uses")

    class Meta:
        verbose_name = _("label on an employer")
        verbose_name_plural = _("labels on employers")
        constraints = [models.UniqueConstraint(fields=["employer", "tag"], name="employers_employertag_once")]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.employer_id}: {self.tag_id}"
