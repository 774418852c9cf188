"""C6: whoever is on the list of the year, and every relation, has an account manager (R6)."""

import datetime as dt
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core import formatting
from deventer_crm.core.commitments import Measured, Norm, Period, counted_along, counts_of, measure
from deventer_crm.core.models import Commitment
from employers.models import AccountAssignment, Employer, TopList, TopListEntry
from employers.querysets import EmployerQuerySet


def owed_a_manager(year: int, day: dt.date) -> EmployerQuerySet:
    """Employers in use on that day that are a relation, as recorded now, or carry a duty on the list of the
    year that was frozen that day (R1, R4). As one set of keys, which the database can begin with."""
    relations = Employer.objects.filter(is_relation=True).order_by().values("pk")
    standing = TopList.objects.standing_on(year, day).values("pk")[:1]
    entries = TopListEntry.objects.with_duty().filter(top_list__in=standing).order_by()
    survivors = entries.annotate(now=Coalesce("employer__merged_into_id", "employer_id"))
    in_use = Q(retired_on__isnull=True) | Q(retired_on__gt=day)
    rows: EmployerQuerySet = Employer.objects.filter(in_use, merged_into__isnull=True)
    return rows.filter(pk__in=relations.union(survivors.values("now")))


def _managed(day: dt.date) -> Exists:
    return Exists(AccountAssignment.objects.on(day).filter(employer=OuterRef("pk")))


def _counts(year: int, as_of: dt.date) -> Subquery:
    """How many have to have an account manager, and how many have one: one row, or none without any."""
    day = min(as_of, dt.date(year, 12, 31))
    rows = owed_a_manager(year, day).order_by().annotate(is_managed=_managed(day), all=Value(1))
    figures = JSONObject(total=Count("pk"), managed=Count("pk", filter=Q(is_managed=True)))
    return Subquery(rows.values("all").annotate(figures=figures).values("figures"))


counted_along("account_management", _counts)


@measure(
    "account_management",
    rule=gettext_lazy(
        "Counted are the employers on the frozen list of the year and all employers marked as a relation: the"
        " share that has an account manager on the day asked for. Who is a relation and which employers are"
        " in use is taken as it is recorded now."
    ),
)
def account_management(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """The share in percent that has an account manager on that day; nothing to measure without any employer
    to look after. One statement or none, whatever the size of the register."""
    year, day = period.start.year, min(as_of, period.end)
    counts = counts_of(commitment, period, as_of)
    managed, total = counts.get("managed", 0), counts.get("total", 0)
    without = total - managed
    if not total:
        return Measured(missing=_("There is no frozen list and no employer is marked as a relation."))
    rows = owed_a_manager(year, day).order_by("sort_name", "pk")
    said = ngettext(
        "%(count)s without an account manager", "%(count)s without an account manager", without
    ) % {"count": formatting.number(without)}
    figures = {"managed": formatting.number(managed), "total": formatting.number(total)}
    headline = _("%(managed)s of %(total)s employers") % figures
    return Measured(
        count=Decimal(100 * managed) / total,
        headline=headline,
        plain=headline,
        outlook=said if without else "",
        evidence=(rows.filter(_managed(day)).with_manager(day),),
        open_evidence=(rows.filter(~_managed(day)),),
        parts={"managed": managed, "total": total},
    )
