"""Terugkoppelbrief: the text as it is proposed, in plain words, from what was agreed."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core.formatting import nl_date
from deventer_crm.core.mails import mail_kind
from employers.models import ContactPerson, FollowUp
from employers.models.contact import Audience
from meetings.models import Meeting, Participant, Report

if TYPE_CHECKING:
    from accounts.models import User

#: Kept long: it is the record of what the company was told.
KIND = mail_kind(
    "feedback_letter", label=gettext_lazy("letter after a meeting"), kept_for=dt.timedelta(days=7 * 365)
)
Kind, State = FollowUp.Kind, FollowUp.State


@dataclass(frozen=True)
class Letter:
    """`told`: fulfilled promises that this letter can report back; `left_out`: how much was not taken along
    because it is not for the company."""

    subject: str
    body: str
    told: list[FollowUp]
    left_out: int


def recipients_of(meeting: Meeting) -> list[ContactPerson]:
    """Who can be mailed: people at the table with an address who did not object, those present first."""
    rows = (
        Participant.objects.filter(meeting=meeting, person__isnull=False, person__anonymised_on__isnull=True)
        .exclude(person__email="")
        .filter(person__has_objected=False, person__objects_to_mail=False)
        .select_related("person")
        .order_by("-is_present", "pk")
    )
    return [row.person for row in rows if row.person is not None]


def outcomes_of(meeting: Meeting, user: "User") -> list[FollowUp]:
    """What was agreed at this meeting and stands or was done, as far as this reader may know."""
    rows: list[FollowUp] = list(
        FollowUp.objects.visible_to(user)
        .filter(meeting_row__meeting=meeting, dropped_on__isnull=True)
        .select_related("employer", "owner", "promised_by")
        .order_by("due_on", "pk")
    )
    return rows


def propose_letter(meeting: Meeting, user: "User", outcomes: Iterable[FollowUp]) -> Letter:
    """Never opinions, nothing that was given in confidence or is for named people only. In the language
    of the house, to be read by the company."""
    listed = list(outcomes)
    fit = [row for row in listed if not row.given_in_confidence and row.audience != Audience.NAMED]
    report = Report.objects.visible_to(user).filter(meeting=meeting).first()
    said = ""
    if report is not None and not report.given_in_confidence and report.audience != Audience.NAMED:
        said = report.agreements
    with translation.override(settings.LANGUAGE_CODE):
        body = _body(meeting, user, said, fit)
        subject = _("What we discussed on %(day)s") % {"day": nl_date(meeting.starts_at)}
    left_out = len(listed) - len(fit) + bool(report is not None and report.agreements and not said)
    told = [row for row in fit if row.kind == Kind.PROMISE_TO and row.state == State.FULFILLED]
    return Letter(subject, body, told, left_out)


def _body(meeting: Meeting, user: "User", said: str, rows: list[FollowUp]) -> str:
    ours = [_ours(row) for row in rows if row.kind != Kind.PROMISE_BY]
    theirs = [_theirs(row) for row in rows if row.kind == Kind.PROMISE_BY]
    parts = [
        _("Dear sir or madam,"),
        _("We spoke with you on %(day)s. Here you read what came of it.")
        % {"day": nl_date(meeting.starts_at, "weekday_year")},
        _block(_("This is what we discussed"), _lines(said) or [_("Fill in what you discussed.")]),
        _block(_("This is what we do"), ours or [_("We agreed nothing that we must do.")]),
        _block(_("This is what you do"), theirs or [_("You need to do nothing.")]),
        _("Is something not right? Please reply to this mail."),
        _("Kind regards,"),
        "\n".join(part for part in (user.get_full_name(), user.job_title) if part),
    ]
    return "\n\n".join(parts)


def _block(title: str, lines: Iterable[str]) -> str:
    return "\n".join([title, *(f"- {line}" for line in lines)])


def _lines(text: str) -> list[str]:
    return [line.strip(" -•\t") for line in text.splitlines() if line.strip(" -•\t")]


def _ours(row: FollowUp) -> str:
    if row.fulfilled_on is not None:
        words = {"what": row.what, "outcome": row.outcome}
        return (
            _("%(what)s. This is done: %(outcome)s") if row.outcome else _("%(what)s. This is done.")
        ) % words
    return _("%(what)s. We do this no later than %(day)s.") % {"what": row.what, "day": nl_date(row.due_on)}


def _theirs(row: FollowUp) -> str:
    if row.fulfilled_on is not None:
        return _("%(what)s. This is done, thank you.") % {"what": row.what}
    return _("%(what)s. Please do this no later than %(day)s.") % {
        "what": row.what,
        "day": nl_date(row.due_on),
    }
