"""One record for every get-together (Meeting), who takes part, and its steps (R8)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import CollegeMember
from deventer_crm.core import formatting
from deventer_crm.core.models import Confidential, Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import ContactPerson, Employer, Theme
from meetings.querysets import MeetingQuerySet

from .kinds import MeetingKind


class Meeting(Tracked, Confidential):
    """A visit or meeting. Its state changes only through meetings.services (R8); every step stores its own
    date, so that any figure can be asked as of any day (R1)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PLANNED = "planned", _("planned")
        HELD = "held", _("held")
        REPORTED = "reported", _("reported")
        CLOSED = "closed", _("closed")
        CANCELLED = "cancelled", _("cancelled")

    #: R5: "is held (or later)".
    HELD_STATES = (State.HELD, State.REPORTED, State.CLOSED)

    class Place(models.TextChoices):
        COMPANY = "company", _("at the company")
        TOWN_HALL = "town_hall", _("at the town hall")
        ELSEWHERE = "elsewhere", _("elsewhere")
        ONLINE = "online", _("online")

    class Direction(models.TextChoices):
        OUT = "out", _("we took the initiative")
        IN = "in", _("the company invited us")

    class CancelledBy(models.TextChoices):
        EMPLOYER = "employer", _("by the employer")
        US = "us", _("by us")
        OTHER = "other", _("other")

    kind = models.ForeignKey(
        MeetingKind, verbose_name=_("kind"), on_delete=models.PROTECT, related_name="meetings"
    )
    title = models.CharField(_("title"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=12, choices=Place, default=Place.COMPANY)
    location = models.CharField(_("address or room"), max_length=200, blank=True)
    direction = models.CharField(_("initiative"), max_length=3, choices=Direction, default=Direction.OUT)
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT, null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account manager"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_meetings",
    )
    purpose = models.TextField(_("what it is about"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)

    planned_on = models.DateField(_("planned on"), null=True, blank=True, editable=False)
    held_on = models.DateField(_("held on"), null=True, blank=True, editable=False)
    reported_on = models.DateField(_("reported on"), null=True, blank=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    cancelled_on = models.DateField(_("cancelled on"), null=True, blank=True, editable=False)
    cancelled_by = models.CharField(
        _("cancelled by"), max_length=10, choices=CancelledBy, blank=True, editable=False
    )
    cancel_reason = models.CharField(_("reason"), max_length=200, blank=True, editable=False)
    #: How often the appointment in other people's calendars was overtaken (meetings.ics).
    ics_sequence = models.PositiveIntegerField(
        _("version of the appointment"), default=0, db_default=0, editable=False
    )

    employers: "models.ManyToManyField[Employer, MeetingEmployer]" = models.ManyToManyField(
        Employer, verbose_name=_("employers"), through="MeetingEmployer", related_name="meetings"
    )

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=models.F("starts_at")),
                name="meetings_meeting_ends_after_start",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["held", "reported", "closed"]) | Q(held_on__isnull=False),
                name="meetings_meeting_held_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "closed"]) | Q(reported_on__isnull=False),
                name="meetings_meeting_reported_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | (Q(cancelled_on__isnull=False) & ~Q(cancelled_by="")),
                name="meetings_meeting_cancelled_has_date_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_on__isnull=False),
                name="meetings_meeting_closed_has_a_date",
            ),
            # R8: a step never lies before the one it follows.
            models.CheckConstraint(
                condition=(Q(held_on__isnull=True) | Q(planned_on__lte=models.F("held_on")))
                & (Q(reported_on__isnull=True) | Q(held_on__lte=models.F("reported_on")))
                & (Q(closed_on__isnull=True) | Q(reported_on__lte=models.F("closed_on"))),
                name="meetings_meeting_steps_in_order",
                violation_error_message=_("The dates of the steps are not in order."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="meetings_meeting_state_start"),
            models.Index(fields=["held_on"], name="meetings_meeting_held"),
        ]
        triggers = [leaves_trail(hidden=("title", "purpose", "location", "cancel_reason"))]

    def __str__(self) -> str:
        return f"{self.name} {formatting.nl_date(self.starts_at)}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:detail", args=[self.pk])

    def get_guests_url(self) -> str:
        return reverse("meetings:guests", args=[self.pk])

    def get_report_url(self) -> str:
        return reverse("meetings:report", args=[self.pk])

    def get_briefing_url(self) -> str:
        return reverse("meetings:briefing", args=[self.pk])

    @property
    def when_line(self) -> str:
        """Day and time in words: "woensdag 3 december 2026, 10.00 uur tot 11.00 uur"."""
        words = {
            "day": formatting.nl_date(self.starts_at, "weekday_year"),
            "start": formatting.clock_time(self.starts_at),
            "end": formatting.clock_time(self.ends_at),
        }
        return (_("%(day)s, %(start)s to %(end)s") if self.ends_at else _("%(day)s, %(start)s")) % words

    @property
    def name(self) -> str:
        """The title, else the kind."""
        return self.title or str(self.kind)

    @property
    def is_held(self) -> bool:
        return self.state in self.HELD_STATES


class MeetingReader(Meeting.readers.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody may see a confidential meeting; here for the trail only."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class MeetingEmployer(models.Model):
    """An employer at a meeting; `is_present` is ticked when it was held (R5)."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="employer_rows"
    )
    employer = models.ForeignKey(
        Employer, verbose_name=_("employer"), on_delete=models.PROTECT, related_name="meeting_rows"
    )
    is_present = models.BooleanField(_("present"), default=False)
    is_organiser = models.BooleanField(_("organises"), default=False)

    class Meta:
        verbose_name = _("employer at a meeting")
        verbose_name_plural = _("employers at a meeting")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "employer"], name="meetings_meetingemployer_once")
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.employer_id}"


class Participant(models.Model):
    """Somebody at a meeting: a college member, a colleague or a contact person; exactly one of the three."""

    class Role(models.TextChoices):
        CHAIR = "chair", _("chairs the meeting")
        SPEAKER = "speaker", _("speaker")
        MINUTES = "minutes", _("takes the minutes")
        GUEST = "guest", _("guest")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="participants"
    )
    college_member = models.ForeignKey(
        CollegeMember,
        verbose_name=_("college member"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("colleague"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
    )
    person = models.ForeignKey(
        ContactPerson,
        verbose_name=_("contact person"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
    )
    #: For a contact person: on behalf of which employer (the seat of a party, R6).
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("for"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="represented_at",
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, blank=True)
    is_present = models.BooleanField(_("present"), default=False)
    #: Ticked at the door, before the meeting is marked as held.
    arrived_at = models.DateTimeField(_("arrived at"), null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=Q(college_member__isnull=False, user__isnull=True, person__isnull=True)
                | Q(college_member__isnull=True, user__isnull=False, person__isnull=True)
                | Q(college_member__isnull=True, user__isnull=True, person__isnull=False),
                name="meetings_participant_exactly_one",
            ),
            models.UniqueConstraint(fields=["meeting", "college_member"], name="meetings_participant_member"),
            models.UniqueConstraint(fields=["meeting", "user"], name="meetings_participant_user"),
            models.UniqueConstraint(fields=["meeting", "person"], name="meetings_participant_person"),
        ]
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return str(self.college_member or self.user or self.person)


class MeetingStep(models.Model):
    """One transition of a meeting (R8), kept when the state moves on or back; a move keeps both moments."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="steps"
    )
    from_state = models.CharField(pgettext_lazy("step", "from"), max_length=10, choices=Meeting.State)
    to_state = models.CharField(pgettext_lazy("step", "to"), max_length=10, choices=Meeting.State)
    on = models.DateField(_("on"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        CollegeMember,
        verbose_name=_("on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    moved_from = models.DateTimeField(_("moved from"), null=True, blank=True)
    moved_to = models.DateTimeField(_("moved to"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a meeting")
        verbose_name_plural = _("steps of a meeting")
        ordering = ["recorded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.from_state} → {self.to_state}"
