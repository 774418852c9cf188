"""Hours that come from the system of the organisation: the file, what became of each row, and who is who."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from budget.querysets import HoursImportQuerySet
from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.models import Employer


class StaffNumber(Tracked):
    """The number by which the system of the organisation knows somebody."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    number = models.CharField(_("staff number"), max_length=20, unique=True)

    class Meta:
        verbose_name = _("staff number")
        verbose_name_plural = _("staff numbers")
        ordering = ["number"]
        triggers = [leaves_trail(hidden=("number",))]

    def __str__(self) -> str:
        return self.number


class HoursImport(Tracked):
    """One file of hours and its way from upload to result; worked on in the background as the lists are
    (employers.spreadsheets.jobs), so that a killed worker loses nothing."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being imported")
        DONE = "done", _("imported")
        UNDONE = "undone", _("taken back")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    file = models.FileField(_("file"), upload_to="hours/%Y/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    #: Of the header: the columns a person chose come back for the next file with the same one.
    fingerprint = models.CharField(_("header"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    phase = models.CharField(_("phase"), max_length=10, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    #: Rows by outcome; `hours`: the hours of the accepted rows, as text.
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    preview = models.JSONField(_("preview"), default=dict, blank=True)
    problem = models.JSONField(_("problem"), default=dict, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    #: Once the rows were emptied nothing can be taken back any more.
    emptied_at = models.DateTimeField(_("emptied at"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("imported by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = HoursImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of hours")
        verbose_name_plural = _("imports of hours")
        ordering = ["-created_at"]
        triggers = [
            leaves_trail(
                hidden=(
                    "file_name",
                    "file",
                    "mapping",
                    "fingerprint",
                    "preview",
                    "problem",
                    "rows_done",
                )
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class HoursLine(models.Model):
    """What became of one row of a file of hours. What it says is kept as long as the import can be taken back
    (policy setting hours_import_keep_days)."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        REFUSED = "refused", _("refused")

    sheet = models.ForeignKey(
        HoursImport, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rows"
    )
    #: The row number as the spreadsheet shows it.
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    column = models.CharField(_("column"), max_length=60, blank=True)
    #: A code of spreadsheets.texts and its values; the sentence is made in the reader's language.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    reason_values = models.JSONField(_("values of the reason"), default=dict, blank=True)
    #: The cells as they came.
    values = models.JSONField(_("values"), default=list, blank=True)
    notes = models.JSONField(_("repairs"), default=list, blank=True)
    #: Keys and versions of the entries it made, and the entries that were there before
    #: (hours_import.undoing).
    made = models.JSONField(_("made"), default=list, blank=True)
    before = models.JSONField(_("before"), default=list, blank=True)
    #: Why something could not be taken back: a code of spreadsheets.texts.
    kept = models.CharField(_("not taken back because"), max_length=40, blank=True)
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("employer"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("row of a file of hours")
        verbose_name_plural = _("rows of a file of hours")
        ordering = ["number", "pk"]
        indexes = [models.Index(fields=["sheet", "outcome", "number"], name="budget_hoursline_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet_id}:{self.number} {self.outcome}"
