"""What this app puts in a briefing: who they are, who is there, what was said and promised, what changes."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.formatting import nl_date, number, size_class
from deventer_crm.core.memo import shared
from employers.activity import Narrowing, read_timeline
from employers.models import Employer, FollowUp, Position
from employers.models.register import Source
from employers.selectors.history import history_of
from employers.signals import signals_for
from meetings.models import Meeting, Participant, Report, ReportSignal

from .readers import TeamReader
from .sections import About, Line, briefing_section

#: Years of jobs, and of how many employers: at a table of many each has one line.
YEARS, WITH_HISTORY = 5, 3
LONGEST = 320
#: Earlier reports that are looked at.
MOST_REPORTS = 10
#: Signals from talks are told this long.
SIGNALS_FROM_TALKS = dt.timedelta(days=730)


def clipped(text: str, length: int = LONGEST) -> str:
    """On one line, cut at a word."""
    return Truncator(" ".join(text.split())).chars(length)


def _of(employer: Any, about: About) -> str:
    """The name in front, when several sit at the table."""
    return f"{employer.name}: " if len(about.employers) > 1 else ""


@briefing_section("purpose", label=gettext_lazy("What it is about"), order=10, limit=1, act=Act.SEE_AGENDA)
def purpose(about: About) -> Iterable[Line]:
    """As it stands in the agenda."""
    meeting = about.meeting
    if meeting.purpose:
        yield Line(
            clipped(meeting.purpose, 500),
            source=_("agenda"),
            url=meeting.get_absolute_url(),
            records=((Meeting._meta.label_lower, meeting.pk),),
        )


@briefing_section("who", label=gettext_lazy("Who they are"), order=20, limit=8)
def who_they_are(about: About) -> Iterable[Line]:
    """Sector and area, working persons now and in the last years, account manager."""
    for employer in about.employers:
        records = ((Employer._meta.label_lower, employer.pk),)
        url = employer.get_absolute_url()
        parts = [str(part) for part in (employer.sector, employer.area) if part]
        if employer.kind != Employer.Kind.COMPANY:
            parts.insert(0, str(employer.get_kind_display()))
        has_jobs = employer.jobs is not None and employer.kind != Employer.Kind.ASSOCIATION
        yield Line(
            " · ".join(
                [employer.name, *parts, *([_in_words(employer.jobs, exact=False)] if has_jobs else [])]
            ),
            exact=" · ".join([employer.name, *parts, _in_words(employer.jobs, exact=True)])
            if has_jobs
            else "",
            note=_("account manager %(name)s") % {"name": employer.manager_name}
            if employer.manager_name
            else "",
            source=_("dossier"),
            url=url,
            records=records,
        )
        if has_jobs and len(about.employers) <= WITH_HISTORY:
            line = _five_years(employer, about, records, url)
            if line is not None:
                yield line


def _in_words(jobs: int, *, exact: bool) -> str:
    return _("%(count)s working persons") % {"count": number(jobs) if exact else size_class(jobs)}


def _five_years(employer: Any, about: About, records: tuple[tuple[str, int], ...], url: str) -> Line | None:
    family = [employer.pk, *(pk for pk in about.family if pk not in {row.pk for row in about.employers})]
    history = history_of(family if len(about.employers) == 1 else [employer.pk])
    years = history.series(about.day, YEARS)
    if len(years) < 2:
        return None
    lead = _of(employer, about) + _("working persons over the years")
    told = {
        exact: lead
        + ": "
        + ", ".join(f"{day:%Y} {number(jobs) if exact else size_class(jobs)}" for day, jobs in years)
        for exact in (False, True)
    }
    source = history.source_on(years[-1][0])
    return Line(
        told[False],
        exact=told[True],
        source=_("%(source)s, reference date %(day)s")
        % {"source": Source(source).label, "day": nl_date(years[-1][0])}
        if source
        else _("register"),
        url=url,
        records=records,
    )


@briefing_section("people", label=gettext_lazy("At the table"), order=30, limit=8, act=Act.SEE_AGENDA)
def at_the_table(about: About) -> Iterable[Line]:
    """Theirs with what they do there, then ours on one line."""
    held = Position.objects.on(about.day).filter(person=OuterRef("person_id"), employer__in=about.family)
    rows = list(
        Participant.objects.filter(meeting=about.meeting)
        .annotate(title=Subquery(held.order_by("-is_primary", "pk").values("title")[:1]))
        .select_related("person", "employer", "college_member", "user")
        .order_by("college_member__position", "pk")
    )
    people = [(row, row.person_id) for row in rows if row.person_id]
    several = len(about.employers) > 1
    for row, key in people:
        parts = [row.title or "", row.employer.name if several and row.employer else ""]
        records: list[tuple[str, int]] = [("employers.contactperson", key)]
        if several and row.employer_id:
            records.append((Employer._meta.label_lower, row.employer_id))
        yield Line(
            str(row.person),
            note=", ".join(part for part in parts if part),
            source=_("contact persons"),
            url=reverse("employers:person", args=[key]),
            records=tuple(records),
        )
    ours = [
        str(row) for row in sorted(rows, key=lambda row: row.college_member_id is None) if not row.person_id
    ]
    if ours:
        yield Line(
            _("From us: %(names)s") % {"names": ", ".join(ours)},
            source=_("agenda"),
            url=about.meeting.get_absolute_url(),
            records=((Meeting._meta.label_lower, about.meeting.pk),),
        )


def _earlier_reports(about: About) -> list[Any]:
    """Reports of earlier meetings with them that this reader may read, the newest first; `noted`: what was
    said there by theme. Two sections read them."""

    def read() -> list[Any]:
        noted = ReportSignal.objects.filter(report=OuterRef("pk"), employer__in=about.family).order_by("pk")
        row = JSONObject(theme="theme__name", sentence="sentence", employer="employer_id")
        meetings = Meeting.objects.with_employers(about.family).filter(starts_at__lt=about.meeting.starts_at)
        return list(
            Report.objects.visible_to(about.reader)
            .filter(meeting__in=meetings.order_by().values("pk"))
            .exclude(meeting=about.meeting)
            .annotate(noted=ArraySubquery(noted.values(row=row)))
            .select_related("meeting")
            .order_by("-meeting__starts_at", "-pk")[: about.most(MOST_REPORTS)]
        )

    return shared(("briefing reports", about.meeting.pk, about.reader.pk, about.kept), read)


@briefing_section("last_time", label=gettext_lazy("What was said last time"), order=40, limit=1)
def last_time(about: About) -> Iterable[Line]:
    """The report of the last meeting with them that this reader may read."""
    for report in _earlier_reports(about)[: about.most(1)]:
        said = [report.summary, report.asks and _("They ask: %(what)s") % {"what": report.asks}]
        said.append(report.agreements and _("Agreed: %(what)s") % {"what": report.agreements})
        yield Line(clipped(" ".join(part for part in said if part), 480), **_of_report(report))


def _of_report(report: Report) -> dict[str, Any]:
    """Note, source and records of a line that comes from a report."""
    return {
        "note": _("in confidence") if report.given_in_confidence else "",
        "source": _("report of %(day)s") % {"day": nl_date(report.meeting.starts_at)},
        "url": report.meeting.get_absolute_url() + "#report",
        "records": ((Report._meta.label_lower, report.pk),),
        "in_confidence": report.given_in_confidence,
    }


KINDS = {
    FollowUp.Kind.PROMISE_TO: gettext_lazy("we promised"),
    FollowUp.Kind.PROMISE_BY: gettext_lazy("they promised"),
    FollowUp.Kind.ACTION: gettext_lazy("to do"),
}


@briefing_section(
    "promises", label=gettext_lazy("Open promises and actions"), order=50, limit=8, act=Act.SEE_FOLLOW_UPS
)
def open_follow_ups(about: About) -> Iterable[Line]:
    """Of both sides, what is due first."""
    rows = (
        FollowUp.objects.visible_to(about.reader)
        .standing()
        .at(list(about.family))
        .select_related("owner", "promised_by", "employer")
        .by_urgency()
    )
    for row in rows[: about.most(8)]:
        who = row.promised_by or row.owner or row.department
        notes = [_("due %(day)s") % {"day": nl_date(row.due_on, "short_year")}, row.get_state_display()]
        notes += [str(who)] if who else []
        notes += [_("in confidence")] if row.given_in_confidence else []
        yield Line(
            f"{KINDS[FollowUp.Kind(row.kind)]}: {clipped(row.what, 200)}",
            note=", ".join(notes),
            source=_("promises"),
            url=row.get_absolute_url(),
            records=((FollowUp._meta.label_lower, row.pk),),
            in_confidence=row.given_in_confidence,
        )


@briefing_section("signals", label=gettext_lazy("Signals"), order=60, limit=5)
def signals(about: About) -> Iterable[Line]:
    """Facts worth a look, and what was noted by theme in earlier talks. Facts that follow from several
    records are, in the copy, those that everybody of the team may know."""
    reader: Any = TeamReader() if about.kept else about.reader
    names = {row.pk: row for row in about.employers}
    for pk, found in signals_for(list(names), reader, about.day, exact=False).items():
        for signal in found:
            yield Line(
                f"{_of(names[pk], about)}{signal.label}: {signal.reason}",
                source=signal.source,
                url=signal.url or names[pk].get_absolute_url(),
                records=((Employer._meta.label_lower, pk),),
            )
    since = clock.start_of(about.day - SIGNALS_FROM_TALKS)
    for report in _earlier_reports(about):
        if report.meeting.starts_at >= since:
            for row in report.noted:
                yield Line(f"{row['theme']}: {clipped(row['sentence'])}", **_of_report(report))


@briefing_section("contacts", label=gettext_lazy("Last contacts by anyone"), order=70, limit=5)
def last_contacts(about: About) -> Iterable[Line]:
    """Who of us spoke with them, newest first; before this meeting."""
    if not about.family:
        return
    until = min(about.day, clock.local_date(about.meeting.starts_at))
    asked = Narrowing(groups=("contact", "meeting"), until=until)
    this = Meeting._meta.model_name, about.meeting.pk
    for key, line in read_timeline(about.family, about.reader, narrowing=asked, size=about.most(5) + 1).told:
        if not line.is_contact or (key.kind, key.record_id) == this:
            continue
        is_meeting = key.kind == "meeting"
        label = Meeting._meta.label_lower if is_meeting else "employers.contactmoment"
        yield Line(
            clipped(": ".join(str(part) for part in (line.title, line.text) if part), 200),
            note=line.detail,
            source=f"{_('agenda') if is_meeting else _('contact')}, {nl_date(line.at, 'short_year')}",
            url=line.url or reverse("employers:timeline", args=[key.employer_id]),
            records=((label, key.record_id), (Employer._meta.label_lower, key.employer_id)),
        )
