"""Deliveries of the employment register (R11): the file, what was recognised, what became of each row."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deventer_crm.core.models import Tracked
from deventer_crm.core.trail import leaves_trail

from .reference import SbiVersion
from .register import Establishment, Source


class RegisterDelivery(Tracked):
    """One file of the register and its way from upload to result. Unfinished rows are picked up again by a
    sweep, so a killed worker loses nothing."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("uploaded")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("being imported")
        DONE = "done", _("imported")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    file = models.FileField(_("file"), upload_to="deliveries/%Y/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.LISA)
    reference_date = models.DateField(_("reference date"))
    sbi_version = models.PositiveSmallIntegerField(
        _("SBI version"),
        choices=SbiVersion,
        null=True,
        blank=True,
        help_text=_("Empty: found from the codes."),
    )
    is_partial = models.BooleanField(
        _("partial"), default=False, help_text=_("Establishments that the file lacks are not ended.")
    )
    mapping = models.JSONField(_("columns"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    #: What it is doing now, for the progress line: reading, matching or writing.
    phase = models.CharField(_("phase"), max_length=10, blank=True)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    #: Of a checked file: header, recognised columns and the first rows of each class.
    preview = models.JSONField(_("preview"), default=dict, blank=True)
    problem = models.JSONField(_("problem"), default=dict, blank=True)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("register delivery")
        verbose_name_plural = _("register deliveries")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state"], name="employers_delivery_state")]
        triggers = [leaves_trail(hidden=("file_name", "file", "problem", "preview", "rows_done"))]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.reference_date:%d-%m-%Y}"


class DeliveryRow(models.Model):
    """What became of one row of a delivery. The establishment of a doubtful row is the one it looks like.
    Values are kept only for rows a person must look at (doubtful,
    refused) and are emptied when that is done."""

    class Outcome(models.TextChoices):
        NEW = "new", _("new")
        CHANGED = "changed", _("changed")
        UNCHANGED = "unchanged", _("unchanged")
        DOUBTFUL = "doubtful", _("doubtful")
        REFUSED = "refused", _("refused")
        MISSING = "missing", _("missing")

    delivery = models.ForeignKey(
        RegisterDelivery, verbose_name=_("delivery"), on_delete=models.CASCADE, related_name="rows"
    )
    #: The row number as the spreadsheet shows it; null for establishments the file lacks.
    number = models.PositiveIntegerField(_("row"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    column = models.CharField(_("column"), max_length=60, blank=True)
    #: A code of spreadsheets.texts and its values; the sentence is made in the reader's language.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    reason_values = models.JSONField(_("values of the reason"), default=dict, blank=True)
    values = models.JSONField(_("values"), default=dict, blank=True)
    notes = models.JSONField(_("repairs"), default=list, blank=True)
    establishment = models.ForeignKey(
        Establishment,
        verbose_name=_("establishment"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("row of a delivery")
        verbose_name_plural = _("rows of a delivery")
        ordering = ["number", "pk"]
        indexes = [
            models.Index(fields=["delivery", "outcome", "number"], name="employers_deliveryrow_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}:{self.number} {self.outcome}"


class MappingProfile(Tracked):
    """Remembers which column of a keeper's file holds which field, found again by its header. Lists that
    people keep themselves are remembered by what is in them (sheet_import)."""

    KINDS = (*Source.choices, ("employers", _("organisations")), ("people", _("contact persons")))

    source = models.CharField(_("source"), max_length=10, choices=KINDS)
    fingerprint = models.CharField(_("header"), max_length=64)
    mapping = models.JSONField(_("columns"), default=dict)

    class Meta:
        verbose_name = _("column profile")
        verbose_name_plural = _("column profiles")
        constraints = [
            models.UniqueConstraint(fields=["source", "fingerprint"], name="employers_mappingprofile_unique")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.fingerprint[:8]}"


class ChangeProposal(Tracked):
    """Wijzigingsvoorstel: the register says something else than a person did; the own value stays until a
    person decides (R11)."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    establishment = models.ForeignKey(
        Establishment,
        verbose_name=_("establishment"),
        on_delete=models.CASCADE,
        related_name="change_proposals",
    )
    field = models.CharField(_("field"), max_length=40)
    own_value = models.CharField(_("own value"), max_length=250, blank=True)
    register_value = models.CharField(_("register value"), max_length=250, blank=True)
    delivery = models.ForeignKey(
        RegisterDelivery,
        verbose_name=_("delivery"),
        on_delete=models.PROTECT,
        related_name="change_proposals",
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)

    class Meta:
        verbose_name = _("change proposal")
        verbose_name_plural = _("change proposals")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "field"],
                condition=Q(state="open"),
                name="employers_changeproposal_one_open",
            )
        ]
        triggers = [leaves_trail(hidden=("own_value", "register_value"))]

    def __str__(self) -> str:
        return f"{self.establishment_id}.{self.field}"
