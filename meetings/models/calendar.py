"""Calendars of others that are read, and the personal feed that others read."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail


class BusyAddress(Tracked):
    """The address of somebody's calendar, read for when that person is busy and for nothing else. Read-only:
    nothing is ever sent to it. The address is often as good as a password and is shown to nobody again."""

    class Problem(models.TextChoices):
        ADDRESS = (
            "address",
            _("this address may not be read: only https, and no machine inside our own network"),
        )
        AWAY = "away", _("the other side did not answer")
        REFUSED = "refused", _("the other side refused: the address may have been withdrawn")
        TOO_LARGE = "too_large", _("the calendar is too large")
        UNREADABLE = "unreadable", _("what came back is not a calendar")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="busy_address",
    )
    college_member = models.OneToOneField(
        CollegeMember,
        verbose_name=_("college member"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="busy_address",
    )
    address = models.CharField(_("address of the calendar"), max_length=2000)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True, editable=False)
    fetched_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=12, choices=Problem, blank=True, editable=False)

    class Meta:
        verbose_name = _("calendar that is read")
        verbose_name_plural = _("calendars that are read")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True, college_member__isnull=False)
                | Q(user__isnull=False, college_member__isnull=True),
                name="meetings_busyaddress_one_person",
                violation_error_message=_("Choose a college member or a colleague, not both."),
            )
        ]
        triggers = [leaves_trail(hidden=("address",), derived=("etag", "tried_at", "fetched_at", "problem"))]

    def __str__(self) -> str:
        return str(self.college_member or self.user)

    @property
    def host(self) -> str:
        """The name of the other side, which is no secret."""
        return self.address.partition("://")[2].partition("/")[0].rpartition("@")[2]


class BusyTime(models.Model):
    """From when until when somebody is busy, as their own calendar says. No title, no place, no people."""

    source = models.ForeignKey(
        BusyAddress, verbose_name=_("calendar"), on_delete=models.CASCADE, related_name="times"
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("busy time")
        verbose_name_plural = _("busy times")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="meetings_busytime_ends_after_start"
            )
        ]
        indexes = [models.Index(fields=["source", "starts_at"], name="meetings_busytime_of")]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.starts_at} – {self.ends_at}"


class CalendarFeed(models.Model):
    """Somebody's own meetings as a calendar that their phone or mail program reads by a secret address. Only
    the hash of the secret is kept; a new one makes the old address worthless."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="calendar_feed",
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    with_names = models.BooleanField(_("with names and places"), default=False)
    made_at = models.DateTimeField(_("made at"))
    read_at = models.DateTimeField(pgettext_lazy("feed", "last read"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        triggers = [leaves_trail(hidden=("token_hash",), derived=("read_at",))]

    def __str__(self) -> str:
        return str(self.user)
