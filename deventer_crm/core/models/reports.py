"""The quarterly report on the commitments (R6, R9): written as a draft, frozen with its figures, published.

What is frozen never changes. A correction is a new edition of the same quarter, with the reason; the edition
before stays readable. "As it was known then" (R1) exists nowhere else."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deventer_crm.core.trail import leaves_trail

from .base import Tracked
from .commitments import Commitment

#: Set for one transaction while a person is taken out of the books (R13): the only thing that may still
#: change a frozen text is a name that goes.
ERASING = "deventer_crm.erasing"
#: What a new edition of the same row may differ in: who saved it, and that it was published.
_PUBLISHING = ("state", "published_on", "published_by_id")
_BOOKKEEPING = ("modified_at", "modified_by_id", "version")


def _names(*columns: str) -> str:
    return ", ".join(f"'{column}'" for column in columns)


def _stays(condition: str, *, free: tuple[str, ...], erasable: str) -> pgtrigger.Trigger:
    """Refuses to delete or change a row for which `condition` holds, apart from the columns in `free`, and
    from `erasable` while a name is taken out."""
    return pgtrigger.Trigger(
        name="frozen_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        declare=[("allowed", f"text[] := ARRAY[{_names(*free, *_BOOKKEEPING)}]::text[]")],
        func=f"""
IF {condition} THEN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a frozen report stays' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF current_setting('{ERASING}', true) = 'on' THEN allowed := allowed || '{erasable}'::text; END IF;
    IF to_jsonb(NEW) - allowed IS DISTINCT FROM to_jsonb(OLD) - allowed THEN
        RAISE EXCEPTION 'a frozen report does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
""",
    )


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year; `number` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> "Quarter":
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> dt.date:
        return self.next.first - dt.timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number - 2) % 4 + 1)

    @property
    def code(self) -> str:
        """ "2026-Q3", for addresses, file names and forms."""
        return f"{self.year}-Q{self.number}"

    @property
    def label(self) -> str:
        """In words: "third quarter of 2026"."""
        return str(QUARTER_NAMES[self.number - 1]) % {"year": self.year}

    def __str__(self) -> str:
        return self.label


QUARTER_NAMES = (
    _("first quarter of %(year)s"),
    _("second quarter of %(year)s"),
    _("third quarter of %(year)s"),
    _("fourth quarter of %(year)s"),
)


class QuarterlyReport(Tracked):
    """One edition of the report of a quarter. `figures` is the frozen snapshot: everything needed to print it
    again, in both languages, with the keys of the records that were counted (home.reports.figures)."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("report", "draft")
        FROZEN = "frozen", pgettext_lazy("report", "frozen")
        PUBLISHED = "published", pgettext_lazy("report", "published")

    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000)])
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    reason = models.CharField(_("why there is a new edition"), max_length=300, blank=True)
    state = models.CharField(
        pgettext_lazy("of a record", "state"), max_length=10, choices=State, default=State.DRAFT
    )
    as_of = models.DateField(_("figures as of"), null=True, blank=True)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    sha256 = models.CharField(_("check of the figures"), max_length=64, blank=True)
    frozen_on = models.DateField(_("frozen on"), null=True, blank=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("frozen by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("quarterly report")
        verbose_name_plural = _("quarterly reports")
        ordering = ["-year", "-quarter", "-edition"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "quarter", "edition"],
                name="core_quarterlyreport_edition_once",
                violation_error_message=_("There is already a report of this quarter."),
            ),
            models.UniqueConstraint(
                fields=["year", "quarter"],
                condition=Q(state="draft"),
                name="core_quarterlyreport_one_draft",
                violation_error_message=_("Somebody is already working on the report of this quarter."),
            ),
            models.CheckConstraint(
                condition=Q(quarter__gte=1, quarter__lte=4),
                name="core_quarterlyreport_quarter",
                violation_error_message=_("A year has four quarters."),
            ),
            models.CheckConstraint(
                condition=Q(edition=1) | ~Q(reason=""),
                name="core_quarterlyreport_new_edition_with_reason",
                violation_error_message=_("Say why there is a new edition."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state="draft", frozen_on__isnull=True, frozen_by__isnull=True, sha256="", figures={}
                )
                | Q(
                    state__in=("frozen", "published"),
                    frozen_on__isnull=False,
                    frozen_by__isnull=False,
                    as_of__isnull=False,
                )
                & ~Q(sha256=""),
                name="core_quarterlyreport_frozen_holds_figures",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_on__isnull=False, published_by__isnull=False)
                | ~Q(state="published") & Q(published_on__isnull=True, published_by__isnull=True),
                name="core_quarterlyreport_published_by_somebody",
            ),
        ]
        triggers = [
            leaves_trail(hidden=("reason", "figures")),
            _stays("OLD.state <> 'draft'", free=_PUBLISHING, erasable="reason"),
            pgtrigger.Trigger(
                name="only_forward",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="published")
                | pgtrigger.Q(old__state="frozen", new__state="draft"),
                func=f"""
IF to_jsonb(NEW) - ARRAY[{_names("reason", *_BOOKKEEPING)}]::text[]
   IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{_names("reason", *_BOOKKEEPING)}]::text[] THEN
    RAISE EXCEPTION 'a report goes forward only' USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
""",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period.code} ({self.edition})"

    def get_absolute_url(self) -> str:
        return reverse("home:report", args=[self.pk])

    @property
    def period(self) -> Quarter:
        return Quarter(self.year, self.quarter)

    @property
    def is_draft(self) -> bool:
        return bool(self.state == self.State.DRAFT)

    @property
    def is_published(self) -> bool:
        return bool(self.state == self.State.PUBLISHED)

    @property
    def is_intact(self) -> bool:
        """Whether the figures are still the ones that were frozen."""
        return digest_of(self.figures) == self.sha256


def digest_of(figures: dict[str, Any]) -> str:
    """SHA-256 of a snapshot, the same however a database orders its keys."""
    text = json.dumps(figures, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class ReportText(Tracked):
    """What the lead says about one commitment in one edition. Can become public."""

    report = models.ForeignKey(
        QuarterlyReport,
        verbose_name=_("quarterly report"),
        on_delete=models.CASCADE,
        related_name="texts",
    )
    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("text of a quarterly report")
        verbose_name_plural = _("texts of quarterly reports")
        ordering = ["report", "commitment"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "commitment"],
                name="core_reporttext_once",
                violation_error_message=_(
                    "Somebody else wrote a text meanwhile. Copy yours and open the page again."
                ),
            )
        ]
        triggers = [
            leaves_trail(hidden=("text",)),
            _stays(
                "EXISTS (SELECT 1 FROM core_quarterlyreport r"
                " WHERE r.id = OLD.report_id AND r.state <> 'draft')",
                free=(),
                erasable="text",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.commitment_id}"
