"""De avond ervoor: at six a mail to each college member who has a meeting tomorrow, five lines and a link.

The evening before is that of the day itself: a meeting on Monday is mailed on Sunday. Of what is confidential
the mail says only that there is a meeting, with the link (R10)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deventer_crm.core import clock
from deventer_crm.core.formatting import clock_time, nl_date
from deventer_crm.core.mails import mail_kind, queue_mail
from deventer_crm.core.models import OutgoingMail
from deventer_crm.core.posting import absolute
from meetings.briefing import compile_briefing
from meetings.briefing.own_sections import clipped
from meetings.briefing.readers import TeamReader
from meetings.models import Meeting, Participant

TEAM: Any = TeamReader()
#: Lines of the mail, each of one section.
LINE = 160
#: What the mail tells, in this order, besides who, when and where. Points and sensitivities stay at home, and
#: of a contact only its date.
TOLD = ("people", "promises", "signals", "purpose")


def _refused(mail: OutgoingMail) -> str:
    """Moved, called off or become confidential between writing and sending."""
    meeting = Meeting.objects.filter(pk=mail.about_id or 0).first()
    if meeting is None or meeting.state != Meeting.State.PLANNED:
        return "the meeting is not planned any more"
    if not mail.key.endswith(f":{clock.local_date(meeting.starts_at)}"):
        return "the meeting was moved"
    if mail.subject != _secret_subject() and not _is_open(meeting):
        return "the meeting became confidential"
    return ""


KIND = mail_kind("evening_before", label=gettext_lazy("the evening before"), refused=_refused)


@dataclass(frozen=True)
class Evening:
    """How many mails were written down in this run, and how many were there already."""

    mails: int = 0
    there: int = 0


def mail_evening_before(today: dt.date | None = None) -> Evening:
    """Write the mails about tomorrow. Running it again writes nothing twice, so a run that was missed can be
    made up for later in the evening."""
    tomorrow = (today or clock.today()) + dt.timedelta(days=1)
    made = there = 0
    known = set(
        OutgoingMail.objects.filter(kind=KIND.code, key__endswith=f":{tomorrow}").values_list(
            "key", flat=True
        )
    )
    with translation.override(settings.LANGUAGE_CODE):
        for row in _seats(tomorrow):
            key = f"evening:{row.meeting_id}:{row.college_member_id}:{tomorrow}"
            if key in known:
                there += 1
                continue
            member: Any = row.college_member
            subject, text = evening_text(row.meeting)
            queue_mail(
                kind=KIND.code,
                key=key,
                to=member.user.email,
                subject=subject,
                text=text,
                about=row.meeting,
                useless_after=row.meeting.starts_at,
            )
            made += 1
    return Evening(made, there)


def _seats(day: dt.date) -> "QuerySet[Participant]":
    """Members with an account and an address at what is planned for that day, who may know of it."""
    return (
        Participant.objects.filter(
            meeting__state=Meeting.State.PLANNED,
            meeting__starts_at__gte=clock.start_of(day),
            meeting__starts_at__lt=clock.start_of(day + dt.timedelta(days=1)),
            college_member__user__is_active=True,
        )
        .exclude(college_member__user__email="")
        .select_related("meeting__kind", "college_member__user")
        .order_by("meeting__starts_at", "pk")
    )


def _is_open(meeting: Meeting) -> bool:
    """No secret for anybody of the team."""
    return Meeting.objects.visible_to(TEAM).filter(pk=meeting.pk).exists()


def _secret_subject() -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Tomorrow: an appointment")


def evening_text(meeting: Meeting) -> tuple[str, str]:
    """Subject and text: at most five lines and the link."""
    url = absolute(reverse("meetings:briefing", args=[meeting.pk]))
    link = _("Read the briefing: %(url)s") % {"url": url}
    if not _is_open(meeting):
        when = _("Tomorrow, %(time)s: an appointment.") % {"time": clock_time(meeting.starts_at)}
        return _secret_subject(), f"{when}\n\n{link}\n"
    where = meeting.location or str(meeting.get_place_display())
    names = ", ".join(meeting.employers.order_by("sort_name", "pk").values_list("name", flat=True)[:4])
    lines = [f"{nl_date(meeting.starts_at, 'weekday')}, {clock_time(meeting.starts_at)}, {where}: {names}"]
    found = {section.code: section for section in compile_briefing(meeting, TEAM, exact=False)}
    for code in TOLD:
        section = found.get(code)
        open_lines = [line for line in section.lines if not line.in_confidence] if section else []
        if section and open_lines:
            said = "; ".join(line.text for line in open_lines[: 3 if code == "people" else 1])
            lines.append(f"{section.title}: {clipped(said, LINE)}")
    subject = _("Tomorrow: %(what)s") % {"what": names or meeting.name}
    return subject, "\n".join(f"- {line}" for line in lines) + f"\n\n{link}\n"
