"""The text of a report with its signals, who signs it off, and what is kept while somebody types it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.parsing import whole_number
from deventer_crm.core.reconcile import request_reconcile
from deventer_crm.core.services import save_tracked
from employers.models import Employer, Theme
from meetings.models import Meeting, Report, ReportDraft, ReportSignal
from meetings.permissions import is_manager_of, may_sign_off

if TYPE_CHECKING:
    from accounts.models import User

SIGN_OFF_RULES = ("report_unsigned",)


@dataclass(frozen=True)
class NotedSignal:
    """One sentence about a theme, of an employer at the table."""

    theme: Theme
    employer: Employer
    sentence: str


def write_report(
    report: Report,
    meeting: Meeting,
    *,
    by: "User",
    signals: Iterable[NotedSignal] | None,
    expected_version: int | None = None,
    **texts: Any,
) -> Report:
    """Save the text, inside the transaction of a step or a correction; the draft of it goes. Raises
    ValidationError and StaleRecord."""
    for name, value in texts.items():
        setattr(report, name, value)
    for name in (*Report.HEADINGS, "opinions", "woo_ground"):
        setattr(report, name, getattr(report, name).strip())
    signs = is_manager_of(meeting, by)
    report.signed_off_on, report.signed_off_by = (clock.today(), by) if signs else (None, None)
    save_tracked(report, by=by, expected_version=expected_version)
    if signals is not None:
        report.signals.all().delete()
        for signal in signals:
            _add_signal(report, meeting, signal)
    drop_draft(meeting, by)
    return report


def _add_signal(report: Report, meeting: Meeting, signal: NotedSignal) -> None:
    if not meeting.employer_rows.filter(employer=signal.employer).exists():
        raise ValidationError(_("A signal is about an employer of this meeting."))
    row = ReportSignal(
        report=report, theme=signal.theme, employer=signal.employer, sentence=signal.sentence.strip()
    )
    row.full_clean()
    row.save()


@transaction.atomic
def sign_off_report(meeting: Meeting, *, by: "User") -> Report:
    """The account manager says that this is how it was. Raises PermissionDenied for who may not, and
    ValidationError when there is nothing to sign off any more."""
    rows = Report.objects.select_for_update(of=("self",)).select_related("meeting")
    report: Report | None = rows.filter(meeting=meeting).first()
    if report is None or report.meeting.state != Meeting.State.REPORTED:
        raise ValidationError(_("There is no report to sign off."))
    if not may_sign_off(report.meeting, by):
        raise PermissionDenied
    if report.signed_off_on is not None:
        raise ValidationError(_("This report was signed off already."))
    report.signed_off_on, report.signed_off_by = clock.today(), by
    save_tracked(report, by=by)
    request_reconcile(SIGN_OFF_RULES, [meeting.pk])
    return report


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def keep_draft(meeting: Meeting, by: "User", fields: dict[str, list[str]]) -> ReportDraft | None:
    """Keep what somebody has typed so far; the same person in two windows keeps what came last. None: they
    saved the report since this form was drawn, and what a browser sends late is in it."""
    Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)  # a saving of the report goes first
    drawn = whole_number((fields.get("record_version") or [""])[0]) or 0
    if Report.objects.filter(meeting=meeting, modified_by=by, version__gt=drawn).exists():
        return None
    draft, _made = ReportDraft.objects.update_or_create(
        meeting=meeting, user=by, defaults={"typed": ReportDraft.packed(fields), "saved_at": clock.now()}
    )
    return draft


def drop_draft(meeting: Meeting, by: "User") -> None:
    """Thrown away, or saved as the report."""
    ReportDraft.objects.filter(meeting=meeting, user=by).delete()
