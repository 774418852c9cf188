"""What somebody reads before a meeting (Briefing), and who did."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail

from .meeting import Meeting


class Briefing(Tracked):
    """What is written by hand for a meeting; the rest is compiled from the records when somebody looks. When
    the meeting is held, what there was to read is kept (`frozen`).

    The frozen lines each name the records they are about, so that who may not know of one does not read it
    in the copy either (R10). They are stored as JSON in a text, so that a name is taken out of it as out of
    any other text (R13)."""

    meeting = models.OneToOneField(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="briefing"
    )
    points = models.TextField(_("points to bring up"), blank=True)
    sensitivities = models.TextField(_("mind"), blank=True)
    ready_on = models.DateField(_("ready on"), null=True, blank=True, editable=False)
    ready_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ready, according to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)
    frozen = models.TextField(_("as it was read"), blank=True, editable=False)

    class Meta:
        verbose_name = _("briefing")
        verbose_name_plural = _("briefings")
        constraints = [
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | ~Q(frozen=""),
                name="meetings_briefing_frozen_holds_something",
            )
        ]
        triggers = [leaves_trail(hidden=("points", "sensitivities", "frozen"))]

    def __str__(self) -> str:
        return f"{self.meeting_id}"

    @property
    def frozen_lines(self) -> list[dict[str, Any]]:
        """The stored lines; none as long as nothing is frozen."""
        return json.loads(self.frozen) if self.frozen_at and self.frozen else []


class BriefingView(models.Model):
    """Somebody read the briefing on that day, on screen or as a document; once a day for each."""

    class How(models.TextChoices):
        PAGE = "page", pgettext_lazy("read as", "on screen")
        PDF = "pdf", pgettext_lazy("read as", "as a PDF")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="briefing_views"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField(_("on"))
    how = models.CharField(_("how"), max_length=4, choices=How, default=How.PAGE)
    first_at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("reader of a briefing")
        verbose_name_plural = _("readers of a briefing")
        ordering = ["-first_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user", "on", "how"], name="meetings_briefingview_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.user_id} {self.on}"
