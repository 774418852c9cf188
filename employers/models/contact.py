"""Contact moments: call, mail, chat on the street, note."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Confidential, Tracked
from deventer_crm.core.trail import leaves_trail
from employers.querysets_contact import ContactMomentQuerySet

from .employer import Employer
from .people import ContactPerson
from .reference import Theme


class Audience(models.TextChoices):
    """Who may read a row of the timeline (R10); being confidential is apart from it."""

    TEAM = "team", _("team")
    MUNICIPALITY = "municipality", _("municipality")
    EMPLOYER_DESK = "employer_desk", _("team and employer desk")
    NAMED = "named", _("named people only")


class ContactMoment(Tracked, Confidential):
    """One contact with one or more employers. `subject` is one sentence; `notes` the rest."""

    class Kind(models.TextChoices):
        CALL = "call", _("phone")
        MAIL = "mail", _("e-mail")
        CHAT = "chat", _("chat on the street")
        NOTE = "note", _("note")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CALL)
    happened_at = models.DateTimeField(_("when"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.PROTECT,
        related_name="contact_moments",
    )
    employers = models.ManyToManyField(Employer, verbose_name=_("employers"), related_name="contact_moments")
    people = models.ManyToManyField(
        ContactPerson, verbose_name=_("with"), blank=True, related_name="contact_moments"
    )
    subject = models.CharField(_("about"), max_length=200)
    notes = models.TextField(_("notes"), blank=True)
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT, null=True, blank=True)
    audience = models.CharField(
        _("who may read this"), max_length=20, choices=Audience, default=Audience.TEAM
    )
    given_in_confidence = models.BooleanField(_("given in confidence"), default=False)
    woo_ground = models.CharField(_("ground for refusal (Woo)"), max_length=120, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=200, blank=True)

    objects = ContactMomentQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact moment")
        verbose_name_plural = _("contact moments")
        ordering = ["-happened_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(given_in_confidence=False) | ~Q(woo_ground=""),
                name="employers_contactmoment_confidence_has_ground",
                violation_error_message=_("Say on which ground this was given in confidence."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | ~Q(withdrawn_reason=""),
                name="employers_contactmoment_withdrawn_with_reason",
                violation_error_message=_("Say why you withdraw this."),
            ),
        ]
        indexes = [
            models.Index(fields=["-happened_at", "-id"], name="employers_contactmoment_when"),
            # What was said is searched by Dutch words ("vergunningen" finds "vergunning"), not by parts.
            GinIndex(SearchVector("subject", "notes", config="dutch"), name="employers_contactmoment_words"),
        ]
        triggers = [leaves_trail(hidden=("subject", "notes", "withdrawn_reason", "woo_ground"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%d-%m-%Y}"
