"""C1: the largest employers are visited or invited each year (R5, R6)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core.commitments import Measured, Norm, Period, measure
from deventer_crm.core.models import Commitment
from deventer_crm.core.statements import Prepared
from employers.models import TopList, TopListEntry
from meetings.duty import Duty, Status, Tally, duties


@dataclass(frozen=True)
class ListDuties:
    """The frozen list of a year as of a day, with the duty of each entry that carries one."""

    top_list: TopList
    entries: tuple[TopListEntry, ...]
    found: Mapping[int, Duty]

    def of(self, entry: TopListEntry) -> Duty:
        return self.found[entry.employer_id]

    @property
    def tally(self) -> Tally:
        return Tally.of(self.of(entry) for entry in self.entries)

    @property
    def met(self) -> list[TopListEntry]:
        return [entry for entry in self.entries if self.of(entry).met]

    @property
    def planned(self) -> list[TopListEntry]:
        return [entry for entry in self.entries if self.of(entry).status == Status.PLANNED]

    @property
    def still_open(self) -> list[TopListEntry]:
        return [entry for entry in self.entries if self.of(entry).is_open]


@Prepared
def _entries(*, year: int, as_of: dt.date) -> "QuerySet[TopListEntry]":
    standing = TopList.objects.standing_on(year, as_of).values("pk")[:1]
    rows = TopListEntry.objects.with_duty().filter(top_list__in=standing)
    found: QuerySet[TopListEntry] = rows.select_related("top_list", "employer", "employer__merged_into")
    return found


def list_duties(year: int, as_of: dt.date) -> ListDuties | None:
    """None when no list of that year stood on that day; a frozen list is never empty. Five queries, whatever
    the size of the list."""
    entries = tuple(_entries.rows(year=year, as_of=as_of))
    if not entries:
        return None
    found = duties((entry.employer_id for entry in entries), year, as_of)
    return ListDuties(entries[0].top_list, entries, found)


@measure(
    "top_list_duty",
    rule=gettext_lazy(
        "Counted are the employers on the frozen list of the year that a member of the college visited or"
        " received this year, or invited in person. A request for an appointment and an invitation to a"
        " reception do not count. The norm is the number of employers on the list."
    ),
)
def top_list_duty(
    commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None = None
) -> Measured:
    """Entries of the frozen list of that day whose duty is met. The norm is their number: the norm row only
    sets the size of the next list (R4). Nothing to measure without a list."""
    seen = list_duties(period.start.year, as_of)
    if seen is None:
        return Measured(missing=_("The list of %(year)s is not frozen yet.") % {"year": period.start.year})
    met, planned = seen.met, seen.planned
    rows = TopListEntry.objects.select_related("employer", "employer__merged_into", "top_list")
    return Measured(
        count=Decimal(len(met)),
        planned=Decimal(len(planned)),
        norm=Decimal(len(seen.entries)),
        headline=str(seen.tally),
        plain=str(seen.tally),
        outlook=_outlook(period, as_of, len(met), len(planned), len(seen.still_open)),
        evidence=(rows.filter(pk__in=[entry.pk for entry in met]),),
        planned_evidence=(rows.filter(pk__in=[entry.pk for entry in planned]),),
        open_evidence=(rows.filter(pk__in=[entry.pk for entry in seen.still_open]),),
        parts={
            "listed": len(seen.entries),
            "spoken": seen.tally.spoken,
            "invited": seen.tally.invited,
            "planned": seen.tally.planned,
            "nothing": seen.tally.nothing,
        },
    )


def _outlook(period: Period, as_of: dt.date, met: int, planned: int, open_count: int) -> str:
    """What 31 December will show if everything planned takes place, and what is still to be done."""
    nothing = ngettext("%(count)d employer nothing yet", "%(count)d employers nothing yet", open_count) % {
        "count": open_count
    }
    if as_of > period.end:
        return nothing if open_count else ""
    return _("%(total)d on 31 December: %(planned)d planned; %(nothing)s") % {
        "total": met + planned,
        "planned": planned,
        "nothing": nothing,
    }
