"""C5: the sector track has its share of the budget reserved (R6), spending is a line beside it. C14: is there
money and staff every year, shown and not judged."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budget import selectors
from budget.models import TrackBudget
from budget.selectors.years import reserved_by_year
from deventer_crm.core import formatting
from deventer_crm.core.commitments import Line, Measured, Norm, Period, State, measure
from deventer_crm.core.models import Commitment


@measure(
    "budget_split",
    rule=gettext_lazy(
        "Counted is the plan of the year: the share of the sectors in what is reserved for sectors and inner"
        " city together. What cannot be assigned stays out of it. It is achieved within the margin of the"
        " norm. What is spent is a line of its own and does not decide."
    ),
)
def budget_split(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """The share of the sector track in the plan, in percent; not measured without a plan."""
    view = selectors.split(period.start.year, min(as_of, period.end), norm)
    lines = (spending_line(view),)
    if not view.has_plan or view.plan.share is None:
        return Measured(missing=_("There is no budget plan for %(year)s.") % {"year": view.year}, lines=lines)
    share = view.plan.share * 100
    plan_lines = TrackBudget.objects.filter(pk__in=[line.pk for line in view.lines]).select_related("track")
    planned = formatting.nl_date(view.planned_on) if view.planned_on else ""
    return Measured(
        count=share,
        state=view.plan_state,
        forecast=share,
        headline=formatting.ratio(view.plan.share),
        plain=formatting.ratio(view.plan.share),
        outlook=_("Reserved as of %(day)s") % {"day": planned},
        evidence=(plan_lines,),
        lines=lines,
    )


def spending_line(view: selectors.Split) -> Line:
    """Booked share against the band, with the forecast in words."""
    low, high = view.band
    if view.spending_state == State.NOT_MEASURED:
        text = _("Judged from %(hours)s booked on") % {"hours": formatting.hours(view.min_booked)}
    else:
        text = _("Expected %(share)s on 31 December") % {"share": formatting.ratio(view.forecast.share)}
    share = view.booked.share
    return Line(
        label=_("Spent so far"),
        norm=f"{formatting.number(low)}–{formatting.number(high)}%",
        value=formatting.ratio(share) if share is not None else "–",
        state=view.spending_state,
        text=text,
        share=share * Decimal(100) if share is not None else None,
    )


@measure(
    "budget_years",
    rule=gettext_lazy(
        "Shown is what the plan of the year reserves in hours and euros, beside the year before. There is no"
        " norm, so it is not judged."
    ),
)
def budget_years(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """What this year reserves in hours, beside the year before. Without a norm it is shown and not judged
    (R6)."""
    year = period.start.year
    reserved = reserved_by_year(year, min(as_of, period.end))
    hours, euros = reserved.get(year, (Decimal(0), Decimal(0)))
    if not hours:
        return Measured(missing=_("There is no budget plan for %(year)s.") % {"year": year})
    words = {"hours": formatting.hours(hours), "euros": formatting.euro(euros), "before": year - 1}
    if year - 1 in reserved:
        words["more"] = formatting.signed(hours - reserved[year - 1][0])
        outlook = _("%(more)s hours compared with %(before)s") % words
    else:
        outlook = _("no plan of %(before)s to compare with") % words
    lines = TrackBudget.objects.filter(budget_year__year=year, planned_on__lte=as_of)
    return Measured(
        count=hours,
        headline=_("%(hours)s, %(euros)s reserved") % words,
        plain=_("%(hours)s, %(euros)s reserved") % words,
        outlook=outlook,
        evidence=(lines.select_related("track"),),
    )
