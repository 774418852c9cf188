"""From the round-table sheet to the agenda, and keeping the sheet as it was sent."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from meetings.models import AgendaItem, Meeting, TableSheet, TableSheetLine
from meetings.selectors.table_sheet import Part, Proposal, companies_text, sheet_page

from .agenda import add_item, check_open
from .steps import lock

if TYPE_CHECKING:
    from accounts.models import User

Source = AgendaItem.Source


@transaction.atomic
def take_over(meeting: Meeting, keys: Collection[str], *, by: "User") -> list[AgendaItem]:
    """Put the ticked lines of the sheet on the agenda. What is on it already, by a colleague who was first,
    is left as it is. Raises ValidationError for a line that is not on the sheet of this person any more."""
    lock(meeting)
    check_open(meeting)
    lines = {line.key: line for line in reversed(sheet_page(meeting, by).lines) if line.key}
    unknown = set(keys) - lines.keys()
    if unknown:
        raise ValidationError(_("The sheet changed meanwhile. Look at it again."))
    at_table = set(meeting.employer_rows.values_list("employer_id", flat=True))
    made = []
    for key, line in reversed(lines.items()):
        if key in keys and not line.is_on_agenda:
            made.append(_item_of(meeting, line, at_table, by=by))
    return made


def _item_of(meeting: Meeting, line: Proposal, at_table: set[int], *, by: "User") -> AgendaItem:
    brings = line.brought_by_id if line.brought_by_id in at_table else None
    if line.theme is not None:
        count = line.companies or 0
        text = ngettext(
            "%(count)d company mentioned this since last time.",
            "%(count)d companies mentioned this since last time.",
            count,
        ) % {"count": count}
        if line.part == Part.MEMBERS:
            text = _("Open points at members: %(companies)s.") % {"companies": companies_text(count)}
        return add_item(
            meeting,
            by=by,
            title=line.text,
            text=text,
            source=Source.THEME,
            theme=line.theme,
            companies=line.companies,
        )
    if line.follow_up is not None:
        return add_item(
            meeting,
            by=by,
            title=line.text,
            text=line.note,
            source=Source.FOLLOW_UP,
            follow_up=line.follow_up,
            brought_by_id=brings,
        )
    if line.item is not None:
        return add_item(
            meeting,
            by=by,
            title=line.text,
            text=line.item.text,
            source=Source.LAST_TIME,
            carried_from=line.item,
            brought_by_id=brings,
            theme=line.item.theme,
            duration=line.item.duration,
        )
    return add_item(meeting, by=by, title=line.text, source=Source.MINUTES)


@transaction.atomic
def freeze_sheet(meeting: Meeting, *, by: "User") -> TableSheet:
    """Keep the sheet as it stands now: what was sent does not change behind the backs of who got it. Raises
    ValidationError when it was kept already, or the meeting is over."""
    lock(meeting)
    check_open(meeting)
    page = sheet_page(meeting, by)
    if page.frozen is not None:
        raise ValidationError(_("The sheet was frozen already."))
    sheet = save_tracked(TableSheet(meeting=meeting, frozen_on=clock.today(), since=page.since), by=by)
    TableSheetLine.objects.bulk_create(
        TableSheetLine(
            sheet=sheet,
            part=line.part,
            position=position,
            text=line.text,
            note=line.note,
            follow_up=line.follow_up,
            item=line.item,
            theme=line.theme,
            companies=line.companies,
        )
        for position, line in enumerate(page.lines, start=1)
    )
    return sheet


@transaction.atomic
def release_sheet(meeting: Meeting, *, by: "User") -> None:
    """Let the sheet follow the records again; the trail keeps what was frozen. Raises ValidationError."""
    lock(meeting)
    check_open(meeting)
    TableSheet.objects.filter(meeting=meeting).delete()
