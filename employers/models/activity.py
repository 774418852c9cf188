"""One row per happening per employer: the index by which a timeline is read, filtered and paged."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .employer import Employer
from .reference import Theme


class Activity(models.Model):
    """That something happened or is planned with an employer, and when; what it was stays in its record.

    Written only by core-registered timeline sources (employers.activity). It holds no text and no name, so
    confidentiality (R10) and erasure (R13) stay rules of the record itself: a page reads keys here and asks
    each source for the lines its reader may see. Can be thrown away and made again at any time."""

    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.CASCADE, related_name="activities"
    )
    #: Code of the timeline source, and the key of the record in that source.
    kind = models.CharField(_("kind"), max_length=20)
    record_id = models.BigIntegerField(_("record"))
    at = models.DateTimeField(_("when"))
    #: Still to come as long as `at` has not passed; otherwise it happened.
    is_plan = models.BooleanField(_("is planned"), default=False)
    #: Counts as contact with the employer (R9: that and when there was contact).
    is_contact = models.BooleanField(_("is contact"), default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    theme = models.ForeignKey(
        Theme, verbose_name=_("theme"), on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.UniqueConstraint(fields=["employer", "kind", "record_id"], name="employers_activity_once")
        ]
        indexes = [
            models.Index(fields=["employer", "-at", "-id"], name="employers_activity_timeline"),
            models.Index(fields=["kind", "record_id"], name="employers_activity_record"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.record_id} {self.employer_id}"
