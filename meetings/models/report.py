"""The report of a meeting (R8), what it said by theme, and what is still being typed."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import Employer, Theme
from employers.models.contact import Audience
from meetings.querysets_report import ReportQuerySet

from .meeting import Meeting


class Report(Tracked):
    """Verslag: short, fixed headings; facts apart from opinions (Woo). The account manager signs it off."""

    #: The headings, in order; facts. Opinions stand apart.
    HEADINGS = ("summary", "company_news", "asks", "agreements")

    meeting = models.OneToOneField(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="report"
    )
    summary = models.TextField(_("what was discussed"))
    company_news = models.TextField(_("what is going on at the company"), blank=True)
    asks = models.TextField(_("what the company asks of us"), blank=True)
    agreements = models.TextField(_("agreed"), blank=True)
    opinions = models.TextField(
        _("personal policy opinions"), blank=True, help_text=_("Kept apart from the facts.")
    )
    audience = models.CharField(
        _("who may read this"), max_length=20, choices=Audience, default=Audience.TEAM
    )
    given_in_confidence = models.BooleanField(_("given in confidence"), default=False)
    woo_ground = models.CharField(_("ground for refusal (Woo)"), max_length=120, blank=True)
    signed_off_on = models.DateField(_("signed off on"), null=True, blank=True, editable=False)
    signed_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("signed off by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(given_in_confidence=False) | ~Q(woo_ground=""),
                name="meetings_report_confidence_has_ground",
                violation_error_message=_("Say on which ground this was given in confidence."),
            ),
        ]
        triggers = [
            leaves_trail(hidden=("summary", "company_news", "asks", "agreements", "opinions", "woo_ground"))
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}"


class ReportSignal(models.Model):
    """One sentence of a talk about a theme, as a fact to come back to: who said it, about what."""

    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="signals"
    )
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="report_signals"
    )
    sentence = models.CharField(_("signal"), max_length=300)

    class Meta:
        verbose_name = _("signal from a talk")
        verbose_name_plural = _("signals from talks")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(sentence=""), name="meetings_reportsignal_says_something")
        ]
        triggers = [leaves_trail(hidden=("sentence",))]

    def __str__(self) -> str:
        return self.sentence


class ReportDraft(models.Model):
    """What somebody typed of a report and has not saved: kept from letter to letter, read by nobody else,
    gone when the report is there. `typed`: the sent fields as JSON in a text (R13)."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="report_drafts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE, related_name="+"
    )
    typed = models.TextField(_("typed"))
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft of a report")
        verbose_name_plural = _("drafts of reports")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="meetings_reportdraft_one_each")
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.user_id}"

    @property
    def fields(self) -> dict[str, list[str]]:
        """Names and values as a form sends them."""
        found: dict[str, list[str]] = json.loads(self.typed)
        return found

    @staticmethod
    def packed(fields: dict[str, Any]) -> str:
        return json.dumps(fields, ensure_ascii=False)
