"""Samen-om-tafel-blad: what a table of parties should talk about, built from open points of both sides, what
was not finished last time, and themes that several companies mention."""

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import clock, formatting, policy
from employers.models import Employer, FollowUp, Membership, Theme
from employers.models.contact import Audience
from employers.toplist.families import Families, families
from meetings.models import AgendaItem, Meeting, MeetingEmployer, TableSheet, TableSheetLine
from meetings.theme_signals import ThemeSignal, counted, mentions

if TYPE_CHECKING:
    from accounts.models import User

Part, Source = TableSheetLine.Part, AgendaItem.Source
#: Without a meeting before, signals go back this long.
FIRST_TIME = dt.timedelta(days=365)
#: Fewer parties than this make no round table.
PARTIES = 2
#: A part of the sheet shows no more lines: it is one page.
MOST = 7


@dataclass(frozen=True)
class Proposal:
    """A line of the sheet that can become an agenda item. `key` names it in the form; "" for what only
    informs. `is_on_agenda`: it was taken over already."""

    key: str
    part: str
    text: str
    note: str = ""
    brought_by_id: int | None = None
    follow_up: FollowUp | None = None
    item: AgendaItem | None = None
    theme: Theme | None = None
    companies: int | None = None
    is_on_agenda: bool = False

    @property
    def companies_text(self) -> str:
        """ "5 companies"; never which."""
        return companies_text(self.companies)


@dataclass(frozen=True)
class SheetPart:
    """A heading of the sheet with its lines; `more`: how many did not fit."""

    code: str
    label: str
    lines: list[Proposal]
    more: int = 0


@dataclass(frozen=True)
class SheetPage:
    """The sheet of one meeting for one reader. `unconfirmed`: promises that are left out until somebody
    confirmed them; `frozen`: the sheet as it was sent, whose lines are shown then."""

    meeting: Meeting
    parts: list[SheetPart]
    since: dt.date
    previous: Meeting | None
    unconfirmed: int = 0
    frozen: TableSheet | None = None
    parties: list[Employer] = field(default_factory=list)

    @property
    def lines(self) -> list[Proposal]:
        return [line for part in self.parts for line in part.lines]


def companies_text(count: int | None) -> str:
    if count is None:
        return ""
    return ngettext("%(count)d company", "%(count)d companies", count) % {"count": count}


def parties_of(meeting: Meeting, user: "User") -> list[Employer]:
    """The associations of a meeting this reader may know of: the parties of its series on its day, and those
    at the table."""
    day = clock.local_date(meeting.starts_at)
    at_table = MeetingEmployer.objects.filter(meeting=meeting).values("employer_id")
    wanted = Q(pk__in=at_table)
    if meeting.kind.series_id:
        rows = meeting.kind.series.parties.all()  # type: ignore[union-attr]  # it has one
        wanted |= Q(pk__in=[row.association_id for row in rows if row.takes_part_on(day)])
    rows = Employer.objects.visible_to(user).filter(wanted, kind=Employer.Kind.ASSOCIATION)
    return list(rows.order_by("sort_name", "pk"))


def has_sheet(meeting: Meeting) -> bool:
    """Meetings of a series have a sheet, and every other meeting of two associations or more."""
    if meeting.kind.series_id:
        return True
    rows = MeetingEmployer.objects.filter(meeting=meeting, employer__kind=Employer.Kind.ASSOCIATION)
    return rows.count() >= PARTIES


def previous_of(meeting: Meeting, parties: list[Employer]) -> Meeting | None:
    """The last held meeting before this one: of its series, else of two or more of the same parties."""
    rows = Meeting.objects.held().filter(starts_at__lt=meeting.starts_at).exclude(pk=meeting.pk)
    if meeting.kind.series_id:
        rows = rows.filter(kind__series=meeting.kind.series_id)
    else:
        known = families(row.pk for row in parties)
        there: dict[int, set[int]] = {}
        pairs = MeetingEmployer.objects.filter(meeting__in=rows, employer__in=list(known.members))
        for pk, employer in pairs.values_list("meeting_id", "employer_id"):
            there.setdefault(pk, set()).add(known.members[employer])
        rows = rows.filter(pk__in=[pk for pk, found in there.items() if len(found) >= PARTIES])
    return rows.select_related("kind", "minutes").order_by("-starts_at", "-pk").first()


def sheet_page(meeting: Meeting, user: "User") -> SheetPage:
    """The sheet of a meeting that this reader may see: frozen as it was sent, else as it stands today."""
    parties = parties_of(meeting, user)
    previous = previous_of(meeting, parties)
    day = min(clock.today(), clock.local_date(meeting.starts_at))
    since = previous.held_on + dt.timedelta(days=1) if previous and previous.held_on else day - FIRST_TIME
    frozen = TableSheet.objects.filter(meeting=meeting).select_related("created_by").first()
    if frozen is not None:
        return SheetPage(
            meeting, _frozen_parts(frozen, user), frozen.since, previous, frozen=frozen, parties=parties
        )
    known = families(row.pk for row in parties)
    points = _points(known, user)
    signals = counted(
        {Part.MEMBERS: _at_members(known, day), Part.SIGNALS: mentions(since, day)},
        policy.value("signal_companies", day),
    )
    confirmed = [row for row in points if row.state != FollowUp.State.UNCONFIRMED]
    lines = [
        *_of_points(confirmed, known, parties),
        *_left(previous, user),
        *(_of_theme(part, signal) for part, found in signals.items() for signal in found),
    ]
    unconfirmed = len(points) - len(confirmed)
    return SheetPage(meeting, _parts(_mark(lines, meeting)), since, previous, unconfirmed, parties=parties)


def _parts(lines: list[Proposal]) -> list[SheetPart]:
    found = []
    for code, label in Part.choices:
        own = [line for line in lines if line.part == code]
        found.append(SheetPart(code, str(label), own[:MOST], max(len(own) - MOST, 0)))
    return found


def _points(known: Families, user: "User") -> list[FollowUp]:
    """What is open between us and these parties: neither confidential nor given in confidence, not for named
    people. A promise that nobody confirmed is among them; it is counted, not shown."""
    return list(
        FollowUp.objects.visible_to(user)
        .standing()
        .filter(employer__in=list(known.members), is_confidential=False, given_in_confidence=False)
        .exclude(audience=Audience.NAMED)
        .select_related("employer", "owner")
        .by_urgency()
    )


def _of_points(points: list[FollowUp], known: Families, parties: list[Employer]) -> list[Proposal]:
    names = {known.survivor(row.pk): row for row in parties}
    lines = []
    for point in points:
        party = names.get(known.members.get(point.employer_id, point.employer_id))
        is_theirs = point.kind == FollowUp.Kind.PROMISE_BY
        due = formatting.nl_date(point.due_on, "short_year")
        words = {"party": party or point.employer, "due": due}
        note = _("%(party)s, for %(due)s") if is_theirs else _("for %(party)s, by %(due)s")
        lines.append(
            Proposal(
                f"follow_up:{point.pk}",
                Part.THEIRS if is_theirs else Part.OURS,
                point.what,
                note % words,
                brought_by_id=party.pk if party and is_theirs else None,
                follow_up=point,
            )
        )
    return lines


def _left(previous: Meeting | None, user: "User") -> list[Proposal]:
    """Items of last time that nobody ticked as finished, and its minutes when they were not adopted."""
    if previous is None or not Meeting.objects.visible_to(user).filter(pk=previous.pk).exists():
        return []
    day = formatting.nl_date(previous.held_on, "long")
    lines = []
    minutes = getattr(previous, "minutes", None)
    if minutes is not None and minutes.adopted_on is None:
        title = _("Adopt the minutes of %(day)s") % {"day": day}
        lines.append(Proposal("minutes", Part.LEFT, title, _("minutes of last time")))
    items = AgendaItem.objects.visible_to(user).filter(
        meeting=previous, is_finished=False, is_confidential=False
    )
    for item in items.exclude(source=Source.MINUTES).select_related("theme"):
        lines.append(
            Proposal(
                f"item:{item.pk}",
                Part.LEFT,
                item.title,
                _("on the agenda of %(day)s") % {"day": day},
                brought_by_id=item.brought_by_id,
                item=item,
            )
        )
    return lines


def _at_members(known: Families, day: dt.date) -> set[tuple[int, int]]:
    """Theme and employer of what is open at members of these parties; only counted, never named (R10)."""
    members = Membership.objects.on(day).filter(association__in=list(known.members)).values("employer_id")
    points = (
        FollowUp.objects.standing()
        .filter(employer__in=members, theme__isnull=False, is_confidential=False, given_in_confidence=False)
        .exclude(audience=Audience.NAMED)
        .order_by()
    )
    return set(points.values_list("theme_id", "employer_id"))


def _of_theme(part: str, signal: ThemeSignal) -> Proposal:
    return Proposal(
        f"theme:{signal.theme.pk}",
        part,
        signal.theme.name,
        companies_text(signal.companies),
        theme=signal.theme,
        companies=signal.companies,
    )


def _mark(lines: list[Proposal], meeting: Meeting) -> list[Proposal]:
    """Say which of these stand on the agenda already."""
    taken = set()
    for item in AgendaItem.objects.filter(meeting=meeting):
        taken |= {f"follow_up:{item.follow_up_id}", f"item:{item.carried_from_id}", f"theme:{item.theme_id}"}
        if item.source == Source.MINUTES:
            taken.add("minutes")
    return [
        Proposal(**{**line.__dict__, "is_on_agenda": True}) if line.key in taken else line for line in lines
    ]


def _frozen_parts(sheet: TableSheet, user: "User") -> list[SheetPart]:
    """What was sent, but for what became a secret to this reader since (R10)."""
    points = FollowUp.objects.visible_to(user).values("pk")
    items = AgendaItem.objects.visible_to(user).values("pk")
    rows = sheet.lines.filter(
        Q(follow_up__isnull=True) | Q(follow_up__in=points), Q(item__isnull=True) | Q(item__in=items)
    )
    return _parts(
        [
            Proposal("", row.part, row.text, row.note, companies=row.companies)
            for row in rows.order_by("position", "pk")
        ]
    )


#: A line on paper is no longer: the sheet is one page.
PAPER = 110


def sheet_data(page: SheetPage) -> dict[str, Any]:
    """What the PDF says. Who looks after a point inside the municipality is not on it."""
    meeting = page.meeting
    return {
        "lead": f"{meeting.kind} · {meeting.when_line}",
        "parties": ", ".join(str(row) for row in page.parties),
        "since": _("Since %(day)s") % {"day": formatting.nl_date(page.since, "long")},
        "parts": {
            part.code: {
                "title": part.label,
                "lines": [{"text": _short(line.text), "note": _short(line.note)} for line in part.lines],
                "more": _("and %(count)d more") % {"count": part.more} if part.more else "",
            }
            for part in page.parts
        },
        "words": {"nothing": _("Nothing."), "parties": _("At the table")},
        "foot": str(meeting),
    }


def _short(text: str) -> str:
    return text if len(text) <= PAPER else f"{text[: PAPER - 1].rstrip()}…"
