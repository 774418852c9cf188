"""C1: the largest employers are visited or invited each year (R5, R6)."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core.commitments import Measured, Norm, Period, measure
from deventer_crm.core.models import Commitment
from employers.models import TopListEntry
from employers.toplist.selectors import standing_list
from meetings.duty import Duty, Status, Tally, duties


@measure("top_list_duty")
def top_list_duty(
    commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None = None
) -> Measured:
    """Entries of the frozen list of that day whose duty is met. The norm is their number: the norm row only
    sets the size of the next list (R4). Nothing to measure without a list."""
    year = period.start.year
    frozen = standing_list(year, as_of)
    if frozen is None:
        return Measured(missing=_("The list of %(year)s is not frozen yet.") % {"year": year})
    entries = list(frozen.entries.with_duty().values_list("pk", "employer_id"))
    found = duties((employer_id for _pk, employer_id in entries), year, as_of)
    met = [pk for pk, employer_id in entries if found[employer_id].met]
    planned = [pk for pk, employer_id in entries if found[employer_id].status == Status.PLANNED]
    tally = Tally.of(found[employer_id] for _pk, employer_id in entries)
    rows = TopListEntry.objects.select_related("employer", "employer__merged_into", "top_list")
    return Measured(
        count=Decimal(len(met)),
        planned=Decimal(len(planned)),
        norm=Decimal(len(entries)),
        headline=str(tally),
        outlook=_outlook(period, as_of, len(met), len(planned), [found[pk] for _entry, pk in entries]),
        evidence=(rows.filter(pk__in=met),),
        planned_evidence=(rows.filter(pk__in=planned),),
    )


def _outlook(period: Period, as_of: dt.date, met: int, planned: int, all_duties: list[Duty]) -> str:
    """What 31 December will show if everything planned takes place, and what is still to be done."""
    open_count = sum(duty.is_open for duty in all_duties)
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
