"""The trail (R13): what changed in business records, and who looked at or took out what."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TrailEvent(models.Model):
    """One insert, change or deletion of a business row, written by a database trigger (core.trail).

    Personal values and free text are never copied here, only the names of those fields (R13), so an
    erasure of a person needs nothing here. Append-only."""

    class Action(models.TextChoices):
        INSERT = "I", _("added")
        UPDATE = "U", _("changed")
        DELETE = "D", _("deleted")

    at = models.DateTimeField(_("at"))
    action = models.CharField(_("action"), max_length=1, choices=Action)
    table_name = models.CharField(_("table"), max_length=63)
    object_id = models.BigIntegerField(_("record"))
    changed = models.JSONField(_("changed fields"), default=list)
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    context = models.ForeignKey(
        "pghistory.Context",
        verbose_name=_("who and from where"),
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        verbose_name = _("trail event")
        verbose_name_plural = _("trail events")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["table_name", "object_id", "-at"], name="core_trailevent_object")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.object_id} {self.action}"


class AccessEvent(models.Model):
    """BIO2 8.15: log-in, refusal, viewing a confidential record, export. Holds ids and counts, no personal
    data beyond the actor. Append-only."""

    class Verb(models.TextChoices):
        LOGIN = "login", _("logged in")
        LOGIN_FAILED = "login_failed", _("log-in failed")
        REFUSED = "refused", _("refused")
        VIEW_CONFIDENTIAL = "view_confidential", _("viewed confidential record")
        EXPORT = "export", _("exported")

    at = models.DateTimeField(_("at"), auto_now_add=True)
    verb = models.CharField(_("act"), max_length=30, choices=Verb)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    target = models.CharField(_("target"), max_length=100, blank=True)
    origin = models.CharField(_("origin"), max_length=64, blank=True)
    detail = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("access event")
        verbose_name_plural = _("access events")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["verb", "-at"], name="core_accessevent_verb_at")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.target}"
