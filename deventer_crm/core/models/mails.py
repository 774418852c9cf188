"""Mails as rows: written down first, sent by the worker, their fate visible (core.mails)."""

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Posted(models.Model):
    """A mail with an identity of its own, committed before SMTP is tried: a retry of unknown fate carries the
    same Message-ID. `retry_at` empty on a failed one says that it was given up."""

    uid = models.UUIDField(_("identity"), default=uuid.uuid4, unique=True, editable=False)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        abstract = True


class OutgoingMail(Posted):
    """One mail to one address, outside the reminder mails: an invitation, a letter, a question to somebody.

    It holds no secrets of R10: whoever writes one sees to that. What it said is emptied after a while, that
    it was sent stays (core.mails.tidy_mails)."""

    class State(models.TextChoices):
        CLAIMED = "claimed", pgettext_lazy("mail", "waiting to be sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        FAILED = "failed", pgettext_lazy("mail", "not sent")
        WITHDRAWN = "withdrawn", pgettext_lazy("mail", "withdrawn before it was sent")

    #: A registered kind of mail (core.mails.mail_kind).
    kind = models.CharField(_("kind"), max_length=40)
    #: What makes it the same mail when it is asked for twice, for instance "invitation:12:0".
    key = models.CharField(_("key"), max_length=120, unique=True)
    to = models.EmailField(_("to"), blank=True)
    reply_to = models.EmailField(_("reply to"), blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("text in HTML"), blank=True)
    #: [{"name": "uitnodiging.ics", "type": "text/calendar; method=REQUEST", "content": "…"}]
    attachments = models.JSONField(_("attachments"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CLAIMED)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    #: After this it is news no longer and is not sent any more.
    useless_after = models.DateTimeField(_("useless after"), null=True, blank=True)
    about_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, related_name="+")
    about_id = models.PositiveBigIntegerField(null=True)
    about = GenericForeignKey("about_type", "about_id")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-claimed_at", "-pk"]
        indexes = [
            models.Index(
                fields=["retry_at", "id"],
                name="core_outgoingmail_unfinished",
                condition=models.Q(state__in=["claimed", "failed"]),
            ),
            models.Index(fields=["about_type", "about_id"], name="core_outgoingmail_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_given_up(self) -> bool:
        return self.state == self.State.FAILED and self.retry_at is None
