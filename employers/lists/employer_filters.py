"""What the list of employers is filtered by."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act
from deventer_crm.core.lists import Choices, Filter, Offered, Reader
from employers.lists.offers import NOBODY, fixed, from_offers, people_of, picks, sizes, this_year, whose
from employers.models import AccountAssignment, Employer, EmployerTag, TopListEntry
from employers.signals import employers_with_signal, signal_choices

NEVER = "never"
CONTACT_DAYS: Choices = [
    ("90", _("longer than 3 months ago")),
    ("180", _("longer than 6 months ago")),
    ("365", _("longer than a year ago")),
]
SEES_CONTACT, SEES_DOSSIER = Act.SEE_CONTACT_DATES, Act.SEE_DOSSIERS


def by_size(rows: Any, value: str, reader: Reader, path: str = "jobs") -> Any:
    low, _dash, high = value.partition("-")
    rows = rows.filter(**{f"{path}__gte": int(low)})
    return rows.filter(**{f"{path}__lte": int(high)}) if high else rows


def by_manager(rows: Any, value: str, reader: Reader, path: str = "pk") -> Any:
    assigned = AccountAssignment.objects.filter(employer=OuterRef(path)).on(reader.today)
    if value == NOBODY:
        return rows.filter(~Exists(assigned))
    return rows.filter(Exists(assigned.filter(user_id=whose(value, reader))))


def by_contact(rows: Any, value: str, reader: Reader) -> Any:
    if value == NEVER:
        return rows.filter(last_contact_at__isnull=True)
    return by_contact_before(rows, reader.today - dt.timedelta(days=int(value)), reader)


def by_contact_before(rows: Any, value: dt.date, reader: Reader) -> Any:
    """Never contacted is not contacted since, either."""
    return rows.filter(Q(last_contact_at__date__lt=value) | Q(last_contact_at__isnull=True))


def on_top_list(reader: Reader) -> Any:
    """Keys of the employers on the standing list of this year, survivors of groupings."""
    entries = TopListEntry.objects.standing(this_year(reader))
    return entries.annotate(now=Coalesce("employer__merged_into_id", "employer_id")).values("now")


def top_choice(offered: Offered, reader: Reader) -> Choices:
    return [("yes", _("on the list of %(year)s") % {"year": this_year(reader)})]


FILTERS = (
    Filter(
        "manager", _("Account manager"), by_manager, choices=people_of("manager"), everything=_("everybody")
    ),
    picks("sector", _("Sector"), "sector_id", _("all sectors")),
    picks("area", _("Area"), "area_id", _("all areas")),
    picks("track", _("Track"), "track_id", _("all tracks")),
    Filter("size", _("Working persons"), by_size, choices=sizes, everything=_("all sizes")),
    Filter(
        "top",
        _("Top list"),
        lambda rows, value, reader: rows.filter(pk__in=on_top_list(reader)),
        choices=top_choice,
        everything=_("all employers"),
    ),
    Filter(
        "contact",
        _("Last contact"),
        by_contact,
        choices=fixed([(NEVER, _("never")), *CONTACT_DAYS]),
        everything=_("whenever"),
        right=SEES_CONTACT,
    ),
    Filter("silent", _("No contact since"), by_contact_before, kind="day", right=SEES_CONTACT),
    Filter(
        "signal",
        _("Signal"),
        lambda rows, value, reader: rows.filter(
            pk__in=employers_with_signal(value, reader.today, reader.user).order_by().values("pk")
        ),
        choices=fixed(signal_choices()),
        everything=_("with or without"),
        right=SEES_DOSSIER,
    ),
    Filter(
        "label",
        _("Label"),
        lambda rows, value, reader: rows.filter(
            Exists(EmployerTag.objects.filter(employer=OuterRef("pk"), tag_id=value))
        ),
        choices=from_offers("label"),
        everything=_("all labels"),
        right=SEES_DOSSIER,
    ),
    Filter(
        "kind",
        _("Kind"),
        lambda rows, value, reader: rows.filter(kind=value),
        choices=fixed(Employer.Kind.choices),
        everything=_("all kinds"),
    ),
    Filter("use", _("Use"), choices=fixed([("retired", _("no longer used"))]), everything=_("in use")),
)


def narrow(rows: Any, values: dict[str, Any], reader: Reader) -> Any:
    """What is no longer used is asked for, never in between."""
    return rows.filter(retired_on__isnull="use" not in values)
