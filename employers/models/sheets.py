"""Imports of organisations and people from a spreadsheet that people keep themselves: the file, what became
of each row, and the numbers another system has for what we know."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail
from employers.querysets_sheets import SheetImportQuerySet

from .employer import Employer
from .people import ContactPerson


class SheetImport(Tracked):
    """One file of organisations or people and its way from upload to result; worked on in the background like
    a delivery of the register, so that a killed worker loses nothing."""

    class What(models.TextChoices):
        ORGANISATIONS = "employers", _("organisations")
        PEOPLE = "people", _("contact persons")

    class Mode(models.TextChoices):
        FILL = "fill", _("only fill what is empty")
        OVERWRITE = "overwrite", _("overwrite what differs")

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

    what = models.CharField(_("what is in it"), max_length=10, choices=What)
    file = models.FileField(_("file"), upload_to="sheets/%Y/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    #: Whose numbers the column "extern nummer" holds; numbers are unique within one list.
    list_name = models.CharField(_("name of the list"), max_length=60)
    mode = models.CharField(_("what is known already"), max_length=10, choices=Mode, default=Mode.FILL)
    #: One value for rows without their own.
    person_source = models.CharField(_("source of the people"), max_length=120, blank=True)
    reason = models.CharField(_("reason for sector and area"), max_length=200, blank=True)
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    #: What it is doing now, for the progress line: reading or writing.
    phase = models.CharField(_("phase"), max_length=10, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    #: Header and recognised columns.
    preview = models.JSONField(_("preview"), default=dict, blank=True)
    problem = models.JSONField(_("problem"), default=dict, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    undone_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    #: Once the rows were emptied nothing can be taken back or decided any more.
    emptied_at = models.DateTimeField(_("emptied at"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of a list")
        verbose_name_plural = _("imports of lists")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state"], name="employers_sheet_state")]
        triggers = [
            leaves_trail(
                hidden=(
                    "file_name",
                    "file",
                    "list_name",
                    "person_source",
                    "reason",
                    "mapping",
                    "preview",
                    "problem",
                    "rows_done",
                )
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.list_name}"


class SheetRow(models.Model):
    """What became of one row of a list. What it says and what it changed is personal data: it is kept only as
    long as the import can be taken back (policy setting sheet_import_keep_days)."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        DOUBTFUL = "doubtful", _("doubtful")
        REFUSED = "refused", _("refused")

    sheet = models.ForeignKey(
        SheetImport, verbose_name=_("import"), on_delete=models.CASCADE, related_name="rows"
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
    #: [{"field", "before", "after", "applied"}], for people to look at.
    differences = models.JSONField(_("differences"), default=list, blank=True)
    #: What was written, to take it back; see sheet_import.undoing.
    written = models.JSONField(_("written"), default=list, blank=True)
    #: Keys of the employers or people a doubtful row may be about.
    candidates = models.JSONField(_("may be"), default=list, blank=True)
    #: What a person decided: {"employer" or "person": key, or "new"}.
    decided = models.JSONField(_("decided"), default=dict, blank=True)
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
    person = models.ForeignKey(
        ContactPerson,
        verbose_name=_("contact person"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("row of a list")
        verbose_name_plural = _("rows of a list")
        ordering = ["number", "pk"]
        indexes = [models.Index(fields=["sheet", "outcome", "number"], name="employers_sheetrow_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet_id}:{self.number} {self.outcome}"


class ExternalNumber(Tracked):
    """The number an employer or person has in somebody's list, by which the next version of that list finds
    it again."""

    list_name = models.CharField(_("name of the list"), max_length=60)
    number = models.CharField(_("number"), max_length=60)
    employer = models.ForeignKey(
        Employer,
        verbose_name=_("employer"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="external_numbers",
    )
    person = models.ForeignKey(
        ContactPerson,
        verbose_name=_("contact person"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="external_numbers",
    )

    class Meta:
        verbose_name = _("external number")
        verbose_name_plural = _("external numbers")
        constraints = [
            models.CheckConstraint(
                condition=Q(employer__isnull=False, person__isnull=True)
                | Q(employer__isnull=True, person__isnull=False),
                name="employers_externalnumber_of_one",
            ),
            models.UniqueConstraint(
                fields=["list_name", "number"],
                condition=Q(employer__isnull=False),
                name="employers_externalnumber_employer",
            ),
            models.UniqueConstraint(
                fields=["list_name", "number"],
                condition=Q(person__isnull=False),
                name="employers_externalnumber_person",
            ),
        ]
        triggers = [leaves_trail(hidden=("list_name", "number"))]

    def __str__(self) -> str:
        return f"{self.list_name}: {self.number}"
