"""Rows of background work: what ran, what is still to be mailed, and signs of life."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .mails import Posted


class JobRun(models.Model):
    """One run of a periodic job, so that an administrator sees when a rule last ran and what it did."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    name = models.CharField(_("job"), max_length=60)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RUNNING)
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["name", "-started_at"], name="core_jobrun_name_started")]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """The last sign of life of a process that serves no pages (beat, worker); /healthz reads its age."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class Digest(Posted):
    """One reminder mail to one person on one day (R7). The row is claimed and committed before SMTP is
    tried, with its Message-ID, so a retry of unknown fate carries the same identity."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("claimed")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("for"), on_delete=models.PROTECT, related_name="digests"
    )
    day = models.DateField(_("day"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CLAIMED)
    #: Subject and lines as claimed: a retry sends the same mail, whatever changed meanwhile.
    content = models.JSONField(_("content"), default=dict)
    reminder_count = models.PositiveIntegerField(_("reminders"), default=0)

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ["-day", "recipient"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "day"], name="core_digest_one_per_person_and_day")
        ]
        indexes = [models.Index(fields=["state", "retry_at"], name="core_digest_unfinished")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.day}"
