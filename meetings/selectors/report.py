"""A report as its page, its form and its reminders show it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from employers.models import FollowUp
from meetings.feedback_text import outcomes_of
from meetings.models import Meeting, Report, ReportDraft, ReportSignal
from meetings.permissions import may_sign_off

if TYPE_CHECKING:
    from accounts.models import User


HEADINGS = (
    ("summary", gettext_lazy("What was discussed")),
    ("company_news", gettext_lazy("What is going on at the company")),
    ("asks", gettext_lazy("What the company asks of us")),
    ("agreements", gettext_lazy("What was agreed")),
)


@dataclass(frozen=True)
class ShownReport:
    """`headings`: those that hold a text, with it; facts only."""

    report: Report
    headings: list[tuple[str, str]]
    signals: list[ReportSignal]
    may_sign_off: bool

    @property
    def waits(self) -> bool:
        """Somebody else wrote it, and the account manager has not said that this is how it was."""
        return self.report.signed_off_on is None


def report_of(meeting: Meeting, user: "User") -> Report | None:
    """The report, as far as this reader may know of it."""
    rows = Report.objects.visible_to(user).filter(meeting=meeting)
    found: Report | None = rows.select_related("modified_by", "created_by", "signed_off_by").first()
    return found


def has_report(meeting: Meeting) -> bool:
    """Whoever may read it."""
    return Report.objects.filter(meeting=meeting).exists()


def shown_report(meeting: Meeting, user: "User") -> ShownReport | None:
    """With its signals; two queries, none for what was not held."""
    report = report_of(meeting, user) if meeting.is_held else None
    if report is None:
        return None
    headings = [(str(label), getattr(report, name)) for name, label in HEADINGS]
    return ShownReport(
        report,
        [(label, text) for label, text in headings if text],
        list(report.signals.select_related("theme", "employer")),
        meeting.state == Meeting.State.REPORTED and may_sign_off(meeting, user),
    )


def outcomes_shown(meeting: Meeting, user: "User") -> list[FollowUp]:
    """What was agreed; one query."""
    return outcomes_of(meeting, user)


@dataclass(frozen=True)
class Writing:
    """Who else is at this report: drafts of others, and a report that was saved since."""

    draft: ReportDraft | None
    others: list[ReportDraft]
    stored: Report | None

    @property
    def is_behind(self) -> bool:
        """The report was saved since this person began to type."""
        if self.draft is None or self.stored is None:
            return False
        began_with = self.draft.fields.get("record_version", [""])[0]
        return began_with != str(self.stored.version)


def writing_of(meeting: Meeting, user: "User") -> Writing:
    """Of the drafts only whose and when; nobody reads those of somebody else."""
    rows = ReportDraft.objects.filter(meeting=meeting).select_related("user").order_by("-saved_at")
    mine = rows.filter(user=user).first()
    return Writing(mine, list(rows.exclude(user=user).defer("typed")), report_of(meeting, user))
