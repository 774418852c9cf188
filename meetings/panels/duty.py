"""The duty of this year on the pages of the employers app: a badge in the header of a dossier, a column in
the list of employers, and the duties of the yearly list itself. Only who is on the frozen list has one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext

from accounts.roles import Act
from deventer_crm.core import clock
from deventer_crm.core.badges import VISIT
from deventer_crm.core.panels import Panel, column, panel
from deventer_crm.core.statements import Prepared
from employers.models import TopList, TopListEntry
from employers.toplist.duty_source import DutySource, supply_duties
from employers.toplist.families import Families
from meetings.duty import Tally, duties, for_reader

supply_duties(DutySource(read=duties, narrow=for_reader))


@Prepared
def _entries(*, year: int, today: dt.date) -> "QuerySet[TopListEntry]":
    standing = TopList.objects.standing_on(year, today).values("pk")[:1]
    rows: QuerySet[TopListEntry] = TopListEntry.objects.with_duty().filter(top_list__in=standing)
    return rows.select_related("employer").order_by("-rank", "-pk")


def listed(employer_ids: Iterable[int], year: int) -> dict[int, TopListEntry]:
    """The entries with a duty on the standing list of these employers, or of what was grouped under them, by
    asked id. One query: a list has some twenty rows, an employer page only this much room."""
    asked = set(employer_ids)
    found: dict[int, TopListEntry] = {}
    for entry in _entries.rows(year=year, today=clock.today()):
        for employer_id in (entry.employer.merged_into_id, entry.employer_id):
            if employer_id in asked:
                found[employer_id] = entry
    return found


def _column_label() -> str:
    return gettext("College %(year)s") % {"year": clock.today().year}


@column(
    "employers.list",
    label=lazy(_column_label, str)(),
    order=60,
    shown=False,  # only who is on the list of the year has a duty, and that list has a page of its own
    right=Act.SEE_DOSSIERS,
)
def duty_column(employers: list[Any], user: Any) -> dict[int, Any]:
    """For the whole page at once: five queries at most, whatever the number of rows."""
    year = clock.today().year
    entries = listed([employer.pk for employer in employers], year)
    found = duties(entries, year, user=user) if entries else {}
    return {
        pk: {"template": "meetings/duty_cell.html", "duty": duty, "text": str(VISIT[duty.status].word)}
        for pk, duty in found.items()
    }


@panel("top_list.header")
def headline(found: Any, user: Any) -> Panel | None:
    """Above a frozen list: spoken, only invited, planned and nothing, never as one number. `found`: the
    duties of the list, by employer. Totals count what is confidential too (R10)."""
    return Panel("meetings/duty_headline.html", {"tally": Tally.of(found.values())}) if found else None


@panel("employer.header", order=20)
def duty_badge(employer: Any, user: Any) -> Panel | None:
    """Number on the list and what came of the duty; nothing for who is not on it."""
    if not user.can(Act.SEE_DOSSIERS) or employer.list_rank is None:
        return None
    year = clock.today().year
    known = None
    if employer.merged_into_id is None:  # a survivor: the dossier has read its family
        known = Families(members=dict.fromkeys((employer.pk, *employer.family), employer.pk))
    duty = duties([employer.pk], year, user=user, known=known)[employer.pk]
    return Panel("meetings/duty_panel.html", {"duty": duty, "rank": employer.list_rank, "year": str(year)})
