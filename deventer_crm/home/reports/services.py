"""Beginning, writing, freezing, correcting and publishing a quarterly report. Who may do it is the caller's
to check (R9: the lead)."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.locks import lock_transaction
from deventer_crm.core.models import Commitment, Quarter, QuarterlyReport, ReportText
from deventer_crm.core.models.reports import digest_of
from deventer_crm.core.services import save_tracked
from deventer_crm.home.reports.figures import EARLIER, day_of, take_snapshot
from deventer_crm.home.reports.names import Named, names_in
from deventer_crm.home.reports.selectors import frozen_before, texts_of

if TYPE_CHECKING:
    from accounts.models import User

State = QuarterlyReport.State
FIRST_YEAR = 2000


class NamesAnybody(ValidationError):
    """The texts name somebody, and nobody said that this may become public."""


def _locked(report: QuarterlyReport) -> QuarterlyReport:
    """One person at a time changes the reports of a quarter; the second sees what the first did."""
    lock_transaction(f"report:{report.year}-{report.quarter}")
    return QuarterlyReport.objects.select_for_update().get(pk=report.pk)


def _require_draft(report: QuarterlyReport) -> None:
    if not report.is_draft:
        raise ValidationError(_("This report is frozen. Make a new edition to correct it."))


@transaction.atomic
def begin_report(year: int, quarter: int, *, by: "User") -> QuarterlyReport:
    """A draft for a quarter that began. Raises ValidationError for a quarter that does not exist or lies
    ahead, and when there is a report of it already: that is corrected by a new edition."""
    if quarter not in (1, 2, 3, 4) or not FIRST_YEAR <= year <= clock.today().year:
        raise ValidationError(_("Choose a quarter that has begun."))
    if Quarter(year, quarter).first > clock.today():
        raise ValidationError(_("Choose a quarter that has begun."))
    lock_transaction(f"report:{year}-{quarter}")
    if QuarterlyReport.objects.filter(year=year, quarter=quarter).exists():
        raise ValidationError(_("There is already a report of this quarter."))
    return save_tracked(QuarterlyReport(year=year, quarter=quarter), by=by)


@transaction.atomic
def save_text(
    report: QuarterlyReport,
    commitment: Commitment,
    text: str,
    *,
    by: "User",
    expected_version: int | None = None,
) -> ReportText:
    """What is said about one commitment in a draft. `expected_version`: what the editor saw.

    Raises StaleRecord when somebody else saved meanwhile, ValidationError when the report is frozen or
    somebody else wrote the first text."""
    _require_draft(_locked(report))
    row = ReportText.objects.filter(report=report, commitment=commitment).first()
    if row is not None and expected_version is None:
        row = None  # the editor saw no text: the rule of the model says that there is one now
    row = row or ReportText(report=report, commitment=commitment)
    row.text = text.strip()
    return save_tracked(row, by=by, expected_version=expected_version)


@transaction.atomic
def freeze_report(report: QuarterlyReport, *, by: "User") -> QuarterlyReport:
    """Keep the figures of the quarter as they are now, with the keys of what was counted, and the texts.

    Cannot be taken back; a correction is a new edition. Raises ValidationError when it is frozen already,
    when there is nothing to freeze, or when a text names a confidential employer."""
    stored = _locked(report)
    _require_draft(stored)
    today = clock.today()
    texts = texts_of(stored)
    named = names_in(texts)
    _refuse_secrets(named)
    snapshot = take_snapshot(stored, frozen_before(stored.period, EARLIER), today)
    for row in snapshot["rows"]:
        row["named"] = sorted(
            one.employer for one in named if one.employer is not None and row["commitment"] in one.commitments
        )
    # No text can be added to a frozen report: each commitment has its row.
    missing = [row["commitment"] for row in snapshot["rows"] if row["commitment"] not in texts]
    ReportText.objects.bulk_create(
        ReportText(report=stored, commitment_id=key, created_by=by, modified_by=by) for key in missing
    )
    stored.figures = snapshot
    stored.sha256 = digest_of(snapshot)
    stored.as_of = day_of(stored.period, today)
    stored.state = State.FROZEN
    stored.frozen_on, stored.frozen_by = today, by
    return save_tracked(stored, by=by)


def _refuse_secrets(named: list[Named]) -> None:
    """R10: everybody who sees the monitor reads the texts. Says in which, and not who."""
    secret = {key for one in named if one.is_confidential for key in one.commitments}
    if not secret:
        return
    codes = Commitment.objects.filter(pk__in=secret).order_by("position").values_list("code", flat=True)
    raise ValidationError(
        _("A text names an employer that is confidential: %(codes)s. Take the name out first.")
        % {"codes": ", ".join(codes)}
    )


@transaction.atomic
def publish_report(
    report: QuarterlyReport, *, by: "User", names_may_be_public: bool = False
) -> QuarterlyReport:
    """Mark a frozen report as made public. Cannot be taken back.

    Raises ValidationError for a draft, one that was published or that a newer edition replaces, and for a
    text that names a confidential employer; NamesAnybody when the texts name others and nobody said that
    they may."""
    stored = _locked(report)
    if stored.is_draft:
        raise ValidationError(_("Freeze the report first."))
    if stored.is_published:
        raise ValidationError(_("This report is published already."))
    if _newer(stored):
        raise ValidationError(_("There is a newer edition of this report."))
    named = names_in(texts_of(stored))
    _refuse_secrets(named)
    if named and not names_may_be_public:
        raise NamesAnybody(_("The texts name employers or people. Say that they may become public."))
    stored.state = State.PUBLISHED
    stored.published_on, stored.published_by = clock.today(), by
    return save_tracked(stored, by=by)


def _newer(report: QuarterlyReport) -> bool:
    same = QuarterlyReport.objects.filter(year=report.year, quarter=report.quarter)
    return same.filter(edition__gt=report.edition).exists()


@transaction.atomic
def new_edition(report: QuarterlyReport, *, reason: str, by: "User") -> QuarterlyReport:
    """A draft that corrects a frozen report, with its texts to go on from. The edition before stays as it is.

    Raises ValidationError without a reason, for a draft, and when there is a newer edition already."""
    stored = _locked(report)
    if stored.is_draft:
        raise ValidationError(_("A draft is not frozen yet: change it as it is."))
    if _newer(stored):
        raise ValidationError(_("There is a newer edition of this report."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why there is a new edition.")})
    draft = save_tracked(
        QuarterlyReport(
            year=stored.year,
            quarter=stored.quarter,
            edition=stored.edition + 1,
            reason=reason.strip(),
        ),
        by=by,
    )
    ReportText.objects.bulk_create(
        ReportText(report=draft, commitment_id=key, text=text, created_by=by, modified_by=by)
        for key, text in texts_of(stored).items()
    )
    return draft


@transaction.atomic
def drop_draft(report: QuarterlyReport, *, by: "User") -> None:
    """Throw a draft away with its texts. Raises ValidationError for what is frozen."""
    stored = _locked(report)
    _require_draft(stored)
    save_tracked(stored, by=by)
    stored.delete()
