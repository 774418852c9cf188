"""Base models every app builds on: who and when, dated ranges, reference rows, confidentiality."""

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core.trail import leaves_trail


class Tracked(models.Model):
    """Says who made and last changed a row, and counts its versions so that two editors do not
    overwrite each other (see core.forms.VersionedFormMixin). Written by core.services.save_tracked."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("created by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    modified_at = models.DateTimeField(_("modified at"), auto_now=True, editable=False)
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("modified by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True


class DatedQuerySet(models.QuerySet[Any]):
    def on(self, day: dt.date) -> Self:
        """Rows valid on that day; both ends count."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day)


class Dated(models.Model):
    """A fact with a period. Both days count ("van", "tot en met"); an open end is null."""

    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message=_("The last day lies before the first day."),
            )
        ]

    def clean(self) -> None:
        """Said here beside the field: the constraint below would say it too, but one on overlap before it
        asks PostgreSQL for a range that cannot be."""
        super().clean()
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day lies before the first day.")})

    def is_valid_on(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or self.ends_on >= day)


def no_overlap(name: str, *fields: str, message: Any, condition: Q | None = None) -> ExclusionConstraint:
    """An exclusion constraint: no two rows equal in `fields` may share a day."""
    period = Func(
        F("starts_on"),
        F("ends_on"),
        RangeBoundary(inclusive_lower=True, inclusive_upper=True),
        function="daterange",
    )
    return ExclusionConstraint(
        name=name,
        expressions=[(period, RangeOperators.OVERLAPS), *((field, RangeOperators.EQUAL) for field in fields)],
        condition=condition,
        violation_error_message=message,
    )


class Reference(models.Model):
    """A row of reference data: found by its code, shown by its name, put out of use without being deleted."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"), default=0)
    disabled_on = models.DateField(_("out of use since"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["position", "name"]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return self.name


class Confidential(models.Model):
    """R10: apart from the audience a record can be confidential: only the people named on it, and those
    with the right view_confidential, may know that it exists."""

    is_confidential = models.BooleanField(_("confidential"), default=False)
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("may see this"),
        blank=True,
        related_name="+",
    )

    class Meta:
        abstract = True
