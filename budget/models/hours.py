"""Hours of one person on one day, and when a month takes no more of them."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from budget.querysets import TimeEntryQuerySet
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import ContactMoment, Employer, Track
from meetings.models import Meeting, MeetingKind


class TimeEntry(Tracked):
    """Hours of one person on one day. The track is copied when booked (R3), so later regrouping of an
    employer does not rewrite the books. `contact` and `meeting` tell what the hours went into, so that they
    are proposed once; `import_key` the row of the file they came from."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("contact with companies")
        PREPARATION = "preparation", _("preparation and follow-up")
        INTERNAL = "internal", _("internal")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="time_entries"
    )
    day = models.DateField(_("day"))
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=2)
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("employer"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="time_entries",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.CONTACT)
    note = models.CharField(_("note"), max_length=200, blank=True)
    contact = models.ForeignKey(
        ContactMoment,
        verbose_name=_("contact moment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="time_entries",
    )
    meeting = models.ForeignKey(
        Meeting,
        verbose_name=_("meeting"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="time_entries",
    )
    import_key = models.CharField(_("row of a file"), max_length=80, blank=True, editable=False)

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("time entry")
        verbose_name_plural = _("time entries")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=Decimal(0), hours__lte=Decimal(24)),
                name="budget_timeentry_hours_in_a_day",
                violation_error_message=_("Fill in more than 0 and at most 24 hours."),
            ),
            # Two presses on the button of a month book a contact once, whatever else fails.
            models.UniqueConstraint(
                fields=["user", "contact", "track", "kind"],
                condition=Q(contact__isnull=False),
                name="budget_timeentry_contact_once",
                violation_error_message=_("These hours are booked already."),
            ),
            models.UniqueConstraint(
                fields=["user", "meeting", "track", "kind"],
                condition=Q(meeting__isnull=False),
                name="budget_timeentry_meeting_once",
                violation_error_message=_("These hours are booked already."),
            ),
        ]
        indexes = [
            models.Index(fields=["day", "track"], name="budget_timeentry_day_track"),
            models.Index(fields=["user", "-day"], name="budget_timeentry_user_day"),
            models.Index(
                fields=["import_key"], name="budget_timeentry_import_key", condition=~Q(import_key="")
            ),
        ]
        triggers = [leaves_trail(hidden=("note", "import_key"))]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}: {self.hours}"

    @property
    def is_fixed(self) -> bool:
        """Whether it belongs to a contact, a meeting or a row of a file: the week grid leaves it as it is."""
        return bool(self.contact_id or self.meeting_id or self.import_key)


class MonthConfirmation(Tracked):
    """A person says: my hours of this month are complete. A confirmed month takes no more entries."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        on_delete=models.PROTECT,
        related_name="month_confirmations",
    )
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    confirmed_on = models.DateField(_("confirmed on"))

    class Meta:
        verbose_name = _("confirmed month")
        verbose_name_plural = _("confirmed months")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["user", "month"], name="budget_monthconfirmation_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="budget_monthconfirmation_first_day"),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.user_id} {self.month:%Y-%m}"


class MonthClosing(Tracked):
    """The lead closes a month for everybody; no hours come in or go out. Opened again, the row stays with the
    reason, and a later closing is a new row."""

    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    closed_on = models.DateField(_("closed on"))
    reopened_on = models.DateField(_("opened again on"), null=True, blank=True)
    reopen_reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["month"],
                condition=Q(reopened_on__isnull=True),
                name="budget_monthclosing_once",
                violation_error_message=_("This month is closed already."),
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="budget_monthclosing_first_day"),
            models.CheckConstraint(
                condition=Q(reopened_on__isnull=True) | ~Q(reopen_reason=""),
                name="budget_monthclosing_reopened_with_reason",
                violation_error_message=_("Say why the month is opened again."),
            ),
        ]
        triggers = [leaves_trail(hidden=("reopen_reason",))]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class StandardHours(Tracked):
    """What a meeting of a kind usually takes, with preparation and travel, from a day on until the next row
    of that kind. Contact moments have theirs in the policy settings."""

    meeting_kind = models.ForeignKey(
        MeetingKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="+"
    )
    hours = models.DecimalField(_("hours"), max_digits=5, decimal_places=2)
    starts_on = models.DateField(_("from"))

    class Meta:
        verbose_name = _("usual hours")
        verbose_name_plural = _("usual hours")
        ordering = ["meeting_kind", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting_kind", "starts_on"],
                name="budget_standardhours_once",
                violation_error_message=_("There are usual hours from that day already."),
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=Decimal(0), hours__lte=Decimal(24)),
                name="budget_standardhours_in_a_day",
                violation_error_message=_("Fill in more than 0 and at most 24 hours."),
            ),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.meeting_kind}: {self.hours}"
