"""What the municipality decides: dated values, edited in the admin, never constants in code (R7)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.trail import leaves_trail


class PolicySetting(models.Model):
    """The value of one registered setting from a day on; see core.policy for the definitions."""

    name = models.CharField(_("setting"), max_length=80)
    value = models.JSONField(_("value"))
    starts_on = models.DateField(_("from"))
    note = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("policy setting")
        verbose_name_plural = _("policy settings")
        ordering = ["name", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "starts_on"],
                name="core_policysetting_one_per_day",
                violation_error_message=_("There is already a value for this setting from that day."),
            )
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.name} ({self.starts_on})"

    def clean(self) -> None:
        from deventer_crm.core import policy

        definition = policy.DEFINITIONS.get(self.name)
        if definition is None:
            raise ValidationError({"name": _("There is no setting of this name.")})
        problem = definition.problem_with(self.value)
        if problem:
            raise ValidationError({"value": problem})
