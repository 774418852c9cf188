"""Minutes of a meeting: what was said and decided for each agenda item. A decision that asks somebody for
something becomes a follow-up in the same transaction; adopted minutes do not change any more."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CollegeMember
from accounts.roles import Act
from deventer_crm.core.services import save_tracked
from employers.models import Employer, FollowUp
from employers.services.followups import add_follow_up
from meetings.models import AgendaItem, Meeting, MeetingFollowUp, MeetingMinutes

from .errors import IllegalStep
from .steps import State, lock, not_in_future, report_meeting

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class ItemMinutes:
    """What was written about one item; `version`: of the item when it was opened."""

    item_id: int
    version: int | None
    notes: str = ""
    decision: str = ""
    is_finished: bool = False


@dataclass(frozen=True)
class Agreed:
    """Something that must be done because of an item (None: of the meeting as a whole)."""

    what: str
    employer: Employer
    item_id: int | None = None
    kind: str = FollowUp.Kind.ACTION
    owner: "User | None" = None
    department: str = ""
    due_on: dt.date | None = None


@transaction.atomic
def agree(meeting: Meeting, agreed: Iterable[Agreed], *, by: "User") -> list[FollowUp]:
    """Make follow-ups of what was agreed in a held meeting, each tied to it and to the item it came from.

    What was agreed in secret stays secret (R10): of a confidential meeting or item the follow-up is
    confidential, for the same readers. Raises ValidationError, PermissionDenied."""
    items = {row.pk: row for row in meeting.agenda_items.all()}
    made = []
    for line in agreed:
        item = items.get(line.item_id) if line.item_id else None
        follow_up = add_follow_up(
            by=by,
            employer=line.employer,
            what=line.what,
            kind=line.kind,
            owner=line.owner,
            department=line.department,
            due_on=line.due_on,
            made_on=meeting.held_on,
            theme=item.theme if item is not None and item.theme_id else meeting.theme,
        )
        for source in (meeting, item):
            if source is not None and source.is_confidential:
                _keep_secret(follow_up, source, by=by)
        MeetingFollowUp.objects.create(meeting=meeting, follow_up=follow_up, agenda_item=item)
        made.append(follow_up)
    return made


def _keep_secret(follow_up: FollowUp, source: "Meeting | AgendaItem", *, by: "User") -> None:
    if not follow_up.is_confidential:
        follow_up.is_confidential = True
        save_tracked(follow_up, by=by)
    readers = {by.pk, follow_up.owner_id, *source.readers.values_list("pk", flat=True)}
    follow_up.readers.add(*(pk for pk in readers if pk is not None))


@transaction.atomic
def write_minutes(
    meeting: Meeting,
    *,
    by: "User",
    items: Iterable[ItemMinutes] = (),
    agreed: Iterable[Agreed] = (),
    remarks: str = "",
    adopts: Meeting | None = None,
    summary: str = "",
    is_ready: bool = False,
    on_behalf_of: CollegeMember | None = None,
) -> MeetingMinutes:
    """Write down a held meeting in one act: each item, what was agreed, and that the minutes of `adopts` were
    adopted in it. `is_ready` takes the step to reported (R8), with `summary` or else the titles as report.

    Raises IllegalStep, ValidationError, StaleRecord for an item that somebody else changed meanwhile."""
    lock(meeting)
    if meeting.state not in (State.HELD, State.REPORTED):
        raise IllegalStep(meeting, State.REPORTED)
    minutes = MeetingMinutes.objects.filter(meeting=meeting).first() or MeetingMinutes(meeting=meeting)
    _check_not_adopted(minutes)
    minutes.remarks = remarks.strip()
    save_tracked(minutes, by=by)
    known = {row.pk: row for row in AgendaItem.objects.visible_to(by).filter(meeting=meeting)}
    for line in items:
        item = known.get(line.item_id)
        if item is None:
            raise ValidationError(_("An item was taken off the agenda meanwhile."))
        _write(item, line, by=by, on=meeting.held_on)
    agree(meeting, agreed, by=by)
    if adopts is not None:
        adopt_minutes(adopts, by=by, adopted_on=meeting.held_on, adopted_in=meeting)
    if is_ready and meeting.state == State.HELD:
        text = summary.strip() or _titles(known.values())
        report_meeting(meeting, by=by, summary=text, on_behalf_of=on_behalf_of)
    return minutes


def _titles(items: Iterable[AgendaItem]) -> str:
    """The report when nobody typed one: what was on the agenda. A confidential item is not named in it."""
    titles = [row.title for row in items if not row.is_confidential]
    lines = [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
    return "\n".join([_("The minutes are with the agenda items."), *lines])


def _write(item: AgendaItem, line: ItemMinutes, *, by: "User", on: dt.date | None) -> None:
    typed = (line.notes.strip(), line.decision.strip(), line.is_finished)
    if typed == (item.notes, item.decision, item.is_finished):
        return
    item.notes, item.decision, item.is_finished = typed
    item.decided_on = on if item.decision else None
    save_tracked(item, by=by, expected_version=line.version)


def _check_not_adopted(minutes: MeetingMinutes) -> None:
    if minutes.adopted_on is not None:
        raise ValidationError(_("These minutes were adopted; they do not change any more."))


@transaction.atomic
def adopt_minutes(
    meeting: Meeting,
    *,
    by: "User",
    adopted_on: dt.date | None,
    adopted_in: Meeting | None = None,
    adopted_with: str = "",
) -> MeetingMinutes:
    """Vastgesteld, as a rule in the next meeting. Raises ValidationError for a meeting that was not held,
    minutes that were adopted already, a day to come, or a day before the meeting."""
    lock(meeting)
    minutes = MeetingMinutes.objects.filter(meeting=meeting).first() or MeetingMinutes(meeting=meeting)
    _check_not_adopted(minutes)
    if adopted_on is None:
        raise ValidationError({"adopted_on": _("Say on which day.")})
    not_in_future(adopted_on, "adopted_on")
    if meeting.held_on is None or adopted_on < meeting.held_on:
        raise ValidationError({"adopted_on": _("Minutes are adopted after the meeting was held.")})
    minutes.adopted_on, minutes.adopted_in = adopted_on, adopted_in
    minutes.adopted_with = adopted_with.strip()
    return save_tracked(minutes, by=by)


@transaction.atomic
def withdraw_adoption(meeting: Meeting, *, by: "User") -> MeetingMinutes:
    """They were not adopted after all; the words about changes stay. For secretary and lead."""
    if not by.can(Act.STEP_BACK_MEETING):
        raise PermissionDenied
    lock(meeting)
    minutes = MeetingMinutes.objects.get(meeting=meeting)
    minutes.adopted_on = minutes.adopted_in = None
    return save_tracked(minutes, by=by)
