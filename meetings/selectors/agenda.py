"""The agenda of one meeting as its pages and its PDF show it, for one reader (R10)."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import clock, formatting
from employers.models import FollowUp
from meetings.models import AgendaDocument, AgendaItem, Meeting, MeetingFollowUp, MeetingMinutes
from meetings.permissions import acts_on

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class DocumentLine:
    """A document and whether it should have been there."""

    document: AgendaDocument
    is_late: bool


@dataclass(frozen=True)
class ItemLine:
    """An item with its number for this reader, when it starts, its documents and what came of it."""

    number: int
    item: AgendaItem
    starts_at: dt.datetime | None
    documents: list[DocumentLine] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    is_first: bool = False
    is_last: bool = False

    @property
    def brings(self) -> str:
        """Who brings it."""
        return str(self.item.brought_by) if self.item.brought_by else _("municipality")

    @property
    def has_minutes(self) -> bool:
        return bool(self.item.notes or self.item.decision or self.follow_ups)


@dataclass(frozen=True)
class AgendaPage:
    """The agenda of a meeting: items, documents of the meeting as a whole, minutes."""

    meeting: Meeting
    items: list[ItemLine]
    documents: list[DocumentLine]
    minutes: MeetingMinutes | None
    follow_ups: list[FollowUp]
    acts: frozenset[str]

    @property
    def late(self) -> int:
        """How many documents should have been there."""
        lines = [*self.documents, *(line for row in self.items for line in row.documents)]
        return sum(line.is_late for line in lines)

    @property
    def needed(self) -> int:
        """The minutes all items together ask for."""
        return sum(row.item.duration or 0 for row in self.items)

    @property
    def is_too_long(self) -> bool:
        """Whether the items ask for more time than the meeting has."""
        end = self.meeting.ends_at
        return bool(end and self.needed > (end - self.meeting.starts_at).total_seconds() / 60)

    @property
    def has_minutes(self) -> bool:
        return bool(
            (self.minutes and self.minutes.remarks)
            or any(row.has_minutes for row in self.items)
            or self.follow_ups
        )


def items_of(meeting: Meeting, user: "User") -> list[AgendaItem]:
    """The items of a meeting this reader was allowed to see, in order."""
    rows = AgendaItem.objects.of_meetings_seen(user).filter(meeting=meeting)
    return list(rows.select_related("brought_by", "theme", "follow_up").order_by("position", "pk"))


def made_of(meeting: Meeting, user: "User") -> dict[int | None, list[FollowUp]]:
    """Follow-ups of a meeting this reader may see, by agenda item (None: of the meeting)."""
    rows = MeetingFollowUp.objects.filter(
        meeting=meeting, follow_up__in=FollowUp.objects.visible_to(user).values("pk")
    ).select_related("follow_up__employer", "follow_up__owner")
    found: dict[int | None, list[FollowUp]] = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.agenda_item_id].append(row.follow_up)
    return found


def agenda_page(meeting: Meeting, user: "User") -> AgendaPage:
    """At most six queries, however long the agenda."""
    items = items_of(meeting, user)
    today = clock.today()
    is_open = meeting.state in (Meeting.State.DRAFT, Meeting.State.PLANNED)
    documents: dict[int | None, list[DocumentLine]] = defaultdict(list)
    rows = AgendaDocument.objects.of_meetings_seen(user).filter(meeting=meeting)
    for row in rows.select_related("from_employer", "from_user").order_by("due_on", "pk"):
        late = bool(is_open and row.received_on is None and row.due_on and row.due_on < today)
        documents[row.item_id].append(DocumentLine(row, late))
    made = made_of(meeting, user) if meeting.is_held else {}
    shown = {item.pk for item in items}
    lines = []
    starts_at: dt.datetime | None = meeting.starts_at
    for number, item in enumerate(items, start=1):
        lines.append(
            ItemLine(
                number,
                item,
                starts_at,
                documents.get(item.pk, []),
                made.get(item.pk, []),
                is_first=number == 1,
                is_last=number == len(items),
            )
        )
        # Once an item has no length, nobody knows when the next begins.
        starts_at = starts_at + dt.timedelta(minutes=item.duration) if starts_at and item.duration else None
    return AgendaPage(
        meeting=meeting,
        items=lines,
        documents=documents.get(None, []),
        minutes=MeetingMinutes.objects.filter(meeting=meeting).select_related("adopted_in__kind").first()
        if meeting.is_held
        else None,
        follow_ups=[row for key, rows in made.items() if key not in shown for row in rows],
        acts=acts_on(meeting, user),
    )


def agenda_data(page: AgendaPage) -> dict[str, Any]:
    """What the PDF of the agenda, or of the minutes, says."""
    meeting = page.meeting
    return {
        "lead": f"{meeting.kind} · {meeting.when_line}",
        "place": meeting.location or meeting.get_place_display(),
        "items": [
            {
                "number": row.number,
                "title": row.item.title,
                "time": formatting.clock_time(row.starts_at) if row.starts_at and row.item.duration else "",
                "duration": _minutes(row.item.duration),
                "brings": row.brings,
                "text": row.item.text,
                "confidential": row.item.is_confidential,
                "documents": [_document(line) for line in row.documents],
                "notes": row.item.notes,
                "decision": row.item.decision,
                "agreed": [_agreed(follow_up) for follow_up in row.follow_ups],
            }
            for row in page.items
        ],
        "documents": [_document(line) for line in page.documents],
        "remarks": page.minutes.remarks if page.minutes else "",
        "adopted": _adopted(page.minutes),
        "agreed": [_agreed(row) for row in page.follow_ups],
        "words": {
            "nothing": _("There are no agenda items yet."),
            "documents": _("Documents"),
            "confidential": _("confidential"),
            "decision": _("Decision"),
            "agreed": _("Who does what"),
            "brought": _("brought by"),
            "remarks": _("Opening and announcements"),
        },
        "foot": str(meeting),
    }


def _minutes(count: int | None) -> str:
    if not count:
        return ""
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def _document(line: DocumentLine) -> str:
    parts = [line.document.name, line.document.from_whom]
    if line.document.received_on is None and line.document.due_on is not None:
        parts.append(_("to follow on %(day)s") % {"day": formatting.nl_date(line.document.due_on, "day")})
    return " · ".join(part for part in parts if part)


def _agreed(row: FollowUp) -> str:
    who = row.employer if row.kind == FollowUp.Kind.PROMISE_BY else row.department or row.owner or ""
    words = {"what": row.what, "who": who, "day": formatting.nl_date(row.due_on)}
    return _("%(what)s (%(who)s, by %(day)s)") % words


def _adopted(minutes: MeetingMinutes | None) -> str:
    if minutes is None:
        return ""
    if minutes.adopted_on is None:
        return _("These minutes were not adopted yet.")
    return _("Adopted on %(day)s.") % {"day": formatting.nl_date(minutes.adopted_on)}


def to_adopt(meeting: Meeting, user: "User") -> Meeting | None:
    """The last held meeting before this one whose minutes wait to be adopted: of its series, else of its
    kind."""
    rows = Meeting.objects.visible_to(user).held().filter(starts_at__lt=meeting.starts_at)
    of = Q(kind__series=meeting.kind.series_id) if meeting.kind.series_id else Q(kind=meeting.kind_id)
    last = (
        rows.filter(of)
        .exclude(pk=meeting.pk)
        .select_related("kind", "minutes")
        .order_by("-starts_at")
        .first()
    )
    minutes = getattr(last, "minutes", None) if last is not None else None
    return last if minutes is not None and minutes.adopted_on is None else None
