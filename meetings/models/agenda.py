"""What a meeting is about: agenda items, documents to come, minutes, and the sheet it was built from."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core.models import Confidential, Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import Employer, FollowUp, Theme
from meetings.querysets_agenda import AgendaDocumentQuerySet, AgendaItemQuerySet

from .meeting import Meeting


class AgendaItem(Tracked, Confidential):
    """One item of the agenda of a meeting, and later what was said and decided about it.

    Confidential of its own, besides what it inherits: the meeting, the party that brought it, the follow-up
    it came from (R10)."""

    class Source(models.TextChoices):
        HAND = "hand", _("written by hand")
        FOLLOW_UP = "follow_up", _("an open point")
        LAST_TIME = "last_time", _("not finished last time")
        THEME = "theme", _("a signal of several companies")
        MINUTES = "minutes", _("minutes of last time")

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="agenda_items"
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"), default=0)
    title = models.CharField(_("agenda item"), max_length=200)
    text = models.TextField(_("explanation"), blank=True)
    duration = models.PositiveSmallIntegerField(_("minutes needed"), null=True, blank=True)
    #: None: the municipality brings it.
    brought_by = models.ForeignKey(
        Employer,
        verbose_name=_("brought by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_items",
    )
    source = models.CharField(
        _("where it comes from"), max_length=10, choices=Source, default=Source.HAND, editable=False
    )
    follow_up = models.ForeignKey(
        FollowUp,
        verbose_name=_("follow-up"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="agenda_items",
    )
    carried_from = models.ForeignKey(
        "self",
        verbose_name=_("item of last time"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="carried_to",
    )
    theme = models.ForeignKey(
        Theme, verbose_name=_("theme"), on_delete=models.PROTECT, null=True, blank=True, editable=False
    )
    #: By how many companies the theme was mentioned when the item was made; never which.
    companies = models.PositiveSmallIntegerField(_("companies"), null=True, blank=True, editable=False)

    notes = models.TextField(_("what was said"), blank=True)
    decision = models.TextField(_("decision"), blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True, editable=False)
    is_finished = models.BooleanField(_("finished"), default=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="meetings_agendaitem_has_a_title",
                violation_error_message=_("Say what this item is about."),
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decided_on__isnull=False),
                name="meetings_agendaitem_decided_on_a_day",
            ),
            models.UniqueConstraint(
                fields=["meeting", "follow_up"],
                condition=Q(follow_up__isnull=False),
                name="meetings_agendaitem_follow_up_once",
                violation_error_message=_("This point is on the agenda already."),
            ),
            models.UniqueConstraint(
                fields=["meeting", "carried_from"],
                condition=Q(carried_from__isnull=False),
                name="meetings_agendaitem_carried_once",
                violation_error_message=_("This point is on the agenda already."),
            ),
            models.UniqueConstraint(
                fields=["meeting", "theme"],
                condition=Q(theme__isnull=False),
                name="meetings_agendaitem_theme_once",
                violation_error_message=_("This point is on the agenda already."),
            ),
        ]
        triggers = [leaves_trail(hidden=("title", "text", "notes", "decision"))]

    def __str__(self) -> str:
        return self.title


class AgendaItemReader(AgendaItem.readers.through):  # type: ignore[name-defined,misc]  # made by Django
    """Somebody may see a confidential agenda item; here for the trail only."""

    class Meta:
        proxy = True
        triggers = [leaves_trail()]


class AgendaDocument(Tracked):
    """A document for a meeting that is to come or came: its name, from whom, by when, and where it stands.
    The document itself stays in the document system of the municipality."""

    meeting = models.ForeignKey(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="agenda_documents"
    )
    item = models.ForeignKey(
        AgendaItem,
        verbose_name=_("agenda item"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="documents",
    )
    name = models.CharField(_("document"), max_length=200)
    from_employer = models.ForeignKey(
        Employer,
        verbose_name=_("from which party"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agenda_documents",
    )
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("or from which colleague"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    due_on = models.DateField(_("expected on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    link = models.URLField(_("address in the document system"), max_length=500, blank=True)

    objects = AgendaDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document of a meeting")
        verbose_name_plural = _("documents of a meeting")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="meetings_agendadocument_has_a_name",
                violation_error_message=_("Say which document."),
            ),
            models.CheckConstraint(
                condition=Q(from_employer__isnull=True) | Q(from_user__isnull=True),
                name="meetings_agendadocument_from_one",
                violation_error_message=_(
                    "A document comes from a party or from a colleague, not from both."
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(received_on__isnull=True, due_on__isnull=False),
                name="meetings_agendadocument_due",
            )
        ]
        triggers = [leaves_trail(hidden=("name", "link"))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("meetings:items", args=[self.meeting_id])

    @property
    def from_whom(self) -> str:
        """The party or the colleague; "" when nobody was named."""
        return str(self.from_employer or self.from_user or "")


class MeetingMinutes(Tracked):
    """Notulen: what goes with the agenda items of one meeting, and when they were adopted in the next."""

    meeting = models.OneToOneField(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="minutes"
    )
    remarks = models.TextField(_("opening and announcements"), blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    adopted_in = models.ForeignKey(
        Meeting,
        verbose_name=_("adopted in"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="adopted_minutes",
    )
    adopted_with = models.TextField(_("changes at adoption"), blank=True)

    class Meta:
        verbose_name = pgettext_lazy("report", "minutes")
        verbose_name_plural = pgettext_lazy("more than one", "minutes")
        triggers = [leaves_trail(hidden=("remarks", "adopted_with"))]

    def __str__(self) -> str:
        return f"{self.meeting_id}"


class TableSheet(Tracked):
    """Samen-om-tafel-blad of a meeting as it was sent: what it said is kept in its lines."""

    meeting = models.OneToOneField(
        Meeting, verbose_name=_("meeting"), on_delete=models.CASCADE, related_name="table_sheet"
    )
    frozen_on = models.DateField(_("frozen on"))
    since = models.DateField(_("from"))

    class Meta:
        verbose_name = _("round-table sheet")
        verbose_name_plural = _("round-table sheets")
        triggers = [leaves_trail()]

    def __str__(self) -> str:
        return f"{self.meeting_id}"


class TableSheetLine(models.Model):
    """One line of a frozen sheet. A theme carries a number of companies, never which (R10)."""

    class Part(models.TextChoices):
        OURS = "ours", _("What the municipality would do")
        THEIRS = "theirs", _("What the parties would do")
        LEFT = "left", _("Not finished last time")
        MEMBERS = "members", _("Open points at members")
        SIGNALS = "signals", _("Themes that companies mention")

    sheet = models.ForeignKey(
        TableSheet, verbose_name=_("round-table sheet"), on_delete=models.CASCADE, related_name="lines"
    )
    part = models.CharField(_("part"), max_length=10, choices=Part)
    position = models.PositiveSmallIntegerField(pgettext_lazy("order", "position"))
    text = models.CharField(_("text"), max_length=220)
    note = models.CharField(_("note"), max_length=220, blank=True)
    follow_up = models.ForeignKey(
        FollowUp,
        verbose_name=_("follow-up"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    item = models.ForeignKey(
        AgendaItem,
        verbose_name=_("agenda item"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    theme = models.ForeignKey(Theme, verbose_name=_("theme"), on_delete=models.PROTECT, null=True, blank=True)
    companies = models.PositiveSmallIntegerField(_("companies"), null=True, blank=True)

    class Meta:
        verbose_name = _("line of a round-table sheet")
        verbose_name_plural = _("lines of a round-table sheet")
        ordering = ["position", "pk"]
        triggers = [leaves_trail(hidden=("text", "note"))]

    def __str__(self) -> str:
        return self.text
