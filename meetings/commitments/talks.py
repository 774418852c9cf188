"""C7: talks with employers about hiring and retraining residents are counted (R6)."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deventer_crm.core import clock, policy
from deventer_crm.core.commitments import Measured, Norm, Period, measure
from deventer_crm.core.models import Commitment
from deventer_crm.core.statements import Prepared
from employers.models import ContactMoment
from meetings.models import Meeting, MeetingEmployer


def contacts_about(themes: tuple[str, ...], first: dt.date, last: dt.date) -> "QuerySet[ContactMoment]":
    """Calls, mails and chats with an employer about these themes; a note is no talk."""
    at_employer = ContactMoment.employers.through.objects.filter(contactmoment=OuterRef("pk"))
    rows: QuerySet[ContactMoment] = (
        ContactMoment.objects.standing()
        .filter(
            Exists(at_employer),
            theme__code__in=themes,
            happened_at__gte=clock.start_of(first),
            happened_at__lt=clock.start_of(last + dt.timedelta(days=1)),
        )
        .exclude(kind=ContactMoment.Kind.NOTE)
    )
    return rows


def meetings_about(themes: tuple[str, ...], first: dt.date, last: dt.date) -> "QuerySet[Meeting]":
    """Held meetings about these themes with an employer at the table."""
    there = MeetingEmployer.objects.filter(meeting=OuterRef("pk"), is_present=True)
    rows: QuerySet[Meeting] = Meeting.objects.held().filter(
        Exists(there), theme__code__in=themes, held_on__gte=first, held_on__lte=last
    )
    return rows


@Prepared
def _counts(*, themes: tuple[str, ...], start: dt.date, end: dt.date) -> "QuerySet[Any, Any]":
    """Pairs: which kind of record, and how many; a kind without any is not there."""

    def counted(rows: "QuerySet[Any, Any]", kind: str) -> "QuerySet[Any, Any]":
        named = rows.order_by().annotate(what=Value(kind, output_field=CharField())).values("what")
        pairs: QuerySet[Any, Any] = named.annotate(count=Count("pk")).values_list("what", "count")
        return pairs

    contacts = counted(contacts_about(themes, start, end), "contacts")
    found: QuerySet[Any, Any] = contacts.union(
        counted(meetings_about(themes, start, end), "meetings"), all=True
    )
    return found


@measure(
    "workforce_talks",
    rule=gettext_lazy(
        "Counted are contacts and held meetings of this year with an employer, about the theme of work and"
        " training. Which themes those are, is a policy setting. Notes do not count. As long as there is no"
        " norm, the number is shown and not judged."
    ),
)
def workforce_talks(commitment: Commitment, period: Period, as_of: dt.date, norm: Norm | None) -> Measured:
    """Contact moments and held meetings about a theme of the setting, in the year up to that day. One
    statement and the setting."""
    first, last = period.start, min(as_of, period.end)
    themes = tuple(policy.value("workforce_themes", last))
    if not themes:
        return Measured(missing=_("No theme is chosen in the policy settings."))
    counts: dict[str, int] = dict(_counts.rows(themes=themes, start=first, end=last))
    contacts, meetings = counts.get("contacts", 0), counts.get("meetings", 0)
    talks = [
        ngettext("%(count)d contact", "%(count)d contacts", contacts) % {"count": contacts},
        ngettext("%(count)d meeting", "%(count)d meetings", meetings) % {"count": meetings},
    ]
    headline = " · ".join(talks) if contacts + meetings else ""
    return Measured(
        count=Decimal(contacts + meetings),
        headline=headline,
        plain=headline,
        evidence=(
            contacts_about(themes, first, last).order_by("-happened_at", "-pk").prefetch_related("employers"),
            meetings_about(themes, first, last).select_related("kind").order_by("-held_on", "-pk"),
        ),
        parts={"contacts": contacts, "meetings": meetings},
    )
